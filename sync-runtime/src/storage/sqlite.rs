//! A file of the server's, an SQLite database: opened, brought up to date, and used by one thread of its own.
//!
//! Whoever asks waits for an answer and keeps no thread. What waits together is one *group*: its reads are answered first, and its writes are
//! one transaction, whose one wait for the disk is everybody's. All of a group has been asked for and none of it answered, so its order is
//! free. A write that is answered is on the disk: what somebody has signed out of stays so when the machine loses its power.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::clock::{RealInstant, Seldom, sleep};
use crate::contain::{Panicked, contained};

/// How many questions may wait for the thread; who comes then waits to be let in.
const QUEUE: usize = 4096;
/// How many of them are one group.
const GROUP: usize = 256;
/// How many statements are kept that were prepared once: more than anybody has.
const STATEMENTS: usize = 64;
/// How long the thread waits for another process that writes to the file.
const BUSY: Duration = Duration::from_secs(1);
/// For how long a file that is gone is waited for, since somebody may be moving it; then it is made anew.
const MISSING: Duration = Duration::from_secs(10);
/// A file up to this size is read as a whole when the server starts, to find out whether it is damaged.
const CHECKED: u64 = 64 << 20;
/// How often it is said at most that a file cannot be used, or can be again, and within what time.
const SAID: (u64, Duration) = (6, Duration::from_secs(60));
/// How long it is waited before something is tried again that could not be written.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(200)];

/// A file, and how it came to be what it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// The name of the file in the folder.
    pub(crate) file: &'static str,
    /// What brings it from each version to the next; the version of a new file is 0. Those that were released are never changed.
    pub(crate) migrations: &'static [&'static str],
    /// How many KiB of the file are kept in memory by each who has it open.
    pub(crate) cache: u32,
    /// What it means to go on without the file.
    pub(crate) loss: &'static str,
}

