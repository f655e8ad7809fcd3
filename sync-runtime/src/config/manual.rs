//! What each key of the configuration means: the source of `docs/configuration.md`.
//!
//! One entry for each setting, in the order of the page. A setting without an entry fails the tests, and so does an entry whose default is
//! not the one that a server has.

use DefaultValue::{Depends, Is};

/// What a key is for.
#[derive(Debug, Clone, Copy)]
pub struct Explained {
    /// The key in `sync.toml`; the variable is `SYNC_` and the key in capitals.
    pub key: &'static str,
    /// The type, with its unit.
    pub kind: &'static str,
    /// What it is where nobody sets it.
    pub default: DefaultValue,
    /// What it changes, as Markdown.
    pub meaning: &'static str,
}

/// What a setting is where nobody sets it.
#[derive(Debug, Clone, Copy)]
pub enum DefaultValue {
    /// A value that could be written there.
    Is(&'static str),
    /// What decides, in words.
    Depends(&'static str),
}

impl Explained {
    /// Returns the name of the variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("SYNC_{}", self.key.to_ascii_uppercase())
    }
}

/// Returns all keys with what they mean.
#[must_use]
pub fn explained() -> &'static [Explained] {
    MANUAL
}

const fn key(key: &'static str, kind: &'static str, default: DefaultValue, meaning: &'static str) -> Explained {
    Explained { key, kind, default, meaning }
}

