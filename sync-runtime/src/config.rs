//! The configuration: one typed struct, read from `sync.toml` and `SYNC_…` variables.
//!
//! Variables win over the file. Both are passed in, so that a test needs neither a file nor the process environment.

mod manual;
mod origin;
mod proxies;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use sync_schema::{Rate, RateLimit};

pub use manual::{DefaultValue, Explained, explained};
pub(crate) use origin::WebOrigin;
pub(crate) use proxies::ProxyNetworks;

/// How a server runs. [`Config::default`] is a development server on port 3000 with every limit at its default.
///
/// # Examples
///
/// ```
/// use sync::Config;
///
/// let config = Config::read("", [("SYNC_LISTEN".to_owned(), "127.0.0.1:0".to_owned())])?;
/// assert_eq!(config.listen.port(), 0);
/// # Ok::<(), sync::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// Where to listen; `SYNC_LISTEN`, default `127.0.0.1:3000`.
    pub listen: SocketAddr,
    /// Standard input is the socket to accept connections on, bound already; `SYNC_INHERIT_LISTENER`. Then `listen` is not looked at. Whoever
    /// starts servers one after the other on one socket, as `cargo sync dev` does, turns nobody away in between.
    pub inherit_listener: bool,
    /// Whether a server that is started takes over from the one that runs on the same `data`, with all connections, and lets the next one do so;
    /// `SYNC_TAKEOVER`, on Unix. Elsewhere the next one starts when this one has ended, and clients come back by themselves.
    pub takeover: bool,
    /// Where the server keeps its files, such as sessions; `SYNC_DATA`, default `./data`. It is created where it is not there.
    pub data: PathBuf,
    /// Development or production; `SYNC_ENV`, by default what the build is.
    pub environment: Environment,
    /// Whether anybody is counted: rates, and how many connections an address may have. `SYNC_LIMITS=off` is refused in production.
    pub limits: bool,
    /// Whether versions are answered whose last day has passed, as tests of what they do want it; no setting says so.
    pub(crate) answers_retired: bool,
    /// How often one caller may call one route that does not say so itself (`rate_limit` on its attribute). A caller is a user, or else a
    /// session, or else an address.
    pub rate_limit: RateLimit,
    /// The same for routes that are `volatile`.
    pub volatile_rate_limit: RateLimit,
    /// How many messages of any kind one socket may send. A socket that is refused more than as many again is closed (`rate-limited`).
    pub socket_rate_limit: RateLimit,
    /// How many calls and messages one user may send on all sockets and over HTTP.
    pub user_rate_limit: RateLimit,
    /// How many requests, and messages on sockets, may come from one address: of IPv6 from one network `/64`. Like all limits of an address,
    /// it does not hold for this machine itself in development.
    pub address_rate_limit: RateLimit,
    /// How often people may sign in from one address.
    pub sign_in_rate_limit: RateLimit,
    /// How many connections one address may have, and how many sockets. The connections of a trusted proxy are not counted, its
    /// clients' sockets are.
    pub address_connections: usize,
    /// How many sockets of one address may not have said who they are; the oldest have to go.
    pub address_unidentified: usize,
    /// How many sockets in all may not have said who they are.
    pub unidentified: usize,
    /// How long a socket may take to say who it is.
    pub connect_timeout: Duration,
    /// The networks of the proxies before this server, such as `10.0.0.0/8` or `::1`; `SYNC_TRUSTED_PROXIES`, separated by commas. What they
    /// say in `X-Forwarded-For` and `Forwarded` of who is behind them is believed, and of nobody else. A proxy has to append to the header,
    /// or to write it anew; if there are both headers, and they do not agree, none is believed.
    pub trusted_proxies: Vec<String>,
    /// Further origins whose pages may use this server, such as `https://example.com`; `SYNC_ORIGINS`, separated by commas.
    pub origins: Vec<String>,
    /// The name of the session cookie; `SYNC_COOKIE_NAME`. Without one it has the name that the app gives it
    /// ([`Server::cookie_name`](crate::Server::cookie_name)), or else [`DEFAULT_COOKIE_NAME`](Self::DEFAULT_COOKIE_NAME).
    ///
    /// Browsers share cookies between the ports of a host: two apps of one host need two names. So in development, the name that an
    /// app gives has the port behind it, as in `chess_3000`; one that is configured is used as it is. Where cookies are `Secure`,
    /// `__Host-` comes before it; where they are not, a cookie called [`DEFAULT_COOKIE_NAME`](Self::DEFAULT_COOKIE_NAME) is still read.
    pub cookie_name: Option<String>,
    /// In which form the log is written; `SYNC_LOG=json`. What is in it is said by `RUST_LOG`.
    pub log: LogFormat,
    /// Who may read `/metrics`; `SYNC_METRICS`.
    pub metrics: MetricsAccess,
    /// How long a handler may take.
    pub handler_timeout: Duration,
    /// How long a filter may take for one member.
    pub filter_timeout: Duration,
    /// The largest message, in bytes.
    pub message_limit: usize,
    /// The largest head of a request, in bytes, from 8,192.
    pub head_limit: usize,
    /// How deep an input may be nested, up to 100.
    pub nesting_limit: usize,
    /// How many rooms a socket may be in.
    pub room_limit: usize,
    /// For how long somebody who has closed a page is still in its rooms for those who see who is there: a page that is loaded again
    /// closes, too.
    pub presence_grace: Duration,
    /// The same for somebody whose connection was lost.
    pub presence_lost_grace: Duration,
    /// Where the events of rooms are kept whose rule does not say it; `SYNC_HISTORY`.
    pub history: HistoryPlace,
    /// How many events of a room are kept, so that who comes back is shown what it missed.
    pub history_events: usize,
    /// How many bytes of memory they may take.
    pub history_bytes: usize,
    /// For how long they are kept, where the rule of the room says nothing else.
    pub history_age: Duration,
    /// How many bytes of memory those of all rooms may take together.
    pub history_total_bytes: usize,
    /// For how long what came of a call is kept that its caller has named, so that a repeat of it is answered the same.
    pub idempotency_age: Duration,
    /// How many bytes of memory that may take for one caller.
    pub idempotency_bytes: usize,
    /// How many bytes of memory that may take for all callers.
    pub idempotency_total_bytes: usize,
    /// For how long calls of `durable` routes are kept in a file.
    pub durable_calls_age: Duration,
    /// How many of them are kept of one caller.
    pub durable_calls: usize,
    /// How many of them are kept of all callers.
    pub durable_total_calls: usize,
    /// For how long the events of rooms with `history = durable` are kept, and who has gone is known again there.
    pub durable_history_age: Duration,
    /// How often the values of rooms are written into a new file in [`backup_folder`](Self::backup_folder); `None` is never.
    pub backup_interval: Option<Duration>,
    /// Where those files are; by default `backups` in [`data`](Self::data).
    pub backup_folder: Option<PathBuf>,
    /// How many of them are kept: the oldest go.
    pub backup_keep: usize,
    /// The Postgres that durable data is kept in, such as `postgres://user:password@127.0.0.1:5432/database`, instead of a file in
    /// [`data`](Self::data); `SYNC_LOG_URL`. Several servers may share it. It needs the cargo feature `postgres` of `sync-runtime`.
    pub log_url: Option<Secret>,
    /// The Postgres whose rows are entities, those with a `_replica` file; `DATABASE_URL`, or `SYNC_DATABASE_URL`. It needs the cargo feature
    /// `postgres` of `sync-runtime`.
    pub database_url: Option<Secret>,
    /// Where changes of rows come from.
    pub replication_source: ReplicationSource,
    /// The replication slot; by default `sync_` and the name of the database. A cluster has each name once.
    pub replication_slot: Option<String>,
    /// The publication.
    pub replication_publication: String,
    /// The tables that are read, of those that are entities; all of them where this is empty.
    pub replication_tables: Vec<String>,
    /// Where changes of rows are logged.
    pub replication_log: ReplicationLog,
    /// How many changes of a scope are kept, for those who read on where they were; who is behind that takes a snapshot.
    pub log_changes: u64,
    /// For how long a change is kept.
    pub log_age: Duration,
    /// For how long a client is known that pushes nothing: behind that, what it sends again may happen again.
    pub log_clients: Duration,
    /// For how long a client is registered that gives no sign; behind that, it begins with a snapshot.
    pub registry_age: Duration,
    /// How many bytes may wait for one socket before it is disconnected.
    pub send_queue: usize,
    /// Whether finished frames are written straight to a WebSocket. If not, they take the way through the protocol stack: slower,
    /// with the same bytes in the end, and the stale frames of volatile routes are not dropped there.
    pub direct_delivery: bool,
    /// How long the kernel may take nothing from us for a socket before it is disconnected.
    pub write_timeout: Duration,
    /// How long it may take nothing of an answer over HTTP.
    pub download_timeout: Duration,
    /// How long a client may take for the head of a request, and between two requests on one connection: longer than a proxy before us
    /// keeps one, mostly for a minute, or it would send a request into a connection that we close.
    pub head_timeout: Duration,
    /// How long it may take for the body of a request; a second more for each 16 KiB that have come.
    pub body_timeout: Duration,
    /// How long a session lives after its last use.
    pub session_ttl: Duration,
    /// The Redis that sessions are kept in, such as `redis://:password@127.0.0.1:6379/0`, instead of a file in [`data`](Self::data);
    /// `SYNC_REDIS_URL`. It needs the cargo feature `redis` of `sync-runtime`.
    pub redis_url: Option<Secret>,
    /// What the keys there begin with; `SYNC_REDIS_PREFIX`, default `sync`. Two apps in one Redis need two of these: they would let in each
    /// other's users.
    pub redis_prefix: String,
    /// Where the rooms of several servers meet, which are one then: `SYNC_BUS`, such as `redis://:password@127.0.0.1:6379`, from Redis 7 on;
    /// `None`, or `local`, for a server of its own. What is in [`redis_url`](Self::redis_url) otherwise is there, too, unless that says
    /// something else. It needs the cargo feature `redis` of `sync-runtime`.
    pub bus: Option<Secret>,
    /// Whether a user has one session at a time, `SYNC_SINGLE_SESSION=on`: who signs in ends the sessions that they had, whose sockets are
    /// closed and told so (`session-replaced`). Off by default.
    pub single_session: bool,
    /// How long shutdown waits for calls in flight and for what is still to be sent.
    pub shutdown_timeout: Duration,
    /// How often the server pings a socket.
    pub ping_interval: Duration,
    /// How long a socket may leave a ping unanswered.
    pub ping_timeout: Duration,
}

