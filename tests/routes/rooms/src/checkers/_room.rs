#[sync::room("game-{id}-{id2}")]
pub async fn join(ctx: crate::RoomCtx<'_>, id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
