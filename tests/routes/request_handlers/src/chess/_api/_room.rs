#[sync::room("chess-{id}")]
pub async fn join(ctx: crate::RoomCtx<'_>, id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
