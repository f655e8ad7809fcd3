//! The index of all sockets and rooms; the truth about who is where.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::{Mutex, MutexGuard};
use sync_schema::EVERYONE;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::clock::{Instant, RealInstant};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::delivery::TURN;
use crate::rooms::expiry::{Due, Expiry};
use crate::rooms::gap::Gap;
use crate::rooms::socket::Place;
use crate::rooms::{
    After, Beginning, Bundle, Delivery, Given, HeldSeat, Kept, NowOrLater, OthersHealth, Permit, RemoteEvents, Room,
    RoomServices, Seat, SenderKey, Socket, StoredRoom, Submitted,
};
use crate::route::{App, Keep};
use crate::tables::shrink;
use crate::wire::{Packet, Position};

/// All sockets and rooms of one server process.
///
/// Locks are taken in the order index, socket, room, seat, and never held across a wait.
pub struct Hub<A: App> {
    index: Mutex<Index<A>>,
    /// The room that every socket is in, if there is one. It is none of the index: nobody enters it, leaves it or counts it.
    everyone: OnceLock<Arc<Room<A>>>,
    /// How many sockets the index has; changed under its lock.
    count: watch::Sender<usize>,
    deliveries: TaskTracker,
    expiry: Arc<Expiry<A>>,
    services: RoomServices<A>,
    /// Whether nothing gets a place any more.
    is_fenced: Arc<AtomicBool>,
}

/// Nothing gets a place in any room as long as this is there.
#[derive(Debug)]
pub struct Fence(Arc<AtomicBool>);

impl Drop for Fence {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

struct Index<A: App> {
    rooms: HashMap<Arc<str>, Arc<Room<A>>>,
    // By session: two tabs of one user are two sockets of one session.
    sockets: HashMap<Id, Vec<Arc<Socket<A>>>>,
    /// How many members all rooms have.
    members: usize,
}

/// How a socket enters a room.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entering {
    /// How many rooms it may be in.
    pub limit: usize,
    /// Up to where its page has heard what happened there.
    pub after: Option<After>,
    /// How the rule of the room wants to have its events kept.
    pub keep: Keep,
}

/// What became of a socket that wanted to enter a room.
enum Seating<A: App> {
    New(HeldSeat<A>),
    Before(Place<A>),
    /// The room is not there, and it is not known where its order begins.
    Unopened,
    /// What happened behind this place, or before it, has to be fetched.
    Lacking(Arc<Room<A>>, Position),
}

impl<A: App> Index<A> {
    /// Gives a seat back; a room that nobody is left in, and nobody may come back to, is forgotten.
    fn vacate(&mut self, place: &Place<A>, may_come_back: bool) {
        self.members -= 1;
        if place.room.leave_seat(&place.seat, may_come_back) {
            self.forget(place.room.name());
        }
    }

    fn forget(&mut self, room: &str) {
        self.rooms.remove(room);
        shrink(&mut self.rooms);
    }
}

impl<A: App> Hub<A> {
    /// Creates an index of nobody.
    #[must_use]
    pub fn new(services: RoomServices<A>) -> Self {
        Self {
            index: Mutex::new(Index { rooms: HashMap::new(), sockets: HashMap::new(), members: 0 }),
            everyone: OnceLock::new(),
            count: watch::Sender::default(),
            deliveries: TaskTracker::new(),
            expiry: Arc::default(),
            services,
            is_fenced: Arc::default(),
        }
    }

    /// Opens the room that every socket is in which enters from now on. Called once, before the first.
    ///
    /// # Errors
    ///
    /// When the order of rooms is made elsewhere, and that cannot be reached.
    pub async fn open_to_everyone(&self) -> Result<(), SyncError> {
        let beginning = self.services.sequencer.begin(EVERYONE).known().await?;
        let room = self.everyone.get_or_init(|| Room::lasting(Arc::from(EVERYONE), beginning, self.deliveries.clone()));
        room.opened();
        Ok(())
    }

