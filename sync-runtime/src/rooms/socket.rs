//! One socket that has said who it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};
use parking_lot::{Mutex, MutexGuard};

use crate::error::SyncError;
use crate::i18n::Locale;
use crate::id::Id;
use crate::limits::SocketBudget;
use crate::rooms::{Identity, Outbox, Room, Seat, SenderKey};
use crate::route::{App, RouteId};
use crate::session::LiveSession;
use crate::wire::Location;

/// One socket: its session, its page, its rooms, and the way out to it.
pub struct Socket<A: App> {
    id: Id,
    sender_key: SenderKey,
    known_key: Option<SenderKey>,
    identity: Identity<A>,
    location: ArcSwap<Location>,
    /// The routes that it hears events of, once it has said so.
    listens: ArcSwapOption<Vec<&'static RouteId>>,
    /// Which contract its page was built with, as a number of the server's.
    contract: AtomicU8,
    /// Whether nobody has done anything there for a while.
    away: AtomicBool,
    outbox: Arc<dyn Outbox>,
    budget: SocketBudget,
    joined: Mutex<Joined<A>>,
}

/// A room that a socket is in, and its seat there.
pub(super) struct Place<A: App> {
    pub(super) room: Arc<Room<A>>,
    pub(super) seat: Arc<Seat<A>>,
}

impl<A: App> Clone for Place<A> {
    fn clone(&self) -> Self {
        Self { room: self.room.clone(), seat: self.seat.clone() }
    }
}

/// The rooms of a socket, in the order in which it entered them.
pub(super) struct Joined<A: App> {
    pub(super) rooms: Vec<Place<A>>,
    /// Its place among everybody, where there is such a room. It has not entered it, so it cannot leave it.
    pub(super) among_everyone: Option<Place<A>>,
    /// Set once, when the socket is gone, to the names of the rooms that it was in; no room can be entered after that.
    left: Option<Vec<Arc<str>>>,
}

impl<A: App> Joined<A> {
    /// Returns the index of a room.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.rooms.iter().position(|place| **place.room.name() == *name)
    }

    /// Returns whether the socket is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.left.is_some()
    }

    /// Notes that the socket is gone, and hands over its places; none the second time.
    ///
    /// Seats hold their socket. One that held its seats for ever would never be freed.
    pub(super) fn close(&mut self) -> Option<Vec<Place<A>>> {
        if self.is_closed() {
            return None;
        }
        let rooms = std::mem::take(&mut self.rooms);
        self.left = Some(rooms.iter().map(|place| place.room.name().clone()).collect());
        Some(rooms)
    }

    /// The names of the rooms that the socket is in, or was in when it went.
    fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        let rooms = self.rooms.iter().map(|place| place.room.name());
        self.left.iter().flatten().chain(rooms)
    }

    pub(super) fn check_limit(&self, limit: usize) -> Result<(), SyncError> {
        if self.rooms.len() < limit { Ok(()) } else { Err(SyncError::new("room-limit").param("limit", limit)) }
    }
}

impl<A: App> Socket<A> {
    /// Makes the socket of somebody who was let in; it is known to nobody until it is [entered](crate::rooms::Hub::enter).
    #[must_use]
    pub fn new(identity: Identity<A>, outbox: Arc<dyn Outbox>) -> Self {
        Self::with_id(Id::random(), identity, outbox)
    }

    /// Makes a socket that another process has had under this number.
    #[must_use]
    pub fn with_id(id: Id, identity: Identity<A>, outbox: Arc<dyn Outbox>) -> Self {
        let key = identity.key();
        let known_key = identity.can_come_back().then_some(key);
        let sender_key = SenderKey { tab: key.tab.or(Some(id)), ..key };
        let joined = Mutex::new(Joined { rooms: Vec::new(), among_everyone: None, left: None });
        let budget = SocketBudget::default();
        let (location, listens, away) = (ArcSwap::default(), ArcSwapOption::empty(), AtomicBool::new(false));
        let contract = AtomicU8::new(0);
        Self { id, sender_key, known_key, identity, location, listens, contract, away, outbox, budget, joined }
    }

