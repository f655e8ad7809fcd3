//! What rooms are given by whoever builds the server: the order of their events, and what is kept of them.

use std::sync::Arc;

use crate::error::SyncError;
use crate::rooms::{Deferred, Room, Row, Submitted};
use crate::route::{App, BoxFuture};
use crate::wire::Position;

/// What all rooms of a server share.
pub struct RoomServices<A: App> {
    /// Gives events their places.
    pub sequencer: Box<dyn Sequencer<A>>,
    /// Says what is kept of them.
    pub histories: Box<dyn Histories<A>>,
}

/// Rooms of one process, of whose events nothing is kept.
impl<A: App> Default for RoomServices<A> {
    fn default() -> Self {
        Self { sequencer: Box::new(LocalSequencer), histories: Box::new(NoHistories) }
    }
}

/// Gives the events of a room their places: one order for all members, on whichever server they are.
pub trait Sequencer<A: App>: Send + Sync {
    /// Takes an event, for which `Room::place` is called sooner or later, with all events of the room in one order.
    fn submit(&self, room: Arc<Room<A>>, event: Submitted<A>) -> Placing;
}

/// What becomes of an event that was submitted.
pub enum Placing {
    /// It has its place; `None` when nobody is in the room any more.
    Now(Option<Position>),
    /// It gets its place elsewhere, and the caller waits for that.
    Later(BoxFuture<'static, Result<Position, SyncError>>),
}

impl Placing {
    /// Waits until the event has its place.
    ///
    /// # Errors
    ///
    /// When it gets none.
    pub async fn placed(self) -> Result<Option<Position>, SyncError> {
        match self {
            Self::Now(position) => Ok(position),
            Self::Later(placing) => placing.await.map(Some),
        }
    }
}

/// The order in which events come in: for rooms that are in one process.
pub struct LocalSequencer;

impl<A: App> Sequencer<A> for LocalSequencer {
    fn submit(&self, room: Arc<Room<A>>, event: Submitted<A>) -> Placing {
        Placing::Now(room.place(event))
    }
}

/// Says which rooms have a history.
pub trait Histories<A: App>: Send + Sync {
    /// Opens the history of a room; a room that has one outlives its members. With `None` nothing is kept, and the room ends with the
    /// last of them.
    fn open(&self, room: &str) -> Option<Box<dyn History<A>>>;
}

/// Nothing is kept.
pub struct NoHistories;

impl<A: App> Histories<A> for NoHistories {
    fn open(&self, _: &str) -> Option<Box<dyn History<A>>> {
        None
    }
}

/// The events of one room that can be shown again. Called under the room's lock: it must not wait.
pub trait History<A: App>: Send + Sync {
    /// Keeps an event, before any member hears of it; events come in their order.
    fn keep(&self, position: Position, event: Arc<dyn Kept<A>>);

    /// Returns the events after a place, oldest first; `None` when some of them are not kept any more, or the place is none.
    fn after(&self, position: Position) -> Option<KeptEvents<A>>;
}

/// Events as they are kept, oldest first, each with its place.
pub type KeptEvents<A> = Vec<(Position, Arc<dyn Kept<A>>)>;

/// An event as it is kept.
pub trait Kept<A: App>: Send + Sync {
    /// Returns how many bytes each member gets of it, about.
    fn size(&self) -> usize;

    /// Says what a member gets of it, judged as if it happened now.
    fn show(self: Arc<Self>, member: &Row<A>) -> Deferred;
}
