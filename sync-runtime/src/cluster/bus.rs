//! What nodes say to each other, and who carries it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::error::SyncError;
use crate::rooms::{NewValue, OthersHealth};
use crate::route::BoxFuture;
use crate::wire::Position;

/// Carries what happens in rooms from node to node, and gives it its places.
///
/// What one node publishes in a room gets its places in the order in which it was published, once, however often the connection is lost on
/// the way. Where the bus has lost a room's history, it begins another one, with an epoch that no room has had.
pub trait Bus: Send + Sync {
    /// Takes who is to hear; called once.
    fn start(&self, ears: Weak<dyn Ears>);

    /// Gives a message the next place in its room, and has all nodes hear it that listen there, this one too. It is under way when this
    /// returns, behind what was published before; what comes of it is told, also when that takes longer than anybody waits.
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<Position, BusError>>;

    /// Begins to listen in a room, and returns its last place: all that comes behind that is heard. It is under way when this returns. What is
    /// listened to already stays so.
    fn listen(&self, room: &Arc<str>) -> BoxFuture<'static, Result<Position, BusError>>;

    /// Ends to listen in a room, behind what was asked before.
    fn unlisten(&self, room: &Arc<str>);

    /// Notes that somebody has left a room behind a place, for as long as events are kept there.
    fn leave_room<'a>(
        &'a self,
        room: &'a str,
        who: &'a str,
        behind: Position,
        age: Duration,
    ) -> BoxFuture<'a, Result<(), BusError>>;

    /// Returns behind which place somebody has left a room, if that is noted.
    fn has_left<'a>(&'a self, room: &'a str, who: &'a str) -> BoxFuture<'a, Result<Option<Position>, BusError>>;

    /// Returns what was made of a value of a room last, with its number; `None` where nobody knows.
    fn value<'a>(&'a self, room: &'a str, name: &'a str) -> BoxFuture<'a, Result<Option<(u64, String)>, BusError>>;

    /// Returns whether any other node listens in a room; it is asked behind what this node has asked before.
    fn has_others<'a>(&'a self, room: &'a str) -> BoxFuture<'a, Result<bool, BusError>>;

    /// Returns what has happened in a room behind a place, or the first part of it.
    fn past<'a>(&'a self, room: &'a str, after: Position) -> BoxFuture<'a, Result<Past, BusError>>;

    /// Has all other nodes hear something, or those alone that listen in a room, behind what this node has said before. It has no place and is
    /// not kept; it may be heard twice, or not at all by who is told later that it may have missed something.
    fn tell(&self, room: Option<&Arc<str>>, text: String);

    /// As [`tell`](Bus::tell) for those that listen in a room, once or not at all: what is returned ends when it was said, or will not be.
    fn tell_once(&self, room: &Arc<str>, text: String) -> BoxFuture<'static, ()>;

    /// As [`tell`](Bus::tell), for one of them.
    fn tell_one(&self, node: &str, text: String);

    /// Returns the other nodes that live, as far as this one has heard of them.
    fn others(&self) -> Vec<String>;

    /// Tells all other nodes that this one ends.
    fn leave(&self) -> BoxFuture<'static, ()>;

    /// Returns how it is with it.
    fn health(&self) -> OthersHealth;

    /// Returns whether what is published now would get its place soon.
    fn is_up(&self) -> bool;
}

/// Hears what the bus says to a node.
pub trait Ears: Send + Sync {
    /// Hears a message. Called for one after the other, those of a room in the order of their places; one may be repeated, or missing after
    /// which another one comes.
    fn heard(&self, room: &str, message: Heard<'_>);

    /// Is told the last place of a room in which it listens, after messages may have been missed.
    fn is_at(&self, room: &str, end: Position);

    /// Is told that something may be missing in a room in which it listens, and that it could not be found out where that is.
    fn may_lack(&self, room: &str);

    /// Hears what another node has [told](Bus::tell).
    fn told(&self, node: &str, text: &str);

    /// Is told that it may have missed what others have told.
    fn missed(&self);

    /// Is told that another node has ended, or has not been heard for as long as one that lives would not be silent.
    fn gone(&self, node: &str);
}

/// What happened in a room, on its way to its place.
#[derive(Debug)]
pub struct Message {
    /// The room.
    pub room: Arc<str>,
    /// How much is kept of what happens there.
    pub retention: Retention,
    /// The history of the room that this node knows. Where the bus has begun another one since, and does not know whether it has published the
    /// message before, it publishes an empty one in its place: members are told that something is missing, and nobody hears it twice.
    pub epoch: Option<u64>,
    /// What it makes of a value, if it is about one: it has a place only if the value is still what it was made of.
    pub value: Option<NewValue>,
    /// Which message of this node it is: a later one has a higher number.
    pub number: u64,
    /// What it says.
    pub text: String,
}

/// How much is kept of what happens in a room, for nodes that have missed it and for members who come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How many messages, about.
    pub events: usize,
    /// How many bytes of them, about.
    pub bytes: usize,
    /// For how long after the last one; nothing is kept where it is zero.
    pub age: Duration,
}

/// A message at its place.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Its place.
    pub at: Position,
    /// The number that it has, if it is of this node.
    pub own: Option<u64>,
    /// What it says.
    pub text: &'a str,
}

/// What has happened in a room behind a place.
#[derive(Debug)]
pub struct Past {
    /// The last place.
    pub end: Position,
    /// Messages behind the place that was named, one behind the other; those before the first are not kept any more. There may be more behind
    /// the last one, unless there is none.
    pub messages: Vec<PastMessage>,
}

/// A message that was kept.
#[derive(Debug)]
pub struct PastMessage {
    /// Its place.
    pub at: Position,
    /// How long ago it happened.
    pub age: Duration,
    /// The number that it has, if it is of this node.
    pub own: Option<u64>,
    /// What it says.
    pub text: String,
}

/// Something that the bus does not do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BusError {
    /// It cannot be reached.
    #[error("the bus cannot be reached: {0}")]
    Unreachable(String),
    /// A message says what a value has become, and the value is not what it was made of any more.
    #[error("another server has changed the value")]
    Overtaken,
}

impl BusError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self::Unreachable(why.into())
    }
}

impl From<BusError> for SyncError {
    fn from(error: BusError) -> Self {
        tracing::debug!(%error, "refused");
        match error {
            BusError::Unreachable(_) => Self::new("sync-unavailable"),
            BusError::Overtaken => Self::new("state-conflict"),
        }
    }
}
