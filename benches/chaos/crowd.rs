//! All members, in one thread.

use std::io;
use std::time::{Duration, Instant};

use harness::Poll;

use crate::calls::Calls;
use crate::member::Member;
use crate::room::Room;

/// How many of a room make calls.
const CALLERS: usize = 20;
/// How long it may take until something is so.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one look takes at most: somebody may be due.
const LOOK: Duration = Duration::from_millis(10);
/// How much one read can bring.
const SCRATCH: usize = 256 * 1024;

/// Everybody, and what they have called for.
pub(crate) struct Crowd {
    port: u16,
    poll: Poll,
    pub(crate) members: Vec<Member>,
    pub(crate) calls: Calls,
    scratch: Vec<u8>,
}

impl Crowd {
    /// Creates so many, who come in by this port; nobody is there yet.
    pub(crate) fn new(port: u16, members: usize, seed: u64) -> io::Result<Self> {
        let member = |number: usize| Member::new(Room::ALL[number % Room::ALL.len()], number, seed);
        let members = (0..members).map(member).collect();
        Ok(Self { port, poll: Poll::new()?, members, calls: Calls::default(), scratch: vec![0; SCRATCH] })
    }

    /// Has so many calls be made in each room, all at once, by some of its members.
    pub(crate) fn burst(&mut self, calls: usize) {
        for room in Room::ALL {
            let mut callers =
                self.members.iter_mut().filter(|member| member.room == room).take(CALLERS).collect::<Vec<_>>();
            let count = callers.len();
            for number in 0..calls {
                let caller = &mut callers[number % count];
                let number = self.calls.make(room);
                if caller.call(number, &mut self.calls).is_err() {
                    caller.lose();
                }
            }
        }
    }

    /// Goes on until something is so; returns whether it is before patience ends.
    pub(crate) fn until(&mut self, is_so: impl Fn(&Self) -> bool) -> io::Result<bool> {
        let start = Instant::now();
        while !is_so(self) {
            if start.elapsed() > PATIENCE {
                return Ok(false);
            }
            self.turn()?;
        }
        Ok(true)
    }

    /// Goes on for a while.
    pub(crate) fn go_on(&mut self, time: Duration) -> io::Result<()> {
        let start = Instant::now();
        while start.elapsed() < time {
            self.turn()?;
        }
        Ok(())
    }

    /// Whether everybody is in their room.
    pub(crate) fn is_inside(&self) -> bool {
        self.members.iter().all(Member::is_inside)
    }

    /// Whether all members of a room have heard the same last event.
    pub(crate) fn is_settled(&self) -> bool {
        Room::ALL.iter().all(|&room| {
            let mut lasts = self.members.iter().filter(|member| member.room == room).map(Member::last);
            lasts.next().is_none_or(|first| first.is_some() && lasts.all(|last| last == first))
        })
    }

    fn turn(&mut self) -> io::Result<()> {
        let Self { port, poll, members, calls, scratch } = self;
        let now = Instant::now();
        for (number, member) in members.iter_mut().enumerate() {
            if member.hears_nothing(now) {
                member.lose();
            }
            if member.is_due(now) {
                match member.come(*port) {
                    Ok(()) => member.arrival().map_or(Ok(()), |arrival| poll.watch(arrival, number))?,
                    Err(_) => member.lose(),
                }
            }
        }
        let mut ready = Vec::new();
        poll.look(Some(LOOK), &mut ready)?;
        for &number in &ready {
            let member = &mut members[number];
            match member.hear(scratch, calls) {
                Ok(()) => {}
                // What should not come is wrong, whatever it is; a connection that is gone is what this is about.
                Err(error) if matches!(error.kind(), io::ErrorKind::Other | io::ErrorKind::InvalidData) => {
                    return Err(error);
                }
                Err(_) => member.lose(),
            }
        }
        Ok(())
    }
}
