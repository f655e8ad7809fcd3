//! Scopes for everybody.

use sync::{Access, SyncError};

/// Anybody may change anything.
#[sync::scope("notes-{name}", auth = public)]
pub async fn access(_ctx: crate::RoomCtx<'_>, _name: &str) -> Result<Access, SyncError> {
    Ok(Access::Write)
}
