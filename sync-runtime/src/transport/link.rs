//! What belongs to one socket, whatever TCP connection it is on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{MutexGuard, Notify};

use crate::rooms::CloseReason;
use crate::transport::listener::Wire;

/// How often it is looked whether everything has been taken.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The link of one socket: the connection it is on, and how much waits to be sent.
///
/// The queue itself is engineioxide's, which cannot say how long it is. What is handed to it is added up here, and what the
/// kernel takes from the connection (or a poll takes away) is subtracted.
#[derive(Debug)]
pub struct Link {
    limit: u64,
    state: Mutex<State>,
    resumed: Notify,
    /// Held by the one post of a polling client that is being handled.
    posting: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    wire: Weak<Wire>,
    /// Outlives the wire.
    timed_out: Arc<AtomicBool>,
    reading_paused: bool,
    /// The bytes that were handed over and not taken yet.
    queued: u64,
    /// What the wire had written when `queued` was last brought up to date.
    written: u64,
    /// Whether a poll has come since the last packet was handed over: it has nothing to take away, and waits.
    polling: bool,
}

impl State {
    fn settle(&mut self) {
        if let Some(wire) = self.wire.upgrade() {
            let written = wire.written();
            // Pings and handshakes are written too, and were never counted in.
            self.queued = self.queued.saturating_sub(written - self.written);
            self.written = written;
        }
    }
}

impl Link {
    fn new(limit: usize) -> Self {
        let state = Mutex::new(State::default());
        Self { limit: limit as u64, state, resumed: Notify::new(), posting: tokio::sync::Mutex::default() }
    }

    /// Counts a packet of `length` bytes in; `false` when the queue is full already. One packet may pass the limit, whatever its size.
    ///
    /// `length` must not be more than what is written in the end: the difference would stay in the queue for ever.
    pub fn reserve(&self, length: usize) -> bool {
        let mut state = self.state.lock();
        state.settle();
        if state.queued >= self.limit {
            return false;
        }
        // The answer to a poll has no frames.
        let bytes = if state.wire.strong_count() > 0 { framed(length) } else { length };
        state.queued += bytes as u64;
        state.polling = false;
        true
    }

    /// Notes that a poll has come, to take away what is queued.
    pub fn poll(&self) {
        self.state.lock().polling = true;
    }

    /// Notes that a poll has taken `bytes`.
    pub fn polled(&self, bytes: u64) {
        let mut state = self.state.lock();
        state.polling = false;
        state.queued = state.queued.saturating_sub(bytes);
    }

    /// Returns whether the client gets all that was handed over even if the socket is closed now.
    ///
    /// The writer of a WebSocket writes what it has before it ends; what waits for a poll that does not come is lost.
    fn is_flushed(&self) -> bool {
        let state = self.state.lock();
        state.wire.strong_count() > 0 || state.polling
    }

    /// Makes `wire` the socket's WebSocket connection; `false` when it has one already.
    pub fn set_wire(&self, wire: &Arc<Wire>) -> bool {
        let mut state = self.state.lock();
        if state.wire.strong_count() > 0 {
            return false;
        }
        state.written = wire.written();
        state.wire = Arc::downgrade(wire);
        state.timed_out = wire.timed_out();
        if state.reading_paused {
            wire.pause_reading(true);
        }
        true
    }

    /// Returns whether its connection was ended because the client read nothing.
    pub fn has_timed_out(&self) -> bool {
        self.state.lock().timed_out.load(Ordering::Acquire)
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

/// The links of all sockets by engine id, and how many sockets were closed for which reason.
#[derive(Debug)]
pub struct Links {
    limit: usize,
    index: Mutex<Index>,
    counters: LinkCounters,
}

#[derive(Debug, Default)]
struct Index {
    links: HashMap<String, Weak<Link>>,
    // WebSocket connections of upgrades whose socket has not said who it is yet.
    upgraded: HashMap<String, Weak<Wire>>,
}

/// How many sockets the server closed, by reason.
#[derive(Debug, Default)]
pub struct LinkCounters {
    send_queue_full: AtomicU64,
    write_timeout: AtomicU64,
    filters_too_slow: AtomicU64,
    session_ended: AtomicU64,
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
            CloseReason::FiltersTooSlow => &self.filters_too_slow,
            CloseReason::SessionEnded => &self.session_ended,
        }
    }
}

impl Links {
    /// Creates the index; `limit` is how many bytes may wait for one socket.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, index: Mutex::default(), counters: LinkCounters::default() }
    }

    /// Returns the counters.
    #[must_use]
    pub fn counters(&self) -> &LinkCounters {
        &self.counters
    }

    /// Waits until every client gets all that was handed over even if its socket is closed now.
    ///
    /// A client that polls and has gone away without a word keeps this waiting until its heartbeat ends.
    pub async fn flushed(&self) {
        while !self.index.lock().links.values().filter_map(Weak::upgrade).all(|link| link.is_flushed()) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Makes the link of a new socket; `wire` is its WebSocket connection, if it began as one.
    pub(super) fn open(&self, sid: &str, wire: Option<Arc<Wire>>) -> Arc<Link> {
        let link = Arc::new(Link::new(self.limit));
        let mut index = self.index.lock();
        let upgraded = index.upgraded.remove(sid).and_then(|wire| wire.upgrade());
        if let Some(wire) = wire.or(upgraded) {
            link.set_wire(&wire);
        }
        sweep(&mut index.links);
        index.links.insert(sid.to_owned(), Arc::downgrade(&link));
        link
    }

    /// Makes `wire` the connection that the socket moves to; `false` when it has one that is open: a socket moves once.
    pub(super) fn upgrade(&self, sid: &str, wire: &Arc<Wire>) -> bool {
        let mut index = self.index.lock();
        if let Some(link) = index.links.get(sid).and_then(Weak::upgrade) {
            return link.set_wire(wire);
        }
        if index.upgraded.get(sid).is_some_and(|wire| wire.strong_count() > 0) {
            return false;
        }
        sweep(&mut index.upgraded);
        index.upgraded.insert(sid.to_owned(), Arc::downgrade(wire));
        true
    }

    pub(super) fn find(&self, sid: &str) -> Option<Arc<Link>> {
        self.index.lock().links.get(sid)?.upgrade()
    }
}

/// Returns what a text message of `length` bytes takes on a WebSocket (RFC 6455 §5.2, unmasked).
fn framed(length: usize) -> usize {
    length
        + match length {
            0..126 => 2,
            126..65_536 => 4,
            _ => 10,
        }
}

/// Removes what nobody holds any more, whenever the map would have to grow.
fn sweep<T>(map: &mut HashMap<String, Weak<T>>) {
    if map.len() == map.capacity() {
        map.retain(|_, held| held.strong_count() > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_bounded_in_bytes_and_one_packet_may_pass_the_limit() {
        let link = Link::new(1000);
        assert!(link.reserve(999));
        assert!(link.reserve(5000));
        assert!(!link.reserve(1));
        link.polled(5000);
        assert!(link.reserve(1));
        assert!(!link.reserve(1));
    }

    #[test]
    fn a_polling_client_has_everything_when_it_has_come_back_for_more() {
        let link = Link::new(1000);
        assert!(!link.is_flushed(), "between two polls something may have come");
        link.poll();
        assert!(link.is_flushed());
        assert!(link.reserve(7));
        assert!(!link.is_flushed(), "the poll may have been on its way back already");
        link.polled(7);
        assert!(!link.is_flushed());
        link.poll();
        assert!(link.is_flushed());
    }
}
