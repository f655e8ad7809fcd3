//! A member: one socket in one room.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio_util::task::TaskTracker;

use crate::clock::{RealInstant, sleep};
use crate::contain::Guarded;
use crate::rooms::delivery::{PIECE, TURN};
use crate::rooms::{Bundle, CloseReason, Facts, KeptEvents, QueueFull, Reach, SenderKey, Shortcut, Socket};
use crate::route::{App, BoxFuture};
use crate::wire::{Packet, Position, Topic};

/// How much may wait for one member's filter before the member is disconnected.
const BEHIND_EVENTS: usize = 1024;
const BEHIND_BYTES: usize = 16 * 1024 * 1024;
/// After what time it is looked again whether a client has taken what it is shown.
const LOOKS_AGAIN: Duration = Duration::from_millis(5);

/// Waits until a client has taken most of what it was sent, or it `is_in_vain`.
pub async fn waited_for<A: App>(socket: &Socket<A>, is_in_vain: impl Fn() -> bool) {
    while !socket.outbox().has_room() && !socket.is_closed() && !is_in_vain() {
        sleep(LOOKS_AGAIN).await;
    }
}

/// A member: one socket in one room.
pub struct Seat<A: App> {
    socket: Arc<Socket<A>>,
    /// Which member of the room it is: a later one has a higher number.
    number: u64,
    /// Behind which event it joined.
    behind_seq: u64,
    /// The place where it joined.
    joined: Position,
    /// Since which place it has been a member, on this socket or one before.
    since: Position,
    taken: AtomicBool,
    /// Whether it was shown all that it had missed before it came.
    recovered: AtomicBool,
    /// What its page had heard up to when it came back, if nothing that it missed was for it.
    resumed: OnceLock<u64>,
    /// Told when the seat is left.
    left: Notify,
    /// Set while work of this member is not done; counted in the room.
    behind: AtomicBool,
    behind_in_room: Arc<AtomicUsize>,
    /// Told when it is not behind any more.
    caught_up: Notify,
    /// Set when it left, or was closed, before all of that work was done: it was judged for no more than what came of it.
    is_cut: AtomicBool,
    /// What has to wait for that work.
    deferred: Mutex<DeferredQueue>,
    /// Whether it wants to hear who is here.
    follows: AtomicBool,
    /// What ends when the member leaves, by number.
    belongings: Mutex<Vec<(usize, Belonging)>>,
}

/// What a member has only as long as it is there.
type Belonging = Box<dyn std::any::Any + Send + Sync>;

#[derive(Default)]
struct DeferredQueue {
    /// With the number of each event.
    events: VecDeque<(u64, Deferred)>,
    bytes: usize,
    /// How many answers go out before the member is sent anything.
    held: usize,
    /// Whether a task does what is deferred.
    has_task: bool,
    /// The last event of which something was sent here.
    last: u64,
    /// The last event that is done.
    judged: u64,
}

/// What a member has missed.
pub(super) struct Missed<A: App> {
    /// What it has heard, with all that it was sent before.
    pub(super) heard: u64,
    /// Behind which event it is shown what happened: it was judged for what came before.
    pub(super) behind: u64,
    pub(super) events: KeptEvents<A>,
}

/// A member that is sent nothing, until this is dropped: the answer to its call has to go out first.
pub struct HeldSeat<A: App> {
    seat: Arc<Seat<A>>,
    position: Position,
    /// What it is still to be shown, and up to where it has heard what happened.
    missed: Option<Missed<A>>,
    recovered: bool,
    /// Whether it would be left with a gap if it heard what happens now.
    lacks: bool,
    tasks: TaskTracker,
}

/// A seat in the list of its room, with all that a visit needs beside it: of a thousand members, nothing is in the cache, and
/// each step from one place in memory to the next costs as much as a filter.
pub struct Row<A: App> {
    seat: Arc<Seat<A>>,
    /// The session as it was when the room was last visited.
    session: Arc<Guarded<A::Session>>,
    /// Past the outbox, where there is a way.
    shortcut: OnceLock<Weak<dyn Shortcut>>,
    sender_key: SenderKey,
    /// The last event of which it was sent something, or before it joined.
    last: u64,
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
    pub(super) fn new(
        socket: &Arc<Socket<A>>,
        number: u64,
        (behind_seq, joined, since): (u64, Position, Position),
        behind_in_room: &Arc<AtomicUsize>,
    ) -> Arc<Self> {
        Arc::new(Self {
            socket: socket.clone(),
            number,
            behind_seq,
            joined,
            since,
            taken: AtomicBool::new(true),
            recovered: AtomicBool::new(false),
            resumed: OnceLock::new(),
            left: Notify::new(),
            behind: AtomicBool::new(false),
            behind_in_room: behind_in_room.clone(),
            caught_up: Notify::new(),
            is_cut: AtomicBool::new(false),
            deferred: Mutex::default(),
            follows: AtomicBool::new(false),
            belongings: Mutex::default(),
        })
    }

