//! Who may work on a session: whoever looks it up does so beside others, whoever changes or removes it does so alone.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::clock::timeout;
use crate::session::{StoreError, TokenHash};

/// How long somebody waits for others who work on the same session.
const PATIENCE: Duration = Duration::from_secs(5);
/// Into how many parts the turns are split.
const PARTS: usize = 64;
/// With fewer turns in a part, those that are over are left where they are.
const FEW: usize = 32;

/// The turns of sessions that somebody works on. Each session has turns of its own: a turn lasts as long as the store takes, and
/// whoever works on one session must not hold up another.
pub(super) struct Turns([Mutex<Part>; PARTS]);

struct Part {
    turns: HashMap<TokenHash, Weak<RwLock<()>>>,
    // Turns that are over are taken out when there are so many, so that each of them costs its taker two looks at most.
    swept_at: usize,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(Part { turns: HashMap::new(), swept_at: FEW })))
    }

    /// Waits until nobody works on a session alone.
    pub(super) async fn shared(&self, key: TokenHash) -> Result<OwnedRwLockReadGuard<()>, StoreError> {
        in_time(self.of(key).read_owned()).await
    }

    /// Waits until nobody works on a session.
    pub(super) async fn alone(&self, key: TokenHash) -> Result<OwnedRwLockWriteGuard<()>, StoreError> {
        in_time(self.of(key).write_owned()).await
    }

    fn of(&self, key: TokenHash) -> Arc<RwLock<()>> {
        let part = &mut *self.0[usize::from(key.first_byte()) % PARTS].lock();
        if let Some(turn) = part.turns.get(&key).and_then(Weak::upgrade) {
            return turn;
        }
        if part.turns.len() >= part.swept_at {
            part.turns.retain(|_, turn| turn.strong_count() > 0);
            part.turns.shrink_to(2 * part.turns.len());
            part.swept_at = FEW.max(2 * part.turns.len());
        }
        let turn = Arc::default();
        part.turns.insert(key, Arc::downgrade(&turn));
        turn
    }
}

async fn in_time<T>(turn: impl Future<Output = T>) -> Result<T, StoreError> {
    timeout(PATIENCE, turn).await.map_err(|error| StoreError(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> TokenHash {
        TokenHash::of(&number.to_string())
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_works_on_a_session_holds_up_that_session_alone_and_nobody_for_ever() {
        let turns = Turns::new();
        let _alone = turns.alone(key(0)).await.expect("nobody else");
        for number in 1..1000 {
            turns.shared(key(number)).await.expect("a session of its own");
        }
        assert!(turns.shared(key(0)).await.is_err());
        assert!(turns.alone(key(0)).await.is_err());
        let _shared = turns.shared(key(1)).await.expect("nobody else");
        turns.shared(key(1)).await.expect("beside another");
    }

    #[tokio::test]
    async fn turns_that_are_over_do_not_add_up() {
        let turns = Turns::new();
        let held = turns.alone(key(0)).await.expect("nobody else");
        for number in 1..100_000 {
            turns.shared(key(number)).await.expect("nobody else");
        }
        let kept: usize = turns.0.iter().map(|part| part.lock().turns.len()).sum();
        assert!(kept <= PARTS * FEW, "{kept}");
        assert!(turns.of(key(0)).try_read().is_err(), "one that goes on is kept");
        drop(held);
    }
}
