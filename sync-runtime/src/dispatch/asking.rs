//! What one server asks all others, and what they say: about sockets that are theirs, of which nobody else has a list.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::to_raw_value;
use tokio::sync::mpsc;

use crate::clock::{Instant, soon};
use crate::dispatch::news::{News, Question, Said, tell};
use crate::dispatch::parts::Parts;
use crate::error::SyncError;
use crate::id::Id;
use crate::route::App;

/// How long the others have to answer. Where a rule is to be asked about members, they have the time of a handler, too.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);

/// What one of the others says, by its name.
type Answer = (String, Said);

/// The questions of this server that were not answered by all.
#[derive(Default)]
pub(super) struct Asking(Mutex<HashMap<Id, mpsc::UnboundedSender<Answer>>>);

/// A question that is open until this is dropped.
struct Open<'p> {
    asking: &'p Asking,
    id: Id,
    said: mpsc::UnboundedReceiver<Answer>,
}

impl Asking {
    fn open(&self) -> Open<'_> {
        let (id, (tell, said)) = (Id::random(), mpsc::unbounded_channel());
        self.0.lock().insert(id, tell);
        Open { asking: self, id, said }
    }

    /// Hears an answer; nobody may wait for it any more.
    pub(super) fn hear(&self, server: &str, id: Id, said: Said) {
        if let Some(open) = self.0.lock().get(&id) {
            open.send((server.to_owned(), said)).unwrap_or_default();
        }
    }

    /// Waits no longer for a server: it is gone, with its sockets.
    pub(super) fn forget(&self, server: &str) {
        for open in self.0.lock().values() {
            open.send((server.to_owned(), Said::default())).unwrap_or_default();
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
/// `sync-unavailable` when no server says so, and not all of them answer.
pub(super) async fn is_elsewhere<A: App>(parts: &Parts<A>, session: Id, room: &str) -> Result<bool, SyncError> {
    let question = Question::AreIn { session, room: room.to_owned() };
    let said = ask(parts, &question, |said| said.count > 0).await?;
    Ok(said.count > 0)
}

/// Counts the sockets of a session that are in a room here.
pub(super) fn are_in<A: App>(parts: &Parts<A>, session: Id, room: &str) -> usize {
    parts.hub.of_session(session).iter().filter(|socket| socket.is_in(room)).count()
}

/// Asks all other servers, and returns what they say together; no longer than until that is enough.
///
/// # Errors
///
/// `sync-unavailable` when not all of those answer that live.
pub(super) async fn ask<A: App>(
    parts: &Parts<A>,
    question: &Question,
    is_enough: impl Fn(&Said) -> bool,
) -> Result<Said, SyncError> {
    let unavailable = || SyncError::new("sync-unavailable");
    if parts.hub.others().is_down {
        return Err(unavailable());
    }
    let mut open = parts.asking.open();
    let mut left = parts.hub.other_servers().into_iter().collect::<HashSet<_>>();
    if left.is_empty() {
        return Ok(Said::default());
    }
    let time = match question {
        Question::Recheck { .. } => ANSWERED_WITHIN + parts.config.handler_timeout,
        Question::AreIn { .. } | Question::PutIn { .. } | Question::TakeOut { .. } => ANSWERED_WITHIN,
    };
    let until = Instant::now() + time;
    let json = to_raw_value(question).map_err(|_| unavailable())?;
    tell(parts, None, &News::Asked { id: open.id, question: json });
    let mut all = Said::default();
    while !left.is_empty() && !is_enough(&all) {
        let (server, Said { count, failed }) = soon(until, open.said.recv()).await.flatten().ok_or_else(unavailable)?;
        if left.remove(&server) {
            all.count += count;
            all.failed = all.failed.or(failed);
        }
    }
    Ok(all)
}
