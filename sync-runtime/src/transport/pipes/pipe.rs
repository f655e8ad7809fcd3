//! One TCP connection, seen from beside the protocol stack that uses it.

use std::io;
use std::io::IoSlice;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::Waker;
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use sync_schema::RateLimit;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use crate::clock::{Instant, timeout};
use crate::config::Config;
use crate::rooms::{Bundle, CloseReason, QueueFull, Shortcut};
use crate::transport::pipes::direct::{Direct, Tenant};
use crate::transport::pipes::open_pipes::Slot;
use crate::transport::pipes::passage::Passage;
use crate::transport::pipes::send_queue::SendQueue;
use crate::transport::pipes::tcp::{send, send_vectored};
use crate::transport::pipes::websocket::{FrameTracker, HeadEnd, PING, put_frames};
use crate::wire::Packet;

/// How many pieces of what has waited for the kernel it is handed at once; a packet is two.
const SLICES: usize = 128;
/// How many packets may be corked, so that they and the next one are few slices, and how many bytes of them.
const CORKED_PACKETS: usize = 15;
const CORKED_BYTES: usize = 16 * 1024;
/// How many bytes it is cheaper to copy behind each other than to hand to the kernel in pieces.
const COPIED_TOGETHER: usize = 2048;
/// How many bytes besides packets, pongs above all, may be sent while the peer takes nothing.
const PROTOCOL_BYTES: usize = 256 * 1024;
/// How many frames a peer may send within a second at least, however few of them may call anything.
const FRAMES: u32 = 2000;
/// How long a peer that is dismissed, or was answered before it had said all, may take to read that, and to hang up.
const DISMISSAL: Duration = Duration::from_secs(10);

/// One TCP connection, shared by the protocol stack that uses it and by those who send packets past it.
///
/// The protocol stack owns it through `PipeIo`; everybody else holds a weak reference, so that the pipe is closed when the
/// stack lets go of it. As a WebSocket it has two writers, the stack and [`Shortcut::send`]: both put in whole frames only, under
/// one lock, and what the kernel does not take waits in one queue.
#[derive(Debug)]
pub struct Pipe {
    pub(super) stream: TcpStream,
    limits: PipeLimits,
    /// Set when the protocol stack has no more use of the pipe.
    closed: AtomicBool,
    /// Set when the peer has none either.
    cut: AtomicBool,
    ended: Arc<OnceLock<CloseReason>>,
    /// Set when a request was answered that had not been read to its end.
    has_unread: AtomicBool,
    reading_paused: AtomicBool,
    /// Set while nothing more is to be read, between two messages: another process is about to read what comes.
    stands_still: AtomicBool,
    /// Set when the reader has come to stand still.
    rests: AtomicBool,
    /// Set when something was read that may be of the next request: nobody can tell what hyper has taken.
    has_read_ahead: AtomicBool,
    /// Set while another process has it, too, or has it alone.
    is_handed_over: AtomicBool,
    /// Set when the protocol stack has sent a ping and has no answer.
    pinged: AtomicBool,
    /// Set when the peer was asked for a sign of life, and nobody waits for it yet.
    asked: AtomicBool,
    reader: AtomicWaker,
    /// Its place among the pipes of the server.
    slot: Slot,
    /// Where the work of waiting for the kernel is done.
    flushes: TaskTracker,
    state: Mutex<PipeState>,
}

/// The limits of a pipe.
#[derive(Debug, Clone, Copy)]
pub struct PipeLimits {
    /// How long the peer may take nothing of what it is sent on a WebSocket.
    pub write_timeout: Duration,
    /// How long it may take nothing of an answer over HTTP: a download may be slow, or wait for its reader.
    pub download_timeout: Duration,
    /// How long a ping may stay unanswered.
    pub ping_timeout: Duration,
    /// How many bytes may wait for the peer.
    pub queue: usize,
    /// How many frames of any kind it may send within a second; `None` for as many as it likes.
    pub frames: Option<u32>,
}

