//! One room: its members and its sequence.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::rooms::delivery::{Batch, deliver_all};
use crate::rooms::seat::{Row, Seat};
use crate::rooms::{Connection, Delivery};
use crate::route::App;
use crate::session::session_changes;
use crate::wire::Position;

/// How many events go out together, and how many bytes of them each member gets at once, about.
const TOGETHER: Load = Load { events: 256, bytes: 64 * 1024 };
/// How much may wait in a room before callers wait, too.
const BACKLOG: Load = Load { events: 1024, bytes: 16 * 1024 * 1024 };

/// A room that has members, or deliveries that still wait.
pub struct Room<A: App> {
    name: Arc<str>,
    epoch: u64,
    state: Mutex<State<A>>,
    /// Told when less waits than the backlog may hold.
    drained: Notify,
    /// How many have left since the room was made.
    vacated: AtomicUsize,
    /// How many members wait for their filters.
    behind: Arc<AtomicUsize>,
    /// How many microseconds the last visit of all members took.
    last_visit: AtomicU64,
}

struct State<A: App> {
    /// How many events have a place.
    seq: u64,
    /// How many members there are.
    members: usize,
    /// Members in the order in which they joined, and those who left since the list was tidied. While deliveries run, their task
    /// has the list, and this holds who joined meanwhile.
    rows: Vec<Row<A>>,
    /// How many in the whole list have left.
    vacant: usize,
    waiting: VecDeque<(u64, Box<dyn Delivery<A>>)>,
    waiting_bytes: usize,
    /// [`session_changes`] when the sessions in the list were last renewed.
    renewed: u64,
    delivering: bool,
    /// Set when the room was taken out of the hub: a new room of the same name has another epoch.
    gone: bool,
}

/// So many events of so many bytes.
#[derive(Clone, Copy)]
struct Load {
    events: usize,
    bytes: usize,
}

impl<A: App> Room<A> {
    pub(super) fn new(name: Arc<str>, epoch: u64) -> Arc<Self> {
        let state = State {
            seq: 0,
            members: 0,
            rows: Vec::new(),
            vacant: 0,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            renewed: session_changes(),
            delivering: false,
            gone: false,
        };
        Arc::new(Self {
            name,
            epoch,
            state: Mutex::new(state),
            drained: Notify::new(),
            vacated: AtomicUsize::new(0),
            behind: Arc::default(),
            last_visit: AtomicU64::new(0),
        })
    }

    /// Returns the room's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the place of the last event.
    #[must_use]
    pub fn position(&self) -> Position {
        self.at(self.state().seq)
    }

    /// Returns how many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state().members
    }

    /// Returns whether nobody is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many events wait to go out.
    pub(super) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Waits until the room takes events: callers are faster than deliveries for a while, but not for ever.
    pub async fn ready(&self) {
        loop {
            let drained = self.drained.notified();
            if !self.state().is_full() {
                return;
            }
            drained.await;
        }
    }

    /// Gives an event its place; `None` when the room is gone.
    ///
    /// The deliveries of a room run in a task of its own that ends when nothing waits.
    pub(super) fn push(self: &Arc<Self>, delivery: Box<dyn Delivery<A>>, tasks: &TaskTracker) -> Option<Position> {
        let mut state = self.state();
        if state.gone {
            return None;
        }
        state.seq += 1;
        let seq = state.seq;
        state.waiting_bytes += delivery.size();
        state.waiting.push_back((seq, delivery));
        if !std::mem::replace(&mut state.delivering, true) {
            tasks.spawn(deliver_all(self.clone(), tasks.clone()));
        }
        Some(self.at(seq))
    }

    /// Adds a member; `None` when the room is gone.
    pub(super) fn take_seat(&self, connection: &Arc<Connection<A>>) -> Option<(Arc<Seat<A>>, Position)> {
        let mut state = self.state();
        if state.gone {
            return None;
        }
        let row = Row::new(connection, state.seq, &self.behind);
        let seat = row.seat().clone();
        state.members += 1;
        state.rows.push(row);
        Some((seat, self.at(state.seq)))
    }

    /// Removes a member, and returns whether the room is of no use any more.
    pub(super) fn leave_seat(&self, seat: &Seat<A>) -> bool {
        let mut state = self.state();
        seat.vacate();
        self.vacated.fetch_add(1, Ordering::AcqRel);
        state.members -= 1;
        state.vacant += 1;
        // Tidied now and then, so that many who leave at once do not each look through the list.
        if !state.delivering && state.vacant * 16 > state.rows.len() {
            state.tidy(&mut Vec::new());
        }
        state.gone = state.members == 0;
        state.gone
    }

    /// Takes the events that go out next, and brings the list of members up to date; gives the list back when nothing waits.
    pub(super) fn next_batch(&self, rows: &mut Vec<Row<A>>) -> Option<Batch<A>> {
        let mut state = self.state();
        state.tidy(rows);
        if state.waiting.is_empty() {
            state.delivering = false;
            state.waiting = VecDeque::new();
            return None;
        }
        *rows = std::mem::take(&mut state.rows);
        // The number is read before the sessions are: a change in between is seen the next time.
        let changes = session_changes();
        let renew = std::mem::replace(&mut state.renewed, changes) != changes;
        let vacated = self.vacated();
        let events = state.take_batch().into_iter().map(|(seq, event)| (self.at(seq), event)).collect();
        if !state.is_full() {
            self.drained.notify_waiters();
        }
        Some(Batch { events, vacated, renew })
    }

    /// Returns how many have left since the room was made.
    pub(super) fn vacated(&self) -> usize {
        self.vacated.load(Ordering::Acquire)
    }

    pub(super) fn is_anybody_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire) > 0
    }

    /// Returns how long the last visit of all members took.
    pub(super) fn last_visit(&self) -> Duration {
        Duration::from_micros(self.last_visit.load(Ordering::Relaxed))
    }

    pub(super) fn visited(&self, took: Duration) {
        self.last_visit.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn at(&self, seq: u64) -> Position {
        Position { epoch: self.epoch, seq }
    }

    fn state(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock()
    }
}

impl<A: App> State<A> {
    fn is_full(&self) -> bool {
        self.waiting.len() >= BACKLOG.events || self.waiting_bytes >= BACKLOG.bytes
    }

    /// Puts those who joined behind `rows`, the members who were here before, and drops who has left.
    fn tidy(&mut self, rows: &mut Vec<Row<A>>) {
        rows.append(&mut self.rows);
        if self.vacant > 0 {
            rows.retain(|row| row.seat().is_taken());
            self.vacant = 0;
        }
        std::mem::swap(&mut self.rows, rows);
    }

    /// Takes events in their order up to what goes out together, at least one.
    fn take_batch(&mut self) -> Vec<(u64, Box<dyn Delivery<A>>)> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some((_, next)) = self.waiting.front() {
            let size = next.size();
            if !batch.is_empty() && (batch.len() >= TOGETHER.events || bytes + size > TOGETHER.bytes) {
                break;
            }
            bytes += size;
            batch.extend(self.waiting.pop_front());
        }
        self.waiting_bytes -= bytes;
        batch
    }
}

impl<A: App> std::fmt::Debug for Room<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room").field("name", &self.name).finish_non_exhaustive()
    }
}
