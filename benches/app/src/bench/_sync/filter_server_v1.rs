use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// How much to add.
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
    /// Makes the payload as long as the question asks.
    #[validate(length(max = 10_000))]
    pub pad: String,
    /// Who gets an output of its own.
    pub own: Own,
}

#[wire]
pub struct ServerOutput {
    /// One more.
    pub new_value: i32,
    /// As it was sent.
    pub pad: String,
}

/// Adds one.
#[sync::server]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { new_value: input.amount + 1, pad: input.pad.clone() })
}

/// Who gets an output of its own, and which.
#[wire]
#[derive(Copy, PartialEq)]
pub enum Own {
    /// No member gets the event.
    Nobody,
    /// All members get the same output.
    Same,
    /// No two members get the same output.
    Different,
}
