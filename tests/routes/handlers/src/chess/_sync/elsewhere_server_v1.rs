use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {}

#[sync::server]
pub async fn run(ctx: Ctx<'_>, input: &ClientInput) -> Result<(), SyncError> {
    Ok(())
}

pub fn main() {}
