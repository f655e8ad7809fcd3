//! What a place for sessions has to do.

use std::time::Duration;

use crate::error::SyncError;
use crate::route::BoxFuture;
use crate::session::TokenHash;

/// A place for sessions, by the hash of their token. It may be shared by several servers and changed by operators.
///
/// The contract, which one suite checks for every store:
///
/// - A session is there from [`create`](Self::create) until it is [removed](Self::remove) or was not used for longer than
///   [`ttl`](Self::ttl). `create`, [`load`](Self::load), [`update`](Self::update) and [`touch`](Self::touch) are uses. A session that
///   was not used for so long is as if it had been removed, whether or not its memory or its row has been freed.
/// - Only `create` brings a session into being. `update` and `touch` do nothing for one that is not there: what another server or
///   an operator has removed must not come back.
/// - Once an operation is answered, every later one sees its effect, from this server or another. Operations on one session that
///   run at the same time have an effect as if they ran in some order; an operation has its whole effect or none, also when its
///   future is dropped.
/// - A failed operation may have had its effect or not; the callers here repeat what may be repeated, and ask again.
/// - Nobody waits for expired sessions: freeing them is work in small pieces, never a walk over all of them.
pub trait SessionStore<S>: Send + Sync + 'static {
    /// Returns for how long a session is there after its last use. It is asked once.
    fn ttl(&self) -> Duration;

    /// Writes a new session. The key is that of a fresh token and never was there before.
    fn create(&self, key: TokenHash, session: S) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Returns the session, or `None` when there is none (any more).
    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>>;

    /// Writes the session if it is there, and returns whether it was.
    fn update(&self, key: TokenHash, session: S) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Counts as a use of each of these sessions, and returns those that are not there (any more).
    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>>;

    /// Forgets the session; one that is not there is forgotten already.
    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>>;
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

/// `session-unavailable`. What is wrong inside is for operators, and is logged here.
impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, cause = %error.0, "sessions are not available");
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
