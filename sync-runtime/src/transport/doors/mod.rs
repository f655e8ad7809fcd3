//! The doors: Socket.IO and HTTP.
//!
//! A door translates what comes in, calls `dispatch`, and translates the answer back; it makes no rule of its own. What doors share
//! stands beside them: whose request it is, which pages may send one, and what callers had sent before they went.

mod credentials;
mod http;
mod leftovers;
mod origin;
mod renewal;
mod reserved;
mod socketio;

pub use credentials::{cookie_token, session_cookie, token};
pub use http::{Ready, caller, check_origin, error_response, routes, stranger};
pub use origin::Origins;
pub use renewal::{Renewal, renew_cookie};
pub use reserved::{harden, keep_reserved};
pub use socketio::{ClosedSockets, EngineSockets, Outlet, OutletLimits, Traffic, poll_limit, socket_routes};
