//! The mistakes in one item, each told at the user's own tokens.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, Ident};

use crate::scanned::scanned;

/// WireMistakes in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct WireMistakes(Vec<Error>);

impl WireMistakes {
    /// Adds a mistake at `tokens`: what is wrong, and what to do about it.
    pub(super) fn add(&mut self, tokens: impl ToTokens, what: impl AsRef<str>, help: impl AsRef<str>) {
        self.0.push(Error::new_spanned(tokens, format!("{}\nhelp: {}", what.as_ref(), help.as_ref())));
    }

    /// Adds a mistake that the parser has told.
    pub(super) fn add_error(&mut self, error: Error) {
        self.0.push(error);
    }

    /// Adds what was found out about the type called `name`, whose tokens are `item`: what it has released, or of a file without a handler, where
    /// nobody else can tell it.
    pub(super) fn add_scanned(&mut self, name: &Ident, item: &TokenStream) {
        self.0.extend(scanned(&name.to_string(), item));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns one `compile_error!` for each mistake.
    pub(super) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}
