use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub text: String,
}

#[wire]
#[derive(PartialEq, Eq)]
pub struct ServerOutput {
    pub text: String,
    pub to: String,
}

/// Tells everybody who is connected.
#[sync::server(auth = public, room = all)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { text: input.text.clone(), to: ctx.room().to_owned() })
}
