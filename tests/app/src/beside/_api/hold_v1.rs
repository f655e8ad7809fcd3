use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Output {
    pub held: bool,
}

/// Is held until the test lets go, while what comes behind it goes on.
#[sync::request(auth = public, concurrent)]
pub async fn main(ctx: Ctx<'_>) -> Result<Output, SyncError> {
    ctx.app().held().await;
    Ok(Output { held: true })
}
