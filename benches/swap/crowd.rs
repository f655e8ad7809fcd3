//! Those who are connected, and what they hear.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use harness::{Arrival, Heard, Join, Login, Poll, unexpected};

/// How often the first member says something.
const EVERY: Duration = Duration::from_millis(20);
/// How long nothing may come before the rest is given up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much one read can bring.
const SCRATCH: usize = 64 * 1024;
/// The numbers of acknowledgements below this one are not those of calls.
const FIRST_ACK: u64 = 100;
/// What stands before the number of an event.
const NUMBER_KEY: &[u8] = br#""serverOutput":{"number":"#;

/// Everybody; the first of them causes the events.
pub(crate) struct Crowd {
    room: String,
    poll: Poll,
    members: Vec<(Arrival, Ear)>,
    /// When the next event is to be caused.
    next: Instant,
    said: u64,
    answered: u64,
    /// When somebody heard an event last, and the longest time without that.
    last: Instant,
    silence: Duration,
    pub(crate) heard: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) refused: u64,
    scratch: Vec<u8>,
}

/// How many events a member has heard.
#[derive(Debug, Default)]
struct Ear(u64);

impl Crowd {
    /// Has so many come in.
    pub(crate) fn come(port: u16, count: usize, room: &str) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut members = Vec::with_capacity(count);
        for number in 0..count {
            let tab = format!("the-name-of-page-{number:05}");
            let login = Login { token: None, tab: Some(&tab) };
            let arrival = Arrival::open(Ipv4Addr::LOCALHOST, port, login, Join { room, ..Join::default() })?;
            poll.watch(&arrival, members.len())?;
            members.push((arrival, Ear::default()));
        }
        let mut crowd = Self {
            room: room.to_owned(),
            poll,
            members,
            next: Instant::now(),
            said: 0,
            answered: 0,
            last: Instant::now(),
            silence: Duration::ZERO,
            heard: 0,
            lost: 0,
            doubled: 0,
            refused: 0,
            scratch: vec![0; SCRATCH],
        };
        while !crowd.members.iter().all(|(arrival, _)| arrival.is_inside()) {
            crowd.hear(PATIENCE)?;
        }
        (crowd.next, crowd.last, crowd.silence) = (Instant::now(), Instant::now(), Duration::ZERO);
        Ok(crowd)
    }

    /// How many events were caused.
    pub(crate) fn said(&self) -> u64 {
        self.said
    }

    /// Returns how long nobody has heard anything, at most, since this was asked last.
    pub(crate) fn take_silence(&mut self) -> Duration {
        std::mem::take(&mut self.silence)
    }

    /// Goes on for so long.
    pub(crate) fn go_on(&mut self, time: Duration) -> io::Result<()> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.step()?;
        }
        Ok(())
    }

    /// Causes the next event if it is time, and hears what comes until the one after it.
    pub(crate) fn step(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if now >= self.next {
            let packet = self.packet();
            self.members[0].0.say(&packet)?;
            self.said += 1;
            self.next += EVERY;
        }
        self.hear(self.next.saturating_duration_since(Instant::now()))
    }

    /// Waits until everybody has heard everything; what is missing then is lost.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        let until = Instant::now() + PATIENCE;
        let is_done = |crowd: &Self| {
            crowd.answered == crowd.said && crowd.members.iter().all(|(_, Ear(heard))| *heard == crowd.said)
        };
        while !is_done(self) && Instant::now() < until {
            self.hear(EVERY)?;
        }
        self.lost += self.members.iter().map(|(_, Ear(heard))| self.said - heard).sum::<u64>();
        self.refused += self.said - self.answered;
        Ok(())
    }

    fn packet(&self) -> String {
        let Self { room, said, .. } = self;
        let (ack, name) = (FIRST_ACK + said, room.trim_end_matches("-1"));
        format!(
            r#"42{ack}["sync",{{"name":"{name}/say","version":"v1","data":{{"number":{said}}},"receiver":"{room}"}}]"#
        )
    }

    fn hear(&mut self, time: Duration) -> io::Result<()> {
        let mut ready = Vec::new();
        self.poll.look(Some(time), &mut ready)?;
        for id in ready {
            let (arrival, ear) = &mut self.members[id];
            let Self { answered, last, silence, heard, lost, doubled, refused, scratch, .. } = self;
            arrival.hear(scratch, |what| {
                match what {
                    Heard::Event(packet) => {
                        let number = number(packet)?;
                        *silence = (*silence).max(last.elapsed());
                        *last = Instant::now();
                        if number < ear.0 {
                            *doubled += 1;
                        } else {
                            *lost += number - ear.0;
                            *heard += 1;
                            ear.0 = number + 1;
                        }
                    }
                    Heard::Answer(answer) => {
                        *answered += 1;
                        let is_done = answer.windows(9).any(|text| text == br#""success""#);
                        *refused += u64::from(!is_done);
                    }
                    Heard::Accepted | Heard::Joined(_) => {}
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Reads the number of an event.
fn number(packet: &[u8]) -> io::Result<u64> {
    let key = packet.windows(NUMBER_KEY.len()).position(|bytes| bytes == NUMBER_KEY);
    let digits = key.map(|key| &packet[key + NUMBER_KEY.len()..]);
    let digits = digits.and_then(|rest| rest.split(|byte| !byte.is_ascii_digit()).next());
    let number = digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    number.ok_or_else(|| unexpected("an event with a number", packet))
}
