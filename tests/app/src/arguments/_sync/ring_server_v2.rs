use crate::Ctx;
use sync::SyncError;

/// Rings in an empty hall, too.
#[sync::server(auth = public, empty_room = allow)]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
