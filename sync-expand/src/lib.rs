//! What the attributes of Syncwright expand to, as functions from tokens to tokens.
//!
//! `sync-macros` hands them what the compiler hands it; `cargo sync` prints what comes out, and reads wire types with the same eyes
//! while an app does not compile. Each attribute checks the one item that it stands on and expands to an implementation beside it, so
//! that every mistake is shown at the user's own tokens. What one file cannot know (names, pairs, duplicates) is found by the scanner,
//! whose list of mistakes the attributes read. Nothing here names a route: that is the file's name.

#![forbid(unsafe_code)]

mod app;
mod client;
mod error;
mod group;
mod handler;
mod mutation;
mod once;
mod replica;
mod request;
mod room;
mod scanned;
mod scope;
mod server;
mod state;
pub mod wire;

pub use app::expand as app;
pub use client::expand as client;
pub use error::expand as error;
pub use mutation::expand as mutation;
pub use replica::expand as replica;
pub use request::expand as request;
pub use room::expand as room;
pub use scope::expand as scope;
pub use server::expand as server;
pub use state::expand as state;
