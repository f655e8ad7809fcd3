use crate::Ctx;
use sync::SyncError;

/// Three times at once, and then once in an hour.
#[sync::request(auth = public, rate_limit = "1/h, burst 3")]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    Ok(())
}
