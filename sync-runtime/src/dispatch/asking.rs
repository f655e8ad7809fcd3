//! What one server asks others, and what they say: about sockets that are theirs, of which nobody else has a list.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::clock::{Instant, soon};
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::news::{News, tell};
use crate::dispatch::parts::Parts;
use crate::dispatch::{Dispatcher, attendance};
use crate::error::{StoredError, SyncError};
use crate::id::Id;
use crate::route::App;

/// How long the others have to answer what they know at once; those that have members to ask a rule about have the time of a handler, too.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// How many members a rule is asked about at once.
const RECHECKED_TOGETHER: usize = 32;

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

fn are_in<A: App>(parts: &Parts<A>, session: Id, room: &str) -> usize {
    parts.hub.of_session(session).iter().filter(|socket| socket.is_in(room)).count()
}

/// Asks the other servers that have members in a room, or all of them, and returns what they say together; no longer than until what one says is
/// enough.
async fn ask<A: App>(
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

impl<A: App> Dispatcher<A> {
    /// Answers what another server has asked.
    pub(super) async fn say(&self, id: Id, question: Question) {
        let said = match question {
            Question::AreIn { session, room } => Ok(are_in(self.parts(), session, &room)),
            Question::PutIn { session, room } => self.put_in_here(session, &room).await,
            Question::TakeOut { session, room, why } => {
                let why = why.revive(self.table().error_codes).unwrap_or_else(|| SyncError::new("room-forbidden"));
                Ok(self.take_out_here(session, &room, &why).await)
            }
            Question::Recheck { room } => self.recheck_here(&room).await,
        };
        let said = match said {
            Ok(count) => Said { count, failed: None },
            Err(error) => Said { count: 0, failed: Some(error.to_stored()) },
        };
        tell(self.parts(), None, &News::Said { id, said });
    }

    /// Adds what the other servers say to what has become of a question here.
    async fn everywhere(
        &self,
        room: Option<&str>,
        question: Question,
        here: impl Future<Output = Result<usize, SyncError>>,
    ) -> Result<usize, SyncError> {
        let (here, elsewhere) = tokio::join!(here, ask(self.parts(), room, question, |_| false));
        let (here, elsewhere) = (here?, elsewhere?);
        let codes = self.table().error_codes;
        let failed = elsewhere.failed.map(|why| why.revive(codes).unwrap_or_else(|| SyncError::new("sync-server-failed")));
        failed.map_or(Ok(here + elsewhere.count), Err)
    }

    /// Puts all sockets of a session into a room, and returns how many are there.
    pub(super) async fn put_in(&self, session: Id, room: &str) -> Result<usize, SyncError> {
        let question = Question::PutIn { session, room: room.to_owned() };
        self.everywhere(None, question, self.put_in_here(session, room)).await
    }

    async fn put_in_here(&self, session: Id, room: &str) -> Result<usize, SyncError> {
        let _entrance = self.entrance(room).await?;
        let (mut count, mut refused) = (0, None);
        for socket in self.hub().of_session(session) {
            match self.seat(&socket, room, None).await {
                Ok(_) => count += 1,
                // It has gone meanwhile.
                Err(error) if error.code() == "sync-disconnected" => {}
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(count), Err)
    }

    /// Takes all sockets of a session out of a room, and returns how many were there.
    pub(super) async fn take_out(&self, session: Id, room: &str, why: &SyncError) -> Result<usize, SyncError> {
        let question = Question::TakeOut { session, room: room.to_owned(), why: why.to_stored() };
        let here = async { Ok(self.take_out_here(session, room, why).await) };
        self.everywhere(Some(room), question, here).await
    }

    async fn take_out_here(&self, session: Id, room: &str, why: &SyncError) -> usize {
        let mut count = 0;
        for socket in self.hub().of_session(session) {
            count += usize::from(self.expel(&socket, room, why).await);
        }
        // Nor is anybody waited for there who has just gone.
        attendance::expect_no_more(self.parts(), session, room);
        count
    }

    /// Asks the rule of a room again about each of its members, and returns how many had to leave.
    pub(super) async fn recheck(&self, room: &str) -> Result<usize, SyncError> {
        let question = Question::Recheck { room: room.to_owned() };
        self.everywhere(Some(room), question, self.recheck_here(room)).await
    }

    async fn recheck_here(&self, room: &str) -> Result<usize, SyncError> {
        let sockets = self.hub().room(room).map(|room| room.sockets()).unwrap_or_default();
        let asked = sockets.into_iter().map(async |socket| {
            let answered = async { self.ask_rule(&socket, room).await };
            match contained_stages(Box::pin(answered)).await {
                Err(why) if why.http_status() >= 500 => Err(why),
                Err(why) => Ok(self.expel(&socket, room, &why).await),
                Ok(()) => Ok(false),
            }
        });
        let mut asked = std::pin::pin!(futures_util::stream::iter(asked).buffer_unordered(RECHECKED_TOGETHER));
        let (mut count, mut failed) = (0, None);
        while let Some(expelled) = asked.next().await {
            match expelled {
                Ok(expelled) => count += usize::from(expelled),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        failed.map_or(Ok(count), Err)
    }
}
