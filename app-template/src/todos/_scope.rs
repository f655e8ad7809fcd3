//! Who may read and write which lists.

use crate::RoomCtx;
use sync::{Access, SyncError};

/// Anybody who is signed in may work on a list whose name they know.
#[sync::scope("todos-{list}")]
pub async fn access(_ctx: RoomCtx<'_>, list: &str) -> Result<Access, SyncError> {
    if list.len() > 40 {
        return Err(sync::error!("room-invalid"));
    }
    Ok(Access::Write)
}

/// Returns the name of the list that a scope is of.
pub fn list_of(scope: &str) -> &str {
    scope.strip_prefix("todos-").unwrap_or(scope)
}
