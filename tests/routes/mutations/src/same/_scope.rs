use sync::{Access, SyncError};

#[sync::scope("same-{name}")]
pub async fn access(_ctx: crate::RoomCtx<'_>, _name: &str) -> Result<Access, SyncError> {
    Ok(Access::Write)
}

#[sync::scope("more-{name}")]
pub async fn more(_ctx: crate::RoomCtx<'_>, _name: &str) -> Result<Access, SyncError> {
    Ok(Access::Write)
}
