//! TCP connections that can be closed, paused and watched from outside.
//!
//! axum, hyper, engineioxide and tungstenite read and write through [`WireIo`] without knowing it. It does what none of
//! them does: it sets TCP_NODELAY, ends a connection whose peer stops reading, and can hold back reading, which is the only
//! back-pressure that a Socket.IO client feels.

use std::future::Future;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

use crate::transport::websocket::{FrameTracker, PONG};

/// One TCP connection, shared by the protocol stack that uses it and by those who watch it.
///
/// The protocol stack owns it through [`WireIo`]; everybody else holds a weak reference, so that the connection is closed when
/// the stack lets go of it.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    reading_paused: AtomicBool,
    reader: AtomicWaker,
    closed: AtomicBool,
    timed_out: Arc<AtomicBool>,
    // How many bytes the kernel has taken.
    written: AtomicU64,
    // Set when the connection has become a WebSocket.
    frames: Mutex<Option<FrameTracker>>,
}

impl Wire {
    /// Ends the connection in both directions; whoever reads or writes it gets an error.
    pub fn close(&self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            // Wakes the tasks that wait for the socket. An error says that the peer was faster.
            socket2::SockRef::from(&self.stream).shutdown(Shutdown::Both).ok();
            self.reader.wake();
        }
    }

    /// Notes that the request that was read last turns the connection into a WebSocket; the next byte begins a frame.
    pub fn begin_frames(&self) {
        *self.frames.lock() = Some(FrameTracker::default());
    }

    /// Stops reading, or reads on; the peer is slowed down as soon as the buffers between us are full.
    ///
    /// While nothing is read, pings cannot be answered: we answer them in the peer's place, or the heartbeat would end a
    /// connection that does nothing but wait for us.
    pub fn pause_reading(&self, pause: bool) {
        self.reading_paused.store(pause, Ordering::Release);
        self.reader.wake();
    }

    /// Returns how many bytes the kernel has taken since the connection began.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Tells, also when the connection is gone, whether it was ended because the peer took nothing for too long.
    pub fn timed_out(&self) -> Arc<AtomicBool> {
        self.timed_out.clone()
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// The connection of a request, as axum hands it to handlers and layers.
#[derive(Debug, Clone)]
pub struct WireInfo(pub Weak<Wire>);

impl Connected<IncomingStream<'_, WireListener>> for WireInfo {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        Self(Arc::downgrade(&stream.io().wire))
    }
}

/// Accepts connections as [`WireIo`].
#[derive(Debug)]
pub struct WireListener {
    listener: TcpListener,
    times: WireTimes,
}

/// The time limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct WireTimes {
    /// How long the peer may take nothing.
    pub write_timeout: Duration,
    /// How long a ping may stay unanswered.
    pub ping_timeout: Duration,
}

impl WireListener {
    /// Wraps a listener.
    pub fn new(listener: TcpListener, times: WireTimes) -> Self {
        Self { listener, times }
    }
}

impl Listener for WireListener {
    type Io = WireIo;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (WireIo, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    configure(&stream, self.times.write_timeout);
                    return (WireIo::new(stream, self.times), address);
                }
                Err(error) => {
                    // Mostly too many open files: others have to close first.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

fn configure(stream: &TcpStream, write_timeout: Duration) {
    // Without it, Nagle's algorithm and delayed acknowledgements cost 40 ms for a small frame.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    // A peer that has vanished acknowledges nothing: the kernel then gives up in step with us.
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(write_timeout * 2)) {
        tracing::debug!(%error, "TCP_USER_TIMEOUT could not be set");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = write_timeout;
}

/// The two ends of a connection as the protocol stack sees them.
#[derive(Debug)]
pub struct WireIo {
    wire: Arc<Wire>,
    times: WireTimes,
    stalled: Option<Pin<Box<Sleep>>>,
    next_pong: Option<Pin<Box<Sleep>>>,
}

impl WireIo {
    fn new(stream: TcpStream, times: WireTimes) -> Self {
        let wire = Wire {
            stream,
            reading_paused: AtomicBool::new(false),
            reader: AtomicWaker::new(),
            closed: AtomicBool::new(false),
            timed_out: Arc::default(),
            written: AtomicU64::new(0),
            frames: Mutex::new(None),
        };
        Self { wire: Arc::new(wire), times, stalled: None, next_pong: None }
    }

    /// Reads at most `limit` bytes, and follows the frames in them.
    fn poll_read_some(
        &self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        limit: usize,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.wire.stream.poll_read_ready(context))?;
            let room = limit.min(buffer.remaining());
            let unfilled = buffer.initialize_unfilled_to(room);
            match self.wire.stream.try_read(unfilled) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    if let Some(frames) = &mut *self.wire.frames.lock() {
                        frames.advance(&unfilled[..count]);
                    }
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    /// Waits between two messages, and answers pings meanwhile.
    fn poll_paused(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // Twice within the time that a ping may stay unanswered, whenever it was sent.
        let every = self.times.ping_timeout / 2;
        let next_pong = self.next_pong.get_or_insert_with(|| Box::pin(tokio::time::sleep(every)));
        ready!(next_pong.as_mut().poll(context));
        self.next_pong = None;
        if buffer.remaining() >= PONG.len() {
            buffer.put_slice(&PONG);
        }
        Poll::Ready(Ok(()))
    }

    /// Waits for room in the kernel's buffer, but no longer than the write timeout.
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let timeout = self.times.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ready!(stalled.as_mut().poll(context));
        self.wire.timed_out.store(true, Ordering::Release);
        self.wire.close();
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer reads nothing")))
    }

    fn poll_write_with(
        &mut self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            if self.wire.is_closed() {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            match self.wire.stream.poll_write_ready(context)? {
                Poll::Pending => return self.poll_stalled(context),
                Poll::Ready(()) => match write(&self.wire.stream) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    written => {
                        self.stalled = None;
                        let count = *written.as_ref().unwrap_or(&0);
                        self.wire.written.fetch_add(count as u64, Ordering::AcqRel);
                        return Poll::Ready(written);
                    }
                },
            }
        }
    }
}

impl AsyncRead for WireIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.wire.reader.register(context.waker());
        if self.wire.is_closed() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if !self.wire.reading_paused.load(Ordering::Acquire) {
            self.next_pong = None;
            return self.poll_read_some(context, buffer, usize::MAX);
        }
        let rest =
            self.wire.frames.lock().as_ref().map(|frames| (frames.is_between_messages(), frames.until_boundary()));
        match rest {
            Some((true, _)) => self.poll_paused(context, buffer),
            Some((false, rest)) => self.poll_read_some(context, buffer, rest),
            // Not a WebSocket (yet): what a request is held back for is decided where requests are seen.
            None => self.poll_read_some(context, buffer, usize::MAX),
        }
    }
}

impl AsyncWrite for WireIo {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Writes go straight to the kernel.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(socket2::SockRef::from(&self.wire.stream).shutdown(Shutdown::Write))
    }
}
