//! The index of all sockets and rooms; the truth about who is where.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::socket::Place;
use crate::rooms::{Admission, CloseReason, Held, Room, RoomServices, Socket, Submitted};
use crate::route::App;
use crate::session::LiveSession;
use crate::wire::Position;

/// How many epochs a position can tell apart.
const EPOCHS: u64 = 1 << 48;

/// All sockets and rooms of one server process.
///
/// Locks are taken in the order index, socket, room, and never held across a wait.
pub struct Hub<A: App> {
    index: Mutex<Index<A>>,
    /// How many sockets the index has; changed under its lock.
    count: watch::Sender<usize>,
    epochs: AtomicU64,
    joins: AtomicU32,
    deliveries: TaskTracker,
    services: RoomServices<A>,
}

struct Index<A: App> {
    rooms: HashMap<Arc<str>, Arc<Room<A>>>,
    // By session: two tabs of one user are two sockets of one session.
    sockets: HashMap<Id, Vec<Arc<Socket<A>>>>,
}

/// What became of a socket that wanted to enter a room.
enum Entered<A: App> {
    Now(Held<A>),
    Before(Place<A>),
}

impl<A: App> Index<A> {
    /// Gives a seat back; a room that nobody is left in is forgotten.
    fn vacate(&mut self, place: &Place<A>) {
        if place.room.leave_seat(&place.seat) {
            self.rooms.remove(place.room.name());
        }
    }
}

impl<A: App> Hub<A> {
    /// Creates an index of nobody.
    #[must_use]
    pub fn new(services: RoomServices<A>) -> Self {
        // Epochs of two runs must differ, or a position of the last run would be taken for one of this run.
        let mut start = [0; 8];
        getrandom::fill(&mut start).expect("the operating system has randomness");
        Self {
            index: Mutex::new(Index { rooms: HashMap::new(), sockets: HashMap::new() }),
            count: watch::Sender::default(),
            epochs: AtomicU64::new(u64::from_ne_bytes(start)),
            joins: AtomicU32::new(1),
            deliveries: TaskTracker::new(),
            services,
        }
    }

    /// Makes a socket known; does nothing when it is gone already.
    pub fn enter(&self, socket: &Arc<Socket<A>>) {
        let mut index = self.index();
        if !socket.joined().is_closed() {
            index.sockets.entry(socket.session().id()).or_default().push(socket.clone());
            self.count.send_modify(|count| *count += 1);
        }
    }

    /// Takes a socket out of all rooms; besides what is being sent to it right now, nothing is any more. Can be called twice.
    ///
    /// The socket still knows the rooms that it was in: what it sent before it went may be handled after.
    pub fn remove(&self, socket: &Arc<Socket<A>>) {
        let mut index = self.index();
        let Some(places) = socket.joined().close() else { return };
        for place in &places {
            index.vacate(place);
        }
        if let Entry::Occupied(mut tabs) = index.sockets.entry(socket.session().id()) {
            let before = tabs.get().len();
            tabs.get_mut().retain(|other| other.id() != socket.id());
            let gone = before - tabs.get().len();
            self.count.send_modify(|count| *count -= gone);
            if tabs.get().is_empty() {
                tabs.remove();
            }
        }
    }

    /// Enters a room, or does nothing when the socket is in it already, and returns the place from which it hears events.
    ///
    /// That is the place of the last frame that it was sent, or the one where it joined: nothing in it changes because of an event that
    /// the socket was not given. Until the answer is dropped, it is sent nothing that happens in the room. A client that was there before,
    /// on another socket, names the place up to which it heard events in `after`, and is shown what it missed if all of that is kept.
    ///
    /// # Errors
    ///
    /// `room-limit` when the socket is in `limit` rooms; `sync-disconnected` when it is gone.
    pub async fn join(
        &self,
        socket: &Arc<Socket<A>>,
        name: &str,
        limit: usize,
        after: Option<Position>,
    ) -> Result<Held<A>, SyncError> {
        let place = match self.enter_room(socket, name, limit, after)? {
            Entered::Now(held) => return Ok(held),
            Entered::Before(place) => place,
        };
        let held = place.room.heard(&place.seat).await;
        held.ok_or_else(|| SyncError::new("sync-disconnected"))
    }

