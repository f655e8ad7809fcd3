//! What rooms are given by whoever builds the server: the order of their events, and what is kept of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Instant;
use crate::config::Config;
use crate::error::SyncError;
use crate::rooms::{Facts, OneKnown, Reach, RecentEvents, Room, Row, SenderKey, Submitted};
use crate::route::{App, BoxFuture, Keep};
use crate::wire::{Position, PositionKey, Topic};

/// What all rooms of a server share, and all servers that have rooms in common.
pub struct RoomServices<A: App> {
    /// Under which positions are written.
    pub positions: Arc<PositionKey>,
    /// Gives events their places.
    pub sequencer: Box<dyn Sequencer<A>>,
    /// Says what is kept of them.
    pub histories: Box<dyn Histories<A>>,
    /// Tells other servers what they have to know.
    pub others: Box<dyn Others>,
}

/// The way to other servers, besides the order of rooms.
pub trait Others: Send + Sync {
    /// Has all others be told something, or those alone that have members in a room: what is told first is heard first. It may be heard
    /// twice, and when others have heard nothing for a while, they know that it may be missing.
    fn tell(&self, room: Option<&str>, news: String);

    /// Has those hear something that have members in a room, once or not at all; it is over when it was said, or will not be.
    fn tell_once(&self, room: &str, news: String) -> BoxFuture<'static, ()> {
        let _ = (room, news);
        Box::pin(std::future::ready(()))
    }

    /// Has one of them hear something.
    fn tell_one(&self, server: &str, news: String) {
        let _ = (server, news);
    }

    /// Returns by what those are known that live, as far as this one has heard of them.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns how it is with the way to them.
    fn health(&self) -> OthersHealth {
        OthersHealth::default()
    }

    /// Tells all others that this server ends; it is over when that was said.
    fn leave(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// How it is with the way to other servers.
#[derive(Debug, Clone, Copy, Default)]
pub struct OthersHealth {
    /// Whether they cannot be told anything, or not be heard.
    pub is_down: bool,
    /// How many servers there are that hear each other; 0 for one of its own.
    pub servers: usize,
    /// How many bytes wait to be told.
    pub waiting: usize,
}

/// There are no others.
pub struct NoOthers;

impl Others for NoOthers {
    fn tell(&self, _: Option<&str>, _: String) {}
}

/// Rooms of one process, of whose events nothing is kept.
impl<A: App> Default for RoomServices<A> {
    fn default() -> Self {
        let mut key = [0; 16];
        getrandom::fill(&mut key).expect("the operating system has randomness");
        let (sequencer, histories) = (Box::new(LocalSequencer::new()), Box::new(NoHistories));
        Self { positions: Arc::new(PositionKey::new(key)), sequencer, histories, others: Box::new(NoOthers) }
    }
}

impl<A: App> RoomServices<A> {
    /// Rooms of one process, whose events of the last minutes are kept.
    #[must_use]
    pub fn of_one_process(config: &Config) -> Self {
        Self { histories: Box::new(RecentEvents::new(config)), ..Self::default() }
    }

    /// Writes positions under this key: that of the process from which this one takes over.
    #[must_use]
    pub fn keyed(self, key: [u8; 16]) -> Self {
        Self { positions: Arc::new(PositionKey::new(key)), ..self }
    }
}

/// Gives the events of a room their places: one order for all members, on whichever server they are.
pub trait Sequencer<A: App>: Send + Sync {
    /// Takes the way to this server, for events that happened on others; called once, when the server starts.
    fn start(&self, remote: Weak<dyn RemoteEvents>) {
        drop(remote);
    }

    /// Returns whether other processes have rooms in common with this one.
    fn is_shared(&self) -> bool {
        false
    }

    /// Begins to take part in the order of a room that this process does not know yet: whoever enters it hears what comes after the place of
    /// the last event. Until the room is there, what comes is [`NotPlaced::NoRoom`], and has to be handed over once more.
    fn begin<'a>(&'a self, room: &'a str) -> NowOrLater<'a, Beginning>;

    /// Finds out, before a handler runs, that its event could not get a place now; `None` for a room in which nobody is here.
    fn is_ready<'a>(&'a self, room: Option<&'a Room<A>>) -> NowOrLater<'a, ()> {
        let _ = room;
        NowOrLater::Now(())
    }

    /// Returns whether anybody is in a room in another process.
    fn has_members_elsewhere<'a>(&'a self, room: &'a str) -> NowOrLater<'a, bool> {
        let _ = room;
        NowOrLater::Now(false)
    }

    /// Places what has happened elsewhere in a room up to now.
    fn catch_up<'a>(&'a self, room: &'a str) -> NowOrLater<'a, ()> {
        let _ = room;
        NowOrLater::Now(())
    }

    /// Returns what has happened in a room behind a place, as other processes keep it; `None` when that is not all.
    fn past<'a>(&'a self, room: &'a str, after: Position) -> NowOrLater<'a, Option<Vec<PastText>>> {
        let _ = (room, after);
        NowOrLater::Now(None)
    }

    /// Notes that somebody has left a room behind a place, for processes where they may say that they were there before; `who` names them.
    fn leave<'a>(&'a self, room: &'a str, who: &'a str, behind: Position) -> NowOrLater<'a, ()> {
        let _ = (room, who, behind);
        NowOrLater::Now(())
    }

    /// Returns behind which place somebody has left a room lately, in any process.
    fn has_left<'a>(&'a self, room: &'a str, who: &'a str) -> NowOrLater<'a, Option<Position>> {
        let _ = (room, who);
        NowOrLater::Now(None)
    }

    /// Returns what was made of a value of a room last, by any process, with its number; `None` where nobody knows.
    fn value<'a>(&'a self, room: &'a str, name: &'a str) -> NowOrLater<'a, Option<(u64, String)>> {
        let _ = (room, name);
        NowOrLater::Now(None)
    }

    /// Takes an event for a room, which gets its place sooner or later, one behind the other for all events of the room: here by
    /// [`Room::place`], or where the order is made elsewhere by [`Room::place_at`], and there in the rooms of other processes.
    ///
    /// `room` is `None` when nobody is in it here. The result is `None` when nobody is in it anywhere. An event that makes something of a
    /// shared value is refused, `state-conflict`, when that is not what it was made of any more.
    fn submit(&self, name: &str, room: Option<Arc<Room<A>>>, event: Submitted<A>)
    -> NowOrLater<'static, Option<Given>>;
}

