//! The two ends of a pipe as the protocol stack sees them.

use std::future::Future;
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use crate::clock::{Sleep, sleep};
use crate::rooms::CloseReason;
use crate::transport::pipes::direct::Direct;
use crate::transport::pipes::open_pipes::Slot;
use crate::transport::pipes::pipe::{Pipe, PipeLimits};
use crate::transport::pipes::tcp::read;
use crate::transport::pipes::websocket::PONG;

/// A pipe that axum, hyper, engineioxide and tungstenite read and write without knowing that they share it.
///
/// It does what none of them does: it ends a pipe whose peer stops reading, and can hold back reading, which is the only
/// back-pressure that a Socket.IO client feels.
#[derive(Debug)]
pub struct PipeIo {
    pipe: Arc<Pipe>,
    limits: PipeLimits,
    stalled: Option<Pin<Box<Sleep>>>,
    next_pong: Option<Pin<Box<Sleep>>>,
}

impl PipeIo {
    pub(super) fn new(stream: TcpStream, limits: PipeLimits, flushes: TaskTracker, slot: Slot) -> Self {
        let pipe = Arc::new(Pipe::new(stream, limits, flushes, slot));
        pipe.slot().enter(&pipe);
        Self { pipe, limits, stalled: None, next_pong: None }
    }

    pub(super) fn pipe(&self) -> &Arc<Pipe> {
        &self.pipe
    }

    /// Reads at most `limit` bytes, and follows the frames in them.
    fn poll_read_some(
        &self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        limit: usize,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.pipe.stream.poll_read_ready(context))?;
            let room = limit.min(buffer.remaining());
            let unfilled = buffer.initialize_unfilled_to(room);
            match read(&self.pipe.stream, unfilled) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    self.pipe.fail(&error);
                    return Poll::Ready(Err(error));
                }
                Ok(count) => {
                    self.pipe.received(&unfilled[..count]);
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    /// Waits between two messages, and answers pings meanwhile.
    fn poll_paused(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // Twice within the time that a ping may stay unanswered, whenever it was sent.
        let every = self.limits.ping_timeout / 2;
        let next_pong = self.next_pong.get_or_insert_with(|| Box::pin(sleep(every)));
        ready!(next_pong.as_mut().poll(context));
        self.next_pong = None;
        if buffer.remaining() >= PONG.len() {
            buffer.put_slice(&PONG);
        }
        Poll::Ready(Ok(()))
    }

    /// Waits for room in the kernel's buffer, but no longer than a download may stand still.
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let timeout = self.limits.download_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(stalled.as_mut().poll(context));
        self.pipe.end(CloseReason::WriteTimeout);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer reads nothing")))
    }

    fn poll_write_with(
        &mut self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            if self.pipe.is_closed() {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            match self.pipe.stream.poll_write_ready(context)? {
                Poll::Pending => return self.poll_stalled(context),
                Poll::Ready(()) => match write(&self.pipe.stream) {
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

impl AsyncRead for PipeIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.pipe.register_reader(context.waker());
        if self.pipe.is_closed() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if !self.pipe.is_reading_paused() {
            self.next_pong = None;
            return self.poll_read_some(context, buffer, usize::MAX);
        }
        match self.pipe.receiving() {
            Some((true, _)) => self.poll_paused(context, buffer),
            Some((false, rest)) => self.poll_read_some(context, buffer, rest),
            // Not a WebSocket (yet): what a request is held back for is decided where requests are seen.
            None => self.poll_read_some(context, buffer, usize::MAX),
        }
    }
}

impl AsyncWrite for PipeIo {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.pipe.is_closed() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        match self.pipe.write_frames(bytes) {
            Some(written) => Poll::Ready(written),
            None => self.poll_write_with(context, |stream| stream.try_write(bytes)),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.pipe.is_websocket() {
            let first = slices.iter().find(|slice| !slice.is_empty());
            return self.poll_write(context, first.map_or(&[], |slice| slice));
        }
        self.poll_write_with(context, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Writes go straight to the kernel, or wait for it in a queue that is not ours alone.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pipe.uncork();
        if self.pipe.waiting() > 0 {
            // Closed when the kernel has taken it.
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(socket2::SockRef::from(&self.pipe.stream).shutdown(Shutdown::Write))
    }
}

impl Drop for PipeIo {
    fn drop(&mut self) {
        self.pipe.finish();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Accepts one pipe whose WebSocket peers may take nothing for a millisecond only.
    async fn connected() -> (PipeIo, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let limits = PipeLimits { write_timeout: std::time::Duration::from_millis(1), ..PipeLimits::patient() };
        let (stream, _) = accepted.expect("a client");
        (PipeIo::new(stream, limits, TaskTracker::new(), Slot::alone()), client.expect("a server"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_download_may_stand_still_for_longer_than_a_websocket() {
        const BYTES: usize = 32 * 1024 * 1024;
        let (mut io, mut client) = connected().await;
        let sending = tokio::spawn(async move { io.write_all(&vec![7; BYTES]).await.map(|()| io) });
        // The reader has other things to do for a while: the clock goes on when there is nothing more that could be sent.
        sleep(std::time::Duration::from_millis(50)).await;
        assert!(!sending.is_finished());
        let mut read = vec![0; BYTES];
        client.read_exact(&mut read).await.expect("all of it");
        sending.await.expect("a task").expect("a peer that reads in the end");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_kernel_gives_up_websockets_alone() {
        let (io, _client) = connected().await;
        let timeout = || socket2::SockRef::from(&io.pipe().stream).tcp_user_timeout().expect("a socket");
        assert_eq!(timeout(), None);
        io.pipe().begin_frames();
        assert_eq!(timeout(), Some(std::time::Duration::from_millis(2)));
    }
}
