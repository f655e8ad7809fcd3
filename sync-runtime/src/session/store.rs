//! What a place for sessions has to do, and the places that there are.

mod memory;
#[cfg(feature = "redis")]
mod redis;
mod sqlite;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Seldom;
use crate::error::SyncError;
use crate::route::BoxFuture;
use crate::session::TokenHash;

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

/// How many sessions [`SessionStore::remove_user`] removes in one step, at most.
const REMOVED_AT_ONCE: u32 = 1024;

fn to_json(session: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(session).map_err(|error| StoreError(error.into()))
}

/// Reads what is stored of a session. One that the app cannot read any more is as one that is not there: its user has to sign in again.
fn from_json<S: DeserializeOwned>(session: &str) -> Option<S> {
    let read = serde_json::from_str(session);
    read.inspect_err(|error| tracing::warn!(%error, "a stored session is not of the form that the app has today")).ok()
}

/// A place for sessions, by the hash of their token. It may be shared by several servers and changed by operators.
///
/// The contract, which one suite checks for every store of ours:
///
/// - A session is there from [`create`](Self::create) until it is [removed](Self::remove) or was not used for longer than
///   [`ttl`](Self::ttl). `create`, [`load`](Self::load), [`update`](Self::update) and [`touch`](Self::touch) are uses. A session that
///   was not used for so long is as if it had been removed, whether or not its memory or its row has been freed. Uses that follow each
///   other within a 64th of that time may count as one, the first of them.
/// - Only `create` brings a session into being. `update` and `touch` do nothing for one that is not there: what another server or
///   an operator has removed must not come back.
/// - A session is found by its user, too, who is given with each `create` and `update`, `None` for a session that is nobody's.
/// - Once an operation is answered, every later one sees its effect, from this server or another. Operations on one session that
///   run at the same time have an effect as if they ran in some order; an operation has its whole effect or none, also when its
///   future is dropped.
/// - A failed operation may have had its effect or not; the callers here repeat what may be repeated, and ask again.
/// - Nobody waits for expired sessions: freeing them is work in small pieces, never a walk over all of them.
///
/// An answer that takes longer than five seconds and a panic are as an answer that did not come.
///
/// # Examples
///
/// A store that keeps each session as a row of JSON. Here the rows are in a map; in a database each of its functions is the one statement
/// that its comment shows, with [`TokenHash::as_bytes`] as the key, and an error of the database becomes a [`StoreError`].
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, MutexGuard, PoisonError};
/// use std::time::{Duration, Instant};
///
/// use serde::{Serialize, de::DeserializeOwned};
/// use sync::{BoxFuture, SessionStore, StoreError, TokenHash, serde_json};
///
/// struct Rows {
///     ttl: Duration,
///     rows: Mutex<HashMap<TokenHash, Row>>,
/// }
///
/// struct Row {
///     user: Option<String>,
///     session: String,
///     used: Instant,
/// }
///
/// impl Rows {
///     fn rows(&self) -> MutexGuard<'_, HashMap<TokenHash, Row>> {
///         self.rows.lock().unwrap_or_else(PoisonError::into_inner)
///     }
///
///     /// Uses a row that is there and has not expired. Asking and using are one step: no `SELECT` before it.
///     ///
///     /// `UPDATE sessions SET used = now(), … WHERE key = $1 AND used > now() - $2 RETURNING session`
///     fn use_row(&self, key: TokenHash, change: impl FnOnce(&mut Row)) -> Option<String> {
///         let mut rows = self.rows();
///         let row = rows.get_mut(&key).filter(|row| row.used.elapsed() <= self.ttl)?;
///         row.used = Instant::now();
///         change(row);
///         Some(row.session.clone())
///     }
/// }
///
/// impl<S: Serialize + DeserializeOwned + Send + 'static> SessionStore<S> for Rows {
///     fn ttl(&self) -> Duration {
///         self.ttl
///     }
///
///     /// `INSERT INTO sessions (key, user, session, used) VALUES ($1, $2, $3, now())`
///     fn create(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<(), StoreError>> {
///         Box::pin(async move {
///             let row = Row { user, session: to_json(&session)?, used: Instant::now() };
///             self.rows().insert(key, row);
///             Ok(())
///         })
///     }
///
///     fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>> {
///         Box::pin(async move {
///             let session = self.use_row(key, |_| ());
///             session.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| StoreError(error.into()))
///         })
///     }
///
///     fn update(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<bool, StoreError>> {
///         Box::pin(async move {
///             let session = to_json(&session)?;
///             Ok(self.use_row(key, |row| (row.user, row.session) = (user, session)).is_some())
///         })
///     }
///
///     /// `… WHERE key = ANY($1) … RETURNING key`, and the difference: one statement, however many keys there are.
///     fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
///         Box::pin(async move { Ok(keys.into_iter().filter(|key| self.use_row(*key, |_| ()).is_none()).collect()) })
///     }
///
///     /// `DELETE FROM sessions WHERE key = $1`; what has expired, a job of the database deletes.
///     fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
///         Box::pin(async move {
///             self.rows().remove(&key);
///             Ok(())
///         })
///     }
///
///     /// `DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE user = $1 AND key <> $2 LIMIT 1024) RETURNING key`,
///     /// in one transaction with `SELECT … WHERE key = $2` where there is a `$2`.
///     fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
///         Box::pin(async move {
///             let mut rows = self.rows();
///             if keep.is_some_and(|keep| !rows.contains_key(&keep)) {
///                 return Ok(Vec::new());
///             }
///             let of_user = |(key, row): (&TokenHash, &mut Row)| row.user.as_deref() == Some(&user) && Some(*key) != keep;
///             Ok(rows.extract_if(|key, row| of_user((key, row))).take(1024).map(|(key, _)| key).collect())
///         })
///     }
/// }
///
/// fn to_json(session: &impl Serialize) -> Result<String, StoreError> {
///     serde_json::to_string(session).map_err(|error| StoreError(error.into()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), StoreError> {
/// let store = Rows { ttl: Duration::from_secs(3600), rows: Mutex::default() };
/// let key = TokenHash::of("the token of a user");
/// let ada = || Some("ada".to_owned());
/// assert!(!store.update(key, ada(), "Ada".to_owned()).await?, "only `create` brings one into being");
/// store.create(key, ada(), "Ada".to_owned()).await?;
/// assert_eq!(store.load(key).await?, Some("Ada".to_owned()));
/// assert_eq!(SessionStore::<String>::remove_user(&store, "ada".to_owned(), None).await?, [key]);
/// assert_eq!(SessionStore::<String>::touch(&store, vec![key]).await?, [key]);
/// # Ok(())
/// # }
/// ```
pub trait SessionStore<S>: Send + Sync + 'static {
    /// Returns for how long a session is there after its last use. It is asked once.
    fn ttl(&self) -> Duration;

    /// Writes a new session of a user. The key is that of a fresh token and never was there before.
    fn create(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Returns the session, or `None` when there is none (any more).
    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>>;

    /// Writes the session and whose it is if it is there, and returns whether it was.
    fn update(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Counts as a use of each of these sessions, and returns those that are not there (any more).
    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>>;

    /// Forgets the session; one that is not there is forgotten already.
    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Forgets sessions of a user, all but `keep`, and returns those that it has forgotten: at most 1,024 of them, so that nobody else waits
    /// for long. Its caller asks until there are none. Does nothing, and returns none, when `keep` is not there (any more): of two
    /// sessions that want to be the only one, one stays.
    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>>;
}

/// A store that could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the session store does not answer")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why a session could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// It has ended: it was signed out, has expired, or is gone from the store.
    #[error("the session has ended")]
    Ended,
    /// The store does not answer; whether it has written the change is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// That sessions are not available, which whoever calls can make us say.
static UNAVAILABLE: Seldom = Seldom::new();

/// `session-unavailable`. What is wrong inside is for operators, and is logged here: at most once a second, with how often it was.
impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        if let Some(times) = UNAVAILABLE.happened() {
            tracing::error!(%error, cause = %error.0, times, "sessions are not available");
        }
        Self::new("session-unavailable")
    }
}

/// `auth-required` for a session that has ended, `session-unavailable` for a store that does not answer.
impl From<SessionError> for SyncError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ended => Self::new("auth-required"),
            SessionError::Store(error) => error.into(),
        }
    }
}
