//! The checks of this page: each does what its input says.

use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct Asked {
    /// `yes`, `no`, `panic`, `hang`, or the name of the room that may be sent to.
    pub may: String,
}

#[wire]
#[derive(PartialEq, Eq)]
pub struct Ran {
    pub ran: bool,
}

pub async fn may(ctx: Ctx<'_>, input: &Asked) -> Result<(), SyncError> {
    tokio::task::yield_now().await;
    match input.may.as_str() {
        "yes" => Ok(()),
        "panic" => panic!("the test check was asked to panic"),
        "hang" => std::future::pending().await,
        room if !room.is_empty() && room == ctx.room() => Ok(()),
        _ => Err(sync::error!("checks-may-not", who = ctx.session().user_id.clone()).status(403)),
    }
}
