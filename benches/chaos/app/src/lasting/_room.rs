//! Rooms that go on where an earlier life of the server has left them.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may enter.
#[sync::room("lasting-{name}", auth = public, history = durable)]
pub async fn join(_ctx: RoomCtx<'_>, _name: &str) -> Result<(), SyncError> {
    Ok(())
}
