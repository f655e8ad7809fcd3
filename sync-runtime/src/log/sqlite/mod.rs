//! Logs in a file of the server's, or in memory.
//!
//! One thread writes, and what waits together is one transaction, whose one wait for the disk is everybody's. What a push has done is written
//! when it is known that it is kept; what the app writes itself is behind a savepoint until then. Who reads has a thread and a connection beside it, and never waits for the disk.

mod known;
mod pulled;
mod registry;
#[cfg(any(test, feature = "postgres"))]
mod replica;
mod rows;
mod schema;
mod snapshot;
mod sql;
mod trim;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use tokio::sync::oneshot;

use self::known::outcome_of;
use self::rows::Stored;
#[cfg(feature = "postgres")]
use self::schema::ROWS;
use self::schema::SCHEMA;
use super::kept::{before, signed};
use super::overlay::Written;
use super::registry::{NewClient, Registered, Registration, Sign};
use super::settle::{Judged, Outcome, judge, run};
use super::store::{
    Committed, Head, Known, LogError, LogStore, News, Page, PullFrom, Push, PushLater, Pushed, Retention, Snapshot,
    SnapshotPlace, Watch, Work,
};
use crate::clock::calendar;
use crate::error::SyncError;
use crate::id::Id;
use crate::route::BoxFuture;
use crate::storage::{DataError, Database, Failure, FileLock, Job, Later, Schema};

/// How many rows of clients are forgotten at once.
const FORGOTTEN_AT_ONCE: usize = 500;

