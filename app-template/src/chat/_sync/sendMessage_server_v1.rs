use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// What to say.
    #[validate(length(min = 1, max = 500))]
    pub text: String,
}

#[wire]
pub struct ServerOutput {
    /// Counts the messages since the server started, from 1.
    pub id: u32,
    /// Who said it.
    pub author: Person,
    /// What was said.
    pub text: String,
}

/// Says something to everybody in the room.
#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { id: ctx.app().next_message(), author: ctx.sender(), text: input.text.clone() })
}
