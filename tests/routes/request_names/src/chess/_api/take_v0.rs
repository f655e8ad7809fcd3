use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {}

#[sync::request]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<(), SyncError> {
    Ok(())
}
