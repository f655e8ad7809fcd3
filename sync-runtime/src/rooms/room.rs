//! One room: its members and its sequence.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::clock::Instant;
use crate::id::Id;
use crate::rooms::delivery::{Batch, Placed, deliver_all};
use crate::rooms::durable::{StoredMember, restored};
use crate::rooms::expiry::Expiry;
use crate::rooms::gap::Gap;
use crate::rooms::gate::{Asked, Gate, Load, Permit};
use crate::rooms::known::{Known, Told};
use crate::rooms::numbering::Numbering;
use crate::rooms::seat::{HeldSeat, Missed, Row, Seat};
use crate::rooms::{
    After, Beginning, Delivery, Dropped, History, Listening, NotPlaced, PastEvent, SenderKey, Socket, StoredEvent,
    StoredRoom,
};
use crate::route::App;
use crate::session::session_changes;
use crate::wire::{Position, PositionKey};

/// Within what time what becomes too old is forgotten together: all who are known are looked through for it.
const AT_ONCE: Duration = Duration::from_secs(1);
/// How many events of other processes wait to go out, at most: those beyond are fetched when there is room.
const MOST_WAITING: usize = 4096;
/// Within what time whoever opens a room comes in.
const COMES_IN: Duration = Duration::from_secs(30);
/// What a room takes that nobody is in, in bytes, about.
const ROOM_BYTES: usize = 1536;
/// How many events go out together, and how many bytes of them each member gets at once, about.
const TOGETHER: Load = Load { events: 256, bytes: 64 * 1024 };

/// A room that has members, deliveries that still wait, or a history.
pub struct Room<A: App> {
    name: Arc<str>,
    /// What is kept of its events; a room that keeps some outlives its members.
    history: Option<Box<dyn History<A>>>,
    /// Whether it is there though nobody is in it.
    is_lasting: bool,
    /// Tells when there is something to forget.
    expiry: Arc<Expiry<A>>,
    /// Whether it will.
    is_expiring: AtomicBool,
    state: Mutex<RoomState<A>>,
    /// Held while some members are visited.
    visiting: tokio::sync::Mutex<()>,
    /// Held while it is fetched what happened before the room was opened here, or has not come here yet; with when that was last begun.
    recalling: tokio::sync::Mutex<Option<Instant>>,
    /// How many have left since the room was made.
    vacated: AtomicUsize,
    /// How many members wait for their filters.
    behind: Arc<AtomicUsize>,
    /// How many microseconds the last visit of all members took.
    last_visit: AtomicU64,
    /// The deliveries in progress, of all rooms.
    tasks: TaskTracker,
}

struct RoomState<A: App> {
    /// Where the numbers of events are in the order that all servers share.
    order: Numbering,
    /// What ends the room's part in an order that is made elsewhere.
    listening: Option<Box<dyn Listening>>,
    /// The number of the last event that has a place.
    seq: u64,
    /// The last event that was taken to be delivered; what is kept, is kept up to here.
    taken: u64,
    /// The last event that all members were visited with.
    visited: u64,
    /// The members, by their numbers: in the order in which they joined.
    seats: BTreeMap<u64, Arc<Seat<A>>>,
    /// Who is known again; nobody where there is no history.
    known: Known,
    /// Members in the order in which they joined, and those who left since the list was tidied. While deliveries run, their task
    /// has the list, and this holds who joined meanwhile.
    rows: Vec<Row<A>>,
    /// How many in the whole list have left.
    vacant: usize,
    waiting: VecDeque<QueuedEvent<A>>,
    gate: Gate,
    /// The number of the member that came last.
    last_number: u64,
    /// Who wants to know what they have been sent.
    asking: Vec<Asking<A>>,
    /// [`session_changes`] when the sessions in the list were last renewed.
    renewed: u64,
    delivering: bool,
    /// Set when the room was taken out of the hub: a new room of the same name has another epoch.
    gone: bool,
}