/// Logs in the file `log.sqlite` of a folder, or in memory.
pub struct SqliteLog {
    writer: Database,
    /// The same file once more; the writer itself in memory.
    reader: Option<Database>,
    codes: Arc<[&'static str]>,
    watch: Watch,
    /// What this server calls itself.
    server: Arc<str>,
    /// Behind which scope it is looked for changes to forget.
    trimmed: Mutex<i64>,
    #[expect(dead_code, reason = "it is held as long as the file is used")]
    lock: Option<FileLock>,
}

impl SqliteLog {
    /// Opens or creates the file in `folder`; `codes` are those that the app can refuse with, and `watch` is told what is committed. Another
    /// process that uses the file may be about to end: it is waited for so long.
    ///
    /// # Errors
    ///
    /// When another process goes on using it, the folder cannot be written, or the file is damaged or written by a newer server.
    pub async fn open(
        folder: &Path,
        codes: &[&'static str],
        watch: Watch,
        patience: Duration,
    ) -> Result<Self, DataError> {
        Self::open_file(SCHEMA, folder, codes, watch, patience).await
    }

    /// The same for rows of another database, in a file of their own: who writes many of them holds up no mutation.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    #[cfg(feature = "postgres")]
    pub async fn open_rows(
        folder: &Path,
        codes: &[&'static str],
        watch: Watch,
        patience: Duration,
    ) -> Result<Self, DataError> {
        Self::open_file(ROWS, folder, codes, watch, patience).await
    }

    async fn open_file(
        schema: Schema,
        folder: &Path,
        codes: &[&'static str],
        watch: Watch,
        patience: Duration,
    ) -> Result<Self, DataError> {
        let lock = FileLock::take(folder, schema.file, patience).await?;
        // One that is gone is waited for: in another one, what is acknowledged would be gone as soon as it comes back.
        let writer = Database::open_for_good(folder, schema).await?;
        let reader = Database::open_for_good(folder, schema).await?;
        writer.write(registry::nobody_is_connected).await.map_err(|failure| failure.of(schema.file))?;
        let (codes, trimmed, server) = (codes.into(), Mutex::default(), name());
        Ok(Self { writer, reader: Some(reader), codes, watch, server, trimmed, lock: Some(lock) })
    }

    /// Begins with nothing, and keeps it as long as this is there.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub async fn in_memory(codes: &[&'static str], watch: Watch) -> Result<Self, DataError> {
        let writer = Database::in_memory(SCHEMA).await?;
        let (codes, trimmed) = (codes.into(), Mutex::default());
        Ok(Self { writer, reader: None, codes, watch, server: name(), trimmed, lock: None })
    }

    fn reader(&self) -> &Database {
        self.reader.as_ref().unwrap_or(&self.writer)
    }

    /// Reads in one transaction, so that all that is read is of one moment.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<Result<T, LogError>> + Send + 'static,
    ) -> Result<T, LogError> {
        let read = self.reader().read(move |file, _| {
            let moment = file.unchecked_transaction()?;
            read(&moment)
        });
        read.await?
    }
}

/// Makes up what a server calls itself.
fn name() -> Arc<str> {
    Id::random().to_string()[..16].into()
}

impl LogStore for SqliteLog {
    fn push(&self, push: Push) -> BoxFuture<'_, Result<PushLater, LogError>> {
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let (codes, watch) = (self.codes.clone(), self.watch.clone());
            self.writer.submit(Box::new(PushJob { push, codes, watch, done: None, is_refused: false, tell })).await?;
            let later: PushLater =
                Box::pin(async move { told.await.map_err(|_| LogError::from(Failure::Unanswered))? });
            Ok(later)
        })
    }

    fn known(&self, client: &str, numbers: Vec<u64>) -> BoxFuture<'_, Result<Known, LogError>> {
        let (client, codes) = (client.to_owned(), self.codes.clone());
        Box::pin(self.read(move |file| known::known(file, &client, &numbers, &codes).map(Ok)))
    }

    fn pull(&self, from: PullFrom) -> BoxFuture<'_, Result<Page, LogError>> {
        Box::pin(self.read(move |file| pulled::pull(file, &from)))
    }

    fn snapshot(&self, scope: &str, place: Option<SnapshotPlace>) -> BoxFuture<'_, Result<Snapshot, LogError>> {
        let scope = scope.to_owned();
        Box::pin(self.read(move |file| snapshot::snapshot(file, &scope, place.as_ref())))
    }

    fn heads(&self, scopes: Vec<Arc<str>>) -> BoxFuture<'_, Result<Vec<Head>, LogError>> {
        Box::pin(self.read(move |file| {
            let heads = scopes.iter().map(|scope| {
                let found = Scope::find(file, scope)?;
                Ok(found
                    .map(|scope| Head { cursor: scope.head, floor: scope.floor, epoch: scope.epoch })
                    .unwrap_or_default())
            });
            heads.collect::<rusqlite::Result<Vec<_>>>().map(Ok)
        }))
    }

    fn register(&self, new: NewClient) -> BoxFuture<'_, Result<Registered, LogError>> {
        let server = self.server.clone();
        Box::pin(async move {
            Ok(self.writer.write(move |file| registry::register(file, &new, &server, calendar())).await?)
        })
    }

    fn sign(&self, signs: Vec<(Arc<str>, Sign)>) -> BoxFuture<'_, Result<(), LogError>> {
        let server = self.server.clone();
        Box::pin(
            async move { Ok(self.writer.write(move |file| registry::sign(file, &signs, &server, calendar())).await?) },
        )
    }

    fn stay(&self) -> BoxFuture<'_, Result<(), LogError>> {
        let server = self.server.clone();
        Box::pin(async move { Ok(self.writer.write(move |file| registry::stay(file, &server, calendar())).await?) })
    }

    fn unregister(&self, client: &str) -> BoxFuture<'_, Result<bool, LogError>> {
        let client = client.to_owned();
        Box::pin(async move { Ok(self.writer.write(move |file| registry::unregister(file, &client)).await?) })
    }

    fn registrations(
        &self,
        from: Arc<str>,
        is_behind: bool,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Registration>, LogError>> {
        Box::pin(self.read(move |file| registry::registrations(file, (&from, is_behind), limit, calendar()).map(Ok)))
    }

    fn registered(&self) -> BoxFuture<'_, Result<u64, LogError>> {
        Box::pin(self.read(|file| registry::count(file).map(Ok)))
    }

    fn trim(&self, retention: Retention) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(async move {
            let now = calendar();
            let (most, since) = (retention.changes, before(now, retention.age));
            let place = *self.trimmed.lock();
            let found = self.read(move |file| trim::find(file, place, most, since).map(Ok)).await?;
            let next = found.next;
            let trimming = self.writer.write(move |file| {
                let forgotten = known::forget_clients(file, before(now, retention.clients), FORGOTTEN_AT_ONCE)?;
                let unregistered = registry::forget(file, before(now, retention.registry))?;
                Ok(trim::trim(file, &found, most, since)? || forgotten || unregistered)
            });
            if trimming.await? {
                return Ok(true);
            }
            *self.trimmed.lock() = next.unwrap_or_default();
            Ok(next.is_some())
        })
    }
}

