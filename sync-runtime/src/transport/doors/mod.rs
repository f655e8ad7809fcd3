//! The doors: Socket.IO and HTTP.
//!
//! A door translates what comes in, calls `dispatch`, and translates the answer back; it makes no rule of its own. What doors share
//! stands beside them: whose request it is, which pages may send one, and what callers had sent before they went. What all
//! requests pass is put together in `router.rs`.

mod arrival;
mod credentials;
mod http;
mod leftovers;
mod metrics;
mod origin;
mod renewal;
mod replication;
mod reserved;
mod router;
mod socketio;
mod sse;

pub use arrival::arriving_address;
pub use credentials::{cookie_token, session_cookie, token};
pub use http::{Ready, caller, error_response, stranger};
pub use router::router;
#[cfg(feature = "testing")]
pub use socketio::Spoken;
pub use socketio::{ClosedSockets, Doorway, EngineSockets, HandedSocket, Handing, Inbound, InboundKind, Traffic};