/// What is wrong with a file or the folder that the server keeps its files in, or with the address of a Redis or a Postgres.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The folder is none, or cannot be written.
    #[error("cannot write to the folder `{}`: the server keeps its files there; `SYNC_DATA` names another folder", path.display())]
    Folder {
        /// The folder, or the file in it that cannot be written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A newer server has written the file.
    #[error(
        "`{}` has version {found}, and this server knows versions up to {known}: start the newer server that wrote it, or let `SYNC_DATA` \
         name another folder",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this server knows.
        known: i64,
    },
    /// The file is no database, or a part of it cannot be read.
    #[error("`{}` is damaged: put a copy in its place, or move it away ({loss})", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it means to go on without it.
        loss: &'static str,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A setting is no address of a Redis.
    #[error("`{setting}` (`{variable}`) is not the address of a Redis, such as redis://127.0.0.1:6379/0")]
    Address {
        /// The setting.
        setting: &'static str,
        /// The variable of the environment that says the same.
        variable: String,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The setting `log_url` is no address of a Postgres.
    #[error(
        "`log_url` (`SYNC_LOG_URL`) is not the address of a Postgres, such as postgres://user:secret@127.0.0.1:5432/database"
    )]
    LogAddress {
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The Postgres of durable data cannot be used.
    #[error("the Postgres of `log_url` (`SYNC_LOG_URL`) cannot be used")]
    Log {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Several servers meet on a bus, and durable data would be in a file of each.
    #[error(
        "`bus` (`SYNC_BUS`) is set, and the app has mutations: `log_url` (`SYNC_LOG_URL`) has to name a Postgres that all servers share"
    )]
    OwnLog,
    /// The bus on which several servers meet cannot be reached.
    #[error("the Redis of `bus` (`SYNC_BUS`) cannot be used")]
    Bus {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is gone since the server has opened it.
    #[error("`{}` is gone", path.display())]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// Another process uses the file, and this one cannot do so beside it.
    #[error(
        "`{}` is used by another server: stop that one, or let `SYNC_DATA` name another folder",
        path.display()
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be used at the moment: another process keeps it locked, or the disk is full.
    #[error("`{}` cannot be used", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A file that is open. Questions are answered in groups by a thread of its own, which ends with the last of these.
#[derive(Debug)]
pub(crate) struct Database {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

/// Takes what is to be written after a read, though nobody waits for it.
pub(crate) type Later = Vec<Box<dyn Job>>;

/// Something to be done with the database, and somebody who waits for it.
pub(crate) trait Job: Send {
    /// Whether it writes nothing.
    fn is_read(&self) -> bool;

    /// Whether nobody waits for it any more.
    fn is_given_up(&self) -> bool;

    /// Whether it can be run once more, alone, when a transaction has failed that it was part of, with others or alone.
    fn may_run_again(&mut self, _was_alone: bool, _failed: &rusqlite::Error) -> bool {
        false
    }

    fn run(&mut self, connection: &Connection, later: &mut Later) -> rusqlite::Result<()>;

    /// Tells whoever waits how it ended.
    fn answer(self: Box<Self>, ended: Result<(), Arc<DataError>>);
}

struct Work<T, F> {
    is_read: bool,
    work: Option<F>,
    done: Option<T>,
    tell: Option<oneshot::Sender<Result<T, Arc<DataError>>>>,
}

impl Database {
    /// Opens a file in `folder`, which is created if it is not there, and brings it up to date in one transaction.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or the file is damaged, newer than this server, or locked by another process.
    pub(crate) async fn open(folder: &Path, schema: Schema) -> Result<Self, DataError> {
        Self::open_patiently(folder, schema, MISSING).await
    }

    /// As [`open`](Self::open); a file that is gone later is waited for, however long that takes, and never made anew.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(crate) async fn open_for_good(folder: &Path, schema: Schema) -> Result<Self, DataError> {
        Self::open_patiently(folder, schema, Duration::MAX).await
    }

    /// Begins with nothing, and keeps it as long as this is there.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub(crate) async fn in_memory(schema: Schema) -> Result<Self, DataError> {
        Self::serve(schema, move || Keeper::in_memory(schema)).await
    }

    async fn open_patiently(folder: &Path, schema: Schema, missing: Duration) -> Result<Self, DataError> {
        let folder = folder.to_owned();
        Self::serve(schema, move || Keeper::open(&folder, schema, missing)).await
    }

    async fn serve(
        schema: Schema,
        open: impl FnOnce() -> Result<Keeper, DataError> + Send + 'static,
    ) -> Result<Self, DataError> {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let (tell, opened) = oneshot::channel();
        let keeper = move || match open() {
            Ok(keeper) => {
                tell.send(Ok(())).unwrap_or_default();
                keeper.serve(waiting);
            }
            Err(error) => tell.send(Err(error)).unwrap_or_default(),
        };
        let unusable = |source: Box<dyn std::error::Error + Send + Sync>| DataError::Unusable {
            path: PathBuf::from(schema.file),
            source,
        };
        std::thread::Builder::new()
            .name(schema.file.to_owned())
            .spawn(keeper)
            .map_err(|error| unusable(error.into()))?;
        opened.await.map_err(|error| unusable(error.into()))??;
        Ok(Self { jobs })
    }

    /// Reads. What is put into `Later` is written before this is answered; nobody is told whether that worked.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &mut Later) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask(true, work).await
    }

    /// Writes, as a part of a transaction, and returns when it is on the disk.
    ///
    /// # Errors
    ///
    /// When the file cannot be used; nothing of this is written then.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask(false, |connection, _| work(connection)).await
    }

    /// As [`write`](Database::write), three times if need be; `failed` is told each time.
    ///
    /// # Errors
    ///
    /// As of the last time.
    pub(crate) async fn write_patiently<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> rusqlite::Result<T> + Clone + Send + 'static,
        failed: impl Fn(),
    ) -> Result<T, Failure> {
        for pause in PAUSES {
            match self.write(work.clone()).await {
                Ok(done) => return Ok(done),
                Err(_) => failed(),
            }
            sleep(pause).await;
        }
        self.write(work).await.inspect_err(|_| failed())
    }

    /// Has something written, and returns when it has its place in the line: it is told itself how it ended.
    ///
    /// # Errors
    ///
    /// When there is no thread any more.
    pub(crate) async fn submit(&self, job: Box<dyn Job>) -> Result<(), Failure> {
        self.jobs.send(job).await.map_err(|_| Failure::Unanswered)
    }

    async fn ask<T: Send + 'static>(
        &self,
        is_read: bool,
        work: impl FnOnce(&Connection, &mut Later) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (tell, told) = oneshot::channel();
        let job = Work { is_read, work: Some(work), done: None, tell: Some(tell) };
        self.submit(Box::new(job)).await?;
        told.await.map_err(|_| Failure::Unanswered)?.map_err(Failure::Data)
    }
}