    /// Returns the socket.
    #[must_use]
    pub fn socket(&self) -> &Arc<Socket<A>> {
        &self.socket
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Returns the place where it joined.
    pub(super) fn joined(&self) -> Position {
        self.joined
    }

    /// Returns whether the member is still in the room.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    pub(super) fn vacate(&self) {
        self.taken.store(false, Ordering::Release);
        self.left.notify_one();
    }

    /// Ends what the member had, which has left. Not under a lock: that may run code of the app, or wait for it.
    pub(super) fn end_belongings(&self) {
        let belongings = std::mem::take(&mut *self.belongings.lock());
        drop(belongings);
    }

    /// Has something end when the member leaves, in place of what had this number before; at once if it has left.
    fn own(&self, number: usize, belonging: Belonging) {
        let before = self.disown(number);
        let mut belongings = self.belongings.lock();
        // Whoever leaves takes them all, after it has been noted that it has left.
        if self.is_taken() {
            belongings.push((number, belonging));
        }
        drop(belongings);
        drop(before);
    }

    /// Takes away what has this number, to be ended.
    fn disown(&self, number: usize) -> Option<Belonging> {
        let mut belongings = self.belongings.lock();
        let place = belongings.iter().position(|(known, _)| *known == number)?;
        Some(belongings.swap_remove(place).1)
    }

