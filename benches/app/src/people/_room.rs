//! Rooms whose members see who is there.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may enter.
#[sync::room("people-{name}", auth = public, presence)]
pub async fn join(_ctx: RoomCtx<'_>, _name: &str) -> Result<(), SyncError> {
    Ok(())
}
