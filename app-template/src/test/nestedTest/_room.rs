//! Who may be in the rooms of this page.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody who is signed in; the rooms are numbered.
#[sync::room("nested-{number}")]
pub async fn join(_ctx: RoomCtx<'_>, _number: u32) -> Result<(), SyncError> {
    Ok(())
}
