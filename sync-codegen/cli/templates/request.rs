use crate::Ctx;
use sync::{SyncError, wire};

/// What a caller asks.
#[wire]
pub struct Input {
    /// Whom to greet.
    #[validate(length(min = 1, max = 100))]
    pub name: String,
}

/// What the caller gets.
#[wire]
pub struct Output {
    /// The greeting.
    pub text: String,
}

/// Answers `{{page}}/{{name}}`.
#[sync::request]
pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    Ok(Output { text: format!("Hello, {}", input.name) })
}
