use super::v1::server::ClientInput as Older;

#[wire]
pub struct ClientInput {}

#[wire]
pub struct ServerOutput {}

pub fn upgrade(old: Older) -> ClientInput {
    ClientInput {}
}

#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput {})
}
