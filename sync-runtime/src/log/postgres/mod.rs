//! Logs in a Postgres, which several servers share.
//!
//! One thread of a server writes, and what waits together is one transaction: it locks the scopes and the clients that it is about, in one
//! order for all servers, reads what is known of them, runs the mutations on top of that in memory, and writes what they have done at once.
//! Nobody's answer goes out before the commit. Who reads has connections beside it. What is committed is told by the database itself, to all
//! servers.

mod asking;
mod batch;
mod link;
mod listening;
mod pending;
mod reading;
mod registry;
mod replica;
mod rows;
mod schema;
mod sql;
mod trim;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Config, NoTls};

use self::batch::Settling;
use self::listening::Listening;
use self::pending::Pending;
use self::trim::Keep;
use self::writer::{QUEUE, Waiting, Writer};
use super::kept;
use super::registry::{NewClient, Registered, Registration, Sign};
use super::replica::RowTables;
use super::store::{
    Head, Known, LogError, LogStore, Page, PullFrom, Push, PushLater, Pushed, Retention, Snapshot, SnapshotPlace, Watch,
};
use crate::clock::{Instant, calendar, sleep, soon};
use crate::id::Id;
use crate::route::BoxFuture;
use crate::storage::DataError;

pub(crate) use self::replica::ALIVE;

/// How many connections read at once.
const READERS: usize = 4;
/// How long a connection may take, and how long it is waited for one that is free.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// How long a question may take, with all that it asks for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it is waited until the rows of a push are read back, and how often it is looked for that of which nothing is heard.
const READ_BACK: Duration = Duration::from_secs(15);
const LOOKED_BACK: Duration = Duration::from_secs(1);
const LOOKED_AGAIN: Duration = Duration::from_millis(100);
/// Rows are read and written in the words in which they are replicated.
const VALUES: &str =
    "-c datestyle=ISO,MDY -c intervalstyle=iso_8601 -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex";
/// What the database gives up by itself: a statement, waiting for a lock, and a server that has stopped in the middle of a transaction.
const LIMITS: &str = "-c statement_timeout=20s -c lock_timeout=10s -c idle_in_transaction_session_timeout=20s";

