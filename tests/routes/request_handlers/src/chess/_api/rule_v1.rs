#[sync::room("x-{id}")]
pub async fn main(ctx: crate::RoomCtx<'_>, id: &str) -> Result<(), sync::SyncError> {
    Ok(())
}
