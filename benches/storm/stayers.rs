//! Those who stay, among whom events go on.

use std::io;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::protocol::{self, Route};
use harness::{Arrival, Heard, Join, Login, Poll, unexpected};

use crate::ear::{Ear, Faults, PAD, ROOM};
use crate::server::Server;

/// Ten events a second go on.
const EVERY: Duration = Duration::from_millis(100);
/// How many are on their way where they follow each other as fast as they can.
const IN_FLIGHT: u64 = 8;
/// How long nothing may come before the rest is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much one read can bring.
const SCRATCH: usize = 64 * 1024;

/// Everybody who stays; the first of them causes the events.
pub(crate) struct Stayers {
    route: Route,
    pad: String,
    poll: Poll,
    members: Vec<(Arrival, Ear)>,
    /// When each event was to be sent.
    due: Vec<Instant>,
    /// How many members have heard each event.
    heard: Vec<usize>,
    /// How many of the first events all members have heard.
    done: u64,
    /// Milliseconds until a member heard an event.
    latencies: Vec<f64>,
    scratch: Vec<u8>,
}

impl Stayers {
    /// Has those of these numbers come in.
    pub(crate) fn come(server: &Server, route: Route, numbers: Range<usize>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut members = Vec::with_capacity(numbers.len());
        for number in numbers {
            let login = Login { token: Some(&server.tokens[number]), tab: None };
            let join = Join { room: ROOM, ..Join::default() };
            let arrival = Arrival::open(Ipv4Addr::LOCALHOST, server.port, login, join)?;
            poll.watch(&arrival, members.len())?;
            members.push((arrival, Ear::new(route, number)));
        }
        let mut stayers = Self {
            route,
            pad: protocol::pad(PAD),
            poll,
            members,
            due: Vec::new(),
            heard: Vec::new(),
            done: 0,
            latencies: Vec::new(),
            scratch: vec![0; SCRATCH],
        };
        while !stayers.members.iter().all(|(arrival, _)| arrival.is_inside()) {
            stayers.hear(PATIENCE)?;
        }
        Ok(stayers)
    }

    /// Returns the number of the event that is next.
    pub(crate) fn next(&self) -> u64 {
        self.due.len() as u64
    }

    /// Has so many events happen, as fast as they go.
    pub(crate) fn burst(&mut self, events: u64) -> io::Result<()> {
        let end = self.next() + events;
        while self.done < end {
            while self.next() < end && self.next() < self.done + IN_FLIGHT {
                self.send(Instant::now())?;
            }
            self.hear(PATIENCE)?;
        }
        self.latencies.clear();
        Ok(())
    }

    /// Has events go on at their pace until told to stop, and returns after how many milliseconds each member heard each of them,
    /// counted from when it was to be sent.
    pub(crate) fn go_on(&mut self, goes_on: &AtomicBool) -> io::Result<Vec<f64>> {
        let mut due = Instant::now();
        while goes_on.load(Ordering::Relaxed) {
            let now = Instant::now();
            if due <= now {
                self.send(due)?;
                due += EVERY;
            } else {
                self.listen(due - now)?;
            }
        }
        while self.done < self.next() {
            self.hear(PATIENCE)?;
        }
        Ok(std::mem::take(&mut self.latencies))
    }

    /// Returns what went wrong.
    pub(crate) fn settle(&mut self) -> Faults {
        let (next, mut faults) = (self.next(), Faults::default());
        self.members.iter_mut().for_each(|(_, ear)| faults += ear.settle(next));
        faults
    }

    fn send(&mut self, due: Instant) -> io::Result<()> {
        let packet = protocol::request(self.route, ROOM, self.next(), &self.pad);
        self.due.push(due);
        self.heard.push(0);
        self.members[0].0.say(&packet)
    }

    /// Takes in what comes.
    ///
    /// # Errors
    ///
    /// If nothing does.
    fn hear(&mut self, timeout: Duration) -> io::Result<()> {
        if self.listen(timeout)? { Ok(()) } else { Err(io::Error::other("those who stay hear nothing")) }
    }

    /// Takes in what there is; returns whether there was anything, at the latest after `timeout`.
    fn listen(&mut self, timeout: Duration) -> io::Result<bool> {
        let Self { poll, members, due, heard, latencies, scratch, .. } = self;
        let mut ready = Vec::new();
        poll.look(Some(timeout), &mut ready)?;
        for &number in &ready {
            let (arrival, ear) = &mut members[number];
            arrival.hear(scratch, |what| {
                match what {
                    Heard::Accepted => {}
                    Heard::Joined(joined) => ear.joined(joined.pos, joined.recovered),
                    Heard::Event(packet) => {
                        let event = ear.event(packet)? as usize;
                        let due = due.get(event).ok_or_else(|| unexpected("an event that was sent", packet))?;
                        heard[event] += 1;
                        latencies.push(due.elapsed().as_secs_f64() * 1e3);
                    }
                    Heard::Answer(packet) => protocol::check_success(packet)?,
                }
                Ok(())
            })?;
        }
        while self.heard.get(self.done as usize).is_some_and(|&heard| heard >= self.members.len()) {
            self.done += 1;
        }
        Ok(!ready.is_empty())
    }
}
