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

pub(crate) use std::time::Instant as RealInstant;

#[cfg(test)]
pub(crate) use tokio::time::advance;
pub(crate) use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout, timeout_at};

/// Returns the milliseconds since the beginning of 1970. In tests they pass as the test lets time pass.
#[cfg(not(test))]
pub(crate) fn calendar() -> i64 {
    since_1970(std::time::SystemTime::now())
}

#[cfg(test)]
pub(crate) fn calendar() -> i64 {
    static START: std::sync::LazyLock<(i64, RealInstant)> =
        std::sync::LazyLock::new(|| (since_1970(std::time::SystemTime::now()), RealInstant::now()));
    let (then, start) = *START;
    then + i64::try_from(Instant::now().into_std().saturating_duration_since(start).as_millis()).unwrap_or(i64::MAX)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

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