/// What somebody wants to know that is in the list of members.
enum Asking<A: App> {
    /// What a member has been sent last.
    Place { seat: Arc<Seat<A>>, tasks: TaskTracker, tell: oneshot::Sender<HeldSeat<A>> },
    /// What somebody was told who comes back, which is noted then.
    Told { key: SenderKey, noted: oneshot::Sender<()> },
}

/// A call that waits for its turn.
struct InLine<'r, A: App> {
    room: &'r Room<A>,
    caller: Id,
    told: oneshot::Receiver<()>,
}

impl<A: App> InLine<'_, A> {
    async fn wait(mut self) {
        // The room holds the other end as long as somebody waits.
        (&mut self.told).await.unwrap_or_default();
    }
}

impl<A: App> Drop for InLine<'_, A> {
    fn drop(&mut self) {
        // It may have got its turn and given up at the same time.
        self.told.close();
        if self.told.try_recv().is_ok() {
            self.room.with_gate(|gate| {
                gate.give_back(self.caller, 0);
                gate.let_in();
            });
        }
    }
}

/// An event that is to get its place.
pub struct Submitted<A: App> {
    /// What is delivered.
    pub delivery: Box<dyn Delivery<A>>,
    /// The number of the session that caused it.
    pub caller: Id,
    /// The turn of the caller, if it waited for one in this room.
    pub permit: Option<Permit<A>>,
}

/// An event that has its place.
struct QueuedEvent<A: App> {
    seq: u64,
    position: Position,
    delivery: Box<dyn Delivery<A>>,
    bytes: usize,
    caller: Id,
}

impl<A: App> Room<A> {
    /// Makes a room whose order is at its `beginning`.
    pub(super) fn new(
        name: Arc<str>,
        beginning: Beginning,
        history: Option<Box<dyn History<A>>>,
        expiry: Arc<Expiry<A>>,
        tasks: TaskTracker,
    ) -> Arc<Self> {
        Arc::new(Self::make(name, beginning, history, false, expiry, tasks))
    }

    /// Makes a room that goes on where an earlier process has left it, with what its history has of that.
    pub(super) fn restored(
        name: Arc<str>,
        stored: StoredRoom,
        history: Box<dyn History<A>>,
        expiry: Arc<Expiry<A>>,
        tasks: TaskTracker,
    ) -> Arc<Self> {
        let age = history.age();
        let known = stored.members.into_iter().map(|(key, member)| (key, restored(member, age))).collect();
        let mut room = Self::make(name, stored.end.into(), Some(history), false, expiry, tasks);
        let state = room.state.get_mut();
        state.order = Numbering::new(stored.end.epoch, &stored.earlier);
        state.known.begin_with(known);
        let room = Arc::new(room);
        // Those who do not come back are forgotten.
        room.expire_at(Instant::now() + age.min(AT_ONCE));
        if let Some(history) = &room.history {
            history.charge(room.state().bytes());
            room.make_way(history.as_ref());
        }
        room
    }

    /// Returns what is kept of it in this process alone; `None` where nothing is, or a file has it.
    pub(super) fn stored(&self) -> Option<StoredRoom> {
        let history = self.history.as_ref().filter(|history| !history.is_durable())?;
        let mut state = self.state();
        state.note_told_all();
        let events = history.all();
        let place = |seq| state.order.position(seq);
        let stored = StoredRoom {
            end: place(state.seq),
            behind: history.complete_behind(),
            earlier: state.order.earlier(),
            members: state.known.iter().map(|(key, known)| (*key, StoredMember::new(known))).collect(),
            events: Vec::new(),
        };
        let places: Vec<_> = events.iter().map(|(seq, ..)| place(*seq)).collect();
        drop(state);
        // Without the lock: what is written is the app's.
        let events = events.into_iter().zip(places).map(|((_, happened, event), at)| StoredEvent {
            at,
            happened,
            text: event.text().unwrap_or_default(),
        });
        Some(StoredRoom { events: events.collect(), ..stored })
    }

