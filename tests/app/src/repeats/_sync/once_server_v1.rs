use crate::Ctx;
use crate::app::App;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    pub how: How,
}

/// What becomes of a call.
#[wire]
pub enum How {
    Answer,
    Refuse,
    Panic,
    Hold,
}

#[wire]
pub struct ServerOutput {
    pub run: u32,
}

/// Runs as often as it is called, and says how often that was.
#[sync::server(auth = public)]
pub async fn main(ctx: Ctx<'_>, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    run(ctx.app(), input).await
}

/// Does what is asked for, and counts it.
pub async fn run(app: &App, input: &ClientInput) -> Result<ServerOutput, SyncError> {
    let run = app.run();
    match input.how {
        How::Answer => {}
        How::Refuse => return Err(sync::error!("room-limit", limit = run).status(418)),
        How::Panic => panic!("run {run} was to panic"),
        How::Hold => app.held().await,
    }
    Ok(ServerOutput { run })
}
