use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// No two calls have the same.
    pub number: u32,
}

#[wire]
pub struct ServerOutput {
    /// The number of the call.
    pub number: u32,
}

/// Tells everybody the number, and never twice.
#[sync::server(auth = public, durable)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { number: input.number })
}
