//! The order of rooms that is made on a bus.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;

use crate::clock::{Instant, sleep};
use crate::cluster::bus::{Bus, BusError, Ears, Heard, Message, Past, PastMessage, Retention};
use crate::cluster::listened::{Held, Listened};
use crate::config::Config;
use crate::error::SyncError;
use crate::rooms::{
    Beginning, Given, Listening, NewValue, NotPlaced, NowOrLater, Others, OthersHealth, PastText, RemoteEvents, Room,
    Sequencer, Submitted,
};
use crate::route::{App, BoxFuture, Keep};
use crate::tables::shrink;
use crate::wire::Position;

/// After what time it is tried again to fetch what could not be fetched.
const AGAIN: Duration = Duration::from_millis(250);
/// How long a room that has much to deliver is left alone.
const BREATH: Duration = Duration::from_millis(20);
/// How long the events of a room are kept at most.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Gives the events of rooms their places on a bus, and takes those of other nodes from it.
pub struct SharedOrder<A: App>(Arc<Inner<A>>);

impl<A: App> Clone for SharedOrder<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Inner<A: App> {
    /// Weak, since the bus has its ears from us.
    this: Weak<Self>,
    bus: Arc<dyn Bus>,
    retention: Retention,
    /// How long what is durable is kept.
    durable_age: Duration,
    /// Locked while the bus is told something, so that it is told in that order; and never while a room is.
    rooms: Mutex<Rooms<A>>,
    /// Events of rooms that have ended, to be dropped where nothing is locked: their parts are the app's, or of the room.
    ended: Mutex<Vec<Listened<Own<A>>>>,
    remote: OnceLock<Weak<dyn RemoteEvents>>,
    numbers: AtomicU64,
}

type Rooms<A> = HashMap<Arc<str>, Listened<Own<A>>>;

/// An event of this node, which is delivered as it is, and the room that it is for.
struct Own<A: App> {
    room: Arc<Room<A>>,
    event: Submitted<A>,
    /// Dropped when it is delivered, or never will be.
    heard: oneshot::Sender<()>,
}

impl<A: App> SharedOrder<A> {
    /// Gives events their places on this bus, which keeps as much as the configuration says.
    #[must_use]
    pub fn new(bus: Arc<dyn Bus>, config: &Config) -> Self {
        let Config { history_events: events, history_bytes: bytes, history_age: age, .. } = *config;
        let retention = Retention { events, bytes, age };
        let inner = Arc::new_cyclic(|this: &Weak<Inner<A>>| Inner {
            this: this.clone(),
            bus,
            retention,
            durable_age: config.durable_history_age,
            rooms: Mutex::default(),
            ended: Mutex::default(),
            remote: OnceLock::new(),
            numbers: AtomicU64::new(1),
        });
        Self(inner)
    }
}

impl<A: App> Sequencer<A> for SharedOrder<A> {
    fn start(&self, remote: Weak<dyn RemoteEvents>) {
        self.0.remote.get_or_init(|| remote);
        let ears: Weak<dyn Ears> = self.0.this.clone();
        self.0.bus.start(ears);
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn begin<'a>(&'a self, room: &'a str) -> NowOrLater<'a, Beginning> {
        let (mut part, listening) = self.0.take_part(room);
        NowOrLater::Later(Box::pin(async move {
            part.start = listening.await?;
            Ok(Beginning { start: part.start, listening: Some(Box::new(part)) })
        }))
    }

    fn is_ready<'a>(&'a self, _: Option<&'a Room<A>>) -> NowOrLater<'a, ()> {
        if self.0.bus.is_up() { NowOrLater::Now(()) } else { NowOrLater::Later(Box::pin(async { Err(unavailable()) })) }
    }

    fn has_members_elsewhere<'a>(&'a self, room: &'a str) -> NowOrLater<'a, bool> {
        NowOrLater::Later(Box::pin(async { Ok(self.0.bus.has_others(room).await?) }))
    }

    fn leave<'a>(&'a self, room: &'a str, who: &'a str, behind: Position) -> NowOrLater<'a, ()> {
        let age = self.0.retention_of(room).age;
        if age.is_zero() {
            return NowOrLater::Now(());
        }
        NowOrLater::Later(Box::pin(async move { Ok(self.0.bus.leave_room(room, who, behind, age).await?) }))
    }

    fn has_left<'a>(&'a self, room: &'a str, who: &'a str) -> NowOrLater<'a, Option<Position>> {
        NowOrLater::Later(Box::pin(async move { Ok(self.0.bus.has_left(room, who).await?) }))
    }

    fn value<'a>(&'a self, room: &'a str, name: &'a str) -> NowOrLater<'a, Option<(u64, String)>> {
        NowOrLater::Later(Box::pin(async move { Ok(self.0.bus.value(room, name).await?) }))
    }

    fn catch_up<'a>(&'a self, room: &'a str) -> NowOrLater<'a, ()> {
        NowOrLater::Later(Box::pin(async {
            self.0.catch_up_now(room).await;
            Ok(())
        }))
    }

    fn past<'a>(&'a self, room: &'a str, after: Position) -> NowOrLater<'a, Option<Vec<PastText>>> {
        NowOrLater::Later(Box::pin(async move { Ok(self.0.past(room, after).await?) }))
    }

    fn submit(
        &self,
        name: &str,
        room: Option<Arc<Room<A>>>,
        event: Submitted<A>,
    ) -> NowOrLater<'static, Option<Given>> {
        let Some(text) = event.delivery.text() else {
            tracing::error!(room = name, "an event cannot be written for other servers");
            return NowOrLater::Later(Box::pin(async { Err(SyncError::new("sync-server-failed")) }));
        };
        let value = event.delivery.value();
        let (heard, hearing) = oneshot::channel();
        let published = self.0.publish(name, room.map(|room| Own { room, event, heard }), (text, value));
        NowOrLater::Later(Box::pin(async { Ok(Some(Given { at: published.await?, heard: Some(hearing) })) }))
    }
}

