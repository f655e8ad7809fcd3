//! What servers with the same store tell each other of its sessions, so that nobody has to find it out there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contain::Guarded;
use crate::route::App;
use crate::session::index::SHARDS;
use crate::session::sessions::{Shared, ask};
use crate::session::{SessionEnd, Sessions, StoreError, TokenHash};

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
                if let Some(live) = self.0.index.lose(key, why) {
                    self.0.tell(&live);
                }
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

    /// Looks whether the sessions in use are still in the store: others may have told of their ends while nothing was heard.
    pub(crate) fn look_at_all(&self) {
        let shared = self.0.clone();
        self.0.work.spawn(async move {
            for shard in 0..SHARDS {
                if let Err(error) = shared.touch_all(shared.index.in_use(shard)).await {
                    tracing::warn!(%error, cause = %error.0, "sessions in use cannot be looked at");
                    return;
                }
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

    pub(super) fn tell_others(&self, news: SessionNews) {
        if let Some(tell) = self.tells_others.get() {
            tell(news);
        }
    }
}