    /// Lets it send so much; without a budget, as much as it likes.
    #[must_use]
    pub fn with_budget(self, budget: SocketBudget) -> Self {
        Self { budget, ..self }
    }

    /// Returns a number that no two sockets share.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }

    /// Returns by what it is known again as the sender of what it has sent.
    #[must_use]
    pub fn sender_key(&self) -> SenderKey {
        self.sender_key
    }

    /// Returns by what another socket of the same page, or of the same session if the page has no name, is known again; `None` if none can
    /// be.
    pub(super) fn known_key(&self) -> Option<SenderKey> {
        self.known_key
    }

    /// Returns the session, shared with the other sockets of the same token.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession<A>> {
        &self.identity.session
    }

    /// Returns who is on the socket.
    #[must_use]
    pub fn identity(&self) -> &Identity<A> {
        &self.identity
    }

    /// Returns the language of the handshake.
    #[must_use]
    pub fn language(&self) -> Locale {
        self.identity.language
    }

    /// Returns the page that the socket shows.
    #[must_use]
    pub fn location(&self) -> Arc<Location> {
        self.location.load_full()
    }

    /// Sets the page that the socket shows.
    pub fn set_location(&self, location: Location) {
        self.location.store(Arc::new(location));
    }

    /// Returns the routes that it hears events of; `None` as long as it has not said.
    #[must_use]
    pub fn listens(&self) -> Option<Arc<Vec<&'static RouteId>>> {
        self.listens.load_full()
    }

    /// Notes of which routes it hears events.
    pub fn set_listens(&self, mut routes: Vec<&'static RouteId>) {
        routes.sort_by_key(|route| route.cb);
        routes.dedup_by_key(|route| route.cb);
        routes.shrink_to_fit();
        self.listens.store(Some(Arc::new(routes)));
    }

    /// Returns which contract its page was built with, as a number of the server's; 0 as long as it has not said.
    #[must_use]
    pub fn contract(&self) -> u8 {
        self.contract.load(Ordering::Relaxed)
    }

    /// Notes which contract its page was built with.
    pub fn set_contract(&self, contract: u8) {
        self.contract.store(contract, Ordering::Relaxed);
    }

    /// Returns whether nobody has done anything there for a while, as far as it has said.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.away.load(Ordering::Acquire)
    }

    /// Notes whether somebody does something there.
    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::Release);
    }

    /// Returns what it may still send.
    #[must_use]
    pub fn budget(&self) -> &SocketBudget {
        &self.budget
    }

    /// Returns the way out to the socket.
    #[must_use]
    pub fn outbox(&self) -> &dyn Outbox {
        &*self.outbox
    }

    /// Returns the names of its rooms, in the order in which it entered them.
    #[must_use]
    pub fn room_names(&self) -> Vec<Arc<str>> {
        self.joined().names().cloned().collect()
    }

    /// Returns whether it is in the room of this name.
    #[must_use]
    pub fn is_in(&self, name: &str) -> bool {
        self.joined().names().any(|room| **room == *name)
    }

    /// Returns whether it has a seat in the room of this name: one that is gone has none.
    #[must_use]
    pub fn is_member(&self, name: &str) -> bool {
        self.joined().place(name).is_some()
    }

    /// Checks that it may enter one more room.
    ///
    /// # Errors
    ///
    /// `room-limit` when it is in `limit` rooms.
    pub fn check_room_limit(&self, limit: usize) -> Result<(), SyncError> {
        self.joined().check_limit(limit)
    }

    /// Returns whether the socket is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.joined().is_closed()
    }

    pub(super) fn joined(&self) -> MutexGuard<'_, Joined<A>> {
        self.joined.lock()
    }
}

impl<A: App> std::fmt::Debug for Socket<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").field("id", &self.id).finish_non_exhaustive()
    }
}
