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

use self::listening::Listening;
use self::pending::Pending;
use self::trim::Keep;
use self::writer::{QUEUE, Waiting, Writer};
use super::kept;
use super::store::{
    Head, Known, LogError, LogStore, Page, PullFrom, Push, PushLater, Retention, Snapshot, SnapshotPlace, Watch,
};
use crate::clock::{Instant, calendar, soon};
use crate::id::Id;
use crate::route::BoxFuture;
use crate::storage::DataError;

/// How many connections read at once.
const READERS: usize = 4;
/// How long a connection may take, and how long it is waited for one that is free.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// How long a question may take, with all that it asks for.
const PATIENCE: Duration = Duration::from_secs(30);
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
        let writer = Writer::new(config.clone(), codes.clone(), watch.clone(), server.clone());
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
            trimmed: Mutex::default(),
            listening: Listening::begin(config.clone(), watch.clone(), server.clone()),
            config,
            watch,
            server,
        })
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
    let own = config.get_options().map_or_else(|| LIMITS.to_owned(), |own| format!("{LIMITS} {own}"));
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
            self.pushes.send(Waiting { push, tell }).await.map_err(|_| unanswered())?;
            let later: PushLater = Box::pin(async move { told.await.map_err(|_| unanswered())? });
            Ok(later)
        })
    }

    fn known(&self, client: &str, numbers: Vec<u64>) -> BoxFuture<'_, Result<Known, LogError>> {
        let name = client.to_owned();
        Box::pin(self.read(async move |client| reading::known(client, &name, &numbers, &self.codes).await.map(Ok)))
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

    fn trim(&self, retention: Retention) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(async move {
            let before = |age: Duration| kept::before(calendar(), age);
            let keep =
                Keep { most: retention.changes, since: before(retention.age), clients: before(retention.clients) };
            let place = *self.trimmed.lock();
            let step = self.read(async move |client| trim::trim(client, place, keep).await.map(Ok)).await?;
            if step.has_more {
                return Ok(true);
            }
            *self.trimmed.lock() = step.next.unwrap_or_default();
            Ok(step.next.is_some())
        })
    }
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
