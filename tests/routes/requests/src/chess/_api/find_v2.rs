use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {}

/// Finds a game by its id.
#[sync::request(auth = public, method = GET)]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<(), SyncError> {
    Ok(())
}