/// A text that is in no log and no error: an address with a password in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a server is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Origins of this machine are allowed on every port.
    Development,
    /// Cookies are sent over HTTPS only, and have the prefix `__Host-`; one without it is not read, since a neighbouring host can
    /// have set it.
    Production,
}

/// In which form the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// Each line is one JSON object.
    Json,
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Programs on the same machine. A request that a proxy has passed on is not one of them, though the proxy may be: it is known by
    /// what proxies say of whom they speak for, and by the name under which it was asked for, which is to be a name of this machine.
    Loopback,
    /// Whoever can reach the server: a firewall, or a proxy, decides.
    All,
    /// Nobody, and nothing is counted.
    Off,
}

/// Where what has happened in a room is kept for members who come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryPlace {
    /// In memory: a server that starts anew knows nothing of it.
    Memory,
    /// In `rooms.sqlite` as well, as if the rule said `history = durable`.
    Durable,
}

/// Where changes of rows of a database come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicationSource {
    /// A replication slot: what the database writes for itself.
    Slot,
    /// A table that triggers write, where there is no right to replicate.
    Outbox,
}

/// Where changes of rows of a database are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicationLog {
    /// In that database, unless `log_url` says another one: servers share them, and mutations write rows.
    Database,
    /// In a file of the server's own: the database is only read.
    File,
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value is not of the expected form.
    #[error("`{name}` is `{value}`: expected {expected}")]
    Value {
        /// The variable or the key in `sync.toml`.
        name: String,
        /// What was given.
        value: String,
        /// What is possible.
        expected: &'static str,
    },
    /// A key that no setting has.
    #[error("`sync.toml` has an unknown key `{key}`: expected {expected}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The nearest right name, or all of them.
        expected: String,
    },
    /// A setting that this server was built without.
    #[error(
        "`{name}` needs the cargo feature `{feature}`: add `features = [\"{feature}\"]` to `sync` in the app's Cargo.toml"
    )]
    Feature {
        /// The variable or the key in `sync.toml`.
        name: String,
        /// The feature of `sync-runtime`.
        feature: &'static str,
    },
    /// `sync.toml` is not TOML.
    #[error("`sync.toml` cannot be read: {0}")]
    Syntax(String),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            inherit_listener: false,
            takeover: false,
            data: PathBuf::from("./data"),
            environment: if cfg!(debug_assertions) { Environment::Development } else { Environment::Production },
            limits: true,
            answers_retired: false,
            rate_limit: RateLimit::At(Rate::new(20, 1, 100)),
            volatile_rate_limit: RateLimit::At(Rate::new(60, 1, 60)),
            socket_rate_limit: RateLimit::At(Rate::new(200, 1, 1000)),
            user_rate_limit: RateLimit::At(Rate::new(400, 1, 2000)),
            address_rate_limit: RateLimit::At(Rate::new(1000, 1, 5000)),
            sign_in_rate_limit: RateLimit::At(Rate::new(1, 1, 100)),
            address_connections: 1000,
            address_unidentified: 1024,
            unidentified: 4096,
            connect_timeout: Duration::from_secs(10),
            trusted_proxies: Vec::new(),
            origins: Vec::new(),
            cookie_name: None,
            log: LogFormat::Text,
            metrics: MetricsAccess::Loopback,
            handler_timeout: Duration::from_secs(30),
            filter_timeout: Duration::from_secs(1),
            message_limit: 1_000_000,
            head_limit: 32 * 1024,
            nesting_limit: 64,
            room_limit: 50,
            presence_grace: Duration::from_secs(10),
            presence_lost_grace: Duration::from_secs(30),
            history: HistoryPlace::Memory,
            history_events: 1000,
            history_bytes: 4 << 20,
            history_age: Duration::from_secs(120),
            history_total_bytes: 256 << 20,
            idempotency_age: Duration::from_secs(600),
            idempotency_bytes: 1 << 20,
            idempotency_total_bytes: 64 << 20,
            durable_calls_age: Duration::from_secs(24 * 3600),
            durable_calls: 10_000,
            durable_total_calls: 1_000_000,
            durable_history_age: Duration::from_secs(3600),
            backup_interval: None,
            backup_folder: None,
            backup_keep: 24,
            log_url: None,
            log_changes: 100_000,
            log_age: Duration::from_secs(30 * 24 * 3600),
            database_url: None,
            replication_source: ReplicationSource::Slot,
            replication_slot: None,
            replication_publication: "sync".to_owned(),
            replication_tables: Vec::new(),
            replication_log: ReplicationLog::Database,
            log_clients: Duration::from_secs(30 * 24 * 3600),
            registry_age: Duration::from_secs(24 * 3600),
            send_queue: 1 << 20,
            direct_delivery: true,
            write_timeout: Duration::from_secs(10),
            download_timeout: Duration::from_secs(120),
            head_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(30),
            session_ttl: Duration::from_secs(30 * 24 * 3600),
            redis_url: None,
            redis_prefix: "sync".to_owned(),
            bus: None,
            single_session: false,
            shutdown_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
        }
    }
}

