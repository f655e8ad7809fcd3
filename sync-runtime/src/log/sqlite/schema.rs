//! The tables of a log in SQLite.

use crate::storage::Schema;

/// A file of rows of another database, with the same tables.
#[cfg(feature = "postgres")]
pub(super) const ROWS: Schema =
    Schema { file: "rows.sqlite", loss: "all rows are read anew, and clients take snapshots", ..SCHEMA };

/// The file of all logs.
pub(super) const SCHEMA: Schema = Schema {
    file: "log.sqlite",
    migrations: &["
        CREATE TABLE sync_scopes (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            epoch TEXT NOT NULL,     -- tells this log from another one of the same name
            head INTEGER NOT NULL,   -- the cursor of the last change
            floor INTEGER NOT NULL,  -- that of the last change that was trimmed
            oldest INTEGER           -- the time of the first change that is kept; NULL: none is
        ) STRICT;
        CREATE INDEX sync_scopes_by_time ON sync_scopes (oldest);
        CREATE TABLE sync_changes (
            scope INTEGER NOT NULL,
            cursor INTEGER NOT NULL,
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            kind INTEGER NOT NULL,   -- 0 created, 1 updated, 2 deleted
            data TEXT,               -- JSON; NULL: it is gone
            before TEXT,             -- what it was before, for snapshots that began before this; NULL: nothing
            time INTEGER NOT NULL,   -- in milliseconds since 1970
            PRIMARY KEY (scope, cursor)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_entities (
            scope INTEGER NOT NULL,
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (scope, entity, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_clients (
            id TEXT PRIMARY KEY,
            owner BLOB NOT NULL,     -- a hash of whose it is
            last INTEGER NOT NULL,   -- the number of the last push that is settled
            seen INTEGER NOT NULL    -- in milliseconds since 1970
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sync_clients_by_time ON sync_clients (seen);
        CREATE TABLE sync_outcomes (
            client TEXT NOT NULL,
            number INTEGER NOT NULL,
            call BLOB NOT NULL,      -- a hash of what was asked for
            cursor INTEGER,          -- NULL: it was refused
            refusal TEXT,            -- JSON
            PRIMARY KEY (client, number)
        ) STRICT, WITHOUT ROWID;
    ", "
        ALTER TABLE sync_scopes ADD COLUMN replicated INTEGER NOT NULL DEFAULT 0;  -- 1: rows of another database belong to it
        CREATE TABLE sync_replica (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            term INTEGER NOT NULL,   -- how often somebody has begun to read
            state TEXT               -- what was read up to, in the words of who reads
        ) STRICT;
        CREATE TABLE sync_placed (
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            scopes TEXT NOT NULL,    -- the numbers of those that a row is in
            PRIMARY KEY (entity, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_registry (
            client TEXT PRIMARY KEY,
            owner BLOB NOT NULL,     -- a hash of whose it is
            user TEXT,               -- whose it is
            seen INTEGER NOT NULL,   -- when it has given a sign last, in milliseconds since 1970
            server TEXT              -- where it is connected; NULL: nowhere
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sync_registry_by_time ON sync_registry (seen);
        CREATE INDEX sync_registry_by_server ON sync_registry (server);
        CREATE INDEX sync_registry_by_owner ON sync_registry (owner, seen);
        CREATE TABLE sync_positions (
            client TEXT NOT NULL,
            scope TEXT NOT NULL,
            cursor INTEGER NOT NULL, -- up to which it has read
            epoch TEXT NOT NULL,
            PRIMARY KEY (client, scope)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_aside (
            entity TEXT NOT NULL,
            id TEXT NOT NULL,
            why TEXT NOT NULL,
            position TEXT NOT NULL,  -- where it was read
            time INTEGER NOT NULL,   -- in milliseconds since 1970
            PRIMARY KEY (entity, id)
        ) STRICT, WITHOUT ROWID;
    "],
    cache: 32 << 10,
    loss: "the durable data of all scopes begins anew",
};
