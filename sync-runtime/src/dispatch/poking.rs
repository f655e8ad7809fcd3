//! Telling those who subscribe to a scope that there is more of it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::clock::{Instant, RealInstant, sleep};
use crate::dispatch::access::access;
use crate::dispatch::commits::{Next, size};
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::parts::Parts;
use crate::dispatch::pipeline::session;
use crate::dispatch::pulling::lines;
use crate::dispatch::scopes::{Due, Subscriber, Topic};
use crate::dispatch::{Caller, Dispatcher};
use crate::error::SyncError;
use crate::log::{Change, Committed, Retention};
use crate::rooms::{Bundle, TURN, waited_for};
use crate::route::App;
use crate::wire::{Packet, Refusal};

/// How many subscribers are told before it is looked how long that takes.
const AT_ONCE: usize = 64;
/// Of how many scopes it is asked at once how far they are.
const LOOKED_AT_AT_ONCE: usize = 100;
/// How long it is waited before a rule is asked again that could not answer, at first and at most.
const ASKED_AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];
/// How often it is looked whether something is older than it needs to be.
const TRIMS: Duration = Duration::from_secs(10);

impl<A: App> Dispatcher<A> {
    /// Pokes those who subscribe to scopes, for as long as this is awaited.
    pub async fn poke_subscribers(&self) {
        loop {
            match self.parts().scopes.commits.next().await {
                Next::Committed(committed) => poke(self.parts(), committed).await,
                Next::Unknown => self.poke_whoever_is_behind().await,
            }
        }
    }

    /// Looks how far all scopes are that somebody subscribes to.
    async fn poke_whoever_is_behind(&self) {
        let Ok(log) = self.parts().scopes.log() else { return };
        for scopes in self.parts().scopes.names().chunks(LOOKED_AT_AT_ONCE) {
            // One that cannot answer says again that something was missed when it can.
            let Ok(heads) = log.heads(scopes.to_vec()).await else { return };
            for (scope, (cursor, _)) in scopes.iter().zip(heads) {
                poke(self.parts(), Committed { scope: scope.clone(), cursor, changes: Vec::new() }).await;
            }
        }
    }

    /// Asks the rule of a scope again for everybody who is poked about it, and returns how many are poked no more.
    pub(super) async fn recheck_scope(&self, scope: &str) -> Result<usize, SyncError> {
        let Some((topic, subscribers)) = self.parts().scopes.subscribers(scope) else { return Ok(0) };
        let asked = subscribers.iter().map(async |subscriber| match ask(self.parts(), &topic, subscriber).await {
            Err(why) if is_passing(&why) => Err(why),
            Err(why) => Ok(end(self.parts(), &topic, subscriber, &why)),
            Ok(()) => Ok(false),
        });
        let (mut count, mut failed) = (0, None);
        let mut asked = asked.collect::<FuturesUnordered<_>>();
        while let Some(ended) = asked.next().await {
            match ended {
                Ok(ended) => count += usize::from(ended),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        failed.map_or(Ok(count), Err)
    }

    /// Forgets what is older than it needs to be, for as long as this is awaited.
    pub async fn trim_log(&self) {
        let config = self.config();
        let retention = Retention { changes: config.log_changes, age: config.log_age, clients: config.log_clients };
        loop {
            sleep(TRIMS).await;
            self.trim_log_once(retention).await;
        }
    }

    /// Forgets all that is older than it needs to be, a little at a time, and half of the time at most: those who push come between.
    pub async fn trim_log_once(&self, retention: Retention) {
        let Ok(log) = self.parts().scopes.log() else { return };
        let mut begun = RealInstant::now();
        while log.trim(retention).await.unwrap_or(false) {
            sleep(begun.elapsed()).await;
            begun = RealInstant::now();
        }
    }
}

async fn poke<A: App>(parts: &Arc<Parts<A>>, Committed { scope, cursor, changes }: Committed) {
    let Some((topic, subscribers)) = parts.scopes.moved(&scope, cursor) else { return };
    let is_whole = changes.last().is_some_and(|last| last.cursor == cursor);
    let first = changes.first().map_or(cursor + 1, |first| first.cursor);
    let bytes = size(&changes) + scope.len() + 64;
    let mut packets = Packets { scope: &scope, cursor, changes: is_whole.then_some(&changes), full: None, plain: None };
    let (mut turn, mut now) = (RealInstant::now(), Instant::now());
    for (index, subscriber) in subscribers.iter().enumerate() {
        match subscriber.due((first, cursor), bytes, now) {
            Due::Nothing => {}
            Due::Now { follows } => subscriber.socket.outbox().send(packets.get(follows)),
            Due::Later => {
                let (parts, topic, subscriber) = (parts.clone(), topic.clone(), subscriber.clone());
                let work = parts.scopes.work.clone();
                work.spawn(async move { poke_later(&parts, &topic, &subscriber).await });
            }
        }
        if index % AT_ONCE == AT_ONCE - 1 && turn.elapsed() > TURN {
            tokio::task::yield_now().await;
            (turn, now) = (RealInstant::now(), Instant::now());
        }
    }
}

/// The two forms of one poke, each written once.
struct Packets<'c> {
    scope: &'c str,
    cursor: u64,
    /// All that lead to the cursor, if they are not too many.
    changes: Option<&'c Vec<Change>>,
    full: Option<Bundle>,
    plain: Option<Bundle>,
}

impl Packets<'_> {
    fn get(&mut self, follows: bool) -> &Bundle {
        let Self { scope, cursor, changes, full, plain } = self;
        match changes {
            Some(changes) if follows => {
                full.get_or_insert_with(|| Packet::poke(scope, *cursor, Some(&lines(changes))).into())
            }
            _ => plain.get_or_insert_with(|| Packet::poke(scope, *cursor, None).into()),
        }
    }
}

