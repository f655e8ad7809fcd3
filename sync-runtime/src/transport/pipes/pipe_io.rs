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
use crate::transport::pipes::tcp::{read, read_now};
use crate::transport::pipes::websocket::PONG;

/// A pipe that axum, hyper, engineioxide and tungstenite read and write without knowing that they share it.
///
/// It does what none of them does: it ends a pipe whose peer stops reading, and can hold back reading, which is the only
/// back-pressure that a Socket.IO client feels.
///
/// Whether the peer of a WebSocket is there is judged here, too, and no more by engineioxide, whose pings are answered in the peer's place as soon
/// as they are sent: its clock goes on while answers wait in the kernel, because we do not read or do not run. Here the kernel is asked
/// last of all, when the time for an answer is over.
#[derive(Debug)]
pub struct PipeIo {
    pipe: Arc<Pipe>,
    limits: PipeLimits,
    stalled: Option<Pin<Box<Sleep>>>,
    /// The time in which something has to come from the peer, which was asked.
    silence: Option<Pin<Box<Sleep>>>,
}

impl PipeIo {
    pub(super) fn new(stream: TcpStream, limits: PipeLimits, flushes: TaskTracker, slot: Slot) -> Self {
        let pipe = Arc::new(Pipe::new(stream, limits, flushes, slot));
        pipe.slot().enter(&pipe);
        Self { pipe, limits, stalled: None, silence: None }
    }

    pub(in crate::transport) fn pipe(&self) -> &Arc<Pipe> {
        &self.pipe
    }

