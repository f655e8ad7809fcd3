//! Sessions in memory.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::Instant;
use crate::contain::Guarded;
use crate::route::BoxFuture;
use crate::session::{SessionStore, StoreError, TokenHash};

/// How many places of the queue one new session looks at: more than one, so that the queue shrinks faster than it grows.
const LOOKED_AT: usize = 4;

/// Sessions in memory: gone when the server stops.
///
/// Expiry costs the same however many sessions there are. Each session has one place in a queue, under the time at which it expires
/// unless it is used; a use does not move it. When its place comes up, it is found expired, or queued again by its last use.
#[derive(Debug)]
pub struct MemoryStore<S> {
    ttl: Duration,
    kept: Mutex<Kept<S>>,
}

#[derive(Debug)]
struct Kept<S> {
    entries: HashMap<TokenHash, StoredSession<S>>,
    queue: BTreeSet<(Instant, TokenHash)>,
}

#[derive(Debug)]
struct StoredSession<S> {
    session: Guarded<S>,
    used: Instant,
    queued: Instant,
}

impl<S> MemoryStore<S> {
    /// Creates an empty store whose sessions live for `ttl` after their last use.
    #[must_use]
    pub fn new(ttl: Duration) -> Self {
        Self { ttl, kept: Mutex::new(Kept { entries: HashMap::new(), queue: BTreeSet::new() }) }
    }

    /// Returns how many sessions it holds, expired ones that are not freed yet among them.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.with(|kept| kept.entries.len())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept<S>) -> T) -> T {
        work(&mut self.kept.lock())
    }

    /// Uses a session, if it is there.
    fn with_entry<T>(&self, key: TokenHash, work: impl FnOnce(&mut StoredSession<S>) -> T) -> Option<T> {
        self.with(|kept| {
            let now = Instant::now();
            let entry = kept.entries.get_mut(&key).filter(|entry| now - entry.used <= self.ttl)?;
            entry.used = now;
            Some(work(entry))
        })
    }
}

impl<S> Kept<S> {
    /// Puts a session in, and returns the one whose place it takes.
    fn insert(&mut self, key: TokenHash, session: Guarded<S>, now: Instant, ttl: Duration) -> Option<Guarded<S>> {
        let before = self.remove(key);
        let queued = after(now, ttl);
        self.queue.insert((queued, key));
        self.entries.insert(key, StoredSession { session, used: now, queued });
        before
    }

    fn remove(&mut self, key: TokenHash) -> Option<Guarded<S>> {
        let entry = self.entries.remove(&key)?;
        self.queue.remove(&(entry.queued, key));
        Some(entry.session)
    }

    /// Takes out what has expired, as far as it is met at the beginning of the queue.
    fn expire(&mut self, now: Instant, ttl: Duration) -> Vec<Guarded<S>> {
        let mut expired = Vec::new();
        for _ in 0..LOOKED_AT {
            let Some((_, key)) = self.queue.first().copied().filter(|(due, _)| *due < now) else { break };
            match self.entries.get_mut(&key) {
                Some(entry) if now - entry.used <= ttl => {
                    self.queue.pop_first();
                    entry.queued = after(entry.used, ttl);
                    self.queue.insert((entry.queued, key));
                }
                _ => expired.extend(self.remove(key)),
            }
        }
        expired
    }
}

/// A session that lives for longer than time can count lives for three hundred years.
fn after(used: Instant, ttl: Duration) -> Instant {
    used.checked_add(ttl).unwrap_or(used + Duration::from_secs(300 * 365 * 24 * 3600))
}

impl<S: Clone + Send + Sync + 'static> SessionStore<S> for MemoryStore<S> {
    fn ttl(&self) -> Duration {
        self.ttl
    }

    fn create(&self, key: TokenHash, session: S) -> BoxFuture<'_, Result<(), StoreError>> {
        // The app's values are dropped when nobody waits for the lock any more.
        let session = Guarded::new(session);
        let _over = self.with(|kept| {
            let now = Instant::now();
            (kept.insert(key, session, now, self.ttl), kept.expire(now, self.ttl))
        });
        answer(())
    }

    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>> {
        answer(self.with_entry(key, |entry| S::clone(&entry.session)))
    }

    fn update(&self, key: TokenHash, session: S) -> BoxFuture<'_, Result<bool, StoreError>> {
        // Whichever of the two is not kept is dropped here, too.
        let mut session = Guarded::new(session);
        answer(self.with_entry(key, |entry| std::mem::swap(&mut entry.session, &mut session)).is_some())
    }

    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        answer(keys.into_iter().filter(|key| self.with_entry(*key, |_| ()).is_none()).collect())
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        let _removed = self.with(|kept| kept.remove(key));
        answer(())
    }
}