/// The place that an event was given.
#[derive(Debug)]
pub struct Given {
    /// The place.
    pub at: Position,
    /// Ends when the event is on its way to the members here, or never will be; `None` where it is.
    pub heard: Option<oneshot::Receiver<()>>,
}

impl From<Position> for Given {
    fn from(at: Position) -> Self {
        Self { at, heard: None }
    }
}

/// Where the order of a room is when it is opened here.
pub struct Beginning {
    /// The place of the last event.
    pub start: Position,
    /// Kept as long as the room is there, where its order is made elsewhere.
    pub listening: Option<Box<dyn Listening>>,
}

impl From<Position> for Beginning {
    fn from(start: Position) -> Self {
        Self { start, listening: None }
    }
}

/// The part of a room in an order that is made elsewhere, which ends when this is dropped. Under the lock of the room: it must not wait.
pub trait Listening: Send + Sync {
    /// Is told that events can be placed in the room from now on.
    fn opened(&self);
}

/// An event that others keep: its place, when it happened, and its [text](crate::rooms::Delivery::text).
pub type PastText = (Position, Instant, String);

/// An event that happened before a room was opened here, as it is kept.
pub type PastEvent<A> = (Position, Instant, Arc<dyn Kept<A>>);

/// Up to where somebody has heard what happened in a room who comes back.
#[derive(Debug, Clone, Copy)]
pub struct After {
    /// The place that they name.
    pub place: Position,
    /// Since when they have been a member, if they can prove that.
    pub member_since: Option<Position>,
}

impl From<Position> for After {
    fn from(place: Position) -> Self {
        Self { place, member_since: None }
    }
}

