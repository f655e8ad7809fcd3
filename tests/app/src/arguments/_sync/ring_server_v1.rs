use crate::Ctx;
use sync::SyncError;

/// Somebody has to be there to hear it.
#[sync::server(auth = public)]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
