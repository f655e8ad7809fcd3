//! What belongs to one socket, whatever TCP connection it is on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwapOption;
use tokio::sync::Notify;

use crate::rooms::CloseReason;
use crate::transport::listener::Wire;

/// What one queued packet costs besides its text; keeps a flood of empty packets within the byte limit too.
const PACKET_COST: usize = 64;

/// The link of one socket: the connection it is on, and how much waits to be sent.
///
/// The queue itself is engineioxide's, which cannot say how long it is. What was handed to it since it was last seen empty is
/// counted here: it is empty whenever its writer flushes the connection, or when a polling response has taken it. What is
/// handed over during such a moment is forgotten, so at most twice the limit waits.
#[derive(Debug)]
pub struct Link {
    wire: ArcSwapOption<Wire>,
    reading_paused: AtomicBool,
    resumed: Notify,
    queued: AtomicUsize,
    // The flush count of the wire at which `queued` began.
    flushes_seen: AtomicU64,
    limit: usize,
}

impl Link {
    fn new(limit: usize) -> Self {
        Self {
            wire: ArcSwapOption::empty(),
            reading_paused: AtomicBool::new(false),
            resumed: Notify::new(),
            queued: AtomicUsize::new(0),
            flushes_seen: AtomicU64::new(0),
            limit,
        }
    }

    /// Counts a packet of `bytes`; `false` when the queue is full.
    pub fn reserve(&self, bytes: usize) -> bool {
        if let Some(wire) = &*self.wire.load() {
            let flushes = wire.flushes();
            if self.flushes_seen.swap(flushes, Ordering::AcqRel) != flushes {
                self.queued.store(0, Ordering::Release);
            }
        }
        let cost = bytes + PACKET_COST;
        // A single packet may be larger than the limit; it is let through when nothing else waits.
        let before = self.queued.fetch_add(cost, Ordering::AcqRel);
        before == 0 || before + cost <= self.limit
    }

    /// Notes that a polling response has taken what was queued.
    pub fn polled(&self) {
        self.queued.store(0, Ordering::Release);
    }

    /// Moves the socket to a WebSocket connection.
    pub fn set_wire(&self, wire: Arc<Wire>) {
        self.flushes_seen.store(wire.flushes(), Ordering::Release);
        if self.reading_paused.load(Ordering::Acquire) {
            wire.pause_reading();
        }
        self.wire.store(Some(wire));
    }

    /// Ends the WebSocket connection, if the socket is on one.
    pub fn close(&self) -> bool {
        self.wire.load().as_ref().map(|wire| wire.close()).is_some()
    }

    /// Holds back what the client sends, or lets it come.
    pub fn pause_reading(&self, pause: bool) {
        self.reading_paused.store(pause, Ordering::Release);
        if let Some(wire) = &*self.wire.load() {
            if pause { wire.pause_reading() } else { wire.resume_reading() }
        }
        if !pause {
            self.resumed.notify_waiters();
        }
    }

    /// Waits until reading is not held back: what slows down a client that posts its messages.
    pub async fn reading(&self) {
        loop {
            let resumed = self.resumed.notified();
            if !self.reading_paused.load(Ordering::Acquire) {
                return;
            }
            resumed.await;
        }
    }

    /// Returns whether the connection was ended because the client read nothing.
    pub fn has_timed_out(&self) -> bool {
        self.wire.load().as_ref().is_some_and(|wire| wire.has_timed_out())
    }
}

/// The links of all sockets by engine id, and how many sockets were closed for which reason.
#[derive(Debug)]
pub struct Links {
    limit: usize,
    links: Mutex<HashMap<String, Arc<Link>>>,
    // WebSocket connections of upgrades whose socket is not known yet.
    upgraded: Mutex<HashMap<String, Weak<Wire>>>,
    counters: LinkCounters,
}

/// How many sockets the server closed, by reason.
#[derive(Debug, Default)]
pub struct LinkCounters {
    send_queue_full: AtomicU64,
    write_timeout: AtomicU64,
    session_ended: AtomicU64,
    shutting_down: AtomicU64,
}

impl LinkCounters {
    /// Returns how many sockets were closed for `reason` since the start.
    #[must_use]
    pub fn closed(&self, reason: CloseReason) -> u64 {
        self.counter(reason).load(Ordering::Relaxed)
    }

    fn counter(&self, reason: CloseReason) -> &AtomicU64 {
        match reason {
            CloseReason::SendQueueFull => &self.send_queue_full,
            CloseReason::WriteTimeout => &self.write_timeout,
            CloseReason::SessionEnded => &self.session_ended,
            CloseReason::ShuttingDown => &self.shutting_down,
        }
    }
}

impl Links {
    /// Creates the index; `limit` is how many bytes may wait for one socket.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, links: Mutex::default(), upgraded: Mutex::default(), counters: LinkCounters::default() }
    }

    /// Returns the counters.
    #[must_use]
    pub fn counters(&self) -> &LinkCounters {
        &self.counters
    }

    pub(super) fn count(&self, reason: CloseReason) {
        self.counters.counter(reason).fetch_add(1, Ordering::Relaxed);
    }

    /// Makes the link of a new socket; `wire` is its WebSocket connection, if it began as one.
    pub(super) fn open(&self, sid: &str, wire: Option<Arc<Wire>>) -> Arc<Link> {
        let link = Arc::new(Link::new(self.limit));
        lock(&self.links).insert(sid.to_owned(), link.clone());
        let wire = wire.or_else(|| lock(&self.upgraded).remove(sid).and_then(|wire| wire.upgrade()));
        if let Some(wire) = wire {
            link.set_wire(wire);
        }
        link
    }

    /// Notes that a socket has moved from polling to the WebSocket connection `wire`.
    pub(super) fn upgraded(&self, sid: &str, wire: Arc<Wire>) {
        if let Some(link) = self.find(sid) {
            return link.set_wire(wire);
        }
        let mut upgraded = lock(&self.upgraded);
        upgraded.retain(|_, wire| wire.strong_count() > 0);
        upgraded.insert(sid.to_owned(), Arc::downgrade(&wire));
        drop(upgraded);
        // The socket may have become known between the two looks.
        if let Some(link) = self.find(sid) {
            link.set_wire(wire);
        }
    }

    pub(super) fn find(&self, sid: &str) -> Option<Arc<Link>> {
        lock(&self.links).get(sid).cloned()
    }

    pub(super) fn remove(&self, sid: &str) {
        lock(&self.links).remove(sid);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_bounded_in_bytes_and_lets_one_large_packet_through() {
        let link = Link::new(1000);
        assert!(link.reserve(5000));
        assert!(!link.reserve(1));
        link.polled();
        assert!((0..14).all(|_| link.reserve(7)), "14 packets of 71 bytes fit into 1000");
        assert!(!link.reserve(7));
    }
}
