//! What becomes of a push, the same in every store: whether it is its client's next, and what its mutation makes of the data.

use std::sync::Arc;

use super::overlay::{Overlay, Reads, Written};
use super::store::{Push, Pushed, Work};
use crate::contain::{Panicked, contained, log_panicked};
use crate::error::{StoredError, SyncError};
use crate::id::Id;

/// How many outcomes of a client are kept: it may ask for as many again, which it has not heard.
pub(super) const KEPT: u64 = 1000;

/// A client that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownClient {
    pub(super) owner: Id,
    /// The number of its last push that is settled.
    pub(super) last: u64,
}

/// What came of a push: the cursor of its scope, or why it was refused.
pub(super) type Outcome = Result<u64, SyncError>;

/// What becomes of a push.
#[derive(Debug)]
pub(super) enum Judged {
    /// It is not run; whoever asks is told this.
    Told(Pushed),
    /// It is its client's next, and refused: the one before it was.
    Refused(SyncError),
    /// It is its client's next.
    Next,
}

/// Says what becomes of a push. `outcome_of` finds the call of a number, and what came of it.
pub(super) fn judge<E>(
    push: &Push,
    client: Option<KnownClient>,
    outcome_of: impl Fn(u64) -> Result<Option<(Id, Outcome)>, E>,
) -> Result<Judged, E> {
    let call = &push.call;
    let last = client.map_or(0, |client| client.last);
    if client.is_some_and(|client| client.owner != call.owner) {
        return Ok(Judged::Told(Pushed::Foreign));
    }
    if call.number <= last {
        return Ok(Judged::Told(match outcome_of(call.number)? {
            None => Pushed::Forgotten,
            Some((known, _)) if known != call.call => Pushed::Reused,
            Some((_, outcome)) => Pushed::Settled(outcome),
        }));
    }
    if call.number != last + 1 {
        return Ok(Judged::Told(Pushed::OutOfOrder { expected: last + 1 }));
    }
    let is_skipped = push.after_success && last > 0 && outcome_of(last)?.is_some_and(|(_, outcome)| outcome.is_err());
    Ok(if is_skipped { Judged::Refused(SyncError::new("mutation-skipped")) } else { Judged::Next })
}

/// Returns whether a log that reaches from `floor` to `head` has all that has come behind a cursor, which is of an epoch, if that is known.
pub(super) fn reaches((floor, head): (u64, u64), own_epoch: &str, cursor: u64, epoch: Option<&str>) -> bool {
    let is_of_epoch = epoch.is_none_or(|epoch| epoch.is_empty() || epoch == own_epoch);
    (floor..=head).contains(&cursor) && (is_of_epoch || cursor == 0)
}

/// Runs what a push does, on top of what is there; a refusal or a panic leaves nothing.
pub(super) fn run<R: Reads>(
    scope: &Arc<str>,
    work: &mut Work,
    reads: &R,
    head: u64,
    time: i64,
) -> Result<Result<Written, SyncError>, R::Error> {
    let apply = match work {
        Work::Refuse(refusal) => return Ok(Err(refusal.clone())),
        Work::Apply(apply) => apply,
    };
    let mut overlay = Overlay::new(reads, head, time);
    let done = contained(|| apply(&mut overlay)).unwrap_or_else(|Panicked| {
        log_panicked(scope, "mutation");
        Err(SyncError::new("sync-server-failed"))
    });
    let written = overlay.into_written()?;
    Ok(done.map(|()| written))
}

/// A code that the app has no more has no sentence, either: that it was refused is known all the same.
pub(super) fn stored_refusal(stored: &str, codes: &[&'static str]) -> SyncError {
    let stored = serde_json::from_str::<StoredError>(stored).ok();
    stored.and_then(|stored| stored.revive(codes)).unwrap_or_else(|| SyncError::new("sync-server-failed"))
}

/// Writes a refusal for [`stored_refusal`].
pub(super) fn to_stored(refusal: &SyncError) -> Option<String> {
    serde_json::to_string(&refusal.to_stored()).ok()
}
