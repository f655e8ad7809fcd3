//! What the server says to a socket besides events and answers: streams, who comes and goes, and that something was missed.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::SyncError;
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

    /// Writes that a user has come, gone, or is away: `{ room, kind, user }`; `user` is what the app makes public of them.
    ///
    /// Source: `tests/wire/presence.json`.
    #[must_use]
    pub fn presence(room: &str, kind: PresenceKind, user: &RawValue) -> Self {
        #[derive(Serialize)]
        struct Presence<'a> {
            room: &'a str,
            kind: PresenceKind,
            user: &'a RawValue,
        }
        notice(event::PRESENCE, &Presence { room, kind, user })
    }

    /// Writes that a member has missed something that cannot be sent again: `{ room, pos }`; what comes next comes after `pos`.
    ///
    /// Source: `tests/wire/gap.json`.
    #[must_use]
    pub fn gap(room: &str, pos: &str) -> Self {
        #[derive(Serialize)]
        struct Gap<'a> {
            room: &'a str,
            pos: &'a str,
        }
        notice(event::GAP, &Gap { room, pos })
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

    /// Writes that there is something new to be fetched, which it does not carry; `payload` says where.
    #[must_use]
    pub fn poke(payload: &RawValue) -> Self {
        Self::event(event::POKE, payload.get().as_bytes())
    }
}

fn notice(name: &str, payload: &impl Serialize) -> Packet {
    Packet::event(name, &serde_json::to_vec(payload).expect("notices always have a JSON form"))
}
