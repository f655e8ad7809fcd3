//! Whose call this is: tokens, the store behind them, and the sessions that are in use.
//!
//! A *token* is an opaque random text; its hash is all that is kept. A *live session* is the one value that all sockets and
//! requests of a token share, so that a change reaches every tab. The store is the truth: what is gone from it has ended, and a
//! session that is *ending* was ended here though the store may still have it. This module knows no rooms and no cookies.

mod index;
mod keeper;
mod live;
mod news;
mod removals;
mod sessions;
mod store;
#[cfg(test)]
mod store_suite;
#[cfg(test)]
mod tests;
mod token;
mod turns;

pub use live::{LiveSession, SessionEnd, session_changes};
pub(crate) use news::SessionNews;
pub use sessions::Sessions;
#[cfg(feature = "redis")]
pub use store::RedisStore;
pub use store::{MemoryStore, SessionError, SessionStore, SqliteStore, StoreError};
pub use token::{Token, TokenHash};
