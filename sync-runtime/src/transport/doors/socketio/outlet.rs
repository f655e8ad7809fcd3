//! What belongs to one socket, whatever pipe it is on.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use engineioxide::{DisconnectReason, TransportType};
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, Notify};

use crate::clock::timeout;
use crate::rooms::{Bundle, CloseReason, Outbox, QueueFull, Shortcut};
use crate::transport::doors::socketio::carrier::{EngineSocket, Gone};
use crate::transport::doors::socketio::lobby::Lobby;
use crate::transport::doors::socketio::ordinary::emit;
use crate::transport::doors::socketio::progress::Progress;
use crate::transport::pipes::{Direct, Passage, SendQueue, Tenant};
use crate::wire::Packet;

/// The outlet of one socket: the pipe it is on, and what waits to be sent.
///
/// Packets take one of two ways. The *direct* way writes them to the WebSocket, past engineioxide: no channel, no task to wake, no
/// copy. The *ordinary* way hands them to engineioxide: while a client polls, while it moves from polling to a WebSocket, and
/// always if the direct way is switched off. A socket that has gone over to the direct way stays there; what was on the ordinary way
/// then is waited for, so that nothing is overtaken.
#[derive(Debug)]
pub struct Outlet {
    limits: OutletLimits,
    socket: Weak<EngineSocket>,
    /// Where a socket waits whose client was taken out.
    lobby: Weak<Lobby>,
    /// Set when packets go the direct way.
    direct: OnceLock<Weak<dyn Direct>>,
    /// What is on its way through engineioxide.
    passage: Arc<Passage>,
    progress: Arc<Progress>,
    state: Mutex<OutletState>,
    resumed: Notify,
    /// Held by the one post of a polling client that is being handled.
    posting: tokio::sync::Mutex<()>,
}

/// How packets may be sent.
#[derive(Debug, Clone, Copy)]
pub struct OutletLimits {
    /// How many bytes may wait for one socket.
    pub queue: usize,
    /// How many bytes the answer to one poll may have.
    pub poll: usize,
    /// Whether packets may be written past engineioxide.
    pub direct: bool,
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

#[derive(Debug, Default)]
struct OutletState {
    /// The pipe that the socket is on as a WebSocket.
    pipe: Option<Weak<dyn Direct>>,
    /// Why the pipe was ended, if we did; outlives it.
    ended: Arc<OnceLock<CloseReason>>,
    reading_paused: bool,
    /// What waits for the next poll.
    queue: SendQueue,
    /// Whether a poll has come since the last packet was handed over: it has nothing to take away, and waits.
    polling: bool,
}

impl Outlet {
    pub(super) fn new(
        limits: OutletLimits,
        socket: Weak<EngineSocket>,
        lobby: Weak<Lobby>,
        passage: Arc<Passage>,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            limits,
            socket,
            lobby,
            direct: OnceLock::new(),
            passage,
            progress,
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
            // A socket without its pipe is about to be forgotten.
            return self.direct_pipe().map_or(Ok(()), |pipe| pipe.send(bundle));
        }
        let mut state = self.state.lock();
        bundle.packets().iter().for_each(|packet| state.queue.push(packet.clone()));
        let pipe = state.pipe();
        let written = pipe.as_ref().map_or(0, |pipe| pipe.waiting());
        bundle.check(written + state.queue.bytes() + self.passage.bytes(), self.limits.queue)?;
        self.pass_on(&mut state, pipe.as_ref())
    }

    /// Sends an answer, which may wait for what is sent next or for [`send_corked`](Outlet::send_corked), whichever is first.
    pub(super) fn cork(&self, packet: Packet) {
        match self.direct_pipe() {
            Some(pipe) => self.close_if_full(pipe.cork(packet)),
            None => self.send(&packet.into()),
        }
    }

    /// Sends what is corked.
    pub(super) fn send_corked(&self) {
        if let Some(pipe) = self.direct_pipe() {
            pipe.send_corked();
        }
    }

    fn direct_pipe(&self) -> Option<Arc<dyn Direct>> {
        self.direct.get()?.upgrade()
    }

