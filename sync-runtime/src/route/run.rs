//! Running a handler, whatever its lane.

use serde_json::value::RawValue;

use crate::contain::Guarded;
use crate::error::SyncError;
use crate::route::{BoxFuture, Ctx, ServerHandler};
use crate::schema::{EncodeError, Wire, encode_raw};

/// Runs a handler once, and writes its output once; `cb` names the route in the log.
///
/// # Errors
///
/// What the handler returns; `sync-server-failed` for an output without a JSON form.
pub(super) async fn run_handler<S: ServerHandler>(
    ctx: Ctx<'_, S::App>,
    input: &S::Input,
    cb: &str,
) -> Result<(Guarded<S::Output>, Box<RawValue>), SyncError> {
    let output = Guarded::new(S::call(ctx, input).await?);
    let json = encode(&*output, cb).ok_or_else(|| SyncError::new("sync-server-failed"))?;
    Ok((output, json))
}

/// Runs the check of a route; `None` where there is none.
pub(super) fn check<'a, S: ServerHandler>(
    ctx: Ctx<'a, S::App>,
    input: &'a S::Input,
) -> Option<BoxFuture<'a, Result<(), SyncError>>> {
    S::CHECKS.then(|| -> BoxFuture<'a, _> { Box::pin(S::check(ctx, input)) })
}

/// Writes a value; `None`, with a line in the log, for one that has no JSON form.
pub(super) fn encode<T: Wire>(value: &T, cb: &str) -> Option<Box<RawValue>> {
    encode_raw(value).map_err(|error| log_unwritable(cb, &error)).ok()
}

pub(super) fn log_unwritable(cb: &str, error: &EncodeError) {
    tracing::error!(route = cb, ?error, "an output has no JSON form");
}
