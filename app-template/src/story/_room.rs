//! Who may be in the rooms of this page.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody who is signed in may listen.
#[sync::room("story-{name}")]
pub async fn join(_ctx: RoomCtx<'_>, name: &str) -> Result<(), SyncError> {
    if name.len() > 40 {
        return Err(sync::error!("room-invalid"));
    }
    Ok(())
}