    /// Passes on what waits here, as far as that is possible now.
    fn pass_on(&self, state: &mut OutletState, pipe: Option<&Arc<dyn Direct>>) -> Result<(), QueueFull> {
        match pipe {
            Some(pipe) if self.is_websocket() && self.limits.direct => self.go_direct(state, pipe),
            Some(_) if self.is_websocket() => self.hand_over_up_to(state, usize::MAX),
            // A client that moves may poll once more.
            Some(_) => self.hand_over_up_to(state, self.limits.poll),
            None if state.polling => self.hand_over_up_to(state, self.limits.poll),
            None => Ok(()),
        }
    }

    fn go_direct(&self, state: &mut OutletState, pipe: &Arc<dyn Direct>) -> Result<(), QueueFull> {
        pipe.clone().release();
        let mut sent = Ok(());
        while let Some(packet) = state.queue.pop() {
            sent = sent.and(pipe.clone().send(&packet.into()));
        }
        state.queue.clear();
        // Last, and under the lock: whoever finds it set passes the lock.
        self.direct.get_or_init(|| Arc::downgrade(pipe));
        sent
    }

    fn is_websocket(&self) -> bool {
        self.socket.upgrade().is_some_and(|socket| socket.transport_type() == TransportType::Websocket)
    }

    /// Hands packets to engineioxide until so many bytes are on their way, at least one if nothing is.
    ///
    /// No more than one poll can take away: engineioxide puts a packet that does not fit aside for the next poll, and forgets it
    /// if there is a WebSocket instead.
    fn hand_over_up_to(&self, state: &mut OutletState, limit: usize) -> Result<(), QueueFull> {
        while let Some(bytes) = state.queue.next_bytes() {
            let ahead = self.passage.bytes();
            if ahead > 0 && ahead.saturating_add(bytes) > limit {
                return Ok(());
            }
            let Some(packet) = state.queue.pop() else { break };
            state.polling = false;
            if let Some(socket) = self.socket.upgrade() {
                emit(&socket, &packet)?;
            }
        }
        state.queue.clear();
        Ok(())
    }

    /// Notes that a poll has come, to take away what is queued.
    pub(super) fn poll(&self) {
        let handed_over = {
            let mut state = self.state.lock();
            state.polling = true;
            self.hand_over_up_to(&mut state, self.limits.poll)
        };
        self.close_if_full(handed_over);
        self.progress.made();
    }

    fn close_if_full(&self, sent: Result<(), QueueFull>) {
        if sent == Err(QueueFull) {
            self.close(CloseReason::SendQueueFull);
        }
    }

    /// Notes that a poll was answered, and that what the answer carries was counted out.
    pub(super) fn polled(&self) {
        let mut state = self.state.lock();
        state.polling = false;
        let Some(pipe) = state.pipe() else { return };
        pipe.clone().release();
        let passed_on = self.pass_on(&mut state, Some(&pipe));
        drop(state);
        self.close_if_full(passed_on);
        self.progress.made();
    }

    /// Returns whether the client gets all that was sent even if the socket is closed now.
    ///
    /// The writer of a WebSocket writes what it has before it ends; what waits for a poll that does not come is lost.
    pub(super) fn is_flushed(&self) -> bool {
        let state = self.state.lock();
        match &state.pipe {
            // The pipe first: under its lock, what passes it is counted out.
            Some(pipe) => pipe
                .upgrade()
                .is_none_or(|pipe| !pipe.is_holding() && self.passage.is_clear() && state.queue.is_empty()),
            None => state.polling,
        }
    }

    /// Returns whether the client has not come further than polling.
    pub(super) fn polls(&self) -> bool {
        self.state.lock().pipe.is_none()
    }

    /// Adds what passes through this one.
    pub(super) fn add_to(&self, traffic: &mut Traffic) {
        let state = self.state.lock();
        let pipe = state.pipe();
        traffic.writes += pipe.as_ref().map_or(0, |pipe| pipe.writes());
        traffic.waiting += state.queue.bytes() + self.passage.bytes() + pipe.map_or(0, |pipe| pipe.waiting());
    }

    /// Makes `pipe` the one that the socket is on, as a WebSocket.
    pub(super) fn set_pipe(self: &Arc<Self>, pipe: &Arc<dyn Direct>) {
        let mut state = self.state.lock();
        state.pipe = Some(Arc::downgrade(pipe));
        state.ended = pipe.ended();
        if state.reading_paused {
            pipe.pause_reading(true);
        }
        let tenant: Weak<Self> = Arc::downgrade(self);
        pipe.let_to(tenant);
        let passed_on = self.pass_on(&mut state, Some(pipe));
        drop(state);
        self.close_if_full(passed_on);
        self.progress.made();
    }

