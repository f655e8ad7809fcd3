//! `#[sync::server]`: `main` of a server file.

use proc_macro2::TokenStream;
use sync_codegen::syntax::arguments::RouteArguments;

use crate::handler::{auth, options};
use crate::once::{Once, Said};

const SERVER: Once<RouteArguments> = Once {
    attribute: "#[sync::server]",
    what: "the server handler",
    shape: "write `pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError>`",
    input: "is shared with the filters",
    handler: "__Server",
    said: |arguments| Said { auth: auth(arguments.auth.as_ref()), options: options(arguments) },
};

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    SERVER.expand(attribute, item, |_, _, _| {})
}
