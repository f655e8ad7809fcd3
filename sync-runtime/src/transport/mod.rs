//! What the server is reached by: doors, and the pipes that lead to them.
//!
//! Only this folder names engineioxide, axum, hyper, tower-http and TCP. `doors/` translates what comes in, calls `dispatch`, and
//! translates the answer back; `pipes/` holds the TCP connections that all of it comes on, and knows no door.

mod doors;
mod pipes;

pub use doors::{
    ClosedSockets, EngineSockets, Origins, OutletLimits, Ready, Renewal, Traffic, caller, check_origin, cookie_token,
    error_response, harden, keep_reserved, poll_limit, renew_cookie, routes, session_cookie, socket_routes, stranger,
    token,
};
pub use pipes::{HttpLimits, PipeLimits, PipeListener, raise_file_limit, serve};
