#[sync::request]
pub async fn main(ctx: Ctx<'_>) -> Result<u8, SyncError> {
    Ok(1)
}
