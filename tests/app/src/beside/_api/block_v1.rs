use crate::Ctx;
use sync::SyncError;

/// Is held until the test lets go, and so is what comes behind it.
#[sync::request(auth = public)]
pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> {
    ctx.app().held().await;
    Ok(())
}
