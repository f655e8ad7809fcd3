//! A thread in which members come in, so that what is waited for there holds up nobody who is in.

use std::io;
use std::net::Ipv4Addr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::spawn;

use harness::{Join, Joined, Login, Socket};

/// A page, before and after it is connected.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) from: Ipv4Addr,
    /// The session, if it is no guest's.
    pub(super) token: Option<String>,
    pub(super) tab: String,
    pub(super) room: String,
}

/// A member that wants to come in.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) member: usize,
    pub(super) page: Page,
    /// Where it was in the order of the room.
    pub(super) after: Option<String>,
}

/// A member that has come in.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) member: usize,
    pub(super) socket: Socket,
    pub(super) joined: Joined,
    /// The packets that came before the answer.
    pub(super) missed: Vec<Vec<u8>>,
}

/// The way to the thread, which ends with this value.
pub(super) struct Arrivals {
    wanted: Sender<Wanted>,
    arrived: Receiver<io::Result<Arrived>>,
}

impl Arrivals {
    pub(super) fn new(port: u16) -> Self {
        let (wanted, wishes) = channel::<Wanted>();
        let (come, arrived) = channel();
        spawn(move || wishes.into_iter().map(|wanted| arrive(port, wanted)).try_for_each(|member| come.send(member)));
        Self { wanted, arrived }
    }

    /// Has a member come in as soon as those before it have.
    pub(super) fn want(&self, wanted: Wanted) -> io::Result<()> {
        self.wanted.send(wanted).map_err(io::Error::other)
    }

    /// Waits for the next one that has come in.
    pub(super) fn next(&self) -> io::Result<Arrived> {
        self.arrived.recv().map_err(io::Error::other)?
    }

    /// Returns the next one, if it has come in.
    pub(super) fn ready(&self) -> io::Result<Option<Arrived>> {
        self.arrived.try_recv().ok().transpose()
    }
}

fn arrive(port: u16, wanted: Wanted) -> io::Result<Arrived> {
    let Wanted { member, page, after } = wanted;
    let mut socket = Socket::open(page.from, port)?;
    socket.log_in(Login { token: page.token.as_deref(), tab: Some(&page.tab) })?;
    socket.logged_in()?;
    socket.join(Join { room: &page.room, after: after.as_deref(), presence: false })?;
    let mut missed = Vec::new();
    let joined = socket.joined(|packet| {
        missed.push(packet.to_vec());
        Ok(())
    })?;
    Ok(Arrived { member, socket, joined, missed })
}
