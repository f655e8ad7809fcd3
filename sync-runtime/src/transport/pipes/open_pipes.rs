//! How many pipes there is room for, and who has to go.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::clock::{Instant, timeout};
use crate::limits::Place;
use crate::tables::shrink;
use crate::transport::pipes::direct::Direct;
use crate::transport::pipes::pipe::Pipe;

/// What part of the files that the process may open is not for pipes, and within which bounds: the app has files, too.
const KEPT_PART: usize = 8;
const KEPT: std::ops::RangeInclusive<usize> = 32..=512;
/// How many more are accepted when there is no room, so that the server's health can still be asked for.
const SPARE: usize = 8;
/// What part of the quiet pipes are closed at once: to find them, all have to be looked at.
const CLOSED_TOGETHER: usize = 16;
/// How long a pipe that was accepted waits for its place: those that were closed have to notice it first.
const PATIENCE: Duration = Duration::from_secs(1);

/// The open pipes. One that is neither a WebSocket nor busy with a request is *quiet*; when there is no room for another
/// one, those that have been quiet for longest are closed.
#[derive(Debug)]
pub struct OpenPipes {
    limit: usize,
    open: AtomicUsize,
    /// How many of them are spare.
    spare: AtomicUsize,
    /// How many of the others were closed and have not noticed it yet: their places are as good as free.
    leaving: AtomicUsize,
    last_id: AtomicU64,
    /// Those that are no WebSockets.
    plain: Mutex<HashMap<u64, Weak<Pipe>>>,
    /// Rung when a place is given back.
    freed: Notify,
    start: Instant,
}

/// The place of one pipe; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    pipes: Arc<OpenPipes>,
    id: u64,
    is_spare: bool,
    /// Whether it was closed to make room.
    is_leaving: AtomicBool,
    /// How many requests are being handled.
    requests: AtomicUsize,
    /// That of its address.
    place: Mutex<Option<Place>>,
    /// When it was last busy, in milliseconds since the server started.
    busy_at: AtomicU64,
}

/// A request that is being handled.
#[derive(Debug)]
pub(super) struct Busy(Arc<Pipe>);

impl Default for OpenPipes {
    fn default() -> Self {
        let files = files();
        let kept = (files / KEPT_PART).clamp(*KEPT.start(), *KEPT.end());
        Self::with_limit(files.saturating_sub(kept).max(SPARE))
    }
}

