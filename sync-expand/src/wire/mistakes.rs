//! The mistakes in one item, each told at the user's own tokens.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Error, Ident};

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

    /// Adds what the scanner found out about a file without a handler, where the type called `name` has to tell it.
    pub(super) fn add_scanned(&mut self, name: &Ident) {
        let Some(file) = Span::call_site().local_file() else { return };
        let messages = sync_codegen::problems::for_item(&file, &name.to_string());
        self.0.extend(messages.into_iter().map(|message| Error::new(Span::call_site(), message)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns one `compile_error!` for each mistake.
    pub(super) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}
