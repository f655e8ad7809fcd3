//! All members, and what they find.

use std::io;
use std::mem::take;
use std::time::{Duration, Instant};

use harness::{Poll, unexpected};

use crate::day::arrivals::{Arrivals, Arrived};
use crate::day::event::{Event, call, check_answer};
use crate::day::faults::Faults;
use crate::day::heard::Heard;
use crate::day::member::Member;
use crate::day::{FASTER, MEMBERS_OF_ROOM, ROOMS};
use crate::server::Server;

/// How much one read can bring.
const SCRATCH: usize = 256 * 1024;
/// How often it is looked who goes and who has come.
const HOUSEKEEPING: Duration = Duration::from_millis(10);
/// Of how many events one is measured.
const SAMPLE: u64 = 16;
/// How far behind its room a member may be and still be shown what it missed: 1,000 events are kept, and the way back takes time.
const KEPT: u64 = 700;
/// How long everything may take to arrive when nobody calls any more.
const PATIENCE: Duration = Duration::from_secs(10);

/// All members.
pub(super) struct Crowd {
    poll: Poll,
    arrivals: Arrivals,
    members: Vec<Member>,
    rooms: Vec<Room>,
    found: Found,
    ready: Vec<usize>,
    scratch: Vec<u8>,
}

/// What has been called in one room.
#[derive(Debug, Default)]
struct Room {
    /// When each event was to be called.
    due: Vec<Instant>,
    answers: u64,
}

/// What the members find.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) events: u64,
    /// Deliveries whose number was compared with the one before.
    pub(crate) checked: u64,
    /// Those of them that came before the answer to a join.
    pub(crate) missed: u64,
    pub(crate) recovered: u64,
    pub(crate) told: u64,
    pub(crate) new_pages: u64,
    pub(crate) faults: Faults,
    /// In seconds, from when a call was to be made until a member has its event.
    pub(crate) latencies: Vec<f64>,
}

impl Crowd {
    /// Connects everybody.
    pub(super) fn connect(server: &Server) -> io::Result<Self> {
        let mut crowd = Self {
            poll: Poll::new()?,
            arrivals: Arrivals::new(server.port),
            members: (0..ROOMS * MEMBERS_OF_ROOM).map(|number| Member::new(server, number)).collect(),
            rooms: (0..ROOMS).map(|_| Room::default()).collect(),
            found: Found::default(),
            ready: Vec::new(),
            scratch: vec![0; SCRATCH],
        };
        for member in &mut crowd.members {
            crowd.arrivals.want(member.wanted())?;
        }
        for _ in 0..crowd.members.len() {
            let arrived = crowd.arrivals.next()?;
            crowd.let_in(arrived)?;
        }
        crowd.found.new_pages = 0;
        Ok(crowd)
    }

    /// Has so many events of each room happen, at their pace; `watch` is called now and then.
    pub(super) fn pass(&mut self, events: u64, mut watch: impl FnMut() -> io::Result<()>) -> io::Result<()> {
        let begun = Instant::now();
        let interval = Duration::from_secs(1) / (FASTER as u32 * ROOMS as u32);
        let (mut called, mut looks) = (0, begun);
        while called < events * ROOMS as u64 {
            let now = Instant::now();
            let mut due = begun + interval * called as u32;
            while due <= now && called < events * ROOMS as u64 {
                self.call(called, due)?;
                called += 1;
                due += interval;
            }
            self.listen(due.saturating_duration_since(Instant::now()))?;
            if looks <= now {
                self.come_and_go(now)?;
                watch()?;
                looks = now + HOUSEKEEPING;
            }
        }
        Ok(())
    }

    /// Has everybody come back, waits until all have heard the last of so many events, and returns what was found.
    pub(super) fn finish(mut self, events: u64) -> io::Result<Found> {
        let begun = Instant::now();
        while !self.has_heard(events) && begun.elapsed() < PATIENCE {
            self.listen(HOUSEKEEPING)?;
            self.come_back()?;
        }
        for member in &self.members {
            let missing = member.missing(events);
            if missing > 0 {
                self.found.faults.lose(missing, || format!("{} still misses {missing} events", member.name()));
            }
        }
        self.found.faults.unanswered = self.rooms.iter().map(|room| room.due.len() as u64 - room.answers).sum();
        Ok(self.found)
    }

    /// Makes the call of this number, counted over all rooms: each room has its turn.
    fn call(&mut self, called: u64, due: Instant) -> io::Result<()> {
        let (room, number) = (called as usize % ROOMS, called / ROOMS as u64);
        let caller = &mut self.members[room * MEMBERS_OF_ROOM];
        let packet = call(caller.room_name(), number);
        let socket = caller.socket.as_mut().ok_or_else(|| io::Error::other("a caller is not there"))?;
        socket.say(&packet)?;
        self.rooms[room].due.push(due);
        self.found.events += 1;
        Ok(())
    }

