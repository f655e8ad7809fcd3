//! Rows of tables of another database, on their way into the logs of scopes.
//!
//! A *reader* reads the tables, and feeds a [`ReplicaLog`] with what each row has become: which scopes it belongs to now, and its JSON. The log
//! knows where it was before, and makes changes of that. What the reader has read up to is stored in the same transaction as what it has
//! read, as a text that means nothing here. One reader leads at a time: what another one wants to store that has led before is refused.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::store::LogError;
use crate::clock::Seldom;
use crate::id::Id;
use crate::route::BoxFuture;

/// How many bytes of rows may wait for the log, beside those that go over to it, and how often so many.
const WAITING: (usize, usize) = (4 << 20, 64);
/// How many rows go over to the log at once, and how many bytes, unless they are whole before: to wake somebody for each costs more than the row.
const TOGETHER: (usize, usize) = (128, 64 << 10);
/// What a row costs besides its texts.
const OVERHEAD: usize = 128;

/// A log that rows of another database are written into.
///
/// The contract, which `suite` checks:
///
/// * Rows up to a whole are stored together with its state, or not at all, and told after that is durable.
/// * Each scope that a row belongs to has its changes as if a mutation had made them: created where it was not before, deleted where it is not
///   any more, nothing where nothing has changed.
/// * Whoever has led before stores nothing any more.
pub trait ReplicaLog: Send + Sync {
    /// Leads from now on; returns what was stored last.
    fn lead(&self) -> BoxFuture<'_, Result<Lead, LogError>>;

    /// Returns what was stored last, by whoever leads.
    fn stored(&self) -> BoxFuture<'_, Result<Option<Box<str>>, LogError>>;

    /// Begins anew, or is done with that: all scopes that rows belong to, or have belonged to, get a new epoch, and whoever reads them takes a
    /// snapshot, as soon as they are whole: until then they have none, and nobody gets one, of whatever server. Stores `state`.
    fn renew(&self, term: u64, state: Box<str>, is_whole: bool) -> BoxFuture<'_, Result<(), LogError>>;

    /// Forgets some of the rows, without a change; returns whether there are more of them.
    fn forget_some(&self, term: u64) -> BoxFuture<'_, Result<bool, LogError>>;

    /// Stores what is fed until nothing more comes: what is not whole by then is not stored.
    fn feed(&self, term: u64, how: How, feed: Feed) -> BoxFuture<'_, Result<(), LogError>>;

    /// Says which entities are rows, and how mutations write them, where they can: called each time the tables were looked at.
    fn rows_are(&self, tables: RowTables);

    /// Returns how many rows are set aside, and the last of them, the newest first.
    fn set_aside(&self) -> BoxFuture<'_, Result<SetAside, LogError>>;
}

/// Whether a scope is one of rows.
pub type IsOfRows = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The entities that are rows: no log has them but as it reads them.
#[derive(Clone, Default)]
pub struct RowTables {
    /// How each is written, by the name of the entity; `None` where the log is in another database.
    pub tables: BTreeMap<&'static str, Option<Arc<dyn RowTable>>>,
    /// The statement by which a transaction says which calls it is of: `$1` is JSON, a list of client, number and scope.
    pub origin: &'static str,
    /// Whether rows belong to a scope of a name: none of them is written by a push of any other one.
    pub is_of_rows: Option<IsOfRows>,
}

impl RowTables {
    /// Returns whether a push of a scope may meet whoever writes rows.
    pub(super) fn may_meet(&self, scope: &str) -> bool {
        !self.tables.is_empty() && self.is_of_rows.as_ref().is_none_or(|is_of_rows| is_of_rows(scope))
    }
}

/// A table in the database of the log, whose rows mutations write.
pub trait RowTable: Send + Sync {
    /// Returns whether a text can be the key of a row.
    fn is_key(&self, id: &str) -> bool;

    /// Returns the statement that reads the columns of some rows behind their keys, each as the database writes it: those whose keys are in the list `$1`. It
    /// locks them.
    fn select(&self) -> &'static str;

    /// Returns the statement that changes a row, which is `$1`: JSON by columns.
    fn update(&self) -> &'static str;

    /// Returns the statement that adds one, unless there is one with its key.
    fn insert(&self) -> &'static str;

    /// Returns the statement that deletes the row with the key `$1`.
    fn delete(&self) -> &'static str;

    /// Makes an entity of the columns of a row, and says where it belongs.
    ///
    /// # Errors
    ///
    /// Why it belongs nowhere.
    fn placed(&self, columns: &[Option<&str>]) -> Result<PlacedRow, String>;

