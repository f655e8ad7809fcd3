//! Rooms that one sends to from outside.

use crate::RoomCtx;
use sync::SyncError;

/// Only who has signed in may enter; everybody may send.
#[sync::room("hall-{name}", send = anyone)]
pub async fn join(_ctx: RoomCtx<'_>, _name: &str) -> Result<(), SyncError> {
    Ok(())
}
