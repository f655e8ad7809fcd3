//! Rooms that have to be opened before anybody can enter them.

use crate::RoomCtx;
use sync::SyncError;

/// Whoever knows the number of one that is open may enter.
#[sync::room("opened-{number}", auth = login)]
pub async fn join(ctx: RoomCtx<'_>, number: u32) -> Result<(), SyncError> {
    match ctx.app().is_open(number) {
        true => Ok(()),
        false => Err(sync::error!("room-forbidden")),
    }
}
