//! Sessions in memory.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::Instant;
use crate::contain::Guarded;
use crate::route::BoxFuture;
use crate::session::store::REMOVED_AT_ONCE;
use crate::session::{SessionStore, StoreError, TokenHash};
use crate::tables::shrink;

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
    users: HashMap<Arc<str>, HashSet<TokenHash>>,
}

#[derive(Debug)]
struct StoredSession<S> {
    session: Guarded<S>,
    user: Option<Arc<str>>,
    used: Instant,
    queued: Instant,
}

impl<S> MemoryStore<S> {
    /// Creates an empty store whose sessions live for `ttl` after their last use.
    #[must_use]
    pub fn new(ttl: Duration) -> Self {
        let kept = Kept { entries: HashMap::new(), queue: BTreeSet::new(), users: HashMap::new() };
        Self { ttl, kept: Mutex::new(kept) }
    }

    /// Returns how many sessions it holds, expired ones that are not freed yet among them.
    #[cfg(test)]
    pub(in crate::session) fn len(&self) -> usize {
        self.with(|kept| kept.entries.len())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept<S>) -> T) -> T {
        work(&mut self.kept.lock())
    }

    /// Uses a session, if it is there.
    fn with_entry<T>(&self, key: TokenHash, work: impl FnOnce(&mut StoredSession<S>) -> T) -> Option<T> {
        self.with(|kept| kept.entry(key, self.ttl).map(work))
    }
}

impl<S> Kept<S> {
    /// Uses a session, if it is there.
    fn entry(&mut self, key: TokenHash, ttl: Duration) -> Option<&mut StoredSession<S>> {
        let now = Instant::now();
        let entry = self.entries.get_mut(&key).filter(|entry| now - entry.used <= ttl)?;
        entry.used = now;
        Some(entry)
    }

    /// Puts a session in, and returns the one whose place it takes.
    fn insert(&mut self, key: TokenHash, session: StoredSession<S>) -> Option<Guarded<S>> {
        let before = self.remove(key);
        self.queue.insert((session.queued, key));
        if let Some(user) = &session.user {
            self.users.entry(user.clone()).or_default().insert(key);
        }
        self.entries.insert(key, session);
        before
    }

    /// Puts another session in the place of one that is there; returns whether one was, and which of the two is over.
    fn replace(
        &mut self,
        key: TokenHash,
        session: Guarded<S>,
        user: Option<Arc<str>>,
        ttl: Duration,
    ) -> (bool, Guarded<S>) {
        let Some(entry) = self.entry(key, ttl) else { return (false, session) };
        let over = std::mem::replace(&mut entry.session, session);
        if entry.user != user {
            let before = std::mem::replace(&mut entry.user, user.clone());
            self.forget_user(before, key);
            if let Some(user) = user {
                self.users.entry(user).or_default().insert(key);
            }
        }
        (true, over)
    }

    fn remove(&mut self, key: TokenHash) -> Option<Guarded<S>> {
        let entry = self.entries.remove(&key)?;
        shrink(&mut self.entries);
        self.queue.remove(&(entry.queued, key));
        self.forget_user(entry.user, key);
        Some(entry.session)
    }

    fn forget_user(&mut self, user: Option<Arc<str>>, key: TokenHash) {
        let Some(user) = user else { return };
        if let Some(keys) = self.users.get_mut(&user) {
            keys.remove(&key);
            if keys.is_empty() {
                self.users.remove(&user);
                shrink(&mut self.users);
            }
        }
    }

