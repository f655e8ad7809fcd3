//! What servers with the same store tell each other of its sessions, so that nobody has to find it out there.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use crate::clock::sleep;
use crate::contain::Guarded;
use crate::route::App;
use crate::session::index::SHARDS;
use crate::session::sessions::{Shared, ask};
use crate::session::{SessionEnd, Sessions, StoreError, TokenHash};

/// How many sessions are looked at at once, and after what time it is tried again where the store does not answer.
const LOOKED_AT_ONCE: usize = 32;
const LOOKS_AGAIN: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// What has become of a session on one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase")]
pub enum SessionNews {
    /// It has ended; told before the store has removed it, and after.
    Ended {
        /// What it is kept under.
        key: TokenHash,
        /// Why.
        why: SessionEnd,
    },
    /// The store has another one than before.
    Changed {
        /// What it is kept under.
        key: TokenHash,
    },
}

impl<A: App> Sessions<A> {
    /// Says how other servers with the same store are told: once for each server, before the first session is found.
    pub(crate) fn when_others_must_know(&self, tell: impl Fn(SessionNews) + Send + Sync + 'static) {
        self.0.tells_others.set(Box::new(tell)).unwrap_or_default();
    }

    /// Hears what has become of a session on another server.
    pub(crate) fn hear(&self, news: SessionNews) {
        match news {
            SessionNews::Ended { key, why } => {
                self.0.lose_as(key, why);
                // Whoever has loaded it and not entered it yet does so before.
                let shared = self.0.clone();
                self.0.work.spawn(async move {
                    if let Ok(_turn) = shared.turns.alone(key).await {
                        shared.lose_as(key, why);
                    }
                });
            }
            SessionNews::Changed { key } if self.0.index.is_live(key) => {
                let shared = self.0.clone();
                self.0.work.spawn(async move {
                    if let Err(error) = shared.look_at(key).await {
                        // It is noticed when it is used the next time.
                        tracing::warn!(%error, cause = %error.0, "a session that was changed elsewhere cannot be loaded");
                    }
                });
            }
            SessionNews::Changed { .. } => {}
        }
    }

    /// Looks how the sessions in use are in the store: others may have ended or changed them while nothing was heard.
    pub(crate) fn look_at_all(&self) {
        let shared = self.0.clone();
        self.0.work.spawn(async move {
            for pause in LOOKS_AGAIN {
                match shared.look_at_each().await {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, cause = %error.0, "sessions in use cannot be looked at"),
                }
                sleep(pause).await;
            }
        });
    }
}

impl<A: App> Shared<A> {
    /// Takes over a session in use as the store has it.
    async fn look_at(self: Arc<Self>, key: TokenHash) -> Result<(), StoreError> {
        let _turn = self.turns.shared(key).await?;
        match ask(|| self.store.load(key)).await? {
            Some(stored) => {
                if let Some((session, true)) = self.index.enter(key, Guarded::new(stored)) {
                    self.tell_changed(&session);
                }
            }
            None => self.lose(key),
        }
        Ok(())
    }

    async fn look_at_each(self: &Arc<Self>) -> Result<(), StoreError> {
        let keys = (0..SHARDS).flat_map(|shard| self.index.in_use(shard));
        let looks = keys.collect::<Vec<_>>().into_iter().map(|key| self.clone().look_at(key));
        let mut looks = stream::iter(looks).buffer_unordered(LOOKED_AT_ONCE);
        while let Some(looked) = looks.next().await {
            looked?;
        }
        Ok(())
    }

    fn lose_as(&self, key: TokenHash, why: SessionEnd) {
        if let Some(live) = self.index.lose(key, why) {
            self.tell(&live);
        }
    }

    pub(super) fn tell_others(&self, news: SessionNews) {
        if let Some(tell) = self.tells_others.get() {
            tell(news);
        }
    }
}
