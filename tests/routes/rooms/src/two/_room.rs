#[sync::room("two-{id}")]
pub async fn join(ctx: crate::RoomCtx<'_>, id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}

#[sync::room("too-{id}")]
pub async fn other(ctx: crate::RoomCtx<'_>, id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