    /// Takes in what comes, or waits so long for it.
    fn listen(&mut self, long: Duration) -> io::Result<()> {
        let mut ready = take(&mut self.ready);
        self.poll.look(Some(long), &mut ready)?;
        ready.iter().try_for_each(|&member| self.read(member))?;
        self.ready = ready;
        Ok(())
    }

    fn read(&mut self, member: usize) -> io::Result<()> {
        let Self { members, rooms, found, scratch, .. } = self;
        let member = &mut members[member];
        let room = &mut rooms[member.room()];
        let (now, mut pings) = (Instant::now(), 0);
        // It may have gone since it was found to be readable.
        let Some(mut socket) = member.socket.take() else { return Ok(()) };
        while socket.read(scratch, |packet| match packet {
            b"2" => {
                pings += 1;
                Ok(())
            }
            [b'4', b'3', ..] => room.answer(packet),
            _ => found.hear(member, packet, Some((&*room, now))),
        })? {}
        for _ in 0..pings {
            socket.say("3")?;
        }
        member.socket = Some(socket);
        Ok(())
    }

    /// Lets in who has come, and has those go and come whose time it is.
    fn come_and_go(&mut self, now: Instant) -> io::Result<()> {
        while let Some(arrived) = self.arrivals.ready()? {
            self.let_in(arrived)?;
        }
        for member in &mut self.members {
            if member.changes.is_none_or(|changes| changes > now) {
                continue;
            }
            match member.socket {
                Some(_) => member.leave(now)?,
                None => self.arrivals.want(member.wanted())?,
            }
        }
        Ok(())
    }

    /// Lets in who has come; nobody goes any more, and everybody comes.
    fn come_back(&mut self) -> io::Result<()> {
        while let Some(arrived) = self.arrivals.ready()? {
            self.let_in(arrived)?;
        }
        for member in self.members.iter_mut().filter(|member| member.is_away()) {
            self.arrivals.want(member.wanted())?;
        }
        Ok(())
    }

    fn let_in(&mut self, arrived: Arrived) -> io::Result<()> {
        let Arrived { member: number, mut socket, joined, missed } = arrived;
        let Self { members, rooms, found, poll, .. } = self;
        let member = &mut members[number];
        let next = rooms[member.room()].due.len() as u64;
        let name = member.name();
        match &mut member.heard {
            None => {
                found.new_pages += 1;
                member.heard = Some(Heard::new(joined.pos, next));
            }
            Some(heard) if !joined.recovered => {
                found.told += 1;
                // Who has heard nothing at all was there for a moment only.
                if let Some(last) = heard.last {
                    found.check_memory(&name, last, next);
                }
                heard.has_missed(joined.pos, next);
            }
            Some(_) => found.recovered += 1,
        }
        found.missed += missed.len() as u64;
        missed.iter().try_for_each(|packet| found.hear(member, packet, None))?;
        socket.stop_blocking(|packet| found.hear(member, packet, None))?;
        poll.watch(&socket, number)?;
        member.counts_from = next;
        member.socket = Some(socket);
        member.stay(Instant::now());
        Ok(())
    }

    fn has_heard(&self, events: u64) -> bool {
        let has_all = |member: &Member| member.socket.is_some() && member.missing(events) == 0;
        self.members.iter().all(has_all) && self.rooms.iter().all(|room| room.answers == events)
    }
}

impl Room {
    fn answer(&mut self, packet: &[u8]) -> io::Result<()> {
        self.answers += 1;
        check_answer(packet)
    }
}

impl Found {
    /// Checks an event that a member hears, and measures it if it is live.
    fn hear(&mut self, member: &mut Member, packet: &[u8], live: Option<(&Room, Instant)>) -> io::Result<()> {
        let event = Event::read(packet, member.room_name())?;
        let number = event.number();
        let heard = member.heard.as_mut().ok_or_else(|| unexpected("nothing before the answer", packet))?;
        let last = heard.last;
        self.checked += 1;
        if let Some(wrong) = heard.hear(number, event.pos) {
            self.faults.count(wrong, || format!("{} heard {number} behind {last:?}: {wrong:?}", member.name()));
        }
        if let Some((room, now)) = live
            && number >= member.counts_from
            && number.is_multiple_of(SAMPLE)
        {
            self.latencies.push((now - room.due[number as usize]).as_secs_f64());
        }
        Ok(())
    }

    /// Checks that one who was not shown what it missed has been away for too long.
    fn check_memory(&mut self, member: &str, last: u64, next: u64) {
        if next - last <= KEPT {
            self.faults.forget(|| format!("{member} was not shown what came behind {last}, when {next} was the next"));
        }
    }
}
