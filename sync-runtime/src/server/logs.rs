//! Where durable data is kept, and rows of a database that are a part of it.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, ConfigError};
use crate::dispatch::Dispatcher;
#[cfg(feature = "postgres")]
use crate::log::{IsOfRows, PostgresLog, ReplicaLog, SplitLog};
use crate::log::{LogStore, SqliteLog};
#[cfg(feature = "postgres")]
use crate::replication::Plan;
use crate::route::{App, Table};
use crate::server::builder::{StartError, codes};
use crate::storage::DataError;

/// Opens the stores of durable data, and begins to read what comes from a database.
pub(super) async fn open_logs<A: App>(
    dispatcher: &Dispatcher<A>,
    table: &Table<A>,
    in_memory: bool,
    patience: Duration,
) -> Result<(), StartError> {
    if in_memory {
        let log = SqliteLog::in_memory(&codes(table), dispatcher.log_watch()).await?;
        dispatcher.keep_log(Arc::new(log));
        return Ok(());
    }
    check_feature(dispatcher.config(), table)?;
    #[cfg(feature = "postgres")]
    if let Some(plan) = Plan::of(dispatcher.config(), table).map_err(StartError::Replication)? {
        let rows = open_with_rows(dispatcher, table, &plan, patience).await?;
        let reader = plan.start(rows).await.map_err(StartError::Replication)?;
        dispatcher.read_rows_by(Arc::new(reader));
        return Ok(());
    }
    dispatcher.keep_log(open_log(dispatcher, table, patience).await?);
    Ok(())
}

/// Opens the store of durable data.
async fn open_log<A: App>(
    dispatcher: &Dispatcher<A>,
    table: &Table<A>,
    patience: Duration,
) -> Result<Arc<dyn LogStore>, DataError> {
    let (codes, watch, config) = (codes(table), dispatcher.log_watch(), dispatcher.config());
    #[cfg(feature = "postgres")]
    if let Some(url) = &config.log_url {
        return Ok(Arc::new(PostgresLog::open(url.as_str(), &codes, watch).await?));
    }
    if config.bus.is_some() {
        if !config.is_development() {
            return Err(DataError::OwnLog);
        }
        tracing::error!(
            "durable data is in a file of this server alone, though `bus` is set: `log_url` names a Postgres for all"
        );
    }
    Ok(Arc::new(SqliteLog::open(&config.data, &codes, watch, patience).await?))
}

/// Opens it together with that of rows: they are one, or the rows have a file of their own.
#[cfg(feature = "postgres")]
async fn open_with_rows<A: App>(
    dispatcher: &Dispatcher<A>,
    table: &Table<A>,
    plan: &Plan,
    patience: Duration,
) -> Result<Arc<dyn ReplicaLog>, StartError> {
    let (codes, config) = (codes(table), dispatcher.config());
    let url = config.log_url.as_ref().or(config.database_url.as_ref()).filter(|_| config.shares_replicated_log());
    if let Some(url) = url {
        let log = Arc::new(PostgresLog::open(url.as_str(), &codes, dispatcher.log_watch()).await?);
        dispatcher.keep_log(log.clone());
        return Ok(log);
    }
    let own = open_log(dispatcher, table, patience).await?;
    let rows = Arc::new(SqliteLog::open_rows(&config.data, &codes, dispatcher.log_watch(), patience).await?);
    let is_of_rows: IsOfRows = plan.is_scope();
    dispatcher.keep_log(Arc::new(SplitLog::new(own, rows.clone(), is_of_rows)));
    Ok(rows)
}

/// An app that has rows of a database was built with what reads them, if it is told of one.
fn check_feature<A: App>(config: &Config, table: &Table<A>) -> Result<(), ConfigError> {
    let is_wanted = config.database_url.is_some() && !table.replicas.is_empty();
    if is_wanted && !cfg!(feature = "postgres") {
        return Err(ConfigError::Feature { name: "DATABASE_URL".to_owned(), feature: "postgres" });
    }
    Ok(())
}
