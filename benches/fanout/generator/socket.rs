//! One member: a TCP connection that speaks WebSocket, Engine.IO and Socket.IO.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use crate::frames::{first_frame, put_masked};
use crate::protocol::WEBSOCKET_KEY;

/// How long a server may take to answer while members connect.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection. It blocks until [`Socket::is_joined`], and never afterwards.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
    /// What the kernel did not take yet.
    outgoing: Vec<u8>,
}

impl Socket {
    /// Connects and asks for a WebSocket.
    pub(super) fn open(port: u16) -> io::Result<Self> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {WEBSOCKET_KEY}\r\n\r\n"
        )?;
        Ok(Self { stream, rest: Vec::new(), outgoing: Vec::new() })
    }

    /// Waits for the WebSocket and the opening packet, and logs in.
    pub(super) fn log_in(&mut self, token: &str) -> io::Result<()> {
        let end = loop {
            if let Some(end) = self.rest.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            self.read_more()?;
        };
        if !self.rest.starts_with(b"HTTP/1.1 101") {
            return Err(unexpected("a WebSocket", &self.rest));
        }
        self.rest.drain(..end + 4);
        self.expect("0{")?;
        self.say(&format!("40{{\"token\":\"{token}\"}}"))
    }

    /// Waits for the login and enters a room.
    pub(super) fn join(&mut self, room: &str) -> io::Result<()> {
        self.expect("40{")?;
        self.say(&format!(r#"421["joinRoom",{{"room":"{room}"}}]"#))
    }

    /// Waits until it is in the room; from now on nothing blocks.
    pub(super) fn is_joined(&mut self) -> io::Result<()> {
        self.expect(r#"431[{"status":"success""#)?;
        self.rest = Vec::new();
        self.stream.set_nonblocking(true)
    }

    /// Sends a packet, at once or with the next [`Socket::flush`].
    pub(super) fn say(&mut self, packet: &str) -> io::Result<()> {
        put_masked(&mut self.outgoing, packet.as_bytes());
        self.flush().map(drop)
    }

    /// Sends what waits, and returns whether that was all.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        while !self.outgoing.is_empty() {
            match self.stream.write(&self.outgoing) {
                Ok(taken) => drop(self.outgoing.drain(..taken)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Reads once what is there, hands over the text of each whole message, and returns whether more may be there.
    pub(super) fn read(
        &mut self,
        scratch: &mut [u8],
        mut each: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<bool> {
        let kept = self.rest.len();
        scratch[..kept].copy_from_slice(&self.rest);
        let read = match self.stream.read(&mut scratch[kept..]) {
            Ok(0) => return Err(io::Error::other("the server closed a connection")),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let is_full = kept + read == scratch.len();
        let mut left = &scratch[..kept + read];
        while let Some(frame) = first_frame(left) {
            if !frame.is_text {
                return Err(unexpected("a text message", left));
            }
            each(&left[frame.payload.clone()])?;
            left = &left[frame.payload.end..];
        }
        self.rest.clear();
        self.rest.extend_from_slice(left);
        Ok(is_full)
    }

    /// Waits for a packet that begins like this; answers pings meanwhile.
    fn expect(&mut self, beginning: &str) -> io::Result<()> {
        loop {
            let Some(frame) = first_frame(&self.rest) else {
                self.read_more()?;
                continue;
            };
            let text = &self.rest[frame.payload.clone()];
            let (is_ping, is_expected) = (text == b"2", text.starts_with(beginning.as_bytes()));
            if !is_ping && !is_expected {
                return Err(unexpected(beginning, text));
            }
            self.rest.drain(..frame.payload.end);
            if is_expected {
                return Ok(());
            }
            self.say("3")?;
        }
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut bytes = [0; 2048];
        match self.stream.read(&mut bytes)? {
            0 => Err(io::Error::other("the server closed a connection")),
            read => {
                self.rest.extend_from_slice(&bytes[..read]);
                Ok(())
            }
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// Says what a server should have sent.
pub(super) fn unexpected(expected: &str, bytes: &[u8]) -> io::Error {
    let got = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
    io::Error::other(format!("the server sent `{got}`: expected {expected}"))
}
