//! Telling those who subscribe to a scope that there is more of it.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{RealInstant, sleep};
use crate::dispatch::access::access;
use crate::dispatch::parts::Parts;
use crate::dispatch::pipeline::session;
use crate::dispatch::pulling::lines;
use crate::dispatch::scopes::{Due, Subscriber, Topic};
use crate::dispatch::{Caller, Dispatcher};
use crate::log::{Change, Committed, Retention};
use crate::rooms::{Bundle, TURN, waited_for};
use crate::route::App;
use crate::wire::Packet;

/// How many bytes of changes are told with a poke, about.
const CHANGES: usize = 16 << 10;
/// How many subscribers are told before it is looked how long that takes.
const AT_ONCE: usize = 64;
/// How often it is looked whether something is older than it needs to be.
const TRIMS: Duration = Duration::from_secs(10);

impl<A: App> Dispatcher<A> {
    /// Pokes those who subscribe to scopes, for as long as this is awaited.
    pub async fn poke_subscribers(&self) {
        let Some(mut commits) = self.parts().scopes.commits() else { return };
        while let Some(first) = commits.recv().await {
            let mut together = Together::of(first);
            loop {
                match commits.try_recv() {
                    Ok(next) if together.add(&next) => {}
                    Ok(next) => poke(self.parts(), std::mem::replace(&mut together, Together::of(next))).await,
                    Err(_) => break,
                }
            }
            poke(self.parts(), together).await;
        }
    }

    /// Forgets what is older than it needs to be, for as long as this is awaited.
    pub async fn trim_log(&self) {
        let config = self.config();
        let retention = Retention { changes: config.log_changes, age: config.log_age, clients: config.log_clients };
        loop {
            sleep(TRIMS).await;
            let Ok(log) = self.parts().scopes.log() else { continue };
            // A little at a time: those who push come between.
            while log.trim(retention).await.unwrap_or(false) {}
        }
    }
}

/// What was committed in one scope, one right behind the other.
struct Together {
    committed: Committed,
}

impl Together {
    fn of(committed: Committed) -> Self {
        Self { committed }
    }

    /// Adds what was committed behind it in the same scope; returns whether it was.
    fn add(&mut self, next: &Committed) -> bool {
        let is_next = next.scope == self.committed.scope;
        if is_next {
            self.committed.cursor = self.committed.cursor.max(next.cursor);
            if size(&self.committed.changes) <= CHANGES {
                self.committed.changes.extend_from_slice(&next.changes);
            }
        }
        is_next
    }
}

fn size(changes: &[Change]) -> usize {
    changes.iter().map(|change| 96 + change.id.len() + change.data.as_ref().map_or(0, |data| data.len())).sum()
}

async fn poke<A: App>(parts: &Arc<Parts<A>>, Together { committed }: Together) {
    let Committed { scope, cursor, changes } = committed;
    let Some((topic, subscribers)) = parts.scopes.moved(&scope, cursor) else { return };
    let is_whole = size(&changes) <= CHANGES && changes.last().is_some_and(|last| last.cursor == cursor);
    let first = changes.first().map_or(cursor + 1, |first| first.cursor);
    let mut packets = Packets { scope: &scope, cursor, changes: is_whole.then_some(&changes), full: None, plain: None };
    let mut turn = RealInstant::now();
    for (index, subscriber) in subscribers.iter().enumerate() {
        match subscriber.due(first, cursor) {
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
            turn = RealInstant::now();
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
    if subscriber.is_to_be_asked() {
        let caller = Caller::of_socket(socket.clone());
        let asked = async {
            let session = session(parts, &caller)?;
            access(parts, &caller, &session, &topic.scope).await.map(|_| session)
        };
        match asked.await {
            Ok(session) => subscriber.may_read(session),
            Err(_) => return parts.scopes.leave(socket.id(), &topic.scope),
        }
    }
    if let Some(head) = topic.show(subscriber) {
        socket.outbox().send(&Packet::poke(&topic.scope, head, None).into());
    }
}
