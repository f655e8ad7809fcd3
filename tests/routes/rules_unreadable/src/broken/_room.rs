#[sync::room("a b")]
pub async fn join(ctx: crate::RoomCtx<'_>, id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