    /// Returns whether earlier work of this member is not done: whatever comes next must be [deferred](Seat::defer).
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Acquire)
    }

    /// Returns up to which event a member has got what it gets, if that is not all that happened: it is behind, or was when it left.
    pub(super) fn judged(&self) -> Option<u64> {
        let deferred = self.deferred.lock();
        (self.is_behind() || self.is_cut.load(Ordering::Acquire)).then_some(deferred.judged)
    }

    /// Returns what its page had heard up to when it came back, if nothing that it missed was for it.
    pub(super) fn resumed(&self) -> Option<u64> {
        self.resumed.get().copied()
    }

    /// Waits until a member that has left is sent nothing any more, or one that is behind is so no longer.
    pub async fn settled(&self) {
        loop {
            let caught_up = self.caught_up.notified();
            if !self.is_behind() {
                return;
            }
            caught_up.await;
        }
    }

    /// Keeps from the member what happens from now on, until the answer to its call has gone out; nobody is being visited now.
    pub(super) fn hold(self: &Arc<Self>, position: Position, tasks: &TaskTracker) -> HeldSeat<A> {
        self.deferred.lock().held += 1;
        self.fall_behind();
        HeldSeat { seat: self.clone(), position, missed: None, recovered: false, lacks: false, tasks: tasks.clone() }
    }

    fn release(self: &Arc<Self>, tasks: &TaskTracker) {
        let mut deferred = self.deferred.lock();
        deferred.held -= 1;
        if deferred.has_task || deferred.is_held() {
            return;
        }
        if deferred.events.is_empty() || !self.is_taken() {
            self.catch_up_under(&mut deferred);
        } else {
            self.start(&mut deferred, tasks);
        }
    }

    /// Does `work` on the event of this number for this member alone, after what is deferred already; the other members do not wait.
    ///
    /// Called by the room's one task alone.
    pub(super) fn defer(self: &Arc<Self>, seq: u64, work: Deferred, tasks: &TaskTracker) {
        if !self.is_taken() {
            return;
        }
        let mut deferred = self.deferred.lock();
        if !self.is_behind() {
            // What came before was judged at once.
            deferred.done(seq.saturating_sub(1));
        }
        deferred.push(seq, work);
        self.check_deferred(deferred, tasks);
    }

    /// Sees to it that what is deferred is done, unless that is too much.
    fn check_deferred(self: &Arc<Self>, mut deferred: MutexGuard<'_, DeferredQueue>, tasks: &TaskTracker) {
        if deferred.is_too_much() {
            self.is_cut.store(true, Ordering::Release);
            deferred.clear();
            drop(deferred);
            self.socket.outbox().close(CloseReason::FiltersTooSlow);
            return;
        }
        self.fall_behind();
        if !deferred.is_held() && !deferred.has_task {
            self.start(&mut deferred, tasks);
        }
    }

    /// Returns whether it wants to hear who is here.
    pub(super) fn follows(&self) -> bool {
        self.follows.load(Ordering::Acquire)
    }

    /// Sends a notice, which has no place in the order of the room: behind the answer that the member is held for, and behind the notices
    /// before it.
    pub(super) fn tell(self: &Arc<Self>, notice: &Bundle, tasks: &TaskTracker) {
        let mut deferred = self.deferred.lock();
        if !deferred.is_held() && !deferred.has_task {
            // Without the lock: sending may close the socket, which takes those of the index and of its rooms.
            drop(deferred);
            return self.send(notice);
        }
        // One thing to wait for, however many packets it has.
        let size = notice.packets().iter().map(|packet| packet.bytes().len()).sum();
        let (packets, seat) = (notice.packets().to_vec(), Arc::downgrade(self));
        let packet: BoxFuture<'static, _> = Box::pin(async move {
            if let Some(seat) = seat.upgrade() {
                seat.send(&packets.into());
            }
            None
        });
        deferred.push(0, Deferred { topic: None, size, packet });
        self.check_deferred(deferred, tasks);
    }

    fn fall_behind(&self) {
        if !self.behind.swap(true, Ordering::AcqRel) {
            self.behind_in_room.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn start(self: &Arc<Self>, deferred: &mut DeferredQueue, tasks: &TaskTracker) {
        deferred.has_task = true;
        tasks.spawn(self.clone().catch_up());
    }

    async fn catch_up(self: Arc<Self>) {
        let mut turn = RealInstant::now();
        while let Some((seq, work)) = self.next_deferred() {
            let Deferred { topic, size, packet } = work;
            let sending = async {
                match packet.await {
                    Some(packet) => {
                        if let Some(packet) = self.unless_held(seq, topic, size, packet) {
                            self.send(&packet.into());
                        }
                    }
                    None => self.deferred.lock().done(seq),
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
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = RealInstant::now();
            }
        }
    }

    /// Returns a packet that is to be sent now. A member that was held while its filter ran gets it when it is released.
    fn unless_held(&self, seq: u64, topic: Option<Arc<Topic>>, size: usize, packet: Packet) -> Option<Packet> {
        let mut deferred = self.deferred.lock();
        if deferred.is_held() {
            // What was written for this member alone must come, or it is not volatile: nothing takes its place any more.
            let topic = topic.filter(|topic| packet.topic() == Some(topic));
            let packet: BoxFuture<'static, _> = Box::pin(std::future::ready(Some(packet)));
            deferred.events.push_front((seq, Deferred { topic, size, packet }));
            deferred.bytes += size;
            return None;
        }
        deferred.sent(seq);
        Some(packet)
    }

    /// Closes a member that did not get what it should have got because of a bug of ours.
    pub(super) fn fail(&self) {
        tracing::error!(socket = %self.socket.id(), "a delivery panicked");
        self.socket.outbox().close(CloseReason::DeliveryFailed);
    }

    /// Sends packets, unless the member has left: one that left while its filter ran must not hear of it.
    fn send(&self, bundle: &Bundle) {
        if self.is_taken() {
            self.socket.outbox().send(bundle);
        }
    }

    fn next_deferred(&self) -> Option<(u64, Deferred)> {
        let mut deferred = self.deferred.lock();
        if deferred.is_held() && self.is_taken() {
            // Whoever releases it goes on with the rest.
            deferred.has_task = false;
            return None;
        }
        let next = deferred.pop().filter(|_| self.is_taken());
        if next.is_none() {
            deferred.has_task = false;
            self.catch_up_under(&mut deferred);
        }
        next
    }

    /// Notes that nothing is left to be done. Under the lock: what is deferred from now on starts a task of its own.
    fn catch_up_under(&self, deferred: &mut DeferredQueue) {
        // Of one that has left, what ran last may have been dropped, too.
        self.is_cut.fetch_or(!self.is_taken(), Ordering::AcqRel);
        deferred.clear();
        if self.behind.swap(false, Ordering::AcqRel) {
            self.behind_in_room.fetch_sub(1, Ordering::AcqRel);
        }
        self.caught_up.notify_waiters();
    }
}

impl<A: App> HeldSeat<A> {
    /// Returns the place from which the member hears what happens.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Answers a join that is repeated, with a place, as the one that has brought the member here.
    pub(super) fn repeated(mut self, has_place: bool) -> Self {
        self.recovered = has_place && self.seat.recovered.load(Ordering::Acquire);
        self
    }

    /// Returns since which place it has been a member, on this socket or one before.
    #[must_use]
    pub fn member_since(&self) -> Position {
        self.seat.since
    }

    /// Returns whether it is shown all that it missed.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.recovered
    }

    /// Holds a member that has just joined, behind what it missed.
    pub(super) fn behind(mut self, missed: Missed<A>) -> Self {
        self.recovered = true;
        self.seat.recovered.store(true, Ordering::Release);
        self.lacks = !missed.events.is_empty();
        self.missed = Some(missed);
        self
    }

    /// Shows the member what it missed, in its order, and before anything else: what happens meanwhile waits behind the answer. It goes
    /// no faster than the client takes it, so that it is never too much for the queue of the socket.
    ///
    /// Few at a time are shown something, by `turns`, so that of many who come back the first ones are soon done; whoever waits for its
    /// client has no turn meanwhile. Dropped before it is done, it closes the socket: a member that comes back once more goes on where it was. Returns how many bytes that
    /// were.
    pub async fn show_missed(&mut self, turns: &Semaphore) -> usize {
        let Some(Missed { heard, events, .. }) = self.missed.take() else { return 0 };
        let mut permit = turns.acquire().await.ok();
        let row = Row::new(&self.seat);
        let (mut piece, mut bytes, mut shown_bytes, mut last) = (Vec::new(), 0, 0, None);
        let mut turn = RealInstant::now();
        for (seq, event) in events {
            let mut facts = Facts::default();
            let shown = match event.show(&row, &facts) {
                Reach::Now(packet) => packet,
                Reach::Later(work) => {
                    // What it streams goes out while it runs.
                    self.show(&mut piece, last, turns, &mut permit).await;
                    work.packet.await
                }
            };
            piece.append(&mut facts.take_chunks());
            if let Some(packet) = shown {
                bytes += packet.size();
                shown_bytes += packet.size();
                piece.push(packet);
                last = Some(seq);
            }
            if bytes >= PIECE {
                self.show(&mut piece, last, turns, &mut permit).await;
                bytes = 0;
            }
            if !self.seat.is_taken() {
                return shown_bytes;
            }
            if turn.elapsed() > TURN {
                tokio::task::yield_now().await;
                turn = RealInstant::now();
            }
        }
        self.show(&mut piece, last, turns, &mut permit).await;
        if last.is_none() {
            self.seat.resumed.set(heard).unwrap_or_default();
        }
        self.lacks = false;
        shown_bytes
    }

    async fn show<'t>(
        &self,
        piece: &mut Vec<Packet>,
        last: Option<u64>,
        turns: &'t Semaphore,
        permit: &mut Option<SemaphorePermit<'t>>,
    ) {
        if piece.is_empty() {
            return;
        }
        if !self.seat.socket.outbox().has_room() {
            *permit = None;
            waited_for(&self.seat.socket, || !self.seat.is_taken()).await;
        }
        if permit.is_none() {
            *permit = turns.acquire().await.ok();
        }
        let mut bundle = Bundle::default();
        bundle.replace(piece);
        piece.clear();
        self.seat.send(&bundle);
        if let Some(last) = last {
            self.seat.deferred.lock().sent(last);
        }
    }

    /// Has something end when the member leaves, in place of what had this number before; at once if it has left.
    pub fn own(&self, number: usize, belonging: Belonging) {
        self.seat.own(number, belonging);
    }

    /// Ends what has this number.
    pub fn disown(&self, number: usize) {
        drop(self.seat.disown(number));
    }

    /// Returns the member as filters see it.
    #[must_use]
    pub fn row(&self) -> Row<A> {
        Row::new(&self.seat)
    }

    /// Lets the member hear, from the answer that it is held for, who comes and goes, or no longer.
    pub fn follow(&self, follows: bool) {
        self.seat.follows.store(follows, Ordering::Release);
    }

    /// Returns whether the member hears who comes and goes.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.seat.follows()
    }

    pub(super) fn seat(&self) -> &Arc<Seat<A>> {
        &self.seat
    }
}

