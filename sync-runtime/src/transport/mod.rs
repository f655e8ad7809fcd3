//! What the server is reached by: doors, and the pipes that lead to them.
//!
//! Only this folder names engineioxide, axum, hyper, tower-http and TCP. `doors/` translates what comes in, calls `dispatch`, and
//! translates the answer back; `pipes/` holds the TCP connections that all of it comes on, and knows no door. [`OpenDoors`] is what the
//! server sees of both.

mod doors;
mod open_doors;
mod pipes;

// What the routes of an app are made of.
pub use axum::Router;
pub use axum::http::HeaderMap;
pub use axum::response::Response;
pub use doors::{ClosedSockets, Traffic, caller, cookie_token, error_response, session_cookie, stranger, token};
pub use open_doors::OpenDoors;
pub use pipes::{PipeListener, raise_file_limit};
