//! Who may be in the rooms of this page.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody who is signed in may work at a board, and is seen by the others there.
#[sync::room("board-{id}", presence)]
pub async fn join(_ctx: RoomCtx<'_>, id: &str) -> Result<(), SyncError> {
    if id.len() > 40 {
        return Err(sync::error!("room-invalid"));
    }
    Ok(())
}
