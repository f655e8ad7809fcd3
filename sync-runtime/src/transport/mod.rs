//! The doors: Socket.IO and HTTP.
//!
//! A door translates what comes in, calls `dispatch`, and translates the answer back; it makes no rule of its own. Only this
//! folder names Socket.IO, HTTP and TCP types. A *wire* is one TCP connection; a *link* is what belongs to one socket whatever
//! wire it is on, since a socket may begin with HTTP polling and go on as a WebSocket. Packets take the *direct* way, written
//! to the wire, or the *ordinary* way, handed to engineioxide; a *passage* counts what is still on the latter, and packets that
//! must not overtake it are *held*. Answers that wait for what is sent next are *corked*.

mod carrier;
mod connections;
mod credentials;
mod engineio;
mod handshake;
mod http;
mod kernel;
mod leftovers;
mod link;
mod listener;
mod lobby;
mod mailbox;
mod moving;
mod origin;
mod passage;
mod renewal;
mod reserved;
mod send_queue;
mod serve;
mod socketio;
mod websocket;
mod wire;
mod wire_io;

pub use connections::raise_file_limit;
pub use credentials::{cookie_token, session_cookie, token};
pub use engineio::socket_routes;
pub use http::{Ready, caller, check_origin, error_response, routes, stranger};
pub use link::{LinkCounters, LinkLimits, Links, Traffic};
pub use listener::WireListener;
pub use origin::Origins;
pub use renewal::{Renewal, renew_cookie};
pub use reserved::{harden, keep_reserved};
pub use serve::{HttpLimits, serve};
pub use socketio::poll_limit;
pub use wire::WireLimits;
