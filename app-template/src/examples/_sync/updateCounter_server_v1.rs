use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// How much to add.
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
}

#[wire]
pub struct ServerOutput {
    /// The counter after the addition.
    pub new_value: i32,
}

/// Adds to the room's counter.
#[sync::server(auth = login)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let new_value = ctx.app().counters.add(ctx.room(), input.amount).await?;
    Ok(ServerOutput { new_value })
}
