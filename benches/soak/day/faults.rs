//! What must not happen.

use crate::day::heard::Wrong;

/// How many of them are described.
const EXAMPLES: usize = 10;

/// What went wrong, counted.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Events that a member did not get though nobody told it so.
    pub(crate) lost: u64,
    /// Events that a member got twice, or behind a later one.
    pub(crate) again: u64,
    /// Members that were not shown what was still to be kept.
    pub(crate) forgotten: u64,
    /// Calls that were not answered.
    pub(crate) unanswered: u64,
    examples: Vec<String>,
}

impl Faults {
    /// Counts what is wrong with an event.
    pub(super) fn count(&mut self, wrong: Wrong, describe: impl FnOnce() -> String) {
        match wrong {
            Wrong::Lost(events) => self.lost += events,
            Wrong::Again => self.again += 1,
        }
        self.describe(describe);
    }

    /// Counts events that a member has not got at the end.
    pub(super) fn lose(&mut self, events: u64, describe: impl FnOnce() -> String) {
        self.lost += events;
        self.describe(describe);
    }

    /// Counts a member that was not shown what was still to be kept.
    pub(super) fn forget(&mut self, describe: impl FnOnce() -> String) {
        self.forgotten += 1;
        self.describe(describe);
    }

    fn describe(&mut self, fault: impl FnOnce() -> String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(fault());
        }
    }

    /// Returns the first of them.
    pub(super) fn examples(&self) -> &[String] {
        &self.examples
    }

    /// Returns an error if there are any.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.lost + self.again + self.forgotten + self.unanswered {
            0 => Ok(()),
            faults => Err(format!("{faults} faults: expected none")),
        }
    }
}