    /// Returns where an entity would belong, and its JSON by columns: where there was one `before`, of the key and of what has changed alone.
    ///
    /// # Errors
    ///
    /// Why it would belong nowhere.
    fn written(&self, entity: &str, before: Option<&str>) -> Result<(PlacedRow, String), String>;
}

/// Who leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// How often somebody has begun to lead: the highest one does.
    pub term: u64,
    /// What was stored last; `None` where nothing ever was.
    pub state: Option<Box<str>>,
}

/// How rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As they are, without changes: nobody reads them yet.
    Copied,
    /// As changes of what was there before.
    Changed,
}

/// Rows that are set aside: none of them is in any scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetAside {
    /// How many.
    pub count: u64,
    /// The last of them, the newest first.
    pub last: Vec<AsideRow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsideRow {
    /// What it should be.
    pub entity: Box<str>,
    /// Its key.
    pub id: Box<str>,
    /// What is wrong with it.
    pub why: Box<str>,
    /// Up to where it was read when it was found.
    pub position: Box<str>,
    /// When that was, in milliseconds since 1970.
    pub time: i64,
}

/// A row, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedRow {
    /// Its JSON.
    pub data: Box<str>,
    /// The scopes, each once; none where nobody is to see it.
    pub scopes: Vec<Arc<str>>,
}

/// Makes a row of the JSON that it was.
pub type Patch = Box<dyn FnOnce(Option<&str>) -> Result<PlacedRow, Aside> + Send + Sync>;

/// What a row has become.
pub enum Row {
    /// It is so.
    Is(PlacedRow),
    /// It is as what it was, with a part of it changed.
    Patched {
        /// The key that it had, where it had another one.
        of: Option<Box<str>>,
        /// How many bytes have changed.
        bytes: usize,
        /// Makes of the JSON that it was what it is; of `None` where nothing is known of it.
        patch: Patch,
    },
    /// It is not there any more.
    Gone,
    /// It cannot be placed.
    Aside(Aside),
}

/// Why a row cannot be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// What is wrong with it.
    pub why: Box<str>,
    /// Where it was read.
    pub position: Box<str>,
}

/// How much of a key is written where a row is set aside: an index takes no more than some.
const ASIDE_KEY: usize = 200;

/// The key of a row that is set aside: a long one is the beginning of it, and what tells it from others.
pub(super) fn aside_key(id: &str) -> Cow<'_, str> {
    if id.len() <= ASIDE_KEY {
        return Cow::Borrowed(id);
    }
    Cow::Owned(format!("{}… {}", &id[..id.floor_char_boundary(ASIDE_KEY / 2)], Id::of_texts(&[id])))
}

/// Says that a row is set aside, and where it was read; which it is, whoever operates the server is told at the door.
pub(super) fn is_set_aside(entity: &str, position: &str) {
    static SAID: Seldom = Seldom::within(6, Duration::from_secs(60));
    if SAID.happened().is_some() {
        tracing::warn!(entity, position, "a row cannot be placed and is in no scope: see /_sync/replication");
    }
}

/// A call of a client that has written rows, in the transaction in which it was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The client.
    pub client: Arc<str>,
    /// Which of its calls it is.
    pub number: u64,
    /// The scope of the call.
    pub scope: Arc<str>,
}

/// What a reader says.
pub enum Fed {
    /// What a row of an entity has become.
    Row {
        /// What it is.
        entity: &'static str,
        /// Its key.
        id: Box<str>,
        /// What has become of it.
        row: Row,
    },
    /// All rows of an entity are gone.
    AllGone {
        /// Of which.
        entity: &'static str,
    },
    /// What came since the last of these belongs together.
    Whole {
        /// What is to be stored with it.
        state: Box<str>,
        /// What is told when it is stored.
        mark: u64,
        /// The calls that have caused it.
        origins: Vec<Origin>,
    },
}

impl fmt::Debug for Fed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row { entity, id, .. } => write!(f, "Row({entity} {id})"),
            Self::AllGone { entity } => write!(f, "AllGone({entity})"),
            Self::Whole { mark, .. } => write!(f, "Whole({mark})"),
        }
    }
}

