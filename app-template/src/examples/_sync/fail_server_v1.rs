use crate::Ctx;
use sync::{SyncError, wire};

#[wire]
pub struct ClientInput {
    /// How it goes wrong.
    pub kind: Kind,
}

/// The ways in which a call can go wrong.
#[wire]
#[derive(Copy, PartialEq)]
pub enum Kind {
    /// The handler refuses.
    App,
    /// The handler refuses with a status of its own.
    Conflict,
    /// The handler has a bug.
    Panic,
    /// The handler takes too long.
    Slow,
    /// The handler succeeds, the filter refuses.
    FilterError,
    /// The handler succeeds, the filter has a bug.
    FilterPanic,
}

/// Goes wrong in the way that is asked for.
#[sync::server(auth = public, timeout = 0.5)]
pub async fn main(_ctx: Ctx<'_>, input: &ClientInput) -> Result<(), SyncError> {
    match input.kind {
        Kind::App => Err(sync::error!("example-refused", kind = "app")),
        Kind::Conflict => Err(sync::error!("example-conflict").status(409)),
        Kind::Panic => panic!("the example handler was asked to panic"),
        Kind::Slow => std::future::pending().await,
        Kind::FilterError | Kind::FilterPanic => Ok(()),
    }
}