    /// Takes out sessions of a user, all but `keep`.
    fn remove_user(&mut self, user: &str, keep: Option<TokenHash>, ttl: Duration) -> Vec<(TokenHash, Guarded<S>)> {
        let now = Instant::now();
        let is_there = |key: &TokenHash| self.entries.get(key).is_some_and(|entry| now - entry.used <= ttl);
        if keep.is_some_and(|keep| !is_there(&keep)) {
            return Vec::new();
        }
        let keys = self.users.get(user).into_iter().flatten().copied();
        let over: Vec<_> =
            keys.filter(|key| Some(*key) != keep && is_there(key)).take(REMOVED_AT_ONCE as usize).collect();
        over.into_iter().filter_map(|key| Some((key, self.remove(key)?))).collect()
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

    fn create(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<(), StoreError>> {
        // The app's values are dropped when nobody waits for the lock any more.
        let now = Instant::now();
        let (session, user) = (Guarded::new(session), user.map(Arc::from));
        let session = StoredSession { session, user, used: now, queued: after(now, self.ttl) };
        let _over = self.with(|kept| (kept.insert(key, session), kept.expire(now, self.ttl)));
        answer(())
    }

    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<S>, StoreError>> {
        answer(self.with_entry(key, |entry| S::clone(&entry.session)))
    }

    fn update(&self, key: TokenHash, user: Option<String>, session: S) -> BoxFuture<'_, Result<bool, StoreError>> {
        // Whichever of the two is not kept is dropped here, too.
        let (session, user) = (Guarded::new(session), user.map(Arc::from));
        let (is_there, _over) = self.with(|kept| kept.replace(key, session, user, self.ttl));
        answer(is_there)
    }

    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        answer(keys.into_iter().filter(|key| self.with_entry(*key, |_| ()).is_none()).collect())
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        let _removed = self.with(|kept| kept.remove(key));
        answer(())
    }

    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        let removed = self.with(|kept| kept.remove_user(&user, keep, self.ttl));
        answer(removed.into_iter().map(|(key, _over)| key).collect())
    }
}

fn answer<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, Result<T, StoreError>> {
    Box::pin(std::future::ready(Ok(value)))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::clock::advance;
    use crate::session::store_suite;

    const TTL: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn it_keeps_the_contract() {
        store_suite::run(async |ttl| MemoryStore::new(ttl), advance).await;
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
            store.create(key(number), None, 0).await.expect("a store");
        }
        advance(TTL + Duration::from_millis(1)).await;
        store.create(key(100), None, 0).await.expect("a store");
        assert_eq!(sizes(&store), (97, 97), "one new session looks at four old ones");
        for number in 101..140 {
            store.create(key(number), None, 0).await.expect("a store");
        }
        assert_eq!(sizes(&store), (40, 40), "what is there are the new ones");
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_has_one_place_in_the_queue_however_often_it_is_used_and_none_when_it_is_gone() {
        let store = MemoryStore::new(TTL);
        for number in 0..50 {
            store.create(key(number), None, 0).await.expect("a store");
        }
        for _ in 0..20 {
            advance(TTL / 3).await;
            let used = (0..50).map(key).collect();
            assert!(store.touch(used).await.expect("a store").is_empty());
            store.create(key(50), None, 0).await.expect("a store");
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
        store.create(key(1), None, 7).await.expect("a store");
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
            store.create(key(number), None, Bomb).await.expect("a store");
        }
        store.create(key(1), None, Bomb).await.expect("a store");
        assert!(store.update(key(2), None, Bomb).await.expect("a store"));
        assert!(!store.update(key(99), None, Bomb).await.expect("a store"));
        store.remove(key(3)).await.expect("a store");
        advance(TTL * 2).await;
        store.create(key(1), None, Bomb).await.expect("four have expired");
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
            store.create(key(number), None, Watcher(shared.clone())).await.expect("a store");
        }
        assert!(store.update(key(1), None, Watcher(shared.clone())).await.expect("a store"));
        assert!(!store.update(key(9), None, Watcher(shared.clone())).await.expect("a store"), "it never was there");
        store.remove(key(2)).await.expect("a store");
        advance(TTL * 2).await;
        assert!(!store.update(key(3), None, Watcher(shared.clone())).await.expect("a store"), "it has expired");
        store.create(key(4), None, Watcher(shared.clone())).await.expect("a store");
        assert_eq!(held_up.load(Ordering::Relaxed), 0);
        store.remove(key(4)).await.expect("a store");
    }
}