/// Adds something that is written after a read.
pub(crate) fn later(later: &mut Later, work: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static) {
    let work = Some(move |connection: &Connection, _: &mut Later| work(connection));
    later.push(Box::new(Work { is_read: false, work, done: None, tell: None }));
}

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Data(Arc<DataError>),
    #[error("the thread of the database has given the question up")]
    Unanswered,
}

impl Failure {
    /// Says which file it was that did not answer, to somebody who cannot go on without it.
    pub(crate) fn of(self, file: &str) -> DataError {
        DataError::Unusable { path: PathBuf::from(file), source: self.into() }
    }
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnOnce(&Connection, &mut Later) -> rusqlite::Result<T> + Send,
{
    fn is_read(&self) -> bool {
        self.is_read
    }

    fn is_given_up(&self) -> bool {
        self.tell.as_ref().is_some_and(oneshot::Sender::is_closed)
    }

    fn run(&mut self, connection: &Connection, later: &mut Later) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.done = Some(work(connection, later)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, ended: Result<(), Arc<DataError>>) {
        let Some(tell) = self.tell else { return };
        match (ended, self.done) {
            (Ok(()), Some(done)) => tell.send(Ok(done)).map_or((), drop),
            (Err(error), _) => tell.send(Err(error)).map_or((), drop),
            (Ok(()), None) => {}
        }
    }
}

/// The thread that has the file open.
struct Keeper {
    path: PathBuf,
    /// It has no file.
    is_memory: bool,
    schema: Schema,
    missing: Duration,
    open: Option<Open>,
    missing_since: Option<RealInstant>,
    /// What could not be done last, if it has not been possible since.
    failing: Option<Asked>,
    /// What is said of that: a disk that is nearly full fails and works in turns.
    said: Seldom,
}

/// What a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Read,
    Write,
}

struct Open {
    connection: Connection,
    identity: Option<Identity>,
}

impl Keeper {
    fn open(folder: &Path, schema: Schema, missing: Duration) -> Result<Self, DataError> {
        let path = folder.join(schema.file);
        let open = Open::new(&path, schema)?;
        open.check(&path, schema)?;
        Ok(Self { missing, ..Self::with(path, schema, open) })
    }

    fn in_memory(schema: Schema) -> Result<Self, DataError> {
        let path = PathBuf::from(schema.file);
        let open = Open::in_memory(&path, schema)?;
        Ok(Self { is_memory: true, ..Self::with(path, schema, open) })
    }

    fn with(path: PathBuf, schema: Schema, open: Open) -> Self {
        Self {
            path,
            is_memory: false,
            schema,
            missing: MISSING,
            open: Some(open),
            missing_since: None,
            failing: None,
            said: Seldom::within(SAID.0, SAID.1),
        }
    }

    /// Does what is asked for until nobody can ask any more.
    fn serve(mut self, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = waiting.blocking_recv() {
            let rest = std::iter::from_fn(|| waiting.try_recv().ok()).take(GROUP - 1);
            let group = std::iter::once(first).chain(rest).filter(|job| !job.is_given_up()).collect();
            if contained(|| self.answer(group)) == Err(Panicked) {
                // Whoever waits is told so by the end of what it waits for.
                self.close();
            }
        }
    }

