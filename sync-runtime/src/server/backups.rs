//! Backups of the values of rooms: made every now and then while a server runs, and by commands beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{calendar, sleep};
use crate::config::Config;
use crate::dispatch::{Stores, kept_states};
use crate::error::BoxError;
use crate::error::chain;
use crate::route::{App, StoreKind, Table};
use crate::server::builder::{StartError, redis_states, state_stores};
use crate::server::handle::Handle;
use crate::states::{Backup, BackupError, FileStates, Restored, SqliteStates, StateStore, back_up, bring_back, newest};

/// How long it is waited before a backup is tried again that could not be made.
const TRIES_AGAIN: Duration = Duration::from_secs(60);

/// Makes a backup whenever the newest is as old as the configuration says, for as long as this is awaited.
pub(super) async fn keep<A: App>(handle: Handle<A>) {
    let Some(interval) = handle.config().backup_interval else { return };
    let folder = handle.config().backups();
    // The interval goes on over restarts. Behind that, the calendar is not asked: it can be changed.
    let age = newest(&folder).map(|then| Duration::from_millis(calendar().saturating_sub(then).unsigned_abs()));
    sleep(age.map_or(Duration::ZERO, |age| interval.saturating_sub(age))).await;
    loop {
        let pause = match handle.backup(&folder).await {
            Ok(backup) => {
                tracing::info!(file = %backup.file.display(), values = backup.values, "backed up");
                warn_of_unreadable(&backup);
                interval
            }
            Err(error) => {
                tracing::error!(error = chain(&error), "no backup could be made");
                TRIES_AGAIN.min(interval)
            }
        };
        sleep(pause).await;
    }
}

/// Says in the log which values are in no backup, since they cannot be read.
pub(super) fn warn_of_unreadable(backup: &Backup) {
    for unreadable in &backup.unreadable {
        tracing::warn!(unreadable, "a value cannot be read, and is in no backup");
    }
}

/// Writes what a server keeps into a new file, beside that server or without it.
pub(super) async fn back_up_beside<A: App>(
    table: &'static Table<A>,
    config: &Config,
    folder: &Path,
) -> Result<Backup, CommandError> {
    let states = kept_states(table, &stores_beside(table, config).await?);
    if states.is_empty() {
        return Err(CommandError::Nothing(config.data.clone()));
    }
    let backup = back_up(&states, folder, config.backup_keep).await?;
    warn_of_unreadable(&backup);
    Ok(backup)
}

/// Brings back what a server kept once, while none runs.
pub(super) async fn restore<A: App>(
    table: &'static Table<A>,
    config: &Config,
    file: &Path,
) -> Result<Restored, CommandError> {
    let stores = state_stores(table, config, Duration::ZERO).await?;
    Ok(bring_back(&kept_states(table, &stores), file).await?)
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Stores(#[from] StartError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("there is nothing to back up: no state of this app says `store = sqlite`, `file` or `redis`, or `{}` is empty", .0.display())]
    Nothing(PathBuf),
    #[error("the database cannot be made ready")]
    Replication(#[source] BoxError),
}

/// Opens what there is of the app's stores to read it, though a server uses it.
async fn stores_beside<A: App>(table: &Table<A>, config: &Config) -> Result<Stores, StartError> {
    let mut stores = Stores::new();
    for route in table.states.all {
        let Some(kind) = route.state().map(|state| state.said().store) else { continue };
        if stores.contains_key(&kind) {
            continue;
        }
        let store: Arc<dyn StateStore> = match kind {
            StoreKind::Memory | StoreKind::App => continue,
            StoreKind::File => Arc::new(FileStates::beside(&config.data)),
            StoreKind::Sqlite => match SqliteStates::beside(&config.data).await? {
                Some(store) => Arc::new(store),
                None => continue,
            },
            StoreKind::Redis => redis_states(config).ok_or(StartError::NoRedis { state: route.id().cb })??,
        };
        stores.insert(kind, store);
    }
    Ok(stores)
}
