use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    #[validate(range(min = 1, max = 100))]
    pub amount: i32,
}

#[wire]
pub struct Output {
    pub new_value: i32,
}

/// Asks what the event of this name would do in an app that counts.
#[sync::request]
pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    Ok(Output { new_value: input.amount })
}
