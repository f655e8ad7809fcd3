use crate::Ctx;
use sync::{SyncError, request};

#[request]
pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