    /// Returns why its pipe was ended, if that was not the client's doing.
    pub fn ended(&self) -> Option<CloseReason> {
        self.state.lock().ended.get().copied()
    }

    /// Returns the pipe that it is on as a WebSocket.
    pub fn pipe(&self) -> Option<Arc<dyn Direct>> {
        self.state.lock().pipe()
    }

    /// Holds back what the client sends, or lets it come.
    pub fn pause_reading(&self, pause: bool) {
        let mut state = self.state.lock();
        state.reading_paused = pause;
        if let Some(pipe) = state.pipe() {
            pipe.pause_reading(pause);
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
        timeout(limit, resumed).await.unwrap_or_default();
    }
}

impl OutletState {
    fn pipe(&self) -> Option<Arc<dyn Direct>> {
        self.pipe.as_ref()?.upgrade()
    }
}

impl Tenant for Outlet {
    /// What was too much for the move goes out.
    fn cleared(&self) {
        if self.direct.get().is_none() {
            let mut state = self.state.lock();
            if !state.queue.is_empty() {
                let pipe = state.pipe();
                let passed_on = self.pass_on(&mut state, pipe.as_ref());
                drop(state);
                self.close_if_full(passed_on);
            }
        }
        self.progress.made();
    }
}

impl Outbox for Outlet {
    fn shortcut(&self) -> Option<Weak<dyn Shortcut>> {
        self.direct.get().map(|pipe| pipe.clone() as Weak<dyn Shortcut>)
    }

    fn send(&self, bundle: &Bundle) {
        // What cannot be sent is a gap, and a gap ends the socket.
        self.close_if_full(self.try_send(bundle));
    }

    fn has_room(&self) -> bool {
        let mut traffic = Traffic::default();
        self.add_to(&mut traffic);
        traffic.waiting < self.limits.queue / 2
    }

    fn close(&self, reason: CloseReason) {
        let Some(socket) = self.socket.upgrade() else { return };
        // It is no member any more, however long its pipe takes to go.
        let Some(occupant) = socket.data.vacate_outlet(self) else { return };
        occupant.leave(Gone::Dismissed(reason));
        self.state.lock().queue.clear();
        let closing = Packet::closing(reason.as_str());
        // A lost connection is one that the client restores by itself; a polling client has none that could be cut.
        match self.pipe().filter(|_| socket.transport_type() == TransportType::Websocket) {
            Some(pipe) => pipe.dismiss(reason, &closing),
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: OutletLimits = OutletLimits { queue: 1000, poll: 100_000, direct: true };

    fn outlet() -> Outlet {
        Outlet::new(LIMITS, Weak::new(), Weak::new(), Arc::default(), Arc::default())
    }

    fn bundle(length: usize) -> Bundle {
        let answer = serde_json::value::to_raw_value(&"x".repeat(length)).expect("JSON");
        Packet::acknowledgement(1, &answer).into()
    }

    #[test]
    fn a_queue_is_bounded_in_bytes_and_one_packet_may_pass_the_limit() {
        let outlet = outlet();
        assert_eq!(outlet.try_send(&bundle(900)), Ok(()));
        assert_eq!(outlet.try_send(&bundle(5000)), Ok(()));
        assert_eq!(outlet.try_send(&bundle(1)), Err(QueueFull));
        outlet.poll();
        assert_eq!(outlet.try_send(&bundle(900)), Ok(()));
    }

    #[test]
    fn a_polling_client_has_everything_when_it_has_come_back_for_more() {
        let outlet = outlet();
        assert!(!outlet.is_flushed(), "between two polls something may have come");
        outlet.poll();
        assert!(outlet.is_flushed());
        assert_eq!(outlet.try_send(&bundle(7)), Ok(()));
        assert!(!outlet.is_flushed(), "the poll may have been on its way back already");
        outlet.polled();
        assert!(!outlet.is_flushed());
        outlet.poll();
        assert!(outlet.is_flushed());
    }

    #[tokio::test]
    async fn who_waits_for_a_client_is_told_when_it_has_everything() {
        let outlet = outlet();
        let mut flushed = std::pin::pin!(outlet.progress.until(|| outlet.is_flushed()));
        assert!(futures_util::poll!(flushed.as_mut()).is_pending());
        outlet.poll();
        assert!(futures_util::poll!(flushed.as_mut()).is_ready());
    }
}
