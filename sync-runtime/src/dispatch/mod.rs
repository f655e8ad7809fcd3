//! The one pipeline behind all doors.
//!
//! `find route → session → rate limit → authorise (route, then room) → validate input → handler once → room order → filter for each member →
//! deliver`. A door decodes what came in, says who the *caller* is, and translates the answer; every rule is here, so that no
//! door can miss one. What only some calls have, such as a room, is the business of their *lane*. This folder knows no Socket.IO and no
//! HTTP types.

mod access;
mod answering;
mod asking;
mod attendance;
mod authorize;
mod caller;
mod chunks;
mod clients;
mod commits;
mod contracts;
mod dispatcher;
mod following;
mod gate;
mod handover;
mod hooks;
mod identify;
mod lanes;
mod leaving;
mod life;
mod limit;
mod listening;
mod news;
mod nodes;
mod parts;
mod pausing;
mod pipeline;
mod poking;
mod presence;
mod publish;
mod pulling;
mod pushing;
mod readers;
mod registering;
mod remote;
mod restore;
mod room_state;
mod scopes;
mod server_stage;
mod states;
mod streams;
#[cfg(test)]
mod tests;
mod topics;
mod turn;
mod view;
mod watch;

pub use attendance::Departure;
pub use caller::{Caller, CallerKind};
pub use chunks::{Chunks, Told};
pub use dispatcher::{Answer, Dispatcher};
pub use gate::Closed;
pub use handover::{Estate, Followers, HandedClient};
pub use identify::{Presented, PresentedToken};
pub use parts::StoredCalls;
pub use publish::{RoomMember, Rooms};
pub use room_state::RoomState;
pub use states::{FailingState, StateHealth};
pub(crate) use states::{Stores, kept_states};
pub use turn::{Passed, Turn};
