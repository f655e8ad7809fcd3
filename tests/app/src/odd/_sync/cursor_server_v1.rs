use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub index: u32,
    pub bytes: u32,
}

#[wire]
pub struct ServerOutput {
    pub index: u32,
    pub padding: String,
}

/// Sends a number to everybody, of which only the newest counts.
#[sync::server(auth = public, volatile)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { index: input.index, padding: "x".repeat(input.bytes as usize) })
}