/// Logs in the tables `sync_…` of a database.
pub struct PostgresLog {
    config: Config,
    pushes: mpsc::Sender<Waiting>,
    readers: Pool,
    codes: Arc<[&'static str]>,
    watch: Watch,
    /// What this server calls itself to the others.
    server: Arc<str>,
    pending: Arc<Pending>,
    /// The entities that are rows.
    tables: Arc<Mutex<RowTables>>,
    /// Behind which scope it is looked for changes to forget.
    trimmed: Mutex<i64>,
    #[expect(dead_code, reason = "it listens as long as this is there")]
    listening: Listening,
}

impl PostgresLog {
    /// Connects to the database of a URL, such as `postgres://sync@localhost/app`, and makes the tables that are not there; `codes` are those
    /// that the app can refuse with, and `watch` is told what is committed, here and elsewhere.
    ///
    /// # Errors
    ///
    /// When the URL is none, or the database cannot be reached, or was written by a newer server.
    pub async fn open(url: &str, codes: &[&'static str], watch: Watch) -> Result<Self, DataError> {
        let config = configured(url)?;
        let (mut client, connection) = config.connect(NoTls).await.map_err(unusable)?;
        let connection = tokio::spawn(connection);
        let migrated = schema::migrate(&mut client).await;
        drop(client);
        // It ends with its last client.
        connection.await.map_err(unusable)?.map_err(unusable)?;
        migrated.map_err(unusable)?;
        let codes: Arc<[&'static str]> = codes.into();
        let (pushes, waiting) = mpsc::channel(QUEUE);
        let server: Arc<str> = Id::random().to_string()[..16].into();
        let pending = Arc::<Pending>::default();
        let watch = pending.watching(watch);
        let tables = Arc::<Mutex<RowTables>>::default();
        let told = (codes.clone(), watch.clone(), server.clone());
        let writer = Writer::new(config.clone(), told, tables.clone());
        std::thread::Builder::new()
            .name("sync-log".to_owned())
            .spawn(move || writer.serve(waiting))
            .map_err(unusable)?;
        let readers = readers(config.clone())?;
        Ok(Self {
            pushes,
            readers,
            codes,
            pending,
            tables,
            trimmed: Mutex::default(),
            listening: Listening::begin(config.clone(), watch.clone(), server.clone()),
            config,
            watch,
            server,
        })
    }

    /// Returns what waits until the rows of a push are read back.
    fn back(&self, push: &Push) -> Back {
        let (readers, codes, pending) = (self.readers.clone(), self.codes.clone(), self.pending.clone());
        Back {
            readers,
            codes,
            pending,
            client: push.call.client.clone(),
            number: push.call.number,
            scope: push.scope.clone(),
        }
    }

    async fn read<T>(
        &self,
        read: impl AsyncFnOnce(&mut Client) -> Result<Result<T, LogError>, tokio_postgres::Error>,
    ) -> Result<T, LogError> {
        let reading = async {
            let mut client = self.readers.get().await?;
            read(&mut client).await.map_err(LogError::from)?
        };
        let in_time = soon(Instant::now() + PATIENCE, reading).await;
        in_time
            .unwrap_or_else(|| Err(LogError::Unavailable("the Postgres of `log_url` does not answer in time".into())))
    }
}

fn configured(url: &str) -> Result<Config, DataError> {
    let mut config: Config = url.parse().map_err(|error| DataError::LogAddress { source: Box::new(error) })?;
    let own = config.get_options().unwrap_or_default();
    let own = format!("{LIMITS} {own} {VALUES}");
    config.options(own).connect_timeout(CONNECTED_WITHIN).keepalives_idle(Duration::from_secs(10));
    config.tcp_user_timeout(PATIENCE);
    if config.get_application_name().is_none() {
        config.application_name("syncwright");
    }
    Ok(config)
}

fn readers(config: Config) -> Result<Pool, DataError> {
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config, NoTls, manager);
    let [wait, create, recycle] = [Some(CONNECTED_WITHIN); 3];
    let pool = Pool::builder(manager).max_size(READERS).timeouts(Timeouts { wait, create, recycle });
    pool.runtime(Runtime::Tokio1).build().map_err(unusable)
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> DataError {
    DataError::Log { source: Box::new(error) }
}

impl LogStore for PostgresLog {
    fn push(&self, push: Push) -> BoxFuture<'_, Result<PushLater, LogError>> {
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let back = self.back(&push);
            self.pushes.send(Waiting { push, tell }).await.map_err(|_| unanswered())?;
            let later: PushLater = Box::pin(async move {
                match told.await.map_err(|_| unanswered())?? {
                    Settling::Pushed(pushed) => Ok(pushed),
                    Settling::Waits => back.comes().await,
                }
            });
            Ok(later)
        })
    }