/// Returns the place before one that a message has.
fn before(at: Position) -> Position {
    Position { seq: at.seq - 1, ..at }
}

fn unavailable() -> SyncError {
    SyncError::new("sync-unavailable")
}

impl<A: App> Others for SharedOrder<A> {
    fn tell(&self, room: Option<&str>, news: String) {
        self.0.bus.tell(room.map(Arc::from).as_ref(), news);
    }

    fn tell_once(&self, room: &str, news: String) -> BoxFuture<'static, ()> {
        self.0.bus.tell_once(&room.into(), news)
    }

    fn tell_one(&self, server: &str, news: String) {
        self.0.bus.tell_one(server, news);
    }

    fn names(&self) -> Vec<String> {
        self.0.bus.others()
    }

    fn health(&self) -> OthersHealth {
        self.0.bus.health()
    }

    fn leave(&self) -> BoxFuture<'static, ()> {
        self.0.bus.leave()
    }
}

impl<A: App> Inner<A> {
    fn rooms(&self) -> MutexGuard<'_, Rooms<A>> {
        self.rooms.lock()
    }

    fn remote(&self) -> Option<Arc<dyn RemoteEvents>> {
        self.remote.get()?.upgrade()
    }

    fn take_part(
        self: &Arc<Self>,
        room: &str,
    ) -> (Part<A>, impl Future<Output = Result<Position, BusError>> + Send + use<A>) {
        let room: Arc<str> = room.into();
        let mut rooms = self.rooms();
        rooms.entry(room.clone()).or_default().holders += 1;
        let listening = self.bus.listen(&room);
        drop(rooms);
        (Part { order: self.clone(), room, start: Position::of_event(0, 0) }, listening)
    }

    /// Has an event get its place; it is kept as it is until that is heard, where it has members here.
    fn publish(
        self: &Arc<Self>,
        name: &str,
        own: Option<Own<A>>,
        (text, value): (String, Option<NewValue>),
    ) -> impl Future<Output = Result<Position, BusError>> + Send + use<A> {
        self.bury();
        let retention = self.retention_of(name);
        let epoch = own.as_ref().and_then(|own| own.room.end_of_order()).map(|end| end.epoch);
        let mut rooms = self.rooms();
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let known = rooms.get_key_value(name).map(|(name, _)| name.clone());
        let room = known.unwrap_or_else(|| name.into());
        let mut unheard = own;
        if let Some(listened) = rooms.get_mut(&room)
            && let Some(own) = unheard.take()
        {
            listened.send(number, own);
        }
        let published = self.bus.publish(Message { room: room.clone(), retention, epoch, value, number, text });
        drop(rooms);
        // Not under the lock: its parts are the app's.
        drop(unheard);
        let order = self.clone();
        async move {
            let published = published.await;
            if published.is_err() {
                let lost = order.rooms().get_mut(&room).map(|listened| listened.forget(number));
                drop(lost);
            }
            published
        }
    }

    fn retention_of(&self, room: &str) -> Retention {
        let keep = self.remote().map_or(Keep::AsConfigured, |remote| remote.keep(room));
        let age = match keep {
            Keep::AsConfigured => self.retention.age,
            Keep::For(age) => age,
            Keep::Durably => self.durable_age,
        };
        Retention { age: age.min(LONGEST), ..self.retention }
    }

    /// Drops what was left of rooms that have ended.
    fn bury(&self) {
        let ended = std::mem::take(&mut *self.ended.lock());
        drop(ended);
    }

    /// Hands a message to its room.
    fn place(&self, remote: &dyn RemoteEvents, room: &str, message: Heard<'_>) -> Result<(), NotPlaced> {
        let Heard { at, own, text } = message;
        let own = own.and_then(|number| {
            let taken = self.rooms().get_mut(room).map(|listened| listened.take(number));
            // What is lost is dropped here, without the lock.
            let (event, _lost) = taken?;
            Some((number, event?))
        });
        // In place of an event that may have been heard before, nothing is said.
        let own = own.filter(|_| !text.is_empty());
        let Some((number, Own { room: to, event, heard })) = own else { return remote.place(room, at, text) };
        match to.place_at(event, at) {
            Ok(()) => Ok(()),
            // Another one has its name.
            Err((NotPlaced::NoRoom, _)) => remote.place(room, at, text),
            Err((why, event)) => {
                let own = Own { room: to, event, heard };
                let mut rooms = self.rooms();
                match rooms.get_mut(room).filter(|_| why != NotPlaced::Known) {
                    Some(listened) => listened.send(number, own),
                    None => {
                        drop(rooms);
                        drop(own);
                    }
                }
                Err(why)
            }
        }
    }

    /// Notes that something is missing in a room, and returns whether nobody fetches it yet.
    fn falls_behind(&self, room: &str) -> bool {
        self.rooms().get_mut(room).is_some_and(Listened::fall_behind)
    }

    /// Fetches what is missing in a room until nothing is.
    async fn catch_up(self: Arc<Self>, room: Arc<str>) {
        loop {
            let Some(remote) = self.remote() else { return };
            let Some(end) = remote.end_of_order(&room) else {
                if let Some(listened) = self.rooms().get_mut(&room) {
                    listened.give_up();
                }
                // It has ended, or was opened in this moment: then nobody else has begun to fetch.
                if remote.end_of_order(&room).is_none() || !self.falls_behind(&room) {
                    return;
                }
                continue;
            };
            match self.bus.past(&room, end).await {
                Ok(past) => match self.place_past(&*remote, &room, &past) {
                    Ok(()) => {}
                    Err(NotPlaced::Full) => {
                        sleep(BREATH).await;
                        continue;
                    }
                    Err(_) => {
                        self.rooms().get_mut(&room).map(Listened::give_up);
                        return;
                    }
                },
                Err(error) => {
                    tracing::debug!(room = &*room, %error, "what was missed cannot be fetched yet");
                    sleep(AGAIN).await;
                    if !self.rooms().contains_key(&room) {
                        return;
                    }
                    continue;
                }
            }
            let Some(end) = remote.end_of_order(&room) else { continue };
            let Some(held) = self.rooms().get_mut(&room).and_then(|listened| listened.catch_up(end)) else { return };
            for Held { at, own, text } in held {
                if self.place(&*remote, &room, Heard { at, own, text: &text }).is_err_and(|why| why != NotPlaced::Known)
                {
                    break;
                }
            }
        }
    }

    /// Places what was missed; what is not there any more is lost.
    fn place_past(&self, remote: &dyn RemoteEvents, room: &str, past: &Past) -> Result<(), NotPlaced> {
        // What was heard since is held.
        if let Some(listened) = self.rooms().get_mut(room) {
            listened.is_at(past.end);
        }
        if past.messages.is_empty() {
            // What is not kept may have been heard.
            let held = self.rooms().get(room).and_then(Listened::first_held);
            let held = held.filter(|held| held.epoch == past.end.epoch && held.seq <= past.end.seq);
            remote.lose(room, held.map_or(past.end, before));
            return Ok(());
        }
        for PastMessage { at, own, text, .. } in &past.messages {
            let message = Heard { at: *at, own: *own, text };
            let placed = self.place(remote, room, message).or_else(|why| match why {
                NotPlaced::Known => Ok(()),
                NotPlaced::Early { .. } | NotPlaced::OtherEpoch => {
                    // What was before it is not kept any more.
                    remote.lose(room, before(*at));
                    self.place(remote, room, message)
                }
                NotPlaced::NoRoom | NotPlaced::Full | NotPlaced::Stopping => Err(why),
            });
            match placed {
                // Another one may have opened it: it begins behind this.
                Err(NotPlaced::NoRoom) => return Ok(()),
                placed => placed?,
            }
        }
        Ok(())
    }

    async fn past(&self, room: &str, after: Position) -> Result<Option<Vec<PastText>>, BusError> {
        let now = Instant::now();
        let (mut all, mut last) = (Vec::new(), after);
        loop {
            let Past { end, messages } = self.bus.past(room, last).await?;
            let follows = messages.first().map_or(end, |first| before(first.at));
            if (follows.epoch, follows.seq) != (last.epoch, last.seq) {
                return Ok(None);
            }
            let Some(newest) = messages.last() else { return Ok(Some(all)) };
            last = newest.at;
            let happened = |age| now.checked_sub(age).unwrap_or(now);
            all.extend(messages.into_iter().map(|message| (message.at, happened(message.age), message.text)));
        }
    }

    fn begin_to_catch_up(self: &Arc<Self>, room: Arc<str>) {
        tokio::spawn(self.clone().catch_up(room));
    }

    /// Fetches what has happened in a room up to now.
    async fn catch_up_now(self: &Arc<Self>, room: &str) {
        loop {
            let (caught_up, is_mine) = {
                let mut rooms = self.rooms();
                let Some(listened) = rooms.get_mut(room) else { return };
                (listened.caught_up(), listened.fall_behind())
            };
            if is_mine {
                // In a task: whoever waits may give up, and others would wait for ever.
                tokio::spawn(self.clone().catch_up(room.into())).await.unwrap_or_default();
                return;
            }
            // What others fetch may have been asked for too early.
            let mut told = std::pin::pin!(caught_up.notified());
            told.as_mut().enable();
            if self.rooms().get(room).is_some_and(Listened::is_behind) {
                told.await;
            }
        }
    }
}

