//! What servers that have rooms in common tell each other besides what happens there.

use serde::{Deserialize, Serialize};

use crate::dispatch::asking::{Question, Said};
use crate::dispatch::parts::Parts;
use crate::dispatch::presence::PersonNews;
use crate::id::Id;
use crate::limits::Spent;
use crate::rooms::SenderKey;
use crate::route::App;
use crate::session::SessionNews;
use crate::wire::IgnoreSelf;

/// What one server tells others. One of another version may not know it, and passes it over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum News {
    /// What has become of a session.
    Session(SessionNews),
    /// What was taken from budgets.
    Spent(Vec<Spent>),
    /// What has become of people in a room, on the server that tells it.
    People {
        /// The room.
        room: String,
        /// Who they are.
        people: Vec<PersonNews>,
    },
    /// What a running handler streams to a room, for its members there.
    Chunks(RoomChunks),
    /// Whoever hears it is to answer.
    Asked {
        /// What the answer is known by.
        id: Id,
        /// What is asked.
        question: Question,
    },
    /// An answer to one of them.
    Said {
        /// What it is known by.
        id: Id,
        /// What is answered.
        said: Said,
    },
    /// Whoever has members in a room is to tell who they are.
    WhoIsThere {
        /// The room.
        room: String,
    },
}

/// Chunks for members of a room on other servers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoomChunks {
    pub(super) room: String,
    /// Who has called.
    pub(super) by: SenderKey,
    pub(super) ignore_self: IgnoreSelf,
    /// Who is meant, if not all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) users: Option<Vec<String>>,
    /// What is sent, as it is.
    pub(super) packets: Vec<String>,
}

/// Tells all other servers, or those that have members in a room.
pub(super) fn tell<A: App>(parts: &Parts<A>, room: Option<&str>, news: &News) {
    match serde_json::to_string(news) {
        Ok(text) => parts.hub.tell_others(room, text),
        Err(error) => tracing::error!(%error, "what others have to know cannot be written"),
    }
}
