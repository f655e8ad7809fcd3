//! What a server does with its sockets when the app or another server asks for it.

use std::sync::Weak;

use futures_util::StreamExt;
use serde_json::value::RawValue;

use crate::dispatch::asking::{are_in, ask};
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::news::{News, Question, Said, tell_one};
use crate::dispatch::{Dispatcher, attendance};
use crate::error::SyncError;
use crate::id::Id;
use crate::route::App;

/// How many members a rule is asked about at once.
const RECHECKED_TOGETHER: usize = 32;

impl<A: App> Dispatcher<A> {
    /// Answers what another server has asked.
    pub(super) fn answer_other(&self, server: &str, id: Id, question: &RawValue) {
        let Some(this) = self.this.get().and_then(Weak::upgrade) else { return };
        let (server, question) = (server.to_owned(), serde_json::from_str(question.get()));
        // Not a call: nobody here has made it.
        self.parts().hooks.work().spawn(async move {
            let said = match question {
                Ok(question) => this.obey(question).await,
                // One of a later build: it would be waited for in vain.
                Err(_) => Said { count: 0, failed: Some(SyncError::new("sync-unavailable").to_stored()) },
            };
            tell_one(this.parts(), &server, &News::Said { id, said });
        });
    }

    async fn obey(&self, question: Question) -> Said {
        let done = match question {
            Question::AreIn { session, room } => Ok(are_in(self.parts(), session, &room)),
            Question::PutIn { session, room } => self.put_in_here(session, &room).await,
            Question::TakeOut { session, room, why } => {
                let why = why.revive(self.table().error_codes).unwrap_or_else(|| SyncError::new("room-forbidden"));
                Ok(self.take_out_here(session, &room, &why).await)
            }
            Question::Recheck { room } => self.recheck_here(&room).await,
        };
        match done {
            Ok(count) => Said { count, failed: None },
            Err(error) => Said { count: 0, failed: Some(error.to_stored()) },
        }
    }

    /// Adds what the other servers say to what has become of a question here.
    async fn everywhere(
        &self,
        question: Question,
        here: impl Future<Output = Result<usize, SyncError>>,
    ) -> Result<usize, SyncError> {
        let (here, elsewhere) = tokio::join!(here, ask(self.parts(), &question, |_| false));
        let (here, elsewhere) = (here?, elsewhere?);
        let codes = self.table().error_codes;
        let failed =
            elsewhere.failed.map(|why| why.revive(codes).unwrap_or_else(|| SyncError::new("sync-server-failed")));
        failed.map_or(Ok(here + elsewhere.count), Err)
    }

    /// Puts all sockets of a session into a room, and returns how many are there.
    pub(super) async fn put_in(&self, session: Id, room: &str) -> Result<usize, SyncError> {
        let question = Question::PutIn { session, room: room.to_owned() };
        self.everywhere(question, self.put_in_here(session, room)).await
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
        self.everywhere(question, here).await
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
        self.everywhere(question, self.recheck_here(room)).await
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
