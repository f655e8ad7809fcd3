//! The doors: Socket.IO and HTTP.
//!
//! A door translates what comes in, calls `dispatch`, and translates the answer back; it makes no rule of its own. Only this
//! folder names Socket.IO, HTTP and TCP types. A *wire* is one TCP connection; a *link* is what belongs to one socket whatever
//! wire it is on, since a socket may begin with HTTP polling and go on as a WebSocket. Packets take the *direct* way, written
//! to the wire, or the *ordinary* way, handed to socketioxide; a *passage* counts what is still on the latter, and packets that
//! must not overtake it are *held*. Answers that wait for what is sent next are *corked*.

mod credentials;
mod http;
mod kernel;
mod link;
mod listener;
mod mailbox;
mod origin;
mod passage;
mod send_queue;
mod socketio;
mod websocket;
mod wire;
mod wire_io;

pub use credentials::session_cookie;
pub use http::{Ready, SocketWatch, caller, check_origin, error_response, routes, watch_sockets};
pub use link::{LinkCounters, LinkLimits, Links, Traffic};
pub use listener::{WireInfo, WireListener};
pub use origin::Origins;
pub use socketio::{attach, poll_limit};
pub use wire::WireLimits;
