//! Those who lose their connections and come back.

use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::time::{Duration, Instant};

use harness::protocol::{self, Route};
use harness::{Arrival, Heard, Join, Login, Poll, unexpected};

use crate::ear::{Ear, Faults, ROOM};
use crate::server::Server;

/// How many connections may wait to be accepted: one more than the listening socket holds would be tried again after a second.
const UNACCEPTED: usize = 1000;
/// How long nothing may come before the rest is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much one read can bring.
const SCRATCH: usize = 256 * 1024;

/// Everybody who goes and comes back.
pub(crate) struct Crowd<'a> {
    server: &'a Server,
    poll: Poll,
    members: Vec<Member<'a>>,
    scratch: Vec<u8>,
}

struct Member<'a> {
    token: &'a str,
    tab: String,
    ear: Ear,
    arrival: Option<Arrival>,
}

/// How far a return is.
#[derive(Default)]
struct Progress {
    /// How many have connected, and are not accepted.
    unaccepted: usize,
    joined: usize,
}

impl<'a> Crowd<'a> {
    /// Creates those of these numbers; nobody is there yet.
    pub(crate) fn new(server: &'a Server, route: Route, numbers: Range<usize>) -> io::Result<Self> {
        let member = |number: usize| Member {
            token: &server.tokens[number],
            tab: protocol::user(number),
            ear: Ear::new(route, number),
            arrival: None,
        };
        let members = numbers.map(member).collect();
        Ok(Self { server, poll: Poll::new()?, members, scratch: vec![0; SCRATCH] })
    }

    /// Has all connections break off at once.
    pub(crate) fn lose(&mut self) -> io::Result<()> {
        self.members.iter_mut().filter_map(|member| member.arrival.take()).try_for_each(Arrival::reset)
    }

    /// Has everybody join as if it had never been there.
    pub(crate) fn forget(&mut self) {
        self.members.iter_mut().for_each(|member| member.ear.forget());
    }

    /// Has all come back at once, and returns how long it takes until the last one is in the room.
    pub(crate) fn come(&mut self) -> io::Result<Duration> {
        let (start, mut progress, mut next) = (Instant::now(), Progress::default(), 0);
        while progress.joined < self.members.len() {
            while next < self.members.len() && progress.unaccepted < UNACCEPTED {
                self.open(next)?;
                progress.unaccepted += 1;
                next += 1;
            }
            if !self.hear(PATIENCE, &mut progress)? {
                return Err(io::Error::other("nothing came for too long, and somebody is still without an answer"));
            }
        }
        Ok(start.elapsed())
    }

    /// Waits until all have heard the events before this one, and returns what went wrong.
    pub(crate) fn settle(&mut self, end: u64) -> io::Result<Faults> {
        let mut progress = Progress::default();
        while !self.members.iter().all(|member| member.ear.has_heard_all(end)) {
            if !self.hear(PATIENCE, &mut progress)? {
                break;
            }
        }
        // What should not come would be here by now.
        while self.hear(Duration::from_millis(50), &mut progress)? {}
        let mut faults = Faults::default();
        self.members.iter_mut().for_each(|member| faults += member.ear.settle(end));
        Ok(faults)
    }

    fn open(&mut self, number: usize) -> io::Result<()> {
        let member = &mut self.members[number];
        let login = Login { token: Some(member.token), tab: Some(&member.tab) };
        let join = Join { room: ROOM, after: member.ear.place(), ..Join::default() };
        let arrival = Arrival::open(Ipv4Addr::LOCALHOST, self.server.port, login, join)?;
        self.poll.watch(&arrival, number)?;
        member.arrival = Some(arrival);
        Ok(())
    }

    /// Takes in what there is; returns whether there was anything, at the latest after `timeout`.
    fn hear(&mut self, timeout: Duration, progress: &mut Progress) -> io::Result<bool> {
        let mut ready = Vec::new();
        self.poll.look(Some(timeout), &mut ready)?;
        for &number in &ready {
            let Member { ear, arrival, .. } = &mut self.members[number];
            let Some(arrival) = arrival else { continue };
            arrival.hear(&mut self.scratch, |heard| {
                match heard {
                    Heard::Accepted => progress.unaccepted -= 1,
                    Heard::Joined(joined) => {
                        progress.joined += 1;
                        ear.joined(joined.pos, joined.recovered);
                    }
                    Heard::Event(packet) => drop(ear.event(packet)?),
                    Heard::Answer(packet) => return Err(unexpected("an event", packet)),
                }
                Ok(())
            })?;
        }
        Ok(!ready.is_empty())
    }
}
