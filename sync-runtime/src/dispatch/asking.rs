//! What one server asks others, and what they say: about sockets that are theirs, of which nobody else has a list.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::clock::{Instant, soon};
use crate::dispatch::news::{News, tell};
use crate::dispatch::parts::Parts;
use crate::error::{StoredError, SyncError};
use crate::id::Id;
use crate::route::App;

/// How long the others have to answer what they know at once; those that have members to ask a rule about have the time of a handler, too.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

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

/// The questions of this server that were not answered by all.
#[derive(Default)]
pub(super) struct Asking(Mutex<HashMap<Id, mpsc::UnboundedSender<Said>>>);

/// A question that is open until this is dropped.
struct Open<'p> {
    asking: &'p Asking,
    id: Id,
    said: mpsc::UnboundedReceiver<Said>,
}

impl Asking {
    fn open(&self) -> Open<'_> {
        let (id, (tell, said)) = (Id::random(), mpsc::unbounded_channel());
        self.0.lock().insert(id, tell);
        Open { asking: self, id, said }
    }

    /// Hears an answer; nobody may wait for it any more, or it is another server's.
    pub(super) fn hear(&self, id: Id, said: Said) {
        if let Some(open) = self.0.lock().get(&id) {
            open.send(said).unwrap_or_default();
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.asking.0.lock().remove(&self.id);
    }
}

/// Returns whether a socket of a session is in a room on another server.
///
/// # Errors
///
/// `sync-unavailable` when they cannot be asked.
pub(super) async fn is_elsewhere<A: App>(parts: &Parts<A>, session: Id, room: &str) -> Result<bool, SyncError> {
    let question = Question::AreIn { session, room: room.to_owned() };
    let said = ask(parts, Some(room), question, |said| said.count > 0).await?;
    Ok(said.count > 0)
}

/// Counts the sockets of a session that are in a room here.
pub(super) fn are_in<A: App>(parts: &Parts<A>, session: Id, room: &str) -> usize {
    parts.hub.of_session(session).iter().filter(|socket| socket.is_in(room)).count()
}

/// Asks the other servers that have members in a room, or all of them, and returns what they say together; no longer than until that is enough.
///
/// # Errors
///
/// `sync-unavailable` when not all of them answer.
pub(super) async fn ask<A: App>(
    parts: &Parts<A>,
    room: Option<&str>,
    question: Question,
    is_enough: impl Fn(&Said) -> bool,
) -> Result<Said, SyncError> {
    let others = parts.hub.count_others(room).await?;
    let mut all = Said::default();
    if others == 0 {
        return Ok(all);
    }
    let time = match question {
        Question::AreIn { .. } => ANSWERED_WITHIN,
        _ => ANSWERED_WITHIN + parts.config.handler_timeout,
    };
    let until = Instant::now() + time;
    let mut open = parts.asking.open();
    tell(parts, room, &News::Asked { id: open.id, question });
    for _ in 0..others {
        // One that has gone since it was counted says nothing.
        let said = soon(until, open.said.recv()).await.flatten();
        let Said { count, failed } = said.ok_or_else(|| SyncError::new("sync-unavailable"))?;
        all.count += count;
        all.failed = all.failed.or(failed);
        if is_enough(&all) {
            break;
        }
    }
    Ok(all)
}
