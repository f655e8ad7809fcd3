//! From polling to a WebSocket, without risking the socket.
//!
//! engineioxide would end the socket if anything went wrong on the way. So the WebSocket is tried here first, while the client goes on
//! polling: only when the client has said that it moves is engineioxide told, and it finds everything as it should be.
//! Source: the Engine.IO protocol, revision 4, "Upgrade": `2probe`, `3probe`, `5`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::clock::timeout;

/// How long a client may take to move.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest message that a client has to send on its way.
const LONGEST: usize = 125;
/// What is answered to the probe: a final text frame.
const PROBED: &[u8] = b"\x81\x063probe";
/// What the client has sent, as engineioxide will read it: masked with zeros.
const REPLAYED: &[u8] = b"\x81\x86\0\0\0\x002probe\x81\x81\0\0\0\x005";

/// A message on a WebSocket, as far as they matter here.
#[derive(Debug, PartialEq, Eq)]
enum ProbeMessage {
    Text(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
}

/// Waits until the client has said that it moves to this WebSocket, and gives it back as if nothing had been said on it yet.
///
/// # Errors
///
/// When the pipe ends, takes too long, or says anything else. The socket is as it was then, and polls.
pub(super) async fn prove<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<Proved<S>> {
    timeout(PATIENCE, converse(&mut stream)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    Ok(Proved { stream, unread: Bytes::from_static(REPLAYED), unwritten: PROBED.len() })
}

async fn converse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    expect(stream, b"2probe").await?;
    stream.write_all(PROBED).await?;
    stream.flush().await?;
    expect(stream, b"5").await
}

async fn expect(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), text: &[u8]) -> io::Result<()> {
    let mut begun = Vec::new();
    loop {
        match read_message(stream, &mut begun).await? {
            ProbeMessage::Text(found) if found == text => return Ok(()),
            ProbeMessage::Text(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "not what moves a socket")),
            ProbeMessage::Ping(payload) => {
                let head = [0x8a, payload.len() as u8];
                stream.write_all(&[&head[..], &payload].concat()).await?;
            }
            ProbeMessage::Pong => {}
        }
    }
}

/// Reads one short message, however many frames it comes in, and nothing behind it; a ping may come between them, `text` is what came
/// before it.
async fn read_message(stream: &mut (impl AsyncRead + Unpin), text: &mut Vec<u8>) -> io::Result<ProbeMessage> {
    loop {
        let frame = read_frame(stream).await?;
        let (first, payload) = (frame.first, frame.payload);
        match first & 0x0f {
            0x9 => return Ok(ProbeMessage::Ping(payload)),
            0xa => return Ok(ProbeMessage::Pong),
            // Text, or more of it.
            0x0 | 0x1 if text.len() + payload.len() <= LONGEST => text.extend(payload),
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "not what moves a socket")),
        }
        if first & 0x80 != 0 {
            return Ok(ProbeMessage::Text(std::mem::take(text)));
        }
    }
}

struct ShortFrame {
    first: u8,
    payload: Vec<u8>,
}

async fn read_frame(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<ShortFrame> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await?;
    let length = usize::from(head[1] & 0x7f);
    if head[1] & 0x80 == 0 || length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "an unmasked or a long frame"));
    }
    let mut mask = [0; 4];
    stream.read_exact(&mut mask).await?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await?;
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    Ok(ShortFrame { first: head[0], payload })
}

/// A WebSocket whose client has moved to it: the way there is read once more, and what was answered then is not written again.
#[derive(Debug)]
pub(super) struct Proved<S> {
    stream: S,
    unread: Bytes,
    unwritten: usize,
}

impl<S: AsyncRead + Unpin> AsyncRead for Proved<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let count = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..count]);
        self.unread.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Proved<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let passed_over = self.unwritten.min(bytes.len());
        if passed_over == bytes.len() {
            self.unwritten -= passed_over;
            return Poll::Ready(Ok(passed_over));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, &bytes[passed_over..]))?;
        self.unwritten = 0;
        Poll::Ready(Ok(passed_over + written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let masked = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
        [first, 0x80 | payload.len() as u8].into_iter().chain(mask).chain(masked).collect()
    }

    /// Says all of `said` at once, and returns what was answered and whether the socket moves.
    async fn check(said: &[Vec<u8>]) -> (Vec<u8>, bool) {
        let (mut client, server) = tokio::io::duplex(4096);
        client.write_all(&said.concat()).await.expect("room");
        client.shutdown().await.expect("an end");
        let moved = match prove(server).await {
            Ok(mut proved) => {
                let mut read = vec![0; REPLAYED.len()];
                proved.read_exact(&mut read).await.expect("the way there");
                assert_eq!(read, REPLAYED);
                proved.write_all(PROBED).await.expect("a peer");
                proved.write_all(b"behind").await.expect("a peer");
                let mut rest = Vec::new();
                proved.read_to_end(&mut rest).await.expect("the rest");
                assert_eq!(rest, b"rest", "what came behind the move is not lost");
                true
            }
            Err(_) => false,
        };
        let mut answered = Vec::new();
        client.read_to_end(&mut answered).await.expect("the answers");
        (answered, moved)
    }

    #[tokio::test]
    async fn a_client_that_says_the_right_things_moves() {
        let probe = frame(0x81, b"2probe");
        let expected = ([PROBED, b"behind"].concat(), true);
        assert_eq!(check(&[probe.clone(), frame(0x81, b"5"), b"rest".to_vec()]).await, expected);
        // In several frames, with a ping between them.
        let parts = [frame(0x01, b"2pr"), frame(0x00, b""), frame(0x80, b"obe"), frame(0x89, b"!")];
        let (answered, moved) = check(&[parts.concat(), frame(0x81, b"5"), b"rest".to_vec()]).await;
        assert!(moved);
        assert_eq!(answered, [PROBED, b"\x8a\x01!", b"behind"].concat());
    }

    #[tokio::test]
    async fn whatever_else_happens_the_socket_polls_on() {
        let probe = frame(0x81, b"2probe");
        let ways: [&[Vec<u8>]; 8] = [
            &[],
            std::slice::from_ref(&probe),
            &[probe[..4].to_vec()],
            &[frame(0x81, b"2")],
            &[probe.clone(), frame(0x81, b"42[]")],
            &[probe.clone(), frame(0x88, b"")],
            &[frame(0x82, b"2probe")],
            &[b"\x81\x062probe".to_vec()],
        ];
        for way in ways {
            assert!(!check(way).await.1, "{way:?}");
        }
    }
}
