use crate::Ctx;
use crate::app::Person;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// What to announce.
    #[validate(length(min = 1, max = 200))]
    pub text: String,
}

#[wire]
pub struct ServerOutput {
    /// What is announced.
    pub text: String,
    /// Who announces it.
    pub by: Person,
}

/// Announces something in any room that the caller is in.
#[sync::server]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { text: input.text.clone(), by: ctx.sender() })
}
