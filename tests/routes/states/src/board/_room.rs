use crate::RoomCtx;
use sync::SyncError;

#[sync::room("board-{id}")]
pub async fn join(_: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
    Ok(())
}
