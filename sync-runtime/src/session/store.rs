//! Where sessions are kept.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::route::BoxFuture;
use crate::session::TokenHash;

/// A place for sessions, by the hash of their token.
///
/// A session that was not used for longer than its time to live is gone; [`load`](SessionStore::load) and
/// [`save`](SessionStore::save) count as use.
pub trait SessionStore<S>: Send + Sync + 'static {
    /// Returns the session, or `None` when there is none (any more).
    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>>;

    /// Writes the session, whether it exists or not.
    fn save(&self, key: TokenHash, session: S) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Forgets the session.
    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// A store that could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the session store does not answer")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Sessions in memory: gone when the server stops.
#[derive(Debug)]
pub struct MemoryStore<S> {
    ttl: Duration,
    entries: Mutex<HashMap<TokenHash, Entry<S>>>,
}

#[derive(Debug)]
struct Entry<S> {
    session: S,
    used: Instant,
}

impl<S> MemoryStore<S> {
    /// Creates an empty store whose sessions live for `ttl` after their last use.
    #[must_use]
    pub fn new(ttl: Duration) -> Self {
        Self { ttl, entries: Mutex::new(HashMap::new()) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<TokenHash, Entry<S>>) -> T) -> T {
        work(&mut self.entries.lock())
    }
}

impl<S: Clone + Send + Sync + 'static> SessionStore<S> for MemoryStore<S> {
    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>> {
        let found = self.with(|entries| {
            let entry = entries.get_mut(&key)?;
            if entry.used.elapsed() > self.ttl {
                entries.remove(&key);
                return None;
            }
            entry.used = Instant::now();
            Some(entry.session.clone())
        });
        Box::pin(std::future::ready(Ok(found)))
    }

    fn save(&self, key: TokenHash, session: S) -> BoxFuture<'_, Result<(), StoreError>> {
        self.with(|entries| {
            // Each new session pays for the ones that nobody asks for any more, so that they do not pile up.
            if !entries.contains_key(&key) {
                entries.retain(|_, entry| entry.used.elapsed() <= self.ttl);
            }
            entries.insert(key, Entry { session, used: Instant::now() });
        });
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        self.with(|entries| entries.remove(&key));
        Box::pin(std::future::ready(Ok(())))
    }
}