    fn known(&self, client: &str, numbers: Vec<u64>) -> BoxFuture<'_, Result<Known, LogError>> {
        let name = client.to_owned();
        Box::pin(async move {
            let until = Instant::now() + READ_BACK;
            let has_rows = !self.tables.lock().tables.is_empty();
            loop {
                let read = self
                    .read(async |client| reading::known(client, &name, &numbers, &self.codes, has_rows).await.map(Ok));
                match read.await? {
                    (known, false) => return Ok(known),
                    (_, true) if Instant::now() > until => return Err(not_read_back()),
                    (_, true) => sleep(LOOKED_AGAIN).await,
                }
            }
        })
    }

    fn pull(&self, from: PullFrom) -> BoxFuture<'_, Result<Page, LogError>> {
        Box::pin(self.read(async move |client| reading::pull(client, &from).await))
    }

    fn snapshot(&self, scope: &str, place: Option<SnapshotPlace>) -> BoxFuture<'_, Result<Snapshot, LogError>> {
        let scope = scope.to_owned();
        Box::pin(self.read(async move |client| reading::snapshot(client, &scope, place.as_ref()).await))
    }

    fn heads(&self, scopes: Vec<Arc<str>>) -> BoxFuture<'_, Result<Vec<Head>, LogError>> {
        Box::pin(self.read(async move |client| reading::heads(client, &scopes).await.map(Ok)))
    }

    fn register(&self, new: NewClient) -> BoxFuture<'_, Result<Registered, LogError>> {
        Box::pin(
            self.read(async move |client| registry::register(client, &new, &self.server, calendar()).await.map(Ok)),
        )
    }

    fn sign(&self, signs: Vec<(Arc<str>, Sign)>) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(self.read(async move |client| registry::sign(client, &signs, &self.server, calendar()).await.map(Ok)))
    }

    fn stay(&self) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(self.read(async |client| registry::stay(client, &self.server, calendar()).await.map(Ok)))
    }

    fn unregister(&self, client: &str) -> BoxFuture<'_, Result<bool, LogError>> {
        let name = client.to_owned();
        Box::pin(self.read(async move |client| registry::unregister(client, &name).await.map(Ok)))
    }

    fn registrations(
        &self,
        from: Arc<str>,
        is_behind: bool,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Registration>, LogError>> {
        Box::pin(self.read(async move |client| {
            registry::registrations(client, (&from, is_behind), limit, calendar()).await.map(Ok)
        }))
    }

    fn registered(&self) -> BoxFuture<'_, Result<u64, LogError>> {
        Box::pin(self.read(async |client| registry::count(client).await.map(Ok)))
    }

    fn trim(&self, retention: Retention) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(async move {
            let before = |age: Duration| kept::before(calendar(), age);
            let keep =
                Keep { most: retention.changes, since: before(retention.age), clients: before(retention.clients) };
            let place = *self.trimmed.lock();
            let step = self.read(async move |client| trim::trim(client, place, keep).await.map(Ok)).await?;
            let unregistered = before(retention.registry);
            let has_more = self.read(async move |client| registry::forget(client, unregistered).await.map(Ok)).await?;
            if step.has_more || has_more {
                return Ok(true);
            }
            *self.trimmed.lock() = step.next.unwrap_or_default();
            Ok(step.next.is_some())
        })
    }
}

/// A push that is settled, and whose rows are not read back yet.
struct Back {
    readers: Pool,
    codes: Arc<[&'static str]>,
    pending: Arc<Pending>,
    client: Arc<str>,
    number: u64,
    scope: Arc<str>,
}

impl Back {
    /// Waits until they are, and returns how far they have led.
    async fn comes(self) -> Result<Pushed, LogError> {
        let until = Instant::now() + READ_BACK;
        loop {
            let mut next = self.pending.next(&self.scope);
            let client = self.readers.get().await?;
            let (known, waits) = reading::known(&client, &self.client, &[self.number], &self.codes, true).await?;
            drop(client);
            if !waits {
                let outcome = known.outcomes.into_values().next();
                return Ok(outcome.map_or(Pushed::Forgotten, |(_, outcome)| Pushed::Settled(outcome)));
            }
            // It is looked again after a while, whatever was heard.
            soon(Instant::now() + LOOKED_BACK, next.changed()).await;
            if Instant::now() > until {
                return Err(not_read_back());
            }
        }
    }
}

fn not_read_back() -> LogError {
    LogError::Unavailable("what was written is not read back: the reader of rows has stopped, or is far behind".into())
}

fn unanswered() -> LogError {
    LogError::Unavailable("the thread that writes has given the push up".into())
}

impl From<tokio_postgres::Error> for LogError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<PoolError> for LogError {
    fn from(error: PoolError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl std::fmt::Debug for PostgresLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresLog").field("readers", &self.readers.status()).finish_non_exhaustive()
    }
}
