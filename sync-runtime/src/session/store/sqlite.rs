//! Sessions in a file of the server's.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::calendar;
use crate::route::BoxFuture;
use crate::session::store::{REMOVED_AT_ONCE, from_json, to_json};
use crate::session::{SessionStore, StoreError, TokenHash};
use crate::storage::{DataError, Database, Failure, Schema, later};

/// A file of its own: sessions are private, small and written all the time, and whoever moves them away loses nothing else.
const SCHEMA: Schema = Schema {
    file: "sessions.sqlite",
    migrations: &["
        CREATE TABLE sessions (
            key BLOB NOT NULL PRIMARY KEY, -- the SHA-256 of the token
            user TEXT,                     -- whose session it is, by the app's own id; NULL: nobody's
            session TEXT NOT NULL,         -- JSON
            used INTEGER NOT NULL          -- in milliseconds since 1970
        ) STRICT;
        CREATE INDEX sessions_by_user ON sessions (user) WHERE user IS NOT NULL;
        CREATE INDEX sessions_by_use ON sessions (used);
    "],
    cache: 2 << 10,
    loss: "everybody has to sign in again",
};

/// How many expired sessions are freed by one that is new, and by sessions that are touched.
const FREED_AT_ONCE: u32 = 8;
/// How exact the time of a use is, at most, where a session lives for long: most uses write nothing.
const COARSEST: Duration = Duration::from_secs(300);

/// Sessions in the file `sessions.sqlite` of a folder: they outlive the server, however it ends.
///
/// This is what a server uses unless it is told otherwise, in the folder that `SYNC_DATA` names. The table `sessions` can be read, and rows
/// removed, with any SQLite shell while the server runs. Servers on one machine may share a folder; those on several need a Redis.
#[derive(Debug)]
pub struct SqliteStore {
    ttl: Duration,
    database: Database,
}

impl SqliteStore {
    /// Opens or creates the file in `folder`, whose sessions live for `ttl` after their last use.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or the file is damaged, or written by a newer server.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use sync::{SessionStore, SqliteStore, TokenHash};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sync::BoxError> {
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let store = SqliteStore::open(folder, Duration::from_secs(3600)).await?;
    /// let key = TokenHash::of("the token of a user");
    /// store.create(key, Some("ada".to_owned()), "a session".to_owned()).await?;
    /// drop(store);
    /// let store = SqliteStore::open(folder, Duration::from_secs(3600)).await?;
    /// assert_eq!(store.load(key).await?, Some("a session".to_owned()));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(folder: impl AsRef<Path>, ttl: Duration) -> Result<Self, DataError> {
        Ok(Self { ttl, database: Database::open(folder.as_ref(), SCHEMA).await? })
    }

    /// Reads the clock, as whoever asks has it: a test may own it.
    fn now(&self) -> Now {
        let whole = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let now = calendar();
        Now {
            now,
            oldest: now.saturating_sub(whole(self.ttl)),
            noted: now.saturating_sub(whole((self.ttl / 64).min(COARSEST))),
        }
    }
}

/// What time it is, and what follows from it.
#[derive(Clone, Copy)]
struct Now {
    now: i64,
    /// Who was not used since then has expired.
    oldest: i64,
    /// Who was used since then need not be noted again.
    noted: i64,
}

