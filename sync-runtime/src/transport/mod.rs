//! What the server is reached by: doors, and the pipes that lead to them.
//!
//! Only this folder names engineioxide, axum, hyper, tower-http and TCP. `doors/` translates what comes in, calls `dispatch`, and
//! translates the answer back; `pipes/` holds the TCP connections that all of it comes on, and knows no door. [`OpenDoors`] is what the
//! server sees of both. Doors know of a pipe that a socket is on what [`Direct`](pipes::Direct) says; the pipe knows of the socket what
//! [`Tenant`](pipes::Tenant) says, a trait of its own.
//!
//! # Locks
//!
//! One that is further down this list is taken under one further up, and never the other way round:
//!
//! 1. that of a socket's mailbox (`doors/socketio/mailbox.rs`),
//! 2. that of its outlet (`doors/socketio/outlet.rs`),
//! 3. that of its pipe (`pipes/pipe.rs`),
//! 4. those of what is shared by all: leftovers, lobby, sockets, open pipes, places of addresses. At most one of them is held at a time.
//!
//! That of a carrier is held for itself alone, as are those of the calls that run beside others (`doors/socketio/line.rs`), and those of `rooms`
//! and `session`: what a pipe tells its tenant, and what leaves a room
//! because an outlet closes, is told with none of ours held. Rooms may hold theirs when they send.

#[cfg(unix)]
mod channel;
mod doors;
#[cfg(unix)]
mod handover;
#[cfg(feature = "testing")]
mod inner_doors;
mod open_doors;
mod pipes;

// What the routes of an app are made of.
pub use axum::Router;
pub use axum::http::HeaderMap;
#[cfg(feature = "testing")]
pub use axum::http::HeaderName;
pub use axum::response::Response;
#[cfg(unix)]
pub use channel::{Channel, Meeting};
#[cfg(feature = "testing")]
pub use doors::Spoken;
pub use doors::{
    ClosedSockets, Inbound, InboundKind, Traffic, arriving_address, caller, cookie_token, error_response,
    session_cookie, stranger, token,
};
#[cfg(unix)]
pub use handover::{Connections, HandedConnection};
#[cfg(feature = "testing")]
pub use inner_doors::{InnerDoors, Request};
pub use open_doors::{ClosedDoors, OpenDoors};
pub use pipes::{PipeListener, client_address, raise_file_limit};
