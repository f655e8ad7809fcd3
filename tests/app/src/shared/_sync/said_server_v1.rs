use crate::Ctx;
use sync::SyncError;

/// Says that something has happened.
#[sync::server(auth = public, room = "shared-{id}", rate_limit = "off")]
pub async fn main(_: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