    /// Makes a room of whose events nothing is kept, and that is there though nobody is in it.
    pub(super) fn lasting(name: Arc<str>, beginning: Beginning, tasks: TaskTracker) -> Arc<Self> {
        Arc::new(Self::make(name, beginning, None, true, Arc::default(), tasks))
    }

    fn make(
        name: Arc<str>,
        beginning: Beginning,
        history: Option<Box<dyn History<A>>>,
        is_lasting: bool,
        expiry: Arc<Expiry<A>>,
        tasks: TaskTracker,
    ) -> Self {
        let is_durable = history.as_ref().is_some_and(|history| history.is_durable());
        let known = if is_durable { Known::durable() } else { Known::default() };
        let Beginning { start, listening } = beginning;
        let state = RoomState {
            order: Numbering::new(start.epoch, &[]),
            listening,
            seq: start.seq,
            taken: start.seq,
            visited: start.seq,
            seats: BTreeMap::new(),
            known,
            rows: Vec::new(),
            vacant: 0,
            waiting: VecDeque::new(),
            gate: Gate::default(),
            last_number: 0,
            asking: Vec::new(),
            renewed: session_changes(),
            delivering: false,
            gone: false,
        };
        Self {
            name,
            history,
            is_lasting,
            expiry,
            is_expiring: AtomicBool::new(false),
            state: Mutex::new(state),
            visiting: tokio::sync::Mutex::default(),
            recalling: tokio::sync::Mutex::default(),
            vacated: AtomicUsize::new(0),
            behind: Arc::default(),
            last_visit: AtomicU64::new(0),
            tasks,
        }
    }

    /// Returns the room's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
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

