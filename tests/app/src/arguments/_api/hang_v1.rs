use std::time::Duration;

use crate::Ctx;
use sync::SyncError;

const LIMIT: Duration = Duration::from_millis(20);

/// Never ends by itself.
#[sync::request(auth = public, timeout = LIMIT)]
pub async fn main(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    std::future::pending().await
}
