use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub index: u32,
}

#[wire]
pub struct ServerOutput {
    pub index: u32,
}

/// Is held until it is the turn of its number, while what comes behind it goes on.
#[sync::server(auth = public, concurrent)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    ctx.app().turn_of(input.index).await;
    Ok(ServerOutput { index: input.index })
}
