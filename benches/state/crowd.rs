//! Those who follow one value, on one server.

use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use harness::protocol::{self, Route};
use harness::{Join, Login, Poll, Socket, unexpected};

use crate::durable::push;
use crate::server::{Kind, Server};

/// How many members connect at once.
const TOGETHER: usize = 100;
/// What everybody is sent before anything is measured: a TCP that has heard nothing for a while acknowledges so many segments one by one,
/// which on this interface is the server's CPU time.
const LEAD_IN: u64 = 17;
/// How long nothing may come before it is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much one read can bring, with what is left of the one before it.
const SCRATCH: usize = 4 * 1024 * 1024;
/// What begins a packet of Colyseus: JOIN_ROOM, of both sides; ROOM_DATA, of a client; ROOM_STATE and ROOM_STATE_PATCH.
const COLYSEUS: (u8, u8, u8, u8) = (10, 13, 14, 15);

/// How much has happened, anywhere.
static HAPPENED: AtomicU64 = AtomicU64::new(0);

/// What happens in a room.
#[derive(Clone, Copy)]
pub(crate) enum Happening<'a> {
    /// A card is moved.
    Action,
    /// An event without a filter, with so much text.
    Event(&'a str),
    /// A note of a scope is changed.
    Mutation,
}

/// Everybody who follows.
pub(crate) struct Crowd<'a> {
    server: &'a Server,
    room: String,
    poll: Poll,
    sockets: Vec<Socket>,
    /// How much each has been told, and how much there was.
    heard: Vec<u64>,
    told: u64,
    /// How long the last thing was that somebody was told.
    length: usize,
    /// How long the whole value was when it came.
    whole: usize,
    scratch: Vec<u8>,
    /// How many mutations were pushed.
    pushed: u64,
}

/// How far something is.
#[derive(Default)]
struct Progress {
    /// How much is over.
    done: u64,
    /// Of what is under way, the oldest first: how many have not been told.
    lacking: VecDeque<usize>,
    unanswered: usize,
    /// How long the last packet was that brought something.
    length: usize,
    /// Who has something to say now, and what.
    replies: Vec<(usize, String)>,
}

impl<'a> Crowd<'a> {
    /// Connects so many; those of a peer follow at once.
    pub(crate) fn connect(server: &'a Server, room: &str, members: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let (mut sockets, mut whole) = (Vec::with_capacity(members), 0);
        while sockets.len() < members {
            let first = sockets.len();
            let open = |member: usize| match server.kind {
                Kind::Ours => Socket::open(Ipv4Addr::LOCALHOST, server.port),
                _ => Socket::open_at(Ipv4Addr::LOCALHOST, server.port, &server.paths[member]),
            };
            let mut group = (first..members.min(first + TOGETHER)).map(open).collect::<io::Result<Vec<_>>>()?;
            if server.kind == Kind::Ours {
                group.iter_mut().try_for_each(|socket| socket.log_in(Login::default()))?;
            }
            for socket in &mut group {
                match server.kind {
                    Kind::Ours => socket.logged_in()?,
                    Kind::Broadcast => {
                        socket.upgraded()?;
                        whole = socket.packet()?.len();
                    }
                    Kind::Colyseus => {
                        socket.upgraded()?;
                        check(&socket.packet()?, &[COLYSEUS.0])?;
                        socket.say_bytes(&[COLYSEUS.0])?;
                        let state = socket.packet()?;
                        check(&state, &[COLYSEUS.2])?;
                        whole = state.len();
                    }
                }
            }
            sockets.append(&mut group);
        }
        for (member, socket) in sockets.iter_mut().enumerate() {
            socket.stop_blocking(|packet| Err(unexpected("nothing", packet)))?;
            poll.watch(&*socket, member)?;
        }
        let (heard, scratch) = (vec![0; members], vec![0; SCRATCH]);
        Ok(Self { server, room: room.to_owned(), poll, sockets, heard, told: 0, length: 0, whole, scratch, pushed: 0 })
    }