/// One setting: its key in `sync.toml`, and how its text changes a configuration.
///
/// The variable is the key in capitals behind `SYNC_`; what the key means is said in `config/manual.rs`. Durations are whole milliseconds (`…_ms`), sizes bytes.
struct Setting {
    key: &'static str,
    expected: &'static str,
    apply: fn(&mut Config, &str) -> Option<()>,
    /// Whether no error shows its value.
    is_secret: bool,
}

const SETTINGS: &[Setting] = &[
    setting("listen", "an address such as 127.0.0.1:3000", |config, text| {
        config.listen = text.parse().ok()?;
        Some(())
    }),
    setting("inherit_listener", SWITCH, |config, text| {
        config.inherit_listener = switch(text)?;
        Some(())
    }),
    setting("takeover", SWITCH, |config, text| {
        config.takeover = switch(text)?;
        Some(())
    }),
    setting("data", "a folder", |config, text| {
        config.data = (!text.is_empty()).then(|| PathBuf::from(text))?;
        Some(())
    }),
    setting("env", "`development` or `production`", |config, text| {
        config.environment = match text {
            "development" => Environment::Development,
            "production" => Environment::Production,
            _ => return None,
        };
        Some(())
    }),
    setting("limits", "`on`, or `off` outside production", |config, text| {
        config.limits = switch(text)?;
        Some(())
    }),
    setting("rate_limit", RATE, |config, text| {
        config.rate_limit = text.parse().ok()?;
        Some(())
    }),
    setting("volatile_rate_limit", RATE, |config, text| {
        config.volatile_rate_limit = text.parse().ok()?;
        Some(())
    }),
    setting("socket_rate_limit", RATE, |config, text| {
        config.socket_rate_limit = text.parse().ok()?;
        Some(())
    }),
    setting("user_rate_limit", RATE, |config, text| {
        config.user_rate_limit = text.parse().ok()?;
        Some(())
    }),
    setting("address_rate_limit", RATE, |config, text| {
        config.address_rate_limit = text.parse().ok()?;
        Some(())
    }),
    setting("sign_in_rate_limit", RATE, |config, text| {
        config.sign_in_rate_limit = text.parse().ok()?;
        Some(())
    }),
    setting("address_connections", COUNT, |config, text| {
        config.address_connections = positive(text)?;
        Some(())
    }),
    setting("address_unidentified", COUNT, |config, text| {
        config.address_unidentified = positive(text)?;
        Some(())
    }),
    setting("unidentified", COUNT, |config, text| {
        config.unidentified = positive(text)?;
        Some(())
    }),
    setting("connect_timeout_ms", MILLISECONDS, |config, text| {
        config.connect_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("trusted_proxies", PROXIES, |config, text| {
        let networks: Vec<_> = items(text).collect();
        ProxyNetworks::read(networks.iter().copied()).ok()?;
        config.trusted_proxies = networks.into_iter().map(str::to_owned).collect();
        Some(())
    }),
    setting("origins", ORIGINS, |config, text| {
        config.origins = items(text).map(normal_origin).collect::<Option<_>>()?;
        Some(())
    }),
    setting("cookie_name", COOKIE_NAME, |config, text| {
        config.cookie_name = Some(is_cookie_name(text).then(|| text.to_owned())?);
        Some(())
    }),
    setting("log", "`text` or `json`", |config, text| {
        config.log = match text {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => return None,
        };
        Some(())
    }),
    setting("metrics", "`loopback`, `all` or `off`", |config, text| {
        config.metrics = match text {
            "loopback" => MetricsAccess::Loopback,
            "all" => MetricsAccess::All,
            "off" => MetricsAccess::Off,
            _ => return None,
        };
        Some(())
    }),
    setting("handler_timeout_ms", MILLISECONDS, |config, text| {
        config.handler_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("filter_timeout_ms", MILLISECONDS, |config, text| {
        config.filter_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("message_limit", SIZE, |config, text| {
        config.message_limit = positive(text)?;
        Some(())
    }),
    setting("head_limit", HEAD, |config, text| {
        config.head_limit = positive(text).filter(|limit| HEAD_LIMITS.contains(limit))?;
        Some(())
    }),
    setting("nesting_limit", NESTING, |config, text| {
        config.nesting_limit = positive(text).filter(|limit| NESTING_LIMITS.contains(limit))?;
        Some(())
    }),
    setting("room_limit", COUNT, |config, text| {
        config.room_limit = positive(text)?;
        Some(())
    }),
    setting("presence_grace_ms", MILLISECONDS, |config, text| {
        config.presence_grace = milliseconds(text)?;
        Some(())
    }),
    setting("presence_lost_grace_ms", MILLISECONDS, |config, text| {
        config.presence_lost_grace = milliseconds(text)?;
        Some(())
    }),
    setting("history", "`memory` or `durable`", |config, text| {
        config.history = match text {
            "memory" => HistoryPlace::Memory,
            "durable" => HistoryPlace::Durable,
            _ => return None,
        };
        Some(())
    }),
    setting("history_events", COUNT_OR_NONE, |config, text| {
        config.history_events = text.parse().ok()?;
        Some(())
    }),
    setting("history_bytes", SIZE, |config, text| {
        config.history_bytes = positive(text)?;
        Some(())
    }),
    setting("history_age_ms", MILLISECONDS, |config, text| {
        config.history_age = milliseconds(text)?;
        Some(())
    }),
    setting("history_total_bytes", SIZE, |config, text| {
        config.history_total_bytes = positive(text)?;
        Some(())
    }),
    setting("idempotency_age_ms", MILLISECONDS, |config, text| {
        config.idempotency_age = milliseconds(text)?;
        Some(())
    }),
    setting("idempotency_bytes", SIZE, |config, text| {
        config.idempotency_bytes = positive(text)?;
        Some(())
    }),
    setting("idempotency_total_bytes", SIZE, |config, text| {
        config.idempotency_total_bytes = positive(text)?;
        Some(())
    }),
    setting("durable_calls_age_ms", MILLISECONDS, |config, text| {
        config.durable_calls_age = milliseconds(text)?;
        Some(())
    }),
    setting("durable_calls", COUNT, |config, text| {
        config.durable_calls = positive(text)?;
        Some(())
    }),
    setting("durable_total_calls", COUNT, |config, text| {
        config.durable_total_calls = positive(text)?;
        Some(())
    }),
    setting("durable_history_age_ms", MILLISECONDS, |config, text| {
        config.durable_history_age = milliseconds(text)?;
        Some(())
    }),
    setting("backup_interval_ms", "milliseconds, or 0 for never", |config, text| {
        let interval = text.parse().ok()?;
        config.backup_interval = (interval > 0).then(|| Duration::from_millis(interval));
        Some(())
    }),
    setting("backup_folder", "a folder", |config, text| {
        config.backup_folder = Some((!text.is_empty()).then(|| PathBuf::from(text))?);
        Some(())
    }),
    setting("backup_keep", COUNT, |config, text| {
        config.backup_keep = positive(text)?;
        Some(())
    }),
    setting(
        "log_url",
        "the address of a Postgres such as postgres://user:secret@127.0.0.1:5432/database",
        |config, text| {
            let is_address = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
            config.log_url = Some(is_address.then(|| Secret::new(text))?);
            Some(())
        },
    )
    .secret(),
    setting("database_url", "the address of a database", |config, text| {
        config.database_url = Some((!text.is_empty()).then(|| Secret::new(text))?);
        Some(())
    })
    .secret(),
    setting("replication_source", "`slot` or `outbox`", |config, text| {
        config.replication_source = match text {
            "slot" => ReplicationSource::Slot,
            "outbox" => ReplicationSource::Outbox,
            _ => return None,
        };
        Some(())
    }),
    setting("replication_slot", "a name of small letters, digits and `_`", |config, text| {
        let is_name = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
        let is_slot = (1..=63).contains(&text.len()) && text.bytes().all(is_name);
        config.replication_slot = Some(is_slot.then(|| text.to_owned())?);
        Some(())
    }),
    setting("replication_publication", "the name of a publication", |config, text| {
        config.replication_publication = (1..=63).contains(&text.len()).then(|| text.to_owned())?;
        Some(())
    }),
    setting("replication_tables", "names of tables, such as public.todos", |config, text| {
        config.replication_tables = items(text).map(str::to_owned).collect();
        Some(())
    }),
    setting("replication_log", "`database` or `file`", |config, text| {
        config.replication_log = match text {
            "database" => ReplicationLog::Database,
            "file" => ReplicationLog::File,
            _ => return None,
        };
        Some(())
    }),
    setting("log_changes", COUNT, |config, text| {
        config.log_changes = u64::try_from(positive(text)?).ok()?;
        Some(())
    }),
    setting("log_age_ms", MILLISECONDS, |config, text| {
        config.log_age = milliseconds(text)?;
        Some(())
    }),
    setting("log_clients_ms", MILLISECONDS, |config, text| {
        config.log_clients = milliseconds(text)?;
        Some(())
    }),
    setting("registry_age_ms", MILLISECONDS, |config, text| {
        config.registry_age = milliseconds(text)?;
        Some(())
    }),
    setting("send_queue", SIZE, |config, text| {
        config.send_queue = positive(text)?;
        Some(())
    }),
    setting("direct_delivery", SWITCH, |config, text| {
        config.direct_delivery = switch(text)?;
        Some(())
    }),
    setting("write_timeout_ms", MILLISECONDS, |config, text| {
        config.write_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("download_timeout_ms", MILLISECONDS, |config, text| {
        config.download_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("head_timeout_ms", MILLISECONDS, |config, text| {
        config.head_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("body_timeout_ms", MILLISECONDS, |config, text| {
        config.body_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("session_ttl_ms", MILLISECONDS, |config, text| {
        config.session_ttl = milliseconds(text)?;
        Some(())
    }),
    setting("redis_url", "the address of a Redis such as redis://127.0.0.1:6379/0", |config, text| {
        config.redis_url = Some(redis_address(text)?);
        Some(())
    })
    .secret(),
    setting("bus", "`local`, or the address of a Redis such as redis://127.0.0.1:6379", |config, text| {
        config.bus = if text == "local" { None } else { Some(redis_address(text)?) };
        Some(())
    })
    .secret(),
    setting("redis_prefix", "a text that is not empty", |config, text| {
        config.redis_prefix = (!text.is_empty()).then(|| text.to_owned())?;
        Some(())
    }),
    setting("single_session", SWITCH, |config, text| {
        config.single_session = switch(text)?;
        Some(())
    }),
    setting("shutdown_timeout_ms", MILLISECONDS, |config, text| {
        config.shutdown_timeout = milliseconds(text)?;
        Some(())
    }),
    setting("ping_interval_ms", MILLISECONDS, |config, text| {
        config.ping_interval = milliseconds(text)?;
        Some(())
    }),
    setting("ping_timeout_ms", MILLISECONDS, |config, text| {
        config.ping_timeout = milliseconds(text)?;
        Some(())
    }),
];

/// Whether this was built with what `redis_url`, `bus` and `log_url` need.
const FEATURES: [bool; 3] = [cfg!(feature = "redis"), cfg!(feature = "redis"), cfg!(feature = "postgres")];

const ORIGINS: &str = "origins such as https://example.com, separated by commas: a scheme, a host (in its form `xn--…` if it is \
                       not ASCII) and nothing else but a port";
const COOKIE_NAME: &str = "a name for cookies, 1 to 64 letters, digits and signs such as `_`; without the prefix `__Host-`, \
                           which is put before it where cookies are `Secure`";
/// hyper reads with no smaller buffer, and a head of megabytes is no head.
const HEAD_LIMITS: RangeInclusive<usize> = 8192..=1 << 20;
/// serde_json stops at 128, and what is around an input is nested, too.
const NESTING_LIMITS: RangeInclusive<usize> = 1..=100;
const HEAD: &str = "a whole number of bytes from 8192 to 1048576";
const NESTING: &str = "a whole number from 1 to 100";
const RATE: &str = "a rate such as `20/s, burst 100`, with `s`, `m` or `h`, or `off`";
const COUNT: &str = "a whole number from 1";
const PROXIES: &str = "networks such as 10.0.0.0/8 or addresses such as ::1, separated by commas";
const MILLISECONDS: &str = "a whole number of milliseconds from 1";
const SWITCH: &str = "`on` or `off`";
const COUNT_OR_NONE: &str = "a whole number";
const SIZE: &str = "a whole number of bytes from 1";

const fn setting(key: &'static str, expected: &'static str, apply: fn(&mut Config, &str) -> Option<()>) -> Setting {
    Setting { key, expected, apply, is_secret: false }
}

impl Setting {
    const fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }
}

impl Config {
    /// The name of the session cookie where neither the app nor the configuration says another one.
    pub const DEFAULT_COOKIE_NAME: &str = "session";

    /// Reads the text of `sync.toml` and then the variables, of which only those that begin with `SYNC_` matter.
    ///
    /// An unknown `SYNC_…` variable is a warning in the log.
    ///
    /// # Errors
    ///
    /// The first key or variable that is unknown or has a bad value, with what was expected.
    pub fn read(toml: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for (key, value) in read_file(toml)? {
            let setting = find(&key).ok_or_else(|| unknown_key(&key))?;
            config.apply(setting, &key, &value)?;
        }
        let variables: BTreeMap<_, _> = variables.into_iter().collect();
        // Many programs call it so; only an app that has rows of a database asks what is in it.
        if let Some(url) = variables.get("DATABASE_URL").filter(|url| !url.trim().is_empty()) {
            config.database_url = Some(Secret::new(url.trim()));
        }
        for (name, value) in &variables {
            let Some(key) = name.strip_prefix("SYNC_") else { continue };
            match find(&key.to_ascii_lowercase()) {
                Some(setting) => config.apply(setting, name, value)?,
                None => {
                    tracing::warn!(variable = %name, nearest = %format!("SYNC_{}", nearest(key).to_ascii_uppercase()), "unknown variable")
                }
            }
        }
        let name_of = |key: &'static str, variable| if variables.contains_key(variable) { variable } else { key };
        config.check_features(
            [name_of("redis_url", "SYNC_REDIS_URL"), name_of("bus", "SYNC_BUS"), name_of("log_url", "SYNC_LOG_URL")],
            FEATURES,
        )?;
        config.check_limits(variables.get("SYNC_LIMITS").map_or("limits", |_| "SYNC_LIMITS"))?;
        Ok(config)
    }

    /// Returns the Redis that keeps what several servers share, if there is one.
    #[must_use]
    pub fn redis(&self) -> Option<&Secret> {
        self.redis_url.as_ref().or(self.bus.as_ref())
    }

    /// Returns whether this is a development server.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.environment == Environment::Development
    }

    /// Checks what code can set without [`read`](Self::read), and brings it into its normal form.
    pub(crate) fn checked(mut self) -> Result<Self, ConfigError> {
        self.check_features(["redis_url", "bus", "log_url"], FEATURES)?;
        for origin in &mut self.origins {
            *origin = normal_origin(origin).ok_or_else(|| ConfigError::Value {
                name: "origins".to_owned(),
                value: origin.clone(),
                expected: ORIGINS,
            })?;
        }
        if let Err(wrong) = ProxyNetworks::read(self.trusted_proxies.iter().map(String::as_str)) {
            return Err(ConfigError::Value {
                name: "trusted_proxies".to_owned(),
                value: wrong.to_owned(),
                expected: PROXIES,
            });
        }
        let sizes = [
            ("head_limit", self.head_limit, HEAD_LIMITS, HEAD),
            ("nesting_limit", self.nesting_limit, NESTING_LIMITS, NESTING),
        ];
        for (name, value, allowed, expected) in sizes {
            if !allowed.contains(&value) {
                return Err(ConfigError::Value { name: name.to_owned(), value: value.to_string(), expected });
            }
        }
        self.check_limits("limits")?;
        match self.cookie_name {
            Some(name) if !is_cookie_name(&name) => {
                Err(ConfigError::Value { name: "cookie_name".to_owned(), value: name, expected: COOKIE_NAME })
            }
            _ => Ok(self),
        }
    }

    /// Returns whether changes of rows are logged where other servers log them, too.
    #[cfg(feature = "postgres")]
    pub(crate) fn shares_replicated_log(&self) -> bool {
        self.replication_log == ReplicationLog::Database
    }

    /// Returns where backups are kept.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.backup_folder.clone().unwrap_or_else(|| self.data.join("backups"))
    }

    /// Returns the proxies that are believed.
    pub(crate) fn proxies(&self) -> ProxyNetworks {
        // It was checked before.
        ProxyNetworks::read(self.trusted_proxies.iter().map(String::as_str)).unwrap_or_default()
    }

    /// Names the session cookie as the app does, unless the configuration has named it.
    ///
    /// Copies of one app call it the same. In development each of them has a port of its own, which tells them apart; in production
    /// there may be several servers of one app behind one address, which must agree. A port that the system chooses is in no name: it
    /// would be another one after each start.
    pub(crate) fn with_cookie_of_app(mut self, name: Option<String>) -> Self {
        let port = Some(self.listen.port()).filter(|port| *port != 0 && self.is_development());
        let named = |name: String| match port {
            Some(port) => format!("{name}_{port}"),
            None => name,
        };
        self.cookie_name = self.cookie_name.or(name.map(named));
        self
    }

    /// Returns the name of the session cookie, without a prefix.
    #[must_use]
    pub fn session_cookie_name(&self) -> &str {
        self.cookie_name.as_deref().unwrap_or(Self::DEFAULT_COOKIE_NAME)
    }

    fn apply(&mut self, setting: &Setting, name: &str, value: &str) -> Result<(), ConfigError> {
        (setting.apply)(self, value.trim()).ok_or_else(|| ConfigError::Value {
            name: name.to_owned(),
            value: if setting.is_secret { "…" } else { value }.to_owned(),
            expected: setting.expected,
        })
    }

    /// Refuses what this was built without, by its name; `has` says for each whether it was built with it.
    fn check_features(&self, names: [&str; 3], has: [bool; 3]) -> Result<(), ConfigError> {
        let wanted =
            [("redis", self.redis_url.is_some()), ("redis", self.bus.is_some()), ("postgres", self.log_url.is_some())];
        for ((name, has), (feature, is_wanted)) in names.into_iter().zip(has).zip(wanted) {
            if is_wanted && !has {
                return Err(ConfigError::Feature { name: name.to_owned(), feature });
            }
        }
        Ok(())
    }

    fn check_limits(&self, name: &str) -> Result<(), ConfigError> {
        if self.limits || self.is_development() {
            return Ok(());
        }
        let expected = "`on`: a production server has limits";
        Err(ConfigError::Value { name: name.to_owned(), value: "off".to_owned(), expected })
    }
}

/// Reads what looks like the address of a Redis.
fn redis_address(text: &str) -> Option<Secret> {
    let is_address = ["redis://", "redis+unix://", "unix://"].iter().any(|scheme| text.starts_with(scheme));
    is_address.then(|| Secret::new(text))
}

/// Reads `key = value` lines; a list is joined by commas, as its variable is written, and `slot` of `[replication]` is `replication_slot`.
fn read_file(text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let file: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax(error.to_string()))?;
    let mut table = toml::Table::new();
    for (key, value) in file {
        match value {
            toml::Value::Table(inner) if is_section(&key) => {
                table.extend(inner.into_iter().map(|(inner, value)| (format!("{key}_{inner}"), value)));
            }
            value => drop(table.insert(key, value)),
        }
    }
    let plain = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(on) => Some(if *on { "on" } else { "off" }.to_owned()),
        _ => None,
    };
    let entries = table.into_iter().map(|(key, value)| {
        let text = match &value {
            toml::Value::Array(items) => {
                items.iter().map(plain).collect::<Option<Vec<_>>>().map(|items| items.join(","))
            }
            other => plain(other),
        };
        match text {
            Some(text) => Ok((key, text)),
            None => {
                let expected = find(&key).map_or("a known key", |setting| setting.expected);
                Err(ConfigError::Value { name: key, value: value.type_str().to_owned(), expected })
            }
        }
    });
    entries.collect()
}

/// Whether keys stand without this beginning below it.
fn is_section(name: &str) -> bool {
    let is_of_it = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
    find(name).is_none() && SETTINGS.iter().any(|setting| is_of_it(setting.key))
}

/// The items of a list, as a variable has them.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

fn unknown_key(key: &str) -> ConfigError {
    ConfigError::UnknownKey { key: key.to_owned(), expected: format!("`{}`", nearest(key)) }
}

fn nearest(key: &str) -> &'static str {
    sync_schema::closest(key, SETTINGS.iter().map(|setting| setting.key)).unwrap_or("listen")
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    positive(text).map(|number| Duration::from_millis(number as u64))
}

fn positive(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number > 0)
}

fn normal_origin(text: &str) -> Option<String> {
    WebOrigin::parse(text).map(|origin| origin.to_string())
}

/// A token of RFC 6265 that a browser takes over plain HTTP, too.
fn is_cookie_name(text: &str) -> bool {
    let has_prefix = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
        && !has_prefix("__Host-")
        && !has_prefix("__Secure-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(toml: &str, variables: &[(&str, &str)], expected: &str) {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let read = Config::read(toml, variables).map(|_| "read".to_owned()).unwrap_or_else(|error| error.to_string());
        assert!(read.starts_with(expected), "{read}\nexpected: {expected}");
    }

    #[test]
    fn a_bad_value_is_named_with_what_was_expected() {
        check("", &[("SYNC_LISTEN", "3000")], "`SYNC_LISTEN` is `3000`: expected an address such as 127.0.0.1:3000");
        check("", &[("SYNC_ENV", "prod")], "`SYNC_ENV` is `prod`: expected `development` or `production`");
        check("lisen = '127.0.0.1:1'", &[], "`sync.toml` has an unknown key `lisen`: expected `listen`");
        check("room_limit = 0", &[], "`room_limit` is `0`: expected a whole number from 1");
        check("room_limit = { a = 1 }", &[], "`room_limit` is `table`: expected a whole number from 1");
        check("[replication]\nslot = 'A'", &[], "`replication_slot` is `A`: expected a name of small letters");
        check(
            "[replication]\nslt = 'a'",
            &[],
            "`sync.toml` has an unknown key `replication_slt`: expected `replication_slot`",
        );
        check("[replicaton]\nslot = 'a'", &[], "`replicaton` is `table`: expected a known key");
        check("[replication]\nslot = 'a'\ntables = ['b', 'c']", &[], "read");
        check("listen = ", &[], "`sync.toml` cannot be read");
        check("origins = ['example.com']", &[], "`origins` is `example.com`: expected origins such as");
        let idn = ("SYNC_ORIGINS", "https://bücher.example");
        check(
            "",
            &[idn],
            "`SYNC_ORIGINS` is `https://bücher.example`: expected origins such as https://example.com, separated by",
        );
        check(
            "",
            &[("SYNC_ORIGINS", "https://a.example/x")],
            "`SYNC_ORIGINS` is `https://a.example/x`: expected origins",
        );
        for name in ["", "a b", "a=b", "a;b", "ä", "__Host-chess", "__secure-chess", &"x".repeat(65)] {
            let expected = format!("`SYNC_COOKIE_NAME` is `{name}`: expected a name for cookies");
            check("", &[("SYNC_COOKIE_NAME", name)], &expected);
        }
        check("cookie_nam = 'chess'", &[], "`sync.toml` has an unknown key `cookie_nam`: expected `cookie_name`");
    }

    #[test]
    fn what_needs_a_feature_says_so_and_its_password_is_shown_nowhere() {
        check(
            "",
            &[("SYNC_REDIS_URL", "http://:hush@a")],
            "`SYNC_REDIS_URL` is `…`: expected the address of a Redis such as",
        );
        check(
            "",
            &[("SYNC_LOG_URL", "mysql://:hush@a")],
            "`SYNC_LOG_URL` is `…`: expected the address of a Postgres such as",
        );
        check(
            "",
            &[("SYNC_BUS", "nats://:hush@a")],
            "`SYNC_BUS` is `…`: expected `local`, or the address of a Redis such as",
        );
        check("redis_prefix = ''", &[], "`redis_prefix` is ``: expected a text that is not empty");
        let redis = Config { redis_url: Some(Secret::new("redis://:hush@a")), ..Config::default() };
        let postgres = Config { log_url: Some(Secret::new("postgres://a:hush@b/c")), ..Config::default() };
        let bus = Config { bus: Some(Secret::new("redis://:hush@a")), ..Config::default() };
        let names = ["SYNC_REDIS_URL", "bus", "log_url"];
        for (config, name, feature) in
            [(redis, names[0], "redis"), (bus, names[1], "redis"), (postgres, names[2], "postgres")]
        {
            assert!(!format!("{config:?}").contains("hush"));
            assert_eq!(config.check_features(names, [true, true, true]), Ok(()));
            let refused =
                config.check_features(names, [false, false, false]).expect_err("it was built without").to_string();
            let help = format!("needs the cargo feature `{feature}`: add `features = [\"{feature}\"]`");
            assert_eq!(refused, format!("`{name}` {help} to `sync` in the app's Cargo.toml"));
        }
        assert_eq!(Config::default().check_features(names, [false, false, false]), Ok(()));
    }

    #[test]
    fn a_database_is_called_as_other_programs_call_it() {
        let url = |variables: &[(&str, &str)], toml: &str| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let config = Config::read(toml, variables).expect("it is read");
            config.database_url.map(|url| url.as_str().to_owned())
        };
        let file = "database_url = 'postgres://file'";
        assert_eq!(url(&[("DATABASE_URL", " sqlite://a ")], "").as_deref(), Some("sqlite://a"));
        assert_eq!(url(&[("DATABASE_URL", "")], file).as_deref(), Some("postgres://file"));
        assert_eq!(url(&[("DATABASE_URL", "b")], file).as_deref(), Some("b"));
        assert_eq!(url(&[("DATABASE_URL", "b"), ("SYNC_DATABASE_URL", "c")], file).as_deref(), Some("c"));
    }

    #[test]
    fn origins_are_brought_into_one_form_wherever_they_come_from() {
        let written = ["HTTPS://Shop.example:443/", "http://b.example:8080"].map(str::to_owned).to_vec();
        let normal = ["https://shop.example", "http://b.example:8080"];
        let read = Config::read("", [("SYNC_ORIGINS".to_owned(), written.join(" , "))]).expect("valid");
        assert_eq!(read.origins, normal);
        let in_code = Config { origins: written, ..Config::default() };
        assert_eq!(in_code.checked().expect("valid").origins, normal);
        for wrong in ["*", "shop.example", "https://shop.example/path"] {
            let config = Config { origins: vec![wrong.to_owned()], ..Config::default() };
            let error = config.checked().expect_err("no origin").to_string();
            assert!(error.starts_with(&format!("`origins` is `{wrong}`: expected origins such as")), "{error}");
        }
    }

    #[test]
    fn a_cookie_name_in_code_is_checked_like_one_that_is_configured() {
        let named = |name: &str| Config { cookie_name: Some(name.to_owned()), ..Config::default() }.checked();
        assert_eq!(named("chess").expect("valid").session_cookie_name(), "chess");
        assert!(named("chess game").is_err());
        assert_eq!(Config::default().session_cookie_name(), "session");
    }

    #[test]
    fn a_cookie_that_the_app_names_has_the_port_of_a_developers_server_in_its_name() {
        use Environment::{Development, Production};
        for (environment, port, configured, of_app, expected) in [
            (Development, 3000, None, Some("chess"), "chess_3000"),
            (Development, 3001, None, Some("chess"), "chess_3001"),
            (Development, 0, None, Some("chess"), "chess"),
            (Development, 3000, Some("mine"), Some("chess"), "mine"),
            (Development, 3000, None, None, "session"),
            (Production, 3000, None, Some("chess"), "chess"),
        ] {
            let listen = SocketAddr::from(([127, 0, 0, 1], port));
            let cookie_name = configured.map(str::to_owned);
            let config = Config { environment, listen, cookie_name, ..Config::default() };
            let config = config.with_cookie_of_app(of_app.map(str::to_owned)).checked().expect("valid");
            assert_eq!(config.session_cookie_name(), expected, "{environment:?} {port} {configured:?} {of_app:?}");
        }
    }

    #[test]
    fn limits_stay_on_in_production() {
        let off = ("SYNC_LIMITS", "off");
        let config = Config { environment: Environment::Production, limits: false, ..Config::default() };
        assert!(config.checked().is_err(), "nor in code");
        check("", &[("SYNC_ENV", "production"), off], "`SYNC_LIMITS` is `off`: expected `on`: a production");
        check("", &[("SYNC_ENV", "development"), off], "read");
    }

    #[test]
    fn rates_and_proxies_are_read_or_named() {
        let read = |name: &str, value: &str| Config::read("", [(name.to_owned(), value.to_owned())]).expect(value);
        let config = read("SYNC_RATE_LIMIT", "5/m, burst 7");
        assert_eq!(config.rate_limit, RateLimit::At(Rate::new(5, 60, 7)));
        assert_eq!(read("SYNC_SOCKET_RATE_LIMIT", "off").socket_rate_limit, RateLimit::Off);
        let config = read("SYNC_TRUSTED_PROXIES", "10.0.0.0/8, ::1,");
        assert_eq!(config.trusted_proxies, ["10.0.0.0/8", "::1"]);
        assert!(config.proxies().contains("10.1.2.3".parse().expect("an address")));
        check(
            "rate_limit = '20/s burst 1'",
            &[],
            "`rate_limit` is `20/s burst 1`: expected a rate such as `20/s, burst 100`",
        );
        check("trusted_proxies = ['proxy']", &[], "`trusted_proxies` is `proxy`: expected networks such as 10.0.0.0/8");
        check("head_limit = 100", &[], "`head_limit` is `100`: expected a whole number of bytes from 8192");
        check("nesting_limit = 128", &[], "`nesting_limit` is `128`: expected a whole number from 1 to 100");
        let in_code = Config { trusted_proxies: vec!["10.0.0.1/8".to_owned()], ..Config::default() };
        let error = in_code.checked().expect_err("no network").to_string();
        assert!(error.starts_with("`trusted_proxies` is `10.0.0.1/8`: expected networks such as"), "{error}");
        let in_code = Config { head_limit: 0, ..Config::default() };
        assert!(in_code.checked().is_err());
    }

    #[test]
    fn variables_win_over_the_file_and_unknown_ones_are_passed_over() {
        let variables =
            [("SYNC_LISTEN".to_owned(), "127.0.0.1:2".to_owned()), ("SYNC_LISTN".to_owned(), "x".to_owned())];
        let config = Config::read("listen = '127.0.0.1:1'\norigins = ['https://A.example']", variables).expect("valid");
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.origins, ["https://a.example"]);
    }
}
