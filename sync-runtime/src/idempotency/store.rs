//! Where calls are known that this life of this server has not made.

use std::fmt::Debug;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{StoredError, SyncError};
use crate::idempotency::{CallKey, Outcome};
use crate::route::BoxFuture;
use crate::wire::Answered;

/// Keeps calls beyond a life of a server, or for others.
pub trait CallStore: Debug + Send + Sync {
    /// Notes that a call begins, unless it has before.
    ///
    /// # Errors
    ///
    /// `sync-unavailable` when it cannot be noted; `sync-id-reused`.
    fn begin<'a>(&'a self, key: &'a CallKey<'static>, terms: Terms) -> BoxFuture<'a, Result<Begun, SyncError>>;

    /// Keeps what came of a call, and returns what its caller is told: where it cannot be kept, what a repeat would be told.
    fn end<'a>(&'a self, key: &'a CallKey<'static>, terms: Terms, outcome: Outcome) -> BoxFuture<'a, Outcome>;
}

/// What is to be known of a call besides what it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// It was sent to another server before, or in another life of this one.
    pub elsewhere: bool,
    /// Its route is `durable`.
    pub durable: bool,
    /// How long it may still take: after that it has ended, or was cut off with its server.
    pub left: Duration,
}

/// What is known of a call that is to begin.
#[derive(Debug)]
pub enum Begun {
    /// It is new, and noted now.
    New,
    /// It was made before.
    Ended(Outcome),
}

/// What came of a call, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Stored {
    Answered(Answered),
    Error(StoredError),
}

/// Writes what came of a call; `None` for what cannot be written.
pub(super) fn written(outcome: &Outcome) -> Option<String> {
    let stored = match outcome {
        Ok(answered) => Stored::Answered(answered.clone()),
        Err(error) => Stored::Error(error.to_stored()),
    };
    serde_json::to_string(&stored).ok()
}

/// Reads what came of a call; `codes` are those that the app can answer with.
pub(super) fn read(stored: &str, codes: &[&'static str]) -> Outcome {
    match serde_json::from_str(stored) {
        Ok(Stored::Answered(answered)) => Ok(answered),
        // A code that the app has no more has no sentence, either.
        Ok(Stored::Error(error)) => Err(error.revive(codes).unwrap_or_else(unknown)),
        Err(_) => Err(unknown()),
    }
}

/// Says that nobody knows what came of a call.
pub(super) fn unknown() -> SyncError {
    SyncError::new("sync-outcome-unknown")
}