impl<A: App> Drop for HeldSeat<A> {
    fn drop(&mut self) {
        if self.lacks && self.seat.is_taken() {
            self.seat.socket.outbox().close(CloseReason::ResumeFailed);
        }
        self.seat.release(&self.tasks);
    }
}

impl<A: App> std::fmt::Debug for HeldSeat<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeldSeat").field("position", &self.position).finish_non_exhaustive()
    }
}

impl DeferredQueue {
    fn is_held(&self) -> bool {
        self.held > 0
    }

    fn push(&mut self, seq: u64, work: Deferred) {
        if let Some(topic) = &work.topic
            && let Some(older) = self.events.iter().rposition(|(_, older)| older.topic.as_ref() == Some(topic))
        {
            self.bytes -= self.events.remove(older).map_or(0, |(_, older)| older.size);
        }
        self.bytes += work.size;
        self.events.push_back((seq, work));
    }

    fn pop(&mut self) -> Option<(u64, Deferred)> {
        let next = self.events.pop_front()?;
        self.bytes -= next.1.size;
        Some(next)
    }

    fn clear(&mut self) {
        self.events = VecDeque::new();
        self.bytes = 0;
    }

    /// Notes that a member got what it gets of an event. A notice has no place of its own.
    fn done(&mut self, seq: u64) {
        self.judged = self.judged.max(seq);
    }

