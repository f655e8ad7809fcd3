use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub index: u32,
}

#[wire]
pub struct ServerOutput {
    pub index: u32,
}

impl Drop for ClientInput {
    fn drop(&mut self) {
        panic!("the end of a test input was asked to panic");
    }
}

impl Drop for ServerOutput {
    fn drop(&mut self) {
        panic!("the end of a test output was asked to panic");
    }
}

/// Takes and gives what cannot end well.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { index: input.index })
}
