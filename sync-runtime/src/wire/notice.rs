//! What the server says to a socket besides events and answers: streams, who comes and goes, and that something was missed.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::SyncError;
use crate::id::Id;
use crate::wire::answer::json;
use crate::wire::packet::Packet;
use crate::wire::{ErrorAnswer, event};

/// What somebody in a room has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PresenceKind {
    /// Came into the room.
    Joined,
    /// Left it.
    Left,
    /// Has done nothing for a while.
    Afk,
    /// Does something again.
    Back,
    /// Is another one than before, or says something else of themselves.
    Updated,
}

/// Somebody in a room, as others see them.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PresentPerson<'a> {
    /// By what they are known again while they are there.
    pub id: Id,
    /// What the app makes public of them.
    pub user: &'a RawValue,
    /// Whether they have done nothing for a while.
    pub away: bool,
    /// What they say of themselves, if anything.
    pub data: Option<&'a RawValue>,
}

/// What has become of somebody.
#[derive(Debug, Clone, Copy)]
pub struct PresenceChange<'a> {
    /// What they have done.
    pub kind: PresenceKind,
    /// Who they are now, or were when they left.
    pub person: PresentPerson<'a>,
}

/// Of who has left, nothing is said but who that was.
impl Serialize for PresenceChange<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PresentPerson { id, user, away, data } = &self.person;
        let is_there = self.kind != PresenceKind::Left;
        let mut change = serializer.serialize_struct("PresenceChange", if is_there { 5 } else { 3 })?;
        change.serialize_field("kind", &self.kind)?;
        change.serialize_field("id", id)?;
        change.serialize_field("user", user)?;
        if is_there {
            change.serialize_field("away", away)?;
            change.serialize_field("data", data)?;
        }
        change.end()
    }
}

/// Who is in a room, for one who asks: `me` is who asks, `people` are listed in the order in which they came, `more` are not listed.
///
/// Source: `tests/wire/join_room_answer_presence.json`.
#[derive(Debug, Serialize)]
pub struct Roster<'a> {
    /// By what the one who asks is known.
    pub me: Option<Id>,
    /// Those who are there.
    pub people: Vec<PresentPerson<'a>>,
    /// How many more there are.
    pub more: usize,
}

impl Roster<'_> {
    /// Writes it as JSON.
    #[must_use]
    pub fn to_json(&self) -> Box<RawValue> {
        json(self)
    }
}

impl Packet {
    /// Writes a chunk that a running handler sends to the members of a room: `{ cb, room, status:"stream", stream }`.
    ///
    /// `cb` is `<page>/<name>/<version>`. It has no place in the order of the room, and so no `pos`.
    /// Source: `tests/wire/sync_event_stream.json`.
    #[must_use]
    pub fn room_stream(cb: &str, room: &str, stream: &RawValue) -> Self {
        #[derive(Serialize)]
        struct Chunk<'a> {
            cb: &'a str,
            room: &'a str,
            status: &'static str,
            stream: &'a RawValue,
        }
        notice(event::SYNC, &Chunk { cb, room, status: "stream", stream })
    }

    /// Writes a chunk that a running handler sends to its caller: `{ id, stream }`; `id` is the caller's own name of the call.
    ///
    /// Source: `tests/wire/sync_stream.json`.
    #[must_use]
    pub fn caller_stream(id: &str, stream: &RawValue) -> Self {
        #[derive(Serialize)]
        struct Chunk<'a> {
            id: &'a str,
            stream: &'a RawValue,
        }
        notice(event::SYNC_STREAM, &Chunk { id, stream })
    }

    /// Writes what has become of the people in a room: `{ room, changes: [{ kind, id, user, away, data }] }`.
    ///
    /// Source: `tests/wire/presence.json`.
    #[must_use]
    pub fn presence(room: &str, changes: &[PresenceChange<'_>]) -> Self {
        #[derive(Serialize)]
        struct Presence<'a> {
            room: &'a str,
            changes: &'a [PresenceChange<'a>],
        }
        notice(event::PRESENCE, &Presence { room, changes })
    }

    /// Writes that a member has missed something that cannot be sent again: `{ room, pos, membership? }`; what comes next comes after `pos`,
    /// and `membership` proves to other servers that it was there then.
    ///
    /// Source: `tests/wire/gap.json`.
    #[must_use]
    pub fn gap(room: &str, pos: &str, membership: Option<&str>) -> Self {
        #[derive(Serialize)]
        struct Gap<'a> {
            room: &'a str,
            pos: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            membership: Option<&'a str>,
        }
        notice(event::GAP, &Gap { room, pos, membership })
    }

    /// Writes that a socket is in a room no longer, though it has not left: `{ room, error }`, with why in the form of a refusal; nothing of
    /// the room comes after it. `message` is the sentence for the error.
    ///
    /// Source: `tests/wire/room_lost.json`.
    #[must_use]
    pub fn room_lost(room: &str, why: &SyncError, message: &str) -> Self {
        #[derive(Serialize)]
        struct Lost<'a> {
            room: &'a str,
            error: ErrorAnswer<'a>,
        }
        notice(event::ROOM_LOST, &Lost { room, error: ErrorAnswer::new(why, message) })
    }
}

fn notice(name: &str, payload: &impl Serialize) -> Packet {
    Packet::event(name, &serde_json::to_vec(payload).expect("notices always have a JSON form"))
}
