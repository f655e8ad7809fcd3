use crate::Ctx;
use crate::routes::repeats::once_v1::server::{ClientInput, ServerOutput, run};
use sync::SyncError;

/// As `once`, and is known when the server has started anew.
#[sync::server(auth = public, durable)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    run(ctx.app(), input).await
}
