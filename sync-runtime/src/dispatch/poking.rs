//! Telling those who subscribe to a scope that there is more of it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::clock::{Instant, RealInstant, calendar, sleep};
use crate::dispatch::access::access;
use crate::dispatch::commits::{Next, size};
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::parts::Parts;
use crate::dispatch::pipeline::session;
use crate::dispatch::pulling::lines;
use crate::dispatch::topics::{Due, QUIET, Subscriber, Topic};
use crate::dispatch::{Caller, Dispatcher};
use crate::error::SyncError;
use crate::log::{Change, Committed, Head, Retention};
use crate::rooms::{Bundle, TURN, waited_for};
use crate::route::App;
use crate::wire::{Packet, Refusal};

/// How many subscribers are told before it is looked how long that takes.
const AT_ONCE: usize = 64;
/// Of how many scopes it is asked at once how far they are.
const LOOKED_AT_AT_ONCE: usize = 100;
/// How long it is waited before that is tried again.
const LOOKED_AGAIN: Duration = Duration::from_secs(1);
/// How long the clock must have gone as time does before anything is forgotten for its age, and by how much it may differ.
const STEADY: [Duration; 2] = [Duration::from_secs(3600), Duration::from_secs(60)];
/// How long it is waited before a rule is asked again that could not answer, at first and at most.
const ASKED_AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(30)];
/// How often it is looked for scopes that are quiet within the time that makes them so.
const RESTS_IN_QUIET: u32 = 4;
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

    /// Has scopes rest that are quiet, for as long as this is awaited.
    pub async fn rest_scopes(&self) {
        loop {
            sleep(QUIET / RESTS_IN_QUIET).await;
            self.rest_scopes_of(QUIET).await;
        }
    }

    /// Has the scopes rest to which nothing has come for so long; what their subscribers were told is left to the registry. Returns how many rest.
    pub async fn rest_scopes_of(&self, quiet: Duration) -> usize {
        let scopes = &self.parts().scopes;
        // Each once: what does not rest is looked at again later.
        let mut left = scopes.topics.awake();
        while left > 0 {
            let count = left.min(AT_ONCE);
            let tell = |socket, scope: &Arc<str>, told| scopes.clients.was_told(socket, scope, told);
            if scopes.topics.rest(count, quiet, tell) < count {
                break;
            }
            left -= count;
            tokio::task::yield_now().await;
        }
        scopes.topics.resting()
    }

    /// Looks how far all scopes are that somebody subscribes to.
    async fn poke_whoever_is_behind(&self) {
        let Ok(log) = self.parts().scopes.log() else { return };
        for scopes in self.parts().scopes.topics.names().chunks(LOOKED_AT_AT_ONCE) {
            let Ok(heads) = log.heads(scopes.to_vec()).await else {
                sleep(LOOKED_AGAIN).await;
                return self.parts().scopes.commits.miss();
            };
            for (scope, Head { cursor, .. }) in scopes.iter().zip(heads) {
                poke(self.parts(), Committed { scope: scope.clone(), cursor, changes: Vec::new() }).await;
            }
        }
    }

    /// Asks the rule of a scope again for everybody who is poked about it, and returns how many are poked no more.
    pub(super) async fn recheck_scope(&self, scope: &str) -> Result<usize, SyncError> {
        let Some((topic, subscribers)) = self.parts().scopes.topics.subscribers(scope) else { return Ok(0) };
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
        let retention = Retention {
            changes: config.log_changes,
            age: config.log_age,
            clients: config.log_clients,
            registry: config.registry_age,
        };
        let mut clock = Clock::new();
        loop {
            sleep(TRIMS).await;
            let is_steady = clock.is_steady();
            let age = |age| if is_steady { age } else { Duration::MAX };
            let retention = Retention {
                age: age(retention.age),
                clients: age(retention.clients),
                registry: age(retention.registry),
                ..retention
            };
            self.trim_log_once(retention).await;
        }
    }

    /// Forgets all that is older than it needs to be, a little at a time, and half of the time at most: those who push come between.
    pub async fn trim_log_once(&self, retention: Retention) {
        let Ok(log) = self.parts().scopes.log() else { return };
        let mut begun = RealInstant::now();
        loop {
            match log.trim(retention).await {
                Ok(true) => sleep(begun.elapsed()).await,
                Ok(false) => return,
                Err(error) => return tracing::warn!(%error, "what is old is not forgotten: the store cannot be used"),
            }
            begun = RealInstant::now();
        }
    }
}

/// The calendar beside time as it passes: one that is set to another year for a moment is not to be believed.
struct Clock {
    began: (i64, RealInstant),
    steady_since: RealInstant,
}

impl Clock {
    fn new() -> Self {
        Self { began: (calendar(), RealInstant::now()), steady_since: RealInstant::now() }
    }