    /// Makes a socket known; does nothing when it is gone already.
    pub fn enter(&self, socket: &Arc<Socket<A>>) {
        let mut index = self.index();
        let mut joined = socket.joined();
        if !joined.is_closed() {
            joined.among_everyone = self.everyone.get().and_then(|room| {
                // The client knows that it is connected: there is no answer that it would be held for.
                let seat = room.take_seat(socket, None)?.seat().clone();
                Some(Place { room: room.clone(), seat })
            });
            index.sockets.entry(socket.session().id()).or_default().push(socket.clone());
            self.count.send_modify(|count| *count += 1);
        }
    }

    /// Takes a socket out of all rooms; besides what is being sent to it right now, nothing is any more. Can be called twice.
    ///
    /// The socket still knows the rooms that it was in: what it sent before it went may be handled after. Its page `may_come_back`, and is
    /// shown what it missed then. Returns their names, the first time.
    pub fn remove(&self, socket: &Arc<Socket<A>>, may_come_back: bool) -> Vec<Arc<str>> {
        let mut index = self.index();
        let (places, among_everyone) = {
            let mut joined = socket.joined();
            let Some(places) = joined.close() else { return Vec::new() };
            (places, joined.among_everyone.take())
        };
        if let Some(Place { room, seat }) = &among_everyone {
            room.leave_seat(seat, false);
        }
        for place in &places {
            index.vacate(place, may_come_back);
        }
        if let Entry::Occupied(mut tabs) = index.sockets.entry(socket.session().id()) {
            let before = tabs.get().len();
            tabs.get_mut().retain(|other| other.id() != socket.id());
            let gone = before - tabs.get().len();
            self.count.send_modify(|count| *count -= gone);
            if tabs.get().is_empty() {
                tabs.remove();
                shrink(&mut index.sockets);
            }
        }
        drop(index);
        places.iter().chain(&among_everyone).for_each(|place| place.seat.end_belongings());
        places.into_iter().map(|place| place.room.name().clone()).collect()
    }

    /// Enters a room, or does nothing when the socket is in it already, and returns the place from which it hears events.
    ///
    /// That is the place of the last frame that it was sent, or the one where it joined: nothing in it changes because of an event that
    /// the socket was not given. Until the answer is dropped, it is sent nothing that happens in the room. A client that was there before,
    /// on another socket, names the place up to which it heard events, and is [to be shown](HeldSeat::show_missed) what it missed if all of
    /// that is kept; `revive` reads what others have kept.
    ///
    /// # Errors
    ///
    /// `room-limit` when the socket is in `limit` rooms; `sync-disconnected` when it is gone.
    pub async fn join(
        &self,
        socket: &Arc<Socket<A>>,
        name: &str,
        entry: Entering,
        revive: impl Fn(Position, &str) -> Option<Arc<dyn Kept<A>>>,
    ) -> Result<HeldSeat<A>, SyncError> {
        if entry.after.is_some()
            && let (Some(room), Some(key)) = (self.room(name), socket.known_key())
        {
            room.recognize(&key).await;
        }
        let (mut beginning, mut is_recalled) = (None, false);
        loop {
            match self.enter_room(socket, name, entry, &mut beginning, is_recalled)? {
                Seating::New(held) => return Ok(held),
                Seating::Before(place) => {
                    let held = place.room.heard(&place.seat).await;
                    let held = held.map(|held| held.repeated(entry.after.is_some()));
                    return held.ok_or_else(|| SyncError::new("sync-disconnected"));
                }
                Seating::Unopened => {
                    self.services.sequencer.is_ready(None).known().await?;
                    beginning = Some(self.services.sequencer.begin(name).known().await?);
                }
                Seating::Lacking(room, after) => {
                    self.recall(&room, after, &revive).await?;
                    is_recalled = true;
                }
            }
        }
    }

