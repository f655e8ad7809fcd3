//! What is counted of one server, and how it is written for Prometheus.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use parking_lot::Mutex;

use crate::clock::sleep;
use crate::metrics::RouteMetrics;
use crate::metrics::codes::{Codes, Outcomes};
use crate::metrics::series::{
    BUS_DOWN, BUS_SERVERS, BUS_WAITING, CALLS_NOW, CLIENTS, CONNECTIONS, CONTRACTS, DISCONNECTS, HANDSHAKES, HISTORY,
    JOINS, LIMITED, LISTENERS, MEMBERS_NOW, NAMED, QUEUE, REPLICATION_LAG, REPLICATION_STOPPED, ROOMS, SERIES,
    SESSIONS, SOCKETS, STATE_FAILING, STATE_UNSAVED, STATE_VALUES, Series, SeriesKind,
};

/// How often samples are put into their histograms: until then each of them takes 16 bytes.
const UPKEEP: Duration = Duration::from_secs(1);
const METADATA: Metadata<'static> = Metadata::new("sync", Level::INFO, None);

/// What is counted of one server.
#[derive(Debug)]
pub struct ServerMetrics {
    recorder: Recorder,
    /// What was told of listeners the last time.
    listening: Mutex<Listening>,
    codes: Codes,
    joins: Outcomes,
    handshakes: Outcomes,
    unknown: Arc<RouteMetrics>,
}

/// Makes the handles that count; those of a server that counts nothing do nothing.
#[derive(Debug, Clone)]
pub(super) struct Recorder(Option<Arc<PrometheusRecorder>>);

/// What is so at one moment, as the parts of the server say it.
#[derive(Debug, Default)]
pub struct Now {
    /// The open TCP connections.
    pub connections: usize,
    /// The sockets that were let in.
    pub sockets: usize,
    /// The rooms.
    pub rooms: usize,
    /// The members of all rooms.
    pub members: usize,
    /// How many bytes of memory the history of all rooms takes.
    pub history_bytes: usize,
    /// How many bytes of memory what came of named calls takes.
    pub idempotency_bytes: usize,
    /// The sessions in use.
    pub sessions: usize,
    /// How many bytes wait for sockets.
    pub queue_bytes: usize,
    /// How many calls are being handled.
    pub calls: usize,
    /// The values of rooms in memory.
    pub state_values: usize,
    /// Those of them that are not saved.
    pub state_unsaved: usize,
    /// Those that could not be saved.
    pub state_failing: usize,
    /// The clients of durable data that are registered.
    pub clients: usize,
    /// By how many bytes the reader of rows is behind.
    pub replication_lag: usize,
    /// Whether something is in its way.
    pub is_replication_stopped: bool,
    /// Whether the bus takes nothing, or is not heard.
    pub is_bus_down: bool,
    /// How many servers are heard there.
    pub bus_servers: usize,
    /// How many bytes wait to be published.
    pub bus_waiting: usize,
    /// What pages rely on.
    pub listening: Listening,
}

/// What the pages that are connected rely on.
#[derive(Debug, Default)]
pub struct Listening {
    /// How many sockets listen to each event, by route; those that have not said count nowhere.
    pub routes: BTreeMap<&'static str, usize>,
    /// How many sockets are of each contract: a fingerprint, `unknown` or `unsaid`.
    pub contracts: BTreeMap<&'static str, usize>,
}

/// Counts what happens under one name.
#[derive(Clone)]
pub struct Tally(Counter);

impl Tally {
    /// Counts one more.
    pub fn count(&self) {
        self.0.increment(1);
    }
}

impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tally")
    }
}

