//! Everything that a client can say, read once.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::SyncError;
use crate::wire::call::checked_id;
use crate::wire::fields::{Slot, bad_request, read_object};
use crate::wire::location::read_location;
use crate::wire::{
    Call, Location, PullCall, PushCall, ScopesCall, SnapshotCall, StateAct, StateOpen, StatePlace, SyncCall, event,
};

/// One message of a client: PRODUCT §5, with one variant for each row of its table.
#[derive(Debug)]
pub enum Message<'a> {
    /// Calls a route of the event lane.
    Sync(SyncCall<'a>),
    /// Calls a route of the request lane.
    Request(Call<'a>),
    /// Acts on the value of a room.
    StateAct(StateAct<'a>),
    /// Asks for the value of a room, to follow it where that is a socket.
    StateOpen(StateOpen<'a>),
    /// Follows the value of a room no longer.
    StateClose(StatePlace<'a>),
    /// Asks for mutations.
    Push(PushCall<'a>),
    /// Reads what has changed in a scope.
    Pull(PullCall<'a>),
    /// Reads what is so in a scope.
    Snapshot(SnapshotCall<'a>),
    /// Wants to be poked about scopes.
    Subscribe(ScopesCall<'a>),
    /// Wants to be poked no more about scopes.
    Unsubscribe(ScopesCall<'a>),
    /// Asks how a client stands to scopes.
    SyncStatus(ScopesCall<'a>),
    /// Enters a room.
    Join {
        /// The room.
        room: Cow<'a, str>,
        /// The last position there that the client has seen.
        after: Option<Cow<'a, str>>,
        /// What it was told when it joined: that it was a member from then on, for a server that does not know it.
        membership: Option<Cow<'a, str>>,
        /// Whether it wants to know who is there, now and from now on.
        presence: bool,
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
    /// Tells what a page relies on.
    Listen {
        /// Of which routes the socket hears events, all of them: `<page>/<name>/<version>`.
        routes: Vec<Cow<'a, str>>,
        /// The fingerprint of the contract that it was built with.
        contract: Option<Cow<'a, str>>,
    },
    /// Tells of the socket's person.
    Presence(PresenceUpdate<'a>),
    /// Gives up a call.
    Cancel {
        /// The id of the call.
        id: Cow<'a, str>,
    },
}

/// What a socket tells of its person; at least one of the two.
#[derive(Debug, Default)]
pub struct PresenceUpdate<'a> {
    /// Whether nobody has done anything at this socket for a while.
    pub away: Option<bool>,
    /// What they say of themselves in a room, as JSON; `null` takes it back.
    pub said: Option<(Cow<'a, str>, &'a RawValue)>,
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
            event::STATE_ACT => StateAct::from_socket(payload).map(Self::StateAct),
            event::STATE_OPEN => StateOpen::from_socket(payload).map(Self::StateOpen),
            event::STATE_CLOSE => StatePlace::from_socket(payload).map(Self::StateClose),
            event::PUSH => PushCall::read(payload).map(Self::Push),
            event::PULL => PullCall::read(payload).map(Self::Pull),
            event::SNAPSHOT => SnapshotCall::read(payload).map(Self::Snapshot),
            event::SUBSCRIBE => ScopesCall::read(payload).map(Self::Subscribe),
            event::UNSUBSCRIBE => ScopesCall::read(payload).map(Self::Unsubscribe),
            event::SYNC_STATUS => ScopesCall::read(payload).map(Self::SyncStatus),
            event::JOIN_ROOM => read_join(payload),
            event::LEAVE_ROOM => read_room(payload).map(|room| Self::Leave { room }),
            event::JOINED_ROOMS => Ok(Self::Joined),
            event::UPDATE_LOCATION => read_location(payload).map(Self::Locate),
            event::LISTEN => read_listen(payload),
            event::UPDATE_PRESENCE => read_presence(payload).map(Self::Presence),
            event::SYNC_CANCEL => read_id(payload).map(|id| Self::Cancel { id }),
            _ => Err(bad_request("event")),
        };
        message.map_err(|error| Misread { error, is_location: event == event::UPDATE_LOCATION })
    }
}

/// How many routes a socket can say that it hears of.
const ROUTES: usize = 1_000;

fn read_listen(json: &str) -> Result<Message<'_>, SyncError> {
    #[derive(Deserialize)]
    struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        routes: Slot<'a>,
        #[serde(borrow, default)]
        contract: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    let contract = fields.contract.optional_text("contract")?;
    let routes: Vec<Text<'_>> = fields.routes.optional("routes")?.ok_or_else(|| bad_request("routes"))?;
    if routes.len() > ROUTES {
        return Err(SyncError::new("sync-too-many").param("limit", ROUTES));
    }
    Ok(Message::Listen { routes: routes.into_iter().map(|Text(route)| route).collect(), contract })
}

fn read_join(json: &str) -> Result<Message<'_>, SyncError> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        room: Slot<'a>,
        #[serde(borrow, default)]
        after: Slot<'a>,
        #[serde(borrow, default)]
        membership: Slot<'a>,
        #[serde(borrow, default)]
        presence: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    Ok(Message::Join {
        room: fields.room.required_text("room")?,
        after: fields.after.optional_text("after")?,
        membership: fields.membership.optional_text("membership")?,
        presence: fields.presence.optional("presence")?.unwrap_or_default(),
    })
}

fn read_room(json: &str) -> Result<Cow<'_, str>, SyncError> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        room: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    fields.room.required_text("room")
}

fn read_presence(json: &str) -> Result<PresenceUpdate<'_>, SyncError> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        away: Slot<'a>,
        #[serde(borrow, default)]
        room: Slot<'a>,
        #[serde(borrow, default)]
        data: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    let away = fields.away.optional("away")?;
    let said = match (fields.room.optional_text("room")?, fields.data.0) {
        (Some(room), Some(data)) => Some((room, data)),
        (None, None) if away.is_some() => None,
        (None, None) => return Err(bad_request("away")),
        (None, Some(_)) => return Err(bad_request("room")),
        (Some(_), None) => return Err(bad_request("data")),
    };
    Ok(PresenceUpdate { away, said })
}

fn read_id(json: &str) -> Result<Cow<'_, str>, SyncError> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        id: Slot<'a>,
    }
    let fields: Fields<'_> = read_object(json)?;
    checked_id(fields.id.required_text("id")?)
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
        check("request", r#"{"name":"a/b","version":"v1","id":""}"#, "sync-bad-request id");
        check("stateAct", r#"{"name":"a/b","version":"v1","room":"r","action":1}"#, "StateAct(");
        check("stateAct", r#"{"name":"a/b","version":"v1","room":"r"}"#, "sync-bad-request action");
        check("stateAct", r#"{"name":"a/b","version":"v1","action":1}"#, "sync-bad-request room");
        check(
            "stateAct",
            r#"{"name":"a/b","version":"v1","room":"r","action":1,"ifVersion":7}"#,
            "sync-bad-request ifVersion",
        );
        check("stateOpen", r#"{"name":"a/b","version":"v1","room":"r"}"#, "StateOpen(");
        check("stateOpen", r#"{"name":"a/b","version":"v1","room":"r","have":7}"#, "sync-bad-request have");
        check("stateClose", r#"{"name":"a/b","version":"v1","room":"r"}"#, "StateClose(");
        check("stateClose", r#"{"name":"a/b","room":"r"}"#, "sync-bad-request version");
        check("joinRoom", r#"{"room":"r"}"#, r#"Join { room: "r", after: None, membership: None, presence: false }"#);
        check(
            "joinRoom",
            r#"{"room":"r","after":"p","membership":"m"}"#,
            r#"Join { room: "r", after: Some("p"), membership: Some("m"), presence: false }"#,
        );
        check(
            "joinRoom",
            r#"{"room":"r","presence":true}"#,
            r#"Join { room: "r", after: None, membership: None, presence: true }"#,
        );
        check("joinRoom", r#"{"room":"r","after":1}"#, "sync-bad-request after");
        check("joinRoom", r#"{"room":"r","presence":1}"#, "sync-bad-request presence");
        check("leaveRoom", "{}", "sync-bad-request room");
        check("joinedRooms", "null", "Joined");
        check("updateLocation", r#"{"pathName":"/"}"#, "Locate(");
        check("updateLocation", "{}", "sync-bad-request pathName");
        check("updatePresence", r#"{"away":true}"#, "Presence(PresenceUpdate { away: Some(true), said: None })");
        check(
            "updatePresence",
            r#"{"room":"r","data":null}"#,
            r#"Presence(PresenceUpdate { away: None, said: Some(("r","#,
        );
        check("updatePresence", r#"{"away":1,"room":"r","data":null}"#, "sync-bad-request away");
        check("updatePresence", "{}", "sync-bad-request away");
        check("updatePresence", r#"{"away":false,"room":"r"}"#, "sync-bad-request data");
        check("updatePresence", r#"{"data":{}}"#, "sync-bad-request room");
        check("updatePresence", r#"{"room":1,"data":{}}"#, "sync-bad-request room");
        check("syncCancel", r#"{"id":"a-1"}"#, r#"Cancel { id: "a-1" }"#);
        for wrong in ["{}", r#"{"id":""}"#, r#"{"id":7}"#] {
            check("syncCancel", wrong, "sync-bad-request id");
        }
        check("shout", "{}", "sync-bad-request event");
    }
}
