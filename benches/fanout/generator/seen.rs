//! Which frames a member has got.

use std::collections::BTreeSet;

use crate::control::Faults;

/// The numbers of the requests whose frames one member has got.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// One more than the highest number.
    next: u64,
    /// Lower numbers that have not come.
    missing: BTreeSet<u64>,
}

impl Seen {
    /// Notes a frame, and returns whether it came for the first time.
    pub(super) fn note(&mut self, number: u64, faults: &mut Faults) -> bool {
        if number == self.next {
            self.next += 1;
            return true;
        }
        if number > self.next {
            self.missing.extend(self.next..number);
            self.next = number + 1;
            return true;
        }
        let is_late = self.missing.remove(&number);
        if is_late {
            faults.reordered += 1;
        } else {
            faults.doubled += 1;
        }
        is_late
    }

    /// Gives up what has not come of the requests before `end`: it is lost.
    pub(super) fn give_up(&mut self, end: u64, faults: &mut Faults) {
        faults.lost += self.missing.len() as u64 + end.saturating_sub(self.next);
        self.missing.clear();
        self.next = end;
    }
}
