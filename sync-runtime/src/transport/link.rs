//! What belongs to one socket, whatever TCP connection it is on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use engineioxide::socket::Sid;
use engineioxide::{DisconnectReason, Str, TransportType};
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, Notify};

use crate::rooms::{Bundle, CloseReason, Outbox, QueueFull, Shortcut};
use crate::transport::carrier::EngineSocket;
use crate::transport::leftovers::Leftovers;
use crate::transport::lobby::Lobby;
use crate::transport::passage::Passage;
use crate::transport::send_queue::SendQueue;
use crate::transport::wire::Wire;
use crate::wire::Packet;

/// How often it is looked whether everything has been taken.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The link of one socket: the connection it is on, and what waits to be sent.
///
/// Packets take one of two ways. The *direct* way writes them to the WebSocket, past engineioxide: no channel, no task to wake, no
/// copy. The *ordinary* way hands them to engineioxide: while a client polls, while it moves from polling to a WebSocket, and
/// always if the direct way is switched off. A socket that has gone over to the direct way stays there; what was on the ordinary way
/// then is waited for, so that nothing is overtaken.
#[derive(Debug)]
pub struct Link {
    limits: LinkLimits,
    socket: Weak<EngineSocket>,
    /// Where a socket waits whose client was taken out.
    lobby: Weak<Lobby>,
    /// Set when packets go the direct way.
    direct: OnceLock<Weak<Wire>>,
    passage: Arc<Passage>,
    state: Mutex<State>,
    resumed: Notify,
    /// Held by the one post of a polling client that is being handled.
    posting: tokio::sync::Mutex<()>,
}

/// How packets may be sent.
#[derive(Debug, Clone, Copy)]
pub struct LinkLimits {
    /// How many bytes may wait for one socket.
    pub queue: usize,
    /// How many bytes the answer to one poll may have.
    pub poll: usize,
    /// Whether packets may be written past engineioxide.
    pub direct: bool,
}

#[derive(Debug, Default)]
struct State {
    wire: Weak<Wire>,
    /// Why the wire was ended, if we did; outlives it.
    ended: Arc<OnceLock<CloseReason>>,
    reading_paused: bool,
    /// What waits for the next poll.
    queue: SendQueue,
    /// Whether a poll has come since the last packet was handed over: it has nothing to take away, and waits.
    polling: bool,
}

impl Link {
    pub(super) fn new(limits: LinkLimits, socket: Weak<EngineSocket>, lobby: Weak<Lobby>) -> Self {
        Self {
            limits,
            socket,
            lobby,
            direct: OnceLock::new(),
            passage: Arc::default(),
            state: Mutex::default(),
            resumed: Notify::new(),
            posting: tokio::sync::Mutex::default(),
        }
    }

    /// Sends packets, in their order, behind all that were sent before.
    ///
    /// # Errors
    ///
    /// When more bytes wait than the limit; the packets that do not are lost, and the socket is of no use then.
    fn try_send(&self, bundle: &Bundle) -> Result<(), QueueFull> {
        if self.direct.get().is_some() {
            // A socket without its connection is about to be forgotten.
            return self.direct_wire().map_or(Ok(()), |wire| wire.send(bundle));
        }
        let mut state = self.state.lock();
        bundle.packets().iter().for_each(|packet| state.queue.push(packet.clone()));
        let wire = state.wire.upgrade();
        let written = wire.as_ref().map_or(0, |wire| wire.waiting());
        bundle.check(written + state.queue.bytes() + self.passage.bytes(), self.limits.queue)?;
        self.pass_on(&mut state, wire.as_ref())
    }

    /// Sends an answer, which may wait for what is sent next or for [`send_corked`](Link::send_corked), whichever is first.
    pub(super) fn cork(&self, packet: Packet) {
        match self.direct_wire() {
            Some(wire) => self.close_if_full(wire.cork(packet)),
            None => self.send(&packet.into()),
        }
    }

    /// Sends what is corked.
    pub(super) fn send_corked(&self) {
        if let Some(wire) = self.direct_wire() {
            wire.send_corked();
        }
    }

    fn direct_wire(&self) -> Option<Arc<Wire>> {
        self.direct.get()?.upgrade()
    }

    /// Passes on what waits here, as far as that is possible now.
    fn pass_on(&self, state: &mut State, wire: Option<&Arc<Wire>>) -> Result<(), QueueFull> {
        match wire {
            Some(wire) if self.is_websocket() && self.limits.direct => self.go_direct(state, wire),
            Some(_) if self.is_websocket() => self.hand_over_up_to(state, usize::MAX),
            // A client that moves may poll once more.
            Some(_) => self.hand_over_up_to(state, self.limits.poll),
            None if state.polling => self.hand_over_up_to(state, self.limits.poll),
            None => Ok(()),
        }
    }

