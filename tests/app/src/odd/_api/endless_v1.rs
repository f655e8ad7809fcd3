use crate::Ctx;
use crate::routes::odd::endless_v1::server::ServerOutput;
use sync::SyncError;

/// Gives a number that JSON has no form for.
#[sync::request(auth = public)]
pub async fn main(_ctx: Ctx<'_>) -> Result<ServerOutput, SyncError> {
    Ok(ServerOutput { ratio: f64::INFINITY })
}
