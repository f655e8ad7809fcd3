use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// The number of the request.
    pub amount: i32,
    /// Makes the payload as long as the question asks.
    #[validate(length(max = 10_000))]
    pub pad: String,
}

#[wire]
pub struct ServerOutput {
    /// One more.
    pub new_value: i32,
    /// As it was sent.
    pub pad: String,
}

/// Adds one; nobody is asked who gets it.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { new_value: input.amount + 1, pad: input.pad.clone() })
}
