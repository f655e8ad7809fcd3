//! One room: its members and its sequence.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use parking_lot::{Mutex, MutexGuard};
use tokio_util::task::TaskTracker;

use crate::rooms::{CloseReason, Connection};
use crate::route::{App, BoxFuture};
use crate::wire::Position;

/// A room that has members, or deliveries that still wait.
pub struct Room<A: App> {
    name: Arc<str>,
    epoch: u64,
    state: Mutex<State<A>>,
}

struct State<A: App> {
    /// How many events have a place.
    seq: u64,
    // Members in the order in which they joined; deliveries in progress hold the list as it was.
    seats: Arc<Vec<Arc<Seat<A>>>>,
    waiting: VecDeque<(u64, Box<dyn Delivery<A>>)>,
    delivering: bool,
    /// Set when the room was taken out of the hub: a new room of the same name has another epoch.
    gone: bool,
}

/// A member: one connection in one room.
pub struct Seat<A: App> {
    connection: Arc<Connection<A>>,
    /// The last event before it joined.
    since: u64,
    taken: AtomicBool,
    /// What has to wait for work of this member that is not done; `None` when nothing is going on.
    behind: Mutex<Option<VecDeque<BoxFuture<'static, ()>>>>,
}

/// How many events may wait for one member's filter before the member is disconnected.
const BEHIND_LIMIT: usize = 1024;

/// An event on its way to the members of a room.
pub trait Delivery<A: App>: Send {
    /// Brings the event at `position` to `seats`: the members who joined before it, in the order in which they joined.
    ///
    /// A seat may be left while this runs; it must be asked ([`Seat::is_taken`]) right before a frame is sent.
    fn deliver(self: Box<Self>, position: Position, seats: Arc<Vec<Arc<Seat<A>>>>) -> BoxFuture<'static, ()>;
}

impl<A: App> Seat<A> {
    /// Returns the member's connection.
    #[must_use]
    pub fn connection(&self) -> &Arc<Connection<A>> {
        &self.connection
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

    /// Returns whether earlier work of this member is not done: whatever comes next must be [queued](Seat::queue).
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind.lock().is_some()
    }

    /// Does `work` for this member alone, after what is queued already; the other members do not wait.
    pub fn queue(self: &Arc<Self>, work: BoxFuture<'static, ()>, tasks: &TaskTracker) {
        let mut behind = self.behind.lock();
        let Some(waiting) = behind.as_mut() else {
            *behind = Some(VecDeque::from([work]));
            drop(behind);
            tasks.spawn(self.clone().catch_up());
            return;
        };
        waiting.push_back(work);
        if waiting.len() > BEHIND_LIMIT {
            waiting.clear();
            drop(behind);
            self.connection.outbox().close(CloseReason::FiltersTooSlow);
        }
    }

    async fn catch_up(self: Arc<Self>) {
        while let Some(work) = self.next_work() {
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                tracing::error!(connection = self.connection.id(), "a delivery panicked");
            }
        }
    }

    fn next_work(&self) -> Option<BoxFuture<'static, ()>> {
        let mut behind = self.behind.lock();
        let next = behind.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *behind = None;
        }
        next
    }
}

impl<A: App> Room<A> {
    pub(super) fn new(name: Arc<str>, epoch: u64) -> Arc<Self> {
        let state = State { seq: 0, seats: Arc::default(), waiting: VecDeque::new(), delivering: false, gone: false };
        Arc::new(Self { name, epoch, state: Mutex::new(state) })
    }

    /// Returns the room's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the place of the last event.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { epoch: self.epoch, seq: self.state().seq }
    }

    /// Returns how many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().seats.len()
    }

    /// Returns whether nobody is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives an event its place; `None` when the room is gone.
    ///
    /// The deliveries of a room run one after the other, in a task that ends when nothing waits.
    pub(super) fn push(self: &Arc<Self>, delivery: Box<dyn Delivery<A>>, tasks: &TaskTracker) -> Option<Position> {
        let mut state = self.state();
        if state.gone {
            return None;
        }
        state.seq += 1;
        let seq = state.seq;
        state.waiting.push_back((seq, delivery));
        if !std::mem::replace(&mut state.delivering, true) {
            tasks.spawn(self.clone().deliver_all());
        }
        Some(Position { epoch: self.epoch, seq })
    }

    /// Adds a member; `None` when the room is gone.
    pub(super) fn take_seat(&self, connection: &Arc<Connection<A>>) -> Option<(Arc<Seat<A>>, Position)> {
        let mut state = self.state();
        if state.gone {
            return None;
        }
        let seat = Arc::new(Seat {
            connection: connection.clone(),
            since: state.seq,
            taken: AtomicBool::new(true),
            behind: Mutex::new(None),
        });
        Arc::make_mut(&mut state.seats).push(seat.clone());
        Some((seat, Position { epoch: self.epoch, seq: state.seq }))
    }

    /// Removes a member, and returns whether the room is of no use any more.
    pub(super) fn leave_seat(&self, seat: &Arc<Seat<A>>) -> bool {
        seat.taken.store(false, Ordering::Release);
        let mut state = self.state();
        Arc::make_mut(&mut state.seats).retain(|other| !Arc::ptr_eq(other, seat));
        state.gone = state.seats.is_empty();
        state.gone
    }

    async fn deliver_all(self: Arc<Self>) {
        while let Some(delivering) = self.next_delivery() {
            // A delivery contains the app's panics itself; one of our own must not silence the room.
            if AssertUnwindSafe(delivering).catch_unwind().await.is_err() {
                tracing::error!(room = %self.name, "a delivery panicked");
            }
        }
    }

    fn next_delivery(&self) -> Option<BoxFuture<'static, ()>> {
        let mut state = self.state();
        let Some((seq, delivery)) = state.waiting.pop_front() else {
            state.delivering = false;
            return None;
        };
        Some(delivery.deliver(Position { epoch: self.epoch, seq }, state.seats.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock()
    }
}

impl<A: App> std::fmt::Debug for Room<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<A: App> std::fmt::Debug for Seat<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("connection", &self.connection.id()).finish_non_exhaustive()
    }
}