impl PipeLimits {
    /// Takes the limits from the configuration.
    pub(super) fn new(config: &Config) -> Self {
        let Config { write_timeout, download_timeout, ping_timeout, send_queue: queue, .. } = *config;
        Self { write_timeout, download_timeout, ping_timeout, queue, frames: frames_limit(config) }
    }

    /// Limits that no test meets by accident.
    #[cfg(test)]
    pub(super) fn patient() -> Self {
        let patience = Duration::from_secs(20);
        Self {
            write_timeout: patience,
            download_timeout: patience,
            ping_timeout: patience,
            queue: 1 << 20,
            frames: None,
        }
    }
}

/// Returns how many frames a WebSocket may send within a second, whatever they are: those that call something are counted where they are
/// handled, and whoever sends too many is told so there. This is for all the others, which nobody answers.
fn frames_limit(config: &Config) -> Option<u32> {
    let RateLimit::At(rate) = config.socket_rate_limit else { return None };
    // What is refused with an answer has to get there.
    let counted = rate.count().get() / rate.seconds() + 2 * rate.burst().get();
    config.limits.then(|| counted.saturating_mul(2).max(FRAMES))
}

#[derive(Debug, Default)]
struct PipeState {
    /// Set when the pipe has become a WebSocket.
    websocket: Option<Box<WebSocket>>,
    /// Who sends here, as soon as there is somebody.
    tenant: Option<Weak<dyn Tenant>>,
    /// What the socket on this pipe has on its way through the stack.
    passage: Option<Arc<Passage>>,
    /// What the kernel has not taken; while nobody waits for it, what is corked.
    queue: SendQueue,
    /// Whether a task waits for the kernel.
    flushing: bool,
    /// Whether all that is sent waits: another process may be about to send what waited before.
    is_muted: bool,
    /// Whether packets may be written: between two frames, and when there is nothing that they would overtake.
    open: bool,
    /// How many bytes besides packets were sent since nobody waited for the kernel.
    protocol: usize,
    /// How often the kernel was handed something, since the pipe is a WebSocket.
    writes: u64,
}

/// What has to be known of a WebSocket to write between its frames.
#[derive(Debug, Default)]
struct WebSocket {
    received: FrameTracker,
    second: Second,
    sent: FrameTracker,
    /// How much of the end of the answer to the upgrade has been sent: it comes before the first frame.
    head: HeadEnd,
    /// The first frame of the protocol stack, as long as it is not to be sent: who is there was greeted by another process.
    greeting: Option<FrameTracker>,
    /// Packets that must not be sent before what engineioxide has been handed.
    held: SendQueue,
}

/// How many frames have come within the second that goes on.
#[derive(Debug, Default)]
struct Second {
    began: Option<Instant>,
    frames: u32,
}

impl Second {
    fn count(&mut self, frames: u32) -> u32 {
        if self.began.is_none_or(|began| began.elapsed() >= Duration::from_secs(1)) {
            (self.began, self.frames) = (Some(Instant::now()), 0);
        }
        self.frames = self.frames.saturating_add(frames);
        self.frames
    }
}

impl Pipe {
    pub(super) fn new(stream: TcpStream, limits: PipeLimits, flushes: TaskTracker, slot: Slot) -> Self {
        Self {
            stream,
            slot,
            limits,
            closed: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            ended: Arc::default(),
            has_unread: AtomicBool::new(false),
            reading_paused: AtomicBool::new(false),
            stands_still: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            has_read_ahead: AtomicBool::new(false),
            is_handed_over: AtomicBool::new(false),
            pinged: AtomicBool::new(false),
            asked: AtomicBool::new(false),
            reader: AtomicWaker::new(),
            flushes,
            state: Mutex::default(),
        }
    }

