//! A connection on which the same things are asked again and again: each is prepared once.

use std::collections::HashMap;
use std::ops::Deref;

use parking_lot::Mutex;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

/// A connection with what is prepared on it.
pub(super) struct Asking {
    client: Client,
    prepared: Mutex<HashMap<&'static str, Statement>>,
}

type Values<'v> = &'v [&'v (dyn ToSql + Sync)];

impl Asking {
    pub(super) fn new(client: Client) -> Self {
        Self { client, prepared: Mutex::default() }
    }

    pub(super) async fn query(&self, statement: &'static str, values: Values<'_>) -> Result<Vec<Row>, Error> {
        self.client.query(&self.prepared(statement).await?, values).await
    }

    pub(super) async fn execute(&self, statement: &'static str, values: Values<'_>) -> Result<u64, Error> {
        self.client.execute(&self.prepared(statement).await?, values).await
    }

    async fn prepared(&self, statement: &'static str) -> Result<Statement, Error> {
        let known = self.prepared.lock().get(statement).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let prepared = self.client.prepare(statement).await?;
        self.prepared.lock().insert(statement, prepared.clone());
        Ok(prepared)
    }
}

impl Deref for Asking {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
