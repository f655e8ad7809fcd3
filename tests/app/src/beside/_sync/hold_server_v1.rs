use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ServerOutput {
    pub held: bool,
}

/// Is held until the test lets go, while what comes behind it goes on.
#[sync::server(auth = public, concurrent)]
pub async fn main(ctx: Ctx<'_>) -> Result<ServerOutput, SyncError> {
    ctx.app().held().await;
    Ok(ServerOutput { held: true })
}
