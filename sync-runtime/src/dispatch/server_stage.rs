//! The handler, once.

use std::time::Duration;

use crate::clock::timeout;
use crate::contain::{Contained, Panicked, contained, log_panicked};
use crate::error::SyncError;
use crate::route::{App, BoxFuture, Ctx, Done, TypedCall};

/// Asks the check of a route, if it has one, within `limit`.
///
/// # Errors
///
/// What the check returns; `sync-timeout`; `sync-server-failed` for a panic. Whichever it is, the handler does not run.
pub(super) async fn check<A: App>(
    call: &dyn TypedCall<A>,
    ctx: Ctx<'_, A>,
    limit: Duration,
    cb: &str,
) -> Result<(), SyncError> {
    if_any(limit, cb, "check", || call.check(ctx)).await
}

/// Runs code that the app may have, [within](within()) `limit`; there is nothing wrong with having none.
pub(super) async fn if_any<'a>(
    limit: Duration,
    cb: &str,
    what: &'static str,
    make: impl FnOnce() -> Option<BoxFuture<'a, Result<(), SyncError>>>,
) -> Result<(), SyncError> {
    match contained(make).map_err(|Panicked| panicked(cb, what))? {
        None => Ok(()),
        Some(running) => within(limit, cb, what, || running).await,
    }
}

/// Runs a call's handler within `limit`; `cb` names the route in the log.
///
/// # Errors
///
/// What the handler returns; `sync-timeout`; `sync-server-failed` for a panic and for an output without a JSON form.
pub(super) async fn run_once<A: App>(
    call: Box<dyn TypedCall<A>>,
    ctx: Ctx<'_, A>,
    limit: Duration,
    cb: &str,
) -> Result<Done<A>, SyncError> {
    within(limit, cb, "handler", || call.run(ctx)).await
}

/// Runs the app's code within `limit` and contains its panics; `what` says in the log which code it was.
pub(super) async fn within<'a, T: 'a>(
    limit: Duration,
    cb: &str,
    what: &'static str,
    make: impl FnOnce() -> BoxFuture<'a, Result<T, SyncError>>,
) -> Result<T, SyncError> {
    let failed = |Panicked| panicked(cb, what);
    let running = Contained::new(contained(make).map_err(failed)?);
    match timeout(limit, running).await {
        Ok(outcome) => outcome.map_err(failed)?,
        Err(_) => {
            tracing::warn!(route = cb, what, ?limit, "stopped: it took too long");
            Err(SyncError::new("sync-timeout"))
        }
    }
}

fn panicked(cb: &str, what: &'static str) -> SyncError {
    log_panicked(cb, what);
    SyncError::new("sync-server-failed")
}
