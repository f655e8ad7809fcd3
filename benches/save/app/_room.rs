use crate::RoomCtx;
use sync::SyncError;

#[sync::room("pagePAGE-{id}")]
pub async fn join(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
    Ok(())
}