impl<A: App> Ears for Inner<A> {
    fn heard(&self, room: &str, message: Heard<'_>) {
        let (Some(this), Some(remote)) = (self.this.upgrade(), self.remote()) else { return };
        self.bury();
        {
            let mut rooms = self.rooms();
            let Some(listened) = rooms.get_mut(room) else { return };
            if !listened.hear(message.at, message.own, message.text) {
                return;
            }
        }
        match self.place(&*remote, room, message) {
            // A room that is not there yet fetches this when it is.
            Ok(()) | Err(NotPlaced::Known | NotPlaced::NoRoom | NotPlaced::Stopping) => {}
            Err(NotPlaced::Early { .. } | NotPlaced::OtherEpoch | NotPlaced::Full) => {
                if let Some(listened) = self.rooms().get_mut(room) {
                    listened.hold(message.at, message.own, message.text);
                }
                if self.falls_behind(room) {
                    this.begin_to_catch_up(room.into());
                }
            }
        }
    }

    fn may_lack(&self, room: &str) {
        if let Some(this) = self.this.upgrade()
            && self.falls_behind(room)
        {
            this.begin_to_catch_up(room.into());
        }
    }

    fn told(&self, node: &str, text: &str) {
        if let Some(remote) = self.remote() {
            remote.told(node, text);
        }
    }