    fn enter_room(
        &self,
        socket: &Arc<Socket<A>>,
        name: &str,
        entry: Entering,
        beginning: &mut Option<Beginning>,
        is_recalled: bool,
    ) -> Result<Seating<A>, SyncError> {
        let mut index = self.index();
        let mut joined = socket.joined();
        if joined.is_closed() {
            return Err(SyncError::new("sync-disconnected"));
        }
        if let Some(place) = joined.place(name) {
            return Ok(Seating::Before(joined.rooms[place].clone()));
        }
        joined.check_limit(entry.limit)?;
        let known = index.rooms.get(name).cloned();
        let Some(room) =
            known.or_else(|| beginning.take().map(|beginning| self.open_room(&mut index, name, beginning, entry.keep)))
        else {
            return Ok(Seating::Unopened);
        };
        if let Some(After { place, .. }) = entry.after
            && !is_recalled
            && (room.lacks(place) || room.is_behind(place))
        {
            return Ok(Seating::Lacking(room, place));
        }
        let Some(held) = room.take_seat(socket, entry.after) else {
            // It has ended: another one takes its name.
            index.rooms.remove(name);
            return Ok(Seating::Unopened);
        };
        joined.rooms.push(Place { room, seat: held.seat().clone() });
        index.members += 1;
        Ok(Seating::New(held))
    }

    /// Fetches what happened in a room before it was opened here, or has not come here yet; once for all who come back at one time. What is not
    /// kept any more is missing, and who comes back is told so.
    ///
    /// # Errors
    ///
    /// When it cannot be fetched.
    async fn recall(
        &self,
        room: &Room<A>,
        after: Position,
        revive: impl Fn(Position, &str) -> Option<Arc<dyn Kept<A>>>,
    ) -> Result<(), SyncError> {
        let came = Instant::now();
        let mut caught_up = room.recalling().await;
        // Not at the same moment: what has happened before this one came may be missing in that.
        let is_known = caught_up.is_some_and(|begun| begun > came);
        if !is_known && room.is_behind(after) {
            *caught_up = Some(Instant::now());
            self.services.sequencer.catch_up(room.name()).known().await?;
        }
        if !room.lacks(after) {
            return Ok(());
        }
        let Some(past) = self.services.sequencer.past(room.name(), after).known().await? else { return Ok(()) };
        let events = past.into_iter().map(|(at, happened, text)| Some((at, happened, revive(at, &text)?)));
        // Behind one that cannot be read, nothing is whole.
        if let Some(events) = events.collect::<Option<Vec<_>>>() {
            room.recall(after, events.into_iter());
        }
        Ok(())
    }

    /// Leaves a room; `None` when the socket is not there. What comes back waits until the socket is sent nothing of it any more.
    pub fn leave(
        &self,
        socket: &Arc<Socket<A>>,
        name: &str,
    ) -> Option<(Arc<str>, impl Future<Output = ()> + Send + use<A>)> {
        let Place { room, seat } = self.leave_room(socket, name)?;
        let name = room.name().clone();
        let quiet = async move {
            room.visited_once().await;
            seat.settled().await;
        };
        Some((name, quiet))
    }

    fn leave_room(&self, socket: &Arc<Socket<A>>, name: &str) -> Option<Place<A>> {
        let mut index = self.index();
        let mut joined = socket.joined();
        if joined.is_closed() {
            return None;
        }
        let place = joined.place(name)?;
        let place = joined.rooms.remove(place);
        index.vacate(&place, false);
        drop((joined, index));
        place.seat.end_belongings();
        Some(place)
    }

    /// Waits until a room takes an event of the session with this number; `None` when nobody is there.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited` when more than 256 calls of the session wait for this room; as the sequencer says when it could give the event no
    /// place.
    pub async fn reserve(&self, name: &str, caller: Id) -> Result<Option<Permit<A>>, SyncError> {
        let room = self.room(name);
        self.services.sequencer.is_ready(room.as_deref()).known().await?;
        let Some(room) = room else { return Ok(None) };
        let permit = room.reserve(caller).await;
        permit.map(Some).ok_or_else(|| SyncError::new("sync-rate-limited").param("seconds", 1))
    }