    /// Returns whether its events are kept beyond the process.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.history.as_ref().is_some_and(|history| history.is_durable())
    }

    /// Returns the place of the last event that has one; `None` when the room is gone.
    pub fn end_of_order(&self) -> Option<Position> {
        let state = self.state();
        (!state.gone).then(|| state.order.position(state.seq))
    }

    /// Returns the sockets that are here, in the order in which they joined.
    #[must_use]
    pub fn sockets(&self) -> Vec<Arc<Socket<A>>> {
        self.state().seats.values().map(|seat| seat.socket().clone()).collect()
    }

    /// Returns the members that want to hear who is here, and what sends to those that are held.
    pub(super) fn followers(&self) -> (Vec<Arc<Seat<A>>>, &TaskTracker) {
        let followers = self.state().seats.values().filter(|seat| seat.follows()).cloned().collect();
        (followers, &self.tasks)
    }

    /// Returns the members, and what sends to those that are held.
    pub(super) fn seats(&self) -> (Vec<Arc<Seat<A>>>, &TaskTracker) {
        (self.state().seats.values().cloned().collect(), &self.tasks)
    }

    /// Returns how many events wait to go out.
    pub(super) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Waits until the room takes an event of this caller, which it does at once unless callers have been faster than its deliveries;
    /// `None` when too many calls of this caller wait.
    pub(super) async fn reserve(self: &Arc<Self>, caller: Id) -> Option<Permit<A>> {
        let turn = self.state().gate.ask(caller);
        match turn {
            Asked::Now => {}
            Asked::Later(told) => InLine { room: self, caller, told }.wait().await,
            Asked::Never => return None,
        }
        Some(Permit::new(self.clone(), caller))
    }

    pub(super) fn with_gate(&self, work: impl FnOnce(&mut Gate)) {
        work(&mut self.state().gate);
    }

    /// Gives an event the next place; `None` when the room is gone. Called by a [sequencer](crate::rooms::Sequencer) that makes the order
    /// here.
    pub fn place(self: &Arc<Self>, event: Submitted<A>) -> Option<Position> {
        self.push(event, Ok).ok()
    }

    /// Takes an event at the place that it was given elsewhere. Called by a [sequencer](crate::rooms::Sequencer) whose order is made
    /// elsewhere, for every event of the room, its own and those of other processes.
    ///
    /// # Errors
    ///
    /// When that is not the next place: why, and the event as it was.
    pub fn place_at(self: &Arc<Self>, event: Submitted<A>, at: Position) -> Result<(), (NotPlaced, Submitted<A>)> {
        if self.waiting() > MOST_WAITING {
            return Err((NotPlaced::Full, event));
        }
        let placed = self.push(event, |next| {
            if at.epoch != next.epoch {
                return Err(NotPlaced::OtherEpoch);
            }
            match at.seq.cmp(&next.seq) {
                std::cmp::Ordering::Less => Err(NotPlaced::Known),
                std::cmp::Ordering::Equal => Ok(at),
                std::cmp::Ordering::Greater => Err(NotPlaced::Early { next }),
            }
        });
        placed.map(drop)
    }

    /// The deliveries of a room run in a task of its own that ends when nothing waits. `place` is told the next place, and says whether
    /// the event gets it.
    fn push(
        self: &Arc<Self>,
        event: Submitted<A>,
        place: impl FnOnce(Position) -> Result<Position, NotPlaced>,
    ) -> Result<Position, (NotPlaced, Submitted<A>)> {
        let Submitted { delivery, caller, permit } = event;
        let bytes = delivery.size();
        // One of a room that has ended meanwhile has let nobody in here; it is given back there, without our lock.
        let permit = permit.filter(|permit| permit.is_of(self));
        let mut state = self.state();
        let next = state.order.position(state.seq + 1);
        let placed = if state.gone { Err(NotPlaced::NoRoom) } else { place(next) };
        let position = match placed {
            Ok(position) => position,
            Err(why) => return Err((why, Submitted { delivery, caller, permit })),
        };
        match permit {
            Some(permit) => permit.redeem(),
            None => state.gate.enter(caller),
        }
        let seq = state.seq + 1;
        self.queue(&mut state, QueuedEvent { seq, position, delivery, bytes, caller });
        Ok(position)
    }

    fn queue(self: &Arc<Self>, state: &mut RoomState<A>, event: QueuedEvent<A>) {
        state.gate.push(event.caller, event.bytes);
        state.seq = event.seq;
        state.waiting.push_back(event);
        if !std::mem::replace(&mut state.delivering, true) {
            self.tasks.spawn(deliver_all(self.clone(), self.tasks.clone()));
        }
    }

    /// Goes on behind a place of an order that is made elsewhere: what happened up to there cannot be had any more, or is of another
    /// history. Members are told so, behind what they still hear. Does nothing where the room is behind that place already.
    pub(super) fn lose(self: &Arc<Self>, behind: Position, positions: &Arc<PositionKey>) {
        let mut state = self.state();
        let is_known = state.order.is_now(behind) && state.order.position(state.seq).seq >= behind.seq;
        if state.gone || is_known {
            return;
        }
        let seq = if state.order.is_now(behind) {
            state.order.number(behind).unwrap_or(state.seq + 1)
        } else {
            let number = state.seq + 1;
            state.order.begin_anew(behind, number);
            number
        };
        let gap: Box<dyn Delivery<A>> = Box::new(Gap { room: self.name.clone(), positions: positions.clone() });
        let (bytes, caller) = (gap.size(), Id::NOBODY);
        state.gate.enter(caller);
        self.queue(&mut state, QueuedEvent { seq, position: behind, delivery: gap, bytes, caller });
    }

    /// Has events be placed here from now on, where their order is made elsewhere.
    pub(super) fn opened(self: &Arc<Self>) {
        let state = self.state();
        let Some(listening) = &state.listening else { return };
        listening.opened();
        // Whoever has opened it may never come in.
        if !self.is_lasting {
            self.expire_at(Instant::now() + COMES_IN);
        }
    }

    /// Returns whether somebody is known here, who is there or went a short while ago.
    pub(super) fn knows(&self, key: &SenderKey) -> bool {
        self.state().known.get(key).is_some()
    }

    /// Waits until nobody else fetches what happened before.
    pub(super) async fn recalling(&self) -> tokio::sync::MutexGuard<'_, Option<Instant>> {
        self.recalling.lock().await
    }

    /// Returns whether somebody has heard more, elsewhere, than has been placed here; or it is of a history that is not known here.
    pub(super) fn is_behind(&self, after: Position) -> bool {
        let state = self.state();
        state.listening.is_some() && state.order.number(after).is_none_or(|after| after > state.seq)
    }

    /// Returns whether what happened behind a place would have to be fetched for somebody who comes back to it: the events are of this
    /// history, and happened before the room was opened here.
    pub(super) fn lacks(&self, after: Position) -> bool {
        let state = self.state();
        let Some(history) = self.history.as_ref().filter(|_| state.order.is_now(after)) else { return false };
        state.order.number(after).is_some_and(|after| after < history.complete_behind())
    }

    /// Takes events that happened behind a place, before what is kept here, as far as there is room for them.
    pub(super) fn recall(&self, after: Position, events: impl Iterator<Item = PastEvent<A>>) {
        let state = self.state();
        let (Some(history), true) = (&self.history, state.order.is_now(after)) else { return };
        let Some(behind) = state.order.number(after) else { return };
        let events = events.filter_map(|(at, happened, event)| Some((state.order.number(at)?, happened, event)));
        history.recall(behind, events.collect());
    }

    /// Adds a member; `None` when the room is gone. What happened after the place `after` is
    /// to be shown to it first, if it was here then and all of that was kept.
    pub(super) fn take_seat(&self, socket: &Arc<Socket<A>>, after: Option<After>) -> Option<HeldSeat<A>> {
        let mut state = self.state();
        if state.gone {
            return None;
        }
        let missed = after.and_then(|after| self.missed(&state, socket, &after));
        // What has a place and is not taken yet is still to be delivered, to this member too, unless it knows it.
        let seq = missed.as_ref().map_or(state.seq, |missed| state.taken.max(missed.behind));
        state.last_number += 1;
        if let Some(history) = &self.history
            && let Some(key) = socket.known_key()
        {
            let number = state.last_number;
            state.known.enter(key, number, seq, missed.as_ref().map(|missed| missed.heard));
            history.charge(state.bytes());
            self.make_way(history.as_ref());
        }
        self.write_known(&mut state);
        let joined = state.order.position(seq).joined();
        let since = missed.as_ref().map_or(joined, |missed| state.order.position(missed.heard));
        let seat = Seat::new(socket, state.last_number, (seq, joined, since), &self.behind);
        let row = Row::new(&seat);
        let held = seat.hold(joined, &self.tasks);
        state.seats.insert(seat.number(), seat);
        state.rows.push(row);
        Some(match missed {
            Some(missed) => held.behind(missed),
            None => held,
        })
    }

    /// Finds what a socket has missed that has heard what it was sent up to a place.
    fn missed(&self, state: &RoomState<A>, socket: &Socket<A>, after: &After) -> Option<Missed<A>> {
        let (history, key) = (self.history.as_ref()?, socket.known_key()?);
        // A place beyond the last one is of no life of this room.
        let heard = state.order.number(after.place).filter(|heard| *heard <= state.seq)?;
        let was_here = || {
            let since = state.order.number(after.member_since?)?;
            (since <= heard).then_some(heard)
        };
        // Whoever is known here has nothing to prove: they may have left, and come back, since they could.
        let behind = match state.known.get(&key) {
            Some(_) => state.known.resume(&key, heard),
            None => was_here(),
        }?;
        let events = history.after(behind)?;
        Some(Missed { heard, behind, events })
    }

    /// Has what is known of somebody else than before written down, where the room is kept beyond the process.
    fn write_known(&self, state: &mut RoomState<A>) {
        let Some(history) = &self.history else { return };
        for key in state.known.take_changed() {
            history.note(&key, state.known.get(&key));
        }
    }

    /// Notes what somebody was told who comes back: its last socket may be here still, since nobody has noticed yet that it is dead.
    pub(super) async fn recognize(&self, key: &SenderKey) {
        let noted = {
            let mut state = self.state();
            if !state.delivering {
                return state.note_told(&[], key);
            }
            let (noted, told) = oneshot::channel();
            state.asking.push(Asking::Told { key: *key, noted });
            told
        };
        // The room holds the other end as long as events are delivered.
        noted.await.unwrap_or_default();
    }

    /// Finds out the place of the last frame that a member was sent, or the one where it joined; `None` if it has left.
    pub(super) async fn heard(&self, seat: &Arc<Seat<A>>) -> Option<HeldSeat<A>> {
        let told = {
            let mut state = self.state();
            if !state.delivering {
                return state.heard(&[], seat, &self.tasks);
            }
            let (tell, told) = oneshot::channel();
            state.asking.push(Asking::Place { seat: seat.clone(), tasks: self.tasks.clone(), tell });
            told
        };
        told.await.ok()
    }

    /// Removes a member that `may_come_back`, or has left, and returns whether the room is of no use any more.
    pub(super) fn leave_seat(self: &Arc<Self>, seat: &Seat<A>, may_come_back: bool) -> bool {
        let mut state = self.state();
        self.note_departure(&mut state, seat, may_come_back);
        seat.vacate();
        self.vacated.fetch_add(1, Ordering::AcqRel);
        state.seats.remove(&seat.number());
        state.vacant += 1;
        // Tidied now and then, so that many who leave at once do not each look through the list.
        if !state.delivering && state.vacant * 16 > state.rows.len() {
            state.tidy(&mut Vec::new());
        }
        self.write_known(&mut state);
        if let Some(history) = &self.history {
            history.charge(state.bytes());
        }
        // Who comes back to one whose order is made elsewhere is shown what is kept there: a server hears of no room that nobody is in.
        let is_kept = self.is_expiring.load(Ordering::Acquire) && state.listening.is_none();
        self.end_if_empty(&mut state, self.is_lasting || is_kept)
    }

    fn note_departure(self: &Arc<Self>, state: &mut RoomState<A>, seat: &Seat<A>, may_come_back: bool) {
        let Some(history) = &self.history else { return };
        let Some(key) = seat.socket().known_key() else { return };
        if !may_come_back {
            state.known.leave(&key);
            return;
        }
        let until = Instant::now() + history.age();
        // While events are delivered, that is noted when the list of members is brought up to date.
        if !state.delivering {
            state.note_told(&[], &key);
        }
        state.known.go(&key, until);
        self.expire_at(until);
        // Those who are here do not give way: now there is more that can.
        self.make_way(history.as_ref());
    }

    /// Has it be the turn of those that keep the oldest, where all rooms together keep too much.
    fn make_way(&self, history: &dyn History<A>) {
        if history.is_crowded() {
            self.expiry.crowd();
        }
    }

    /// Has it be the room's turn to forget something, unless it will be anyway.
    fn expire_at(self: &Arc<Self>, time: Instant) {
        if !self.is_expiring.swap(true, Ordering::AcqRel) {
            self.expiry.at(time, self);
        }
    }

    /// Forgets what is too old, or more where others need the memory, and hands over the events of it. Returns whether the room is of no
    /// use any more.
    pub(super) fn expire(self: &Arc<Self>, gives_way: bool, dropped: &mut Dropped<A>) -> bool {
        let mut state = self.state();
        if state.listening.is_some() && state.seats.is_empty() {
            // It was opened for somebody who has not come in.
            return self.end_if_empty(&mut state, false);
        }
        let Some(history) = &self.history else { return false };
        let gave = gives_way && {
            history.give_way(dropped);
            state.known.drop_gone() || !dropped.is_empty()
        };
        let now = Instant::now();
        let next = [history.drop_old(now, dropped), state.known.drop_old(now)].into_iter().flatten().min();
        self.write_known(&mut state);
        history.charge(state.bytes());
        // One that has nothing to give does not ask others again: the next event does.
        if gave {
            self.make_way(history.as_ref());
        }
        // What is on its way is kept when it is delivered.
        match next.or_else(|| (state.delivering).then(|| now + history.age())) {
            Some(next) => {
                self.expiry.at(next.max(now + AT_ONCE), self);
                false
            }
            None => {
                self.is_expiring.store(false, Ordering::Release);
                self.end_if_empty(&mut state, false)
            }
        }
    }

    fn end_if_empty(&self, state: &mut RoomState<A>, outlives: bool) -> bool {
        if !state.gone && state.seats.is_empty() && !outlives {
            state.gone = true;
            state.listening = None;
            self.history.iter().for_each(|history| history.ended());
        }
        state.gone
    }

    /// Waits until nobody is being visited who was here before.
    pub(super) async fn visited_once(&self) {
        if self.state().delivering {
            drop(self.visiting.lock().await);
        }
    }

    /// Begins to visit some members.
    pub(super) async fn visit(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.visiting.lock().await
    }

    /// Takes the events that go out next, and brings the list of members up to date; gives the list back when nothing waits.
    pub(super) fn next_batch(self: &Arc<Self>, rows: &mut Vec<Row<A>>) -> Option<Batch<A>> {
        let taken = self.take_events(rows)?;
        // Without the lock: what is the same for all members is written here.
        let events = taken.into_iter().map(|event| (event.seq, event.delivery.place(event.position))).collect();
        Some(self.take_members(rows, events))
    }

    /// Takes events, after the list of members was given back.
    fn take_events(&self, rows: &mut Vec<Row<A>>) -> Option<Vec<QueuedEvent<A>>> {
        let mut state = self.state();
        // Who went meanwhile may not have been visited with the last events: they count from here on.
        state.tidy(rows);
        self.write_known(&mut state);
        state.visited = state.taken;
        state.tell_who_ask(&[]);
        if state.waiting.is_empty() {
            state.delivering = false;
            state.waiting = VecDeque::new();
            return None;
        }
        Some(state.take_batch())
    }

    /// Takes the list of members who hear of these events. Who joins later is shown what is kept, and hears what is taken later.
    fn take_members(self: &Arc<Self>, rows: &mut Vec<Row<A>>, events: Vec<(u64, Box<dyn Placed<A>>)>) -> Batch<A> {
        // Ended when the lock is free again.
        let mut dropped = Vec::new();
        let mut state = self.state();
        if let Some(history) = &self.history {
            let now = Instant::now();
            for (seq, event) in &events {
                match event.kept() {
                    Some(kept) => history.keep(*seq, now, kept, &mut dropped),
                    None => history.lose(*seq, &mut dropped),
                }
            }
            self.expire_at(now + history.age());
            self.make_way(history.as_ref());
        }
        state.taken = events.last().map_or(state.taken, |(seq, _)| *seq);
        state.drop_vacant();
        self.write_known(&mut state);
        *rows = std::mem::take(&mut state.rows);
        // The number is read before the sessions are: a change in between is seen the next time.
        let changes = session_changes();
        let renew = std::mem::replace(&mut state.renewed, changes) != changes;
        Batch { events, vacated: self.vacated(), renew }
    }

    /// Takes the list of members as it is, after a panic. Some events may not have been kept: nobody is known any more who could be
    /// shown them.
    pub(super) fn take_back(&self, rows: &mut Vec<Row<A>>) {
        let mut state = self.state();
        state.known.forget_all();
        self.write_known(&mut state);
        rows.append(&mut state.rows);
    }

    /// Answers those who want to know what they have been sent; `rows` are the members that are being visited.
    pub(super) fn tell_who_ask(&self, rows: &[Row<A>]) {
        let mut state = self.state();
        if !state.asking.is_empty() {
            state.tell_who_ask(rows);
        }
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

    fn state(&self) -> MutexGuard<'_, RoomState<A>> {
        self.state.lock()
    }
}

