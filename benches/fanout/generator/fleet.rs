//! All members of one entrant, and the requests that the first member of each room sends.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use harness::{Join, Login, Poll, ProcessCpu, Socket, unexpected};

use crate::control::{Crowd, Faults, Load, Outcome, Pace};
use crate::generator::room::{Room, Times};
use crate::generator::run::{Run, summary};
use crate::generator::seen::Seen;
use harness::protocol;

/// How many members connect at once.
const TOGETHER: usize = 100;
/// How many segments each member gets before anything is measured.
///
/// A TCP that has heard nothing for a while acknowledges the next 16 segments at once and later ones together. On the loopback
/// interface that is the server's CPU time, and an entrant that was measured a moment ago on the same connections would be spared it.
const LEAD_IN: u64 = 17;
/// How long that may take: to a server for which it takes longer, the difference is small.
const LONGEST_LEAD_IN: Duration = Duration::from_millis(800);
/// How much one read can bring.
const SCRATCH: usize = 256 * 1024;

/// Every member of one entrant.
pub(super) struct Fleet {
    /// Of its servers.
    pids: Vec<u32>,
    /// How long is waited for something to read, in a closed loop.
    nap: Duration,
    poll: Poll,
    sockets: Vec<Socket>,
    seen: Vec<Seen>,
    rooms: Vec<Room>,
    members_of_room: usize,
    scratch: Vec<u8>,
}

impl Fleet {
    /// Connects everybody and joins the rooms.
    pub(super) fn connect(crowd: &Crowd) -> io::Result<Self> {
        let members_of_room = crowd.members / crowd.rooms;
        let members = members_of_room * crowd.rooms;
        let poll = Poll::new()?;
        let mut sockets = Vec::with_capacity(members);
        for start in (0..members).step_by(TOGETHER) {
            let numbers = start..members.min(start + TOGETHER);
            // In turns, beginning with another one in each room: so does who sends.
            let server = |member: usize| &crowd.servers[(member + member / members_of_room) % crowd.servers.len()];
            let open = |member| Socket::open(Ipv4Addr::LOCALHOST, server(member).port);
            let mut group = numbers.clone().map(open).collect::<io::Result<Vec<_>>>()?;
            for (socket, member) in group.iter_mut().zip(numbers.clone()) {
                let token = server(member).tokens.get(member).cloned().unwrap_or_else(|| protocol::user(member));
                socket.log_in(Login { token: Some(&token), ..Login::default() })?;
            }
            for (socket, member) in group.iter_mut().zip(numbers.clone()) {
                socket.logged_in()?;
                socket.join(Join { room: &protocol::room(member / members_of_room), ..Join::default() })?;
            }
            for (socket, member) in group.iter_mut().zip(numbers) {
                let nothing = |packet: &[u8]| Err(unexpected("nothing before anybody calls", packet));
                socket.joined(nothing)?;
                socket.stop_blocking(nothing)?;
                poll.watch(&*socket, member)?;
            }
            sockets.append(&mut group);
        }
        let room = |number| Room::new(protocol::room(number), protocol::members_of(number, members, crowd.rooms));
        Ok(Self {
            pids: crowd.pids.clone(),
            nap: if crowd.sleeps { Duration::from_millis(100) } else { Duration::ZERO },
            poll,
            seen: sockets.iter().map(|_| Seen::default()).collect(),
            sockets,
            rooms: (0..crowd.rooms).map(room).collect(),
            members_of_room,
            scratch: vec![0; SCRATCH],
        })
    }

    /// Sends what `load` says, until all is delivered and answered or nothing has come for too long.
    pub(super) fn run(&mut self, load: &Load) -> io::Result<Outcome> {
        let mut run = Run::new(load, self.sockets.len());
        let first = self.rooms[0].next;
        if !load.is_warm_up {
            self.lead_in(&mut run)?;
        }
        let before = settled(&self.pids)?;
        (run.reads, run.idle) = (0, 0);
        let start = Instant::now();
        match load.pace {
            Pace::InFlight(in_flight) => self.keep_in_flight(in_flight, load.requests, &mut run)?,
            Pace::PerSecond(requests) => self.keep_pace(Duration::from_secs(1) / requests, &mut run)?,
        }
        let wall = start.elapsed();
        self.give_up(&mut run.faults);
        let cpu = settled(&self.pids)?.iter().zip(&before).map(|(now, before)| now.since(before)).sum();
        let deliveries = load.requests * self.sockets.len() as u64;
        // All rooms send equally many.
        let checked = (self.rooms[0].next - first) * self.sockets.len() as u64;
        let Run { reads, idle, faults, times, .. } = run;
        Ok(Outcome { deliveries, checked, cpu, wall, reads, idle, faults, latency: times.map(summary), bus: None })
    }