    /// Reads at most `limit` bytes, and follows the frames in them.
    fn poll_read_some(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        limit: usize,
    ) -> Poll<io::Result<()>> {
        loop {
            let is_late = match self.pipe.stream.poll_read_ready(context)? {
                Poll::Ready(()) => false,
                Poll::Pending => {
                    ready!(self.poll_silence(context));
                    true
                }
            };
            let room = limit.min(buffer.remaining());
            let unfilled = buffer.initialize_unfilled_to(room);
            let count = if is_late { read_now(&self.pipe.stream, unfilled) } else { read(&self.pipe.stream, unfilled) };
            match count {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && is_late => {
                    self.pipe.close();
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer is silent")));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    self.pipe.fail(&error);
                    return Poll::Ready(Err(error));
                }
                Ok(count) => {
                    self.pipe.received(&unfilled[..count]);
                    self.silence = None;
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    /// Waits until the time is over in which something had to come; for ever if the peer was not asked.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.silence.as_mut().map_or(Poll::Pending, |silence| silence.as_mut().poll(context))
    }

    /// Between two messages, answers a ping of the protocol stack; returns whether it did.
    fn answer_ping(&self, buffer: &mut ReadBuf<'_>) -> bool {
        let answers = self.pipe.is_pinged() && buffer.remaining() >= PONG.len();
        if answers {
            self.pipe.answered();
            buffer.put_slice(&PONG);
        }
        answers
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
        let stands_still = self.pipe.stands_still();
        let is_paused = self.pipe.is_reading_paused() || stands_still;
        if self.pipe.take_asked() {
            let timeout = self.limits.ping_timeout;
            // Who was asked before and has not answered has no more time for that.
            self.silence.get_or_insert_with(|| Box::pin(sleep(timeout)));
        }
        if is_paused {
            // Nothing is heard of who waits for us.
            self.silence = None;
        } else if !self.pipe.is_pinged() && !stands_still {
            return self.poll_read_some(context, buffer, usize::MAX);
        }
        match self.pipe.receiving() {
            Some((true, _)) if self.answer_ping(buffer) => Poll::Ready(Ok(())),
            Some((true, _)) if is_paused => {
                if stands_still {
                    self.pipe.rest();
                }
                Poll::Pending
            }
            Some((false, rest)) => self.poll_read_some(context, buffer, rest),
            None if stands_still && self.stalled.is_none() && self.pipe.is_between_requests() => {
                self.pipe.rest();
                Poll::Pending
            }
            // A request that is held back, if there is one (yet), is held back where requests are seen.
            _ => self.poll_read_some(context, buffer, usize::MAX),
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
        if self.pipe.waiting() > 0 || self.pipe.is_handed_over() {
            // Closed when the kernel has taken it; or by another process, which has it.
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
    use crate::clock::{Instant, advance};
    use crate::error::SyncError;
    use crate::rooms::Shortcut;
    use crate::transport::pipes::websocket::PING;
    use crate::wire::Packet;

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

    /// As [`connected`], as a WebSocket between two frames of the protocol stack.
    async fn connected_websocket() -> (PipeIo, TcpStream) {
        let (mut io, mut client) = connected().await;
        io.pipe().begin_frames();
        io.pipe().clone().follow(Arc::default());
        io.write_all(b"\r\n\r\n").await.expect("a peer");
        client.read_exact(&mut [0; 4]).await.expect("the end of the answer");
        (io, client)
    }

    #[tokio::test(start_paused = true)]
    async fn a_pipe_that_stands_still_reads_the_message_to_its_end_and_no_further() {
        let (mut io, mut client) = connected_websocket().await;
        let pipe = io.pipe().clone();
        client.write_all(&PONG[..3]).await.expect("a server");
        let mut begun = [0; 3];
        io.read_exact(&mut begun).await.expect("the beginning");
        pipe.stand_still(true);
        assert!(!pipe.rests(), "in the middle of a message");
        client.write_all(&[&PONG[3..], &PONG].concat()).await.expect("a server");
        let mut rest = [0; 4];
        io.read_exact(&mut rest).await.expect("the end");
        assert_eq!([&begun[..], &rest].concat(), PONG);
        let mut reading = std::pin::pin!(read_seven(&mut io));
        assert!(crate::clock::timeout(std::time::Duration::from_secs(1), reading.as_mut()).await.is_err());
        assert!(pipe.rests());
        pipe.stand_still(false);
        assert_eq!(reading.await.expect("the next message"), PONG);
        assert!(!pipe.rests());
    }

    #[tokio::test]
    async fn what_is_sent_while_it_is_mute_waits_and_the_one_who_takes_over_sends_it() {
        let (io, mut client) = connected_websocket().await;
        let pipe = io.pipe().clone();
        pipe.clone().mute(true);
        pipe.clone().send(&Packet::room_lost("open-a", &SyncError::new("sync-unavailable"), "").into()).expect("room");
        let (frame, writes) = (pipe.unsent(), pipe.writes());
        assert!(frame.len() > 10 && pipe.waiting() == frame.len());
        // The same connection, as another process has it: its stack greets whoever it takes for new, which nobody hears.
        let copy = socket2::SockRef::from(&pipe.stream).try_clone().expect("a descriptor");
        let stream = TcpStream::from_std(copy.into()).expect("a socket");
        let mut next = PipeIo::new(stream, PipeLimits::patient(), TaskTracker::new(), Slot::alone());
        next.pipe().take_over(Some(frame.clone()));
        next.pipe().clone().follow(Arc::default());
        next.write_all(b"\x81\x030{}").await.expect("a peer");
        pipe.hand_over();
        drop((io, pipe));
        next.pipe().own();
        next.pipe().clone().mute(false);
        next.write_all(&PING).await.expect("a peer");
        let mut heard = vec![0; frame.len() + PING.len()];
        client.read_exact(&mut heard).await.expect("the connection is there");
        assert_eq!(heard, [&frame[..], &PING].concat());
        assert_eq!(writes, 1, "nothing was sent while it was mute");
    }

    async fn read_seven(io: &mut PipeIo) -> io::Result<[u8; 7]> {
        let mut bytes = [0; 7];
        io.read_exact(&mut bytes).await.map(|_| bytes)
    }

    async fn pinged(io: &mut PipeIo, client: &mut TcpStream) {
        io.write_all(&PING).await.expect("a peer");
        client.read_exact(&mut [0; PING.len()]).await.expect("the ping");
        assert_eq!(read_seven(io).await.expect("an answer in the peer's place"), PONG);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_is_silent_after_a_ping_is_given_up_when_its_time_is_over() {
        let (mut io, mut client) = connected_websocket().await;
        let since = Instant::now();
        pinged(&mut io, &mut client).await;
        let error = read_seven(&mut io).await.expect_err("silence");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(since.elapsed() >= PipeLimits::patient().ping_timeout);
        assert_eq!(io.pipe().ended().get(), None, "it was not we who ended it");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_waits_in_the_kernel_counts_however_late_it_is_read() {
        let (mut io, mut client) = connected_websocket().await;
        for _ in 0..3 {
            pinged(&mut io, &mut client).await;
            let mut reading = std::pin::pin!(read_seven(&mut io));
            assert!(futures_util::poll!(reading.as_mut()).is_pending());
            client.write_all(&PONG).await.expect("a server");
            advance(PipeLimits::patient().ping_timeout * 2).await;
            assert_eq!(reading.await.expect("the peer's own answer"), PONG);
        }
        // Who has answered is not waited for.
        let mut reading = std::pin::pin!(read_seven(&mut io));
        assert!(crate::clock::timeout(PipeLimits::patient().ping_timeout * 9, reading.as_mut()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_us_is_not_given_up_and_neither_is_the_stack_left_without_an_answer() {
        let (mut io, mut client) = connected_websocket().await;
        let pipe = io.pipe().clone();
        pipe.pause_reading(true);
        for _ in 0..3 {
            pinged(&mut io, &mut client).await;
            let nothing = crate::clock::timeout(PipeLimits::patient().ping_timeout * 2, read_seven(&mut io)).await;
            assert!(nothing.is_err(), "nothing is read");
        }
        client.write_all(&PONG).await.expect("a server");
        pipe.pause_reading(false);
        assert_eq!(read_seven(&mut io).await.expect("the peer's own answer"), PONG);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_can_be_asked_between_two_pings_of_the_stack() {
        for is_there in [true, false] {
            let (mut io, mut client) = connected_websocket().await;
            io.pipe().clone().ask();
            client.read_exact(&mut [0; PING.len()]).await.expect("the ping");
            if is_there {
                client.write_all(&PONG).await.expect("a server");
            }
            assert_eq!(read_seven(&mut io).await.is_ok(), is_there);
        }
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
