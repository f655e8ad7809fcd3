//! What a place for shared values has to do, and the places that there are.

mod file;
#[cfg(feature = "testing")]
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod sqlite;
#[cfg(any(test, feature = "testing"))]
pub mod suite;

use std::path::PathBuf;
use std::sync::Arc;

use crate::route::BoxFuture;

pub use self::file::FileStates;
#[cfg(feature = "testing")]
pub use self::memory::MemoryStates;
#[cfg(feature = "redis")]
pub use self::redis::RedisStates;
pub use self::sqlite::SqliteStates;

/// Which value it is: that of one version of a state, in one room. Values of different keys never meet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreKey {
    /// `<page>/<name>`.
    pub state: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// The name of the room.
    pub room: Arc<str>,
}

impl std::fmt::Display for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} in `{}`", self.state, self.version, self.room)
    }
}

/// A value as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// How often it had changed: 1 for what a value is at first.
    pub number: u64,
    /// The value, as JSON.
    pub value: Arc<str>,
}

/// A place for shared values.
///
/// The contract, which one suite checks for every store of ours:
///
/// - [`load`](Self::load) returns what was saved last, or `None` for a key that nothing was saved for. What cannot be read is no `None`:
///   nobody may take it for a value that is not there, and begin anew.
/// - [`save`](Self::save) has its whole effect or none, also when its future is dropped or the machine loses its power. Once it is answered,
///   the value is there in every later life. It takes the place of an older value, never of a newer one: that is
///   [`StateStoreError::Newer`], and means that somebody else writes there, too.
/// - Keys are any names: with slashes, quotes, dots, in capitals, or as long as names may be. Two different ones never meet.
pub trait StateStore: Send + Sync + 'static {
    /// Returns the value of a key.
    fn load(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<StoredState>, StateStoreError>>;

    /// Keeps the value of a key.
    fn save(&self, key: StoreKey, stored: StoredState) -> BoxFuture<'_, Result<(), StateStoreError>>;

    /// Keeps what cannot be read aside, so that it outlives whatever is written in its place; returns where, for people to read.
    fn set_aside(&self, key: StoreKey) -> BoxFuture<'_, Result<String, StateStoreError>>;

    /// Returns of which rooms there is a value of a state.
    fn rooms(&self, state: &'static str, version: &'static str) -> BoxFuture<'_, Result<StoredRooms, StateStoreError>>;

    /// Puts a value in the place of any other one, newer or damaged ones too; `None` takes it away. For what is brought back from a backup,
    /// while nobody else uses the store.
    fn replace(&self, key: StoreKey, stored: Option<StoredState>) -> BoxFuture<'_, Result<(), StateStoreError>>;
}

/// Of which rooms a store has a value, in no order.
#[derive(Debug, Default)]
pub struct StoredRooms {
    /// Their names.
    pub rooms: Vec<Arc<str>>,
    /// Where something lies that does not say whose value it is, and why, for people to read.
    pub unreadable: Vec<String>,
}

/// Why a value could not be loaded or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateStoreError {
    /// What is stored is no value.
    #[error("`{place}` is damaged: put a copy in its place, or move it away (what it held is lost then)")]
    Damaged {
        /// The file, or the table and the key.
        place: String,
        /// What is wrong with it.
        source: crate::error::BoxError,
    },
    /// A newer value is there than the one that was to be saved.
    #[error("somebody else has written a newer value of {key}: number {found}, and here it is {known}")]
    Newer {
        /// Of which key.
        key: StoreKey,
        /// The number that is stored.
        found: u64,
        /// The number that was to be saved.
        known: u64,
    },
    /// A file cannot be used.
    #[error("cannot use `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The store does not answer.
    #[error("the store of the state does not answer")]
    Unavailable(#[source] crate::error::BoxError),
}