impl Fed {
    fn bytes(&self) -> usize {
        let bytes = match self {
            Self::Row { id, row: Row::Is(placed), .. } => {
                id.len() + placed.data.len() + placed.scopes.iter().map(|scope| scope.len()).sum::<usize>()
            }
            Self::Row { id, row: Row::Patched { bytes, .. }, .. } => id.len() + bytes,
            Self::Row { id, .. } => id.len(),
            Self::AllGone { .. } => 0,
            Self::Whole { state, origins, .. } => state.len() + OVERHEAD * origins.len(),
        };
        bytes + OVERHEAD
    }
}

/// The end of a feed that a log has.
#[derive(Debug)]
pub struct Feed {
    rows: mpsc::Receiver<(Vec<Fed>, OwnedSemaphorePermit)>,
    /// Those that have come over, and the room that they take.
    here: (std::vec::IntoIter<Fed>, Option<OwnedSemaphorePermit>),
    stored: watch::Sender<u64>,
}

/// The end of a feed that a reader has.
#[derive(Debug)]
pub struct Feeder {
    rows: mpsc::Sender<(Vec<Fed>, OwnedSemaphorePermit)>,
    /// Those that go over next, and how many bytes they are.
    next: Mutex<(Vec<Fed>, usize)>,
    room: Arc<Semaphore>,
    stored: watch::Receiver<u64>,
}

/// What a feed has now.
pub(super) enum Next {
    /// This.
    Fed(Fed),
    /// Nothing yet.
    Nothing,
    /// Nothing any more.
    End,
}

impl Feed {
    /// Makes both ends of a feed.
    #[must_use]
    pub fn new() -> (Feeder, Self) {
        let (send, rows) = mpsc::channel(WAITING.1);
        let (tell, stored) = watch::channel(0);
        let room = Arc::new(Semaphore::new(WAITING.0));
        let here = (Vec::new().into_iter(), None);
        (Feeder { rows: send, next: Mutex::default(), room, stored }, Self { rows, here, stored: tell })
    }

    /// Waits for what comes next.
    pub(super) async fn next(&mut self) -> Option<Fed> {
        if let Some(fed) = self.here.0.next() {
            return Some(fed);
        }
        let come = self.rows.recv().await?;
        self.first_of(come)
    }

    /// The same, on a thread that may wait.
    pub(super) fn wait(&mut self) -> Option<Fed> {
        if let Some(fed) = self.here.0.next() {
            return Some(fed);
        }
        let come = self.rows.blocking_recv()?;
        self.first_of(come)
    }

    /// Takes what is there.
    pub(super) fn take(&mut self) -> Next {
        if let Some(fed) = self.here.0.next() {
            return Next::Fed(fed);
        }
        match self.rows.try_recv() {
            Ok(come) => self.first_of(come).map_or(Next::Nothing, Next::Fed),
            Err(mpsc::error::TryRecvError::Empty) => Next::Nothing,
            Err(mpsc::error::TryRecvError::Disconnected) => Next::End,
        }
    }

    /// Takes over what has come, which is never nothing.
    fn first_of(&mut self, (rows, room): (Vec<Fed>, OwnedSemaphorePermit)) -> Option<Fed> {
        self.here = (rows.into_iter(), Some(room));
        self.here.0.next()
    }

    /// Tells the reader that all up to a mark is stored.
    pub(super) fn tell(&self, mark: u64) {
        self.stored.send_replace(mark);
    }
}

impl Feeder {
    /// Feeds the log, which may be slower than who reads; `false` where it takes no more. Rows go over some at once, and when they are whole.
    pub async fn feed(&self, fed: Fed) -> bool {
        let is_whole = matches!(fed, Fed::Whole { .. });
        let (rows, bytes) = {
            let mut next = self.next.lock();
            next.1 += fed.bytes();
            next.0.push(fed);
            if !is_whole && next.0.len() < TOGETHER.0 && next.1 < TOGETHER.1 {
                return !self.rows.is_closed();
            }
            std::mem::take(&mut *next)
        };
        let bytes = u32::try_from(bytes.min(WAITING.0)).unwrap_or(u32::MAX);
        let Ok(room) = self.room.clone().acquire_many_owned(bytes).await else { return false };
        self.rows.send((rows, room)).await.is_ok()
    }

    /// Returns up to which mark all is stored.
    #[must_use]
    pub fn stored(&self) -> u64 {
        *self.stored.borrow()
    }

    /// Feeds no more; what is returned says up to which mark all is stored.
    #[must_use]
    pub fn end(self) -> watch::Receiver<u64> {
        self.stored
    }

    /// Waits until more is stored; for ever where the log takes no more.
    pub async fn stored_more(&mut self) {
        if self.stored.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
