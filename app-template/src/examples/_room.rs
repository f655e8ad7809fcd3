//! Who may be in the rooms of this page.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody who is signed in may play, in rooms whose ids have at most 40 characters.
#[sync::room("game-room-{id}")]
pub async fn join(_ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError> {
    if id.len() > 40 {
        return Err(sync::error!("room-invalid"));
    }
    Ok(())
}
