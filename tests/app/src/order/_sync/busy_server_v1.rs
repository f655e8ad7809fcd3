use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub test: u32,
    pub index: u32,
}

#[wire]
pub struct ServerOutput {
    pub index: u32,
}

/// Goes to a filter that takes its time.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { index: input.index })
}
