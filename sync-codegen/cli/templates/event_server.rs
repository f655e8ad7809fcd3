use crate::Ctx;
use sync::{SyncError, wire};

/// What a caller sends.
#[wire]
pub struct ClientInput {
    /// What to say.
    #[validate(length(min = 1, max = 500))]
    pub text: String,
}

/// What every member of the room gets.
#[wire]
pub struct ServerOutput {
    /// What was said.
    pub text: String,
}

/// Runs once for each call of `{{page}}/{{name}}`.
#[sync::server]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { text: input.text.clone() })
}
