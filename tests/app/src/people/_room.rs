//! Rooms whose members see who is there.

use crate::RoomCtx;
use sync::SyncError;

/// Everybody may come in.
#[sync::room("people-{number}", auth = public, presence)]
pub async fn join(_ctx: RoomCtx<'_>, _number: &str) -> Result<(), SyncError> {
    Ok(())
}