impl ServerMetrics {
    /// Begins to count, unless this is not wanted; `codes` are those that the app's handlers answer with.
    #[must_use]
    pub fn new(is_wanted: bool, codes: &[&'static str]) -> Self {
        let (recorder, codes) = (Recorder::new(is_wanted), Codes::new(codes));
        let unknown = RouteMetrics::new(recorder.clone(), Outcomes::new(&codes), "unknown", "unknown");
        Self {
            joins: Outcomes::new(&codes),
            handshakes: Outcomes::new(&codes),
            recorder,
            listening: Mutex::default(),
            codes,
            unknown,
        }
    }

    /// Returns what is counted of a route of this lane.
    #[must_use]
    pub fn route(&self, lane: &'static str, route: &'static str) -> Arc<RouteMetrics> {
        RouteMetrics::new(self.recorder.clone(), Outcomes::new(&self.codes), lane, route)
    }

    /// Returns what is counted of calls that are of no route.
    #[must_use]
    pub fn unknown(&self) -> &Arc<RouteMetrics> {
        &self.unknown
    }

    /// Counts an answer to somebody who wanted to enter a room; `code` is that of the error, or `ok`.
    pub fn joined(&self, code: &str) {
        self.joins.count(code, |code| self.recorder.counter(&JOINS, &[("code", code)]));
    }

    /// Counts an answer to somebody who wanted a socket; `code` is that of the error, or `ok`.
    pub fn greeted(&self, code: &str) {
        self.handshakes.count(code, |code| self.recorder.counter(&HANDSHAKES, &[("code", code)]));
    }

    /// Returns what counts the refusals of a limit. To be kept by whoever refuses.
    #[must_use]
    pub fn limit(&self, name: &'static str) -> Tally {
        Tally(self.recorder.counter(&LIMITED, &[("limit", name)]))
    }

    /// Counts a socket that has gone for this reason.
    pub fn disconnected(&self, reason: &'static str) {
        self.recorder.counter(&DISCONNECTS, &[("reason", reason)]).increment(1);
    }

    /// Writes everything in the text format of Prometheus, with what is so `now`; empty if nothing is counted.
    #[must_use]
    pub fn render(&self, now: Now) -> String {
        let Some(handle) = self.recorder.handle() else { return String::new() };
        let gauges = [
            (&CONNECTIONS, now.connections),
            (&SOCKETS, now.sockets),
            (&ROOMS, now.rooms),
            (&MEMBERS_NOW, now.members),
            (&HISTORY, now.history_bytes),
            (&NAMED, now.idempotency_bytes),
            (&SESSIONS, now.sessions),
            (&QUEUE, now.queue_bytes),
            (&CALLS_NOW, now.calls),
            (&STATE_VALUES, now.state_values),
            (&STATE_UNSAVED, now.state_unsaved),
            (&STATE_FAILING, now.state_failing),
            (&CLIENTS, now.clients),
            (&REPLICATION_LAG, now.replication_lag),
            (&REPLICATION_STOPPED, usize::from(now.is_replication_stopped)),
            (&BUS_DOWN, usize::from(now.is_bus_down)),
            (&BUS_SERVERS, now.bus_servers),
            (&BUS_WAITING, now.bus_waiting),
        ];
        for (series, value) in gauges {
            self.recorder.gauge(series, &[]).set(value as f64);
        }
        let Listening { routes, contracts } = now.listening;
        let shown = &mut *self.listening.lock();
        // Those that nobody relies on any more are still there, and are none.
        let counts = [
            (&LISTENERS, "route", routes, &mut shown.routes),
            (&CONTRACTS, "contract", contracts, &mut shown.contracts),
        ];
        for (series, label, now, shown) in counts {
            shown.values_mut().for_each(|count| *count = 0);
            shown.extend(now);
            shown.iter().for_each(|(name, count)| self.recorder.gauge(series, &[(label, name)]).set(*count as f64));
        }
        handle.render()
    }

    /// Keeps what was counted small, for as long as this is awaited.
    pub async fn keep_small(&self) {
        let Some(handle) = self.recorder.handle() else { return };
        loop {
            sleep(UPKEEP).await;
            handle.run_upkeep();
        }
    }
}

impl Recorder {
    fn new(is_wanted: bool) -> Self {
        if !is_wanted {
            return Self(None);
        }
        let histograms = SERIES.iter().filter_map(|series| match series.kind {
            SeriesKind::Histogram(bounds) => Some((series.name, bounds)),
            SeriesKind::Counter | SeriesKind::Gauge => None,
        });
        let recorder = histograms.fold(PrometheusBuilder::new(), |builder, (name, bounds)| {
            builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds).expect("there are bounds")
        });
        let recorder = recorder.build_recorder();
        for series in SERIES {
            let (name, meaning) = (series.name.into(), series.meaning.into());
            match series.kind {
                SeriesKind::Counter => recorder.describe_counter(name, None, meaning),
                SeriesKind::Gauge => recorder.describe_gauge(name, None, meaning),
                SeriesKind::Histogram(_) => recorder.describe_histogram(name, None, meaning),
            }
        }
        Self(Some(Arc::new(recorder)))
    }