    fn go_direct(&self, state: &mut State, wire: &Arc<Wire>) -> Result<(), QueueFull> {
        wire.release();
        let mut sent = Ok(());
        while let Some(packet) = state.queue.pop() {
            sent = sent.and(wire.clone().send(&packet.into()));
        }
        state.queue.clear();
        // Last, and under the lock: whoever finds it set passes the lock.
        self.direct.get_or_init(|| Arc::downgrade(wire));
        sent
    }

    /// Notes that nothing is on its way through engineioxide any more: what was too much for the move goes out.
    pub(super) fn cleared(&self) {
        if self.direct.get().is_some() {
            return;
        }
        let mut state = self.state.lock();
        if state.queue.is_empty() {
            return;
        }
        let wire = state.wire.upgrade();
        let passed_on = self.pass_on(&mut state, wire.as_ref());
        drop(state);
        self.close_if_full(passed_on);
    }

    fn is_websocket(&self) -> bool {
        self.socket.upgrade().is_some_and(|socket| socket.transport_type() == TransportType::Websocket)
    }

    /// Hands packets to engineioxide until so many bytes are on their way, at least one if nothing is.
    ///
    /// No more than one poll can take away: engineioxide puts a packet that does not fit aside for the next poll, and forgets it
    /// if there is a WebSocket instead.
    fn hand_over_up_to(&self, state: &mut State, limit: usize) -> Result<(), QueueFull> {
        while let Some(bytes) = state.queue.next_bytes() {
            let ahead = self.passage.bytes();
            if ahead > 0 && ahead.saturating_add(bytes) > limit {
                return Ok(());
            }
            let Some(packet) = state.queue.pop() else { break };
            state.polling = false;
            self.hand_over(&packet)?;
        }
        state.queue.clear();
        Ok(())
    }

    /// Hands a packet to engineioxide.
    fn hand_over(&self, packet: &Packet) -> Result<(), QueueFull> {
        let Some(socket) = self.socket.upgrade() else { return Ok(()) };
        let bytes = packet.text().len();
        self.passage.enter(bytes);
        let refused = emit(&socket, packet);
        if refused.is_err() {
            self.passage.leave(bytes);
        }
        refused
    }

    /// Notes that a poll has come, to take away what is queued.
    pub(super) fn poll(&self) {
        let handed_over = {
            let mut state = self.state.lock();
            state.polling = true;
            self.hand_over_up_to(&mut state, self.limits.poll)
        };
        self.close_if_full(handed_over);
    }

    fn close_if_full(&self, sent: Result<(), QueueFull>) {
        if sent == Err(QueueFull) {
            self.close(CloseReason::SendQueueFull);
        }
    }

    /// Notes that a poll was answered with `payload`.
    pub(super) fn polled(&self, payload: &[u8]) {
        let mut state = self.state.lock();
        state.polling = false;
        self.passage.payload_left(payload);
        let Some(wire) = state.wire.upgrade() else { return };
        wire.release();
        let passed_on = self.pass_on(&mut state, Some(&wire));
        drop(state);
        self.close_if_full(passed_on);
    }

    /// Returns whether the client gets all that was sent even if the socket is closed now.
    ///
    /// The writer of a WebSocket writes what it has before it ends; what waits for a poll that does not come is lost.
    fn is_flushed(&self) -> bool {
        let state = self.state.lock();
        match state.wire.upgrade() {
            Some(wire) => self.passage.is_clear() && !wire.is_holding() && state.queue.is_empty(),
            None => state.polling,
        }
    }

    /// Makes `wire` the socket's WebSocket connection.
    pub(super) fn set_wire(self: &Arc<Self>, wire: &Arc<Wire>) {
        let mut state = self.state.lock();
        state.wire = Arc::downgrade(wire);
        state.ended = wire.ended();
        if state.reading_paused {
            wire.pause_reading(true);
        }
        wire.attach(self, &self.passage);
        let passed_on = self.pass_on(&mut state, Some(wire));
        drop(state);
        self.close_if_full(passed_on);
    }

    /// Returns why its connection was ended, if that was not the client's doing.
    pub fn ended(&self) -> Option<CloseReason> {
        self.state.lock().ended.get().copied()
    }

    /// Returns the WebSocket connection.
    pub fn wire(&self) -> Option<Arc<Wire>> {
        self.state.lock().wire.upgrade()
    }

