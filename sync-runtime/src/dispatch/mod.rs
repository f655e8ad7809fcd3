//! The one pipeline behind both doors.
//!
//! `find route → session → authorise (route, then room) → validate input → handler once → room order → filter for each member →
//! deliver`. A door decodes what came in, says who the *caller* is, and translates the answer; every rule is here, so that no
//! door can miss one. This folder knows no Socket.IO and no HTTP types.

mod authorize;
mod caller;
mod client_stage;
mod pipeline;
mod server_stage;
#[cfg(test)]
mod tests;

pub use caller::Caller;
pub use pipeline::{Answer, Dispatcher};
