//! Rooms of one kind.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may play.
#[sync::room("table-{number}-{seat}", auth = public)]
pub async fn join(_ctx: RoomCtx<'_>, _number: u32, _seat: &str) -> Result<(), SyncError> {
    Ok(())
}
