//! The series that a server has: the source of `docs/metrics.md`.

/// What is counted under one name.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// The name.
    pub name: &'static str,
    /// How it changes.
    pub kind: SeriesKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it is, as a sentence.
    pub meaning: &'static str,
    /// What an operator makes of it, as Markdown.
    pub advice: &'static str,
}

/// How a series changes.
#[derive(Debug, Clone, Copy)]
pub enum SeriesKind {
    /// It only grows.
    Counter,
    /// It is what is so now.
    Gauge,
    /// It has samples, counted up to each of these bounds.
    Histogram(&'static [f64]),
}

impl SeriesKind {
    /// Returns the word that Prometheus has for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// From a tenth of a millisecond to the time limit of handlers.
const SECONDS: SeriesKind =
    SeriesKind::Histogram(&[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0]);
const MEMBERS: SeriesKind =
    SeriesKind::Histogram(&[0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 5000.0, 20000.0]);

macro_rules! series {
    ($($id:ident: $name:literal $kind:expr, [$($label:literal),*], $meaning:literal, $advice:literal;)*) => {
        $(pub(super) const $id: Series = Series {
            name: $name,
            kind: $kind,
            labels: &[$($label),*],
            meaning: $meaning,
            advice: $advice,
        };)*

        /// All of them.
        pub const SERIES: &[Series] = &[$($id),*];
    };
}

use SeriesKind::{Counter, Gauge};

series! {
    CALLS: "sync_calls_total" Counter, ["lane", "route", "code"],
        "Calls that were answered, by what came of them: `ok`, or the code of the error.",
        "The share of codes that are not `ok` is what users see go wrong. `sync-server-failed` and `sync-client-failed` are bugs: the log has \
         them. `sync-timeout` is a handler, or a room, that is too slow. `auth-…`, `room-…` and `sync-not-in-room` in numbers are \
         somebody who tries doors. `sync-cancelled` are calls whose callers had gone. `unknown` is the route of what could not be read or \
         named no route: an old client, or a probe.";
    CALL_SECONDS: "sync_call_seconds" SECONDS, ["lane", "route"],
        "How long calls took, from their arrival to their answer.",
        "Much more than `sync_handler_seconds` of the same route is waiting: for a turn in a busy room, or for a store.";
    HANDLER_SECONDS: "sync_handler_seconds" SECONDS, ["lane", "route"],
        "How long handlers ran, what they waited for included.",
        "This is the app's own time. A handler that computes for long keeps a thread from all others: hand it to `spawn_blocking`.";
    HANDSHAKES: "sync_handshakes_total" Counter, ["code"],
        "Answers to CONNECT, by what came of them: `ok`, or the code of the error.",
        "Many of `auth-required` are somebody who guesses tokens, or sessions that were lost. `sync-rate-limited` is a limit of addresses; \
         behind a proxy that is not in `trusted_proxies`, it is everybody's.";
    JOINS: "sync_joins_total" Counter, ["code"],
        "Answers to `joinRoom`, by what came of them.",
        "Many of `room-forbidden` are somebody who guesses names of rooms, or a rule that changed under its clients.";
    FILTER_SECONDS: "sync_filter_seconds" SECONDS, ["route"],
        "How long the filter of one event ran for all members of its room together. Of events that were visited together, each counts an \
         equal share.",
        "Grows with the room. Where it hurts, let the filter run once for each group (`by = …`), or have none. What a filter that waits \
         waits for is not in it.";
    FANOUT: "sync_fanout_members" MEMBERS, ["route"],
        "How many members one event was sent to.",
        "What one call costs in frames. Traffic grows with this times the rate of calls.";
    DELIVERIES: "sync_deliveries_total" Counter, ["route"],
        "Events that were handed to the sockets of members, errors of filters included; one that a member is told as several versions counts once.",
        "The load of the server: most of its time goes into these.";
    SKIPS: "sync_skips_total" Counter, ["route"],
        "Members who were not sent an event: the filter said so, or `ignoreSelf` did.",
        "Many times `sync_deliveries_total` is a room that is too large for what is said in it: smaller rooms spare the filter.";
    QUEUE: "sync_queue_bytes" Gauge, [],
        "Bytes that wait for sockets which are slower than what they are sent.",
        "Near `sync_sockets` times `send_queue`, memory is at its bound. A rise without more traffic is the network between you and your users.";
    DISCONNECTS: "sync_disconnects_total" Counter, ["reason"],
        "Sockets that have gone: why the server closed them, `client` for those that went by themselves or did not answer pings, \
         `server-stopping` when it stops.",
        "`send-queue-full` and `write-timeout` are readers that are too slow for their rooms: fewer events, `volatile` routes, a larger \
         `send_queue`. `receive-queue-full` is a client that floods. `filters-too-slow` is a filter that waits for too long. \
         `resume-failed` is a client that came back and took what it had missed too slowly. `delivery-failed` is a bug of Syncwright: the log has it.";
    CONNECTIONS: "sync_connections" Gauge, [],
        "TCP connections that are open.",
        "Near the limit of open files (`ulimit -n`) minus an eighth, those that are quiet are closed to make room. Far above \
         `sync_sockets`, somebody holds connections open and says nothing.";
    SOCKETS: "sync_sockets" Gauge, [],
        "Sockets that were let in.",
        "Tabs that are connected. A sudden fall is a network, a proxy or a deployment; the rise behind it, everybody's return.";
    ROOMS: "sync_rooms" Gauge, [],
        "Rooms that have members, or a history; `all`, which everybody is in, is not among them.",
        "A number that only grows is an app that never leaves rooms.";
    MEMBERS_NOW: "sync_members" Gauge, [],
        "Members of all rooms: a socket in two rooms counts twice, and in `all` it does not count.",
        "Divided by `sync_rooms`, how large a room is.";
    HISTORY: "sync_history_bytes" Gauge, [],
        "Bytes of memory that events take which are kept for members who come back, about.",
        "Near `history_total_bytes`, the oldest give way: who comes back after a while is told that it missed something. Keep less in rooms \
         that do not need it (`history = none`), or give it more memory.";
    NAMED: "sync_idempotency_bytes" Gauge, [],
        "Bytes of memory that is taken by what came of calls with an `id`, for those that are repeated, about.",
        "Near `idempotency_total_bytes`, those who call most are forgotten before `idempotency_age_ms` is over: a call of theirs that is \
         repeated late happens once more.";
    SESSIONS: "sync_sessions" Gauge, [],
        "Sessions that are in use on this server: of sockets, and of requests that are being handled.",
        "Less than `sync_sockets`, since tabs share one. What the store has besides is not counted.";
    CALLS_NOW: "sync_calls_in_flight" Gauge, [],
        "Calls, and handshakes, that are being handled.",
        "A number that rises and does not fall is a handler that waits for something that does not come.";
    STATE_OPENS: "sync_state_opens_total" Counter, ["route", "code"],
        "Answers to those who wanted to see the value of a room, by what came of them: `ok`, or the code of the error.",
        "`state-unavailable` is a store that does not answer, or a stored value that cannot be read: the log says which, and where a copy is. \
         Actions are calls of the lane `state`.";
    STATE_SAVES: "sync_state_saves_total" Counter, ["route", "outcome"],
        "Saves of values, by what came of them: `ok` or `failed`.",
        "One that has failed is tried again; until it works the value is in memory alone, or, with `save = \"each\"`, what was done is refused.";
    STATE_VALUES: "sync_state_values" Gauge, [],
        "Values of rooms that are in memory.",
        "Each is there as long as anybody is in its room, and `ttl` longer. Many more than `sync_rooms` is a long `ttl`, or an app that reads \
         values of rooms that nobody is in.";
    STATE_UNSAVED: "sync_state_unsaved" Gauge, [],
        "How many of them have changed and are not saved yet.",
        "What a crash would lose. It follows the traffic, and falls to 0 within the longest `save` when that ends.";
    STATE_FAILING: "sync_state_failing" Gauge, [],
        "How many of them could not be saved when that was tried last.",
        "More than 0 for a minute is an alarm: a store is down, or a disk full. `Handle::state_health` says which values, and why.";
    LISTENERS: "sync_listeners" Gauge, ["route"],
        "Sockets that listen to events of a route, as far as their pages have said.",
        "Who still listens to a version before it retires. A page that says nothing, such as that of a stock client, counts nowhere.";
    CONTRACTS: "sync_contracts" Gauge, ["contract"],
        "Sockets by the contract that their page was built with: a fingerprint, the server's own or a released one; `unknown` for others, and `unsaid`.",
        "How many pages of each release are still open. `unknown` are pages of builds that were never released, or whose promises were broken: they are told to load again.";
    CLIENTS: "sync_clients" Gauge, [],
        "Clients of durable data that are registered, connected or not, on all servers of the log. It is counted every half hour.",
        "Browsers that have read durable data within `registry_age_ms`. A sudden rise is somebody who makes up clients.";
    REPLICATION_LAG: "sync_replication_lag_bytes" Gauge, [],
        "Bytes of write-ahead log that the database has written and the reader of rows, if there is one and it is here, has not stored yet.",
        "It follows the traffic and falls to 0; it stands still while `sync_replication_stopped` is 1. A rise for minutes is a reader that is too slow: the slot keeps the log, which fills the disk of the database. `GET /_sync/replication` says more.";
    REPLICATION_STOPPED: "sync_replication_stopped" Gauge, [],
        "1 while something is in the way of reading rows.",
        "An alarm: `GET /_sync/replication` and the log say what it is.";
    BUS_DOWN: "sync_bus_down" Gauge, [],
        "1 while the bus takes no messages of this server, or is not heard.",
        "An alarm after some seconds: what happens in rooms is refused (`sync-unavailable`) while it takes nothing. 0 where there is no bus.";
    BUS_SERVERS: "sync_bus_servers" Gauge, [],
        "How many servers are heard on the bus, this one included.",
        "As many as run. Fewer on one of them is a network that separates them, or two settings `redis_prefix`. 0 where there is no bus.";
    BUS_WAITING: "sync_bus_waiting_bytes" Gauge, [],
        "How many bytes wait to be published.",
        "It falls to 0 within a millisecond or so. A rise is a Redis that is too slow, or away; beyond 16 MiB calls are refused.";
    LIMITED: "sync_limited_total" Counter, ["limit"],
        "What a limit has refused, by the limit: the rates `route`, `volatile`, `socket`, `user`, `address` and `sign-in`; `sockets` and \
         `connections` of one address; `unidentified` for sockets that had to go for newer ones, `connect-timeout` for those that took \
         too long to say CONNECT; `message-size`; `rooms` of one socket; `room-turns` for calls that wait for one room.",
        "A few are a client with a bug; many, from few users, somebody who floods; many from everybody, a limit that is too low.";
}
