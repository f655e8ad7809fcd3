#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}

pub fn upgrade(old: super::v1::server::ClientInput) -> ClientInput {
    ClientInput {}
}

pub fn downgrade(output: &ServerOutput) -> super::v1::server::ServerOutput {
    super::v1::server::ServerOutput {}
}

#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput {})
}