    fn answer(&mut self, group: Vec<Box<dyn Job>>) {
        if let Err(error) = self.make_open() {
            let error = self.failed(Asked::Read, error);
            return group.into_iter().for_each(|job| job.answer(Err(error.clone())));
        }
        let (reads, mut writes): (Vec<_>, Vec<_>) = group.into_iter().partition(|job| job.is_read());
        let held: Vec<_> = reads.into_iter().filter_map(|read| self.read(read, &mut writes)).collect();
        if !writes.is_empty() {
            self.write(writes);
        }
        held.into_iter().for_each(|read| read.answer(Ok(())));
    }

    /// Reads, and answers; what writes something afterwards is returned, to be answered when that has been tried.
    fn read(&mut self, mut job: Box<dyn Job>, later: &mut Later) -> Option<Box<dyn Job>> {
        let open = self.open.as_ref()?;
        let before = later.len();
        let ended = job.run(&open.connection, later);
        let ended = self.note(Asked::Read, ended);
        if ended.is_ok() && later.len() > before {
            return Some(job);
        }
        job.answer(ended);
        None
    }

    fn write(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let Some(open) = &mut self.open else { return };
        let done = open.transact(&mut jobs);
        // One that has thrown away what others have written harms nobody but itself.
        if let Err(error) = &done
            && !is_passing(error)
        {
            let was_alone = jobs.len() == 1;
            let (mut again, mut others) = (Vec::new(), Vec::new());
            for mut job in jobs {
                if job.may_run_again(was_alone, error) { again.push(job) } else { others.push(job) }
            }
            let ended = self.note(Asked::Write, done);
            others.into_iter().for_each(|job| job.answer(ended.clone()));
            return again.into_iter().for_each(|job| self.write_alone(job));
        }
        let ended = self.note(Asked::Write, done);
        jobs.into_iter().for_each(|job| job.answer(ended.clone()));
    }

    fn write_alone(&mut self, job: Box<dyn Job>) {
        match self.make_open() {
            Ok(()) => self.write(vec![job]),
            Err(error) => job.answer(Err(self.failed(Asked::Write, error))),
        }
    }

    /// Lets go of a connection that may not be what it was; what is in memory would be gone with it.
    fn close(&mut self) {
        if !self.is_memory {
            self.open = None;
        }
    }

    /// Looks whether the file is still the one that is open, and opens the one that is there if not.
    fn make_open(&mut self) -> Result<(), DataError> {
        if self.is_memory {
            return Ok(());
        }
        let found = Identity::of(&self.path);
        let is_same = self.open.as_ref().is_some_and(|open| found.is_some() && open.identity == found);
        if !is_same {
            self.open = None;
            if found.is_none() {
                self.wait_for_file()?;
            }
            self.open = Some(Open::new(&self.path, self.schema)?);
        }
        self.missing_since = None;
        Ok(())
    }

    /// Waits, from one question to the next, for a file that is gone: somebody may be moving it.
    fn wait_for_file(&mut self) -> Result<(), DataError> {
        let since = *self.missing_since.get_or_insert_with(RealInstant::now);
        if since.elapsed() < self.missing {
            return Err(DataError::Gone { path: self.path.clone() });
        }
        tracing::error!(path = %self.path.display(), loss = self.schema.loss, "a file does not come back: it is made anew");
        Ok(())
    }

    /// Notes how it went. What does not open again by itself is opened for the next group.
    fn note(&mut self, asked: Asked, done: rusqlite::Result<()>) -> Result<(), Arc<DataError>> {
        match done {
            Ok(()) => {
                // What can be read of a disk that is full says nothing about what can be written.
                if self.failing.take_if(|failing| *failing == asked || asked == Asked::Write).is_some()
                    && self.said.happened().is_some()
                {
                    tracing::info!(path = %self.path.display(), "a file can be used again");
                }
                Ok(())
            }
            Err(error) => {
                if !is_passing(&error) {
                    self.close();
                }
                Err(self.failed(asked, wrong_with(&self.path, self.schema, error)))
            }
        }
    }

