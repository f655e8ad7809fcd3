//! The numbers of a room's events here, and the places that they have in the order that all servers share.

use crate::wire::Position;

/// How many histories of a room are told apart: a member that was told nothing for so many of them has begun anew in each.
const MOST: usize = 8;

/// Numbers that go on, one behind the other, whatever becomes of the order of a room.
///
/// What happens in a room has the number of its place, until its order begins anew: places may count from 1 again then, numbers do not.
#[derive(Debug)]
pub(super) struct Numbering {
    /// The last one is what is counted in now.
    lives: Vec<Life>,
}

/// A history, and what its places are here.
#[derive(Debug, Clone, Copy)]
struct Life {
    epoch: u64,
    /// The place where it began here, and what that is here.
    began: u64,
    number: u64,
    /// Its last place, once there is a newer one.
    end: Option<u64>,
}

impl Life {
    fn number(&self, seq: u64) -> Option<u64> {
        let is_known = seq >= self.began && self.end.is_none_or(|end| seq <= end);
        is_known.then(|| self.number + (seq - self.began))
    }
}

impl Numbering {
    /// Counts in a history from its beginning on, and knows the last places of earlier ones whose numbers go on in it.
    pub(super) fn new(epoch: u64, earlier: &[Position]) -> Self {
        let earlier = earlier.iter().map(|end| Life { epoch: end.epoch, began: 0, number: 0, end: Some(end.seq) });
        let lives = earlier.chain([Life { epoch, began: 0, number: 0, end: None }]).collect();
        Self { lives }
    }

    /// Returns the last places of the histories before, of those whose numbers go on in this one.
    pub(super) fn earlier(&self) -> Vec<Position> {
        let ended = self.lives.iter().filter(|life| life.began == life.number);
        ended.filter_map(|life| Some(Position::of_event(life.epoch, life.end?))).collect()
    }

    fn now(&self) -> &Life {
        self.lives.last().expect("there is one from the beginning on")
    }

    /// Returns the place of a number; one of no history for a number of long ago.
    pub(super) fn position(&self, number: u64) -> Position {
        let life = self.lives.iter().rev().find(|life| life.number <= number);
        let place = |life: &Life| Position::of_event(life.epoch, life.began + (number - life.number));
        life.map_or(Position::of_event(Position::EPOCHS - 1, 0), place)
    }

    /// Returns the number of a place; `None` for one of no history that is known here.
    pub(super) fn number(&self, place: Position) -> Option<u64> {
        self.lives.iter().rev().filter(|life| life.epoch == place.epoch).find_map(|life| life.number(place.seq))
    }

    /// Goes on in another history behind a place of it, which gets this number: that of what was missed.
    pub(super) fn begin_anew(&mut self, behind: Position, number: u64) {
        let end = self.position(number - 1).seq;
        if let Some(last) = self.lives.last_mut() {
            last.end = Some(end);
        }
        self.lives.push(Life { epoch: behind.epoch, began: behind.seq, number, end: None });
        if self.lives.len() > MOST {
            self.lives.remove(0);
        }
    }

    /// Returns whether a place is of the history that is counted in now.
    pub(super) fn is_now(&self, place: Position) -> bool {
        self.now().epoch == place.epoch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(epoch: u64, seq: u64) -> Position {
        Position::of_event(epoch, seq)
    }

    #[test]
    fn numbers_are_those_of_places_until_the_order_begins_anew_and_go_on_then() {
        let mut numbers = Numbering::new(7, &[at(5, 3)]);
        assert_eq!((numbers.position(40), numbers.number(at(7, 40))), (at(7, 40), Some(40)));
        assert_eq!([3, 4].map(|seq| numbers.number(at(5, seq))), [Some(3), None], "an earlier life has an end");
        assert_eq!(numbers.number(at(6, 1)), None);
        // 40 was the last one, and 2 events of the new history were missed.
        numbers.begin_anew(at(9, 2), 41);
        assert_eq!([40, 41, 42].map(|number| numbers.position(number)), [at(7, 40), at(9, 2), at(9, 3)]);
        assert_eq!([1, 2, 3].map(|seq| numbers.number(at(9, seq))), [None, Some(41), Some(42)]);
        assert_eq!([40, 41].map(|seq| numbers.number(at(7, seq))), [Some(40), None]);
        assert!(numbers.is_now(at(9, 1)) && !numbers.is_now(at(7, 1)));
    }

    #[test]
    fn only_some_histories_are_known() {
        let mut numbers = Numbering::new(0, &[]);
        for epoch in 1..100 {
            numbers.begin_anew(at(epoch, 0), 10 * epoch);
        }
        assert_eq!(numbers.lives.len(), MOST);
        assert_eq!((numbers.number(at(99, 4)), numbers.number(at(1, 4))), (Some(994), None));
        assert_eq!(numbers.number(numbers.position(3)), None, "nobody goes on where nothing is known");
    }
}
