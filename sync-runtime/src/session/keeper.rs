//! What is done about sessions without being asked.
//!
//! A session does not expire while a socket of it is open, although the socket may be silent for weeks. So the keeper goes through
//! the sessions in use, again and again, a part at a time: it touches them in the store, which tells it on the way which of them are
//! gone; and it tries again to remove those that were ended while the store did not answer.

use std::sync::Weak;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::route::App;
use crate::session::index::SHARDS;
use crate::session::sessions::{Shared, ask};
use crate::session::{StoreError, TokenHash};

/// How often each session is looked at, at least: as long may one that is gone from the store be used, at the longest.
const LONGEST_ROUND: Duration = Duration::from_secs(60);
/// The shortest time between two looks; with less, the whole round is one.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
/// How many sessions the store is asked about at once.
const BATCH: usize = 512;

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

/// Keeps the sessions of `shared` until it is gone or `stopped`; what is ending then is tried once more.
pub(super) async fn keep<A: App>(shared: Weak<Shared<A>>, ttl: Duration, stopped: CancellationToken) {
    let pace = Pace::new(ttl);
    let mut failing = Failing::default();
    let mut shards = (0..SHARDS).cycle();
    while stopped.run_until_cancelled(tokio::time::sleep(pace.pause)).await.is_some() {
        let Some(shared) = shared.upgrade() else { return };
        for shard in shards.by_ref().take(pace.shards) {
            failing.note(shared.keep_shard(shard, ttl).await);
        }
    }
    let Some(shared) = shared.upgrade() else { return };
    for shard in 0..SHARDS {
        if shared.remove_ending(shard, ttl).await.is_err() {
            tracing::error!("sessions that were ended are still in the store");
            return;
        }
    }
}

impl<A: App> Shared<A> {
    async fn keep_shard(&self, shard: usize, ttl: Duration) -> Result<(), StoreError> {
        for keys in self.index.in_use(shard).chunks(BATCH) {
            self.touch(keys.to_vec()).await?;
        }
        self.remove_ending(shard, ttl).await
    }

    /// Notes the use of sessions, and ends those that are gone from the store.
    pub(super) async fn touch(&self, keys: Vec<TokenHash>) -> Result<(), StoreError> {
        let gone = ask(self.store.touch(keys)).await?;
        gone.into_iter().for_each(|key| self.lose(key));
        Ok(())
    }

    async fn remove_ending(&self, shard: usize, ttl: Duration) -> Result<(), StoreError> {
        for key in self.index.ending(shard, ttl) {
            self.remove_once(key).await?;
        }
        Ok(())
    }
}

/// A store that is down is told about once, and once when it is back.
#[derive(Default)]
struct Failing(bool);

impl Failing {
    fn note(&mut self, kept: Result<(), StoreError>) {
        let was_failing = std::mem::replace(&mut self.0, kept.is_err());
        match kept {
            Err(error) if !was_failing => tracing::error!(%error, cause = %error.0, "sessions in use cannot be kept"),
            Ok(()) if was_failing => tracing::info!("sessions in use are kept again"),
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
