use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ServerOutput {
    pub ratio: f64,
}

/// Gives a number that JSON has no form for.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { ratio: f64::INFINITY })
}
