//! Shared values: what one is, what its followers are told of it, and where it is kept between two uses.
//!
//! [`StateOnly`] is what the table has of a state; it makes cells, each the value of one room, which run its actions and find out what they have changed.
//! Nothing here waits but the stores. When a value is loaded and saved, whose turn it is, and how a change gets to those who follow, is
//! known further up.

mod backup;
mod cell;
mod state_only;
mod store;

pub use backup::{Backup, BackupError, KeptState, Restored, back_up, bring_back, newest};
pub use state_only::StateOnly;
#[cfg(feature = "redis")]
pub use store::RedisStates;
pub use store::{FileStates, SqliteStates, StateStore, StateStoreError, StoreKey, StoredState};
#[cfg(feature = "testing")]
pub use store::{MemoryStates, suite};
