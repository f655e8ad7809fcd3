//! What one member has heard.

use std::io;

use harness::protocol::{self, NUMBER_DIGITS, NUMBER_KEY, POSITION, Route};
use harness::unexpected;

/// The room of all.
pub(crate) const ROOM: &str = "bench-0000";
/// How much text is in an event, in bytes.
pub(crate) const PAD: usize = 64;

/// What stands before the place of an event in the order of its room.
const PLACE_KEY: &[u8] = b"\"pos\":\"";

/// What must not happen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Events that a member should have heard before a later one.
    pub(crate) lost: u64,
    /// Events that came again, or after a later one.
    pub(crate) doubled: u64,
    /// Joins whose answer said `recovered` where it had to say the other thing.
    pub(crate) unrecovered: u64,
}

impl Faults {
    /// Counts all of them.
    pub(crate) fn total(&self) -> u64 {
        self.lost + self.doubled + self.unrecovered
    }
}

impl std::ops::AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.unrecovered += other.unrecovered;
    }
}

/// What one member has heard, and what it must hear next.
#[derive(Debug)]
pub(crate) struct Ear {
    /// The number of the event that comes next; `None` of one that has just come in among events.
    next: Option<u64>,
    /// The place of the last one, or the one where it joined.
    place: Option<String>,
    /// How every packet ends: what this member gets and maybe nobody else.
    end: String,
    /// How long every packet is.
    length: usize,
    faults: Faults,
}

impl Ear {
    /// Creates one that is shown events of this route.
    pub(crate) fn new(route: Route, member: usize) -> Self {
        let own = route.own(member);
        let length = protocol::event(route, ROOM, 0, &protocol::pad(PAD), &own).len();
        Self { next: None, place: None, end: format!("\"clientOutput\":{own}}}]"), length, faults: Faults::default() }
    }

    /// Returns the place up to which it has heard everything.
    pub(crate) fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Has it come in as if it had never been there.
    pub(crate) fn forget(&mut self) {
        (self.next, self.place) = (None, None);
    }

    /// Notes that it has come in, and whether it was told that it has been shown all that it missed.
    pub(crate) fn joined(&mut self, place: String, recovered: bool) {
        self.faults.unrecovered += u64::from(recovered != self.place.is_some());
        self.place.get_or_insert(place);
    }

    /// Notes an event, and returns its number.
    ///
    /// # Errors
    ///
    /// If it is none of this route, or not what this member gets of it.
    pub(crate) fn event(&mut self, packet: &[u8]) -> io::Result<u64> {
        if packet.len() != self.length || !packet.ends_with(self.end.as_bytes()) {
            return Err(unexpected(&format!("{} bytes that end in `{}`", self.length, self.end), packet));
        }
        let number = behind(packet, NUMBER_KEY, NUMBER_DIGITS).and_then(protocol::number);
        let number = number.ok_or_else(|| unexpected("an event with a number", packet))?;
        let place = behind(packet, PLACE_KEY, POSITION.len()).and_then(|place| std::str::from_utf8(place).ok());
        let place = place.ok_or_else(|| unexpected("an event with a place", packet))?;
        let next = self.next.unwrap_or(number);
        if number < next {
            self.faults.doubled += 1;
            return Ok(number);
        }
        self.faults.lost += number - next;
        self.next = Some(number + 1);
        let heard = self.place.get_or_insert_default();
        heard.clear();
        heard.push_str(place);
        Ok(number)
    }

    /// Returns whether it has heard the last of the events before this one, as far as it was there.
    pub(crate) fn has_heard_all(&self, end: u64) -> bool {
        self.next.is_none_or(|next| next >= end)
    }

    /// Has the event of this number come next: whatever of those before it has not come is lost. Returns what went wrong.
    pub(crate) fn settle(&mut self, end: u64) -> Faults {
        self.faults.lost += end.saturating_sub(self.next.unwrap_or(end));
        self.next = Some(end);
        std::mem::take(&mut self.faults)
    }
}

/// Returns so many bytes behind a key.
fn behind<'a>(packet: &'a [u8], key: &[u8], length: usize) -> Option<&'a [u8]> {
    let at = packet.windows(key.len()).position(|bytes| bytes == key)? + key.len();
    packet.get(at..at + length)
}
