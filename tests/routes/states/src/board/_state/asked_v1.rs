use crate::Ctx;
use sync::SyncError;

#[sync::request]
pub async fn main(_: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
