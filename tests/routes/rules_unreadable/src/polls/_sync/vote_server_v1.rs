#[sync::server(room = "poll-{id}")]
pub async fn main(ctx: crate::Ctx<'_>) -> Result<(), sync::SyncError> {
    Ok(())
}
