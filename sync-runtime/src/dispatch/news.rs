//! What servers that have rooms in common tell each other besides what happens there.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::dispatch::parts::Parts;
use crate::dispatch::presence::PersonNews;
use crate::error::StoredError;
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
        /// What is asked: a [`Question`], unless it is one of a later build.
        question: Box<RawValue>,
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

/// What a server is asked about its sockets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Question {
    /// How many of a session are in a room.
    AreIn {
        /// The session.
        session: Id,
        /// The room.
        room: String,
    },
    /// To put those of a session into a room.
    PutIn {
        /// The session.
        session: Id,
        /// The room.
        room: String,
    },
    /// To take those of a session out of a room.
    TakeOut {
        /// The session.
        session: Id,
        /// The room.
        room: String,
        /// What they are told.
        why: StoredError,
    },
    /// To take those out of a room whom its rule does not want there any more.
    Recheck {
        /// The room.
        room: String,
    },
}

/// What a server says to a [`Question`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Said {
    /// How many sockets it was about.
    pub(super) count: usize,
    /// What could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<StoredError>,
}

/// Tells all other servers, or those that have members in a room.
pub(super) fn tell<A: App>(parts: &Parts<A>, room: Option<&str>, news: &News) {
    if let Some(text) = written(news) {
        parts.hub.tell_others(room, text);
    }
}

/// Tells those other servers that have members in a room, once or not at all, and waits until that is over.
pub(super) async fn tell_once<A: App>(parts: &Parts<A>, room: &str, news: &News) {
    if let Some(text) = written(news) {
        parts.hub.tell_others_once(room, text).await;
    }
}

/// Tells one other server.
pub(super) fn tell_one<A: App>(parts: &Parts<A>, server: &str, news: &News) {
    if let Some(text) = written(news) {
        parts.hub.tell_other(server, text);
    }
}

fn written(news: &News) -> Option<String> {
    let written = serde_json::to_string(news);
    written.inspect_err(|error| tracing::error!(%error, "what others have to know cannot be written")).ok()
}
