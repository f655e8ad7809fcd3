//! The clients that are known: whose they are, and how far each has come, whether it is connected or not.

use std::sync::Arc;

use serde::Serialize;

use crate::id::Id;
use crate::log::Head;
use crate::wire::Strategy;

/// Of how many scopes it is known how far one client has come.
pub(super) const POSITIONS: i64 = 200;
/// For how long a client counts as connected of which nothing was heard since: its server may be gone without having said so.
pub(super) const BELIEVED: i64 = 2 * 3600 * 1000;
/// How many clients of one user are known; those of whom nothing was heard for longest are forgotten.
pub(super) const OF_ONE_USER: i64 = 100;
/// How many clients are known altogether.
pub(super) const OF_ALL: i64 = 500_000;
/// How many clients are forgotten at once.
pub(super) const FORGOTTEN_CLIENTS: i64 = 500;

/// A client that shows itself.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// What it calls itself.
    pub client: Arc<str>,
    /// Whose it is.
    pub owner: Id,
    /// The same, as the app calls them; `None` for nobody in particular.
    pub user: Option<Box<str>>,
    /// Whether it is connected, and not only spoken of.
    pub is_connected: bool,
}

/// What a client was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Nothing was known of it, or nothing is any more.
    New,
    /// It was known.
    Known,
    /// It is somebody else's.
    Foreign,
}

/// How far a client has come in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopePosition {
    /// The scope.
    pub scope: Arc<str>,
    /// Up to which cursor.
    pub cursor: u64,
    /// In which epoch.
    pub epoch: Arc<str>,
}

/// What a client was told of a scope: if it had all up to a cursor, it has all up to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeAdvance {
    /// The scope.
    pub scope: Arc<str>,
    /// The one cursor.
    pub from: u64,
    /// The other one.
    pub to: u64,
}

/// A sign that a client has given since the last time. Of each scope it says one thing.
#[derive(Debug, Clone, Default)]
pub struct Sign {
    /// How far it has come.
    pub positions: Vec<ScopePosition>,
    /// What it was told, from where it was.
    pub advances: Vec<ScopeAdvance>,
    /// The scopes that it does not read any more.
    pub left: Vec<Arc<str>>,
    /// It has gone.
    pub is_gone: bool,
}

impl Sign {
    /// Adds how far it has come.
    pub fn come(&mut self, position: ScopePosition) {
        self.forget(&position.scope);
        self.is_gone = false;
        self.positions.push(position);
    }

    /// Adds what it was told.
    pub fn told(&mut self, told: ScopeAdvance) {
        let has = |cursor: u64| (told.from..=told.to).contains(&cursor);
        if let Some(known) = self.positions.iter_mut().find(|known| known.scope == told.scope) {
            known.cursor = if has(known.cursor) { told.to } else { known.cursor };
            return;
        }
        let before = self.advances.iter().find(|before| before.scope == told.scope && has(before.to));
        let from = before.map_or(told.from, |before| before.from.min(told.from));
        self.forget(&told.scope);
        self.advances.push(ScopeAdvance { from, ..told });
    }

    /// Adds that it does not read a scope any more.
    pub fn leave(&mut self, scope: &str) {
        self.forget(scope);
        self.left.push(scope.into());
    }

    /// Returns this with what has come since.
    #[must_use]
    pub fn and(mut self, newer: Self) -> Self {
        newer.positions.into_iter().for_each(|position| self.come(position));
        newer.advances.into_iter().for_each(|told| self.told(told));
        newer.left.iter().for_each(|scope| self.leave(scope));
        self.is_gone = newer.is_gone;
        self
    }

    fn forget(&mut self, scope: &str) {
        self.positions.retain(|other| *other.scope != *scope);
        self.advances.retain(|other| *other.scope != *scope);
        self.left.retain(|other| **other != *scope);
    }
}

impl ScopePosition {
    /// Says what a client does next that is here, and of how many changes: 0 where it takes them all at once.
    #[must_use]
    pub fn stands(&self, head: &Head) -> (Strategy, u64) {
        // Where nothing had been written there was no epoch yet.
        let is_of_now = self.epoch == head.epoch || self.epoch.is_empty();
        let behind = head.cursor.saturating_sub(self.cursor);
        match behind {
            _ if !is_of_now || self.cursor < head.floor => (Strategy::Snapshot, head.cursor),
            0 => (Strategy::Live, 0),
            behind => (Strategy::CatchUp, behind),
        }
    }
}

/// How many clients do what next: the most that any of their scopes takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ByStrategy {
    /// How many take a snapshot.
    pub snapshot: u64,
    /// How many read on.
    pub catch_up: u64,
    /// How many are there.
    pub live: u64,
}

impl ByStrategy {
    /// Counts one more.
    pub fn count(&mut self, strategy: Strategy) {
        *match strategy {
            Strategy::Snapshot => &mut self.snapshot,
            Strategy::CatchUp => &mut self.catch_up,
            Strategy::Live => &mut self.live,
        } += 1;
    }
}

/// A client that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// What it calls itself.
    pub client: Box<str>,
    /// Whose it is, as the app calls them.
    pub user: Option<Box<str>>,
    /// How far it has come, by scope.
    pub positions: Vec<ScopePosition>,
    /// When it has given a sign last, in milliseconds since 1970.
    pub last_active: i64,
    /// Whether it is connected, to any server.
    pub connected: bool,
}
