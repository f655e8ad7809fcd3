//! Who may be in the rooms of this page.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody who is signed in.
#[sync::room("lobby-{name}")]
pub async fn join(_ctx: RoomCtx<'_>, _name: &str) -> Result<(), SyncError> {
    Ok(())
}
