use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub bytes: u32,
}

#[wire]
pub struct ServerOutput {
    pub bulk: String,
}

/// Sends so many bytes to everybody.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { bulk: "x".repeat(input.bytes as usize) })
}
