#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}

#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput {})
}
