//! The clock of the limiters.

use std::cell::Cell;
use std::time::Duration;

use governor::clock::Clock;

use crate::clock::Instant;

thread_local! {
    /// What time it is for the limiters that this thread asks.
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Tells limiters the time at which they are asked.
///
/// One call is looked at by up to four limiters, and its own time has been read before them: to read the clock for each would cost more
/// than the rest of what they do. So whoever asks [says](Moment::begin) when it is, and time is the one that a test owns.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moment;

impl Moment {
    /// Makes it so late for this thread, counted from when the limits were made.
    pub(super) fn begin(epoch: Instant, now: Instant) {
        Self::set(now.saturating_duration_since(epoch));
    }

    /// Makes it the beginning of time, for limiters that are made now.
    pub(super) fn begin_at_zero() {
        Self::set(Duration::ZERO);
    }

    fn set(now: Duration) {
        NOW.set(now);
    }
}

impl Clock for Moment {
    type Instant = Duration;

    fn now(&self) -> Duration {
        NOW.get()
    }
}
