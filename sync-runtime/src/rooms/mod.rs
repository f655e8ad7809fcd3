//! Who is where, and the order of what happens there.
//!
//! A *connection* is one socket that has said who it is; a *member* is a connection in a room. A *room* exists while it has
//! members. Each room has one sequence: joining, leaving and events take their places in it, and the deliveries of one room run
//! one after the other in that order. What a delivery sends is the business of `dispatch`; how it reaches the socket is the
//! business of `transport`, which implements [`Outbox`].

mod connection;
mod hub;
mod outbox;
mod room;

pub use connection::Connection;
pub use hub::Hub;
pub use outbox::{CloseReason, Outbox};
pub use room::{Delivery, Room, Seat};
