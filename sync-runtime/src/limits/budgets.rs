//! The budgets of many, by their keys.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::time::Duration;

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use parking_lot::Mutex;
use sync_schema::Rate;

use crate::error::SyncError;
use crate::limits::budget::{Debt, quota, rate_limited};
use crate::limits::moment::Moment;
use crate::tables::shrink;

/// By what somebody is counted: a number that is as good as random, so that nobody can choose to have another one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub(super) u64);

impl Key {
    /// Returns the key of the same caller for the `number`th thing that it does.
    pub(super) fn of(self, number: u64) -> Self {
        // Any odd number that spreads: keys are random before and after.
        Self(self.0.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }
}

/// Into how many parts the budgets are split, each with a lock of its own: a sweep holds one of them for a moment.
pub(super) const SHARDS: usize = 32;
/// How many budgets are kept. Those for whom there is no room share one in each part: new ones are limited together then, and
/// nobody who is known is.
const MOST: usize = 1 << 20;
/// How often a part that is full is swept at once, at most.
const SWEEP_AGAIN: Duration = Duration::from_secs(1);

/// Budgets of one rate.
#[derive(Debug)]
pub(super) struct Budgets {
    shards: Box<[Keyed]>,
    /// What the limiters keep.
    states: Box<[Shard]>,
    debt: Debt,
    /// What was taken since others were told, where they are; a part for each shard.
    spent: Option<Box<[SpentHere]>>,
}

/// How much was taken of each.
type SpentHere = Mutex<HashMap<Key, u32>>;

/// How much is remembered of what was taken until others are told: those beyond are few in number, or many who take one each.
const MOST_SPENT: usize = 256;

type Keyed = RateLimiter<Key, Shard, Moment, NoOpMiddleware<Duration>>;

impl Budgets {
    pub(super) fn new(rate: Rate) -> Self {
        Self::with_most(rate, MOST)
    }

    pub(super) fn with_most(rate: Rate, most: usize) -> Self {
        let states: Box<[_]> = (0..SHARDS).map(|_| Shard::new(most / SHARDS, rate.pause())).collect();
        let shards = states.iter().map(|shard| Keyed::new(quota(rate), shard.clone(), Moment)).collect();
        Self { shards, states, debt: Debt::of(rate), spent: None }
    }

    /// Has it be remembered what was taken, for others.
    pub(super) fn shared(self, is_shared: bool) -> Self {
        let spent = is_shared.then(|| (0..SHARDS).map(|_| Mutex::default()).collect());
        Self { spent, ..self }
    }

    /// Takes what was taken since this was called last.
    pub(super) fn take_spent(&self) -> Vec<(Key, u32)> {
        let spent = self.spent.iter().flatten().flat_map(|spent| std::mem::take(&mut *spent.lock()));
        spent.collect()
    }

    /// Takes one out of a budget, at the moment that was begun.
    pub(super) fn take(&self, key: Key) -> Result<(), SyncError> {
        self.shards[shard_of(key)].check_key(&key).map_err(|until| rate_limited(&until))?;
        if let Some(spent) = &self.spent {
            let mut spent = spent[shard_of(key)].lock();
            let has_room = spent.len() < MOST_SPENT;
            if let Some(count) = spent.get_mut(&key) {
                *count = count.saturating_add(1);
            } else if has_room {
                spent.insert(key, 1);
            }
        }
        Ok(())
    }

    /// Takes so many more, whether there are as many or not.
    pub(super) fn owe(&self, key: Key, count: u64) {
        let Ok(()) = self.states[shard_of(key)].measure_and_replace(&key, |full_at| {
            Ok::<_, std::convert::Infallible>(((), self.debt.after(full_at, count)))
        });
    }

    /// Forgets the budgets of one part that are full again.
    pub(super) fn sweep(&self, shard: usize) {
        self.shards[shard % SHARDS].retain_recent();
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.shards.iter().map(Keyed::len).sum()
    }

    /// Returns for how many there is memory.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.states.iter().map(|shard| shard.state.lock().full_at.capacity()).sum()
    }
}

fn shard_of(key: Key) -> usize {
    // The bits in the middle: a map chooses by the others.
    (key.0 >> 32) as usize % SHARDS
}

/// A part of the budgets: for each key, when it will be full.
#[derive(Debug, Clone)]
struct Shard {
    most: usize,
    pause: Nanos,
    state: Arc<Mutex<ShardState>>,
}

#[derive(Debug, Default)]
struct ShardState {
    full_at: HashMap<Key, Nanos, BuildHasherDefault<Plain>>,
    /// The budget of all for whom there was no room.
    others: Option<Nanos>,
    swept_at: Option<Duration>,
}

impl Shard {
    fn new(most: usize, pause: Duration) -> Self {
        Self { most, pause: pause.into(), state: Arc::default() }
    }
}

impl StateStore for Shard {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut state = self.state.lock();
        if let Some(full_at) = state.full_at.get_mut(key) {
            let (outcome, next) = decide(Some(*full_at))?;
            *full_at = next;
            return Ok(outcome);
        }
        if state.has_room(self.most, self.pause) {
            let (outcome, next) = decide(None)?;
            state.full_at.insert(*key, next);
            return Ok(outcome);
        }
        let (outcome, next) = decide(state.others)?;
        state.others = Some(next);
        Ok(outcome)
    }
}

impl ShrinkableKeyedStateStore<Key> for Shard {
    fn retain_recent(&self, drop_below: Nanos) {
        self.state.lock().retain(drop_below);
    }

    fn len(&self) -> usize {
        self.state.lock().full_at.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ShardState {
    fn has_room(&mut self, most: usize, pause: Nanos) -> bool {
        let now = Moment.now();
        if self.full_at.len() >= most && self.swept_at.is_none_or(|at| now.saturating_sub(at) >= SWEEP_AGAIN) {
            self.swept_at = Some(now);
            self.retain(Nanos::from(now).saturating_sub(pause));
        }
        self.full_at.len() < most
    }

    fn retain(&mut self, drop_below: Nanos) {
        self.full_at.retain(|_, full_at| *full_at > drop_below);
        shrink(&mut self.full_at);
    }
}

/// Hashes a key by taking it as it is.
#[derive(Debug, Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Keys are written as numbers; anything else would do, too.
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
