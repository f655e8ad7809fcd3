//! Reading the durable data of scopes: what has changed, what is so, and who wants to be poked when there is more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use serde_json::value::RawValue;

use crate::clock::sleep;
use crate::contain::Guarded;
use crate::dispatch::access::access;
use crate::dispatch::caller::user_name;
use crate::dispatch::chunks::ChunkSender;
use crate::dispatch::clients::Spoken;
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::pipeline::namer;
use crate::dispatch::readers::ReadingTurn;
use crate::dispatch::topics::TRUSTED;
use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::id::Id;
use crate::log::{Change, Head, Page, PullFrom, Snapshot, SnapshotPlace};
use crate::route::App;
use crate::wire::{
    Asker, ChangeLine, Packet, PullCall, Refusal, ScopesCall, SnapshotCall, SubscribedScope, answer_plain, answer_pull,
    answer_scopes, answer_snapshot, bad_request, pulled, stored,
};

/// How many bytes of JSON a page has, about, and one that is told to somebody who follows.
const PAGE: usize = 512 << 10;
const FOLLOWED_PAGE: usize = 64 << 10;
/// How many bytes of an answer a change costs that is only looked at.
const LOOKED_AT: usize = 512;
/// How long one who follows waits for its next page at least, when it has been told as much as it may.
const PAUSE: Duration = Duration::from_secs(1);

impl<A: App> Dispatcher<A> {
    /// Reads what has changed in a scope behind a cursor.
    pub(super) async fn pull(&self, caller: &Caller<A>, pull: &PullCall<'_>) -> Answer {
        let pulled = async {
            let session = self.check_store(caller, &pull.asker)?;
            if let Some(chunks) = caller.chunks() {
                return self.followed(caller, &session, pull, chunks).await;
            }
            let spoken = self.spoken(caller, &session, None).await?;
            let from = (pull.cursor, pull.epoch.as_deref());
            let (Page { changes, cursor, has_more, epoch }, _turn) =
                self.pulled((caller, spoken.as_deref()), &session, from, (pull, PAGE)).await?;
            self.note_position(spoken.as_deref(), &pull.scope, (cursor, &epoch));
            Ok(self.charged(caller, answer_pull(&lines(&changes), cursor, has_more, &epoch)))
        };
        let pulled = contained_stages(Box::pin(pulled)).await;
        self.answer(caller, pulled)
    }

