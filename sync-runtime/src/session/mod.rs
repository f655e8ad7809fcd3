//! Whose call this is: tokens, the store behind them, and the sessions that are in use.
//!
//! A *token* is an opaque random text; its hash is all that is kept. A *live session* is the one value that all sockets and
//! requests of a token share, so that a change reaches every tab. This module knows no rooms and no cookies.

mod live;
mod store;
mod token;

pub use live::{LiveSession, Sessions, session_changes};
pub use store::{MemoryStore, SessionStore, StoreError};
pub use token::{Token, TokenHash};