/// The way of events that happened on other servers to their members here.
pub trait RemoteEvents: Send + Sync {
    /// Delivers an event, written where its handler has run, to the members of a room that are here; its
    /// filter runs for each of them. One that this version of the app does not have takes its place, and reaches nobody; where it is one of a
    /// route that this version has, but cannot be read, members are told that something is missing.
    ///
    /// # Errors
    ///
    /// Why it is not delivered; it can be handed over once more when that has changed.
    fn place(&self, room: &str, at: Position, text: &str) -> Result<(), NotPlaced>;

    /// Goes on behind a place: what happened in a room up to there cannot be had any more, and its members are told so.
    fn lose(&self, room: &str, behind: Position);

    /// Returns the place of the last event of a room that is here.
    fn end_of_order(&self, room: &str) -> Option<Position>;

    /// For how long the events of a room are kept.
    fn keep(&self, room: &str) -> Keep;

    /// Hears what another server has told.
    fn told(&self, server: &str, news: &str);

    /// Is told that it may have missed what others have told.
    fn missed(&self);

    /// Is told that another server has ended, or cannot be heard any more.
    fn gone(&self, server: &str);
}

/// Why an event does not get a place that it was given elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPlaced {
    /// Nobody is in the room here.
    NoRoom,
    /// The room has an event at this place, or began behind it.
    Known,
    /// Events are missing: the next one is that of this place.
    Early {
        /// The place of the first that is missing.
        next: Position,
    },
    /// It is of another history than the room.
    OtherEpoch,
    /// Too much waits here to go out: it can be handed over once more in a while.
    Full,
    /// The server stops.
    Stopping,
}

/// What is known here, or has to be asked for elsewhere.
pub enum NowOrLater<'a, T> {
    /// It is known.
    Now(T),
    /// Whoever wants to know waits; with the error of what cannot be reached.
    Later(BoxFuture<'a, Result<T, SyncError>>),
}

impl<'a, T: 'a> NowOrLater<'a, T> {
    /// Makes something of it once it is known.
    pub fn map<U>(self, make: impl FnOnce(T) -> U + Send + 'a) -> NowOrLater<'a, U> {
        match self {
            Self::Now(known) => NowOrLater::Now(make(known)),
            Self::Later(asked) => NowOrLater::Later(Box::pin(async { asked.await.map(make) })),
        }
    }

    /// Waits until it is known.
    ///
    /// # Errors
    ///
    /// When it cannot be found out.
    pub async fn known(self) -> Result<T, SyncError> {
        match self {
            Self::Now(known) => Ok(known),
            Self::Later(asked) => asked.await,
        }
    }
}

/// The order in which events come in: for rooms that are in one process.
pub struct LocalSequencer {
    epochs: AtomicU64,
}

impl LocalSequencer {
    /// Begins with an epoch that no other process has: a position of the last run must not be taken for one of this run.
    #[must_use]
    pub fn new() -> Self {
        Self { epochs: AtomicU64::new(Position::random_epoch()) }
    }
}

impl Default for LocalSequencer {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: App> Sequencer<A> for LocalSequencer {
    fn begin<'a>(&'a self, _: &'a str) -> NowOrLater<'a, Beginning> {
        let epoch = self.epochs.fetch_add(1, Ordering::Relaxed) % Position::EPOCHS;
        NowOrLater::Now(Position::of_event(epoch, 0).into())
    }

    fn submit(&self, _: &str, room: Option<Arc<Room<A>>>, event: Submitted<A>) -> NowOrLater<'static, Option<Given>> {
        NowOrLater::Now(room.and_then(|room| room.place(event)).map(Given::from))
    }
}

/// Says which rooms have a history.
pub trait Histories<A: App>: Send + Sync {
    /// Opens the history of a room behind the place `start`, without waiting: all rooms are locked meanwhile. A room that has one outlives
    /// its members. `keep` is what its rule says. With `None` nothing is kept, and the room
    /// ends with the last of them.
    fn open(&self, room: &str, start: Position, keep: Keep) -> Option<Box<dyn History<A>>>;

    /// Opens the history of a room of which an earlier process has left something. One that is kept beyond this process, too, is in its place already.
    fn reopen(&self, room: &str, start: Position, keep: Keep) -> Option<Box<dyn History<A>>> {
        self.open(room, start, keep)
    }

