//! The budget of one thing, which is kept with it.

use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};
use sync_schema::{Rate, RateLimit};

use crate::error::SyncError;
use crate::limits::Key;
use crate::limits::moment::Moment;

type Direct = RateLimiter<NotKeyed, InMemoryState, Moment, NoOpMiddleware<Duration>>;

/// What one socket may send.
///
/// Messages that are refused have a budget of the same size: who goes on sending when that is empty, too, does not listen to what it
/// is told.
#[derive(Debug, Default)]
pub struct SocketBudget {
    messages: Option<Direct>,
    refusals: Option<Direct>,
    /// By what the messages of its address are counted, if they are.
    address: Option<Key>,
}

impl SocketBudget {
    pub(super) fn new(limit: Option<Rate>, address: Option<Key>) -> Self {
        let make = || limit.map(|rate| Direct::direct_with_clock(quota(rate), Moment));
        Self { messages: make(), refusals: make(), address }
    }

    /// Returns by what those of its address are counted, if they are.
    #[must_use]
    pub fn address(&self) -> Option<Key> {
        self.address
    }

    /// Takes one message, at the moment that was begun.
    pub(super) fn take(&self) -> Result<(), SyncError> {
        self.messages.as_ref().map_or(Ok(()), |messages| messages.check().map_err(|until| rate_limited(&until)))
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
