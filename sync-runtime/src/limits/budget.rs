//! The budget of one thing, which is kept with it.

use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};
use governor::{NotUntil, Quota, RateLimiter};
use parking_lot::Mutex;
use sync_schema::{Rate, RateLimit};

use crate::error::SyncError;
use crate::limits::Key;
use crate::limits::moment::Moment;

/// For how long somebody may be in debt, beyond a burst.
const LONGEST_DEBT: Duration = Duration::from_secs(60);

type Direct = RateLimiter<NotKeyed, Own, Moment, NoOpMiddleware<Duration>>;

/// When the budget of one will be full.
#[derive(Debug, Clone, Default)]
struct Own(Arc<Mutex<Option<Nanos>>>);

impl StateStore for Own {
    type Key = NotKeyed;

    fn measure_and_replace<T, F, E>(&self, _: &NotKeyed, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut full_at = self.0.lock();
        let (outcome, next) = decide(*full_at)?;
        *full_at = Some(next);
        Ok(outcome)
    }
}

/// How a budget of some rate goes into debt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Debt {
    pause: u64,
    longest: u64,
}

impl Debt {
    pub(super) fn of(rate: Rate) -> Self {
        let pause = nanos(rate.pause());
        Self { pause, longest: pause.saturating_mul(rate.burst().get().into()).saturating_add(nanos(LONGEST_DEBT)) }
    }

    /// Returns when a budget will be full of which so many are taken whether it has them or not: what is missing is worked off first.
    pub(super) fn after(self, full_at: Option<Nanos>, count: u64) -> Nanos {
        let now = nanos(Moment.now());
        let full_at = full_at.map_or(now, |full_at| full_at.as_u64().max(now));
        let end = now.saturating_add(self.longest).max(full_at);
        full_at.saturating_add(self.pause.saturating_mul(count)).min(end).into()
    }
}

fn nanos(duration: Duration) -> u64 {
    Nanos::from(duration).as_u64()
}

/// What one socket may send.
///
/// Messages that are refused have a budget of the same size: who goes on sending when that is empty, too, does not listen to what it
/// is told.
#[derive(Debug, Default)]
pub struct SocketBudget {
    messages: Option<Messages>,
    refusals: Option<Direct>,
    /// By what the messages of its address are counted, if they are.
    address: Option<Key>,
}

#[derive(Debug)]
struct Messages {
    limiter: Direct,
    own: Own,
    debt: Debt,
}

impl SocketBudget {
    pub(super) fn new(limit: Option<Rate>, address: Option<Key>) -> Self {
        let make = |own: &Own, rate| Direct::new(quota(rate), own.clone(), Moment);
        let own = Own::default();
        let messages = limit.map(|rate| Messages { limiter: make(&own, rate), own, debt: Debt::of(rate) });
        Self { messages, refusals: limit.map(|rate| make(&Own::default(), rate)), address }
    }

    /// Returns by what those of its address are counted, if they are.
    #[must_use]
    pub fn address(&self) -> Option<Key> {
        self.address
    }

    /// Takes one message, at the moment that was begun.
    pub(super) fn take(&self) -> Result<(), SyncError> {
        let check = |messages: &Messages| messages.limiter.check().map_err(|until| rate_limited(&until));
        self.messages.as_ref().map_or(Ok(()), check)
    }

    /// Takes so many messages more, whether there are as many or not.
    pub(super) fn owe(&self, count: u64) {
        if let Some(Messages { own, debt, .. }) = &self.messages {
            let mut full_at = own.0.lock();
            *full_at = Some(debt.after(*full_at, count));
        }
    }

    /// Counts a message that was refused, and returns whether there were too many of them.
    pub(super) fn is_flooded(&self) -> bool {
        self.refusals.as_ref().is_some_and(|refusals| refusals.check().is_err())
    }
}

/// Returns the rate, if there is one and limits are on.
pub(super) fn rate(limit: RateLimit, is_on: bool) -> Option<Rate> {
    match limit {
        RateLimit::At(rate) if is_on => Some(rate),
        RateLimit::At(_) | RateLimit::Off => None,
    }
}

pub(super) fn quota(rate: Rate) -> Quota {
    // A rate has pauses of a microsecond at least.
    let pause = rate.pause().max(Duration::from_nanos(1));
    Quota::with_period(pause).map_or_else(|| Quota::per_second(rate.count()), |quota| quota.allow_burst(rate.burst()))
}

/// Says in how many whole seconds it is worth to try again.
pub(super) fn rate_limited(until: &NotUntil<Duration>) -> SyncError {
    too_many(until.wait_time_from(Moment.now()))
}

/// Says that there are too many, and that there may be room after a time.
pub(super) fn too_many(wait: Duration) -> SyncError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    SyncError::new("sync-rate-limited").param("seconds", seconds.max(1))
}