const MANUAL: &[Explained] = &[
    key("listen", "address and port", Is("127.0.0.1:3000"), "Where the server listens. Port 0 takes a free one."),
    key(
        "inherit_listener",
        "`on` or `off`",
        Is("off"),
        "Whether standard input is the socket to accept connections on, bound already by whoever starts the server; `listen` is not looked at \
         then. On Unix.",
    ),
    key(
        "takeover",
        "`on` or `off`",
        Is("off"),
        "Whether a server that is started takes over from the one that runs on the same `data`, with its listening socket and all connections, and \
         lets the next one do so: see [deploying](deploying.md). On Unix.",
    ),
    key(
        "data",
        "folder",
        Is("./data"),
        "Where the server keeps its files, such as sessions. It is created where it is not there.",
    ),
    key(
        "env",
        "`development` or `production`",
        Depends("`development` in a debug build, else `production`"),
        "In development, pages of every port of this machine may use the server. In production, cookies are `Secure` and have the \
         prefix `__Host-`, and limits cannot be turned off.",
    ),
    key("limits", "`on` or `off`", Is("on"), "Whether anybody is counted; `off` is refused in production."),
    key(
        "origins",
        "list of origins",
        Depends("none"),
        "Further origins whose pages may use the server, such as `https://example.com`; in the variable, commas are between them.",
    ),
    key(
        "cookie_name",
        "name",
        Depends("what the app says, else `session`"),
        "The name of the session cookie, without the prefix `__Host-`, which comes before it where cookies are `Secure`.",
    ),
    key(
        "log",
        "`text` or `json`",
        Is("text"),
        "The form of the log on standard error: lines for people, or one JSON object a line. `RUST_LOG` says what is in it.",
    ),
    key(
        "metrics",
        "`loopback`, `all` or `off`",
        Is("loopback"),
        "Who may read [`/metrics`](metrics.md): programs of the same machine, whoever reaches the server, or nobody, and then nothing \
         is counted.",
    ),
    key("handler_timeout_ms", "milliseconds", Is("30000"), "How long a call may take, what it waits for included."),
    key("filter_timeout_ms", "milliseconds", Is("1000"), "How long a filter that waits may take for one member."),
    key("message_limit", "bytes", Is("1000000"), "The largest message; a larger one is `sync-too-large`."),
    key("room_limit", "number", Is("50"), "How many rooms a socket may be in; one more is `room-limit`."),
    key(
        "presence_grace_ms",
        "milliseconds",
        Is("10000"),
        "For how long somebody who has closed a page is still there for those who see who is in a room: a page that is loaded again \
         closes, too.",
    ),
    key("presence_lost_grace_ms", "milliseconds", Is("30000"), "The same for somebody whose connection was lost."),
    key(
        "history_events",
        "number, or 0",
        Is("1000"),
        "How many events of a room are kept, so that who was disconnected is shown what it missed; 0 keeps none.",
    ),
    key(
        "history",
        "`memory` or `durable`",
        Is("memory"),
        "Where they are kept in rooms whose rule does not say it: `durable` is as if it said `history = durable`, so that a server that starts \
         anew goes on with them.",
    ),
    key("history_bytes", "bytes", Is("4194304"), "How much memory the kept events of one room may take."),
    key(
        "history_age_ms",
        "milliseconds",
        Is("120000"),
        "For how long they are kept, and who has gone is known again; a rule may say otherwise (`history`).",
    ),
    key(
        "history_total_bytes",
        "bytes",
        Is("268435456"),
        "How much memory the kept events of all rooms may take together: the oldest give way.",
    ),
    key(
        "idempotency_age_ms",
        "milliseconds",
        Is("600000"),
        "For how long the outcome of a call with an `id` is kept in memory: a repeat of it is answered the same, and happens no second time.",
    ),
    key(
        "idempotency_bytes",
        "bytes",
        Is("1048576"),
        "How much memory that may take for one caller, a session or an anonymous page: its own oldest calls are forgotten.",
    ),
    key(
        "idempotency_total_bytes",
        "bytes",
        Is("67108864"),
        "How much memory that may take for all callers together: those who have the most give way.",
    ),
    key(
        "durable_calls_age_ms",
        "milliseconds",
        Is("86400000"),
        "For how long calls of `durable` routes are kept in `calls.sqlite`.",
    ),
    key(
        "durable_calls",
        "number",
        Is("10000"),
        "How many of them are kept of one caller: its own oldest are forgotten.",
    ),
    key(
        "durable_total_calls",
        "number",
        Is("1000000"),
        "How many of them are kept of all callers: the oldest of the one that has the most are forgotten.",
    ),
    key(
        "durable_history_age_ms",
        "milliseconds",
        Is("3600000"),
        "For how long events of rooms with `history = durable` are kept in `rooms.sqlite`, and who has gone is known again there, a year at most; in numbers \
         and bytes they are bounded as all others.",
    ),
    key(
        "backup_interval_ms",
        "milliseconds, or 0",
        Is("0"),
        "How often the stored values of states are written into a new file in `backup_folder`; 0 is never.",
    ),
    key("backup_folder", "folder", Depends("`backups` in `data`"), "Where those files are."),
    key("backup_keep", "number", Is("24"), "How many of them are kept: the oldest are removed."),
    key(
        "log_url",
        "address",
        Depends("none"),
        "The Postgres that durable data is kept in instead of a file, such as `postgres://user:secret@127.0.0.1:5432/database`; several servers may share it. Needs the cargo feature `postgres`. It is in no log.",
    ),
    key(
        "database_url",
        "address",
        Depends("`DATABASE_URL`, else none"),
        "The Postgres whose [rows are entities](replication.md): those of tables with a file in a `_replica` folder. Needs the cargo feature `postgres`. It is in no log.",
    ),
    key(
        "replication_source",
        "`slot` or `outbox`",
        Is("slot"),
        "Where changes of rows come from: `slot` is what the database writes for itself; `outbox` is a table that triggers write, where there is no right \
         to replicate. In the file, these keys may stand without `replication_` below `[replication]`.",
    ),
    key(
        "replication_slot",
        "name",
        Depends("`sync_` and the name of the database"),
        "The replication slot. All databases of one Postgres share these names.",
    ),
    key("replication_publication", "name", Is("sync"), "The publication that the tables are in."),
    key(
        "replication_tables",
        "list of tables",
        Depends("all that are entities"),
        "Which tables are read, such as `public.todos`; those that are left out are durable data of the server's own.",
    ),
    key(
        "replication_log",
        "`database` or `file`",
        Is("database"),
        "Where changes of rows are logged. `database`: in that database, or in that of `log_url`; servers share them, and in the first case mutations write rows. \
         `file`: in a file in `data`, and the database is only read; each server needs a slot then.",
    ),
    key(
        "log_changes",
        "number",
        Is("100000"),
        "How many changes of a scope are kept for clients that read on where they were. Who is behind that takes a snapshot.",
    ),
    key("log_age_ms", "milliseconds", Is("2592000000"), "For how long a change of a scope is kept."),
    key(
        "log_clients_ms",
        "milliseconds",
        Is("2592000000"),
        "For how long it is known which mutations of a client were applied, counted from its last one.",
    ),
    key(
        "registry_age_ms",
        "milliseconds",
        Is("86400000"),
        "For how long a client of durable data is registered that gives no sign: how far it has come is known for so long, and behind that it begins with a snapshot.",
    ),
    key(
        "send_queue",
        "bytes",
        Is("1048576"),
        "How much may wait for one socket before it is disconnected (`send-queue-full`).",
    ),
    key(
        "direct_delivery",
        "`on` or `off`",
        Is("on"),
        "Whether frames are written straight to a WebSocket. Without it they take the way through the protocol stack, which is slower.",
    ),
    key(
        "write_timeout_ms",
        "milliseconds",
        Is("10000"),
        "How long the kernel may take nothing for a socket before it is disconnected (`write-timeout`).",
    ),
    key("download_timeout_ms", "milliseconds", Is("120000"), "How long it may take nothing of an answer over HTTP."),
    key(
        "head_timeout_ms",
        "milliseconds",
        Is("75000"),
        "How long a client may take for the head of a request, and between two requests on one connection: longer than a proxy before \
         the server keeps one.",
    ),
    key(
        "body_timeout_ms",
        "milliseconds",
        Is("30000"),
        "How long a client may take for the body of a request; a second more for each 16 KiB that have come.",
    ),
    key("session_ttl_ms", "milliseconds", Is("2592000000"), "How long a session lives after its last use; 30 days."),
    key(
        "shutdown_timeout_ms",
        "milliseconds",
        Is("10000"),
        "How long shutdown waits for calls in flight and for what is still to be sent.",
    ),
    key("ping_interval_ms", "milliseconds", Is("25000"), "How often the server pings a socket."),
    key("ping_timeout_ms", "milliseconds", Is("20000"), "How long a socket may leave a ping unanswered."),
    key(
        "redis_url",
        "address",
        Depends("none"),
        "The Redis that sessions are kept in instead of a file, such as `redis://127.0.0.1:6379/0`. Needs the cargo feature `redis`. It is in no log.",
    ),
    key(
        "bus",
        "`local` or address",
        Is("local"),
        "Where the rooms of several servers meet: a Redis such as `redis://127.0.0.1:6379`, from version 7 on. What `redis_url` keeps is kept there, too, unless that says something else. Needs the cargo feature `redis`. It is in no log.",
    ),
    key(
        "redis_prefix",
        "text",
        Is("sync"),
        "What keys and channels in Redis begin with. Two apps in one Redis need two of these.",
    ),
    key(
        "single_session",
        "`on` or `off`",
        Is("off"),
        "Whether a user has one session at a time: signing in ends the others (`session-replaced`).",
    ),
    key(
        "rate_limit",
        "rate",
        Is("20/s, burst 100"),
        "How often one caller may call one route that does not say so itself.",
    ),
    key("volatile_rate_limit", "rate", Is("60/s, burst 60"), "The same for `volatile` routes."),
    key("socket_rate_limit", "rate", Is("200/s, burst 1000"), "How many messages of any kind one socket may send."),
    key(
        "user_rate_limit",
        "rate",
        Is("400/s, burst 2000"),
        "How many calls and messages one user may send, on all sockets and over HTTP.",
    ),
    key(
        "address_rate_limit",
        "rate",
        Is("1000/s, burst 5000"),
        "How many requests and messages may come from one address; of IPv6, from one network `/64`.",
    ),
    key("sign_in_rate_limit", "rate", Is("1/s, burst 100"), "How often people may sign in from one address."),
    key(
        "address_connections",
        "number",
        Is("1000"),
        "How many connections, and how many sockets, one address may have.",
    ),
    key(
        "address_unidentified",
        "number",
        Is("1024"),
        "How many sockets of one address may not have said who they are.",
    ),
    key("unidentified", "number", Is("4096"), "How many sockets in all may not have said who they are."),
    key("connect_timeout_ms", "milliseconds", Is("10000"), "How long a socket may take to say who it is."),
    key(
        "trusted_proxies",
        "list of networks",
        Depends("none"),
        "The proxies whose `X-Forwarded-For` and `Forwarded` are believed, such as `10.0.0.0/8`.",
    ),
    key("head_limit", "bytes", Is("32768"), "The largest head of a request, from 8,192."),
    key("nesting_limit", "number", Is("64"), "How deep an input may be nested, up to 100."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, SETTINGS};

    #[test]
    fn every_setting_is_explained_once() {
        let mut settings: Vec<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        let mut explained: Vec<_> = MANUAL.iter().map(|explained| explained.key).collect();
        settings.sort_unstable();
        explained.sort_unstable();
        assert_eq!(settings, explained);
        assert!(MANUAL.iter().all(|explained| !explained.meaning.contains(['|', '\n'])), "a cell of a table");
    }

    /// Setting a key to what its entry says changes nothing.
    #[test]
    fn the_defaults_are_those_of_a_server_without_settings() {
        for explained in MANUAL {
            let Is(text) = explained.default else { continue };
            let variable = (explained.variable(), text.to_owned());
            let read = Config::read("", [variable]).expect("a default is a value");
            assert_eq!(read, Config::default(), "{}", explained.key);
        }
    }

    #[test]
    fn a_slip_in_any_key_finds_the_key() {
        for Explained { key, .. } in MANUAL {
            for at in 0..key.len() {
                let slip = format!("{}{}", &key[..at], &key[at + 1..]);
                if slip.is_empty() || MANUAL.iter().any(|other| other.key == slip) {
                    continue;
                }
                let error = Config::read(&format!("{slip} = 1"), []).expect_err("no key").to_string();
                assert_eq!(error, format!("`sync.toml` has an unknown key `{slip}`: expected `{key}`"));
            }
        }
    }

    #[test]
    fn a_bad_value_of_any_key_is_named_with_what_was_expected() {
        for setting in SETTINGS {
            let error = Config::read(&format!("{} = {{}}", setting.key), []).expect_err("no table").to_string();
            assert_eq!(error, format!("`{}` is `table`: expected {}", setting.key, setting.expected));
        }
    }
}
