//! What a store of logs promises.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::error::SyncError;
use crate::id::Id;
use crate::log::registry::{NewClient, Registered, Registration, Sign};
use crate::route::{BoxFuture, Rows};

/// How many changes may come while a snapshot is taken: behind that it begins anew. For each part of it they are looked through.
pub(super) const CHANGES_MEANWHILE: u64 = 100_000;

/// Keeps the data of scopes, their changes, and what clients were answered.
///
/// The contract, which `suite` checks:
///
/// * The changes of a scope have the cursors 1, 2, 3 … in the order in which they were applied. Who reads a scope up to a cursor has read all
///   changes up to it, now and later.
/// * A push is applied whole or not at all, with its changes and its outcome, and told after that is as durable as the store makes anything.
/// * A client's pushes have the numbers 1, 2, 3 …; each is settled once, applied or refused, and its outcome kept.
pub trait LogStore: Send + Sync {
    /// Puts a push into the line of those that are applied, behind all that were put there before; what is returned says what came of it.
    fn push(&self, push: Push) -> BoxFuture<'_, Result<PushLater, LogError>>;

    /// Looks what is known of a client and of the pushes with these numbers.
    fn known(&self, client: &str, numbers: Vec<u64>) -> BoxFuture<'_, Result<Known, LogError>>;

    /// Reads changes of a scope behind a cursor.
    fn pull(&self, from: PullFrom) -> BoxFuture<'_, Result<Page, LogError>>;

    /// Reads a page of a scope's data: the first one, or the one at a place that another page has named.
    fn snapshot(&self, scope: &str, place: Option<SnapshotPlace>) -> BoxFuture<'_, Result<Snapshot, LogError>>;

    /// Returns how far each of these scopes is.
    fn heads(&self, scopes: Vec<Arc<str>>) -> BoxFuture<'_, Result<Vec<Head>, LogError>>;

    /// Registers a client, unless it is somebody else's.
    fn register(&self, new: NewClient) -> BoxFuture<'_, Result<Registered, LogError>>;

    /// Notes what clients have shown that are connected here; of one that is not registered, nothing is noted.
    fn sign(&self, signs: Vec<(Arc<str>, Sign)>) -> BoxFuture<'_, Result<(), LogError>>;

    /// Notes that all clients that are connected here still are.
    fn stay(&self) -> BoxFuture<'_, Result<(), LogError>>;

    /// Forgets that a client is registered; returns whether it was.
    fn unregister(&self, client: &str) -> BoxFuture<'_, Result<bool, LogError>>;

    /// Returns clients that are registered, by name: from one on, or behind it.
    fn registrations(
        &self,
        from: Arc<str>,
        is_behind: bool,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Registration>, LogError>>;

    /// Returns how many are registered.
    fn registered(&self) -> BoxFuture<'_, Result<u64, LogError>>;

    /// Forgets a few changes, or clients, that are older than they need to be; returns whether there may be more of them.
    fn trim(&self, retention: Retention) -> BoxFuture<'_, Result<bool, LogError>>;
}

/// How far a scope is; the default is one that nothing was written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The cursor of its last change.
    pub cursor: u64,
    /// That of the last one that is not kept any more: from there on it can be read.
    pub floor: u64,
    /// The epoch in which these count.
    pub epoch: Arc<str>,
}

/// What is told of each commit that has changed something, in the order of each scope; it must not wait.
pub type Watch = Arc<dyn Fn(News) + Send + Sync>;

/// What a store tells.
#[derive(Debug)]
pub enum News {
    /// Something was committed.
    Committed(Committed),
    /// Something may have been committed by another server, of which nothing was heard.
    Missed,
}

/// Says what came of a push.
pub type PushLater = BoxFuture<'static, Result<Pushed, LogError>>;

/// A mutation that a client has asked for.
pub struct Push {
    /// Who asks.
    pub call: ClientCall,
    /// The scope.
    pub scope: Arc<str>,
    /// It is refused where the client's one before it was.
    pub after_success: bool,
    /// What is to be done.
    pub work: Work,
}

/// A numbered call of a client.
#[derive(Debug, Clone)]
pub struct ClientCall {
    /// The client.
    pub client: Arc<str>,
    /// Whose client it is.
    pub owner: Id,
    /// Which of its calls it is, counted from 1.
    pub number: u64,
    /// What tells it from another call: its own name, and all that its effect depends on.
    pub call: Id,
}

/// What changes the data of a scope.
pub type Apply = Box<dyn FnMut(&mut dyn Rows) -> Result<(), SyncError> + Send>;

/// What a push does.
pub enum Work {
    /// Changes the data of the scope. It may be run again, after what it has done before was undone.
    Apply(Apply),
    /// Nothing: it was refused before it came here, which settles it, too.
    Refuse(SyncError),
}

/// What came of a push.
#[derive(Debug, Clone, PartialEq)]
pub enum Pushed {
    /// It is settled, now or before: applied, which has led the scope to this cursor, or refused.
    Settled(Result<u64, SyncError>),
    /// It is settled since long ago, and it is not known any more how.
    Forgotten,
    /// The client's next number is another one.
    OutOfOrder {
        /// That one.
        expected: u64,
    },
    /// The number was another call's.
    Reused,
    /// The client belongs to somebody else.
    Foreign,
}

