//! A connection to a Redis, which is made when it is needed and made again when it is lost. It knows no key.
//!
//! All questions share one connection, and each waits for its answer for a second at most. A connection on which an answer did not come in
//! time is given up with it: a network that swallows what is sent says nothing. Whoever finds no connection makes one, and those who come
//! meanwhile wait for that one; when it cannot be made, they are all told so, and it is tried again after a tenth of a second.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{MultiplexedConnection, PubSub};
use redis::io::tcp::TcpSettings;
use redis::{AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, RedisResult, ServerErrorKind};
use tokio::sync::{Mutex, Semaphore};

use crate::clock::Instant;
use crate::storage::DataError;

/// How long an answer, or a connection, may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long nobody tries again after a connection could not be made.
const PAUSE: Duration = Duration::from_millis(100);
/// How many questions are under way at once.
const AT_ONCE: usize = 1024;

/// Returns a time as a Redis takes it: in whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A Redis, whether or not it can be reached.
pub(crate) struct Redis {
    client: Client,
    /// The setting that says where it is.
    setting: &'static str,
    link: Mutex<Link>,
    places: Semaphore,
}

/// A connection, and which process answers there.
type Open = (MultiplexedConnection, Option<Arc<str>>);

#[derive(Default)]
struct Link {
    open: Option<Open>,
    /// The number of the connection that is open, or was last.
    number: u64,
    failed: Option<(Instant, String)>,
}

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RedisFailure {
    #[error("cannot connect to the Redis of `{setting}`: {why}")]
    Connect { setting: &'static str, why: String },
    #[error("the Redis of `{setting}` does not answer")]
    Ask {
        setting: &'static str,
        #[source]
        source: RedisError,
    },
}

impl Redis {
    /// Prepares to connect; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When `url`, which is what `setting` says, is not the address of a Redis.
    pub(crate) fn new(url: &str, setting: &'static str) -> Result<Self, DataError> {
        let wrong = |error: RedisError| {
            let variable = format!("SYNC_{}", setting.to_ascii_uppercase());
            DataError::Address { setting, variable, source: error.into() }
        };
        let address = url.into_connection_info().map_err(wrong)?;
        let address = address.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let client = Client::open(address).map_err(wrong)?;
        Ok(Self { client, setting, link: Mutex::default(), places: Semaphore::new(AT_ONCE) })
    }

    /// Asks, and asks once more when the connection was lost before the answer: `question` must be one that can be repeated.
    ///
    /// # Errors
    ///
    /// When there is no connection, or no answer in time.
    pub(crate) async fn ask<T, F>(&self, question: impl Fn(MultiplexedConnection) -> F) -> Result<T, RedisFailure>
    where
        F: Future<Output = RedisResult<T>>,
    {
        self.ask_on(|(connection, _)| question(connection), false).await
    }

    /// As [`ask`](Redis::ask); the question is told which process is asked, by its `run_id`.
    ///
    /// # Errors
    ///
    /// When there is no connection, or no answer in time.
    pub(crate) async fn ask_process<T, F>(
        &self,
        question: impl Fn(MultiplexedConnection, Arc<str>) -> F,
    ) -> Result<T, RedisFailure>
    where
        F: Future<Output = RedisResult<T>>,
    {
        self.ask_on(|(connection, process)| question(connection, process.unwrap_or_default()), true).await
    }

    async fn ask_on<T, F>(&self, question: impl Fn(Open) -> F, names_process: bool) -> Result<T, RedisFailure>
    where
        F: Future<Output = RedisResult<T>>,
    {
        // It is never closed.
        let _place = self.places.acquire().await.ok();
        let mut is_repeated = false;
        loop {
            let (connection, number) = self.connection(names_process).await?;
            let error = match question(connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if is_spoilt(&error) {
                self.lose(number).await;
            }
            if is_repeated || !error.is_connection_dropped() {
                return Err(RedisFailure::Ask { setting: self.setting, source: error });
            }
            is_repeated = true;
        }
    }

    /// Returns the connection, and its number.
    async fn connection(&self, names_process: bool) -> Result<(Open, u64), RedisFailure> {
        let link = &mut *self.link.lock().await;
        if let Some(open) = link.open.as_ref().filter(|(_, process)| process.is_some() || !names_process) {
            return Ok((open.clone(), link.number));
        }
        let failed = |why: String| RedisFailure::Connect { setting: self.setting, why };
        if let Some((when, why)) = &link.failed
            && when.elapsed() < PAUSE
        {
            return Err(failed(why.clone()));
        }
        let connecting = async {
            let mut connection = self.connect().await?;
            let process = if names_process { Some(process(&mut connection).await?) } else { None };
            Ok::<_, RedisError>((connection, process))
        };
        match connecting.await {
            Ok(open) => {
                link.number += 1;
                link.failed = None;
                Ok((link.open.insert(open).clone(), link.number))
            }
            Err(error) => {
                link.failed = Some((Instant::now(), error.to_string()));
                Err(failed(error.to_string()))
            }
        }
    }

    /// Makes a connection of the caller's own, which gives no answer up sooner than others do.
    ///
    /// # Errors
    ///
    /// When that is not possible, or takes too long.
    pub(crate) async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    /// Makes a connection on which it is heard what others publish.
    ///
    /// # Errors
    ///
    /// When that is not possible. It may take for ever.
    pub(crate) async fn subscriber(&self) -> RedisResult<PubSub> {
        self.client.get_async_pubsub().await
    }

    /// Gives up a connection, unless somebody has done so already.
    async fn lose(&self, number: u64) {
        let mut link = self.link.lock().await;
        if link.number == number {
            link.open = None;
        }
    }
}

/// Asks which process answers on a connection: one that is started again, or takes over, is another one.
///
/// # Errors
///
/// When it does not say so in time.
pub(crate) async fn process(connection: &mut MultiplexedConnection) -> RedisResult<Arc<str>> {
    let info: String = redis::cmd("INFO").arg("server").query_async(connection).await?;
    let run = info.lines().find_map(|line| line.strip_prefix("run_id:"));
    run.map(|run| run.trim().into()).ok_or_else(|| (ErrorKind::UnexpectedReturnType, "INFO has no run_id").into())
}

/// Whether another connection may do what this one does not: an answer is missing, or it leads to one that has become a replica.
fn is_spoilt(error: &RedisError) -> bool {
    error.is_timeout()
        || error.is_unrecoverable_error()
        || matches!(error.kind(), ErrorKind::Server(ServerErrorKind::ReadOnly))
}

// An address may have a password in it.
impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redis(…)")
    }
}
