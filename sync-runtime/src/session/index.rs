//! Which sessions are in use, and which were ended though the store may still have them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use crate::clock::Instant;
use crate::contain::Guarded;
use crate::route::App;
use crate::session::{LiveSession, SessionEnd, TokenHash};
use crate::tables::shrink;

/// Into how many parts the sessions are split: whoever walks through one of them holds up few others, and not for long.
pub(super) const SHARDS: usize = 256;

/// How many sessions can be ending at once. A store is down for long when there are more, and each of them costs memory.
const ENDING_LIMIT: usize = 1 << 16;
/// With more, only those that were in use here are remembered: anybody can sign out what never was a token.
const UNKNOWN_LIMIT: usize = ENDING_LIMIT / 2;

/// The sessions in use of one server process, by what they are kept under.
pub(super) struct Index<A: App> {
    shards: Box<[Mutex<Shard<A>>]>,
    ending: AtomicUsize,
}

struct Shard<A: App> {
    // Entries of sessions that nobody uses any more stay until the next walk: a request alone makes one.
    live: HashMap<TokenHash, Weak<LiveSession<A>>>,
    ending: HashMap<TokenHash, Instant>,
}

/// A session in use, and what the store has of it if it was in use before.
struct InUse<A: App> {
    session: Arc<LiveSession<A>>,
    known: Option<Guarded<A::Session>>,
}

/// A session that has ended here: itself if it is in use, and whether it is or lately was.
pub(super) struct Ended<A: App> {
    pub(super) session: Option<Arc<LiveSession<A>>>,
    pub(super) is_known: bool,
}

impl<A: App> Index<A> {
    pub(super) fn new() -> Self {
        let shard = || Mutex::new(Shard { live: HashMap::new(), ending: HashMap::new() });
        Self { shards: std::iter::repeat_with(shard).take(SHARDS).collect(), ending: AtomicUsize::new(0) }
    }

    /// Returns the session in use, made of what the store has if it was in no use, and whether it has become another one by that; `None`
    /// when it has ended meanwhile.
    pub(super) fn enter(&self, key: TokenHash, stored: Guarded<A::Session>) -> Option<(Arc<LiveSession<A>>, bool)> {
        let InUse { session, known } = self.find_or_insert(key, stored)?;
        if session.is_revoked() {
            return None;
        }
        // Outside of the lock: what is compared is the app's.
        let has_changed = known.is_some_and(|stored| session.adopt(stored));
        Some((session, has_changed))
    }

    fn find_or_insert(&self, key: TokenHash, stored: Guarded<A::Session>) -> Option<InUse<A>> {
        let mut shard = self.shard(key);
        if shard.ending.contains_key(&key) {
            return None;
        }
        if let Some(session) = shard.live.get(&key).and_then(Weak::upgrade) {
            return Some(InUse { session, known: Some(stored) });
        }
        let session = LiveSession::new(Some(key), stored);
        shard.live.insert(key, Arc::downgrade(&session));
        Some(InUse { session, known: None })
    }

    /// Ends a session here; until it is [forgotten](Index::forget), its token is refused whatever the store says.
    pub(super) fn end(&self, key: TokenHash, end: SessionEnd) -> Ended<A> {
        let mut shard = self.shard(key);
        let is_known = shard.live.contains_key(&key);
        if shard.ending.contains_key(&key) || self.count_ending(if is_known { ENDING_LIMIT } else { UNKNOWN_LIMIT }) {
            shard.ending.insert(key, Instant::now());
        }
        Ended { session: revoked(&shard, key, end), is_known }
    }

    /// Ends a session that is gone from the store, and returns it if it is in use.
    pub(super) fn lose(&self, key: TokenHash, why: SessionEnd) -> Option<Arc<LiveSession<A>>> {
        revoked(&self.shard(key), key, why)
    }

    /// Returns whether a session is in use.
    pub(super) fn is_live(&self, key: TokenHash) -> bool {
        self.shard(key).live.get(&key).is_some_and(|live| live.strong_count() > 0)
    }

    /// Notes that the store has removed a session that was ended here.
    pub(super) fn forget(&self, key: TokenHash) {
        if self.shard(key).ending.remove(&key).is_some() {
            self.ending.fetch_sub(1, Ordering::Relaxed);
        }
    }

    pub(super) fn is_ending(&self, key: TokenHash) -> bool {
        self.shard(key).ending.contains_key(&key)
    }

    /// Returns the sessions of one shard that are in use.
    pub(super) fn in_use(&self, shard: usize) -> Vec<TokenHash> {
        let mut shard = self.shards[shard].lock();
        shard.live.retain(|_, session| session.strong_count() > 0);
        shrink(&mut shard.live);
        shard.live.keys().copied().collect()
    }

    /// Returns the sessions of one shard that are in use, themselves.
    pub(super) fn live(&self, shard: usize) -> Vec<Arc<LiveSession<A>>> {
        self.shards[shard].lock().live.values().filter_map(Weak::upgrade).collect()
    }

    /// Returns how many sessions are in use.
    pub(super) fn count(&self) -> usize {
        let in_use =
            |shard: &Mutex<Shard<A>>| shard.lock().live.values().filter(|session| session.strong_count() > 0).count();
        self.shards.iter().map(in_use).sum()
    }

    /// Returns the sessions of one shard that are ending. After `ttl` without a use, the store has none of them any more.
    pub(super) fn ending(&self, shard: usize, ttl: Duration) -> Vec<TokenHash> {
        let mut shard = self.shards[shard].lock();
        let before = shard.ending.len();
        shard.ending.retain(|_, since| since.elapsed() <= ttl);
        shrink(&mut shard.ending);
        self.ending.fetch_sub(before - shard.ending.len(), Ordering::Relaxed);
        shard.ending.keys().copied().collect()
    }

    fn count_ending(&self, limit: usize) -> bool {
        let more = |count| (count < limit).then_some(count + 1);
        let counted = self.ending.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        if counted == Ok(limit - 1) {
            tracing::error!(limit, "too many sessions wait to be removed from the store: no more are remembered");
        }
        counted.is_ok()
    }

    fn shard(&self, key: TokenHash) -> MutexGuard<'_, Shard<A>> {
        self.shards[usize::from(key.first_byte()) % SHARDS].lock()
    }
}

fn revoked<A: App>(shard: &Shard<A>, key: TokenHash, end: SessionEnd) -> Option<Arc<LiveSession<A>>> {
    let live = shard.live.get(&key)?.upgrade()?;
    live.revoke(end);
    Some(live)
}
