//! Who is in which room, where the rule of a room asks for it: people, not sockets.
//!
//! A *roster* is what one room knows, and says what its members are told; the index has those of all rooms. Who comes and goes is noted by
//! `attendance`, which tells it, too.

mod awaited;
mod index;
mod roster;

pub(super) use index::{Presence, RoomPresence};
pub(super) use roster::{HandedPerson, PersonNews, Roster, Step};
