//! What is counted of one route.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::metrics::{Counter, Histogram};

use crate::metrics::codes::Outcomes;
use crate::metrics::series::{
    CALL_SECONDS, CALLS, DELIVERIES, FANOUT, FILTER_SECONDS, HANDLER_SECONDS, SKIPS, STATE_OPENS, STATE_SAVES,
};
use crate::metrics::server_metrics::Recorder;

/// What is counted of one route. A route that nobody has called has no series yet.
#[derive(Debug)]
pub struct RouteMetrics {
    recorder: Recorder,
    lane: &'static str,
    route: &'static str,
    outcomes: Outcomes,
    opens: OnceLock<Outcomes>,
    calls: OnceLock<Calls>,
    events: OnceLock<Events>,
    saves: [OnceLock<Counter>; 2],
}

#[derive(Debug)]
struct Calls {
    call_seconds: Histogram,
    handler_seconds: Histogram,
}

#[derive(Debug)]
struct Events {
    filter_seconds: Histogram,
    fanout: Histogram,
    deliveries: Counter,
    skips: Counter,
}

/// What became of one event when the members of its room were visited.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visited {
    /// How many were sent something.
    pub delivered: u32,
    /// How many were not.
    pub skipped: u32,
}

impl RouteMetrics {
    pub(super) fn new(recorder: Recorder, outcomes: Outcomes, lane: &'static str, route: &'static str) -> Arc<Self> {
        let (opens, calls, events) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Arc::new(Self { recorder, lane, route, outcomes, opens, calls, events, saves: Default::default() })
    }

    /// Returns the lane of the route.
    #[must_use]
    pub fn lane(&self) -> &'static str {
        self.lane
    }

    /// Returns the name of the route, as `cb` has it.
    #[must_use]
    pub fn route(&self) -> &'static str {
        self.route
    }

    /// Counts a call; `code` is that of its error, or `ok`.
    pub fn called(&self, code: &str, took: Duration) {
        self.refused(code);
        self.calls().call_seconds.record(took);
    }

    /// Counts what was refused before it was known to be a call.
    pub fn refused(&self, code: &str) {
        let labels = |code| [("lane", self.lane), ("route", self.route), ("code", code)];
        self.outcomes.count(code, |code| self.recorder.counter(&CALLS, &labels(code)));
    }

    /// Counts a run of the handler.
    pub fn handled(&self, took: Duration) {
        self.calls().handler_seconds.record(took);
    }

    /// Counts an answer to somebody who wanted to see a value; `code` is that of the error, or `ok`.
    pub fn opened(&self, code: &str) {
        let labels = |code| [("route", self.route), ("code", code)];
        let opens = self.opens.get_or_init(|| self.outcomes.others());
        opens.count(code, |code| self.recorder.counter(&STATE_OPENS, &labels(code)));
    }

    /// Counts a save of a value.
    pub fn saved(&self, is_saved: bool) {
        let outcome = if is_saved { "ok" } else { "failed" };
        let labels = [("route", self.route), ("outcome", outcome)];
        let make = || self.recorder.counter(&STATE_SAVES, &labels);
        self.saves[usize::from(is_saved)].get_or_init(make).increment(1);
    }

    /// Counts an event for whose members the filter ran for so long, all of them together. Members whose filter waits are not among
    /// those who were [`Visited`] yet.
    pub fn visited(&self, visited: Visited, filtered: Duration) {
        let events = self.events();
        events.filter_seconds.record(filtered);
        events.fanout.record(visited.delivered);
        self.add(visited);
    }

    /// Counts a member who was judged alone: its filter had waited, or it is shown what it missed.
    pub fn visited_alone(&self, is_delivered: bool) {
        self.add(Visited { delivered: is_delivered.into(), skipped: (!is_delivered).into() });
    }

    fn add(&self, visited: Visited) {
        let events = self.events();
        for (counter, count) in [(&events.deliveries, visited.delivered), (&events.skips, visited.skipped)] {
            if count > 0 {
                counter.increment(count.into());
            }
        }
    }

    fn calls(&self) -> &Calls {
        let labels = [("lane", self.lane), ("route", self.route)];
        self.calls.get_or_init(|| Calls {
            call_seconds: self.recorder.histogram(&CALL_SECONDS, &labels),
            handler_seconds: self.recorder.histogram(&HANDLER_SECONDS, &labels),
        })
    }

    fn events(&self) -> &Events {
        let labels = [("route", self.route)];
        self.events.get_or_init(|| Events {
            filter_seconds: self.recorder.histogram(&FILTER_SECONDS, &labels),
            fanout: self.recorder.histogram(&FANOUT, &labels),
            deliveries: self.recorder.counter(&DELIVERIES, &labels),
            skips: self.recorder.counter(&SKIPS, &labels),
        })
    }
}
