//! The Postgres that `scripts/bench` starts, as one asks it.

use std::error::Error;

use tokio::runtime::Runtime;
use tokio_postgres::types::FromSql;
use tokio_postgres::{Client, NoTls};

/// The table whose rows are measured.
const TABLE: &str = "DROP PUBLICATION IF EXISTS sync;
    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
    DROP TABLE IF EXISTS rows;
    CREATE TABLE rows (id BIGINT PRIMARY KEY, list TEXT NOT NULL, text TEXT NOT NULL, count INTEGER NOT NULL DEFAULT 0)";
/// What a row says, beside its numbers.
pub(crate) const TEXT: &str = "md5(n::text) || md5((n + 1)::text)";

/// Adds the row that changes all the time.
pub(crate) const ADD_LIVE: &str = "INSERT INTO rows VALUES (-1, 'live', '')";

/// A connection, and what it runs on.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) runtime: Runtime,
    client: Client,
}

impl Database {
    /// Connects, and has the table empty, which nobody reads.
    pub(crate) fn new(url: String) -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            tokio::spawn(connection);
            Ok::<_, tokio_postgres::Error>(client)
        })?;
        let database = Self { url, runtime, client };
        database.run(TABLE)?;
        Ok(database)
    }

    pub(crate) fn run(&self, statements: &str) -> Result<(), Box<dyn Error>> {
        let ran = self.runtime.block_on(self.client.batch_execute(statements));
        ran.map_err(|error| format!("{statements}: {}", error.as_db_error().map_or("", |error| error.message())).into())
    }

    pub(crate) fn ask<T: for<'a> FromSql<'a>>(&self, select: &str) -> Result<T, Box<dyn Error>> {
        Ok(self.runtime.block_on(self.client.query_one(select, &[]))?.try_get(0)?)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns up to where it has written.
    pub(crate) fn written(&self) -> Result<u64, Box<dyn Error>> {
        lsn(&self.ask::<String>("SELECT pg_current_wal_insert_lsn()::text")?)
    }

    /// Adds rows in transactions of a hundred, each into a list of its own of a hundred, and returns up to where that is written.
    pub(crate) fn add(&self, from: u64, count: u64) -> Result<u64, Box<dyn Error>> {
        let to = from + count - 1;
        self.run(&format!(
            "DO $$ BEGIN
                FOR start IN {from}..{to} BY 100 LOOP
                    INSERT INTO rows SELECT n, (start / 100) % 100, {TEXT} FROM generate_series(start, start + 99) n;
                    COMMIT;
                END LOOP;
            END $$"
        ))?;
        self.written()
    }
}

/// Reads a place in the write-ahead log.
pub(crate) fn lsn(text: &str) -> Result<u64, Box<dyn Error>> {
    let (high, low) = text.split_once('/').ok_or("a place has two halves")?;
    Ok(u64::from_str_radix(high, 16)? << 32 | u64::from_str_radix(low, 16)?)
}