/// What is known of a client.
#[derive(Debug, Default)]
pub struct Known {
    /// The number of the last push that is settled; 0 for a client that is not known.
    pub last: u64,
    /// Whose client it is, if it is known.
    pub owner: Option<Id>,
    /// What came of those that were asked for and are kept: the call, and its outcome.
    pub outcomes: BTreeMap<u64, (Id, Result<u64, SyncError>)>,
}

/// What was committed in a scope.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The scope.
    pub scope: Arc<str>,
    /// The cursor of the last of the changes.
    pub cursor: u64,
    /// The changes, those right before the cursor; none where they are not at hand.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the scope.
    pub cursor: u64,
    /// What kind of entity.
    pub entity: Box<str>,
    /// Which one.
    pub id: Box<str>,
    /// What has become of it.
    pub kind: ChangeKind,
    /// The entity as JSON; `None` for one that was deleted.
    pub data: Option<Box<str>>,
    /// When, in milliseconds since 1970.
    pub time: i64,
}

/// What has become of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there before.
    Create,
    /// It was another one before.
    Update,
    /// It is not there any more.
    Delete,
}

impl ChangeKind {
    /// Returns the word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Where somebody reads on.
#[derive(Debug, Clone)]
pub struct PullFrom {
    /// The scope.
    pub scope: Arc<str>,
    /// The last cursor that they have.
    pub cursor: u64,
    /// The epoch in which they have it, if they know.
    pub epoch: Option<Box<str>>,
    /// How many changes they want at most.
    pub limit: usize,
    /// How many bytes of JSON, about: behind that, a change stands on the next page.
    pub bytes: usize,
}

/// Changes that follow each other.
#[derive(Debug)]
pub struct Page {
    /// In their order.
    pub changes: Vec<Change>,
    /// What has been read up to: the cursor of the last of them, or the one that was asked from.
    pub cursor: u64,
    /// Whether there are more.
    pub has_more: bool,
    /// What tells this log from another one of the same name.
    pub epoch: Arc<str>,
}

/// A part of a scope's data.
#[derive(Debug)]
pub struct Snapshot {
    /// JSON by type and key.
    pub data: BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>,
    /// The cursor that all parts belong to.
    pub cursor: u64,
    /// As for [`Page`].
    pub epoch: Arc<str>,
    /// Where the next part begins; `None` behind the last.
    pub next: Option<SnapshotPlace>,
    /// How many changes were looked through for it: those behind its cursor.
    pub looked_through: usize,
}

impl Snapshot {
    /// The one part of a scope in which nothing has ever been.
    pub(super) fn empty() -> Self {
        Self { data: BTreeMap::new(), cursor: 0, epoch: "".into(), next: None, looked_through: 0 }
    }

    /// Makes a part of what was found up to the key `end`, `None` where that is all, of a log of an epoch with a head.
    pub(super) fn of_part(
        found: BTreeMap<(Box<str>, Box<str>), Box<str>>,
        end: Option<(Box<str>, Box<str>)>,
        cursor: u64,
        (head, epoch): (u64, Arc<str>),
    ) -> Self {
        let next = end.map(|(entity, id)| SnapshotPlace { cursor, epoch: (&*epoch).into(), entity, id });
        let mut data = BTreeMap::<_, BTreeMap<_, _>>::new();
        for ((entity, id), json) in found {
            data.entry(entity).or_default().insert(id, json);
        }
        let looked_through = usize::try_from(head - cursor).unwrap_or(usize::MAX);
        Self { data, cursor, epoch, next, looked_through }
    }
}

/// Where a part of a snapshot begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPlace {
    /// The cursor that the snapshot belongs to.
    pub cursor: u64,
    /// The epoch of that cursor.
    pub epoch: Box<str>,
    /// The type of the last entity before it.
    pub entity: Box<str>,
    /// Its key.
    pub id: Box<str>,
}

/// What is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// How many changes of a scope at most.
    pub changes: u64,
    /// For how long a change.
    pub age: Duration,
    /// For how long a client that has not pushed anything.
    pub clients: Duration,
    /// For how long a client that has given no sign is registered.
    pub registry: Duration,
}

/// A store that did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The log begins behind the cursor, or is another one than that which the cursor is of.
    #[error("the log does not reach back to the cursor")]
    TooOld,
    /// Another server reads the tables now.
    #[error("another server reads now")]
    Superseded,
    /// It cannot be used at the moment; what was asked for may have been done all the same.
    #[error("the store cannot be used")]
    Unavailable(#[source] crate::error::BoxError),
}

impl LogError {
    /// The rows of a scope are copied anew, and nobody knows all of them.
    pub(super) fn copied() -> Self {
        Self::Unavailable("its rows are being copied".into())
    }
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Push").field("call", &self.call).field("scope", &self.scope).finish_non_exhaustive()
    }
}
