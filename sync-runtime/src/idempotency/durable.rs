//! Calls that are known in the next life of the server, too.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::clock::{calendar, sleep};
use crate::error::{StoredError, SyncError};
use crate::idempotency::{CallKey, Outcome, reused};
use crate::storage::{DataError, Database, Failure, Schema};
use crate::wire::Answered;

/// A file of its own: whoever moves it away, or finds it damaged, loses nothing but that calls are known again.
const SCHEMA: Schema = Schema {
    file: "calls.sqlite",
    migrations: &["
        CREATE TABLE calls (
            caller BLOB NOT NULL,  -- the number of the session or of the page; nobody can sign in with it
            id TEXT NOT NULL,      -- the caller's own name of the call
            call BLOB NOT NULL,    -- a hash of what is called
            begun INTEGER NOT NULL, -- in milliseconds since 1970
            outcome TEXT,          -- JSON; NULL: the handler has begun, and nothing is known of its end
            PRIMARY KEY (caller, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX calls_by_time ON calls (begun);
    "],
    loss: "calls of `durable` routes that are repeated happen once more",
};

/// How many old calls are freed by one that is new.
const FREED_AT_ONCE: u32 = 8;
/// How often the end of a call is written that could not be, and how long it is waited in between.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(100);

/// The calls of routes that are `durable`, in the file `calls.sqlite` of a folder.
#[derive(Debug)]
pub struct DurableCalls {
    age: Duration,
    most: usize,
    /// How many there are, about.
    count: Arc<AtomicUsize>,
    codes: Vec<&'static str>,
    database: Database,
}

/// What is known of a call that is to begin.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is new, and noted now.
    New,
    /// It was made before.
    Ended(Outcome),
}

/// What came of a call, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Stored {
    Answered(Answered),
    Error(StoredError),
}

impl DurableCalls {
    /// Opens or creates the file in `folder`, where the last calls are kept, `most` of them, for `age`. `codes` are those that the app can
    /// answer with.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or the file is damaged, or written by a newer server.
    pub async fn open(
        folder: &Path,
        age: Duration,
        most: usize,
        codes: Vec<&'static str>,
    ) -> Result<Arc<Self>, DataError> {
        let database = Database::open(folder, SCHEMA).await?;
        let count = "SELECT count(*) FROM calls";
        let counted = database.read(move |file, _| file.query_row(count, [], |row| row.get::<_, i64>(0))).await;
        let count = Arc::new(AtomicUsize::new(counted.ok().and_then(|count| count.try_into().ok()).unwrap_or(0)));
        Ok(Arc::new(Self { age, most, count, codes, database }))
    }

    /// Notes that a call begins, unless it has before.
    ///
    /// # Errors
    ///
    /// `sync-unavailable` when the file cannot be used; `sync-id-reused`.
    pub(super) async fn begin(&self, key: &CallKey<'static>) -> Result<Begun, SyncError> {
        let (key, now, most, count) = (key.clone(), calendar(), self.most, self.count.clone());
        let oldest = now.saturating_sub(i64::try_from(self.age.as_millis()).unwrap_or(i64::MAX));
        let begun = self.database.write(move |file| {
            let known = find(file, &key, oldest)?;
            if known.is_none() {
                insert(file, &key, now)?;
                let is_too_many = count.fetch_add(1, Ordering::Relaxed) >= most;
                let freed = free_old(file, if is_too_many { now } else { oldest }, is_too_many)?;
                count.fetch_sub(freed.min(count.load(Ordering::Relaxed)), Ordering::Relaxed);
            }
            Ok(known.map(|(call, outcome)| (call == key.call.to_bytes(), outcome)))
        });
        match begun.await.map_err(unavailable)? {
            None => Ok(Begun::New),
            Some((false, _)) => Err(reused()),
            Some((true, None)) => Ok(Begun::Ended(Err(unknown()))),
            Some((true, Some(outcome))) => Ok(Begun::Ended(self.revive(&outcome))),
        }
    }

    /// Writes what came of a call, and returns what its caller is told: where it cannot be written, what a repeat would be told after the
    /// server has started anew.
    pub(super) async fn end(&self, key: &CallKey<'static>, outcome: Outcome) -> Outcome {
        let stored = match &outcome {
            Ok(answered) => Stored::Answered(answered.clone()),
            Err(error) => Stored::Error(error.to_stored()),
        };
        let Ok(stored) = serde_json::to_string(&stored) else { return Err(unknown()) };
        for tried in 1..=TRIES {
            let (key, stored) = (key.clone(), stored.clone());
            match self.database.write(move |file| update(file, &key, &stored)).await {
                Ok(()) => return outcome,
                Err(error) if tried == TRIES => {
                    tracing::error!(%error, "the outcome of a durable call could not be kept");
                }
                Err(_) => sleep(PAUSE * tried).await,
            }
        }
        Err(unknown())
    }

    fn revive(&self, stored: &str) -> Outcome {
        match serde_json::from_str(stored) {
            Ok(Stored::Answered(answered)) => Ok(answered),
            // A code that the app has no more has no sentence, either.
            Ok(Stored::Error(error)) => Err(error.revive(&self.codes).unwrap_or_else(unknown)),
            Err(_) => Err(unknown()),
        }
    }
}

fn unknown() -> SyncError {
    SyncError::new("sync-outcome-unknown")
}

fn unavailable(_: Failure) -> SyncError {
    SyncError::new("sync-unavailable")
}

fn find(file: &Connection, key: &CallKey<'_>, oldest: i64) -> rusqlite::Result<Option<([u8; 16], Option<String>)>> {
    let mut select =
        file.prepare_cached("SELECT call, outcome FROM calls WHERE caller = ?1 AND id = ?2 AND begun >= ?3")?;
    let found = select.query_row(params![key.caller.to_bytes(), key.id, oldest], |row| Ok((row.get(0)?, row.get(1)?)));
    found.optional()
}

fn insert(file: &Connection, key: &CallKey<'_>, now: i64) -> rusqlite::Result<()> {
    // In the place of one that is too old.
    let mut insert =
        file.prepare_cached("INSERT OR REPLACE INTO calls (caller, id, call, begun) VALUES (?1, ?2, ?3, ?4)")?;
    insert.execute(params![key.caller.to_bytes(), key.id, key.call.to_bytes(), now]).map(drop)
}

fn update(file: &Connection, key: &CallKey<'_>, outcome: &str) -> rusqlite::Result<()> {
    let mut update = file.prepare_cached("UPDATE calls SET outcome = ?3 WHERE caller = ?1 AND id = ?2")?;
    match update.execute(params![key.caller.to_bytes(), key.id, outcome])? {
        0 => Err(rusqlite::Error::QueryReturnedNoRows),
        _ => Ok(()),
    }
}

/// Frees a few of the calls that began before `time`, if need be only those that have ended, and returns how many.
fn free_old(file: &Connection, time: i64, only_ended: bool) -> rusqlite::Result<usize> {
    let mut delete = file.prepare_cached(
        "DELETE FROM calls WHERE (caller, id) IN
             (SELECT caller, id FROM calls WHERE begun < ?1 AND (outcome IS NOT NULL OR NOT ?3)
              ORDER BY begun LIMIT ?2)",
    )?;
    delete.execute(params![time, FREED_AT_ONCE, only_ended])
}
