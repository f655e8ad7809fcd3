//! Shared values in a file of the server's.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::{StateStore, StateStoreError, StoreKey, StoredRooms, StoredState};
use crate::clock::calendar;
use crate::route::BoxFuture;
use crate::storage::{DataError, Database, Failure, FileLock, Schema};

/// The file of all values.
const FILE: &str = "states.sqlite";

const SCHEMA: Schema = Schema {
    file: FILE,
    migrations: &["
        CREATE TABLE states (
            state TEXT NOT NULL,     -- <page>/<name>
            version TEXT NOT NULL,   -- v1
            room TEXT NOT NULL,
            number INTEGER NOT NULL, -- how often the value has changed
            value TEXT NOT NULL,     -- JSON
            saved INTEGER NOT NULL,  -- in milliseconds since 1970
            PRIMARY KEY (state, version, room)
        ) STRICT;
        CREATE TABLE set_aside (     -- what could not be read
            state TEXT NOT NULL,
            version TEXT NOT NULL,
            room TEXT NOT NULL,
            number INTEGER NOT NULL,
            value TEXT NOT NULL,
            found INTEGER NOT NULL,  -- in milliseconds since 1970
            UNIQUE (state, version, room, value)
        ) STRICT;
    "],
    cache: 2 << 10,
    loss: "shared values begin anew",
};

/// Shared values in the file `states.sqlite` of a folder: `store = sqlite`. One process uses it at a time.
#[derive(Debug)]
pub struct SqliteStates {
    database: Database,
    #[expect(dead_code, reason = "it is held as long as the file is used")]
    lock: Option<FileLock>,
}

impl SqliteStates {
    /// Opens or creates the file in `folder`. Another process that uses it may be about to end: it is waited for so long.
    ///
    /// # Errors
    ///
    /// When another process goes on using it, the folder cannot be written, or the file is damaged or written by a newer server.
    pub async fn open(folder: &Path, patience: Duration) -> Result<Self, DataError> {
        let lock = FileLock::take(folder, FILE, patience).await?;
        Ok(Self { database: Database::open(folder, SCHEMA).await?, lock: Some(lock) })
    }

    /// Reads the file in `folder` beside the process that uses it: nothing may be written. `None` where there is no file.
    ///
    /// # Errors
    ///
    /// When the file is damaged or written by a newer server.
    pub async fn beside(folder: &Path) -> Result<Option<Self>, DataError> {
        if !folder.join(FILE).exists() {
            return Ok(None);
        }
        Ok(Some(Self { database: Database::open(folder, SCHEMA).await?, lock: None }))
    }
}

impl StateStore for SqliteStates {
    fn load(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<StoredState>, StateStoreError>> {
        Box::pin(async move { Ok(self.database.read(move |file, _| find(file, &key)).await?) })
    }

    fn save(&self, key: StoreKey, stored: StoredState) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(async move {
            let (known, now, asked) = (stored.number, calendar(), key.clone());
            let found = self.database.write(move |file| match write(file, &asked, &stored, now)? {
                0 => find(file, &asked).map(|found| found.map(|found| found.number)),
                _ => Ok(None),
            });
            match found.await? {
                None => Ok(()),
                Some(found) => Err(StateStoreError::Newer { key, found, known }),
            }
        })
    }

    fn set_aside(&self, key: StoreKey) -> BoxFuture<'_, Result<String, StateStoreError>> {
        Box::pin(async move {
            let (place, now) = (format!("{FILE}, table set_aside: {key}"), calendar());
            let copy = "INSERT OR IGNORE INTO set_aside (state, version, room, number, value, found)
                SELECT state, version, room, number, value, ?4 FROM states WHERE state = ?1 AND version = ?2 AND room = ?3";
            self.database
                .write(move |file| file.prepare_cached(copy)?.execute(params![key.state, key.version, key.room, now]))
                .await?;
            Ok(place)
        })
    }

    fn rooms(&self, state: &'static str, version: &'static str) -> BoxFuture<'_, Result<StoredRooms, StateStoreError>> {
        Box::pin(async move {
            let rooms = self.database.read(move |file, _| {
                let mut select = file.prepare_cached("SELECT room FROM states WHERE state = ?1 AND version = ?2")?;
                let rooms = select.query_map(params![state, version], |row| row.get::<_, String>(0))?;
                rooms.map(|room| Ok(room?.into())).collect()
            });
            Ok(StoredRooms { rooms: rooms.await?, unreadable: Vec::new() })
        })
    }

    fn replace(&self, key: StoreKey, stored: Option<StoredState>) -> BoxFuture<'_, Result<(), StateStoreError>> {
        let now = calendar();
        Box::pin(async move {
            let delete = "DELETE FROM states WHERE state = ?1 AND version = ?2 AND room = ?3";
            let replacing = self.database.write(move |file| {
                file.prepare_cached(delete)?.execute(params![key.state, key.version, key.room])?;
                stored.map_or(Ok(0), |stored| write(file, &key, &stored, now))
            });
            Ok(replacing.await.map(drop)?)
        })
    }
}

fn find(file: &Connection, key: &StoreKey) -> rusqlite::Result<Option<StoredState>> {
    let select = "SELECT number, value FROM states WHERE state = ?1 AND version = ?2 AND room = ?3";
    let mut select = file.prepare_cached(select)?;
    let row = select.query_row(params![key.state, key.version, key.room], |row| {
        // It is written from a number that has no sign, and counts up from 1.
        let number: i64 = row.get(0)?;
        Ok(StoredState { number: number.unsigned_abs(), value: row.get::<_, String>(1)?.into() })
    });
    row.optional()
}

/// Writes a value, unless a newer one is there; returns how many rows that were.
fn write(file: &Connection, key: &StoreKey, stored: &StoredState, now: i64) -> rusqlite::Result<usize> {
    let mut upsert = file.prepare_cached(
        "INSERT INTO states (state, version, room, number, value, saved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (state, version, room) DO UPDATE
             SET number = excluded.number, value = excluded.value, saved = excluded.saved WHERE excluded.number >= number",
    )?;
    let number = i64::try_from(stored.number).unwrap_or(i64::MAX);
    upsert.execute(params![key.state, key.version, key.room, number, stored.value, now])
}

impl From<Failure> for StateStoreError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite;
    use super::*;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let folder = tempfile::tempdir().expect("a folder");
        suite::run(async || SqliteStates::open(folder.path(), Duration::from_secs(5)).await.expect("a file")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_server_is_told_that_the_file_is_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let _first = SqliteStates::open(folder.path(), Duration::ZERO).await.expect("a file");
        let refused = SqliteStates::open(folder.path(), Duration::from_secs(1)).await.expect_err("it is used");
        assert!(refused.to_string().contains("is used by another server"), "{refused}");
    }
}
