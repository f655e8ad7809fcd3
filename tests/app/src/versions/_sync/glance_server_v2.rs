use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub x: u32,
    pub y: u32,
}

pub fn upgrade(old: super::v1::server::ClientInput) -> ClientInput {
    ClientInput { x: old.at, y: 0 }
}

/// Of which only the newest counts.
#[sync::server(auth = public, room = "versions-{number}", volatile, rate_limit = "3/h")]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<u32, SyncError> {
    Ok(input.x)
}
