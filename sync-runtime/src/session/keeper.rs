//! What is done about sessions without being asked.
//!
//! A session does not expire while a socket of it is open, although the socket may be silent for weeks. So the keeper goes through
//! the sessions in use, again and again, a part at a time: it touches them in the store, which tells it on the way which of them are
//! gone. It touches those whose sockets have just gone, many at once where many went; and it tries again to remove those that were
//! ended while the store did not answer.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::route::App;
use crate::session::index::SHARDS;
use crate::session::sessions::{Shared, ask};
use crate::session::{SessionEnd, StoreError, TokenHash};

/// How often each session is looked at, at least: as long may one that is gone from the store be used, at the longest.
const LONGEST_ROUND: Duration = Duration::from_secs(60);
/// The shortest time between two looks; with less, the whole round is one.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
/// How many sessions the store is asked about at once.
const BATCH: usize = 512;
/// How long a session whose socket has gone waits for others, at most.
const LEFT_PAUSE: Duration = Duration::from_secs(1);
/// How many sessions are removed at once.
const REMOVED_AT_ONCE: usize = 16;

/// The pace at which the keeper goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pace {
    pause: Duration,
    shards: usize,
}

impl Pace {
    /// Four looks in the time to live: a store may miss three of them before a session in use expires.
    fn new(ttl: Duration) -> Self {
        let round = (ttl / 4).min(LONGEST_ROUND);
        let pause = round / SHARDS as u32;
        if pause >= SHORTEST_PAUSE {
            Self { pause, shards: 1 }
        } else {
            Self { pause: round.max(SHORTEST_PAUSE), shards: SHARDS }
        }
    }
}

/// What goes on about the sessions of `shared`, until they are gone or it is stopped.
pub(super) struct Keeper<A: App> {
    shared: Weak<Shared<A>>,
    ttl: Duration,
    stopped: CancellationToken,
}

impl<A: App> Keeper<A> {
    pub(super) fn new(shared: Weak<Shared<A>>, ttl: Duration, stopped: CancellationToken) -> Self {
        Self { shared, ttl, stopped }
    }

    /// Keeps the sessions in use; when it is stopped, all of them once more, since their sockets are about to go.
    pub(super) async fn keep_used(self) {
        let pace = Pace::new(self.ttl);
        let mut failing = Failing::new("sessions in use cannot be kept");
        let mut shards = (0..SHARDS).cycle();
        while let Some(shared) = self.after(pace.pause).await {
            for shard in shards.by_ref().take(pace.shards) {
                failing.note(shared.touch_all(shared.index.in_use(shard)).await);
            }
        }
        if let Some(shared) = self.shared.upgrade() {
            let in_use = (0..SHARDS).flat_map(|shard| shared.index.in_use(shard)).collect();
            failing.note(shared.touch_all(in_use).await);
        }
    }

    /// Notes the use of the sessions whose sockets have gone.
    pub(super) async fn note_left(self) {
        let pause = (self.ttl / 8).clamp(SHORTEST_PAUSE, LEFT_PAUSE);
        let mut failing = Failing::new("the use of sessions cannot be noted");
        while let Some(shared) = self.after(pause).await {
            failing.note(shared.touch_left().await);
        }
        if let Some(shared) = self.shared.upgrade() {
            failing.note(shared.touch_left().await);
        }
    }

    /// Removes what was ended and is still in the store; when it is stopped, once more.
    pub(super) async fn remove_ended(self) {
        let pace = Pace::new(self.ttl);
        let mut failing = Failing::new("sessions that were ended are still in the store");
        let mut shards = (0..SHARDS).cycle();
        while let Some(shared) = self.after(pace.pause).await {
            for shard in shards.by_ref().take(pace.shards) {
                failing.note(shared.remove_ending(shard).await);
            }
        }
        let Some(shared) = self.shared.upgrade() else { return };
        for shard in 0..SHARDS {
            let removed = shared.remove_ending(shard).await;
            let is_over = removed.is_err();
            failing.note(removed);
            if is_over {
                return;
            }
        }
    }

    /// Waits for the next look; `None` when there will be none.
    async fn after(&self, pause: Duration) -> Option<Arc<Shared<A>>> {
        self.stopped.run_until_cancelled(clock::sleep(pause)).await?;
        self.shared.upgrade()
    }
}

impl<A: App> Clone for Keeper<A> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), ttl: self.ttl, stopped: self.stopped.clone() }
    }
}

impl<A: App> Shared<A> {
    async fn touch_left(&self) -> Result<(), StoreError> {
        let left = std::mem::take(&mut *self.left.lock());
        self.touch_all(left.into_iter().collect()).await
    }

    /// Notes the use of sessions, and ends those that are gone from the store.
    async fn touch_all(&self, keys: Vec<TokenHash>) -> Result<(), StoreError> {
        for keys in keys.chunks(BATCH) {
            let gone = ask(|| self.store.touch(keys.to_vec())).await?;
            gone.into_iter().for_each(|key| self.lose(key));
        }
        Ok(())
    }

    async fn remove_ending(&self, shard: usize) -> Result<(), StoreError> {
        let removing =
            stream::iter(self.index.ending(shard, self.ttl)).map(|key| self.remove_once(key, SessionEnd::Ended));
        let mut removing = removing.buffer_unordered(REMOVED_AT_ONCE);
        while let Some(removed) = removing.next().await {
            removed?;
        }
        Ok(())
    }
}

/// A store that is down is told about once, and once when it is back.
struct Failing {
    what: &'static str,
    is_failing: bool,
}

impl Failing {
    fn new(what: &'static str) -> Self {
        Self { what, is_failing: false }
    }

    fn note(&mut self, done: Result<(), StoreError>) {
        let was_failing = std::mem::replace(&mut self.is_failing, done.is_err());
        match done {
            Err(error) if !was_failing => tracing::error!(%error, cause = %error.0, "{}", self.what),
            Ok(()) if was_failing => tracing::info!("no more: {}", self.what),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_steady_and_fits_the_time_to_live() {
        let paces = [
            (Duration::from_secs(30 * 24 * 3600), Duration::from_secs(60), 1),
            (Duration::MAX, Duration::from_secs(60), 1),
            (Duration::from_secs(60), Duration::from_secs(15), 1),
            (Duration::from_secs(4), Duration::from_secs(1), SHARDS),
            (Duration::from_millis(1), SHORTEST_PAUSE, SHARDS),
        ];
        for (ttl, round, shards) in paces {
            let pause = if shards == 1 { round / SHARDS as u32 } else { round };
            assert_eq!(Pace::new(ttl), Pace { pause, shards }, "{ttl:?}");
        }
    }
}
