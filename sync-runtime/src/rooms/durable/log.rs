//! One task writes what happens in all rooms of the file, in its order, and gives events their places when they are on the disk.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::clock::{Instant, soon};
use crate::config::Config;
use crate::contain::contained;
use crate::error::SyncError;
use crate::rooms::durable::changes::{Changes, Note};
use crate::rooms::durable::file::{
    Bounds, SCHEMA, StoredRoom, begin_life, end_trial, forget, forget_all, key, names, try_to_write, write,
};
use crate::rooms::{NowOrLater, Room, Submitted};
use crate::route::App;
use crate::storage::{DataError, Database, FileLock};
use crate::wire::{Position, PositionKey};

/// How much is written together: a disk takes about as long for one.
const TOGETHER: usize = 4096;
/// How many bytes of events may wait to be written: a disk that has no end with what it has is told by this.
const MOST_WAITING: usize = 16 * 1024 * 1024;
/// How many notes may be owed when somebody comes into a room, each of a room or of somebody there: about 20 MB of memory.
const MOST_OWED: usize = 100_000;
/// How many bytes must be written again after something could not be: more than the last page of a full disk has, and no more than is soon done.
const LEAST_TRIED: usize = 64 * 1024;
const MOST_TRIED: usize = 1024 * 1024;
/// After what time it is tried again to write what could not be, if nothing else happens.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a process may take to end that was told to, beyond its time.
const ENDING: Duration = Duration::from_secs(1);
/// For how long something is kept at most, which no clock has trouble with.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The file of the rooms that are kept beyond the process.
pub struct RoomLog<A: App> {
    // Bounded by `is_ready`, and events by their turns: nothing is refused that has happened.
    entries: mpsc::UnboundedSender<Entry<A>>,
    file: Arc<LogFile>,
    bounds: Bounds,
}

/// The file, and how it is with it.
struct LogFile {
    database: Database,
    /// Under which positions are written.
    key: [u8; 16],
    /// How many bytes could not be written, 0 if all could: that a few others could since says nothing of as many.
    lacking: AtomicUsize,
    trials: Trials,
    /// How many bytes of events wait.
    waiting: AtomicUsize,
    /// How much that has happened is not written, since it could not be.
    owed: AtomicUsize,
}

/// Who tries whether something can be written.
#[derive(Default)]
struct Trials {
    /// How many were begun.
    begun: AtomicUsize,
    /// The last of them that has ended.
    last: tokio::sync::Mutex<usize>,
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
    /// Opens or creates the file, and returns the key under which positions are written in it. Who has it may be about to end, and is
    /// waited for as long as that may take.
    pub(super) async fn open(config: &Config) -> Result<(Arc<Self>, PositionKey), DataError> {
        let (lock, database) = take(config).await?;
        let mut new = [0; 16];
        getrandom::fill(&mut new).expect("the operating system has randomness");
        let key = database.write(move |file| key(file, &new)).await.map_err(|failure| failure.of(SCHEMA.file))?;
        let file = Arc::new(LogFile::new(database, key));
        let (entries, coming) = mpsc::unbounded_channel();
        tokio::spawn(write_all(file.clone(), lock, coming));
        let age = config.durable_history_age.min(LONGEST);
        let bounds = Bounds { events: config.history_events, bytes: config.history_bytes, age };
        Ok((Arc::new(Self { entries, file, bounds }), PositionKey::new(key)))
    }

    /// Forgets all rooms, if there is a file: what happens in them is not written for a while.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn forget_left(config: &Config) -> Result<(), DataError> {
        if !exists(&config.data) {
            return Ok(());
        }
        let (_lock, database) = take(config).await?;
        database.write(forget_all).await.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// For how long what happens is kept.
    pub(super) fn age(&self) -> Duration {
        self.bounds.age
    }

