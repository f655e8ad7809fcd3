//! Rooms that share values.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may enter.
#[sync::room("shared-{id}", auth = public)]
pub async fn join(_ctx: RoomCtx<'_>, _id: &str) -> Result<(), SyncError> {
    Ok(())
}
