#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}

pub fn upgrade(old: super::super::move_v2::server::ClientInput) -> ClientInput {
    ClientInput {}
}

pub fn downgrade(output: &ServerOutput) -> super::v2::server::ServerOutput {
    super::v2::server::ServerOutput {}
}

#[sync::server(volatile)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput {})
}
