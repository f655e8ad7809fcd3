//! One client: a TCP connection that speaks WebSocket, Engine.IO and Socket.IO.
//!
//! It goes in by steps of which each asks for something and waits for what the step before has asked for, so that many go in together: all
//! [`Socket::open`], then all [`Socket::log_in`], [`Socket::join`], [`Socket::joined`]. These block. One that has called
//! [`Socket::stop_blocking`] never blocks again: a [`crate::Poll`] says when it can [`Socket::read`].

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use socket2::{Domain, SockRef, Type};

use crate::frames::{first_frame, put_masked, put_masked_binary, put_masked_close};

/// The example of RFC 6455 §1.3, so that a server written by hand needs no SHA-1.
pub const WEBSOCKET_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// What the answer to a [`Join`] begins with.
pub(crate) const JOINED: &[u8] = b"431[";

/// How long a server may take to answer one that blocks.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who somebody is; nobody in particular by default.
///
/// Source: `tests/wire/handshake.json`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Login<'a> {
    /// Whose session it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
    /// The name of the page, by which it is known again on its next connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<&'a str>,
}

impl Login<'_> {
    pub(crate) fn packet(&self) -> io::Result<String> {
        Ok(format!("40{}", serde_json::to_string(self)?))
    }
}

/// What somebody wants of a room.
///
/// Source: `tests/wire/join_room.json`, `join_room_after.json` and `join_room_presence.json`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Join<'a> {
    /// Its name.
    pub room: &'a str,
    /// The last position that was seen, by one who comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
    /// Whether to hear who is there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub presence: bool,
}

impl Join<'_> {
    pub(crate) fn packet(&self) -> io::Result<String> {
        Ok(format!(r#"421["joinRoom",{}]"#, serde_json::to_string(self)?))
    }
}

/// Where in the order of a room somebody has come in; nothing is said of it by servers that keep no order.
///
/// Source: `tests/wire/join_room_answer.json`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Joined {
    /// The place from which events follow.
    pub pos: String,
    /// Whether all that came behind `after` has been sent.
    pub recovered: bool,
}

impl Joined {
    /// Reads the answer to a [`Join`].
    pub(crate) fn read(packet: &[u8]) -> io::Result<Self> {
        Ok(serde_json::from_slice(success(packet)?)?)
    }
}

/// A connection. It blocks until [`Socket::stop_blocking`], and never afterwards.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
    /// What the kernel did not take yet.
    outgoing: Vec<u8>,
}

impl Socket {
    /// Connects to a port of this machine, from an address of this machine such as 127.0.0.2, and asks for a WebSocket.
    ///
    /// An address has some 28,000 ports, and each may be taken for a minute after its connection has ended.
    ///
    /// # Errors
    ///
    /// If nobody listens, or no port is free.
    pub fn open(from: Ipv4Addr, port: u16) -> io::Result<Self> {
        Self::open_at(from, port, "/socket.io/?EIO=4&transport=websocket")
    }

    /// Connects as [`Socket::open`] does, to a server of another protocol: whatever it sends is a packet.
    ///
    /// # Errors
    ///
    /// If nobody listens, or no port is free.
    pub fn open_at(from: Ipv4Addr, port: u16, path: &str) -> io::Result<Self> {
        let stream = socket2::Socket::new(Domain::IPV4, Type::STREAM, None)?;
        stream.bind(&SocketAddr::from((from, 0)).into())?;
        stream.connect(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
        let mut stream = TcpStream::from(stream);
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {WEBSOCKET_KEY}\r\n\r\n"
        )?;
        Ok(Self { stream, rest: Vec::new(), outgoing: Vec::new() })
    }

    /// Waits for the WebSocket and the opening packet, and logs in.
    ///
    /// # Errors
    ///
    /// If something else comes, or nothing.
    pub fn log_in(&mut self, login: Login<'_>) -> io::Result<()> {
        self.opened()?;
        self.say(&login.packet()?)
    }

    /// Waits for the WebSocket and the opening packet.
    ///
    /// # Errors
    ///
    /// If something else comes, or nothing.
    pub fn opened(&mut self) -> io::Result<()> {
        self.upgraded()?;
        self.expect("0{").map(drop)
    }

    /// Waits for the WebSocket.
    ///
    /// # Errors
    ///
    /// If something else comes, or nothing.
    pub fn upgraded(&mut self) -> io::Result<()> {
        while !self.takes_head()? {
            self.read_more()?;
        }
        Ok(())
    }