    /// Holds back what the client sends, or lets it come.
    pub fn pause_reading(&self, pause: bool) {
        let mut state = self.state.lock();
        state.reading_paused = pause;
        if let Some(wire) = state.wire.upgrade() {
            wire.pause_reading(pause);
        }
        drop(state);
        if !pause {
            self.resumed.notify_waiters();
        }
    }

    /// Waits for the turn of a post: the posts of one socket are taken one at a time.
    pub async fn post(&self) -> MutexGuard<'_, ()> {
        self.posting.lock().await
    }

    /// Waits until reading is not held back, but no longer than `limit`.
    ///
    /// This slows down a client that posts its messages. It cannot wait for ever: the answer to the next ping is in a post.
    pub async fn reading(&self, limit: Duration) {
        let resumed = async {
            loop {
                let resumed = self.resumed.notified();
                if !self.state.lock().reading_paused {
                    return;
                }
                resumed.await;
            }
        };
        tokio::time::timeout(limit, resumed).await.unwrap_or_default();
    }
}

impl Outbox for Link {
    fn shortcut(&self) -> Option<Weak<dyn Shortcut>> {
        self.direct.get().map(|wire| wire.clone() as Weak<dyn Shortcut>)
    }

    fn send(&self, bundle: &Bundle) {
        // What cannot be sent is a gap, and a gap ends the connection.
        self.close_if_full(self.try_send(bundle));
    }

    fn close(&self, reason: CloseReason) {
        let Some(socket) = self.socket.upgrade() else { return };
        // It is no member any more, however long its connection takes to go.
        let Some(occupant) = socket.data.vacate_link(self) else { return };
        occupant.leave(Some(reason));
        self.state.lock().queue.clear();
        let closing = Packet::closing(reason.as_str());
        // A lost connection is one that the client restores by itself; a polling client has none that could be cut.
        match self.wire().filter(|_| socket.transport_type() == TransportType::Websocket) {
            Some(wire) => wire.dismiss(reason, &closing),
            None => {
                let told = emit(&socket, &closing).and_then(|()| emit(&socket, &Packet::disconnect()));
                match self.lobby.upgrade().filter(|_| told.is_ok()) {
                    Some(lobby) => lobby.enter(&socket),
                    None => socket.close(DisconnectReason::TransportClose),
                }
            }
        }
    }
}

/// Hands a packet to engineioxide, which writes it anew.
///
/// # Errors
///
/// When its queue is full. A socket that is gone takes everything: its end is told elsewhere.
pub(super) fn emit(socket: &EngineSocket, packet: &Packet) -> Result<(), QueueFull> {
    // engineioxide puts its own type before ours.
    let text = Str::copy_from_slice(&packet.text()[1..]);
    match socket.emit(text) {
        Err(_) if !socket.is_closed() => Err(QueueFull),
        _ => Ok(()),
    }
}

/// All sockets of Engine.IO by their ids, and how many were closed for which reason.
#[derive(Debug)]
pub struct Links {
    limits: LinkLimits,
    sockets: Mutex<HashMap<Sid, Weak<EngineSocket>>>,
    lobby: Arc<Lobby>,
    leftovers: Arc<Leftovers>,
    counters: LinkCounters,
}

/// How many sockets the server closed, by reason.
#[derive(Debug, Default)]
pub struct LinkCounters {
    send_queue_full: AtomicU64,
    write_timeout: AtomicU64,
    receive_queue_full: AtomicU64,
    filters_too_slow: AtomicU64,
    delivery_failed: AtomicU64,
    session_ended: AtomicU64,
}

/// What passes through the sockets that are open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// How often the kernel has taken something for a WebSocket. Several packets for one socket are mostly one write.
    pub writes: u64,
    /// How many bytes wait: for sockets that are slower than what they are sent, and answers that are about to go out.
    pub waiting: usize,
}

impl LinkCounters {
    /// Returns how many sockets were closed for `reason` since the start.
    #[must_use]
    pub fn closed(&self, reason: CloseReason) -> u64 {
        self.counter(reason).load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, reason: CloseReason) {
        self.counter(reason).fetch_add(1, Ordering::Relaxed);
    }

    fn counter(&self, reason: CloseReason) -> &AtomicU64 {
        match reason {
            CloseReason::SendQueueFull => &self.send_queue_full,
            CloseReason::WriteTimeout => &self.write_timeout,
            CloseReason::ReceiveQueueFull => &self.receive_queue_full,
            CloseReason::FiltersTooSlow => &self.filters_too_slow,
            CloseReason::DeliveryFailed => &self.delivery_failed,
            CloseReason::SessionEnded => &self.session_ended,
        }
    }
}