/// Pokes somebody who is slow, or has to be asked again whether it may read the scope: once, about all that has come by then.
async fn poke_later<A: App>(parts: &Arc<Parts<A>>, topic: &Arc<Topic<A>>, subscriber: &Arc<Subscriber<A>>) {
    let socket = &subscriber.socket;
    waited_for(socket, || false).await;
    if socket.is_closed() {
        return parts.scopes.leave_all(socket.id());
    }
    if let Err(why) = may_read(parts, topic, subscriber).await {
        end(parts, topic, subscriber, &why);
        return;
    }
    if let Some(head) = topic.show(subscriber) {
        socket.outbox().send(&Packet::poke(&topic.scope, head, None).into());
    }
}

/// Asks whether somebody may still read a scope, unless that is known, until there is an answer.
async fn may_read<A: App>(
    parts: &Arc<Parts<A>>,
    topic: &Topic<A>,
    subscriber: &Arc<Subscriber<A>>,
) -> Result<(), SyncError> {
    let [mut pause, longest] = ASKED_AGAIN;
    while subscriber.is_to_be_asked() {
        match ask(parts, topic, subscriber).await {
            Err(why) if is_passing(&why) && !subscriber.socket.is_closed() && topic.has(subscriber) => {
                sleep(pause).await;
                pause = longest.min(2 * pause);
            }
            asked => return asked,
        }
    }
    Ok(())
}

/// Asks whether somebody may still read a scope, and notes that they may.
async fn ask<A: App>(parts: &Arc<Parts<A>>, topic: &Topic<A>, subscriber: &Subscriber<A>) -> Result<(), SyncError> {
    let _turn = parts.scopes.asking.acquire().await;
    let caller = Caller::of_socket(subscriber.socket.clone());
    let asked = async {
        let session = session(parts, &caller)?;
        if !subscriber.asker.is(A::user_id(&session)) {
            return Err(SyncError::new("auth-user-changed"));
        }
        access(parts, &caller, &session, &topic.scope).await?;
        subscriber.may_read(&session);
        Ok(())
    };
    contained_stages(Box::pin(asked)).await
}

/// Whether it may be another answer the next time, though nobody has changed anything.
fn is_passing(why: &SyncError) -> bool {
    why.http_status() >= 500
}

/// Pokes somebody no more, and tells them why; returns whether they were poked.
fn end<A: App>(parts: &Parts<A>, topic: &Topic<A>, subscriber: &Arc<Subscriber<A>>, why: &SyncError) -> bool {
    let is_subscribed = parts.scopes.end(topic, subscriber);
    if is_subscribed {
        let caller = Caller::of_socket(subscriber.socket.clone());
        let sentence = parts.catalog.sentence(why, caller.locale(&parts.catalog));
        let told = Packet::unsubscribed(&topic.scope, &Refusal::new(why, sentence));
        subscriber.socket.outbox().send(&told.into());
    }
    is_subscribed
}
