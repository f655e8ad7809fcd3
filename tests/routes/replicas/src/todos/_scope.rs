#[sync::scope("todos-{id}")]
pub async fn access(_ctx: RoomCtx<'_>, _id: &str) -> Result<Access, SyncError> {
    Ok(Access::Write)
}
