//! The mistakes in one item, each told at the user's own tokens.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// Mistakes in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Error>);

impl Mistakes {
    /// Adds a mistake at `tokens`: what is wrong, and what to do about it.
    pub(super) fn add(&mut self, tokens: impl ToTokens, what: impl AsRef<str>, help: impl AsRef<str>) {
        self.0.push(Error::new_spanned(tokens, format!("{}\nhelp: {}", what.as_ref(), help.as_ref())));
    }

    /// Adds a mistake that the parser has told.
    pub(super) fn add_error(&mut self, error: Error) {
        self.0.push(error);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns one `compile_error!` for each mistake.
    pub(super) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}
