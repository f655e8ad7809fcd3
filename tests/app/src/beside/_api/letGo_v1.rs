use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Input {
    pub calls: u32,
}

/// Lets go of so many calls, after others have had their turn.
#[sync::request(auth = public, concurrent)]
pub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<(), SyncError> {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    ctx.app().let_go(input.calls);
    Ok(())
}