    fn enter_room(
        &self,
        socket: &Arc<Socket<A>>,
        name: &str,
        limit: usize,
        after: Option<Position>,
    ) -> Result<Entered<A>, SyncError> {
        let mut index = self.index();
        let mut joined = socket.joined();
        if joined.is_closed() {
            return Err(SyncError::new("sync-disconnected"));
        }
        if let Some(place) = joined.place(name) {
            return Ok(Entered::Before(joined.rooms[place].clone()));
        }
        joined.check_limit(limit)?;
        let salt = self.joins.fetch_add(1, Ordering::Relaxed);
        loop {
            let room = self.room_or_new(&mut index, name);
            // A room that was just left by its last member is replaced by a new one.
            let Some(held) = room.take_seat(socket, salt, after) else {
                index.rooms.remove(name);
                continue;
            };
            joined.rooms.push(Place { room, seat: held.seat().clone() });
            return Ok(Entered::Now(held));
        }
    }

    /// Leaves a room, and returns when the socket is sent nothing of it any more; does nothing when it is not there.
    pub async fn leave(&self, socket: &Arc<Socket<A>>, name: &str) {
        let Some(place) = self.leave_room(socket, name) else { return };
        place.room.visited_once().await;
        place.seat.settled().await;
    }

    fn leave_room(&self, socket: &Arc<Socket<A>>, name: &str) -> Option<Place<A>> {
        let mut index = self.index();
        let mut joined = socket.joined();
        if joined.is_closed() {
            return None;
        }
        let place = joined.place(name)?;
        let place = joined.rooms.remove(place);
        index.vacate(&place);
        Some(place)
    }

    /// Waits until a room takes an event of the session with this number; `None` when nobody is there.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited` when more than 256 calls of the session wait for this room.
    pub async fn admit(&self, name: &str, caller: Id) -> Result<Option<Admission<A>>, SyncError> {
        let Some(room) = self.room(name) else { return Ok(None) };
        let admission = room.admit(caller).await;
        admission.map(Some).ok_or_else(|| SyncError::new("sync-rate-limited").param("seconds", 1))
    }

    /// Gives an event its place in the order of a room; `None` when nobody is there any more.
    ///
    /// # Errors
    ///
    /// When the order is made elsewhere, and that cannot be reached.
    pub async fn push(&self, name: &str, event: Submitted<A>) -> Result<Option<Position>, SyncError> {
        let Some(room) = self.room(name) else { return Ok(None) };
        self.services.sequencer.submit(room, event).placed().await
    }

    /// Returns whether anybody is in the room of this name.
    #[must_use]
    pub fn has_members(&self, name: &str) -> bool {
        self.room(name).is_some_and(|room| !room.is_empty())
    }

    /// Ends a room that nobody is in, with all that is kept of it.
    pub fn forget(&self, name: &str) {
        let mut index = self.index();
        if index.rooms.get(name).is_some_and(|room| room.end()) {
            index.rooms.remove(name);
        }
    }

    /// Returns the room of this name, if there is one: somebody is in it, or its events are kept.
    #[must_use]
    pub fn room(&self, name: &str) -> Option<Arc<Room<A>>> {
        self.index().rooms.get(name).cloned()
    }

    /// Returns the sockets of one session.
    #[must_use]
    pub fn of_session(&self, session: &LiveSession<A>) -> Vec<Arc<Socket<A>>> {
        self.index().sockets.get(&session.id()).cloned().unwrap_or_default()
    }

    /// Closes every socket of one session.
    pub fn close_session(&self, session: &LiveSession<A>, reason: CloseReason) {
        for socket in self.of_session(session) {
            self.remove(&socket);
            socket.outbox().close(reason);
        }
    }

    /// Returns the tracker of the deliveries in progress, one task for each room that has some.
    #[must_use]
    pub fn deliveries(&self) -> &TaskTracker {
        &self.deliveries
    }

    /// Returns all sockets.
    #[must_use]
    pub fn sockets(&self) -> Vec<Arc<Socket<A>>> {
        self.index().sockets.values().flatten().cloned().collect()
    }

    /// Returns how many sockets there are.
    #[must_use]
    pub fn socket_count(&self) -> usize {
        *self.count.borrow()
    }

    /// Returns how many sockets there are, now and whenever that changes: what waits for a socket to come or go need not look again and again.
    #[must_use]
    pub fn socket_counts(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    fn room_or_new(&self, index: &mut Index<A>, name: &str) -> Arc<Room<A>> {
        if let Some(room) = index.rooms.get(name) {
            return room.clone();
        }
        let epoch = self.epochs.fetch_add(1, Ordering::Relaxed) % EPOCHS;
        let history = self.services.histories.open(name);
        let room = Room::new(Arc::from(name), epoch, history, self.deliveries.clone());
        index.rooms.insert(room.name().clone(), room.clone());
        room
    }

    fn index(&self) -> MutexGuard<'_, Index<A>> {
        self.index.lock()
    }
}

impl<A: App> std::fmt::Debug for Hub<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("sockets", &self.socket_count()).finish_non_exhaustive()
    }
}
