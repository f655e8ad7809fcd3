//! Calls that are known in the next life of the server, too.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::clock::calendar;
use crate::error::SyncError;
use crate::idempotency::store::{read, unknown, written};
use crate::idempotency::{Begun, CallKey, CallStore, Outcome, Terms, reused};
use crate::route::BoxFuture;
use crate::storage::{DataError, Database, Failure, Schema};

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
        CREATE INDEX calls_by_caller ON calls (caller, begun);
        CREATE TABLE callers (
            caller BLOB PRIMARY KEY,
            calls INTEGER NOT NULL  -- how many of them there are, as the triggers count
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX callers_by_calls ON callers (calls);
        CREATE TRIGGER calls_inserted AFTER INSERT ON calls BEGIN
            INSERT INTO callers (caller, calls) VALUES (new.caller, 1)
                ON CONFLICT (caller) DO UPDATE SET calls = calls + 1;
        END;
        CREATE TRIGGER calls_deleted AFTER DELETE ON calls BEGIN
            UPDATE callers SET calls = calls - 1 WHERE caller = old.caller;
            DELETE FROM callers WHERE caller = old.caller AND calls = 0;
        END;
    "],
    cache: 2 << 10,
    loss: "calls of `durable` routes that are repeated happen once more",
};

/// How many old calls are forgotten for one that is new.
const FORGOTTEN_AT_ONCE: u32 = 8;

/// The calls of routes that are `durable`, in the file `calls.sqlite` of a folder.
#[derive(Debug)]
pub struct DurableCalls {
    bounds: CallBounds,
    /// How many there are, about.
    count: Arc<AtomicUsize>,
    codes: Vec<&'static str>,
    database: Database,
}

/// Which calls are kept. Of those that are too many, only such are forgotten that have ended.
#[derive(Debug, Clone, Copy)]
pub struct CallBounds {
    /// For how long.
    pub age: Duration,
    /// How many of one caller; its own oldest are forgotten.
    pub of_one: usize,
    /// How many of all; the oldest of the caller that has the most are forgotten.
    pub of_all: usize,
}

impl DurableCalls {
    /// Opens or creates the file in `folder`, where the last calls are kept. `codes` are those that the app can answer with.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or the file is damaged, or written by a newer server.
    pub async fn open(folder: &Path, bounds: CallBounds, codes: Vec<&'static str>) -> Result<Arc<Self>, DataError> {
        let database = Database::open(folder, SCHEMA).await?;
        let count = "SELECT count(*) FROM calls";
        let counted = database.read(move |file, _| file.query_row(count, [], |row| row.get::<_, i64>(0))).await;
        let count = Arc::new(AtomicUsize::new(counted.ok().and_then(|count| count.try_into().ok()).unwrap_or(0)));
        Ok(Arc::new(Self { bounds, count, codes, database }))
    }

    async fn note(&self, key: &CallKey<'static>) -> Result<Begun, SyncError> {
        let (key, now, bounds, count) = (key.clone(), calendar(), self.bounds, self.count.clone());
        let oldest = now.saturating_sub(i64::try_from(bounds.age.as_millis()).unwrap_or(i64::MAX));
        let begun = self.database.write(move |file| {
            let known = find(file, &key, oldest)?;
            if known.is_none() {
                let before = count.load(Ordering::Relaxed);
                let forgotten = insert(file, &key, now)?
                    + forget_old(file, oldest)?
                    + forget_too_many(file, &key, bounds, before + 1)?;
                count.store((before + 1).saturating_sub(forgotten), Ordering::Relaxed);
            }
            Ok(known.map(|(call, outcome)| (call == key.call.to_bytes(), outcome)))
        });
        match begun.await.map_err(unavailable)? {
            None => Ok(Begun::New),
            Some((false, _)) => Err(reused()),
            Some((true, None)) => Ok(Begun::Ended(Err(unknown()))),
            Some((true, Some(outcome))) => Ok(Begun::Ended(read(&outcome, &self.codes))),
        }
    }

    async fn write(&self, key: &CallKey<'static>, outcome: Outcome) -> Outcome {
        let Some(stored) = written(&outcome) else { return Err(unknown()) };
        let key = key.clone();
        match self.database.write_patiently(move |file| update(file, &key, &stored), || {}).await {
            Ok(()) => outcome,
            Err(error) => {
                tracing::error!(%error, "the outcome of a durable call could not be kept");
                Err(unknown())
            }
        }
    }
}

impl CallStore for DurableCalls {
    /// Where it was sent before, the file knows as well as whether.
    fn begin<'a>(&'a self, key: &'a CallKey<'static>, _: Terms) -> BoxFuture<'a, Result<Begun, SyncError>> {
        Box::pin(self.note(key))
    }

    fn end<'a>(&'a self, key: &'a CallKey<'static>, _: Terms, outcome: Outcome) -> BoxFuture<'a, Outcome> {
        Box::pin(self.write(key, outcome))
    }
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

