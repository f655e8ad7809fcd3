//! What is said of a call besides its answer: what came of it, and how long it took.

use crate::clock::Instant;
use crate::error::SyncError;
use crate::metrics::RouteMetrics;
use crate::wire::RoomName;

/// What a call ends with whose caller has gone, and that is dropped for it.
const DROPPED: &str = "sync-cancelled";

/// Watches one call; whichever way it ends, it is counted once.
///
/// The span and its one line are of level `DEBUG`. A server has thousands of calls a second, whose lines would cost more than the calls and
/// bury what an operator is to read; how many are refused, and why, is said by `/metrics`. `RUST_LOG=info,sync=debug` shows them.
/// What is in them is what bounds a call: its route as the table has it, the room, the code, the time. No input, no output, nobody's name and no token.
pub(super) struct Watch<'m> {
    metrics: &'m RouteMetrics,
    arrived: Instant,
    outcome: &'static str,
    /// Where the app's own lines come from.
    pub(super) span: tracing::Span,
}

impl<'m> Watch<'m> {
    pub(super) fn new(metrics: &'m RouteMetrics, room: &str, arrived: Instant) -> Self {
        let (lane, route) = (metrics.lane(), metrics.route());
        let empty = tracing::field::Empty;
        let span = tracing::debug_span!("call", lane, route, room = shown(room), outcome = empty, micros = empty);
        Self { metrics, arrived, outcome: DROPPED, span }
    }

    /// Notes how the call has ended.
    pub(super) fn ended(mut self, error: Option<&SyncError>) {
        self.outcome = error.map_or("ok", SyncError::code);
    }
}

/// Returns the name of a room as far as it is one: what else a caller has written there is not for the log.
fn shown(room: &str) -> &str {
    RoomName::new(room).map_or("", |name| name.as_str())
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let took = self.arrived.elapsed();
        self.metrics.called(self.outcome, took);
        if !self.span.is_disabled() {
            self.span.record("outcome", self.outcome).record("micros", took.as_micros() as u64);
            tracing::debug!(parent: &self.span, "called");
        }
    }
}
