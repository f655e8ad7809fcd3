#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}

pub fn upgrade(old: super::v1::server::ClientInput) -> ClientInput {
    ClientInput {}
}

#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput {})
}