impl<S: Serialize + DeserializeOwned + Send + 'static> SessionStore<S> for SqliteStore {
    fn ttl(&self) -> Duration {
        self.ttl
    }

    fn create(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<(), StoreError>> {
        let (session, at) = (to_json(&session), self.now());
        Box::pin(async move {
            let session = session?;
            let insert = "INSERT OR REPLACE INTO sessions (key, user, session, used) VALUES (?1, ?2, ?3, ?4)";
            let created = self.database.write(move |file| {
                file.prepare_cached(insert)?.execute(params![key.as_bytes(), user, session, at.now])?;
                free_expired(file, at)
            });
            Ok(created.await?)
        })
    }

    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>> {
        let at = self.now();
        Box::pin(async move {
            let select = "SELECT session, used FROM sessions WHERE key = ?1 AND used >= ?2";
            let loaded = self.database.read(move |file, writes| {
                let mut select = file.prepare_cached(select)?;
                let row = select.query_row(params![key.as_bytes(), at.oldest], |row| Ok((row.get(0)?, row.get(1)?)));
                let Some((session, used)) = row.optional()? else { return Ok(None) };
                if needs_note(used, at) {
                    later(writes, move |file| note_use(file, key, at).map(drop));
                }
                Ok::<_, rusqlite::Error>(Some::<String>(session))
            });
            Ok(loaded.await?.and_then(|session| from_json(&session)))
        })
    }

    fn update(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<bool, StoreError>> {
        let (session, at) = (to_json(&session), self.now());
        Box::pin(async move {
            let session = session?;
            let update =
                "UPDATE sessions SET user = ?2, session = ?3, used = max(used, ?4) WHERE key = ?1 AND used >= ?5";
            let updated = self.database.write(move |file| {
                file.prepare_cached(update)?.execute(params![key.as_bytes(), user, session, at.now, at.oldest])
            });
            Ok(updated.await? > 0)
        })
    }

    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        let at = self.now();
        Box::pin(async move {
            let touched = self.database.write(move |file| {
                let mut gone = Vec::new();
                for key in keys {
                    if !touch(file, key, at)? {
                        gone.push(key);
                    }
                }
                free_expired(file, at)?;
                Ok(gone)
            });
            Ok(touched.await?)
        })
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let removed = self.database.write(move |file| {
                file.prepare_cached("DELETE FROM sessions WHERE key = ?1")?.execute([key.as_bytes()]).map(drop)
            });
            Ok(removed.await?)
        })
    }

    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        let at = self.now();
        Box::pin(async move {
            let removed = self.database.write(move |file| match keep {
                Some(keep) if used(file, keep, at)?.is_none() => Ok(Vec::new()),
                _ => remove_user(file, &user, keep, at),
            });
            Ok(removed.await?)
        })
    }
}

/// Returns when a session was used, if it is there.
fn used(file: &Connection, key: TokenHash, at: Now) -> rusqlite::Result<Option<i64>> {
    let mut select = file.prepare_cached("SELECT used FROM sessions WHERE key = ?1 AND used >= ?2")?;
    select.query_row(params![key.as_bytes(), at.oldest], |row| row.get(0)).optional()
}

fn needs_note(used: i64, at: Now) -> bool {
    used < at.noted
}

fn note_use(file: &Connection, key: TokenHash, at: Now) -> rusqlite::Result<usize> {
    let mut update = file.prepare_cached("UPDATE sessions SET used = max(used, ?2) WHERE key = ?1 AND used >= ?3")?;
    update.execute(params![key.as_bytes(), at.now, at.oldest])
}

/// Uses a session, and returns whether it is there.
fn touch(file: &Connection, key: TokenHash, at: Now) -> rusqlite::Result<bool> {
    match used(file, key, at)? {
        Some(used) if needs_note(used, at) => note_use(file, key, at).map(|_| true),
        used => Ok(used.is_some()),
    }
}

fn remove_user(file: &Connection, user: &str, keep: Option<TokenHash>, at: Now) -> rusqlite::Result<Vec<TokenHash>> {
    let keep = keep.map(|keep| *keep.as_bytes());
    let mut delete = file.prepare_cached(
        "DELETE FROM sessions WHERE rowid IN
             (SELECT rowid FROM sessions WHERE user = ?1 AND key IS NOT ?2 AND used >= ?3 LIMIT ?4)
         RETURNING key",
    )?;
    let removed = delete.query_map(params![user, keep, at.oldest, REMOVED_AT_ONCE], |row| row.get(0))?;
    removed.map(|key| Ok(TokenHash::of_bytes(key?))).collect()
}

