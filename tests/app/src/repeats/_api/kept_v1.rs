use crate::Ctx;
use crate::routes::repeats::once_v1::server::{ClientInput, ServerOutput, run};
use sync::SyncError;

/// As the event of this name.
#[sync::request(auth = public, durable)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    run(ctx.app(), input).await
}
