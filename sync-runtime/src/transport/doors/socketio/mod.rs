//! The Socket.IO door.
//!
//! engineioxide speaks Engine.IO. What Socket.IO adds is done here: who says CONNECT, what a packet is, the order of a socket's messages,
//! back-pressure, and an answer to everything that has the wrong form.
//!
//! A *carrier* is what is kept with each socket of Engine.IO, from its handshake to its end; a *line* is the client that was let in, and
//! its *outlet* the sending half, whatever pipe it is on: a socket may begin with HTTP polling and go on as a WebSocket. Packets take
//! the *direct* way, written to the pipe, or the *ordinary* way, handed to engineioxide; packets that must not overtake what is still
//! on the latter are *held*. Answers that wait for what is sent next are *corked*.

mod carrier;
mod closed_sockets;
mod door;
mod engine_sockets;
mod handover;
mod handshake;
mod inbound;
mod line;
mod lobby;
mod mailbox;
mod moving;
mod ordinary;
mod outlet;
mod progress;
mod requests;
#[cfg(feature = "testing")]
mod spoken;

pub use closed_sockets::ClosedSockets;
pub use engine_sockets::EngineSockets;
pub use handover::{HandedSocket, Handing};
pub use inbound::{Inbound, InboundKind};
pub use outlet::Traffic;
pub use requests::Doorway;
#[cfg(feature = "testing")]
pub use spoken::Spoken;
