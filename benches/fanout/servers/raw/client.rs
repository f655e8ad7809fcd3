//! One connection of the server written by hand.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use harness::frames::first_frame;

use crate::servers::raw::event::message;
use harness::protocol::WEBSOCKET_ACCEPT;

/// What the filter looks at.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) user_id: String,
    pub(super) active: bool,
}

/// A connection and who it belongs to.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) stream: TcpStream,
    pub(super) session: Session,
    is_websocket: bool,
    /// The beginning of what has not come to its end.
    rest: Vec<u8>,
    /// What goes out before anything else.
    outgoing: Vec<u8>,
    /// Whether epoll watches for room to write.
    pub(super) is_watched: bool,
}

impl Client {
    pub(super) fn new(stream: TcpStream) -> Self {
        let (rest, outgoing) = (Vec::new(), Vec::new());
        Self { stream, session: Session::default(), is_websocket: false, rest, outgoing, is_watched: false }
    }

    /// Reads what is there, and hands over each message; an error ends the connection.
    pub(super) fn read(&mut self, scratch: &mut [u8], messages: &mut Vec<String>) -> io::Result<()> {
        let kept = self.rest.len();
        scratch[..kept].copy_from_slice(&self.rest);
        let read = match self.stream.read(&mut scratch[kept..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut left = &mut scratch[..kept + read];
        if !self.is_websocket && left.ends_with(b"\r\n\r\n") {
            self.upgrade()?;
            left = &mut [];
        }
        while self.is_websocket
            && let Some(frame) = first_frame(left)
        {
            let (whole, behind) = left.split_at_mut(frame.payload.end);
            let payload = &mut whole[frame.payload];
            let mask = frame.mask.unwrap_or_default();
            payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
            messages.push(String::from_utf8(payload.to_vec()).map_err(io::Error::other)?);
            left = behind;
        }
        self.rest.clear();
        self.rest.extend_from_slice(left);
        Ok(())
    }

    /// Keeps `bytes` until something is sent, and then sends them first.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        self.outgoing.extend_from_slice(bytes);
    }

    /// Sends `bytes` in one call to the kernel, and keeps what it does not take; returns whether it took everything.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<bool> {
        if !self.outgoing.is_empty() {
            self.keep(bytes);
            return self.flush();
        }
        let taken = write(&mut self.stream, bytes)?;
        self.keep(&bytes[taken..]);
        Ok(taken == bytes.len())
    }

    /// Sends what is kept, and returns whether that was everything.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        if self.outgoing.is_empty() {
            return Ok(true);
        }
        let taken = write(&mut self.stream, &self.outgoing)?;
        self.outgoing.drain(..taken);
        Ok(self.outgoing.is_empty())
    }

    fn upgrade(&mut self) -> io::Result<()> {
        self.is_websocket = true;
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {WEBSOCKET_ACCEPT}\r\n\r\n"
        );
        self.send(answer.as_bytes())?;
        self.send(&message(
            br#"0{"sid":"raw","upgrades":[],"pingInterval":3600000,"pingTimeout":3600000,"maxPayload":1000000}"#,
        ))?;
        Ok(())
    }
}

fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match stream.write(bytes) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        taken => taken,
    }
}