    fn missed(&self) {
        if let Some(remote) = self.remote() {
            remote.missed();
        }
    }

    fn gone(&self, node: &str) {
        if let Some(remote) = self.remote() {
            remote.gone(node);
        }
    }

    fn is_at(&self, room: &str, end: Position) {
        let (Some(this), Some(remote)) = (self.this.upgrade(), self.remote()) else { return };
        if let Some(listened) = self.rooms().get_mut(room) {
            listened.is_at(end);
        }
        if remote.end_of_order(room).is_some_and(|known| known != end) && self.falls_behind(room) {
            this.begin_to_catch_up(room.into());
        }
    }
}

/// The part of a room here in its order.
struct Part<A: App> {
    order: Arc<Inner<A>>,
    room: Arc<str>,
    /// Where the room begins here.
    start: Position,
}

impl<A: App> Listening for Part<A> {
    fn opened(&self) {
        let mut rooms = self.order.rooms();
        let Some(listened) = rooms.get_mut(&self.room) else { return };
        if listened.is_beyond(self.start) && listened.fall_behind() {
            drop(rooms);
            self.order.begin_to_catch_up(self.room.clone());
        }
    }
}

impl<A: App> Drop for Part<A> {
    fn drop(&mut self) {
        let mut rooms = self.order.rooms();
        let Entry::Occupied(mut listened) = rooms.entry(self.room.clone()) else { return };
        listened.get_mut().holders -= 1;
        if listened.get().holders > 0 {
            return;
        }
        let mut ended = listened.remove();
        // Whoever waits for what is fetched waits for nothing.
        ended.give_up();
        shrink(&mut rooms);
        self.order.bus.unlisten(&self.room);
        drop(rooms);
        // The room is locked.
        if ended.has_sent() {
            self.order.ended.lock().push(ended);
        }
    }
}
