use crate::Ctx;
use crate::routes::odd::bomb_v1::server::{ClientInput, ServerOutput};
use sync::SyncError;

/// Takes and gives what cannot end well.
#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { index: input.index })
}
