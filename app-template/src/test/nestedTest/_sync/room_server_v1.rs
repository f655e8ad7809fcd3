use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// What to tell everybody.
    #[validate(length(min = 1, max = 200))]
    pub message: String,
}

#[wire]
pub struct ServerOutput {
    /// What everybody is told.
    pub message: String,
    /// Who tells it.
    pub from: Person,
}

/// Tells everybody in the room, without a filter.
#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { message: input.message.clone(), from: ctx.sender() })
}
