//! `#[sync::server]`: `main` of a server file.

use proc_macro2::TokenStream;
use sync_syntax::arguments::RouteArguments;

use crate::handler::{auth, check, options};
use crate::once::{Once, Said};

const SERVER: Once<RouteArguments> = Once {
    attribute: "#[sync::server]",
    what: "the server handler",
    shape: "write `pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError>`",
    input: "is shared with the filters",
    handler: "__Server",
    named: None,
    said: |arguments, takes_input| Said {
        auth: auth(arguments.auth.as_ref()),
        check: check(arguments.check.as_ref(), takes_input),
        options: options(arguments),
    },
};

/// Expands `#[sync::server]` with the arguments `attribute` on the function `item`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    SERVER.expand(attribute, item, |_, _, _| {})
}
