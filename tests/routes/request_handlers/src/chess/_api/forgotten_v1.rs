use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {}


pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<(), SyncError> {
    Ok(())
}