    /// Reads on in the scope of a pull, from a cursor of an epoch, about so many bytes. The turn lasts until that is charged: whoever is next
    /// in the same line is asked whether there is anything left.
    async fn pulled(
        &self,
        (caller, spoken): (&Caller<A>, Option<&Spoken>),
        session: &Arc<Guarded<A::Session>>,
        (cursor, epoch): (u64, Option<&str>),
        (pull, bytes): (&PullCall<'_>, usize),
    ) -> Result<(Page, Option<ReadingTurn>), SyncError> {
        let scopes = &self.parts().scopes;
        access(self.parts(), caller, session, &pull.scope).await?;
        Self::check_known(spoken, &pull.scope, cursor)?;
        // Only now: a rule of the app's may take its time.
        let turn = self.reading_turn(caller, session, &pull.asker).await?;
        let _few = if caller.chunks().is_some() { scopes.reading.acquire().await.ok() } else { None };
        let (scope, epoch) = ((&*pull.scope).into(), epoch.map(Into::into));
        let page = scopes.log()?.pull(PullFrom { scope, cursor, epoch, limit: pull.limit, bytes }).await?;
        // It may have begun to be read anew meanwhile.
        scopes.check_whole(&pull.scope)?;
        Ok((page, turn))
    }

    /// Waits for the caller's turn to read. All that it has asked for may have been counted before the first of it was charged.
    pub(super) async fn reading_turn(
        &self,
        caller: &Caller<A>,
        session: &A::Session,
        asker: &Asker<'_>,
    ) -> Result<Option<ReadingTurn>, SyncError> {
        if !caller.is_checked() {
            return Ok(None);
        }
        let turn = self.parts().scopes.readers.turn(reader(caller, session)).await;
        // Who follows is not refused for it: the next page waits.
        if turn.has_waited && caller.chunks().is_none() {
            self.check_store(caller, asker)?;
        }
        Ok(Some(turn))
    }

    /// Tells a caller over HTTP what is there and what comes, page by page, until it goes, may not read it any more, or the server stops.
    async fn followed(
        &self,
        caller: &Caller<A>,
        session: &A::Session,
        pull: &PullCall<'_>,
        chunks: &ChunkSender,
    ) -> Result<Box<RawValue>, SyncError> {
        let scopes = &self.parts().scopes;
        let follower = A::user_id(session).map_or_else(|| namer(caller), user_name);
        let limit = self.config().room_limit;
        let refused = || SyncError::new("room-limit").param("limit", limit);
        let _follower = scopes.follow(follower, limit).ok_or_else(refused)?;
        let watcher = scopes.topics.watch(&(&*pull.scope).into());
        let (mut at, mut of, mut is_first) = (pull.cursor, pull.epoch.as_deref().map(Arc::<str>::from), true);
        loop {
            let moved = watcher.moved();
            let session = self.check_session(caller)?;
            if !pull.asker.is(A::user_id(&session)) {
                return Err(SyncError::new("auth-user-changed"));
            }
            // One that does not read has one page that it does not read.
            tokio::select! {
                () = chunks.taken() => {}
                () = scopes.stopping.cancelled() => return Err(SyncError::new("sync-shutting-down")),
            }
            if chunks.is_closed() {
                return Ok(answer_plain());
            }
            if !is_first && self.charge_one(caller).is_err() {
                tokio::select! {
                    () = sleep(PAUSE) => continue,
                    () = chunks.closed() => return Ok(answer_plain()),
                    () = scopes.stopping.cancelled() => return Err(SyncError::new("sync-shutting-down")),
                }
            }
            let (Page { changes, cursor, has_more, epoch }, turn) =
                self.pulled((caller, None), &session, (at, of.as_deref()), (pull, FOLLOWED_PAGE)).await?;
            let has_news = is_first || !changes.is_empty();
            let page = has_news.then(|| self.charged(caller, pulled(&lines(&changes), cursor, has_more, &epoch)));
            drop(turn);
            if let Some(page) = page {
                let id = format!("{cursor} {epoch}");
                tokio::select! {
                    () = chunks.send_named(page, Some(id)) => {}
                    // One that does not read is not waited for.
                    () = scopes.stopping.cancelled() => return Err(SyncError::new("sync-shutting-down")),
                }
            }
            (at, of, is_first) = (cursor, Some(epoch), false);
            if has_more {
                continue;
            }
            // It is looked again after a while, whatever was heard: also whether they may still read it.
            tokio::select! {
                () = moved => {}
                () = sleep(TRUSTED) => {}
                () = chunks.closed() => return Ok(answer_plain()),
                () = scopes.stopping.cancelled() => return Err(SyncError::new("sync-shutting-down")),
            }
        }
    }

    /// Reads a part of what is so in a scope.
    pub(super) async fn snapshot(&self, caller: &Caller<A>, call: &SnapshotCall<'_>) -> Answer {
        let taken = async {
            let session = self.check_store(caller, &call.asker)?;
            access(self.parts(), caller, &session, &call.scope).await?;
            let _turn = self.reading_turn(caller, &session, &call.asker).await?;
            let place = call.page.as_deref().map(read_place).transpose()?;
            let spoken = self.spoken(caller, &session, None).await?;
            let Snapshot { data, cursor, epoch, next, looked_through } =
                self.parts().scopes.log()?.snapshot(&call.scope, place).await?;
            self.parts().scopes.check_whole(&call.scope)?;
            if next.is_none() {
                self.note_position(spoken.as_deref(), &call.scope, (cursor, &epoch));
            }
            self.charge_answer(caller, looked_through.saturating_mul(LOOKED_AT));
            let next = next.map(|place| written_place(&place));
            Ok(self.charged(caller, answer_snapshot(&raw(&data), cursor, &epoch, next.as_deref())))
        };
        let taken = contained_stages(Box::pin(taken)).await;
        self.answer(caller, taken)
    }

    fn charged(&self, caller: &Caller<A>, json: Box<RawValue>) -> Box<RawValue> {
        self.charge_answer(caller, json.get().len());
        json
    }

    /// Pokes a socket from now on when there is more of scopes; each that it may not read is answered with why.
    pub(super) async fn subscribe(&self, caller: &Caller<A>, call: &ScopesCall<'_>) -> Answer {
        let subscribed = async {
            let session = self.check_store(caller, &call.asker)?;
            self.spoken(caller, &session, call.client.as_deref()).await?;
            let subscribing = call.scopes.iter().map(async |scope| {
                let subscribed = match self.subscribed(caller, &session, &call.asker, scope).await {
                    Ok(Head { cursor, epoch, .. }) => SubscribedScope::To { cursor, epoch: epoch.to_string() },
                    Err(error) => {
                        let sentence = self.catalog().sentence(&error, caller.locale(self.catalog()));
                        SubscribedScope::Refused(Refusal::new(&error, sentence))
                    }
                };
                (&**scope, subscribed)
            });
            Ok(answer_scopes(&join_all(subscribing).await.into_iter().collect()))
        };
        let subscribed = contained_stages(Box::pin(subscribed)).await;
        self.answer(caller, subscribed)
    }

    async fn subscribed(
        &self,
        caller: &Caller<A>,
        session: &Arc<Guarded<A::Session>>,
        asker: &Asker<'_>,
        scope: &str,
    ) -> Result<Head, SyncError> {
        let socket = caller.socket().ok_or_else(|| bad_request("event"))?;
        let allowed = access(self.parts(), caller, session, scope).await;
        // Who has subscribed before, and may not any more, is told nothing more, either.
        allowed.inspect_err(|why| {
            if why.http_status() < 500 {
                self.parts().scopes.topics.leave(socket.id(), scope);
            }
        })?;
        let (scopes, limit) = (&self.parts().scopes, self.config().room_limit);
        let name: Arc<str> = scope.into();
        let (topic, subscriber) = scopes
            .topics
            .enter(socket, &name, (session, asker), limit)
            .ok_or_else(|| SyncError::new("room-limit").param("limit", limit))?;
        let head = scopes.log()?.heads(vec![name]).await;
        // One that is gone would be poked for ever.
        if socket.is_closed() {
            scopes.leave_all(socket.id());
        }
        let head = head.inspect_err(|_| {
            scopes.topics.end(&topic, &subscriber);
        });
        let head = head?.remove(0);
        if let Some(cursor) = topic.catch_up(&subscriber, head.cursor) {
            socket.outbox().send(&Packet::poke(scope, cursor, None).into());
        }
        Ok(head)
    }

    /// Pokes a socket no more about scopes.
    pub(super) fn unsubscribe(&self, caller: &Caller<A>, call: &ScopesCall<'_>) -> Answer {
        let left = self.check_message(caller).and_then(|_| {
            let socket = caller.socket().ok_or_else(|| bad_request("event"))?;
            let scopes = &self.parts().scopes;
            for scope in &call.scopes {
                scopes.topics.leave(socket.id(), scope);
                scopes.clients.has_left(socket.id(), scope);
            }
            Ok(answer_plain())
        });
        self.answer(caller, left)
    }
}

/// Says who reads: a user, or whoever is at an address.
fn reader<A: App>(caller: &Caller<A>, session: &A::Session) -> Id {
    match (A::user_id(session), caller.address()) {
        (Some(user), _) => user_name(user),
        (None, Some(address)) => Id::of_texts(&["address", &address.to_string()]),
        (None, None) => namer(caller),
    }
}

/// Writes changes as they are told.
pub(super) fn lines(changes: &[Change]) -> Vec<ChangeLine<'_>> {
    let lines = changes.iter().map(|Change { cursor, entity, id, kind, data, time }| ChangeLine {
        cursor: *cursor,
        entity,
        id,
        op: kind.word(),
        data: data.as_deref().and_then(stored),
        ts: *time,
    });
    lines.collect()
}

type Data<'d, T> = BTreeMap<&'d str, BTreeMap<&'d str, T>>;

fn raw(data: &BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>) -> Data<'_, &RawValue> {
    let entities = data.iter().map(|(entity, all)| {
        let all = all.iter().filter_map(|(id, json)| Some((&**id, stored(json)?)));
        (&**entity, all.collect())
    });
    entities.collect()
}

/// Writes the place of a part: a text that says nothing to its reader.
fn written_place(place: &SnapshotPlace) -> String {
    let SnapshotPlace { cursor, epoch, entity, id } = place;
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::json!([cursor, epoch, entity, id]).to_string())
}

fn read_place(text: &str) -> Result<SnapshotPlace, SyncError> {
    let read = || {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (cursor, epoch, entity, id): (u64, Box<str>, Box<str>, Box<str>) = serde_json::from_slice(&json).ok()?;
        // One that was made up is no more than that: no store is asked for what no text may hold there.
        let is_plain = |text: &str| !text.chars().any(char::is_control);
        [&epoch, &entity, &id].iter().all(|text| is_plain(text)).then_some(SnapshotPlace { cursor, epoch, entity, id })
    };
    read().ok_or_else(|| bad_request("page"))
}
