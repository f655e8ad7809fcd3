//! One member of a room, over all of its connections.

use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use harness::{Arrival, Heard, Join, Joined, Login, unexpected};
use serde::Deserialize;

use crate::calls::Calls;
use crate::chance::Chance;
use crate::room::Room;

/// How many milliseconds it waits before it comes back.
const AWAY: std::ops::Range<u64> = 20..300;
/// How long nothing may come, not even a ping, before it takes its connection for lost.
const SILENCE: Duration = Duration::from_secs(4);

/// What was heard without a gap that the member knows of.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// When it was told where it is.
    pub(crate) began: Instant,
    /// The numbers of the events, in the order in which they came.
    pub(crate) heard: Vec<u32>,
}

/// One member. Its page has a name, by which the server knows it again.
pub(crate) struct Member {
    pub(crate) room: Room,
    tab: String,
    chance: Chance,
    arrival: Option<Arrival>,
    /// When it comes back.
    due: Instant,
    last_heard: Instant,
    /// The place of the last event, or the one where it came in.
    place: Option<String>,
    /// Whether an event has come on this connection.
    is_shown: bool,
    /// The calls that it has made and that are not answered, oldest first.
    calls: VecDeque<u32>,
    /// What it has heard: a new stretch where it was told of a gap.
    pub(crate) stretches: Vec<Stretch>,
    /// How often its connection was lost.
    pub(crate) losses: u64,
    /// How often it was told that it has been shown everything.
    pub(crate) recovered: u64,
    /// When it was told that it has not.
    pub(crate) gaps: Vec<Instant>,
}

/// What the server tells a member of its room.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Told {
    room: String,
    pos: String,
    server_output: Option<Said>,
}

#[derive(Debug, Deserialize)]
struct Said {
    number: u32,
}

impl Member {
    pub(crate) fn new(room: Room, number: usize, seed: u64) -> Self {
        let now = Instant::now();
        Self {
            room,
            tab: format!("the-name-of-page-{number:05}"),
            chance: Chance::new(!seed, number as u64),
            arrival: None,
            due: now,
            last_heard: now,
            place: None,
            is_shown: false,
            calls: VecDeque::new(),
            stretches: Vec::new(),
            losses: 0,
            recovered: 0,
            gaps: Vec::new(),
        }
    }

    /// Returns its connection.
    pub(crate) fn arrival(&self) -> Option<&Arrival> {
        self.arrival.as_ref()
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.arrival.as_ref().is_some_and(Arrival::is_inside)
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.arrival.is_none() && self.due <= now
    }

    pub(crate) fn hears_nothing(&self, now: Instant) -> bool {
        self.arrival.is_some() && now - self.last_heard > SILENCE
    }

    /// Returns the last number that it has heard since it was last told of a gap.
    pub(crate) fn last(&self) -> Option<u32> {
        self.stretches.last()?.heard.last().copied()
    }

    /// Comes in, behind what it has heard.
    pub(crate) fn come(&mut self, port: u16) -> io::Result<()> {
        let login = Login { token: None, tab: Some(&self.tab) };
        let join = Join { room: self.room.name(), after: self.place.as_deref(), ..Join::default() };
        self.arrival = Some(Arrival::open(Ipv4Addr::LOCALHOST, port, login, join)?);
        (self.last_heard, self.is_shown) = (Instant::now(), false);
        Ok(())
    }

    /// Has lost its connection.
    pub(crate) fn lose(&mut self) {
        self.losses += u64::from(self.arrival.take().is_some());
        self.due = Instant::now() + self.chance.millis(AWAY);
    }

    /// Makes a call, which is sent when it is inside, and again each time that it comes back without an answer.
    pub(crate) fn call(&mut self, number: u32, calls: &mut Calls) -> io::Result<()> {
        self.calls.push_back(number);
        match &mut self.arrival {
            Some(arrival) if arrival.is_inside() => arrival.say(&calls.packet(number, arrival.id())),
            _ => Ok(()),
        }
    }

    /// Takes in what there is.
    pub(crate) fn hear(&mut self, scratch: &mut [u8], calls: &mut Calls) -> io::Result<()> {
        let Some(mut arrival) = self.arrival.take() else { return Ok(()) };
        self.last_heard = Instant::now();
        let was_inside = arrival.is_inside();
        let heard = arrival.hear(scratch, |heard| match heard {
            Heard::Accepted => Ok(()),
            Heard::Joined(joined) => {
                self.joined(joined);
                Ok(())
            }
            Heard::Event(packet) => self.event(packet),
            Heard::Answer(packet) => {
                let number = calls.answered(packet)?;
                self.calls.retain(|open| *open != number);
                Ok(())
            }
        });
        let is_back = arrival.is_inside() && !was_inside;
        let arrival = self.arrival.insert(arrival);
        heard?;
        if is_back {
            for &number in &self.calls {
                arrival.say(&calls.packet(number, arrival.id()))?;
            }
        }
        Ok(())
    }

    /// Notes where it is, and whether it has been shown what it missed.
    fn joined(&mut self, joined: Joined) {
        match (joined.recovered, self.is_shown) {
            (true, true) => {}
            (true, false) => self.place = Some(joined.pos),
            (false, _) => self.begin(joined.pos),
        }
        self.recovered += u64::from(joined.recovered);
    }

    /// Begins a stretch: something may be missing before this place.
    fn begin(&mut self, place: String) {
        let began = Instant::now();
        self.gaps.extend(self.place.replace(place).map(|_| began));
        self.stretches.push(Stretch { began, heard: Vec::new() });
    }

    fn event(&mut self, packet: &[u8]) -> io::Result<()> {
        let text = packet.strip_prefix(b"42").unwrap_or(packet);
        let (name, Told { room, pos, server_output }) = serde_json::from_slice::<(String, Told)>(text)?;
        match (name.as_str(), server_output, self.stretches.last_mut()) {
            ("sync", Some(said), Some(stretch)) if room == self.room.name() => {
                stretch.heard.push(said.number);
                (self.place, self.is_shown) = (Some(pos), true);
            }
            ("gap", ..) => self.begin(pos),
            ("closing", ..) => {}
            _ => return Err(unexpected("an event of the room", packet)),
        }
        Ok(())
    }
}
