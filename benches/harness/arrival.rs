//! A client that finds its own way into a room.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, BorrowedFd};

use serde::Deserialize;

use crate::socket::JOINED;
use crate::{Join, Joined, Login, Socket, unexpected};

/// A connection that never blocks, not even while it comes in: of many that come at once, each takes its next step when the server has
/// answered the one before. It answers pings.
#[derive(Debug)]
pub struct Arrival {
    socket: Socket,
    stage: Stage,
    /// What it says when it may log in, and when it may ask for its room.
    login: String,
    join: String,
    /// How the server calls it.
    id: String,
}

/// What somebody waits for who comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    WebSocket,
    Opening,
    LoggedIn,
    Joined,
    /// It is inside, and waits for nothing.
    Inside,
}

/// The answer to a login.
#[derive(Debug, Deserialize)]
struct Connected {
    sid: String,
}

impl Connected {
    fn read(packet: &[u8]) -> io::Result<Self> {
        Ok(serde_json::from_slice(packet.strip_prefix(b"40").unwrap_or(packet))?)
    }
}

/// What a client hears.
#[derive(Debug)]
pub enum Heard<'a> {
    /// The server has taken the connection.
    Accepted,
    /// It is in its room: what was missed has been sent.
    Joined(Joined),
    /// An event of its room.
    Event(&'a [u8]),
    /// What came of something that it has asked for.
    Answer(&'a [u8]),
}

impl Arrival {
    /// Connects, as [`Socket::open`] does, to log in and to enter a room.
    ///
    /// # Errors
    ///
    /// If nobody listens, or no port is free.
    pub fn open(from: Ipv4Addr, port: u16, login: Login<'_>, join: Join<'_>) -> io::Result<Self> {
        let mut socket = Socket::open(from, port)?;
        socket.stop_blocking(|_| Ok(()))?;
        let (login, join) = (login.packet()?, join.packet()?);
        Ok(Self { socket, stage: Stage::WebSocket, login, join, id: String::new() })
    }

    /// Returns whether it is in its room.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.stage == Stage::Inside
    }

    /// Returns what the server calls it; nothing until it has logged in.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sends a packet, at once or when it [hears](Arrival::hear) something.
    ///
    /// # Errors
    ///
    /// If the connection is gone.
    pub fn say(&mut self, packet: &str) -> io::Result<()> {
        self.socket.say(packet)
    }

    /// Takes in what is there and takes the steps that it allows; `each` is told what there was, in its order.
    ///
    /// # Errors
    ///
    /// If the connection is gone, if something comes that should not, or what `each` says.
    pub fn hear(&mut self, scratch: &mut [u8], mut each: impl FnMut(Heard<'_>) -> io::Result<()>) -> io::Result<()> {
        self.socket.flush()?;
        let (mut stage, mut replies) = (self.stage, Vec::new());
        if stage == Stage::WebSocket {
            if !self.socket.is_upgraded()? {
                return Ok(());
            }
            stage = Stage::Opening;
            each(Heard::Accepted)?;
        }
        let mut take = |packet: &[u8]| {
            let reply = match (stage, packet) {
                (_, b"2") => "3",
                (Stage::Opening, [b'0', b'{', ..]) => {
                    stage = Stage::LoggedIn;
                    self.login.as_str()
                }
                (Stage::LoggedIn, [b'4', b'0', b'{', ..]) => {
                    self.id = Connected::read(packet)?.sid;
                    stage = Stage::Joined;
                    self.join.as_str()
                }
                (Stage::Joined, answer) if answer.starts_with(JOINED) => {
                    stage = Stage::Inside;
                    return each(Heard::Joined(Joined::read(answer)?));
                }
                (Stage::Joined | Stage::Inside, [b'4', b'2', ..]) => return each(Heard::Event(packet)),
                (Stage::Inside, [b'4', b'3', ..]) => return each(Heard::Answer(packet)),
                _ => return Err(unexpected("a packet of a client's life", packet)),
            };
            replies.push(reply);
            Ok(())
        };
        if self.stage == Stage::WebSocket {
            // A message may have come with the answer to the handshake.
            self.socket.stop_blocking(&mut take)?;
        }
        while self.socket.read(scratch, &mut take)? {}
        self.stage = stage;
        for reply in replies {
            self.socket.say(reply)?;
        }
        Ok(())
    }

    /// Ends it without a word: TCP says RST.
    ///
    /// # Errors
    ///
    /// Where the kernel refuses.
    pub fn reset(self) -> io::Result<()> {
        self.socket.reset()
    }
}

impl AsFd for Arrival {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