fn answer<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(std::future::ready(Ok(value)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::clock::advance;
    use crate::session::store_suite;

    const TTL: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn it_keeps_the_contract() {
        store_suite::run(MemoryStore::new, advance).await;
    }

    fn key(number: usize) -> TokenHash {
        TokenHash::of(&number.to_string())
    }

    fn sizes(store: &MemoryStore<u32>) -> (usize, usize) {
        store.with(|kept| (kept.entries.len(), kept.queue.len()))
    }

    #[tokio::test(start_paused = true)]
    async fn sessions_that_nobody_uses_are_freed_by_new_ones_a_few_at_a_time() {
        let store = MemoryStore::new(TTL);
        for number in 0..100 {
            store.create(key(number), 0).await.expect("a store");
        }
        advance(TTL + Duration::from_millis(1)).await;
        store.create(key(100), 0).await.expect("a store");
        assert_eq!(sizes(&store), (97, 97), "one new session looks at four old ones");
        for number in 101..140 {
            store.create(key(number), 0).await.expect("a store");
        }
        assert_eq!(sizes(&store), (40, 40), "what is there are the new ones");
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_has_one_place_in_the_queue_however_often_it_is_used_and_none_when_it_is_gone() {
        let store = MemoryStore::new(TTL);
        for number in 0..50 {
            store.create(key(number), 0).await.expect("a store");
        }
        for _ in 0..20 {
            advance(TTL / 3).await;
            let used = (0..50).map(key).collect();
            assert!(store.touch(used).await.expect("a store").is_empty());
            store.create(key(50), 0).await.expect("a store");
            assert_eq!(sizes(&store), (51, 51));
        }
        for number in 0..50 {
            store.remove(key(number)).await.expect("a store");
        }
        assert_eq!(sizes(&store), (1, 1));
    }

    #[tokio::test]
    async fn a_session_can_live_for_ever() {
        let store = MemoryStore::new(Duration::MAX);
        store.create(key(1), 7).await.expect("a store");
        assert_eq!(store.load(key(1)).await.expect("a store"), Some(7));
    }

    /// A session whose end panics.
    #[derive(Clone)]
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the end of a test session was asked to panic");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn sessions_that_cannot_end_well_harm_nobody() {
        let store = MemoryStore::new(TTL);
        for number in 0..10 {
            store.create(key(number), Bomb).await.expect("a store");
        }
        store.create(key(1), Bomb).await.expect("a store");
        assert!(store.update(key(2), Bomb).await.expect("a store"));
        assert!(!store.update(key(99), Bomb).await.expect("a store"));
        store.remove(key(3)).await.expect("a store");
        advance(TTL * 2).await;
        store.create(key(1), Bomb).await.expect("four have expired");
        drop(store);
    }

    /// A session that looks, at its end, whether its store can be used.
    #[derive(Clone)]
    struct Watcher(Arc<(MemoryStore<Watcher>, AtomicUsize)>);

    impl Drop for Watcher {
        fn drop(&mut self) {
            let (store, held_up) = &*self.0;
            if store.kept.is_locked() {
                held_up.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_session_ends_while_others_wait_for_the_store() {
        let shared = Arc::new((MemoryStore::new(TTL), AtomicUsize::new(0)));
        let (store, held_up) = &*shared;
        for number in [1, 1, 2, 3] {
            store.create(key(number), Watcher(shared.clone())).await.expect("a store");
        }
        assert!(store.update(key(1), Watcher(shared.clone())).await.expect("a store"));
        assert!(!store.update(key(9), Watcher(shared.clone())).await.expect("a store"), "it never was there");
        store.remove(key(2)).await.expect("a store");
        advance(TTL * 2).await;
        assert!(!store.update(key(3), Watcher(shared.clone())).await.expect("a store"), "it has expired");
        store.create(key(4), Watcher(shared.clone())).await.expect("a store");
        assert_eq!(held_up.load(Ordering::Relaxed), 0);
        store.remove(key(4)).await.expect("a store");
    }
}
