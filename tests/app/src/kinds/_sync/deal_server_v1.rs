use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub cards: u8,
}

#[wire]
#[derive(PartialEq, Eq)]
pub struct ServerOutput {
    pub dealt: u8,
    pub to: String,
}

/// Deals cards at a table, and nowhere else.
#[sync::server(auth = public, room = "table-{number}-{seat}")]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { dealt: input.cards, to: ctx.room().to_owned() })
}
