//! Rooms whose events outlive the server: their order is made where they are written, in a file.
//!
//! An event is on the disk before it has its place, and so before anybody hears of it: no number that somebody has seen is given to another
//! event, whatever becomes of the process. Who is known in such a room is on the disk before their page is told that it is there, and who has
//! left is not there any more when their page is told so.

mod changes;
mod file;
mod log;
mod rooms;

pub use file::{StoredEvent, StoredRoom};
pub(super) use file::{StoredMember, restored};
pub use log::RoomLog;