    /// Gives an event its place in the order of a room, without waiting: what is submitted first comes first. `None` when nobody is there any
    /// more.
    pub fn submit(&self, name: &str, event: Submitted<A>) -> NowOrLater<'static, Option<Given>> {
        if self.is_fenced() {
            return NowOrLater::Later(Box::pin(std::future::ready(Err(SyncError::new("sync-shutting-down")))));
        }
        self.services.sequencer.submit(name, self.room(name), event)
    }

    /// Has nothing get a place as long as what this returns is there: another process goes on with the rooms.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.is_fenced.store(true, Ordering::Release);
        Fence(self.is_fenced.clone())
    }

    /// Returns whether nothing gets a place.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        self.is_fenced.load(Ordering::Acquire)
    }

    /// Keeps what happens in a room from one of its members, until the answer to its call has gone out.
    ///
    /// # Errors
    ///
    /// `sync-not-in-room` when the socket has no seat there.
    pub async fn hold(&self, socket: &Arc<Socket<A>>, name: &str) -> Result<HeldSeat<A>, SyncError> {
        let place = {
            let joined = socket.joined();
            joined.place(name).map(|place| joined.rooms[place].clone())
        };
        let not_there = || SyncError::new("sync-not-in-room");
        let Place { room, seat } = place.ok_or_else(not_there)?;
        room.heard(&seat).await.ok_or_else(not_there)
    }

    /// Hands the sequencer the way to this server.
    pub fn start(&self, remote: Weak<dyn RemoteEvents>) {
        self.services.sequencer.start(remote);
    }

    /// Has other servers be told something, or those alone that have members in a room.
    pub fn tell_others(&self, room: Option<&str>, news: String) {
        self.services.others.tell(room, news);
    }

    /// Has those other servers be told something once that have members in a room; it is over when that was said, or will not be.
    pub fn tell_others_once(&self, room: &str, news: String) -> impl Future<Output = ()> + Send + use<A> {
        self.services.others.tell_once(room, news)
    }

    /// Has one other server be told something.
    pub fn tell_other(&self, server: &str, news: String) {
        self.services.others.tell_one(server, news);
    }

    /// Returns by what other servers are known that live.
    #[must_use]
    pub fn other_servers(&self) -> Vec<String> {
        self.services.others.names()
    }

    /// Notes that somebody, whose key it is, has left a room behind a place: on other servers, they cannot say any more that they have been there.
    ///
    /// # Errors
    ///
    /// When others cannot be told.
    pub async fn forget_membership(&self, key: &SenderKey, room: &str, behind: Position) -> Result<(), SyncError> {
        self.services.sequencer.leave(room, &key.name(), behind).known().await
    }

    /// Returns whether somebody is known in a room here, who is there or went a short while ago.
    #[must_use]
    pub fn knows(&self, key: &SenderKey, room: &str) -> bool {
        self.room(room).is_some_and(|room| room.knows(key))
    }

    /// Returns since when somebody has been a member of a room, as they prove with what another server has written; `None` if they do not, or have
    /// left it since.
    ///
    /// # Errors
    ///
    /// When it cannot be found out whether they have left.
    pub async fn member_since(&self, key: &SenderKey, room: &str, proof: &str) -> Result<Option<Position>, SyncError> {
        let Some(since) = key.open_membership(&self.services.positions, room, proof) else { return Ok(None) };
        let left = self.services.sequencer.has_left(room, &key.name()).known().await?;
        let is_left = left.is_some_and(|left| left.epoch != since.epoch || since.seq < left.seq);
        Ok((!is_left).then_some(since))
    }

    /// Returns what was made of a value of a room last, on any server, with its number.
    ///
    /// # Errors
    ///
    /// When that cannot be found out.
    pub async fn shared_value(&self, room: &str, name: &str) -> Result<Option<(u64, String)>, SyncError> {
        self.services.sequencer.value(room, name).known().await
    }

    /// Returns how it is with the way to other servers.
    #[must_use]
    pub fn others(&self) -> OthersHealth {
        self.services.others.health()
    }

    /// Tells other servers that this one ends.
    pub fn leave_others(&self) -> impl Future<Output = ()> + use<A> {
        self.services.others.leave()
    }

    /// Returns whether other processes have rooms in common with this one.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.services.sequencer.is_shared()
    }

    /// Returns whether anybody is in the room of this name here.
    #[must_use]
    pub fn has_members(&self, name: &str) -> bool {
        self.room(name).is_some_and(|room| !room.is_empty())
    }

    /// Returns whether anybody is in the room of this name, here or in another process.
    ///
    /// # Errors
    ///
    /// When nobody is here, and what knows of others cannot be reached.
    pub async fn has_receivers(&self, name: &str) -> Result<bool, SyncError> {
        if self.has_members(name) {
            return Ok(true);
        }
        self.services.sequencer.has_members_elsewhere(name).known().await
    }

    /// Notes that what happened in a room up to a place cannot be had any more.
    pub fn lose(&self, name: &str, behind: Position) {
        if let Some(room) = self.room(name) {
            room.lose(behind, &self.services.positions);
        }
    }

    /// Returns what members are told at the place of something that they cannot be shown.
    #[must_use]
    pub fn gap(&self, room: &str) -> Box<dyn Delivery<A>> {
        Box::new(Gap { room: room.into(), positions: self.services.positions.clone() })
    }

    /// Returns the place of the last event of a room that is here.
    #[must_use]
    pub fn end_of_order(&self, name: &str) -> Option<Position> {
        self.room(name)?.end_of_order()
    }

    /// Forgets, for as long as this is awaited, what rooms need not keep any more.
    pub async fn expire_rooms(&self) {
        let mut turn = RealInstant::now();
        loop {
            let due = self.expiry.due().await;
            self.expire(&due);
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = RealInstant::now();
            }
        }
    }

    fn expire(&self, due: &Due<A>) {
        // Ended when the locks are free again: their parts are the app's.
        let mut dropped = Vec::new();
        let mut index = self.index();
        let has_ended = due.room.expire(due.gives_way, &mut dropped);
        if has_ended && index.rooms.get(due.room.name()).is_some_and(|known| Arc::ptr_eq(known, &due.room)) {
            index.forget(due.room.name());
        }
    }

    /// Returns the room of this name, if there is one: somebody is in it, its events are kept, or it is the one of everybody.
    #[must_use]
    pub fn room(&self, name: &str) -> Option<Arc<Room<A>>> {
        if name == EVERYONE {
            return self.everyone.get().cloned();
        }
        self.index().rooms.get(name).cloned()
    }

    /// Sends a notice to the members of a room that want to hear who is there.
    pub async fn tell_followers(&self, room: &str, notice: Packet) {
        let Some(room) = self.room(room) else { return };
        let (followers, tasks) = room.followers();
        let notice = Bundle::from(notice);
        let mut turn = RealInstant::now();
        for seat in followers {
            seat.tell(&notice, tasks);
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = RealInstant::now();
            }
        }
    }

    /// Sends chunks to those members of a room that are meant, and returns those that have much to take yet.
    pub async fn stream(&self, room: &str, chunks: Bundle, is_meant: impl Fn(&Socket<A>) -> bool) -> Vec<Arc<Seat<A>>> {
        let Some(room) = self.room(room) else { return Vec::new() };
        let (seats, tasks) = room.seats();
        let mut slow = Vec::new();
        let mut turn = RealInstant::now();
        for seat in seats {
            if is_meant(seat.socket()) {
                seat.tell(&chunks, tasks);
                if !seat.socket().outbox().has_room() || seat.is_behind() {
                    slow.push(seat);
                }
            }
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = RealInstant::now();
            }
        }
        slow
    }

    /// Sends chunks of another server to those members of a room that are meant, without waiting: all that is sent behind them comes behind
    /// them.
    pub fn stream_now(&self, room: &str, chunks: &Bundle, is_meant: impl Fn(&Socket<A>) -> bool) {
        let Some(room) = self.room(room) else { return };
        let (seats, tasks) = room.seats();
        for seat in seats.iter().filter(|seat| is_meant(seat.socket())) {
            seat.tell(chunks, tasks);
        }
    }

    /// Returns the sockets of one session.
    #[must_use]
    pub fn of_session(&self, session: Id) -> Vec<Arc<Socket<A>>> {
        self.index().sockets.get(&session).cloned().unwrap_or_default()
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

    /// Returns how many rooms there are, and how many members all of them have; without the one of everybody.
    #[must_use]
    pub fn room_count(&self) -> (usize, usize) {
        let index = self.index();
        (index.rooms.len(), index.members)
    }

    /// Returns how many bytes of memory is taken by what is kept for members who come back, about.
    #[must_use]
    pub fn history_bytes(&self) -> usize {
        self.services.histories.bytes()
    }

    /// Returns how many sockets there are, now and whenever that changes: what waits for a socket to come or go need not look again and again.
    #[must_use]
    pub fn socket_counts(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// Opens a room of which an earlier process has left this and these events, oldest first, each with its place and the time when it
    /// happened; returns whether any of it is kept here.
    pub fn restore(
        &self,
        name: &str,
        keep: Keep,
        stored: StoredRoom,
        events: impl Iterator<Item = (Position, Instant, Arc<dyn Kept<A>>)>,
    ) -> bool {
        let start = Position::of_event(stored.end.epoch, stored.behind);
        let Some(history) = self.services.histories.reopen(name, start, keep) else { return false };
        let mut dropped = Vec::new();
        events.for_each(|(at, happened, event)| history.keep(at.seq, happened, event, &mut dropped));
        let (expiry, deliveries) = (self.expiry.clone(), self.deliveries.clone());
        let room = Room::restored(Arc::from(name), stored, history, expiry, deliveries);
        self.index().rooms.insert(room.name().clone(), room);
        true
    }

    /// Returns what is kept of rooms in this process alone, for the one that takes over from it: their events, and who is known there. Nothing
    /// happens in them meanwhile.
    #[must_use]
    pub fn stored_rooms(&self) -> Vec<(Arc<str>, StoredRoom)> {
        if self.is_shared() {
            // What others keep, too, is fetched from there.
            return Vec::new();
        }
        let rooms: Vec<_> = self.index().rooms.values().cloned().collect();
        rooms.iter().filter_map(|room| Some((room.name().clone(), room.stored()?))).collect()
    }

    /// Whether somebody more can come into a room that is kept beyond the process.
    pub fn histories_have_room(&self) -> bool {
        self.services.histories.has_room()
    }

    /// Waits until what has happened in rooms that are kept beyond the process is, or could not be.
    pub async fn histories_settled(&self) {
        self.services.histories.settled().known().await.unwrap_or_default();
    }

    /// Ends the rooms that are kept beyond the process here, for they go on in the next one; returns what waits until that can begin.
    pub fn close_histories(&self) -> impl Future<Output = ()> + use<A> {
        let closed = self.services.histories.close();
        async { closed.known().await.unwrap_or_default() }
    }

    fn open_room(&self, index: &mut Index<A>, name: &str, beginning: Beginning, keep: Keep) -> Arc<Room<A>> {
        let history = self.services.histories.open(name, beginning.start, keep);
        let room = Room::new(Arc::from(name), beginning, history, self.expiry.clone(), self.deliveries.clone());
        index.rooms.insert(room.name().clone(), room.clone());
        room.opened();
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