    /// Has all of ours enter the room and follow its value at once, and returns how long that takes.
    pub(crate) fn follow(&mut self) -> io::Result<Duration> {
        self.enter(&format!(r#"423["stateOpen",{{"name":"bench/cards","version":"v1","room":"{}"}}]"#, self.room))
    }

    /// Has all of ours enter the room and subscribe to a scope of its own, and returns how long that takes.
    pub(crate) fn subscribe(&mut self) -> io::Result<Duration> {
        self.enter(&format!(r#"423["subscribe",{{"scopes":["{}"]}}]"#, self.scope()))
    }

    fn scope(&self) -> String {
        format!("notes-{}", self.room)
    }

    fn enter(&mut self, open: &str) -> io::Result<Duration> {
        let start = Instant::now();
        self.sockets.iter_mut().try_for_each(|socket| socket.join(Join { room: &self.room, ..Join::default() }))?;
        let mut progress = Progress::default();
        while progress.done < self.sockets.len() as u64 {
            self.hear(&mut progress, |_, packet, progress, member| {
                protocol::check_success(&packet[..packet.len().min(64)])?;
                if packet.starts_with(b"431[") {
                    progress.replies.push((member, open.to_owned()));
                } else {
                    check(packet, b"433[")?;
                    progress.length = packet.len();
                    progress.done += 1;
                }
                Ok(())
            })?;
        }
        self.whole = progress.length;
        Ok(start.elapsed())
    }

    /// Returns how many bytes the whole value took, with its packet.
    pub(crate) fn whole(&self) -> usize {
        self.whole
    }

    /// Returns how long the packet was that was heard last.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Has something happen so often, of which so many are under way at a time, and returns the CPU time of the server for each.
    pub(crate) fn sample(&mut self, what: Happening<'_>, times: u64, in_flight: usize) -> io::Result<Duration> {
        self.happen(what, LEAD_IN * in_flight as u64, in_flight)?;
        let before = self.server.cpu()?;
        self.happen(what, times, in_flight)?;
        Ok(self.server.cpu()?.since(&before) / u32::try_from(times).map_err(io::Error::other)?)
    }

    /// Has something happen so often, and waits until everybody has been told of all of it.
    pub(crate) fn happen(&mut self, what: Happening<'_>, times: u64, in_flight: usize) -> io::Result<()> {
        let (kind, end) = (self.server.kind, self.told + times);
        let mut progress = Progress { done: self.told, ..Progress::default() };
        loop {
            while self.told < end && progress.lacking.len() < in_flight {
                self.send(what)?;
                self.told += 1;
                progress.lacking.push_back(self.sockets.len());
                // Of a peer, there is no answer.
                progress.unanswered += usize::from(kind == Kind::Ours);
            }
            if progress.lacking.is_empty() && progress.unanswered == 0 {
                break;
            }
            self.hear(&mut progress, |heard, packet, progress, member| {
                if kind == Kind::Ours && packet.starts_with(b"43") {
                    progress.unanswered -= 1;
                    return protocol::check_success(packet);
                }
                check(packet, beginning(kind, what))?;
                progress.length = packet.len();
                let lacking = progress.lacking.get_mut((heard[member] - progress.done) as usize);
                *lacking.ok_or_else(|| unexpected("nothing more", packet))? -= 1;
                heard[member] += 1;
                while progress.lacking.pop_front_if(|lacking| *lacking == 0).is_some() {
                    progress.done += 1;
                }
                Ok(())
            })?;
        }
        self.length = progress.length;
        Ok(())
    }

    /// Has all connections break off at once.
    pub(crate) fn reset(self) -> io::Result<()> {
        self.sockets.into_iter().try_for_each(Socket::reset)
    }

    fn send(&mut self, what: Happening<'_>) -> io::Result<()> {
        // Three digits, and never the same as before, whoever was here.
        let number = HAPPENED.fetch_add(1, Ordering::Relaxed);
        let x = 101 + number % 899;
        let scope = self.scope();
        let first = &mut self.sockets[0];
        match (self.server.kind, what) {
            (Kind::Ours, Happening::Action) => first.say(&action(&self.room, number, x)),
            (Kind::Ours, Happening::Mutation) => {
                self.pushed += 1;
                let push = push(&format!("first-of-{}", self.room), self.pushed, &scope);
                first.say(&format!("42{number}[\"push\",{push}]"))
            }
            (Kind::Ours, Happening::Event(pad)) => first.say(&protocol::request(Route::Plain, &self.room, number, pad)),
            (Kind::Broadcast, _) => first.say(&format!(r#"{{"id":"c00042","x":{x}}}"#)),
            // The message `move` with `{id: "c00042", x}` in MessagePack.
            (Kind::Colyseus, _) => {
                let [.., high, low] = x.to_be_bytes();
                let message = [&b"\xa4move\x82\xa2id\xa6c00042\xa1x\xcd"[..], &[high, low]].concat();
                first.say_bytes(&[&[COLYSEUS.1][..], &message].concat())
            }
        }
    }

    /// Takes in what there is, without waiting, so that the server never has to wake us.
    fn hear(
        &mut self,
        progress: &mut Progress,
        mut each: impl FnMut(&mut [u64], &[u8], &mut Progress, usize) -> io::Result<()>,
    ) -> io::Result<()> {
        let (start, mut ready) = (Instant::now(), Vec::new());
        while ready.is_empty() {
            self.poll.look(Some(Duration::ZERO), &mut ready)?;
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other("nothing comes any more, and somebody lacks something"));
            }
        }
        let Self { sockets, heard, scratch, .. } = self;
        for &member in &ready {
            let mut take = |packet: &[u8]| match packet {
                b"2" => {
                    progress.replies.push((member, "3".to_owned()));
                    Ok(())
                }
                packet => each(heard, packet, progress, member),
            };
            while sockets[member].read(scratch, &mut take)? {}
        }
        for (member, reply) in progress.replies.drain(..) {
            sockets[member].say(&reply)?;
        }
        Ok(())
    }
}

/// How the packet begins in which a member is told of something.
fn beginning(kind: Kind, what: Happening<'_>) -> &'static [u8] {
    match (kind, what) {
        (Kind::Ours, Happening::Action) => br#"42["state","#,
        (Kind::Ours, Happening::Event(_)) => br#"42["sync","#,
        (Kind::Ours, Happening::Mutation) => br#"42["poke","#,
        (Kind::Broadcast, _) => b"{",
        (Kind::Colyseus, _) => &[COLYSEUS.3],
    }
}

/// Writes the packet of an action.
fn action(room: &str, number: u64, x: u64) -> String {
    let place = format!(r#""name":"bench/cards","version":"v1","room":"{room}""#);
    format!(r#"42{number}["stateAct",{{{place},"action":{{"move":{{"id":"c00042","x":{x}}}}}}}]"#)
}

fn check(packet: &[u8], beginning: &[u8]) -> io::Result<()> {
    if packet.starts_with(beginning) {
        return Ok(());
    }
    Err(unexpected(&String::from_utf8_lossy(beginning), packet))
}