impl OpenPipes {
    fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            open: AtomicUsize::new(0),
            spare: AtomicUsize::new(0),
            leaving: AtomicUsize::new(0),
            last_id: AtomicU64::new(0),
            plain: Mutex::default(),
            freed: Notify::new(),
            start: Instant::now(),
        }
    }

    /// Returns how many pipes are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Takes a place for a pipe that was accepted, as soon as there is one; `None` if there is none for long, not even for
    /// those who ask for the server's health.
    pub(super) async fn slot(self: &Arc<Self>) -> Option<Slot> {
        let waiting = async {
            loop {
                match self.free_slot() {
                    Some(slot) => return slot,
                    None => self.freed.notified().await,
                }
            }
        };
        timeout(PATIENCE, waiting).await.ok()
    }

    /// Waits until a place is given back, a moment at most.
    pub(super) async fn freed(&self, moment: Duration) {
        timeout(moment, self.freed.notified()).await.unwrap_or_default();
    }

    pub(super) fn free_slot(self: &Arc<Self>) -> Option<Slot> {
        if !self.has_place() {
            self.make_room();
        }
        // Those that were closed are open until their tasks have noticed.
        if self.open() >= self.limit + SPARE {
            return None;
        }
        let is_spare = !self.has_place();
        self.open.fetch_add(1, Ordering::AcqRel);
        self.spare.fetch_add(usize::from(is_spare), Ordering::AcqRel);
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let (requests, busy_at) = (AtomicUsize::new(0), AtomicU64::new(self.now()));
        Some(Slot {
            pipes: self.clone(),
            id,
            is_spare,
            is_leaving: AtomicBool::new(false),
            place: Mutex::default(),
            requests,
            busy_at,
        })
    }

    /// Returns whether there is a place that is not spare, or will be one at once.
    fn has_place(&self) -> bool {
        let gone = self.spare.load(Ordering::Acquire) + self.leaving.load(Ordering::Acquire);
        self.open().saturating_sub(gone) < self.limit
    }

    /// Closes some of those that have been quiet for longest.
    pub(super) fn make_room(&self) {
        self.close_quiet(|_| true);
    }

    /// Closes some of those of one address that have been quiet for longest.
    pub(super) fn make_room_at(&self, address: Option<IpAddr>) {
        self.close_quiet(|slot| slot.place.lock().as_ref().is_some_and(|place| place.address() == address));
    }

    fn close_quiet(&self, is_meant: impl Fn(&Slot) -> bool) {
        let open = self.plain().into_iter().filter(|pipe| !pipe.is_closed() && is_meant(pipe.slot()));
        let mut quiet: Vec<_> = open.filter_map(|pipe| Some((pipe.slot().quiet_since()?, pipe))).collect();
        if quiet.is_empty() {
            return;
        }
        let count = quiet.len().div_ceil(CLOSED_TOGETHER);
        quiet.select_nth_unstable_by_key(count - 1, |(since, _)| *since);
        quiet.truncate(count);
        for (_, pipe) in quiet {
            pipe.slot().leaves();
            pipe.close();
        }
    }

    /// Has those that are no WebSockets stand still between two requests, or go on.
    pub(in crate::transport) fn stand_still(&self, still: bool) {
        self.plain().iter().for_each(|pipe| pipe.stand_still(still));
    }

    /// Returns whether all stand still on which nothing is being asked.
    pub(in crate::transport) fn are_still(&self) -> bool {
        self.plain().iter().all(|pipe| !pipe.is_between_requests() || pipe.rests_between_requests())
    }

    /// Returns those that stand still between two requests.
    pub(in crate::transport) fn still(&self) -> Vec<Arc<Pipe>> {
        self.plain().into_iter().filter(|pipe| pipe.rests_between_requests()).collect()
    }

    /// Returns those that are no WebSockets. To be called without its lock: whoever is the last to hold one ends it.
    fn plain(&self) -> Vec<Arc<Pipe>> {
        self.plain.lock().values().filter_map(Weak::upgrade).collect()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().max(Duration::from_millis(1)).as_millis()).unwrap_or(u64::MAX)
    }
}

impl Slot {
    /// Takes a place where nobody else is, for tests.
    #[cfg(test)]
    pub(super) fn alone() -> Self {
        Arc::new(OpenPipes::with_limit(1)).free_slot().expect("room for one")
    }

    /// Keeps the place of its address as long as the pipe is open.
    pub(super) fn at(mut self, place: Place) -> Self {
        *self.place.get_mut() = Some(place);
        self
    }

    pub(super) fn is_spare(&self) -> bool {
        self.is_spare
    }