    /// Ends the pipe in both directions; whoever reads or writes it gets an error. What waits to be sent is dropped.
    pub fn close(&self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            self.cut();
            self.reader.wake();
        }
    }

    fn cut(&self) {
        if !self.cut.swap(true, Ordering::AcqRel) {
            if !self.is_handed_over() {
                // Wakes the tasks that wait for the socket. An error says that the peer was faster.
                socket2::SockRef::from(&self.stream).shutdown(Shutdown::Both).ok();
            }
            let mut state = self.state.lock();
            state.queue.clear();
            if let Some(websocket) = &mut state.websocket {
                websocket.held.clear();
            }
        }
    }

    /// Waits until the peer has taken the rest, and hangs up as soon as it does.
    async fn see_off(self: Arc<Self>) {
        let seen_off = async {
            self.flush_all().await?;
            socket2::SockRef::from(&self.stream).shutdown(Shutdown::Write)?;
            // To close a pipe with something unread would take back what is on its way.
            let mut unread = [0; 1024];
            loop {
                self.stream.readable().await?;
                match self.stream.try_read(&mut unread) {
                    Ok(0) => return Ok(()),
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                    _ => tokio::task::yield_now().await,
                }
            }
        };
        let seen_off: Result<io::Result<()>, _> = timeout(DISMISSAL, seen_off).await;
        if !matches!(seen_off, Ok(Ok(()))) {
            tracing::debug!("a dismissed connection was cut");
        }
        self.cut();
    }

    async fn flush_all(&self) -> io::Result<()> {
        while self.flush_some()? {
            self.stream.writable().await?;
        }
        Ok(())
    }

    /// Notes that the request that was read last turns the pipe into a WebSocket; the next byte received begins a frame.
    ///
    /// The next bytes sent are the end of the answer to that request: a client that sends another one before has no use of it.
    pub fn begin_frames(&self) {
        self.state.lock().websocket = Some(Box::default());
        self.slot.leave();
        // A peer that has vanished acknowledges nothing: the kernel then gives up in step with us. Not before: a download may be slow.
        #[cfg(target_os = "linux")]
        if let Err(error) =
            socket2::SockRef::from(&self.stream).set_tcp_user_timeout(Some(self.limits.write_timeout * 2))
        {
            tracing::debug!(%error, "TCP_USER_TIMEOUT could not be set");
        }
    }

    /// Puts what the protocol stack writes behind what waits; `None` for a pipe that is no WebSocket: there the stack is the
    /// only writer.
    ///
    /// A ping must not wait until a slow peer has caught up, so everything is taken. Packets are bounded where they are handed over; a
    /// peer that makes the stack talk of other things and does not listen ends the pipe.
    pub(super) fn write_frames(self: &Arc<Self>, bytes: &[u8]) -> Option<io::Result<usize>> {
        let mut state = self.state.lock();
        let (length, bytes) = (bytes.len(), state.websocket.as_mut()?.behind_greeting(bytes));
        if !state.flushing {
            state.protocol = 0;
        }
        let written = match self.write(&mut state, bytes) {
            Ok(written) => written,
            Err(error) => {
                drop(state);
                self.fail(&error);
                return Some(Err(error));
            }
        };
        if written < bytes.len() {
            state.queue.push_bytes(Bytes::copy_from_slice(&bytes[written..]));
        }
        if state.follow(bytes) {
            self.pinged.store(true, Ordering::Release);
            self.expect_sign();
        }
        self.flush_later(&mut state);
        let (is_open, is_too_much) = (state.open, !state.queue.is_empty() && state.protocol > PROTOCOL_BYTES);
        let tenant = state.tenant.as_ref().and_then(Weak::upgrade);
        drop(state);
        match tenant {
            Some(tenant) if is_too_much => tenant.close(CloseReason::SendQueueFull),
            Some(tenant) if is_open => tenant.cleared(),
            None if is_too_much => self.end(CloseReason::SendQueueFull),
            _ => {}
        }
        Some(Ok(length))
    }

    /// Follows the frames that the peer sends. Whatever they are, they are a sign of life.
    pub(super) fn received(&self, bytes: &[u8]) {
        let mut state = self.state.lock();
        let Some(websocket) = &mut state.websocket else {
            return self.has_read_ahead.store(true, Ordering::Release);
        };
        self.asked.store(false, Ordering::Release);
        let mut frames = 0;
        websocket.received.advance(bytes, |_| frames += 1);
        let is_flood = self.limits.frames.is_some_and(|limit| websocket.second.count(frames) > limit);
        let tenant = state.tenant.as_ref().and_then(Weak::upgrade);
        drop(state);
        if is_flood {
            match tenant {
                Some(tenant) => tenant.close(CloseReason::RateLimited),
                None => self.end(CloseReason::RateLimited),
            }
        }
    }

    /// Returns whether the peer is between two messages, and how many bytes are left of its current frame; `None` for a pipe
    /// that is no WebSocket (yet).
    pub(super) fn receiving(&self) -> Option<(bool, usize)> {
        let state = self.state.lock();
        let received = &state.websocket.as_ref()?.received;
        Some((received.is_between_messages(), received.until_boundary()))
    }

    /// Returns its place among the pipes of the server.
    pub(super) fn slot(&self) -> &Slot {
        &self.slot
    }

    pub(super) fn is_websocket(&self) -> bool {
        self.state.lock().websocket.is_some()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Notes that nobody reads the rest of a request.
    pub(super) fn leave_unread(&self) {
        self.has_unread.store(true, Ordering::Release);
    }

    /// Returns whether the rest of a request was left unread, which may still be on its way: the answer to it would be lost if the
    /// pipe was simply closed.
    pub(super) fn has_unread(&self) -> bool {
        self.has_unread.load(Ordering::Acquire)
    }

    pub(super) fn is_reading_paused(&self) -> bool {
        self.reading_paused.load(Ordering::Acquire)
    }

    /// Returns whether nothing more is to be read.
    pub(super) fn stands_still(&self) -> bool {
        self.stands_still.load(Ordering::Acquire)
    }

    /// Notes that the reader stands still: all that it has read was handled.
    pub(super) fn rest(&self) {
        self.rests.store(true, Ordering::Release);
    }

    /// Notes that a request was read to its end, and nothing behind it.
    pub(super) fn has_read_all(&self) {
        self.has_read_ahead.store(false, Ordering::Release);
    }

    /// Returns whether nothing is being asked here: the next byte begins a request.
    pub(super) fn is_between_requests(&self) -> bool {
        self.slot.quiet_since().is_some()
            && !self.has_read_ahead.load(Ordering::Acquire)
            && !self.has_unread()
            && !self.is_closed()
            && !self.is_websocket()
    }

    /// Returns whether it stands still between two requests.
    pub(super) fn rests_between_requests(&self) -> bool {
        self.rests.load(Ordering::Acquire) && self.is_between_requests()
    }

    pub(super) fn is_handed_over(&self) -> bool {
        self.is_handed_over.load(Ordering::Acquire)
    }

    /// Goes on with a pipe that another process has had: with a WebSocket between two messages of either side, where `unsent` is sent first; else
    /// between two requests. A WebSocket stands still and is mute.
    pub(super) fn take_over(&self, unsent: Option<Vec<u8>>) {
        self.is_handed_over.store(true, Ordering::Release);
        let Some(unsent) = unsent else { return };
        self.begin_frames();
        self.stands_still.store(true, Ordering::Release);
        let mut state = self.state.lock();
        state.is_muted = true;
        if let Some(websocket) = &mut state.websocket {
            (websocket.head, websocket.greeting) = (HeadEnd::passed(), Some(FrameTracker::default()));
        }
        if !unsent.is_empty() {
            state.queue.push_bytes(unsent.into());
        }
    }

    /// Has the reader wait for a sign of life. Under the lock of the state, as what was received is noted: the answer comes behind this.
    fn expect_sign(&self) {
        self.asked.store(true, Ordering::Release);
        self.reader.wake();
    }

    /// Returns whether the peer was asked for a sign of life since this was called last, and nobody waits for it.
    pub(super) fn take_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire) && self.asked.swap(false, Ordering::AcqRel)
    }

    /// Returns whether a ping of the protocol stack is to be answered.
    pub(super) fn is_pinged(&self) -> bool {
        self.pinged.load(Ordering::Acquire)
    }

    /// Notes that it was answered.
    pub(super) fn answered(&self) {
        self.pinged.store(false, Ordering::Release);
    }

    pub(super) fn register_reader(&self, waker: &Waker) {
        self.reader.register(waker);
    }

    /// Ends the pipe for a reason of ours.
    pub(super) fn end(&self, reason: CloseReason) {
        self.ended.get_or_init(|| reason);
        self.close();
    }

    /// Ends a pipe that the kernel has given up.
    pub(super) fn fail(&self, error: &io::Error) {
        // TCP_USER_TIMEOUT: the peer has taken nothing, and the kernel was faster than we.
        if error.kind() == io::ErrorKind::TimedOut {
            self.ended.get_or_init(|| CloseReason::WriteTimeout);
        }
        self.close();
    }

    /// Closes the pipe as soon as the kernel has taken what waits.
    pub(super) fn finish(self: &Arc<Self>) {
        let mut state = self.state.lock();
        let written = self.write_corked(&mut state);
        let is_done = state.queue.is_empty();
        drop(state);
        match written {
            Err(error) => self.fail(&error),
            // It ends within the time of a dismissal, or when there is no room for it. A server that stops does not wait for it: what was
            // answered has been handed to the kernel.
            Ok(()) if is_done && self.has_unread() && !self.is_closed() && !self.is_handed_over() => {
                match tokio::runtime::Handle::try_current() {
                    Ok(runtime) => drop(runtime.spawn(self.clone().see_off())),
                    // Everything ends.
                    Err(_) => self.close(),
                }
            }
            Ok(()) if is_done && !self.is_closed() => self.close(),
            // The task that waits for the kernel does, since it is the last one to hold the pipe.
            Ok(()) => {}
        }
    }

    /// Sends what is corked.
    pub(super) fn uncork(self: &Arc<Self>) {
        let mut state = self.state.lock();
        if let Err(error) = self.write_corked(&mut state) {
            drop(state);
            self.fail(&error);
        }
    }

    fn write_corked(self: &Arc<Self>, state: &mut PipeState) -> io::Result<()> {
        if !state.flushing && !state.is_muted && !state.queue.is_empty() {
            self.write(state, &[])?;
            self.flush_later(state);
        }
        Ok(())
    }

    /// Hands bytes to the kernel behind what is corked, unless others wait for it, and returns how many of them it has taken.
    fn write(&self, state: &mut PipeState, bytes: &[u8]) -> io::Result<usize> {
        if state.flushing || state.is_muted {
            return Ok(0);
        }
        state.writes += 1;
        let corked = state.queue.bytes();
        // Whoever adds more than may be corked writes, and what the kernel does not take then is flushed by a task.
        debug_assert!(state.queue.len() <= CORKED_PACKETS, "nobody waits for the kernel");
        let sent = if corked == 0 {
            send(&self.stream, bytes)
        } else if corked + bytes.len() <= COPIED_TOGETHER {
            let mut together = [0; COPIED_TOGETHER];
            let (front, rest) = together.split_at_mut(corked);
            state.queue.copy_to(front);
            rest[..bytes.len()].copy_from_slice(bytes);
            send(&self.stream, &together[..corked + bytes.len()])
        } else {
            let mut slices = [IoSlice::new(bytes); 2 * CORKED_PACKETS + 1];
            let filled = state.queue.slices(&mut slices[..2 * CORKED_PACKETS]);
            send_vectored(&self.stream, &slices[..=filled])
        };
        match sent {
            Ok(count) => {
                state.queue.advance(count.min(corked));
                Ok(count.saturating_sub(corked))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Starts to wait for the kernel if anything waits for it.
    fn flush_later(self: &Arc<Self>, state: &mut PipeState) {
        if !state.is_muted && !state.queue.is_empty() && !std::mem::replace(&mut state.flushing, true) {
            // It ends with the pipe, and when nothing waits.
            self.flushes.spawn(self.clone().flush());
        }
    }

    async fn flush(self: Arc<Self>) {
        // A pipe that is dismissed is another task's.
        while !self.is_closed() {
            let writable = timeout(self.limits.write_timeout, self.stream.writable());
            // We may have been kept from running ourselves: the kernel has the last word.
            if writable.await.is_err() && !self.takes_more() {
                return self.end(CloseReason::WriteTimeout);
            }
            match self.flush_some() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return self.fail(&error),
            }
        }
    }

    /// Returns whether the kernel takes anything of what waits, whatever tokio has been told.
    fn takes_more(&self) -> bool {
        let mut state = self.state.lock();
        if state.is_muted {
            // It is not waited for.
            return true;
        }
        let mut slices = [IoSlice::new(&[])];
        state.queue.slices(&mut slices);
        match send(&self.stream, &slices[0]) {
            Ok(count) => {
                state.queue.advance(count);
                count > 0
            }
            Err(_) => false,
        }
    }

    /// Writes what the kernel takes at once, and returns whether anything is left.
    fn flush_some(&self) -> io::Result<bool> {
        let mut state = self.state.lock();
        loop {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = if state.is_muted { 0 } else { state.queue.slices(&mut slices) };
            if filled == 0 {
                state.flushing = false;
                return Ok(false);
            }
            match self.stream.try_write_vectored(&slices[..filled]) {
                Ok(count) => {
                    state.writes += 1;
                    state.queue.advance(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

impl Shortcut for Pipe {
    fn send(self: Arc<Self>, bundle: &Bundle) -> Result<(), QueueFull> {
        let mut state = self.state.lock();
        if self.is_closed() || state.websocket.is_none() {
            return Ok(());
        }
        if let Some(held) = state.held() {
            bundle.packets().iter().for_each(|packet| held.push(packet.clone()));
        } else {
            let bytes = bundle.written(put_frames);
            match self.write(&mut state, bytes) {
                Ok(written) if written == bytes.len() => return Ok(()),
                Ok(written) => state.queue.push_rest(bundle.packets(), written),
                Err(error) => {
                    drop(state);
                    self.fail(&error);
                    return Ok(());
                }
            }
            self.flush_later(&mut state);
        }
        bundle.check(state.waiting(), self.limits.queue)
    }
}

impl Direct for Pipe {
    fn follow(self: Arc<Self>, passage: Arc<Passage>) {
        self.state.lock().passage = Some(passage);
        self.release();
    }

    fn let_to(&self, tenant: Weak<dyn Tenant>) {
        self.state.lock().tenant = Some(tenant);
    }

    fn release(self: Arc<Self>) {
        let mut state = self.state.lock();
        state.release();
        self.flush_later(&mut state);
    }

    fn cork(self: Arc<Self>, packet: Packet) -> Result<(), QueueFull> {
        let mut state = self.state.lock();
        if state.open && !self.is_closed() && state.corks(&packet) {
            state.queue.push(packet);
            return Ok(());
        }
        drop(state);
        self.send(&packet.into())
    }

    fn send_corked(self: Arc<Self>) {
        self.uncork();
    }

    fn dismiss(self: Arc<Self>, reason: CloseReason, last: &Packet) {
        self.ended.get_or_init(|| reason);
        // Answers that wait for nothing but each other are not lost.
        self.uncork();
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        self.reader.wake();
        let is_told = self.state.lock().say_last(last);
        if is_told {
            // It ends within the time of a dismissal.
            self.flushes.spawn(self.clone().see_off());
        } else {
            self.cut();
        }
    }

    fn pause_reading(&self, pause: bool) {
        self.reading_paused.store(pause, Ordering::Release);
        self.reader.wake();
    }

    fn ask(self: Arc<Self>) {
        let mut state = self.state.lock();
        // Behind what waits, it would say nothing of the peer: whether that takes anything is watched already.
        if self.is_closed() || !state.open || state.flushing {
            return;
        }
        match self.write(&mut state, &PING) {
            Ok(written) if written < PING.len() => state.queue.push_bytes(Bytes::from_static(&PING[written..])),
            Ok(_) => {}
            Err(error) => {
                drop(state);
                return self.fail(&error);
            }
        }
        self.expect_sign();
        self.flush_later(&mut state);
    }

    fn stand_still(&self, still: bool) {
        if self.stands_still.swap(still, Ordering::AcqRel) != still {
            self.rests.store(false, Ordering::Release);
            self.reader.wake();
        }
    }

    fn rests(&self) -> bool {
        let state = self.state.lock();
        let is_clear = state.open && state.websocket.as_ref().is_some_and(|websocket| websocket.held.is_empty());
        self.rests.load(Ordering::Acquire) && is_clear && !self.is_closed()
    }

    fn mute(self: Arc<Self>, muted: bool) {
        let mut state = self.state.lock();
        state.is_muted = muted;
        self.flush_later(&mut state);
    }

    fn unsent(&self) -> Vec<u8> {
        let state = self.state.lock();
        let mut unsent = vec![0; state.queue.bytes()];
        state.queue.copy_to(&mut unsent);
        unsent
    }

    fn peer(&self) -> Option<std::net::IpAddr> {
        self.stream.peer_addr().ok().map(|peer| peer.ip())
    }

    #[cfg(unix)]
    fn descriptor(&self) -> std::os::fd::BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(&self.stream)
    }

    fn lend(&self) {
        self.is_handed_over.store(true, Ordering::Release);
    }

    fn own(&self) {
        self.is_handed_over.store(false, Ordering::Release);
    }

    fn hand_over(&self) {
        self.lend();
        self.close();
    }

    fn ended(&self) -> Arc<OnceLock<CloseReason>> {
        self.ended.clone()
    }

    fn waiting(&self) -> usize {
        self.state.lock().waiting()
    }

    fn is_holding(&self) -> bool {
        self.state.lock().websocket.as_ref().is_some_and(|websocket| !websocket.held.is_empty())
    }

    fn writes(&self) -> u64 {
        self.state.lock().writes
    }
}

impl PipeState {
    /// Returns how many bytes wait.
    fn waiting(&self) -> usize {
        self.queue.bytes() + self.websocket.as_ref().map_or(0, |websocket| websocket.held.bytes())
    }

    /// Returns whether a packet may be corked: with the others it is still a small write, and nobody waits for the kernel.
    fn corks(&self, packet: &Packet) -> bool {
        !self.flushing
            && !self.is_muted
            && self.queue.len() < CORKED_PACKETS
            && self.queue.bytes() + packet.bytes().len() <= CORKED_BYTES
    }

    /// Returns where packets wait while nothing may be put between the frames of the protocol stack.
    fn held(&mut self) -> Option<&mut SendQueue> {
        if self.open { None } else { self.websocket.as_mut().map(|websocket| &mut websocket.held) }
    }

    /// Puts a packet in the place of all that waits but has not begun; `false` if that cannot be: it would stand within another frame.
    fn say_last(&mut self, packet: &Packet) -> bool {
        let Some(websocket) = &mut self.websocket else { return false };
        if !websocket.is_between_frames() {
            return false;
        }
        websocket.held.clear();
        self.queue.drop_packets();
        self.queue.push(packet.clone());
        // Nobody else flushes it.
        self.flushing = true;
        true
    }

    /// Follows the frames of the protocol stack, and lets go of what was held if they end here; returns whether a ping was among them.
    fn follow(&mut self, bytes: &[u8]) -> bool {
        let Some(websocket) = &mut self.websocket else { return false };
        let frames = websocket.head.skip(bytes);
        let mut has_pinged = false;
        websocket.sent.advance(frames, |frame| {
            has_pinged |= frame.is_ping();
            if let Some(passage) = &self.passage {
                passage.frame_left(frame);
            }
            if !frame.is_message() {
                self.protocol += usize::try_from(frame.payload).unwrap_or(usize::MAX / 2);
            }
        });
        self.release();
        has_pinged
    }

    /// Lets go of what was held, unless it still has to wait.
    fn release(&mut self) {
        let Some(websocket) = &mut self.websocket else { return };
        self.open = websocket.is_between_frames() && self.passage.as_ref().is_some_and(|passage| passage.is_clear());
        if self.open {
            websocket.held.drain_into(&mut self.queue);
        }
    }
}

impl WebSocket {
    /// Returns what of `bytes` is behind a greeting that is not to be sent.
    fn behind_greeting<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let mut rest = bytes;
        while let Some(greeting) = &mut self.greeting
            && let Some((byte, behind)) = rest.split_first()
        {
            let mut is_over = false;
            greeting.advance(std::slice::from_ref(byte), |_| is_over = true);
            rest = behind;
            if is_over {
                self.greeting = None;
            }
        }
        rest
    }

    fn is_between_frames(&self) -> bool {
        self.head.is_passed() && self.sent.is_between_messages()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::transport::pipes::pipe_io::PipeIo;

    /// The end of an upgrade, and the answer to CONNECT.
    const BEGINNING: &[u8] = b"\r\n\r\n\x81\x0240";

    /// Connects a WebSocket on which nothing but packets is to be sent.
    async fn connected() -> (PipeIo, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (stream, _) = accepted.expect("a client");
        let io = PipeIo::new(stream, PipeLimits::patient(), TaskTracker::new(), Slot::alone());
        let pipe = io.pipe();
        pipe.begin_frames();
        pipe.state.lock().passage = Some(Arc::default());
        pipe.write_frames(BEGINNING).expect("a WebSocket").expect("a peer that listens");
        let mut client = client.expect("a server");
        let mut beginning = [0; BEGINNING.len()];
        client.read_exact(&mut beginning).await.expect("the beginning");
        (io, client)
    }

    fn packet(id: usize) -> Packet {
        let answer = serde_json::value::to_raw_value(&id).expect("JSON");
        Packet::acknowledgement(i64::try_from(id).expect("a number"), &answer)
    }

    fn framed(packets: &[Packet]) -> Vec<u8> {
        let mut frames = Vec::new();
        put_frames(packets, &mut frames);
        frames
    }

    fn bytes(packets: std::ops::Range<usize>) -> Vec<u8> {
        framed(&packets.map(packet).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn corked_packets_are_one_write_with_what_is_sent_next() {
        for (corked, sent) in [(1, 0), (3, 0), (3, 1), (CORKED_PACKETS, 1), (CORKED_PACKETS + 1, 0)] {
            let (io, mut client) = connected().await;
            let before = io.pipe().writes();
            (0..corked).for_each(|id| io.pipe().clone().cork(packet(id)).expect("room"));
            assert_eq!(io.pipe().writes() - before, u64::from(corked > CORKED_PACKETS));
            (corked..corked + sent).for_each(|id| io.pipe().clone().send(&packet(id).into()).expect("room"));
            io.pipe().uncork();
            assert_eq!(io.pipe().writes() - before, 1, "{corked} corked, {sent} sent");
            let expected = bytes(0..corked + sent);
            let mut read = vec![0; expected.len()];
            client.read_exact(&mut read).await.expect("the packets");
            assert_eq!(read, expected);
        }
    }

    #[tokio::test]
    async fn a_packet_that_is_too_long_is_not_corked() {
        let (io, mut client) = connected().await;
        let answer = serde_json::value::to_raw_value(&"x".repeat(CORKED_BYTES)).expect("JSON");
        let long = Packet::acknowledgement(1, &answer);
        io.pipe().clone().cork(packet(0)).expect("room");
        io.pipe().clone().cork(long.clone()).expect("room");
        let expected = [bytes(0..1), framed(&[long])].concat();
        let mut read = vec![0; expected.len()];
        client.read_exact(&mut read).await.expect("the packets");
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn corked_packets_are_sent_before_the_end() {
        for is_shut_down in [true, false] {
            let (mut io, mut client) = connected().await;
            io.pipe().clone().cork(packet(0)).expect("room");
            if is_shut_down {
                io.shutdown().await.expect("a peer that listens");
            }
            drop(io);
            let mut read = Vec::new();
            client.read_to_end(&mut read).await.expect("an end in order");
            assert_eq!(read, bytes(0..1));
        }
    }
}
