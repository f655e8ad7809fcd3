use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub text: String,
}

#[wire]
pub struct ServerOutput {
    pub text: String,
}

/// Passes the text on.
#[sync::server(auth = public, report)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { text: input.text.clone() })
}
