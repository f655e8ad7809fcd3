//! Rooms that note who comes and goes.

use crate::RoomCtx;
use sync::SyncError;

/// Enters who is not banned; a number in the name says how the hooks behave.
#[sync::room("hooks-{kind}", auth = public, leave = left, empty = all_left)]
pub async fn join(ctx: RoomCtx<'_>, kind: &str) -> Result<(), SyncError> {
    let name = ctx.session().user_id.as_str();
    match ctx.app().banned(name) {
        None => ctx.app().note(format!("{name} asks for {kind}")),
        Some("panic") => panic!("the test rule was asked to panic"),
        Some(_) => return Err(sync::error!("checks-may-not", who = name.to_owned()).status(403)),
    }
    Ok(())
}

async fn left(ctx: RoomCtx<'_>, kind: &str) -> Result<(), SyncError> {
    tokio::task::yield_now().await;
    ctx.app().note(format!("{} left {kind}", ctx.session().user_id));
    match kind {
        "panic" => panic!("the test hook was asked to panic"),
        "error" => Err(sync::error!("checks-may-not", who = "nobody").status(403)),
        _ => Ok(()),
    }
}

async fn all_left(ctx: RoomCtx<'_>, kind: &str) -> Result<(), SyncError> {
    ctx.app().note(format!("{kind} is empty"));
    if kind == "slow" {
        ctx.app().held().await;
    }
    ctx.app().note(format!("{kind} was empty"));
    Ok(())
}
