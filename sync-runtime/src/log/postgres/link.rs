//! The connection of the thread that writes, used from plain code: whoever asks on it waits for the answer.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

use crate::clock::{Instant, soon};

/// How long an answer may take; the database has given up before, if it lives.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection with what is prepared on it.
pub(super) struct Link {
    runtime: Runtime,
    pub(super) client: Client,
    pub(super) statements: Statements,
}

/// What is asked for each push that reads.
pub(super) struct Statements {
    pub(super) find: Statement,
    pub(super) each: Statement,
    pub(super) count: Statement,
}

/// A connection that is not there, or does not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("the Postgres of `log_url` does not answer in time")]
    Slow,
    #[error("the Postgres of `log_url` cannot be asked")]
    Failed(#[from] Error),
    #[error("no thread can be started")]
    NoRuntime(#[from] std::io::Error),
}

impl Link {
    /// Connects.
    pub(super) fn open(config: &Config) -> Result<Self, LinkError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connecting = async {
            let (client, connection) = config.connect(NoTls).await?;
            let connection = tokio::spawn(connection);
            let statements = Statements::prepare(&client).await.inspect_err(|_| connection.abort())?;
            Ok::<_, Error>((client, statements))
        };
        let (client, statements) = runtime.block_on(within(connecting))?;
        Ok(Self { runtime, client, statements })
    }

    /// Waits for an answer.
    pub(super) fn ask<T>(&self, question: impl Future<Output = Result<T, Error>>) -> Result<T, LinkError> {
        self.runtime.block_on(within(question))
    }

    /// Says something that has no answer.
    pub(super) fn command(&self, command: &str) -> Result<(), LinkError> {
        self.ask(self.client.batch_execute(command))
    }

    /// Asks what a mutation wants to know.
    pub(super) fn query(&self, statement: &Statement, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, LinkError> {
        self.ask(self.client.query(statement, values))
    }
}

async fn within<T>(question: impl Future<Output = Result<T, Error>>) -> Result<T, LinkError> {
    match soon(Instant::now() + PATIENCE, question).await {
        None => Err(LinkError::Slow),
        Some(answer) => Ok(answer?),
    }
}

impl Statements {
    async fn prepare(client: &Client) -> Result<Self, Error> {
        let find = "SELECT data FROM sync_entities WHERE scope = $1 AND entity = $2 AND id = $3";
        let each = "SELECT id, data FROM sync_entities WHERE scope = $1 AND entity = $2 ORDER BY id";
        let count = "SELECT count(*) FROM sync_entities WHERE scope = $1 AND entity = $2";
        let (find, each, count) =
            futures_util::try_join!(client.prepare(find), client.prepare(each), client.prepare(count))?;
        Ok(Self { find, each, count })
    }
}