impl<A: App> RoomState<A> {
    /// Notes what somebody was told on the seat that it took last; `away` is the list of members while deliveries run.
    fn note_told(&mut self, away: &[Row<A>], key: &SenderKey) {
        let Some(number) = self.known.newest(key) else { return };
        if let Some(row) = find(away, number).or_else(|| find(&self.rows, number)) {
            self.known.note(key, number, told(row, self.visited));
        }
    }

    /// Notes what all who are here were told. No deliveries run.
    fn note_told_all(&mut self) {
        let keys: Vec<_> = self.known.iter().map(|(key, _)| *key).collect();
        keys.iter().for_each(|key| self.note_told(&[], key));
    }

    /// Returns what the room takes besides its events and its members, in bytes, about.
    fn bytes(&self) -> usize {
        ROOM_BYTES + self.known.bytes()
    }

    /// Says what a member was sent; `away` is the list of members while deliveries run.
    fn heard(&self, away: &[Row<A>], seat: &Arc<Seat<A>>, tasks: &TaskTracker) -> Option<HeldSeat<A>> {
        let row = find(away, seat.number()).or_else(|| find(&self.rows, seat.number()))?;
        let heard = row.heard().map_or_else(|| seat.joined(), |sent| self.order.position(sent));
        Some(seat.hold(heard, tasks))
    }

