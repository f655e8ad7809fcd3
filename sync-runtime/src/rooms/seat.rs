//! A member: one connection in one room.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::rooms::{Bundle, CloseReason, Connection, QueueFull, Shortcut};
use crate::route::{App, BoxFuture};
use crate::wire::{Packet, Topic};

/// How much may wait for one member's filter before the member is disconnected.
const BEHIND_EVENTS: usize = 1024;
const BEHIND_BYTES: usize = 16 * 1024 * 1024;

/// A member: one connection in one room.
pub struct Seat<A: App> {
    connection: Arc<Connection<A>>,
    taken: AtomicBool,
    /// Told when the seat is left.
    left: Notify,
    /// Set while work of this member is not done; counted in the room.
    behind: AtomicBool,
    behind_in_room: Arc<AtomicUsize>,
    /// What has to wait for that work.
    deferred: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Deferred>,
    bytes: usize,
}

/// A seat in the list of its room, with all that a visit needs beside it: of a thousand members, nothing is in the cache, and
/// each step from one place in memory to the next costs as much as a filter.
pub struct Row<A: App> {
    seat: Arc<Seat<A>>,
    /// The session as it was when the room was last visited.
    session: Arc<A::Session>,
    /// Past the outbox, where there is a way.
    shortcut: OnceLock<Weak<dyn Shortcut>>,
    session_id: u64,
    connection_id: u64,
    /// The last event before it joined.
    since: u64,
}

/// What a member gets of one event, when that is known later.
pub struct Deferred {
    /// What the event is about, if its route is volatile.
    pub topic: Option<Arc<Topic>>,
    /// How many bytes the event has, about.
    pub size: usize,
    /// Runs the filter; `None` when the member gets nothing.
    pub packet: BoxFuture<'static, Option<Packet>>,
}

impl<A: App> Seat<A> {
    fn new(connection: &Arc<Connection<A>>, behind_in_room: &Arc<AtomicUsize>) -> Arc<Self> {
        Arc::new(Self {
            connection: connection.clone(),
            taken: AtomicBool::new(true),
            left: Notify::new(),
            behind: AtomicBool::new(false),
            behind_in_room: behind_in_room.clone(),
            deferred: Mutex::default(),
        })
    }

    /// Returns whether the member is still in the room.
    pub(super) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    pub(super) fn vacate(&self) {
        self.taken.store(false, Ordering::Release);
        self.left.notify_one();
    }

    /// Returns whether earlier work of this member is not done: whatever comes next must be [deferred](Seat::defer).
    pub(super) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// Does `work` for this member alone, after what is deferred already; the other members do not wait.
    ///
    /// Called by the room's one task alone.
    pub(super) fn defer(self: &Arc<Self>, work: Deferred, tasks: &TaskTracker) {
        if !self.is_taken() {
            return;
        }
        let mut deferred = self.deferred.lock();
        deferred.push(work);
        if deferred.is_too_much() {
            *deferred = Waiting::default();
            drop(deferred);
            self.connection.outbox().close(CloseReason::FiltersTooSlow);
        } else if !self.behind.swap(true, Ordering::AcqRel) {
            self.behind_in_room.fetch_add(1, Ordering::AcqRel);
            tasks.spawn(self.clone().catch_up());
        }
    }

    async fn catch_up(self: Arc<Self>) {
        while let Some(work) = self.next_deferred() {
            let sending = async {
                if let Some(packet) = work.packet.await {
                    self.send(&packet.into());
                }
            };
            let left = self.left.notified();
            let done = tokio::select! {
                done = AssertUnwindSafe(sending).catch_unwind() => done,
                // Its filters are of no use any more.
                () = left => Ok(()),
            };
            if done.is_err() {
                self.fail();
            }
        }
    }

    /// Closes a member that did not get what it should have got because of a bug of ours.
    pub(super) fn fail(&self) {
        tracing::error!(connection = self.connection.id(), "a delivery panicked");
        self.connection.outbox().close(CloseReason::DeliveryFailed);
    }

    /// Sends packets, unless the member has left: one that left while its filter ran must not hear of it.
    fn send(&self, bundle: &Bundle) {
        if self.is_taken() {
            self.connection.outbox().send(bundle);
        }
    }

    fn next_deferred(&self) -> Option<Deferred> {
        let mut deferred = self.deferred.lock();
        let next = deferred.pop().filter(|_| self.is_taken());
        if next.is_none() {
            *deferred = Waiting::default();
            // Under the lock: what is deferred from now on starts a task of its own.
            self.behind.store(false, Ordering::Release);
            self.behind_in_room.fetch_sub(1, Ordering::AcqRel);
        }
        next
    }
}

impl Waiting {
    fn push(&mut self, work: Deferred) {
        if let Some(topic) = &work.topic
            && let Some(older) = self.events.iter().rposition(|older| older.topic.as_ref() == Some(topic))
        {
            self.bytes -= self.events.remove(older).map_or(0, |older| older.size);
        }
        self.bytes += work.size;
        self.events.push_back(work);
    }

    fn pop(&mut self) -> Option<Deferred> {
        let next = self.events.pop_front()?;
        self.bytes -= next.size;
        Some(next)
    }

    fn is_too_much(&self) -> bool {
        self.events.len() > BEHIND_EVENTS || self.bytes > BEHIND_BYTES
    }
}

impl<A: App> Row<A> {
    pub(super) fn new(connection: &Arc<Connection<A>>, since: u64, behind_in_room: &Arc<AtomicUsize>) -> Self {
        Self {
            seat: Seat::new(connection, behind_in_room),
            session: connection.session().get(),
            shortcut: OnceLock::new(),
            session_id: connection.session().id(),
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

    /// Returns the session of the member.
    #[must_use]
    pub fn session(&self) -> &A::Session {
        &self.session
    }

    /// Returns the number of the member's session.
    #[must_use]
    pub fn session_id(&self) -> u64 {
        self.session_id
    }

    /// Returns the row with the session as it is now.
    #[must_use]
    pub fn renewed(mut self) -> Self {
        self.renew();
        self
    }

    pub(super) fn renew(&mut self) {
        self.session = self.connection().session().get();
    }

    pub(super) fn seat(&self) -> &Arc<Seat<A>> {
        &self.seat
    }

    /// Returns whether the event with this number happened after the member joined.
    pub(super) fn hears(&self, seq: u64) -> bool {
        seq > self.since
    }

    /// Sends packets; it was looked before whether the member has left.
    pub(super) fn send(&self, bundle: &Bundle) {
        if let Some(shortcut) = self.shortcut.get() {
            if shortcut.upgrade().is_some_and(|shortcut| shortcut.send(bundle) == Err(QueueFull)) {
                self.connection().outbox().close(CloseReason::SendQueueFull);
            }
            return;
        }
        let outbox = self.connection().outbox();
        outbox.send(bundle);
        if let Some(shortcut) = outbox.shortcut() {
            self.shortcut.get_or_init(|| shortcut);
        }
    }
}

impl<A: App> Clone for Row<A> {
    fn clone(&self) -> Self {
        let Self { seat, session, shortcut, session_id, connection_id, since } = self;
        Self {
            seat: seat.clone(),
            session: session.clone(),
            shortcut: shortcut.clone(),
            session_id: *session_id,
            connection_id: *connection_id,
            since: *since,
        }
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
