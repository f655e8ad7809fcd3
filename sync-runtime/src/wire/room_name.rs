//! The name of a room.

use sync_schema::{EVERYONE, ROOM_NAME_LIMIT};

use crate::error::SyncError;

/// A room name of a possible form: 1 to 256 bytes.
#[derive(Debug, Clone, Copy)]
pub struct RoomName<'a>(&'a str);

impl<'a> RoomName<'a> {
    /// Checks the length of `name`.
    ///
    /// # Errors
    ///
    /// `room-invalid` when it is empty or has more than 256 bytes.
    pub fn new(name: &'a str) -> Result<Self, SyncError> {
        if name.is_empty() || name.len() > ROOM_NAME_LIMIT {
            return Err(SyncError::new("room-invalid"));
        }
        Ok(Self(name))
    }

    /// Checks `name` as [`new`](RoomName::new) does, for somebody who is to be in the room.
    ///
    /// # Errors
    ///
    /// `room-invalid` as there; `room-forbidden` for `all`, which nobody enters: everybody is there.
    pub fn to_enter(name: &'a str) -> Result<Self, SyncError> {
        if name == EVERYONE { Err(SyncError::new("room-forbidden")) } else { Self::new(name) }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}
