use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

/// What a caller sends.
#[wire]
pub struct ClientInput {
    /// What to say.
    #[validate(length(min = 1, max = 500))]
    pub text: String,
}

/// What every member of the room gets.
#[wire]
pub struct ServerOutput {
    /// Who said it.
    pub author: Person,
    /// What was said.
    pub text: String,
}

/// Says something to everybody in the room.
#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { author: ctx.sender(), text: input.text.clone() })
}
