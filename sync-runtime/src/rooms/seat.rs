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
    taken: AtomicBool,
    /// Set while work of this member is not done.
    behind: AtomicBool,
    /// What has to wait for that work.
    deferred: Mutex<VecDeque<Deferred>>,
}

/// A seat in the list of its room, with all that a visit needs beside it: of a thousand members, nothing is in the cache, and
/// each step from one place in memory to the next costs as much as a filter.
pub struct Row<A: App> {
    seat: Arc<Seat<A>>,
    session: Arc<LiveSession<A>>,
    outbox: Arc<dyn Outbox>,
    connection_id: u64,
    /// The last event before it joined.
    since: u64,
}

/// What a member gets of one event, when that is known later.
pub struct Deferred {
    /// What the event is about, if its route is volatile.
    pub topic: Option<Arc<Topic>>,
    /// Runs the filter; `None` when the member gets nothing.
    pub packet: BoxFuture<'static, Option<Packet>>,
}

impl<A: App> Seat<A> {
    pub(super) fn new(connection: &Arc<Connection<A>>) -> Arc<Self> {
        Arc::new(Self {
            connection: connection.clone(),
            taken: AtomicBool::new(true),
            behind: AtomicBool::new(false),
            deferred: Mutex::default(),
        })
    }

    /// Returns whether the member is still in the room.
    pub(super) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    pub(super) fn vacate(&self) {
        self.taken.store(false, Ordering::Release);
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
            self.connection.outbox().close(CloseReason::FiltersTooSlow);
        } else if !self.behind.swap(true, Ordering::AcqRel) {
            tasks.spawn(self.clone().catch_up());
        }
    }

    async fn catch_up(self: Arc<Self>) {
        while let Some(work) = self.next_deferred() {
            match AssertUnwindSafe(work.packet).catch_unwind().await {
                // A member that left while its filter ran must not hear of it.
                Ok(Some(packet)) if self.is_taken() => self.connection.outbox().send(&packet.into()),
                Ok(_) => {}
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

impl<A: App> Row<A> {
    pub(super) fn new(connection: &Arc<Connection<A>>, since: u64) -> Self {
        Self {
            seat: Seat::new(connection),
            session: connection.session().clone(),
            outbox: connection.shared_outbox(),
            connection_id: connection.id(),
            since,
        }
    }

    /// Returns the member's connection.
    #[must_use]
    pub fn connection(&self) -> &Connection<A> {
        &self.seat.connection
    }

    /// Returns the number of the member's connection.
    #[must_use]
    pub fn connection_id(&self) -> u64 {
        self.connection_id
    }

    /// Returns the session of the member's connection.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession<A>> {
        &self.session
    }

    pub(super) fn seat(&self) -> &Arc<Seat<A>> {
        &self.seat
    }

    /// Returns whether the event with this number happened after the member joined.
    pub(super) fn hears(&self, seq: u64) -> bool {
        seq > self.since
    }

    /// Sends packets, unless the member has left.
    pub(super) fn send(&self, bundle: &Bundle) {
        if self.seat.is_taken() {
            self.outbox.send(bundle);
        }
    }
}

impl<A: App> Clone for Row<A> {
    fn clone(&self) -> Self {
        let Self { seat, session, outbox, connection_id, since } = self;
        let (seat, session, outbox) = (seat.clone(), session.clone(), outbox.clone());
        Self { seat, session, outbox, connection_id: *connection_id, since: *since }
    }
}

impl<A: App> std::fmt::Debug for Row<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Row").field(&self.seat).finish()
    }
}

impl<A: App> std::fmt::Debug for Seat<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("connection", &self.connection.id()).finish_non_exhaustive()
    }
}