impl Links {
    /// Creates the index.
    #[must_use]
    pub fn new(limits: LinkLimits) -> Self {
        Self {
            limits,
            sockets: Mutex::default(),
            lobby: Arc::default(),
            leftovers: Arc::default(),
            counters: LinkCounters::default(),
        }
    }

    /// Returns the counters.
    #[must_use]
    pub fn counters(&self) -> &LinkCounters {
        &self.counters
    }

    /// Waits until every client gets all that was sent even if its socket is closed now; for those that poll, no longer than
    /// `polling`: one that has gone away without a word would keep this waiting until its heartbeat ends.
    pub async fn flushed(&self, polling: Duration) {
        let all = |wanted: fn(&Link) -> bool| self.links().iter().all(|link| wanted(link));
        let polled = async {
            while !all(|link| link.is_websocket() || link.is_flushed()) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(polling, polled).await.unwrap_or_default();
        while !all(|link| !link.is_websocket() || link.is_flushed()) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Adds up what passes through the sockets that are open.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        for link in self.links() {
            let state = link.state.lock();
            let wire = state.wire.upgrade();
            traffic.writes += wire.as_ref().map_or(0, |wire| wire.writes());
            traffic.waiting += state.queue.bytes() + link.passage.bytes() + wire.map_or(0, |wire| wire.waiting());
        }
        traffic
    }

    /// Closes all sockets, so that their clients connect again.
    pub fn close(&self) {
        self.sockets().iter().for_each(|socket| socket.close(DisconnectReason::ClosingServer));
    }

    /// Closes all sockets, and returns when they are closed.
    pub async fn closed(&self) {
        let sockets = self.sockets();
        self.close();
        for socket in sockets {
            socket.closed().await;
        }
    }

    /// Adds a socket that has shaken hands.
    pub(super) fn add(&self, socket: &Arc<EngineSocket>) {
        self.sockets.lock().insert(socket.id, Arc::downgrade(socket));
        self.lobby.enter(socket);
    }

    /// Forgets a socket.
    pub(super) fn remove(&self, socket: &EngineSocket) {
        self.lobby.leave(socket);
        let mut sockets = self.sockets.lock();
        sockets.remove(&socket.id);
        if sockets.len() < sockets.capacity() / 4 {
            sockets.shrink_to_fit();
        }
    }

    /// Returns those who have not said CONNECT.
    pub(super) fn lobby(&self) -> &Arc<Lobby> {
        &self.lobby
    }

    /// Returns what callers had sent before they went.
    pub(super) fn leftovers(&self) -> &Arc<Leftovers> {
        &self.leftovers
    }

    /// Makes the link of a client that is let in.
    pub(super) fn open(&self, socket: &Arc<EngineSocket>) -> Arc<Link> {
        Arc::new(Link::new(self.limits, Arc::downgrade(socket), Arc::downgrade(&self.lobby)))
    }

    /// Returns the socket with this id.
    pub(super) fn find(&self, sid: &str) -> Option<Arc<EngineSocket>> {
        self.sockets.lock().get(&sid.parse().ok()?)?.upgrade()
    }

    fn links(&self) -> Vec<Arc<Link>> {
        self.sockets().iter().filter_map(|socket| socket.data.link()).collect()
    }

    fn sockets(&self) -> Vec<Arc<EngineSocket>> {
        self.sockets.lock().values().filter_map(Weak::upgrade).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: LinkLimits = LinkLimits { queue: 1000, poll: 100_000, direct: true };

    fn link() -> Link {
        Link::new(LIMITS, Weak::new(), Weak::new())
    }

    fn bundle(length: usize) -> Bundle {
        let answer = serde_json::value::to_raw_value(&"x".repeat(length)).expect("JSON");
        Packet::acknowledgement(1, &answer).into()
    }

    #[test]
    fn a_queue_is_bounded_in_bytes_and_one_packet_may_pass_the_limit() {
        let link = link();
        assert_eq!(link.try_send(&bundle(900)), Ok(()));
        assert_eq!(link.try_send(&bundle(5000)), Ok(()));
        assert_eq!(link.try_send(&bundle(1)), Err(QueueFull));
        link.poll();
        assert_eq!(link.try_send(&bundle(900)), Ok(()));
    }

    #[test]
    fn a_polling_client_has_everything_when_it_has_come_back_for_more() {
        let link = link();
        assert!(!link.is_flushed(), "between two polls something may have come");
        link.poll();
        assert!(link.is_flushed());
        assert_eq!(link.try_send(&bundle(7)), Ok(()));
        assert!(!link.is_flushed(), "the poll may have been on its way back already");
        link.polled(b"431[\"xxxxxxx\"]");
        assert!(!link.is_flushed());
        link.poll();
        assert!(link.is_flushed());
    }
}