    fn tell_who_ask(&mut self, away: &[Row<A>]) {
        for asking in std::mem::take(&mut self.asking) {
            // One that does not listen any more is let go.
            match asking {
                Asking::Place { seat, tasks, tell } => {
                    if let Some(held) = self.heard(away, &seat, &tasks) {
                        tell.send(held).unwrap_or_else(drop);
                    }
                }
                Asking::Told { key, noted } => {
                    self.note_told(away, &key);
                    noted.send(()).unwrap_or_default();
                }
            }
        }
    }

    /// Puts those who joined behind `rows`, the members who were here before, and drops who has left.
    fn tidy(&mut self, rows: &mut Vec<Row<A>>) {
        rows.append(&mut self.rows);
        std::mem::swap(&mut self.rows, rows);
        self.drop_vacant();
    }

    fn drop_vacant(&mut self) {
        if self.vacant == 0 {
            return;
        }
        let Self { rows, known, visited, .. } = self;
        rows.retain(|row| {
            let seat = row.seat();
            if !seat.is_taken()
                && let Some(key) = seat.socket().known_key()
            {
                known.note(&key, seat.number(), told(row, *visited));
            }
            seat.is_taken()
        });
        self.vacant = 0;
    }

    /// Takes events in their order up to what goes out together, at least one, and lets callers in who wait for that.
    fn take_batch(&mut self) -> Vec<QueuedEvent<A>> {
        let mut batch: Vec<QueuedEvent<A>> = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.waiting.front() {
            if !batch.is_empty() && (batch.len() >= TOGETHER.events || bytes + next.bytes > TOGETHER.bytes) {
                break;
            }
            bytes += next.bytes;
            self.gate.take(next.caller, next.bytes);
            batch.extend(self.waiting.pop_front());
        }
        self.gate.let_in();
        batch
    }
}

/// Finds a member in a list.
fn find<A: App>(rows: &[Row<A>], number: u64) -> Option<&Row<A>> {
    rows.binary_search_by_key(&number, |row| row.seat().number()).ok().map(|index| &rows[index])
}

/// Says what a member was told, if all members were `visited` with what happened up to there.
fn told<A: App>(row: &Row<A>, visited: u64) -> Told {
    let (seat, sent) = (row.seat(), row.last_sent());
    let judged = seat.judged().unwrap_or(visited);
    let resumed = seat.resumed().filter(|_| !row.was_sent_anything());
    Told { sent, resumed, judged: judged.max(sent) }
}

impl<A: App> std::fmt::Debug for Room<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room").field("name", &self.name).finish_non_exhaustive()
    }
}
