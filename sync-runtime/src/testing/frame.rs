//! What a member receives.

use serde_json::{Value, json};

/// Something that the server has sent to a tab, besides the answers to its calls.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Frame {
    /// An event of a room.
    Event {
        /// `<page>/<name>/<version>`.
        route: String,
        /// The room.
        room: String,
        /// Its place in the order of the room.
        pos: String,
        /// What the handler answered.
        server_output: Value,
        /// What the filter made for this member.
        client_output: Value,
    },
    /// What this member's filter refused.
    Error {
        /// `<page>/<name>/<version>`.
        route: String,
        /// The room.
        room: String,
        /// The error code.
        code: String,
        /// Its parameters.
        params: Value,
        /// The sentence, in the member's language.
        message: String,
    },
    /// A chunk that a handler or a filter has streamed to the room or to this member.
    RoomStream {
        /// `<page>/<name>/<version>`.
        route: String,
        /// The room.
        room: String,
        /// The chunk.
        chunk: Value,
    },
    /// A chunk that a handler has streamed to its caller.
    Stream {
        /// The name of the call.
        id: String,
        /// The chunk.
        chunk: Value,
    },
    /// What has changed in the value of a room.
    State {
        /// `<page>/<name>/<version>`.
        route: String,
        /// The room.
        room: String,
        /// Its place in the order of the room.
        pos: String,
        /// The version that the patch is for; `None` with the whole.
        from: Option<String>,
        /// The version that it leads to.
        to: String,
        /// The operations (RFC 6902), or the whole.
        update: Value,
    },
    /// What has become of the people in a room.
    Presence {
        /// The room.
        room: String,
        /// The changes, a list.
        changes: Value,
    },
    /// The socket is in a room no longer, though it has not left.
    RoomLost {
        /// The room.
        room: String,
        /// Why.
        code: String,
    },
    /// Something was missed that cannot be sent again.
    Gap {
        /// The room.
        room: String,
    },
    /// The server ends the connection; nothing comes after it.
    Closing {
        /// Why: `session-ended`.
        reason: String,
    },
    /// Anything else.
    Other {
        /// The name of the Socket.IO event.
        event: String,
        /// What it carries.
        payload: Value,
    },
}

impl Frame {
    /// Reads what an event of Socket.IO carries.
    pub(super) fn read(event: &str, payload: Value) -> Self {
        let text = |field: &str| payload[field].as_str().unwrap_or_default().to_owned();
        let value = |field: &str| payload[field].clone();
        match (event, payload["status"].as_str()) {
            ("sync", Some("success")) => Self::Event {
                route: text("cb"),
                room: text("room"),
                pos: text("pos"),
                server_output: value("serverOutput"),
                client_output: value("clientOutput"),
            },
            ("sync", Some("error")) => Self::Error {
                route: text("cb"),
                room: text("room"),
                code: text("errorCode"),
                params: value("errorParams"),
                message: text("message"),
            },
            ("sync", Some("stream")) => {
                Self::RoomStream { route: text("cb"), room: text("room"), chunk: value("stream") }
            }
            ("state", _) => Self::State {
                route: text("cb"),
                room: text("room"),
                pos: text("pos"),
                from: payload["from"].as_str().map(str::to_owned),
                to: text("to"),
                update: if payload["from"].is_string() { value("patch") } else { value("view") },
            },
            ("syncStream", _) => Self::Stream { id: text("id"), chunk: value("stream") },
            ("presence", _) => Self::Presence { room: text("room"), changes: value("changes") },
            ("roomLost", _) => Self::RoomLost {
                room: text("room"),
                code: payload["error"]["errorCode"].as_str().unwrap_or_default().to_owned(),
            },
            ("gap", _) => Self::Gap { room: text("room") },
            ("closing", _) => Self::Closing { reason: text("reason") },
            _ => Self::Other { event: event.to_owned(), payload },
        }
    }

    /// Returns the route of an event, of an error of its filter, of a chunk to the room, or of a change of a value:
    /// `<page>/<name>/<version>`.
    #[must_use]
    pub fn route(&self) -> Option<&str> {
        match self {
            Self::Event { route, .. }
            | Self::Error { route, .. }
            | Self::RoomStream { route, .. }
            | Self::State { route, .. } => Some(route),
            _ => None,
        }
    }

    /// Returns it as a recording has it: without what is another one in each run.
    pub(super) fn recorded(&self) -> Value {
        match self {
            Self::Event { route, room, server_output, client_output, .. } => {
                json!({ "event": route, "room": room, "serverOutput": server_output, "clientOutput": client_output })
            }
            Self::Error { route, room, code, params, message } => {
                json!({ "error": route, "room": room, "code": code, "params": params, "message": message })
            }
            Self::RoomStream { route, room, chunk } => json!({ "stream": route, "room": room, "chunk": chunk }),
            Self::State { route, room, from: None, update, .. } => {
                json!({ "state": route, "room": room, "view": update })
            }
            Self::State { route, room, from: Some(_), update, .. } => {
                json!({ "state": route, "room": room, "patch": update })
            }
            Self::Stream { id, chunk } => json!({ "streamTo": id, "chunk": chunk }),
            Self::Presence { room, changes } => json!({ "presence": room, "changes": changes }),
            Self::RoomLost { room, code } => json!({ "roomLost": room, "code": code }),
            Self::Gap { room } => json!({ "gap": room }),
            Self::Closing { reason } => json!({ "closing": reason }),
            Self::Other { event, payload } => json!({ "other": event, "payload": payload }),
        }
    }
}

/// An event as a member gets it, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard<S, C> {
    /// The room.
    pub room: String,
    /// What the handler answered.
    pub server_output: S,
    /// What the filter made for this member.
    pub client_output: C,
}
