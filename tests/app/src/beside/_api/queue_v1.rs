use crate::Ctx;
use crate::routes::beside::queue_v1::server::{ClientInput, ServerOutput};
use sync::SyncError;

/// Is held until it is the turn of its number, and so is what comes behind it.
#[sync::request(auth = public)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    ctx.app().turn_of(input.index).await;
    Ok(ServerOutput { index: input.index })
}