    /// Whether somebody more can come into a room that is kept beyond the process.
    fn has_room(&self) -> bool {
        true
    }

    /// Waits until what has happened in rooms that are kept beyond the process is, or could not be.
    fn settled(&self) -> NowOrLater<'static, ()> {
        NowOrLater::Now(())
    }

    /// As [`settled`](Histories::settled), and keeps nothing after; also when nobody waits for it.
    fn close(&self) -> NowOrLater<'static, ()> {
        NowOrLater::Now(())
    }

    /// Returns how many bytes of memory all of them take, about.
    fn bytes(&self) -> usize {
        0
    }
}

/// Nothing is kept.
pub struct NoHistories;

impl<A: App> Histories<A> for NoHistories {
    fn open(&self, _: &str, _: Position, _: Keep) -> Option<Box<dyn History<A>>> {
        None
    }
}

/// The events of one room that can be shown again. Called under the room's lock: it must not wait, and ends no event there, whose parts are
/// the app's, but hands over what it keeps no longer.
pub trait History<A: App>: Send + Sync {
    /// Keeps an event that has happened then, before any member hears of it; events come in the order of their numbers.
    fn keep(&self, seq: u64, happened: Instant, event: Arc<dyn Kept<A>>, dropped: &mut Dropped<A>);

    /// Keeps nothing of what happened up to this number: it is not whole.
    fn lose(&self, seq: u64, dropped: &mut Dropped<A>);

    /// Returns behind which number everything is kept.
    fn complete_behind(&self) -> u64;

    /// Takes events that happened behind a number and before what is kept, oldest first; returns whether all behind that number is kept now.
    fn recall(&self, behind: u64, events: Vec<(u64, Instant, Arc<dyn Kept<A>>)>) -> bool;

    /// Returns all events that are kept in this process alone, oldest first: for the one that takes over from it.
    fn all(&self) -> Vec<(u64, Instant, Arc<dyn Kept<A>>)> {
        Vec::new()
    }

    /// Returns the events after a number, oldest first; `None` when some of them are not kept any more.
    fn after(&self, seq: u64) -> Option<KeptEvents<A>>;

    /// For how long an event is kept, and who has gone is known again.
    fn age(&self) -> Duration;

    /// Drops what is too old, and returns until when the oldest of the rest is kept; `None` when nothing is left.
    fn drop_old(&self, now: Instant, dropped: &mut Dropped<A>) -> Option<Instant>;

    /// Counts what the room takes besides its events, in bytes, in place of what was counted before.
    fn charge(&self, bytes: usize);

    /// Returns whether all rooms together keep nearly as much as they may.
    fn is_crowded(&self) -> bool;

    /// Keeps less, for the sake of others.
    fn give_way(&self, dropped: &mut Dropped<A>);

    /// Returns whether it is kept beyond the process.
    fn is_durable(&self) -> bool {
        false
    }

    /// Keeps what is known of somebody who is there, or may come back, where that is kept beyond the process; `None` for somebody who is
    /// known no longer.
    fn note(&self, key: &SenderKey, known: Option<&OneKnown>) {
        let _ = (key, known);
    }

    /// Is told that the room has ended.
    fn ended(&self) {}
}

/// Events that are kept no longer.
pub type Dropped<A> = Vec<Arc<dyn Kept<A>>>;

/// Events as they are kept, oldest first, each with its number.
pub type KeptEvents<A> = Vec<(u64, Arc<dyn Kept<A>>)>;

/// An event as it is kept.
pub trait Kept<A: App>: Send + Sync {
    /// Returns how many bytes of memory it takes, about.
    fn bytes(&self) -> usize;

    /// Returns what it is about, if its route is volatile: a newer one of the same is kept in its place.
    fn topic(&self) -> Option<&Arc<Topic>>;

    /// Writes it for another process, as [`Delivery::text`](crate::rooms::Delivery::text) does; `None` for what no other has a use of.
    fn text(&self) -> Option<String> {
        None
    }

    /// Says what a member gets of it, judged as if it happened now; `facts` are the member's.
    fn show(self: Arc<Self>, member: &Row<A>, facts: &Facts) -> Reach;
}
