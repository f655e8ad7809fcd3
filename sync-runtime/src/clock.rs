//! What time it is, and waiting until it is later: the one place of the runtime that asks.
//!
//! Time is tokio's, so a test owns it: under `#[tokio::test(start_paused = true)]` it stands still while anything can run, and jumps to
//! the next end of a wait when nothing can. A test then waits for a minute, or for a month, at no cost. [`Instant::now`] is the operating
//! system's wherever tokio's `test-util` is off, as in every app.
//!
//! [`RealInstant`] is for what work costs, not for what is waited for: a turn that is given away after half a millisecond, a visit whose
//! length says how long the next one waits for more events. It goes on where a test has stopped the clock, since work does; and it costs a
//! call of the system and nothing else, which counts where it is asked between the members of a room.
//!
//! [`calendar`] is for what is kept beyond the process.

use std::time::Duration;

use chrono::NaiveDate;
use parking_lot::Mutex;

pub(crate) use std::time::Instant as RealInstant;

#[cfg(test)]
pub(crate) use tokio::time::advance;
#[cfg(feature = "redis")]
pub(crate) use tokio::time::interval;
pub(crate) use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout, timeout_at};
#[cfg(feature = "testing")]
pub(crate) use tokio::time::{pause, resume};

/// Returns the milliseconds since the beginning of 1970. In tests they pass as the test lets time pass.
#[cfg(not(any(test, feature = "testing")))]
pub(crate) fn calendar() -> i64 {
    since_1970(std::time::SystemTime::now())
}

#[cfg(any(test, feature = "testing"))]
pub(crate) fn calendar() -> i64 {
    static START: std::sync::LazyLock<(i64, RealInstant)> =
        std::sync::LazyLock::new(|| (since_1970(std::time::SystemTime::now()), RealInstant::now()));
    let (then, start) = *START;
    then + i64::try_from(Instant::now().into_std().saturating_duration_since(start).as_millis()).unwrap_or(i64::MAX)
}

/// Returns the day, in UTC, as [`calendar`] has it.
pub(crate) fn today() -> NaiveDate {
    chrono::DateTime::from_timestamp_millis(calendar()).unwrap_or_default().date_naive()
}

/// Writes the moment at which a day has passed, in UTC, as HTTP writes moments.
pub(crate) fn http_date_after(day: NaiveDate) -> String {
    let next = day.succ_opt().unwrap_or(day);
    next.format("%a, %d %b %Y 00:00:00 GMT").to_string()
}

