//! Rooms of which nothing is kept.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may enter.
#[sync::room("brief-{name}", auth = public, history = none)]
pub async fn join(_ctx: RoomCtx<'_>, _name: &str) -> Result<(), SyncError> {
    Ok(())
}
