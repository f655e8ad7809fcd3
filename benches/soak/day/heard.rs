//! What one page has heard of its room, and what it must hear next.

/// What one page has heard of its room. Events have numbers from 0, without gaps, in the order in which they were called.
#[derive(Debug)]
pub(super) struct Heard {
    /// The last event.
    pub(super) last: Option<u64>,
    /// Which event the next one may be at the latest, where it need not be the one behind the last.
    no_later: Option<u64>,
    /// Where it is in the order of the room, as the server says it.
    pub(super) pos: String,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// So many events before it are missing.
    Lost(u64),
    /// It, or a later one, has been here before.
    Again,
}

impl Heard {
    /// A page that has come in before `next` was called.
    pub(super) fn new(pos: String, next: u64) -> Self {
        Self { last: None, no_later: Some(next), pos }
    }

    /// Notes that it was told that it missed something, before `next` was called.
    pub(super) fn has_missed(&mut self, pos: String, next: u64) {
        self.no_later = Some(next);
        self.pos = pos;
    }

    /// Returns how many of so many events are still to come.
    pub(super) fn missing(&self, events: u64) -> u64 {
        let next = self.no_later.or(self.last.map(|last| last + 1)).unwrap_or(0);
        events.saturating_sub(next)
    }

    /// Notes an event, and returns what is wrong with it.
    pub(super) fn hear(&mut self, number: u64, pos: &str) -> Option<Wrong> {
        if self.last.is_some_and(|last| number <= last) {
            return Some(Wrong::Again);
        }
        let no_later = self.no_later.take().or(self.last.map(|last| last + 1)).unwrap_or(number);
        self.last = Some(number);
        pos.clone_into(&mut self.pos);
        (number > no_later).then(|| Wrong::Lost(number - no_later))
    }
}