    /// Returns the names of the rooms that an earlier process has left.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn names(&self) -> Result<Vec<String>, DataError> {
        self.file.database.read(|file, _| names(file)).await.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// Begins another life of a room, and returns what is to be known in it.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn begin_life(&self, room: &str) -> Result<StoredRoom, DataError> {
        let (room, bounds) = (room.to_owned(), self.bounds);
        let epoch = Position::random_epoch();
        let begun = self.file.database.write(move |file| begin_life(file, &room, epoch, bounds)).await;
        begun.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// Forgets all of a room that is none any more.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn forget(&self, room: &str) -> Result<(), DataError> {
        let room = room.to_owned();
        self.file.database.write(move |file| forget(file, &room)).await.map_err(|failure| failure.of(SCHEMA.file))
    }

    /// Has an event written, and then given its place; that happens, too, when nobody waits for it any more.
    pub(super) fn submit(&self, room: Arc<Room<A>>, event: Submitted<A>) -> NowOrLater<'static, Option<Position>> {
        let (tell, told) = oneshot::channel();
        // One that cannot be written has its place all the same: what lies behind it is not complete then.
        let text = event.delivery.text().unwrap_or_default();
        self.file.waiting.fetch_add(text.len(), Ordering::AcqRel);
        self.enter(Entry::Event(Waiting { room, event, text, tell }));
        NowOrLater::Later(Box::pin(async move { told.await.unwrap_or_else(|_| Err(unavailable())) }))
    }

    /// Finds out whether something can be written, if the last thing could not be, or much waits.
    pub(super) fn is_ready(&self) -> NowOrLater<'_, ()> {
        if self.entries.is_closed() || self.file.waiting.load(Ordering::Acquire) > MOST_WAITING {
            return NowOrLater::Later(Box::pin(std::future::ready(Err(unavailable()))));
        }
        if self.file.lacking.load(Ordering::Acquire) == 0 {
            return NowOrLater::Now(());
        }
        NowOrLater::Later(Box::pin(async { if self.file.is_usable().await { Ok(()) } else { Err(unavailable()) } }))
    }

    /// Whether somebody more can come into a room: who is there is remembered until it can be written.
    pub(super) fn has_room(&self) -> bool {
        self.file.owed.load(Ordering::Acquire) < MOST_OWED
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
        f.debug_struct("RoomLog").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

fn unavailable() -> SyncError {
    SyncError::new("sync-unavailable")
}

fn exists(folder: &Path) -> bool {
    folder.join(SCHEMA.file).exists()
}

/// Takes the right to use the file, and opens it.
async fn take(config: &Config) -> Result<(FileLock, Database), DataError> {
    let lock = FileLock::take(&config.data, SCHEMA.file, config.shutdown_timeout + ENDING).await?;
    Ok((lock, Database::open(&config.data, SCHEMA).await?))
}

/// Ends when the file is closed, or nobody can write anything any more.
async fn write_all<A: App>(file: Arc<LogFile>, lock: FileLock, mut coming: mpsc::UnboundedReceiver<Entry<A>>) {
    let (mut lock, mut owed, mut entries) = (Some(lock), Changes::default(), Vec::new());
    while lock.is_some() && next(&mut coming, &mut entries, !owed.is_empty()).await {
        let Batch { changes, done, bytes, is_last } = Batch::new(std::mem::take(&mut owed), entries.drain(..));
        let written = file.write(changes, bytes).await;
        file.waiting.fetch_sub(bytes, Ordering::AcqRel);
        lock.take_if(|_| is_last);
        for done in done {
            // A log of the app's that panics ends this for nobody else.
            contained(|| done.follow(written.is_ok())).unwrap_or_default();
        }
        owed = written.err().unwrap_or_default();
        file.owed.store(owed.notes(), Ordering::Release);
    }
}

/// Waits for what is to be written, if something is `owed` already for a while only; returns whether there can be any.
async fn next<A: App>(
    coming: &mut mpsc::UnboundedReceiver<Entry<A>>,
    entries: &mut Vec<Entry<A>>,
    is_owed: bool,
) -> bool {
    let coming = coming.recv_many(entries, TOGETHER);
    if is_owed { soon(Instant::now() + AGAIN, coming).await != Some(0) } else { coming.await > 0 }
}

/// What is written together.
struct Batch<A: App> {
    changes: Changes,
    done: Vec<Done<A>>,
    /// Of the events.
    bytes: usize,
    is_last: bool,
}

impl<A: App> Batch<A> {
    /// Adds to what is owed what has come since. Events get their numbers in the order in which they came; those of rooms that have ended
    /// get none.
    fn new(owed: Changes, entries: impl Iterator<Item = Entry<A>>) -> Self {
        let mut batch = Self { changes: owed, done: Vec::new(), bytes: 0, is_last: false };
        let mut last: HashMap<*const Room<A>, Position> = HashMap::new();
        for entry in entries {
            match entry {
                Entry::Note(note) => batch.changes.add(note),
                Entry::Settled(tell) => batch.done.push(Done::Tell(tell)),
                Entry::Closed(tell) => {
                    batch.done.push(Done::Tell(tell));
                    batch.is_last = true;
                    break;
                }
                Entry::Event(Waiting { room, event, text, tell }) => {
                    batch.bytes += text.len();
                    let Some(end) = room.end_of_order() else {
                        tell.send(Ok(None)).unwrap_or_default();
                        continue;
                    };
                    let at = last.entry(Arc::as_ptr(&room)).or_insert(end);
                    at.seq += 1;
                    batch.changes.add_event(room.name(), *at, text);
                    batch.done.push(Done::Place { room, event, at: *at, tell });
                }
            }
        }
        batch
    }
}

impl LogFile {
    fn new(database: Database, key: [u8; 16]) -> Self {
        let [lacking, waiting, owed] = [const { AtomicUsize::new(0) }; 3];
        Self { database, key, lacking, trials: Trials::default(), waiting, owed }
    }

    /// Writes everything, in which there are events of as many bytes, or nothing; returns what is still to be written then.
    async fn write(&self, changes: Changes, bytes: usize) -> Result<(), Changes> {
        if changes.is_empty() {
            return Ok(());
        }
        let was_failing = self.lacking.load(Ordering::Acquire) > 0;
        let (changes, key) = (Arc::new(changes), self.key);
        let writing = changes.clone();
        let written =
            self.database.write_patiently(move |file| write(file, &key, &writing), || self.could_not_write(bytes));
        match written.await {
            Ok(()) => {
                // Where it was not failing before, what could not be written at first was this.
                self.could_write(if was_failing { bytes } else { MOST_TRIED });
                Ok(())
            }
            Err(error) => {
                if !was_failing {
                    let say =
                        || tracing::error!(%error, "what happens in rooms with `history = durable` cannot be kept");
                    contained(say).unwrap_or_default();
                }
                Err(Arc::unwrap_or_clone(changes).without_events())
            }
        }
    }

    /// Finds out whether as much can be written now as could not be the last time. Of many who ask, one tries it for all.
    async fn is_usable(&self) -> bool {
        let asked = self.trials.begun.load(Ordering::Acquire);
        let mut last = self.trials.last.lock().await;
        // The result of one that was begun after this was asked is as new as its own would be.
        if *last <= asked {
            let number = self.trials.begun.fetch_add(1, Ordering::AcqRel) + 1;
            let (bytes, key) = (self.lacking.load(Ordering::Acquire), self.key);
            if self.database.write(move |file| try_to_write(file, &key, bytes)).await.is_ok() {
                self.could_write(bytes);
                // Where this fails, the next trial does it.
                self.database.write(end_trial).await.unwrap_or_default();
            }
            *last = number;
        }
        self.lacking.load(Ordering::Acquire) == 0
    }

    fn could_not_write(&self, bytes: usize) {
        self.lacking.fetch_max(bytes.clamp(LEAST_TRIED, MOST_TRIED), Ordering::AcqRel);
    }

    fn could_write(&self, bytes: usize) {
        let enough = |lacking| (lacking <= bytes).then_some(0);
        self.lacking.fetch_update(Ordering::AcqRel, Ordering::Acquire, enough).unwrap_or_default();
    }
}

impl<A: App> Done<A> {
    fn follow(self, is_written: bool) {
        match self {
            Self::Tell(tell) => tell.send(()).unwrap_or_default(),
            Self::Place { room, event, at, tell } => {
                let placed =
                    if is_written { Ok(room.place_at(event, at).is_ok().then_some(at)) } else { Err(unavailable()) };
                tell.send(placed).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::SenderKey;

    const ROOM: &str = "lasting-a";

    fn event(seq: u64, bytes: usize) -> Changes {
        let (mut changes, room) = (Changes::default(), Arc::from(ROOM));
        if seq == 1 {
            changes.add(Note::Opened { room: Arc::clone(&room), start: Position::of_event(1, 0) });
        }
        changes.add_event(&room, Position::of_event(1, seq), "x".repeat(bytes));
        changes
    }

    /// A file, and the folder that it is in.
    async fn with_one_event() -> (tempfile::TempDir, LogFile) {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(folder.path(), SCHEMA).await.expect("a file");
        let file = LogFile::new(database, [7; 16]);
        file.write(event(1, 10), 10).await.expect("there is room");
        (folder, file)
    }

    /// Has the file become no larger than this, as on a full disk.
    async fn bound(file: &LogFile, pages: u32) {
        let set = move |file: &rusqlite::Connection| file.pragma_update(None, "max_page_count", pages);
        file.database.write(set).await.expect("a file");
    }

    #[tokio::test]
    async fn what_could_be_written_in_the_end_is_not_lacking() {
        let (folder, file) = with_one_event().await;
        let [here, away] = [SCHEMA.file, "away"].map(|name| folder.path().join(name));
        std::fs::rename(&here, &away).expect("it is moved");
        let back = async {
            while file.lacking.load(Ordering::Acquire) == 0 {
                tokio::task::yield_now().await;
            }
            std::fs::rename(&away, &here).expect("it is moved back");
        };
        let (written, ()) = tokio::join!(file.write(event(2, 10), 10), back);
        written.expect("it is there again");
        assert_eq!(file.lacking.load(Ordering::Acquire), 0);
    }

    #[tokio::test]
    async fn a_disk_that_has_room_for_a_few_bytes_is_full() {
        let (_folder, file) = with_one_event().await;
        assert!(file.is_usable().await);
        bound(&file, 1).await;
        let owed = file.write(event(2, 20_000), 20_000).await.expect_err("it has no place");
        assert!(owed.by_room().all(|(_, changes)| changes.events.is_empty()));
        let key = SenderKey { session: crate::id::Id::of([1; 16]), tab: None };
        for _ in 0..3 {
            assert!(!file.is_usable().await);
            // What needs no place can be written all the while.
            let mut left = Changes::default();
            left.add(Note::Known { room: ROOM.into(), key, known: None });
            file.write(left, 0).await.expect("a few bytes");
        }
        assert!(!file.is_usable().await);
        bound(&file, 1_000_000).await;
        let (one, other) = tokio::join!(file.is_usable(), file.is_usable());
        assert!(one && other);
        file.write(event(2, 20_000), 20_000).await.expect("there is room");
        let tried = |file: &rusqlite::Connection| file.query_row("SELECT count(*) FROM trial", [], |row| row.get(0));
        let tried: i64 = file.database.write(tried).await.expect("a file");
        assert_eq!(tried, 0);
    }
}
