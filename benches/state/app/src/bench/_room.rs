//! Rooms for everybody.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may enter.
#[sync::room("bench-{name}", auth = public)]
pub async fn join(_ctx: RoomCtx<'_>, _name: &str) -> Result<(), SyncError> {
    Ok(())
}
