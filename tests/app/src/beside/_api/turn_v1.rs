use crate::Ctx;
use crate::routes::beside::turn_v1::server::{ClientInput, ServerOutput};
use sync::SyncError;

/// Is held until it is the turn of its number, while what comes behind it goes on.
#[sync::request(auth = public, concurrent)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    ctx.app().turn_of(input.index).await;
    Ok(ServerOutput { index: input.index })
}
