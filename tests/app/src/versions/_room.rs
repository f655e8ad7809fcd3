//! Rooms in which routes of several versions meet.

use crate::RoomCtx;
use sync::SyncError;

#[sync::room("versions-{number}", auth = public)]
pub async fn join(_ctx: RoomCtx<'_>, _number: u32) -> Result<(), SyncError> {
    Ok(())
}
