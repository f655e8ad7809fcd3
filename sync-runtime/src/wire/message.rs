//! Everything that a client can say, read once.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::SyncError;
use crate::wire::call::is_call_id;
use crate::wire::fields::{Slot, bad_request, read_object};
use crate::wire::location::read_location;
use crate::wire::{Call, Location, SyncCall, event};

/// One message of a client: PRODUCT §5, with one variant for each row of its table.
#[derive(Debug)]
pub enum Message<'a> {
    /// Calls a route of the event lane.
    Sync(SyncCall<'a>),
    /// Calls a route of the request lane.
    Request(Call<'a>),
    /// Enters a room.
    Join {
        /// The room.
        room: Cow<'a, str>,
        /// The last position there that the client has seen.
        after: Option<Cow<'a, str>>,
    },
    /// Leaves a room.
    Leave {
        /// The room.
        room: Cow<'a, str>,
    },
    /// Asks for the rooms of the socket.
    Joined,
    /// Tells which page the socket shows.
    Locate(Location),
    /// Gives up a call.
    Cancel {
        /// The id of the call.
        id: Cow<'a, str>,
    },
}

/// A message that could not be read.
#[derive(Debug)]
pub struct Misread {
    /// What is wrong with it.
    pub error: SyncError,
    /// Whether it was to tell which page the socket shows: nobody knows that any more.
    pub is_location: bool,
}

impl From<SyncError> for Misread {
    fn from(error: SyncError) -> Self {
        Self { error, is_location: false }
    }
}

impl<'a> Message<'a> {
    /// Reads the payload of a Socket.IO event.
    ///
    /// # Errors
    ///
    /// `sync-bad-request` about the first field, in the order of PRODUCT §5, that is missing or of another type, or about the event
    /// if there is none of this name.
    ///
    /// # Examples
    ///
    /// ```
    /// use sync::__private::Message;
    ///
    /// let Message::Leave { room } = Message::read("leaveRoom", r#"{"room":"chess-1"}"#)? else { panic!() };
    /// assert_eq!(room, "chess-1");
    /// assert_eq!(Message::read("leaveRoom", "{}").unwrap_err().error.code(), "sync-bad-request");
    /// # Ok::<(), sync::__private::Misread>(())
    /// ```
    pub fn read(event: &str, payload: &'a str) -> Result<Self, Misread> {
        let message = match event {
            event::SYNC => SyncCall::from_socket(payload).map(Self::Sync),
            event::REQUEST => Call::from_socket(payload).map(Self::Request),
            event::JOIN_ROOM => read_room(payload).map(|(room, after)| Self::Join { room, after }),
            event::LEAVE_ROOM => read_room(payload).map(|(room, _)| Self::Leave { room }),
            event::JOINED_ROOMS => Ok(Self::Joined),
            event::UPDATE_LOCATION => read_location(payload).map(Self::Locate),
            event::SYNC_CANCEL => read_id(payload).map(|id| Self::Cancel { id }),
            _ => Err(bad_request("event")),
        };
        message.map_err(|error| Misread { error, is_location: event == event::UPDATE_LOCATION })
    }
}

fn read_room(json: &str) -> Result<(Cow<'_, str>, Option<Cow<'_, str>>), SyncError> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        room: Slot<'a>,
        #[serde(borrow, default)]
        after: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    Ok((fields.room.required_text("room")?, fields.after.optional_text("after")?))
}

fn read_id(json: &str) -> Result<Cow<'_, str>, SyncError> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        id: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    let id = fields.id.required_text("id")?;
    if is_call_id(&id) { Ok(id) } else { Err(bad_request("id")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(event: &str, payload: &str, expected: &str) {
        let read = match Message::read(event, payload) {
            Ok(message) => format!("{message:?}"),
            Err(Misread { error, is_location }) => {
                assert_eq!(is_location, event == "updateLocation", "{payload}");
                format!("{} {}", error.code(), error.subject().unwrap_or_default())
            }
        };
        assert!(read.starts_with(expected), "{event} {payload} is read as {read}");
    }

    #[test]
    fn every_event_is_read_and_a_wrong_one_names_what_is_wrong() {
        check("sync", r#"{"name":"a/b","version":"v1","receiver":"r"}"#, "Sync(");
        check("request", r#"{"name":"a/b","version":"v1"}"#, "Request(");
        check("request", r#"{"name":"a/b"}"#, "sync-bad-request version");
        check("request", r#"{"name":"a/b","version":"v1","id":"1"}"#, "sync-bad-request id-later");
        check("joinRoom", r#"{"room":"r"}"#, r#"Join { room: "r", after: None }"#);
        check("joinRoom", r#"{"room":"r","after":"p"}"#, r#"Join { room: "r", after: Some("p") }"#);
        check("joinRoom", r#"{"room":"r","after":1}"#, "sync-bad-request after");
        check("leaveRoom", "{}", "sync-bad-request room");
        check("joinedRooms", "null", "Joined");
        check("updateLocation", r#"{"pathName":"/"}"#, "Locate(");
        check("updateLocation", "{}", "sync-bad-request pathName");
        check("syncCancel", r#"{"id":"a-1"}"#, r#"Cancel { id: "a-1" }"#);
        for wrong in ["{}", r#"{"id":""}"#, r#"{"id":7}"#] {
            check("syncCancel", wrong, "sync-bad-request id");
        }
        check("shout", "{}", "sync-bad-request event");
    }
}