/// Writes such a moment for people, in the form of RFC 3339 and UTC.
pub(crate) fn utc(calendar: i64) -> String {
    let moment = chrono::DateTime::from_timestamp_millis(calendar).unwrap_or_default();
    moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Reads what [`utc`] has written.
pub(crate) fn of_utc(text: &str) -> Option<i64> {
    Some(chrono::DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis())
}

/// Returns whether a test has stopped the clock by which is waited.
#[cfg(feature = "testing")]
pub(crate) fn is_stopped() -> bool {
    let (seen, begun) = (Instant::now(), RealInstant::now());
    // One that goes on is the operating system's, which ticks within nanoseconds.
    while begun.elapsed() < Duration::from_micros(1) {}
    Instant::now() == seen
}

fn since_1970(now: std::time::SystemTime) -> i64 {
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Waits for something that mostly is there at once, and needs no timer then; `None` if it is not there before `until`.
pub(crate) async fn soon<T>(until: Instant, coming: impl Future<Output = T>) -> Option<T> {
    let mut coming = std::pin::pin!(coming);
    match futures_util::poll!(coming.as_mut()) {
        std::task::Poll::Ready(here) => Some(here),
        std::task::Poll::Pending => timeout_at(until, coming).await.ok(),
    }
}

/// Notices that the machine has slept: the calendar has gone on then, and the clock by which is waited has not.
#[derive(Debug)]
pub(crate) struct Slumber {
    calendar: i64,
    clock: Instant,
}

impl Slumber {
    /// Looks at both for the first time.
    pub(crate) fn new() -> Self {
        Self { calendar: calendar(), clock: Instant::now() }
    }

    /// Returns by how much the calendar has outrun the clock since it was looked at last. That is a sleep, or somebody who has set the calendar.
    pub(crate) fn since_last(&mut self) -> Duration {
        self.between(calendar(), Instant::now())
    }

    fn between(&mut self, calendar: i64, clock: Instant) -> Duration {
        let passed = Duration::from_millis(u64::try_from(calendar - self.calendar).unwrap_or_default());
        let waited = clock.saturating_duration_since(self.clock);
        *self = Self { calendar, clock };
        passed.saturating_sub(waited)
    }
}

/// Something that may happen as often as somebody likes, and is told a few times a second at most.
#[derive(Debug)]
pub(crate) struct Seldom {
    /// How many times it is told in each period.
    limit: u64,
    period: Duration,
    untold: Mutex<Untold>,
}

#[derive(Debug)]
struct Untold {
    /// How often it has happened since it was told last.
    times: u64,
    /// How often it was told in this period, and when that began.
    told: u64,
    since: Option<Instant>,
}

impl Seldom {
    const SECOND: Duration = Duration::from_secs(1);

    /// Has told nothing yet, and tells it once a second.
    pub(crate) const fn new() -> Self {
        Self::at_most(1)
    }

    /// As [`new`](Seldom::new), so many times a second.
    pub(crate) const fn at_most(limit: u64) -> Self {
        Self::within(limit, Self::SECOND)
    }

    /// As [`new`](Seldom::new), so many times in a period.
    pub(crate) const fn within(limit: u64, period: Duration) -> Self {
        Self { limit, period, untold: Mutex::new(Untold { times: 0, told: 0, since: None }) }
    }

    /// Notes that it has happened; if it is to be told now, returns how often it has since it was told last, this time included.
    pub(crate) fn happened(&self) -> Option<u64> {
        let mut untold = self.untold.lock();
        untold.times += 1;
        let now = Instant::now();
        // Of the clocks of two tests, one may be behind the other.
        let past = untold.since.and_then(|since| now.checked_duration_since(since));
        if past.is_none_or(|past| past >= self.period) {
            (untold.told, untold.since) = (0, Some(now));
        }
        if untold.told >= self.limit {
            return None;
        }
        untold.told += 1;
        Some(std::mem::take(&mut untold.times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_happens_all_the_time_is_told_once_a_second_and_how_often_it_was() {
        let down = Seldom::new();
        let mut told = Vec::new();
        for _ in 0..25 {
            told.extend(down.happened());
            advance(Duration::from_millis(100)).await;
        }
        assert_eq!(told, [1, 10, 10]);
        let few = Seldom::at_most(3);
        assert_eq!([(); 5].map(|()| few.happened()), [Some(1), Some(1), Some(1), None, None]);
        advance(Duration::from_secs(60)).await;
        assert_eq!(down.happened(), Some(5));
        assert_eq!(few.happened(), Some(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_of_the_machine_is_what_the_calendar_is_ahead_of_the_clock() {
        let mut slumber = Slumber { calendar: 0, clock: Instant::now() };
        let mut after = |calendar: i64, clock: u64| {
            let seconds = Duration::from_secs(clock);
            slumber.between(calendar * 1000, slumber.clock + seconds).as_secs()
        };
        assert_eq!(after(10, 10), 0, "nothing but time has passed");
        assert_eq!(after(3611, 1), 3600);
        assert_eq!(after(3612, 1), 0, "a sleep is told once");
        assert_eq!(after(12, 1), 0, "the calendar was set back");
        assert_eq!(after(112, 100), 0, "the process stood still, and the machine did not");
    }

    #[tokio::test(start_paused = true)]
    async fn a_test_owns_the_time_that_is_waited_for_and_not_what_work_costs() {
        const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
        let (begun, real) = (Instant::now(), RealInstant::now());
        assert!(timeout(MONTH, std::future::pending::<()>()).await.is_err());
        assert!(begun.elapsed() >= MONTH);
        assert!(real.elapsed() < Duration::from_secs(60));
        let stopped = Instant::now();
        while real.elapsed() < Duration::from_millis(2) {}
        assert!(stopped.elapsed().is_zero(), "nobody has waited");
    }
}
