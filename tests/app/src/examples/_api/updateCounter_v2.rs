use super::updateCounter_v1::{Input, Output};
use crate::Ctx;
use sync::SyncError;

/// Asks the same, by a query as well.
#[sync::request(method = GET)]
pub async fn main(_ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {
    Ok(Output { new_value: input.amount })
}
