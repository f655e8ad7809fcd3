//! A call that has been claimed, and what others may learn of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::SyncError;
use crate::id::Id;
use crate::idempotency::{Begun, CallKey, CallStore, Outcome, RecentCalls, SharedOutcome, Terms};
use crate::wire::Answered;

/// What becomes of a call that has a name.
#[derive(Debug)]
pub enum Claim {
    /// It is new: whoever has the ticket runs it.
    New(Ticket),
    /// It has been made, or is under way.
    Known(Known),
}

/// A call that has been made, or is under way.
#[derive(Debug)]
pub enum Known {
    /// It has ended.
    Done(SharedOutcome),
    /// It runs; told when it ends.
    Running(watch::Receiver<Option<SharedOutcome>>),
}

impl Known {
    /// Waits until the call has ended, and returns what came of it.
    pub async fn outcome(self) -> Outcome {
        let ended = match self {
            Self::Done(outcome) => outcome,
            Self::Running(mut told) => match told.wait_for(Option::is_some).await {
                Ok(outcome) => outcome.clone().expect("it was waited for"),
                Err(_) => return Err(SyncError::new("sync-server-failed")),
            },
        };
        Outcome::clone(&ended)
    }
}

/// The right to run a call. Whatever happens, its repeats are told what came of it.
#[derive(Debug)]
pub struct Ticket {
    calls: Arc<RecentCalls>,
    key: CallKey<'static>,
    tell: watch::Sender<Option<SharedOutcome>>,
    cancelled: CancellationToken,
    kept: Kept,
    terms: Terms,
}

/// Where the outcome of a call is kept.
#[derive(Debug, Clone)]
enum Kept {
    /// Nowhere: nothing has happened yet, or a repeat of it does no harm.
    No,
    /// In memory.
    Recent,
    /// In a file, or on all servers, too.
    Stored(Arc<dyn CallStore>),
}

impl Ticket {
    pub(super) fn new(
        calls: Arc<RecentCalls>,
        key: CallKey<'static>,
        tell: watch::Sender<Option<SharedOutcome>>,
        cancelled: CancellationToken,
    ) -> Self {
        Self { calls, key, tell, cancelled, kept: Kept::No, terms: Terms::default() }
    }

    /// Returns what tells that the caller has given the call up.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// Notes that the handler streams: the call is given up when this socket goes, and when the server stops.
    pub fn streams(&mut self, socket: Option<Id>) {
        self.calls.streams(&self.key, socket);
    }

    /// Returns whether the caller has given the call its name, and may repeat it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.key.id.starts_with(' ')
    }

    /// Notes that the handler begins: what comes of the call is kept from here on, even that it was cut off.
    pub fn begin(&mut self) {
        self.kept = Kept::Recent;
    }

    /// Notes that the call was sent to another server before, or in another life of this one.
    pub fn sent_elsewhere(&mut self) {
        self.terms.elsewhere = true;
    }

    /// Notes in a store that the handler begins, or returns what came of it when it ran in another life of this server, or on another one.
    ///
    /// # Errors
    ///
    /// `sync-unavailable` when that cannot be noted; `sync-id-reused`; `sync-outcome-unknown` when it was begun in another life, and
    /// cut off.
    pub async fn begin_in(
        &mut self,
        calls: &Arc<dyn CallStore>,
        durable: bool,
        left: Duration,
    ) -> Result<Option<Answered>, SyncError> {
        (self.terms.durable, self.terms.left) = (durable, left);
        match calls.begin(&self.key, self.terms).await? {
            Begun::New => self.kept = Kept::Stored(calls.clone()),
            // It is in the store: from now on it is found in memory.
            Begun::Ended(outcome) => {
                self.kept = Kept::Recent;
                return outcome.map(Some);
            }
        }
        Ok(None)
    }

    /// Keeps what came of the call, as far as it is to be kept, and tells its repeats. Returns what its caller is told, when it is kept.
    pub async fn end(mut self, outcome: Outcome) -> Outcome {
        let outcome = match &self.kept {
            Kept::Stored(calls) => calls.end(&self.key, self.terms, outcome).await,
            Kept::No | Kept::Recent => outcome,
        };
        self.settle(Arc::new(outcome.clone()));
        outcome
    }

    fn settle(&mut self, outcome: SharedOutcome) {
        let is_kept = !matches!(self.kept, Kept::No);
        self.calls.end(&self.key, is_kept.then(|| outcome.clone()));
        self.tell.send_replace(Some(outcome));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.tell.borrow().is_none() {
            // Cut off: a handler that has begun may have done anything.
            let code = if matches!(self.kept, Kept::No) { "sync-cancelled" } else { "sync-outcome-unknown" };
            self.settle(Arc::new(Err(SyncError::new(code))));
        }
    }
}
