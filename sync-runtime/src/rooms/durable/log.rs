//! One task writes what happens in all rooms of the file, in its order, and gives events their places when they are on the disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::clock::sleep;
use crate::config::Config;
use crate::error::SyncError;
use crate::rooms::durable::StoredRoom;
use crate::rooms::durable::file::{SCHEMA, StoredMember, begin_life, forget, key, names, touch, write};
use crate::rooms::{NowOrLater, Room, SenderKey, Submitted};
use crate::route::App;
use crate::storage::{DataError, Database, FolderLock};
use crate::wire::{Position, PositionKey};

/// How much is written together; a disk takes about as long for one.
const TOGETHER: usize = 256;
/// How often it is tried to write, and how long it is waited in between.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(100);

/// The file of the rooms that are kept beyond the process.
pub struct RoomLog<A: App> {
    // What bounds it: events have a turn in their room, and whoever joins waits until that is written.
    entries: mpsc::UnboundedSender<Entry<A>>,
    database: Arc<Database>,
    /// Whether the last thing could not be written.
    is_failing: Arc<AtomicBool>,
    age: Duration,
}

enum Entry<A: App> {
    /// An event that is to have the next place in a room.
    Event(Waiting<A>),
    Note(Note),
    /// Told when all before it has been tried.
    Settled(oneshot::Sender<()>),
    /// The last one; told when others may use the file.
    Closed(oneshot::Sender<()>),
}

/// An event that is not written yet.
struct Waiting<A: App> {
    room: Arc<Room<A>>,
    event: Submitted<A>,
    text: String,
    tell: oneshot::Sender<Result<Option<Position>, SyncError>>,
}

/// What else is written.
#[derive(Debug)]
pub(super) enum Note {
    /// A room begins, of which nothing was known.
    Opened { room: Arc<str>, start: Position },
    /// Somebody is known again as this, or not any more.
    Known { room: Arc<str>, key: SenderKey, known: Option<StoredMember> },
    /// What is behind this event is enough, and who could come back until now.
    Trimmed { room: Arc<str>, behind: u64 },
    /// Nobody is there, and nobody can come back.
    Ended { room: Arc<str> },
}

/// What goes into the file.
#[derive(Debug)]
pub(super) enum Write {
    Event { room: Arc<str>, at: Position, text: String },
    Note(Note),
}

/// What is done when everything has been written.
enum Done<A: App> {
    Place {
        room: Arc<Room<A>>,
        event: Submitted<A>,
        at: Position,
        tell: oneshot::Sender<Result<Option<Position>, SyncError>>,
    },
    Tell(oneshot::Sender<()>),
}

impl<A: App> RoomLog<A> {
    /// Opens or creates the file, and returns the key under which positions are written in it.
    pub(super) async fn open(config: &Config) -> Result<(Arc<Self>, PositionKey), DataError> {
        let database = Arc::new(Database::open(&config.data, SCHEMA).await?);
        let lock = FolderLock::take(&config.data, SCHEMA.file, config.shutdown_timeout).await?;
        let mut new = [0; 16];
        getrandom::fill(&mut new).expect("the operating system has randomness");
        let key = database.write(move |file| key(file, new)).await.map_err(|failure| failure.of(SCHEMA.file))?;
        let (entries, waiting) = mpsc::unbounded_channel();
        let is_failing = Arc::default();
        tokio::spawn(write_all(database.clone(), lock, waiting, Arc::clone(&is_failing)));
        let log = Self { entries, database, is_failing, age: config.durable_history_age };
        Ok((Arc::new(log), PositionKey::new(key)))
    }