/// Notes that a call has begun, in the place of one that is too old; returns how many were in that place.
fn insert(file: &Connection, key: &CallKey<'_>, now: i64) -> rusqlite::Result<usize> {
    let caller = key.caller.to_bytes();
    let mut delete = file.prepare_cached("DELETE FROM calls WHERE caller = ?1 AND id = ?2")?;
    let deleted = delete.execute(params![caller, key.id])?;
    let mut insert = file.prepare_cached("INSERT INTO calls (caller, id, call, begun) VALUES (?1, ?2, ?3, ?4)")?;
    insert.execute(params![caller, key.id, key.call.to_bytes(), now])?;
    Ok(deleted)
}

fn update(file: &Connection, key: &CallKey<'_>, outcome: &str) -> rusqlite::Result<()> {
    let mut update = file.prepare_cached("UPDATE calls SET outcome = ?3 WHERE caller = ?1 AND id = ?2")?;
    match update.execute(params![key.caller.to_bytes(), key.id, outcome])? {
        0 => Err(rusqlite::Error::QueryReturnedNoRows),
        _ => Ok(()),
    }
}

/// Forgets a few of the calls that began before `oldest`, and returns how many.
fn forget_old(file: &Connection, oldest: i64) -> rusqlite::Result<usize> {
    let mut delete = file.prepare_cached(
        "DELETE FROM calls WHERE (caller, id) IN
             (SELECT caller, id FROM calls WHERE begun < ?1 ORDER BY begun LIMIT ?2)",
    )?;
    delete.execute(params![oldest, FORGOTTEN_AT_ONCE])
}

/// Forgets a few calls of the caller, or of the one that has the most, where there are too many; returns how many.
fn forget_too_many(file: &Connection, key: &CallKey<'_>, bounds: CallBounds, count: usize) -> rusqlite::Result<usize> {
    let caller = key.caller.to_bytes();
    let mut own = file.prepare_cached("SELECT calls FROM callers WHERE caller = ?1")?;
    let own: i64 = own.query_row([caller], |row| row.get(0))?;
    if usize::try_from(own).is_ok_and(|own| own > bounds.of_one) {
        return forget_of(file, &caller);
    }
    if count <= bounds.of_all {
        return Ok(0);
    }
    let mut most = file.prepare_cached("SELECT caller FROM callers ORDER BY calls DESC LIMIT 1")?;
    let most: Vec<u8> = most.query_row([], |row| row.get(0))?;
    forget_of(file, &most)
}

/// Forgets the oldest of the calls of one caller that have ended.
fn forget_of(file: &Connection, caller: &[u8]) -> rusqlite::Result<usize> {
    let mut delete = file.prepare_cached(
        "DELETE FROM calls WHERE (caller, id) IN
             (SELECT caller, id FROM calls WHERE caller = ?1 AND outcome IS NOT NULL ORDER BY begun LIMIT ?2)",
    )?;
    delete.execute(params![caller, FORGOTTEN_AT_ONCE])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SyncError;
    use crate::id::Id;

    fn key(caller: u8, id: u32) -> CallKey<'static> {
        CallKey { caller: Id::of([caller; 16]), id: id.to_string().into(), call: Id::of([0; 16]) }
    }

    /// Makes a call, and returns whether it was new.
    async fn is_new(calls: &DurableCalls, key: &CallKey<'static>) -> bool {
        let begun = calls.begin(key, Terms::default()).await.expect("a file");
        let is_new = matches!(begun, Begun::New);
        if is_new {
            calls
                .end(key, Terms::default(), Err(SyncError::new("sync-server-failed")))
                .await
                .expect_err("that outcome");
        }
        is_new
    }

    #[tokio::test]
    async fn whoever_makes_many_calls_has_their_own_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let bounds = CallBounds { age: Duration::from_secs(60), of_one: 40, of_all: 60 };
        let calls = DurableCalls::open(folder.path(), bounds, Vec::new()).await.expect("a file");
        let unended = key(1, 0);
        assert!(matches!(calls.begin(&unended, Terms::default()).await, Ok(Begun::New)));
        assert!(is_new(&calls, &key(9, 1)).await);
        for id in 1..=100 {
            assert!(is_new(&calls, &key(1, id)).await);
        }
        assert!(!is_new(&calls, &key(1, 100)).await);
        assert!(is_new(&calls, &key(1, 1)).await, "there were forty since");
        assert!(
            matches!(calls.begin(&unended, Terms::default()).await, Ok(Begun::Ended(Err(_)))),
            "nobody knows whether it has happened"
        );
        for caller in 2..=3 {
            for id in 1..=30 {
                assert!(is_new(&calls, &key(caller, id)).await);
            }
        }
        assert!(!is_new(&calls, &key(9, 1)).await, "somebody else has the most");
        let counted = "SELECT (SELECT count(*) FROM calls), (SELECT sum(calls) FROM callers)";
        let counted: (i64, i64) = calls
            .database
            .read(move |file, _| file.query_row(counted, [], |row| Ok((row.get(0)?, row.get(1)?))))
            .await
            .expect("a file");
        assert_eq!(counted.0, counted.1);
        assert!(counted.0 <= 60, "{counted:?}");
        assert_eq!(calls.count.load(Ordering::Relaxed) as i64, counted.0);
    }
}
