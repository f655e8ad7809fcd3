use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub count: u32,
}

/// Of one ping many can be made; nothing is answered, as before.
pub fn upgrade(_: super::v1::client::ClientInput) -> ClientInput {
    ClientInput { count: 1 }
}

#[sync::server(auth = public, room = "versions-{number}")]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<u32, SyncError> {
    Ok(input.count)
}