    /// Notes that its pipe is closed to make room.
    fn leaves(&self) {
        let place = self.place.lock().take();
        drop(place);
        if !self.is_spare && !self.is_leaving.swap(true, Ordering::AcqRel) {
            self.pipes.leaving.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Lets the pipe be found when room is needed.
    pub(super) fn enter(&self, pipe: &Arc<Pipe>) {
        self.pipes.plain.lock().insert(self.id, Arc::downgrade(pipe));
    }

    /// Notes that the pipe has become a WebSocket: it is not quiet any more, whether it speaks or not.
    pub(super) fn leave(&self) {
        let mut plain = self.pipes.plain.lock();
        plain.remove(&self.id);
        shrink(&mut plain);
    }

    /// Returns since when it has been quiet, in milliseconds since the server started; `None` while a request is being handled.
    pub(super) fn quiet_since(&self) -> Option<u64> {
        (self.requests.load(Ordering::Acquire) == 0).then(|| self.busy_at.load(Ordering::Relaxed))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.leave();
        // What is subtracted from the open ones comes last: in between, there are too few places and not too many.
        self.pipes.spare.fetch_sub(usize::from(self.is_spare), Ordering::AcqRel);
        self.pipes.leaving.fetch_sub(usize::from(*self.is_leaving.get_mut()), Ordering::AcqRel);
        self.pipes.open.fetch_sub(1, Ordering::AcqRel);
        self.pipes.freed.notify_one();
    }
}

impl Busy {
    /// Notes that a request has come in on a pipe.
    pub(super) fn new(pipe: Arc<Pipe>) -> Self {
        pipe.slot().requests.fetch_add(1, Ordering::AcqRel);
        Self(pipe)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let slot = self.0.slot();
        slot.busy_at.store(slot.pipes.now(), Ordering::Relaxed);
        slot.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Returns how many files the process may open.
#[cfg(unix)]
fn files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
fn files() -> usize {
    usize::MAX
}

/// Lets the process open as many files as it may at most; each pipe is one.
pub fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current != limit.maximum {
            limit.current = limit.maximum;
            if let Err(error) = setrlimit(Resource::Nofile, limit) {
                tracing::debug!(%error, "the limit of open files could not be raised");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::transport::pipes::pipe::PipeLimits;
    use crate::transport::pipes::pipe_io::PipeIo;

    struct Peers {
        listener: TcpListener,
        pipes: Arc<OpenPipes>,
        clients: Vec<TcpStream>,
    }

    impl Peers {
        async fn with_limit(limit: usize) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            Self { listener, pipes: Arc::new(OpenPipes::with_limit(limit)), clients: Vec::new() }
        }

        /// Accepts one more; `None` if there is no room.
        async fn accept(&mut self) -> Option<PipeIo> {
            let address = self.listener.local_addr().expect("an address");
            let (client, accepted) = tokio::join!(TcpStream::connect(address), self.listener.accept());
            self.clients.push(client.expect("a server"));
            let slot = self.pipes.free_slot()?;
            Some(PipeIo::new(accepted.expect("a client").0, PipeLimits::patient(), TaskTracker::new(), slot))
        }
    }

    #[tokio::test]
    async fn those_who_were_quiet_for_longest_make_room() {
        let mut peers = Peers::with_limit(3).await;
        let first = peers.accept().await.expect("room");
        let busy = Busy::new(first.pipe().clone());
        let silent = peers.accept().await.expect("room");
        silent.pipe().slot().busy_at.store(0, Ordering::Relaxed);
        let third = peers.accept().await.expect("room");
        let fourth = peers.accept().await.expect("room, as soon as the silent one has gone");
        let closed = [&first, &silent, &third, &fourth].map(|io| io.pipe().is_closed());
        assert_eq!(closed, [false, true, false, false]);
        assert!(!fourth.pipe().slot().is_spare());
        drop((busy, silent));
        assert_eq!(peers.pipes.open(), 3);
    }

    #[tokio::test]
    async fn when_nobody_is_quiet_a_few_may_ask_for_the_health() {
        let mut peers = Peers::with_limit(1).await;
        let socket = peers.accept().await.expect("room");
        socket.pipe().begin_frames();
        let mut spare = Vec::new();
        while let Some(io) = peers.accept().await {
            assert!(io.pipe().slot().is_spare());
            socket.pipe().slot().leave();
            spare.push((Busy::new(io.pipe().clone()), io));
        }
        assert_eq!(spare.len(), SPARE);
        assert!(!socket.pipe().is_closed());
    }

    #[tokio::test]
    async fn who_comes_before_the_closed_have_gone_waits_for_it() {
        let mut peers = Peers::with_limit(1).await;
        let mut open = Vec::new();
        while let Some(io) = peers.accept().await {
            open.push(io);
        }
        assert_eq!(open.len(), 1 + SPARE);
        assert!(open[0].pipe().is_closed());
        let mut waiting = std::pin::pin!(peers.pipes.slot());
        assert!(futures_util::poll!(&mut waiting).is_pending());
        open.remove(0);
        assert!(waiting.await.is_some());
    }

    #[tokio::test]
    async fn who_takes_the_place_of_a_spare_one_is_spare() {
        let mut peers = Peers::with_limit(1).await;
        let socket = peers.accept().await.expect("room");
        socket.pipe().begin_frames();
        socket.pipe().slot().leave();
        let mut open = Vec::new();
        // Each of them is closed for the next one, and goes.
        for _ in 0..3 * SPARE {
            let io = peers.accept().await.expect("room to ask for the health");
            assert!(io.pipe().slot().is_spare());
            open.retain(|io: &PipeIo| !io.pipe().is_closed());
            open.push(io);
        }
        drop((open, socket));
        assert!(!peers.accept().await.expect("room").pipe().slot().is_spare());
        assert_eq!(peers.pipes.open(), 0);
    }
}