impl From<Failure> for LogError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure.into())
    }
}

impl std::fmt::Debug for SqliteLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteLog").field("writer", &self.writer).finish_non_exhaustive()
    }
}

/// A scope in the file.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) id: i64,
    pub(super) epoch: Arc<str>,
    pub(super) head: u64,
    pub(super) floor: u64,
}

impl Scope {
    pub(super) fn find(file: &Connection, name: &str) -> rusqlite::Result<Option<Self>> {
        let mut select = file.prepare_cached("SELECT id, epoch, head, floor FROM sync_scopes WHERE name = ?1")?;
        let found = select.query_row([name], |row| {
            let (head, floor): (i64, i64) = (row.get(2)?, row.get(3)?);
            let epoch = row.get::<_, String>(1)?.into();
            Ok(Self { id: row.get(0)?, epoch, head: head.unsigned_abs(), floor: floor.unsigned_abs() })
        });
        found.optional()
    }

    /// Adds a scope that nothing was written to before.
    fn begin(file: &Connection, name: &str) -> rusqlite::Result<i64> {
        let epoch = &Id::random().to_string()[..8];
        let insert = "INSERT INTO sync_scopes (name, epoch, head, floor) VALUES (?1, ?2, 0, 0)";
        file.prepare_cached(insert)?.execute(params![name, epoch])?;
        Ok(file.last_insert_rowid())
    }
}

/// A push in the line of the writer.
struct PushJob {
    push: Push,
    codes: Arc<[&'static str]>,
    watch: Watch,
    done: Option<(Pushed, Option<Committed>)>,
    /// What it does cannot be done, which is to be noted yet.
    is_refused: bool,
    tell: oneshot::Sender<Result<Pushed, LogError>>,
}

impl Job for PushJob {
    fn is_read(&self) -> bool {
        false
    }

    fn is_given_up(&self) -> bool {
        self.tell.is_closed()
    }

    fn may_run_again(&mut self, was_alone: bool, failed: &rusqlite::Error) -> bool {
        let has_run = self.done.take().is_some();
        if was_alone && has_run && failed.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
            // A rule of the app's own tables that is looked at when all is done.
            self.refuse(failed);
        }
        !was_alone || std::mem::take(&mut self.is_refused)
    }

    fn run(&mut self, connection: &Connection, _: &mut Later) -> rusqlite::Result<()> {
        let settled = settle(connection, &mut self.push, &self.codes).inspect_err(|error| {
            if connection.is_autocommit() && sql::is_of_app(error) {
                self.refuse(error);
            }
        });
        self.done = Some(settled?);
        Ok(())
    }

    fn answer(self: Box<Self>, ended: Result<(), Arc<DataError>>) {
        let told = match (ended, self.done) {
            (Ok(()), Some((pushed, committed))) => {
                // In the order in which they were committed, whoever waits for them.
                committed.into_iter().for_each(|committed| (self.watch)(News::Committed(committed)));
                Ok(pushed)
            }
            (Ok(()), None) => Err(LogError::from(Failure::Unanswered)),
            (Err(error), _) => Err(LogError::from(Failure::Data(error))),
        };
        self.tell.send(told).map_or_else(drop, drop);
    }
}

