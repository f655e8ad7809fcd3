//! What several servers tell each other of what was taken, so that limits hold for all of them together.
//!
//! Each server lets through what its own budgets allow, and every half second tells the others what that was: they take it from theirs. So within
//! that time, somebody who comes to all servers at once may have a burst on each; after it, the rate is that of one.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

use serde::{Deserialize, Serialize};

use crate::limits::budgets::Budgets;
use crate::limits::{Key, Limits};

/// What was taken from budgets of one kind.
#[derive(Debug, Serialize, Deserialize)]
pub struct Spent {
    /// Which kind.
    of: String,
    /// The keys of the budgets, and how much it was.
    keys: Vec<(u64, u32)>,
}

/// Tells other servers.
pub(super) type TellSpent = Box<dyn Fn(Vec<Spent>) + Send + Sync>;

/// Makes numbers of names: those of this process alone, or those of all servers that know a secret.
#[derive(Debug)]
pub(super) enum Hashing {
    Own(RandomState),
    Shared([u8; 16]),
}

impl Hashing {
    pub(super) fn own() -> Self {
        Self::Own(RandomState::new())
    }

    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    pub(super) fn number(&self, name: impl Hash) -> u64 {
        match self {
            Self::Own(state) => state.hash_one(name),
            Self::Shared(secret) => {
                let mut hasher = DefaultHasher::new();
                secret.hash(&mut hasher);
                name.hash(&mut hasher);
                hasher.finish()
            }
        }
    }
}

impl Limits {
    /// Says how other servers are told what was taken here: once, before anything is.
    pub fn when_others_must_know(&self, tell: impl Fn(Vec<Spent>) + Send + Sync + 'static) {
        self.tell.set(Box::new(tell)).unwrap_or_default();
    }

    /// Takes what was taken on another server.
    pub fn hear(&self, spent: &[Spent]) {
        self.begin_now();
        let kinds = self.kinds();
        for Spent { of, keys } in spent {
            // One of another version of the app may have rates that this one has not.
            let Some((_, budgets)) = kinds.iter().find(|(kind, _)| kind == of) else { continue };
            keys.iter().for_each(|(key, count)| budgets.owe(Key(*key), u64::from(*count)));
        }
    }

    /// Tells others what was taken since this was called last.
    pub(super) fn tell_spent(&self) {
        let Some(tell) = self.tell.get() else { return };
        let spent = self.kinds().into_iter().filter_map(|(of, budgets): (String, std::sync::Arc<Budgets>)| {
            let keys: Vec<_> = budgets.take_spent().into_iter().map(|(key, count)| (key.0, count)).collect();
            (!keys.is_empty()).then_some(Spent { of, keys })
        });
        let spent: Vec<_> = spent.collect();
        if !spent.is_empty() {
            tell(spent);
        }
    }
}
