//! A member: one connection in one room.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use crate::rooms::{Bundle, CloseReason, Connection, Outbox};
use crate::route::{App, BoxFuture};
use crate::session::LiveSession;
use crate::wire::{Packet, Topic};

/// How many events may wait for one member's filter before the member is disconnected.
const BEHIND_LIMIT: usize = 1024;

/// A member: one connection in one room.
pub struct Seat<A: App> {
    connection: Arc<Connection<A>>,
    // Beside the connection, so that a visit finds all that it needs after one step.
    session: Arc<LiveSession<A>>,
    outbox: Arc<dyn Outbox>,
    /// The last event before it joined.
    since: u64,
    taken: AtomicBool,
    /// Set while work of this member is not done.
    behind: AtomicBool,
    /// What has to wait for that work.
    deferred: Mutex<VecDeque<Deferred>>,
}

/// What a member gets of one event, when that is known later.
pub struct Deferred {
    /// What the event is about, if its route is volatile.
    pub topic: Option<Arc<Topic>>,
    /// Runs the filter; `None` when the member gets nothing.
    pub packet: BoxFuture<'static, Option<Packet>>,
}

impl<A: App> Seat<A> {
    pub(super) fn new(connection: &Arc<Connection<A>>, since: u64) -> Arc<Self> {
        Arc::new(Self {
            connection: connection.clone(),
            session: connection.session().clone(),
            outbox: connection.shared_outbox(),
            since,
            taken: AtomicBool::new(true),
            behind: AtomicBool::new(false),
            deferred: Mutex::default(),
        })
    }

    /// Returns the member's connection.
    #[must_use]
    pub fn connection(&self) -> &Arc<Connection<A>> {
        &self.connection
    }

    /// Returns the session of the member's connection.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession<A>> {
        &self.session
    }

    /// Returns whether the member is still in the room.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    /// Returns whether the event with this number happened after the member joined.
    #[must_use]
    pub fn hears(&self, seq: u64) -> bool {
        seq > self.since
    }

    pub(super) fn vacate(&self) {
        self.taken.store(false, Ordering::Release);
    }

    /// Sends packets, unless the member has left.
    pub(super) fn send(&self, bundle: &Bundle) {
        // A member that left while its filter ran must not hear of it.
        if self.is_taken() {
            self.outbox.send(bundle);
        }
    }

    /// Returns whether earlier work of this member is not done: whatever comes next must be [deferred](Seat::defer).
    pub(super) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// Does `work` for this member alone, after what is deferred already; the other members do not wait.
    ///
    /// Called by the room's one task alone.
    pub(super) fn defer(self: &Arc<Self>, work: Deferred, tasks: &TaskTracker) {
        let mut deferred = self.deferred.lock();
        if let Some(topic) = &work.topic {
            deferred.retain(|older| older.topic.as_ref() != Some(topic));
        }
        deferred.push_back(work);
        if deferred.len() > BEHIND_LIMIT {
            deferred.clear();
            drop(deferred);
            self.outbox.close(CloseReason::FiltersTooSlow);
        } else if !self.behind.swap(true, Ordering::AcqRel) {
            tasks.spawn(self.clone().catch_up());
        }
    }

    async fn catch_up(self: Arc<Self>) {
        while let Some(work) = self.next_deferred() {
            match AssertUnwindSafe(work.packet).catch_unwind().await {
                Ok(Some(packet)) => self.send(&packet.into()),
                Ok(None) => {}
                Err(_) => tracing::error!(connection = self.connection.id(), "a delivery panicked"),
            }
        }
    }

    fn next_deferred(&self) -> Option<Deferred> {
        let mut deferred = self.deferred.lock();
        let next = deferred.pop_front();
        if next.is_none() {
            *deferred = VecDeque::new();
            // Under the lock: what is deferred from now on starts a task of its own.
            self.behind.store(false, Ordering::Release);
        }
        next
    }
}

impl<A: App> std::fmt::Debug for Seat<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("connection", &self.connection.id()).finish_non_exhaustive()
    }
}