    /// Goes on until the members have got [`LEAD_IN`] segments each, and everything has arrived.
    fn lead_in(&mut self, run: &mut Run<'_>) -> io::Result<()> {
        let in_flight = match run.load.pace {
            Pace::InFlight(in_flight) => in_flight,
            Pace::PerSecond(_) => 1,
        };
        let start = Instant::now();
        while run.reads < LEAD_IN * self.sockets.len() as u64 && start.elapsed() < LONGEST_LEAD_IN {
            self.keep_in_flight(in_flight, 2 * in_flight as u64, run)?;
        }
        Ok(())
    }

    /// Closed loop. Looks without waiting where there is a core for it, so that the server never has to wake us.
    fn keep_in_flight(&mut self, in_flight: usize, requests: u64, run: &mut Run<'_>) -> io::Result<()> {
        run.heard = Instant::now();
        for room in 0..self.rooms.len() {
            self.rooms[room].left = requests;
            for _ in 0..requests.min(in_flight as u64) {
                self.send(room, Instant::now(), run)?;
            }
        }
        while run.is_under_way(&self.rooms) {
            self.receive(self.nap, run)?;
            while let Some(room) = run.finished.pop() {
                if self.rooms[room].left > 0 {
                    self.send(room, Instant::now(), run)?;
                }
            }
        }
        Ok(())
    }

    /// Open loop. Sleeps between two requests, and counts from when a request should have been sent.
    fn keep_pace(&mut self, interval: Duration, run: &mut Run<'_>) -> io::Result<()> {
        run.times = Some(Times::default());
        run.heard = Instant::now();
        self.rooms.iter_mut().for_each(|room| room.left = run.load.requests);
        let mut due = Instant::now();
        while run.is_under_way(&self.rooms) {
            let now = Instant::now();
            if self.rooms[0].left > 0 && due <= now {
                for room in 0..self.rooms.len() {
                    self.send(room, due, run)?;
                }
                due += interval;
                continue;
            }
            let timeout = if self.rooms[0].left > 0 { due - now } else { Duration::from_millis(100) };
            self.receive(timeout, run)?;
            run.finished.clear();
        }
        Ok(())
    }

    fn send(&mut self, room: usize, due: Instant, run: &mut Run<'_>) -> io::Result<()> {
        let room = &mut self.rooms[room];
        let sender = room.members.start;
        let number = room.sent(due);
        self.sockets[sender].say(&protocol::request(run.load.route, &room.name, number, &run.pad))?;
        run.blocked.push(sender);
        Ok(())
    }

    fn receive(&mut self, timeout: Duration, run: &mut Run<'_>) -> io::Result<()> {
        let Self { poll, sockets, seen, rooms, members_of_room, scratch, .. } = self;
        for sender in std::mem::take(&mut run.blocked) {
            if !sockets[sender].flush()? {
                run.blocked.push(sender);
            }
        }
        let mut ready = std::mem::take(&mut run.ready);
        poll.look(Some(timeout), &mut ready)?;
        if ready.is_empty() {
            run.idle += 1;
        }
        for &member in &ready {
            let room = member / *members_of_room;
            let now = Instant::now();
            run.heard = now;
            let mut pings = 0;
            loop {
                run.reads += 1;
                let more = sockets[member].read(scratch, |packet| match packet {
                    [b'4', b'2', ..] => run.event(member, room, packet, now, &mut seen[member], &mut rooms[room]),
                    [b'4', b'3', ..] => run.acknowledgement(packet, &mut rooms[room]),
                    b"2" => {
                        pings += 1;
                        Ok(())
                    }
                    _ => Err(unexpected("an event, an acknowledgement or a ping", packet)),
                })?;
                if !more {
                    break;
                }
            }
            for _ in 0..pings {
                sockets[member].say("3")?;
            }
        }
        run.ready = ready;
        Ok(())
    }

    fn give_up(&mut self, faults: &mut Faults) {
        for room in &mut self.rooms {
            faults.unanswered += room.unanswered;
            for member in room.members.clone() {
                self.seen[member].give_up(room.next, faults);
            }
            room.give_up();
        }
    }
}

/// Reads the CPU time of each process once it does not change.
fn settled(pids: &[u32]) -> io::Result<Vec<ProcessCpu>> {
    pids.iter().map(|pid| ProcessCpu::settled(*pid)).collect()
}
