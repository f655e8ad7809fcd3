use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {}

#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<(), SyncError> {
    Ok(())
}