    fn sent(&mut self, seq: u64) {
        self.done(seq);
        self.last = self.last.max(seq);
    }

    fn is_too_much(&self) -> bool {
        self.events.len() > BEHIND_EVENTS || self.bytes > BEHIND_BYTES
    }
}

impl<A: App> Row<A> {
    pub(super) fn new(seat: &Arc<Seat<A>>) -> Self {
        let socket = &seat.socket;
        Self {
            seat: seat.clone(),
            session: socket.session().get(),
            shortcut: OnceLock::new(),
            sender_key: socket.sender_key(),
            last: seat.behind_seq,
        }
    }

    /// Returns the member's socket.
    #[must_use]
    pub fn socket(&self) -> &Socket<A> {
        &self.seat.socket
    }

    /// Returns the session of the member.
    #[must_use]
    pub fn session(&self) -> &A::Session {
        &self.session
    }

    /// Returns the session of the member, to be compared with what it is later.
    #[must_use]
    pub fn shared_session(&self) -> &Arc<Guarded<A::Session>> {
        &self.session
    }

    /// Returns by what the member is known as the sender of what it has sent.
    #[must_use]
    pub fn sender_key(&self) -> &SenderKey {
        &self.sender_key
    }

    /// Returns whether the member has left.
    #[must_use]
    pub fn has_left(&self) -> bool {
        !self.seat.is_taken()
    }

    /// Sends a packet at once, which has no place in the order of the room.
    pub fn send_now(&self, packet: Packet) {
        self.seat.send(&packet.into());
    }

    /// Returns the row with the session as it is now.
    #[must_use]
    pub fn renewed(mut self) -> Self {
        self.renew();
        self
    }

    pub(super) fn renew(&mut self) {
        self.session = self.socket().session().get();
    }

    pub(super) fn seat(&self) -> &Arc<Seat<A>> {
        &self.seat
    }

    /// Returns whether the event with this number happened after the member joined; members are visited with events in their order.
    pub(super) fn hears(&self, seq: u64) -> bool {
        seq > self.last
    }

    /// Returns the last event of which it was sent something, or the one behind which it joined.
    pub(super) fn last_sent(&self) -> u64 {
        self.last.max(self.seat.deferred.lock().last)
    }

    /// Returns whether it was sent anything since it joined.
    pub(super) fn was_sent_anything(&self) -> bool {
        self.last_sent() > self.seat.behind_seq
    }

    /// Notes that the member is sent something of this event.
    pub(super) fn sent(&mut self, seq: u64) {
        self.last = seq;
    }

    /// Returns the last event of which the member was sent something, if there was any since it joined.
    pub(super) fn heard(&self) -> Option<u64> {
        self.was_sent_anything().then(|| self.last_sent())
    }

    /// Sends packets; it was looked before whether the member has left.
    pub(super) fn send(&self, bundle: &Bundle) {
        if let Some(shortcut) = self.shortcut.get() {
            if shortcut.upgrade().is_some_and(|shortcut| shortcut.send(bundle) == Err(QueueFull)) {
                self.socket().outbox().close(CloseReason::SendQueueFull);
            }
            return;
        }
        let outbox = self.socket().outbox();
        outbox.send(bundle);
        if let Some(shortcut) = outbox.shortcut() {
            self.shortcut.get_or_init(|| shortcut);
        }
    }
}

impl<A: App> Clone for Row<A> {
    fn clone(&self) -> Self {
        let Self { seat, session, shortcut, sender_key, last } = self;
        Self {
            seat: seat.clone(),
            session: session.clone(),
            shortcut: shortcut.clone(),
            sender_key: *sender_key,
            last: *last,
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
        f.debug_struct("Seat").field("socket", &self.socket.id()).finish_non_exhaustive()
    }
}