    /// Returns the names of the rooms that an earlier process has left.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn names(&self) -> Result<Vec<String>, DataError> {
        self.database.read(|file, _| names(file)).await.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// Begins another life of a room, and returns what is to be known in it.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn begin_life(&self, room: &str) -> Result<StoredRoom, DataError> {
        let (room, age) = (room.to_owned(), self.age);
        let epoch = Position::random_epoch();
        let begun = self.database.write(move |file| begin_life(file, &room, epoch, age)).await;
        begun.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// Forgets all of a room that is none any more.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn forget(&self, room: &str) -> Result<(), DataError> {
        let room = room.to_owned();
        self.database.write(move |file| forget(file, &room)).await.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// Has an event written, and then given its place; that happens, too, when nobody waits for it any more.
    pub(super) fn submit(&self, room: Arc<Room<A>>, event: Submitted<A>) -> NowOrLater<'static, Option<Position>> {
        let (tell, told) = oneshot::channel();
        // One that cannot be written has its place all the same: what lies behind it is not complete then.
        let text = event.delivery.text().unwrap_or_default();
        self.enter(Entry::Event(Waiting { room, event, text, tell }));
        NowOrLater::Later(Box::pin(async move { told.await.unwrap_or_else(|_| Err(unavailable())) }))
    }

    /// Finds out whether something can be written, if the last thing could not be.
    pub(super) fn is_ready(&self) -> NowOrLater<'_, ()> {
        if !self.is_failing.load(Ordering::Acquire) {
            return NowOrLater::Now(());
        }
        NowOrLater::Later(Box::pin(async {
            let ready = self.database.write(touch).await;
            self.is_failing.store(ready.is_err(), Ordering::Release);
            ready.map_err(|_| unavailable())
        }))
    }

    /// Has something written soon; nobody waits for it.
    pub(super) fn note(&self, note: Note) {
        self.enter(Entry::Note(note));
    }

    /// Waits until all that has happened so far is written, or could not be.
    pub(super) fn settled(&self) -> NowOrLater<'static, ()> {
        self.told(Entry::Settled)
    }

    /// Writes what has happened and nothing after it, and leaves the file to others; that happens, too, when nobody waits for it.
    pub(super) fn close(&self) -> NowOrLater<'static, ()> {
        self.told(Entry::Closed)
    }

    fn told(&self, entry: impl FnOnce(oneshot::Sender<()>) -> Entry<A>) -> NowOrLater<'static, ()> {
        let (tell, told) = oneshot::channel();
        self.enter(entry(tell));
        NowOrLater::Later(Box::pin(async move { told.await.map_err(|_| unavailable()) }))
    }

    fn enter(&self, entry: Entry<A>) {
        // The task has ended when this was closed, or with its runtime.
        self.entries.send(entry).unwrap_or_default();
    }
}

impl<A: App> std::fmt::Debug for RoomLog<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomLog").field("age", &self.age).finish_non_exhaustive()
    }
}

fn unavailable() -> SyncError {
    SyncError::new("sync-unavailable")
}

async fn write_all<A: App>(
    database: Arc<Database>,
    lock: FolderLock,
    mut waiting: mpsc::UnboundedReceiver<Entry<A>>,
    is_failing: Arc<AtomicBool>,
) {
    let (mut lock, mut entries) = (Some(lock), Vec::new());
    while lock.is_some() && waiting.recv_many(&mut entries, TOGETHER).await > 0 {
        let Batch { writes, done, is_last } = Batch::new(entries.drain(..));
        let written = writes.is_empty() || {
            let written = write_patiently(&database, writes).await;
            is_failing.store(!written, Ordering::Release);
            written
        };
        lock.take_if(|_| is_last);
        done.into_iter().for_each(|done| done.follow(written));
    }
}

/// What is written together.
struct Batch<A: App> {
    writes: Vec<Write>,
    done: Vec<Done<A>>,
    is_last: bool,
}

impl<A: App> Batch<A> {
    /// Gives events their numbers, in the order in which they came; those of rooms that have ended get none.
    fn new(entries: impl Iterator<Item = Entry<A>>) -> Self {
        let mut last: HashMap<*const Room<A>, Position> = HashMap::new();
        let (mut writes, mut done) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                Entry::Note(note) => writes.push(Write::Note(note)),
                Entry::Settled(tell) => done.push(Done::Tell(tell)),
                Entry::Closed(tell) => {
                    done.push(Done::Tell(tell));
                    return Self { writes, done, is_last: true };
                }
                Entry::Event(Waiting { room, event, text, tell }) => {
                    let Some(end) = room.end_of_order() else {
                        tell.send(Ok(None)).unwrap_or_default();
                        continue;
                    };
                    let at = last.entry(Arc::as_ptr(&room)).or_insert(end);
                    at.seq += 1;
                    writes.push(Write::Event { room: room.name().clone(), at: *at, text });
                    done.push(Done::Place { room, event, at: *at, tell });
                }
            }
        }
        Self { writes, done, is_last: false }
    }
}

/// Writes everything, or nothing, and returns whether it is on the disk.
async fn write_patiently(database: &Database, writes: Vec<Write>) -> bool {
    let writes = Arc::new(writes);
    for tried in 1..=TRIES {
        let now = writes.clone();
        match database.write(move |file| write(file, &now)).await {
            Ok(()) => return true,
            Err(error) if tried == TRIES => {
                tracing::error!(%error, "what has happened in rooms with `history = durable` could not be kept");
            }
            Err(_) => sleep(PAUSE * tried).await,
        }
    }
    false
}

impl<A: App> Done<A> {
    fn follow(self, written: bool) {
        match self {
            Self::Tell(tell) => tell.send(()).unwrap_or_default(),
            Self::Place { room, event, at, tell } => {
                let placed =
                    if written { Ok(room.place_at(event, at).is_ok().then_some(at)) } else { Err(unavailable()) };
                tell.send(placed).unwrap_or_default();
            }
        }
    }
}
