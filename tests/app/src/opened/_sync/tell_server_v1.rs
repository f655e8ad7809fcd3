use crate::Ctx;
use sync::SyncError;

/// Tells the number of the room.
#[sync::server(auth = login, room = "opened-{number}")]
pub async fn main(ctx: Ctx<'_>) -> Result<String, SyncError> {
    Ok(ctx.room().to_owned())
}