    /// Returns whether both have gone alike for long, as far as this was asked.
    fn is_steady(&mut self) -> bool {
        let now = (calendar(), RealInstant::now());
        let passed = i64::try_from(now.1.duration_since(self.began.1).as_millis()).unwrap_or(i64::MAX);
        let [long, apart] = STEADY;
        if u128::from((now.0 - self.began.0).abs_diff(passed)) > apart.as_millis() {
            self.steady_since = now.1;
        }
        self.began = now;
        now.1.duration_since(self.steady_since) >= long
    }
}

async fn poke<A: App>(parts: &Arc<Parts<A>>, Committed { scope, cursor, changes }: Committed) {
    let Some((topic, subscribers)) = parts.scopes.topics.moved(&scope, cursor) else { return };
    let is_whole = changes.last().is_some_and(|last| last.cursor == cursor);
    // What comes without its changes follows nothing.
    let first = changes.first().filter(|_| is_whole).map_or(cursor + 1, |first| first.cursor);
    let bytes = size(&changes) + scope.len() + 64;
    let mut packets =
        Packets { scope: &scope, cursor, changes: is_whole.then_some(&changes), ready: None, full: None, plain: None };
    let (mut turn, mut now) = (RealInstant::now(), Instant::now());
    for (index, subscriber) in subscribers.iter().enumerate() {
        match subscriber.due((first, cursor), bytes, now) {
            Due::Nothing => {}
            Due::Now { follows } => subscriber.socket.outbox().send(packets.get(follows)),
            Due::Later { follows } => {
                let (parts, topic, subscriber) = (parts.clone(), topic.clone(), subscriber.clone());
                let ready = packets.ready().filter(|_| follows).map(|ready| (cursor, ready));
                tokio::spawn(async move {
                    tokio::select! {
                        () = poke_later(&parts, &topic, &subscriber, ready) => {}
                        () = parts.scopes.stopping.cancelled() => {}
                    }
                });
            }
        }
        if index % AT_ONCE == AT_ONCE - 1 && turn.elapsed() > TURN {
            tokio::task::yield_now().await;
            (turn, now) = (RealInstant::now(), Instant::now());
        }
    }
}

/// The two forms of one poke, each written once, and the first of them for those who are told later.
struct Packets<'c> {
    scope: &'c str,
    cursor: u64,
    /// All that lead to the cursor, if they are not too many.
    changes: Option<&'c Vec<Change>>,
    ready: Option<Packet>,
    full: Option<Bundle>,
    plain: Option<Bundle>,
}

impl Packets<'_> {
    fn get(&mut self, follows: bool) -> &Bundle {
        if follows && self.full.is_none() {
            self.full = self.ready().map(Into::into);
        }
        match &self.full {
            Some(full) if follows => full,
            _ => self.plain.get_or_insert_with(|| Packet::poke(self.scope, self.cursor, None).into()),
        }
    }

    /// Returns the one with the changes, if there are such.
    fn ready(&mut self) -> Option<Packet> {
        let changes = self.changes?;
        let write = || Packet::poke(self.scope, self.cursor, Some(&lines(changes)));
        Some(self.ready.get_or_insert_with(write).clone())
    }
}

/// Pokes somebody who is slow, or has to be asked again whether it may read the scope: once, about all that has come by then. That may be
/// what was `ready` when it came, up to a cursor.
async fn poke_later<A: App>(
    parts: &Arc<Parts<A>>,
    topic: &Arc<Topic<A>>,
    subscriber: &Arc<Subscriber<A>>,
    ready: Option<(u64, Packet)>,
) {
    let socket = &subscriber.socket;
    waited_for(socket, || false).await;
    if socket.is_closed() {
        return parts.scopes.leave_all(socket.id());
    }
    if let Err(why) = may_read(parts, topic, subscriber).await {
        end(parts, topic, subscriber, &why);
        return;
    }
    if let Some(head) = topic.show(subscriber, ready.as_ref().map(|(cursor, _)| *cursor)) {
        let ready = ready.filter(|(cursor, _)| *cursor == head).map(|(_, ready)| ready);
        let poke = ready.unwrap_or_else(|| Packet::poke(&topic.scope, head, None));
        socket.outbox().send(&poke.into());
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
            // It may have become somebody else while it was asked.
            Ok(()) => {}
            why => return why,
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
        if !subscriber.is_for(A::user_id(&session)) {
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
    let is_subscribed = parts.scopes.topics.end(topic, subscriber);
    if is_subscribed {
        let caller = Caller::of_socket(subscriber.socket.clone());
        let sentence = parts.catalog.sentence(why, caller.locale(&parts.catalog));
        let told = Packet::unsubscribed(&topic.scope, &Refusal::new(why, sentence));
        subscriber.socket.outbox().send(&told.into());
    }
    is_subscribed
}