    /// Reads once what is there, of one that does not block, and returns whether the server has answered the handshake.
    pub(crate) fn is_upgraded(&mut self) -> io::Result<bool> {
        match self.read_more() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => read?,
        }
        self.takes_head()
    }

    /// Takes the answer to the handshake, if it is all there.
    fn takes_head(&mut self) -> io::Result<bool> {
        let Some(end) = self.rest.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(false) };
        if !self.rest.starts_with(b"HTTP/1.1 101") {
            return Err(unexpected("a WebSocket", &self.rest));
        }
        self.rest.drain(..end + 4);
        Ok(true)
    }

    /// Waits for the login.
    ///
    /// # Errors
    ///
    /// If something else comes, or nothing.
    pub fn logged_in(&mut self) -> io::Result<()> {
        self.expect("40{").map(drop)
    }

    /// Asks for a room; its answer is waited for before another one is asked for.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn join(&mut self, join: Join<'_>) -> io::Result<()> {
        self.say(&join.packet()?)
    }

    /// Waits until it is in the room, and hands over the text of each message that comes before the answer: what was missed.
    ///
    /// # Errors
    ///
    /// If it is refused, if no answer comes, or what `each` says.
    pub fn joined(&mut self, each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Joined> {
        Ok(serde_json::from_slice(&self.answered(1, each)?)?)
    }

    /// Asks to leave a room.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn leave(&mut self, room: &str) -> io::Result<()> {
        self.say(&format!(r#"422["leaveRoom",{{"room":"{room}"}}]"#))
    }

    /// Waits until it has left, and hands over the text of each message that comes before the answer.
    ///
    /// # Errors
    ///
    /// If it is refused, if no answer comes, or what `each` says.
    pub fn left(&mut self, each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        self.answered(2, each).map(drop)
    }

    /// Waits for the answer to the packet of this id, hands over the text of each message that comes before it, and returns its object.
    /// Entering and leaving rooms have the ids 1 and 2.
    ///
    /// # Errors
    ///
    /// If it is none of success, if none comes, or what `each` says.
    pub fn answered(&mut self, id: u64, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Vec<u8>> {
        let beginning = format!("43{id}[");
        loop {
            let text = self.packet()?;
            if text.starts_with(beginning.as_bytes()) {
                return success(&text).map(<[u8]>::to_vec);
            }
            each(&text)?;
        }
    }

    /// Hands over the text of each message that has been read already, pings aside; from now on nothing blocks.
    ///
    /// # Errors
    ///
    /// What `each` says.
    pub fn stop_blocking(&mut self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        while let Some(text) = self.buffered()? {
            each(&text)?;
        }
        self.rest.shrink_to_fit();
        self.stream.set_nonblocking(true)
    }

    /// Sends a packet, at once or with the next [`Socket::flush`].
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn say(&mut self, packet: &str) -> io::Result<()> {
        put_masked(&mut self.outgoing, packet.as_bytes());
        self.flush().map(drop)
    }

    /// Sends bytes as [`Socket::say`] sends text.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn say_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        put_masked_binary(&mut self.outgoing, bytes);
        self.flush().map(drop)
    }

    /// Sends what waits, and returns whether that was all.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn flush(&mut self) -> io::Result<bool> {
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
    ///
    /// # Errors
    ///
    /// If the server has closed it, if something comes that is no message, or what `each` says.
    pub fn read(&mut self, scratch: &mut [u8], each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<bool> {
        let kept = self.rest.len();
        scratch[..kept].copy_from_slice(&self.rest);
        let read = match self.stream.read(&mut scratch[kept..]) {
            Ok(0) => return Err(closed()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let is_full = kept + read == scratch.len();
        let left = hand_over(&scratch[..kept + read], each)?;
        self.rest.clear();
        self.rest.extend_from_slice(left);
        Ok(is_full)
    }

    /// Says that it goes, as a page does that is closed.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn say_close(&mut self) -> io::Result<()> {
        put_masked_close(&mut self.outgoing);
        self.flush().map(drop)
    }

    /// Waits until the server has closed it, too.
    ///
    /// # Errors
    ///
    /// If the server does not.
    pub fn closed(mut self) -> io::Result<()> {
        let mut bytes = [0; 2048];
        while self.stream.read(&mut bytes)? > 0 {}
        Ok(())
    }

    /// Ends it without a word, as a network does that is gone: TCP says RST.
    ///
    /// # Errors
    ///
    /// Where the kernel refuses.
    pub fn reset(self) -> io::Result<()> {
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
    }

    /// Waits for a packet that begins like this.
    fn expect(&mut self, beginning: &str) -> io::Result<Vec<u8>> {
        let text = self.packet()?;
        if text.starts_with(beginning.as_bytes()) { Ok(text) } else { Err(unexpected(beginning, &text)) }
    }

    /// Waits for a packet; answers pings meanwhile.
    ///
    /// # Errors
    ///
    /// If none comes.
    pub fn packet(&mut self) -> io::Result<Vec<u8>> {
        loop {
            match self.buffered()? {
                Some(text) => return Ok(text),
                None => self.read_more()?,
            }
        }
    }

    /// Takes a packet out of what has been read; answers pings before it.
    fn buffered(&mut self) -> io::Result<Option<Vec<u8>>> {
        while let Some(frame) = first_frame(&self.rest) {
            if !frame.is_text && !frame.is_binary {
                return Err(no_message(&self.rest, frame.is_close));
            }
            let text = self.rest[frame.payload.clone()].to_vec();
            self.rest.drain(..frame.payload.end);
            if text != b"2" {
                return Ok(Some(text));
            }
            self.say("3")?;
        }
        Ok(None)
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut bytes = [0; 2048];
        match self.stream.read(&mut bytes)? {
            0 => Err(closed()),
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
#[must_use]
pub fn unexpected(expected: &str, bytes: &[u8]) -> io::Error {
    let got = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
    io::Error::other(format!("the server sent `{got}`: expected {expected}"))
}

/// Returns the object of an answer of success.
fn success(packet: &[u8]) -> io::Result<&[u8]> {
    let object = packet.iter().position(|&byte| byte == b'[').and_then(|at| packet[at + 1..].strip_suffix(b"]"));
    let object = object.filter(|object| object.starts_with(br#"{"status":"success""#));
    object.ok_or_else(|| unexpected("an answer of success", packet))
}

/// Hands over the text of each whole message, and returns what is left.
fn hand_over(mut bytes: &[u8], mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<&[u8]> {
    while let Some(frame) = first_frame(bytes) {
        if !frame.is_text && !frame.is_binary {
            return Err(no_message(bytes, frame.is_close));
        }
        each(&bytes[frame.payload.clone()])?;
        bytes = &bytes[frame.payload.end..];
    }
    Ok(bytes)
}

fn no_message(bytes: &[u8], is_close: bool) -> io::Error {
    if is_close { closed() } else { unexpected("a message", bytes) }
}

/// The error of one that finds its connection closed.
fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed a connection")
}