impl PushJob {
    /// Notes that what it does ends the transaction that it is part of: it would do so again.
    fn refuse(&mut self, error: &rusqlite::Error) {
        tracing::error!(%error, "what a mutation has written has ended the transaction of others");
        self.push.work = Work::Refuse(SyncError::new("sync-server-failed"));
        self.is_refused = true;
    }
}

/// Settles a push, unless it is settled, or is not its client's next.
fn settle(file: &Connection, push: &mut Push, codes: &[&'static str]) -> rusqlite::Result<(Pushed, Option<Committed>)> {
    let client = push.call.client.clone();
    let known = known::client(file, &client)?;
    let time = calendar();
    let (outcome, committed) = match judge(push, known, |number| outcome_of(file, &client, number, codes))? {
        Judged::Told(pushed) => return Ok((pushed, None)),
        Judged::Refused(refusal) => (Err(refusal), None),
        Judged::Next => apply(file, push, time)?,
    };
    known::store_outcome(file, &push.call, &outcome, time)?;
    Ok((Pushed::Settled(outcome), committed))
}

/// Applies a push, or leaves everything as it is.
fn apply(file: &Connection, push: &mut Push, time: i64) -> rusqlite::Result<(Outcome, Option<Committed>)> {
    let scope = Scope::find(file, &push.scope)?;
    let head = scope.as_ref().map_or(0, |scope| scope.head);
    let stored = Stored::new(file, scope.map(|scope| scope.id));
    let done = run(&push.scope, &mut push.work, &stored, head, time)?;
    stored.end(done.is_ok())?;
    let written = match done {
        Err(refusal) => return Ok((Err(refusal), None)),
        Ok(Written { made, .. }) if made.is_empty() => return Ok((Ok(head), None)),
        Ok(written) => written,
    };
    let scope = stored.scope.map_or_else(|| Scope::begin(file, &push.scope), Ok)?;
    rows::store(file, scope, &written)?;
    let cursor = head + written.made.len() as u64;
    let raise = "UPDATE sync_scopes SET head = ?2, oldest = coalesce(oldest, ?3) WHERE id = ?1";
    file.prepare_cached(raise)?.execute(params![scope, signed(cursor), time])?;
    let changes = written.made.into_iter().map(|(change, _)| change).collect();
    Ok((Ok(cursor), Some(Committed { scope: push.scope.clone(), cursor, changes })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{replica_suite, suite};

    async fn open(folder: &Path, codes: &[&'static str], watch: Watch) -> Arc<dyn LogStore> {
        Arc::new(SqliteLog::open(folder, codes, watch, Duration::from_secs(5)).await.expect("a file"))
    }

    #[tokio::test]
    async fn a_file_keeps_the_contract() {
        let folder = tempfile::tempdir().expect("a folder");
        suite::run(async |codes, watch| open(folder.path(), codes, watch).await).await;
        suite::outlives(async |codes, watch| open(folder.path(), codes, watch).await).await;
    }

    #[tokio::test]
    async fn memory_keeps_the_contract() {
        suite::run(async |codes, watch| {
            let log: Arc<dyn LogStore> = Arc::new(SqliteLog::in_memory(codes, watch).await.expect("a thread"));
            log
        })
        .await;
    }

    #[tokio::test]
    async fn rows_of_another_database_keep_the_contract() {
        let folder = tempfile::tempdir().expect("a folder");
        replica_suite::run(async |codes, watch| {
            let opened = SqliteLog::open(folder.path(), codes, watch, Duration::ZERO).await;
            let log = Arc::new(opened.expect("a file"));
            (log.clone() as _, log as _)
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_acknowledged_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = SqliteLog::open(folder.path(), &[], Arc::new(drop), Duration::ZERO).await.expect("a file");
        let read = log.writer.read(|file, _| {
            let synchronous: i64 = file.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
            let journal: String = file.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
            Ok((synchronous, journal))
        });
        assert_eq!(read.await.expect("read"), (2, "wal".to_owned()), "FULL, and a log");
    }
}