    /// Says in the log that the file cannot be used, once until it can be again.
    fn failed(&mut self, asked: Asked, error: DataError) -> Arc<DataError> {
        let before = self.failing;
        // A disk that is full stays full, whatever else goes wrong.
        self.failing = Some(if before == Some(Asked::Write) { Asked::Write } else { asked });
        if before.is_none() && self.said.happened().is_some() {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "a file cannot be used");
        }
        Arc::new(error)
    }
}

impl Open {
    fn new(path: &Path, schema: Schema) -> Result<Self, DataError> {
        create_file(path)?;
        let wrong = |error| wrong_with(path, schema, error);
        // Not as a URI: the name of a folder is a name.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
        connection.busy_timeout(BUSY).map_err(wrong)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        check_version(path, schema, version(&connection).map_err(wrong)?)?;
        set_up(&connection, schema).map_err(wrong)?;
        migrate(&mut connection, path, schema)?;
        Ok(Self { connection, identity: Identity::of(path) })
    }

    fn in_memory(path: &Path, schema: Schema) -> Result<Self, DataError> {
        let mut connection = Connection::open_in_memory().map_err(|error| wrong_with(path, schema, error))?;
        migrate(&mut connection, path, schema)?;
        Ok(Self { connection, identity: None })
    }

    /// Reads all of a file that is not too large for it, and finds out whether it is damaged.
    fn check(&self, path: &Path, schema: Schema) -> Result<(), DataError> {
        if std::fs::metadata(path).is_ok_and(|file| file.len() > CHECKED) {
            return Ok(());
        }
        let found = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        match found.map_err(|error| wrong_with(path, schema, error))?.as_str() {
            "ok" => Ok(()),
            wrong => Err(DataError::Damaged { path: path.to_owned(), loss: schema.loss, source: wrong.into() }),
        }
    }

    fn transact(&mut self, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
        // Without the end of this, the transaction is as if it had not been.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in jobs {
            job.run(&transaction, &mut Later::new())?;
        }
        transaction.commit()
    }
}

fn set_up(connection: &Connection, schema: Schema) -> rusqlite::Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        tracing::warn!(mode, "the file system cannot do what SQLite needs to write beside those who read");
    }
    // Negative: in KiB, and not in pages.
    connection.pragma_update(None, "cache_size", -i64::from(schema.cache))?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = FAST;")
}

/// Brings a file up to date; of two servers that start at one time, one does it.
fn migrate(connection: &mut Connection, path: &Path, schema: Schema) -> Result<(), DataError> {
    let wrong = |error| wrong_with(path, schema, error);
    let known = schema.migrations.len();
    if version(connection).map_err(wrong)? == known as i64 {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrong)?;
    let found = version(&transaction).map_err(wrong)?;
    let done = check_version(path, schema, found)?;
    for migration in &schema.migrations[done..] {
        transaction.execute_batch(migration).map_err(wrong)?;
    }
    transaction.pragma_update(None, "user_version", known as i64).map_err(wrong)?;
    transaction.commit().map_err(wrong)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Returns how many of the migrations a file of the version `found` has had.
fn check_version(path: &Path, schema: Schema, found: i64) -> Result<usize, DataError> {
    let known = schema.migrations.len();
    let done = usize::try_from(found).ok().filter(|done| *done <= known);
    done.ok_or_else(|| DataError::Newer { path: path.to_owned(), found, known: known as i64 })
}

fn wrong_with(path: &Path, schema: Schema, error: rusqlite::Error) -> DataError {
    // The cause of an error of rusqlite's says the same once more.
    let (path, code, source) = (path.to_owned(), error.sqlite_error_code(), error.to_string().into());
    match code {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            DataError::Damaged { path, loss: schema.loss, source }
        }
        _ => DataError::Unusable { path, source },
    }
}

/// Whether a connection is as good as before: somebody else has a lock, or there is no room.
fn is_passing(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull))
}

/// Creates the file, for its owner alone; SQLite gives what it puts beside it the same mode.
fn create_file(path: &Path) -> Result<(), DataError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder).map_err(|source| DataError::Folder { path: folder.to_owned(), source })?;
    let file = open_file(path).map_err(|source| DataError::Folder { path: path.to_owned(), source })?;
    keep_private(&file).map_err(|source| DataError::Folder { path: path.to_owned(), source })
}

pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Has the new name of a file be on the disk, which it is when its folder is.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates a file that is not there.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true).write(true).create_new(true).open(path)
}

pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(unix)]
fn keep_private(file: &File) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_: &File) -> io::Result<()> {
    Ok(())
}

/// Which file it is that has a name.
#[derive(Debug, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|file| Self(file.dev(), file.ino()))
    }

    // Here, a file that is open cannot be taken away.
    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        path.exists().then_some(Self(0, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Schema = Schema {
        file: "numbers.sqlite",
        migrations: &["CREATE TABLE numbers (number INTEGER) STRICT;", "ALTER TABLE numbers ADD name TEXT;"],
        cache: 2 << 10,
        loss: "the numbers are gone",
    };

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().expect("a folder"))
        }

        fn path(&self) -> &Path {
            self.0.path()
        }

        fn file(&self) -> PathBuf {
            self.path().join(SCHEMA.file)
        }

        async fn open(&self) -> Result<Database, DataError> {
            Database::open(self.path(), SCHEMA).await
        }

        /// What stands in the way of opening it, with its causes.
        async fn refusal(&self) -> String {
            said(&self.open().await.expect_err("it is not opened")).replace(&self.path().display().to_string(), "…")
        }
    }

    fn said(error: &dyn std::error::Error) -> String {
        match error.source() {
            Some(cause) => format!("{error}: {}", said(cause)),
            None => error.to_string(),
        }
    }

    async fn add(database: &Database, number: i64) -> Result<(), Failure> {
        database.write(move |file| file.execute("INSERT INTO numbers VALUES (?1, NULL)", [number]).map(drop)).await
    }

    async fn sum(database: &Database) -> Result<i64, Failure> {
        let sum = "SELECT coalesce(sum(number), 0) FROM numbers";
        database.read(move |file, _| file.query_row(sum, [], |row| row.get(0))).await
    }

    #[tokio::test]
    async fn what_is_written_is_there_when_the_file_is_opened_again() {
        let folder = Folder::new();
        let database = folder.open().await.expect("a file");
        for number in 1..=3 {
            add(&database, number).await.expect("written");
        }
        // As a process that is killed: what is open is not closed.
        let copy = Folder::new();
        for end in ["", "-wal"] {
            let name = format!("{}{end}", SCHEMA.file);
            std::fs::copy(folder.path().join(&name), copy.path().join(&name)).expect("a copy");
        }
        assert_eq!(sum(&copy.open().await.expect("a file")).await.expect("read"), 6);
        drop(database);
        assert_eq!(sum(&folder.open().await.expect("a file")).await.expect("read"), 6);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let below = folder.path().join("a/b");
        let database = Database::open(&below, SCHEMA).await.expect("a file");
        add(&database, 1).await.expect("written");
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&below), 0o700);
        for end in ["", "-wal", "-shm"] {
            assert_eq!(mode(&below.join(format!("{}{end}", SCHEMA.file))), 0o600, "{end}");
        }
        drop(database);
        std::fs::set_permissions(below.join(SCHEMA.file), std::fs::Permissions::from_mode(0o644)).expect("it is ours");
        let _database = Database::open(&below, SCHEMA).await.expect("a file");
        assert_eq!(mode(&below.join(SCHEMA.file)), 0o600);
    }

    #[tokio::test]
    async fn an_older_file_is_brought_up_to_date_in_one_step_or_not_at_all() {
        let folder = Folder::new();
        let older = Schema { migrations: &SCHEMA.migrations[..1], ..SCHEMA };
        let database = Database::open(folder.path(), older).await.expect("a file");
        database.write(|file| file.execute("INSERT INTO numbers VALUES (7)", []).map(drop)).await.expect("written");
        drop(database);
        let broken = Schema {
            migrations: &["", "ALTER TABLE numbers ADD half TEXT;", "ALTER TABLE nothing ADD half TEXT;"],
            ..SCHEMA
        };
        assert!(Database::open(folder.path(), broken).await.is_err());
        let database = folder.open().await.expect("a file");
        assert_eq!(sum(&database).await.expect("read"), 7);
        let columns = "SELECT count(*) FROM pragma_table_info('numbers')";
        let columns =
            database.read(move |file, _| Ok((file.query_row(columns, [], |row| row.get(0))?, version(file)?)));
        assert_eq!(columns.await.expect("read"), (2, 2));
    }

    #[tokio::test]
    async fn a_newer_file_is_refused_and_left_as_it_is() {
        let folder = Folder::new();
        let newer = Schema { migrations: &["CREATE TABLE other (x);", "", "", "", ""], ..SCHEMA };
        drop(Database::open(folder.path(), newer).await.expect("a file"));
        folder.is_closed().await;
        let before = std::fs::read(folder.file()).expect("a file");
        let refusal = "`…/numbers.sqlite` has version 5, and this server knows versions up to 2: start the newer server that \
                       wrote it, or let `SYNC_DATA` name another folder";
        assert_eq!(folder.refusal().await, refusal);
        assert!(std::fs::read(folder.file()).expect("a file") == before);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_named_with_the_setting() {
        let folder = Folder::new();
        std::fs::write(folder.path().join("file"), "").expect("a file");
        for (name, cause) in [("file", "File exists"), ("file/below", "Not a directory")] {
            let refused = Database::open(&folder.path().join(name), SCHEMA).await.expect_err("no folder");
            let refusal = said(&refused);
            assert!(refusal.contains(&format!("/{name}`")) && refusal.contains("`SYNC_DATA`"), "{refusal}");
            assert!(refusal.contains(cause), "{refusal}");
        }
        std::fs::create_dir(folder.file()).expect("a folder where the file should be");
        assert!(folder.refusal().await.contains("`SYNC_DATA` names another folder: Is a directory"));
    }

    #[tokio::test]
    async fn a_file_that_is_damaged_is_refused_with_what_can_be_done() {
        let folder = Folder::new();
        std::fs::write(folder.file(), "this is no database, however long one looks at it".repeat(100)).expect("a file");
        let refusal = "`…/numbers.sqlite` is damaged: put a copy in its place, or move it away (the numbers are gone): \
                       file is not a database";
        assert_eq!(folder.refusal().await, refusal);
        std::fs::remove_file(folder.file()).expect("a file");
        let database = folder.open().await.expect("a file");
        let fill = "INSERT INTO numbers SELECT value, 'name ' || value FROM generate_series(1, 100000)";
        let fill = fill.replace("generate_series(1, 100000)", "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 100000) SELECT value FROM n)");
        database.write(move |file| file.execute(&fill, []).map(drop)).await.expect("written");
        drop(database);
        folder.is_closed().await;
        let mut bytes = std::fs::read(folder.file()).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle..middle + 20_000].fill(0xA5);
        std::fs::write(folder.file(), bytes).expect("a file");
        let refusal = folder.refusal().await;
        assert!(refusal.starts_with("`…/numbers.sqlite` is damaged: "), "{refusal}");
    }

    #[tokio::test]
    async fn who_writes_waits_for_a_lock_that_passes_and_who_reads_does_not_notice() {
        let folder = Folder::new();
        let database = folder.open().await.expect("a file");
        add(&database, 1).await.expect("written");
        let other = Connection::open(folder.file()).expect("the same file");
        other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        assert_eq!(sum(&database).await.expect("read"), 1);
        let refused = add(&database, 2).await.expect_err("it is locked");
        assert!(said(&refused).ends_with("cannot be used: database is locked"), "{}", said(&refused));
        other.execute_batch("COMMIT").expect("the lock");
        add(&database, 4).await.expect("written");
        assert_eq!(sum(&database).await.expect("read"), 5);
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_passes() {
        let folder = Folder::new();
        let database = folder.open().await.expect("a file");
        let limit = |pages: &'static str| {
            database.read(move |file, _| file.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())))
        };
        let long = || {
            let row = "INSERT INTO numbers VALUES (1, zeroblob(100000) || '')";
            database.write(move |file| file.execute(row, []).map(drop))
        };
        limit("5").await.expect("set");
        let refused = long().await.expect_err("it is full");
        assert!(said(&refused).contains("full"), "{}", said(&refused));
        assert_eq!(sum(&database).await.expect("read"), 0, "nothing of it was written, and what is there can be read");
        limit("1000000").await.expect("set");
        long().await.expect("written");
    }

    #[tokio::test]
    async fn a_file_that_is_moved_away_is_waited_for_and_what_is_in_it_is_there_when_it_is_back() {
        let folder = Folder::new();
        let database = folder.open().await.expect("a file");
        add(&database, 1).await.expect("written");
        let away = folder.path().join("away");
        std::fs::rename(folder.file(), &away).expect("moved");
        for refused in [add(&database, 2).await.expect_err("gone"), sum(&database).await.map(drop).expect_err("gone")] {
            assert!(said(&refused).ends_with("/numbers.sqlite` is gone"), "{}", said(&refused));
        }
        std::fs::rename(&away, folder.file()).expect("moved");
        add(&database, 4).await.expect("written");
        assert_eq!(sum(&database).await.expect("read"), 5);
    }

    #[tokio::test]
    async fn a_file_that_does_not_come_back_is_made_anew_with_its_folder() {
        let folder = Folder::new();
        let below = folder.path().join("below");
        let database = Database::open_patiently(&below, SCHEMA, Duration::ZERO).await.expect("a file");
        add(&database, 1).await.expect("written");
        std::fs::remove_dir_all(&below).expect("removed");
        assert_eq!(sum(&database).await.expect("read"), 0);
        add(&database, 2).await.expect("written");
        drop(database);
        assert_eq!(sum(&Database::open(&below, SCHEMA).await.expect("a file")).await.expect("read"), 2);
    }

    #[tokio::test]
    async fn what_is_written_together_is_one_transaction_and_what_is_given_up_is_left_out() {
        use futures_util::FutureExt;
        use futures_util::future::join_all;
        let folder = Folder::new();
        let database = folder.open().await.expect("a file");
        for (wrong, expected) in [("INSERT INTO nothing VALUES (1)", 0), ("INSERT INTO numbers VALUES (0, '')", 100)] {
            // The thread is held up, and has taken nothing else before, so that what follows waits together.
            let (go, wait) = std::sync::mpsc::channel::<()>();
            let (hold, is_held) = std::sync::mpsc::channel();
            let mut held = std::pin::pin!(database.read(move |_, _| Ok(hold.send(()).is_ok() && wait.recv().is_ok())));
            assert!(held.as_mut().now_or_never().is_none());
            is_held.recv().expect("it is there");
            assert!(add(&database, 1000).now_or_never().is_none(), "and nobody waits for it");
            let last = database.write(move |file| file.execute(wrong, []).map(drop));
            // Without tokio's budget, which would let the thread go on before all of them have been asked for.
            let (written, last, _) = tokio::task::unconstrained(async {
                tokio::join!(join_all((0..100).map(|_| add(&database, 1))), last, async {
                    go.send(()).expect("it waits");
                    held.await
                })
            })
            .await;
            let count = written.iter().filter(|written| written.is_ok()).count();
            assert_eq!((count as i64, last.is_ok()), (expected, expected > 0), "all of it or nothing");
            assert_eq!(sum(&database).await.expect("read"), expected);
        }
    }

    #[tokio::test]
    async fn work_that_panics_harms_nobody_else() {
        let folder = Folder::new();
        let database = folder.open().await.expect("a file");
        let asked = database.write::<()>(|_| panic!("a test was asked to panic")).await;
        assert!(matches!(asked, Err(Failure::Unanswered)));
        add(&database, 1).await.expect("written");
        assert_eq!(sum(&database).await.expect("read"), 1);
    }

    impl Folder {
        /// Waits until the thread has closed the file: it opens in another mode then.
        async fn is_closed(&self) {
            let other = Connection::open(self.file()).expect("a file");
            other.busy_timeout(Duration::from_secs(20)).expect("set");
            other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;").expect("nobody else");
        }
    }
}
