//! One room over several processes.
//!
//! What happens in a room gets its place on a *bus*, in one order for all *nodes*: each process is one. A node hears of the rooms in which
//! somebody is there, and visits its own members; nothing that is said on the bus is about a member. Whatever a node has missed it fetches,
//! and what cannot be fetched is a gap, of which members are told.
//!
//! A [`Bus`] carries texts and knows no events; [`SharedOrder`] has the events of this process find their places and those of others their
//! rooms. One process needs neither: there [`LocalSequencer`](crate::rooms::LocalSequencer) counts.

mod bus;
mod listened;
mod order;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod services;
#[cfg(test)]
pub(crate) mod unreliable;

pub use bus::BusError;
#[cfg(test)]
pub(crate) use bus::{Bus, Ears, Heard, Message, Past};
pub use order::SharedOrder;
#[cfg(feature = "redis")]
pub use redis::RedisBus;
