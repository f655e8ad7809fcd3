//! Rows for everybody.

use sync::{Access, SyncError};

/// Anybody may read anything.
#[sync::scope("rows-{list}", auth = public)]
pub async fn access(_ctx: crate::RoomCtx<'_>, _list: &str) -> Result<Access, SyncError> {
    Ok(Access::Read)
}
