use crate::Ctx;
use std::time::Duration;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub index: u32,
    pub wait_ms: u32,
}

#[wire]
pub struct ServerOutput {
    pub index: u32,
}

/// Waits as long as it is told to.
#[sync::server(auth = public)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    ctx.app().begun.send_modify(|begun| *begun += 1);
    if input.wait_ms > 0 {
        tokio::time::sleep(Duration::from_millis(input.wait_ms.into())).await;
    } else {
        tokio::task::yield_now().await;
    }
    ctx.app().ended.lock().map_err(|_| sync::error!("order-lost"))?.push(input.index);
    Ok(ServerOutput { index: input.index })
}