    fn handle(&self) -> Option<PrometheusHandle> {
        self.0.as_ref().map(|recorder| recorder.handle())
    }

    pub(super) fn counter(&self, series: &Series, labels: &[(&'static str, &'static str)]) -> Counter {
        let counter = |recorder: &Arc<PrometheusRecorder>| recorder.register_counter(&key(series, labels), &METADATA);
        self.0.as_ref().map_or_else(Counter::noop, counter)
    }

    pub(super) fn histogram(&self, series: &Series, labels: &[(&'static str, &'static str)]) -> Histogram {
        let histogram =
            |recorder: &Arc<PrometheusRecorder>| recorder.register_histogram(&key(series, labels), &METADATA);
        self.0.as_ref().map_or_else(Histogram::noop, histogram)
    }

    fn gauge(&self, series: &Series, labels: &[(&'static str, &'static str)]) -> Gauge {
        self.0.as_ref().map_or_else(Gauge::noop, |recorder| recorder.register_gauge(&key(series, labels), &METADATA))
    }
}

fn key(series: &Series, labels: &[(&'static str, &'static str)]) -> Key {
    debug_assert!(labels.iter().map(|(label, _)| label).eq(series.labels), "{}", series.name);
    let labels: Vec<_> = labels.iter().map(|(label, value)| Label::from_static_parts(label, value)).collect();
    Key::from_parts(series.name, labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Visited;

    fn lines(text: &str, name: &str) -> Vec<String> {
        let mut lines: Vec<_> = text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect();
        lines.sort();
        lines
    }

    #[test]
    fn codes_that_nobody_has_announced_share_a_series() {
        let metrics = ServerMetrics::new(true, &["game-full"]);
        let route = metrics.route("event", "game/move/v1");
        for code in ["ok", "ok", "game-full", "auth-required"] {
            route.called(code, Duration::from_millis(2));
        }
        (0..1000).for_each(|number| route.called(&format!("made-{number}"), Duration::ZERO));
        let calls = lines(&metrics.render(Now::default()), "sync_calls_total");
        assert_eq!(
            calls,
            [
                r#"sync_calls_total{lane="event",route="game/move/v1",code="auth-required"} 1"#,
                r#"sync_calls_total{lane="event",route="game/move/v1",code="game-full"} 1"#,
                r#"sync_calls_total{lane="event",route="game/move/v1",code="ok"} 2"#,
                r#"sync_calls_total{lane="event",route="game/move/v1",code="other"} 1000"#,
            ]
        );
    }

    #[test]
    fn two_servers_count_for_themselves_and_one_that_counts_nothing_has_nothing_to_say() {
        let [one, other] = [true, true].map(|is_wanted| ServerMetrics::new(is_wanted, &[]));
        one.joined("ok");
        one.limit("socket").count();
        assert_eq!(lines(&one.render(Now::default()), "sync_joins_total"), [r#"sync_joins_total{code="ok"} 1"#]);
        assert!(!other.render(Now::default()).contains("sync_joins_total{"));
        let off = ServerMetrics::new(false, &[]);
        off.joined("ok");
        off.route("event", "a/b/v1").visited(Visited { delivered: 1, skipped: 1 }, Duration::ZERO);
        assert_eq!(off.render(Now::default()), "");
    }

    #[test]
    fn samples_do_not_pile_up_though_nobody_asks() {
        const ROUNDS: u64 = 50;
        const SAMPLES: u64 = 10_000;
        let metrics = ServerMetrics::new(true, &[]);
        let route = metrics.route("event", "a/b/v1");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime");
        let rounds = async {
            for _ in 0..ROUNDS {
                (0..SAMPLES).for_each(|_| route.handled(Duration::from_micros(300)));
                sleep(UPKEEP * 2).await;
            }
        };
        let kept = allocation_counter::measure(|| {
            runtime.block_on(async {
                tokio::select! {
                    () = rounds => {}
                    () = metrics.keep_small() => unreachable!("it goes on"),
                }
            });
        });
        assert!(kept.bytes_current < (ROUNDS * SAMPLES * 4) as i64, "{kept:?}");
        let count = format!(r#"sync_handler_seconds_count{{lane="event",route="a/b/v1"}} {}"#, ROUNDS * SAMPLES);
        assert!(metrics.render(Now::default()).contains(&count));
    }
}
