use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub amount: i32,
}

#[wire]
pub struct ServerOutput {
    pub new_value: i32,
}

/// Adds to the room's counter.
#[sync::server(auth = login)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    ensure!(input.amount < 100, sync::error!("counter-full", max = 100));
    Ok(ServerOutput { new_value: input.amount })
}
