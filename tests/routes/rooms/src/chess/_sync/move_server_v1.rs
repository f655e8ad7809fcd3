#[sync::server(room = "game-{ids}")]
pub async fn main(ctx: crate::Ctx<'_>) -> Result<(), sync::SyncError> {
    Ok(())
}
