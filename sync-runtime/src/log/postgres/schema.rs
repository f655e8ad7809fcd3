//! The tables of a log in Postgres.

use tokio_postgres::{Client, Error};

/// What brings the tables from each version to the next. Those that were released are never changed.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE sync_scopes (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name TEXT COLLATE \"C\" NOT NULL UNIQUE,
        epoch TEXT NOT NULL,     -- tells this log from another one of the same name
        head BIGINT NOT NULL,    -- the cursor of the last change
        floor BIGINT NOT NULL,   -- that of the last change that was trimmed
        oldest BIGINT            -- the time of the first change that is kept; NULL: none is
    );
    CREATE INDEX sync_scopes_by_time ON sync_scopes (oldest);
    CREATE TABLE sync_changes (
        scope BIGINT NOT NULL,
        cursor BIGINT NOT NULL,
        entity TEXT COLLATE \"C\" NOT NULL,
        id TEXT COLLATE \"C\" NOT NULL,
        kind SMALLINT NOT NULL,  -- 0 created, 1 updated, 2 deleted
        data TEXT,               -- JSON; NULL: it is gone
        before TEXT,             -- what it was before, for snapshots that began before this; NULL: nothing
        time BIGINT NOT NULL,    -- in milliseconds since 1970
        PRIMARY KEY (scope, cursor)
    );
    CREATE TABLE sync_entities (
        scope BIGINT NOT NULL,
        entity TEXT COLLATE \"C\" NOT NULL,
        id TEXT COLLATE \"C\" NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (scope, entity, id)
    );
    CREATE TABLE sync_clients (
        id TEXT COLLATE \"C\" PRIMARY KEY,
        owner BYTEA NOT NULL,    -- a hash of whose it is
        last BIGINT NOT NULL,    -- the number of the last push that is settled
        seen BIGINT NOT NULL     -- in milliseconds since 1970
    );
    CREATE INDEX sync_clients_by_time ON sync_clients (seen);
    CREATE TABLE sync_outcomes (
        client TEXT COLLATE \"C\" NOT NULL,
        number BIGINT NOT NULL,
        call BYTEA NOT NULL,     -- a hash of what was asked for
        cursor BIGINT,           -- NULL: it was refused
        refusal TEXT,            -- JSON
        PRIMARY KEY (client, number)
    );
", "
    ALTER TABLE sync_scopes ADD COLUMN replicated BOOLEAN NOT NULL DEFAULT false;  -- rows of another database belong to it
    CREATE TABLE sync_replica (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        term BIGINT NOT NULL,    -- how often somebody has begun to read
        state TEXT               -- what was read up to, in the words of who reads
    );
    CREATE TABLE sync_placed (
        entity TEXT COLLATE \"C\" NOT NULL,
        id TEXT COLLATE \"C\" NOT NULL,
        scopes BIGINT[] NOT NULL,  -- those that a row is in
        PRIMARY KEY (entity, id)
    );
    CREATE TABLE sync_written (    -- rows that mutations have written, until they are read back
        client TEXT COLLATE \"C\" NOT NULL,
        number BIGINT NOT NULL,
        scope TEXT COLLATE \"C\" NOT NULL,
        entity TEXT COLLATE \"C\" NOT NULL,
        id TEXT COLLATE \"C\" NOT NULL
    );
    CREATE INDEX sync_written_by_scope ON sync_written (scope, entity);
    CREATE INDEX sync_written_by_call ON sync_written (client, number);
    CREATE TABLE sync_registry (
        client TEXT COLLATE \"C\" PRIMARY KEY,
        owner BYTEA NOT NULL,    -- a hash of whose it is
        user_name TEXT,          -- whose it is
        seen BIGINT NOT NULL,    -- when it has given a sign last, in milliseconds since 1970
        server TEXT              -- where it is connected; NULL: nowhere
    );
    CREATE INDEX sync_registry_by_time ON sync_registry (seen);
    CREATE INDEX sync_registry_by_server ON sync_registry (server);
    CREATE INDEX sync_registry_by_owner ON sync_registry (owner, seen);
    CREATE TABLE sync_positions (
        client TEXT COLLATE \"C\" NOT NULL,
        scope TEXT COLLATE \"C\" NOT NULL,
        cursor BIGINT NOT NULL,  -- up to which it has read
        epoch TEXT NOT NULL,
        PRIMARY KEY (client, scope)
    );
    CREATE TABLE sync_aside (
        entity TEXT COLLATE \"C\" NOT NULL,
        id TEXT COLLATE \"C\" NOT NULL,
        why TEXT NOT NULL,
        position TEXT NOT NULL,  -- where it was read
        time BIGINT NOT NULL,    -- in milliseconds since 1970
        PRIMARY KEY (entity, id)
    );
",
    // Somebody may publish all tables of the database: of those without a key, nothing could be deleted any more.
    "ALTER TABLE sync_written REPLICA IDENTITY FULL;",
];

/// Why the tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SchemaError {
    #[error(
        "the tables `sync_…` of the database have version {found}, and this server knows versions up to {known}: start the newer server"
    )]
    Newer { found: i64, known: i64 },
    #[error("the tables `sync_…` of the database cannot be made")]
    Failed(#[from] Error),
}

/// Brings the tables up to date; of servers that start at one time, one does it.
pub(super) async fn migrate(client: &mut Client) -> Result<(), SchemaError> {
    let known = MIGRATIONS.len() as i64;
    let transaction = client.transaction().await?;
    let begin = "SELECT pg_advisory_xact_lock(hashtextextended('sync_log', 0));
        CREATE TABLE IF NOT EXISTS sync_version (version BIGINT NOT NULL)";
    transaction.batch_execute(begin).await?;
    let found = transaction.query_opt("SELECT version FROM sync_version", &[]).await?;
    let found: i64 = found.map_or(Ok(0), |row| row.try_get(0))?;
    let Some(missing) = usize::try_from(found).ok().and_then(|done| MIGRATIONS.get(done..)) else {
        return Err(SchemaError::Newer { found, known });
    };
    if missing.is_empty() {
        return Ok(());
    }
    for migration in missing {
        transaction.batch_execute(migration).await?;
    }
    transaction.batch_execute("ALTER TABLE sync_version REPLICA IDENTITY FULL; DELETE FROM sync_version").await?;
    transaction.execute("INSERT INTO sync_version VALUES ($1)", &[&known]).await?;
    Ok(transaction.commit().await?)
}