/// Frees a few of the sessions that have expired.
fn free_expired(file: &Connection, at: Now) -> rusqlite::Result<()> {
    let mut delete = file.prepare_cached(
        "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE used < ?1 ORDER BY used LIMIT ?2)",
    )?;
    delete.execute(params![at.oldest, FREED_AT_ONCE]).map(drop)
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self(Box::new(failure))
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use tempfile::TempDir;

    use super::*;
    use crate::clock::advance;
    use crate::session::store_suite;

    const TTL: Duration = Duration::from_secs(60);

    /// Opens stores, each in a folder of its own.
    #[derive(Default)]
    struct Folders(Mutex<Vec<TempDir>>);

    impl Folders {
        async fn open(&self, ttl: Duration) -> SqliteStore {
            let folder = tempfile::tempdir().expect("a folder");
            let store = SqliteStore::open(folder.path(), ttl).await.expect("a store");
            self.0.lock().push(folder);
            store
        }
    }

    async fn count(store: &SqliteStore, of: &'static str) -> i64 {
        let select = format!("SELECT {of} FROM sessions");
        store.database.read(move |file, _| file.query_row(&select, [], |row| row.get(0))).await.expect("read")
    }

    fn key(number: usize) -> TokenHash {
        TokenHash::of(&number.to_string())
    }

    #[tokio::test(start_paused = true)]
    async fn it_keeps_the_contract() {
        let folders = Folders::default();
        store_suite::run(async |ttl| folders.open(ttl).await, advance).await;
    }

    #[tokio::test(start_paused = true)]
    async fn sessions_and_the_time_of_their_last_use_outlive_the_store() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = async || SqliteStore::open(folder.path(), TTL).await.expect("a store");
        open().await.create(key(1), Some("ada".to_owned()), 7).await.expect("a store");
        for _ in 0..3 {
            advance(TTL - Duration::from_secs(1)).await;
            assert_eq!(open().await.load(key(1)).await.expect("a store"), Some(7));
        }
        advance(TTL + Duration::from_secs(1)).await;
        assert_eq!(SessionStore::<u32>::load(&open().await, key(1)).await.expect("a store"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_expired_is_freed_a_few_at_a_time_by_those_that_come_and_those_that_stay() {
        let folders = Folders::default();
        let store = folders.open(TTL).await;
        for number in 0..100 {
            store.create(key(number), None, 7).await.expect("a store");
        }
        advance(TTL + Duration::from_secs(1)).await;
        store.create(key(100), None, 7).await.expect("a store");
        assert_eq!(count(&store, "count(*)").await, 93, "one that is new frees eight");
        SessionStore::<u32>::touch(&store, vec![key(100)]).await.expect("a store");
        assert_eq!(count(&store, "count(*)").await, 85);
        for _ in 0..20 {
            SessionStore::<u32>::touch(&store, Vec::new()).await.expect("a store");
        }
        assert_eq!(count(&store, "count(*)").await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn uses_that_follow_each_other_closely_write_nothing() {
        let folders = Folders::default();
        for (ttl, closely) in [(TTL, TTL / 70), (Duration::from_secs(30 * 24 * 3600), COARSEST / 2)] {
            let store = folders.open(ttl).await;
            store.create(key(1), None, 7).await.expect("a store");
            let created = count(&store, "used").await;
            advance(closely).await;
            assert_eq!(store.load(key(1)).await.expect("a store"), Some(7));
            assert!(SessionStore::<u32>::touch(&store, vec![key(1)]).await.expect("a store").is_empty());
            assert_eq!(count(&store, "used").await, created);
            advance(closely * 2).await;
            assert_eq!(store.load(key(1)).await.expect("a store"), Some(7));
            store.create(key(2), None, 7).await.expect("a store");
            assert!(count(&store, "min(used)").await > created, "it was noted before anything that came later");
        }
    }

    #[tokio::test]
    async fn a_session_that_the_app_cannot_read_any_more_is_as_one_that_is_not_there() {
        let folders = Folders::default();
        let store = folders.open(TTL).await;
        store.create(key(1), None, "a text".to_owned()).await.expect("a store");
        assert_eq!(SessionStore::<u32>::load(&store, key(1)).await.expect("a store"), None);
        assert_eq!(store.load(key(1)).await.expect("a store"), Some("a text".to_owned()), "and nothing is lost");
    }

    #[tokio::test]
    async fn neither_a_token_nor_anything_that_lets_somebody_in_is_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path(), TTL).await.expect("a store");
        let token = "the token of a user";
        store.create(TokenHash::of(token), Some("ada".to_owned()), "a session".to_owned()).await.expect("a store");
        let holds = |text: &str| {
            let mut files = std::fs::read_dir(folder.path()).expect("a folder").flatten();
            files.any(|file| {
                let bytes = std::fs::read(file.path()).expect("a file");
                bytes.windows(text.len()).any(|part| part == text.as_bytes())
            })
        };
        assert!(holds("a session"), "it is looked for where it would be");
        assert!(!holds(token));
    }
}
