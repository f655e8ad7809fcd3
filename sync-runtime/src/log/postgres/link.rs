//! The connection of the thread that writes, used from plain code: whoever asks on it waits for the answer.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Error, NoTls, Row};

use super::asking::Asking;

use crate::clock::{Instant, soon};

/// How long an answer may take; the database has given up before, if it lives.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection, and what its answers are waited for on.
pub(super) struct Link {
    runtime: Runtime,
    pub(super) client: Asking,
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
            tokio::spawn(connection);
            Ok::<_, Error>(client)
        };
        let client = Asking::new(runtime.block_on(within(connecting))?);
        Ok(Self { runtime, client })
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
    pub(super) fn query(&self, statement: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, LinkError> {
        self.ask(self.client.query(statement, values))
    }
}

async fn within<T>(question: impl Future<Output = Result<T, Error>>) -> Result<T, LinkError> {
    match soon(Instant::now() + PATIENCE, question).await {
        None => Err(LinkError::Slow),
        Some(answer) => Ok(answer?),
    }
}
