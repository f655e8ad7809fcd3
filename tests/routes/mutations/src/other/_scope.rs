use sync::{Access, SyncError};

#[sync::scope("todos-{other}")]
pub async fn access(_ctx: crate::RoomCtx<'_>, _list: &str) -> Result<Access, SyncError> {
    Ok(Access::Write)
}
