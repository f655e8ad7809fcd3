//! A rule whose pattern would open the name of everybody.

use crate::RoomCtx;
use sync::SyncError;

/// Anybody may enter, and send from outside.
#[sync::room("al{rest}", auth = public, send = anyone)]
pub async fn join(_ctx: RoomCtx<'_>, _rest: &str) -> Result<(), SyncError> {
    Ok(())
}
