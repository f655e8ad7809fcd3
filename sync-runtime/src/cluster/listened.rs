//! What a node knows of the order of one room in which it listens.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::sync::Notify;

use crate::wire::Position;

/// How much of what is heard is held while what comes before it is fetched. What finds no room is fetched, too.
const HELD: usize = 1024;
const HELD_BYTES: usize = 4 * 1024 * 1024;

/// A room in which a node listens, whose own events are `E`.
pub(super) struct Listened<E> {
    /// How many want that.
    pub(super) holders: usize,
    /// Events of this node that were not heard yet, by the numbers of their messages: none is read from its text again.
    sent: BTreeMap<u64, E>,
    /// The last place that was heard of.
    newest: Option<Position>,
    /// Whether it is being fetched what was missed.
    is_behind: bool,
    held: VecDeque<Held>,
    held_bytes: usize,
    /// Told when nobody fetches any more.
    caught_up: Arc<Notify>,
}

/// A message that waits for those before it.
pub(super) struct Held {
    pub(super) at: Position,
    pub(super) own: Option<u64>,
    pub(super) text: Arc<str>,
}

impl<E> Default for Listened<E> {
    fn default() -> Self {
        Self {
            holders: 0,
            sent: BTreeMap::new(),
            newest: None,
            is_behind: false,
            held: VecDeque::new(),
            held_bytes: 0,
            caught_up: Arc::default(),
        }
    }
}

impl<E> Listened<E> {
    /// Keeps an event until its message is heard.
    pub(super) fn send(&mut self, number: u64, event: E) {
        self.sent.insert(number, event);
    }

    /// Takes the event of a message that was heard, or will not be, and those of earlier messages, which will not be heard any more; to be
    /// dropped without a lock.
    pub(super) fn take(&mut self, number: u64) -> (Option<E>, BTreeMap<u64, E>) {
        let later = self.sent.split_off(&number);
        let mut earlier = std::mem::replace(&mut self.sent, later);
        let taken = self.sent.remove(&number);
        if taken.is_none() {
            // It is one of long ago.
            self.sent.append(&mut earlier);
        }
        (taken, earlier)
    }

    /// Takes the event of a message that will not be heard.
    pub(super) fn forget(&mut self, number: u64) -> Option<E> {
        self.sent.remove(&number)
    }

    /// Returns whether events wait to be heard.
    pub(super) fn has_sent(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Notes that there is a message at a place, and returns whether it can be placed now: it is held where earlier ones are being fetched.
    pub(super) fn hear(&mut self, at: Position, own: Option<u64>, text: &str) -> bool {
        self.newest = Some(at);
        if self.is_behind {
            self.hold(at, own, text);
        }
        !self.is_behind
    }

    /// Keeps a message until those before it were fetched.
    pub(super) fn hold(&mut self, at: Position, own: Option<u64>, text: &str) {
        self.held_bytes += text.len();
        self.held.push_back(Held { at, own, text: text.into() });
        while self.held.len() > HELD || self.held_bytes > HELD_BYTES {
            self.held_bytes -= self.held.pop_front().map_or(0, |held| held.text.len());
        }
    }

    /// Returns the place of the first message that is held.
    pub(super) fn first_held(&self) -> Option<Position> {
        self.held.front().map(|held| held.at)
    }

    /// Returns whether somebody fetches.
    pub(super) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Notes that something is to be fetched, and returns whether nobody fetches yet.
    pub(super) fn fall_behind(&mut self) -> bool {
        !std::mem::replace(&mut self.is_behind, true)
    }

    /// Returns what is told when nobody fetches any more.
    pub(super) fn caught_up(&self) -> Arc<Notify> {
        self.caught_up.clone()
    }

    /// Notes the last place.
    pub(super) fn is_at(&mut self, end: Position) {
        self.newest = Some(end);
    }

    /// Notes that nobody fetches any more.
    pub(super) fn give_up(&mut self) {
        self.is_behind = false;
        self.caught_up.notify_waiters();
        (self.held, self.held_bytes) = (VecDeque::new(), 0);
    }

    /// Returns whether more has happened than up to this place.
    pub(super) fn is_beyond(&self, end: Position) -> bool {
        self.newest.is_some_and(|newest| newest.epoch != end.epoch || newest.seq > end.seq)
    }

    /// Takes what was heard meanwhile, now that everything is placed up to this place; `None` when nothing is missing any more, and nobody
    /// needs to fetch.
    pub(super) fn catch_up(&mut self, end: Position) -> Option<VecDeque<Held>> {
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        if held.is_empty() && !self.is_beyond(end) {
            self.give_up();
            return None;
        }
        Some(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: u64) -> Position {
        Position::of_event(7, seq)
    }

    #[test]
    fn what_comes_while_something_is_fetched_is_held_and_nothing_is_left_over() {
        let mut room = Listened::<()>::default();
        assert!(room.hear(at(1), None, "one"), "placed");
        assert!(room.fall_behind() && !room.fall_behind(), "one of them fetches");
        assert!(!room.hear(at(3), None, "three") && !room.hear(at(4), None, "four"));
        let held = room.catch_up(at(2)).expect("they wait");
        assert_eq!(held.iter().map(|held| held.at.seq).collect::<Vec<_>>(), [3, 4]);
        assert!(
            room.catch_up(at(3)).is_some_and(|held| held.is_empty()),
            "4 could not be placed, and is to be fetched"
        );
        assert!(room.catch_up(at(4)).is_none());
        assert!(room.hear(at(5), None, "five"), "placed again");
    }

    #[test]
    fn as_much_is_held_as_there_is_room_for_and_the_newest_of_it() {
        let mut room = Listened::<()>::default();
        room.fall_behind();
        let text = "a".repeat(1000);
        (0..10_000).for_each(|seq| assert!(!room.hear(at(seq), None, &text)));
        let held = room.catch_up(at(0)).expect("they wait");
        assert_eq!((held.len(), held.back().map(|held| held.at.seq)), (HELD, Some(9999)));
        let long = "a".repeat(HELD_BYTES / 2);
        (0..5).for_each(|seq| assert!(!room.hear(at(seq), None, &long)));
        assert_eq!(room.catch_up(at(0)).map(|held| held.len()), Some(2));
    }

    #[test]
    fn another_history_is_beyond_every_place() {
        let mut room = Listened::<()>::default();
        assert!(!room.is_beyond(at(0)));
        room.is_at(at(5));
        assert!(room.is_beyond(at(4)) && !room.is_beyond(at(5)));
        assert!(room.is_beyond(Position::of_event(8, 100)));
    }
}
