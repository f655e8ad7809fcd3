//! TCP connections that can be closed, paused and watched from outside.
//!
//! axum, hyper, engineioxide and tungstenite read and write through [`WireIo`] without knowing it. It does what none of
//! them does: it sets TCP_NODELAY, ends a connection whose peer stops reading, and can hold back reading, which is the only
//! back-pressure that a Socket.IO client feels.

use std::future::Future;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

/// One TCP connection, shared by the protocol stack that uses it and by those who watch it.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    reading_paused: AtomicBool,
    reader: AtomicWaker,
    closed: AtomicBool,
    timed_out: AtomicBool,
    // How often everything that was written had reached the kernel.
    flushes: AtomicU64,
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

    /// Stops reading; the peer is slowed down as soon as the buffers between us are full.
    pub fn pause_reading(&self) {
        self.reading_paused.store(true, Ordering::Release);
    }

    /// Reads on.
    pub fn resume_reading(&self) {
        if self.reading_paused.swap(false, Ordering::AcqRel) {
            self.reader.wake();
        }
    }

    /// Returns how often everything that was written had reached the kernel.
    pub fn flushes(&self) -> u64 {
        self.flushes.load(Ordering::Acquire)
    }

    /// Returns whether the connection was ended because the peer took nothing for too long.
    pub fn has_timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Acquire)
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// The connection of a request, as axum hands it to handlers and layers.
#[derive(Debug, Clone)]
pub struct WireInfo(pub Arc<Wire>);

impl Connected<IncomingStream<'_, WireListener>> for WireInfo {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        Self(stream.io().wire.clone())
    }
}

/// Accepts connections as [`WireIo`].
#[derive(Debug)]
pub struct WireListener {
    listener: TcpListener,
    write_timeout: Duration,
}

impl WireListener {
    /// Wraps a listener; a peer that takes nothing for `write_timeout` is disconnected.
    pub fn new(listener: TcpListener, write_timeout: Duration) -> Self {
        Self { listener, write_timeout }
    }
}

impl Listener for WireListener {
    type Io = WireIo;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (WireIo, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    configure(&stream, self.write_timeout);
                    return (WireIo::new(stream, self.write_timeout), address);
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
    write_timeout: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl WireIo {
    fn new(stream: TcpStream, write_timeout: Duration) -> Self {
        let wire = Wire {
            stream,
            reading_paused: AtomicBool::new(false),
            reader: AtomicWaker::new(),
            closed: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            flushes: AtomicU64::new(0),
        };
        Self { wire: Arc::new(wire), write_timeout, stalled: None }
    }

    /// Waits for room in the kernel's buffer, but no longer than the write timeout.
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let timeout = self.write_timeout;
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
                        return Poll::Ready(written);
                    }
                },
            }
        }
    }
}

impl AsyncRead for WireIo {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = &self.wire;
        wire.reader.register(context.waker());
        loop {
            if wire.is_closed() {
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
            if wire.reading_paused.load(Ordering::Acquire) {
                return Poll::Pending;
            }
            ready!(wire.stream.poll_read_ready(context))?;
            match wire.stream.try_read_buf(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(drop)),
            }
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
        // Writes go straight to the kernel, so whoever flushes has nothing left in its own buffers.
        self.wire.flushes.fetch_add(1, Ordering::AcqRel);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(socket2::SockRef::from(&self.wire.stream).shutdown(Shutdown::Write))
    }
}
