use crate::Ctx;
use crate::routes::order::wait_v1::server::{self, ClientInput, ServerOutput};
use sync::SyncError;

/// Waits as long as it is told to.
#[sync::request(auth = public)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    server::main(ctx, input).await
}
