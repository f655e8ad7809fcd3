//! Who is where, and the order of what happens there.
//!
//! A *socket* is one Socket.IO socket that has said who it is; a *member* is a socket in a room. A *room* exists while it has
//! members, or a history. Each room has one sequence: joining, leaving and events take their places in it. One task per busy room takes the
//! events that wait, together, and visits each member once: what a member gets is sent as one piece. What a member gets is the
//! business of `dispatch`, which implements [`Delivery`]; how it reaches the socket is the business of `transport`, which
//! implements [`Outbox`].

mod bundle;
mod delivery;
mod durable;
mod expiry;
mod gap;
mod gate;
mod history;
mod hub;
mod identity;
mod known;
mod numbering;
mod outbox;
mod room;
mod seat;
mod services;
mod socket;

pub use bundle::Bundle;
pub(crate) use delivery::TURN;
pub use delivery::{Delivery, Facts, NewValue, Placed, Reach};
pub use durable::{RoomLog, StoredEvent, StoredRoom};
pub use gate::Permit;
pub use history::RecentEvents;
pub use hub::{Entering, Hub};
pub use identity::{Identity, SenderKey, is_left_out};
pub use known::OneKnown;
pub use outbox::{CloseReason, Outbox, QueueFull, Shortcut};
pub use room::{Room, Submitted};
pub use seat::{Deferred, HeldSeat, Row, Seat, waited_for};
pub use services::{
    After, Beginning, Dropped, Given, Histories, History, Kept, KeptEvents, Listening, LocalSequencer, NoHistories,
    NoOthers, NotPlaced, NowOrLater, OthersHealth, PastEvent, RemoteEvents, RoomServices, Sequencer,
};
#[cfg(any(feature = "redis", test))]
pub use services::{Others, PastText};
pub use socket::Socket;
