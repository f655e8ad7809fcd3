use crate::Ctx;
use sync::SyncError;

async fn never(_ctx: Ctx<'_>) -> Result<(), SyncError> {
    Err(sync::error!("checks-may-not", who = "anybody").status(403))
}

/// Answers nobody: a handler without an input has a check without one.
#[sync::request(auth = public, check = never)]
pub async fn main(ctx: Ctx<'_>) -> Result<(), SyncError> {
    ctx.app().begun.send_modify(|begun| *begun += 1);
    Ok(())
}
