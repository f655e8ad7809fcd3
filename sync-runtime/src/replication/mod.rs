//! Rows of tables of a Postgres, read as they are written, and stored as changes of scopes.
//!
//! A *replica* is a file that says which scopes a row belongs to; the *reader* reads the tables that have one. It copies them once, at the
//! moment at which its *slot* begins, and stores what is committed from then on, each transaction whole and once: what it has read up to is
//! stored with what it has read, and confirmed afterwards. Where there is no right to replicate, triggers write what happens into an *outbox*,
//! which is read instead. Of several servers one reads; another takes over when it is gone.
//!
//! It knows what the log needs, and neither who reads scopes nor what mutations are.

mod catalog;
mod connection;
mod copy;
mod error;
mod feeding;
mod outbox;
mod pgoutput;
mod position;
mod reader;
mod settings;
mod setup;
mod slot;
mod status;
mod tables;
mod values;
mod writing;

use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;

use self::connection::Address;
use self::error::{Halt, Missing};
use self::reader::Reader;
use self::settings::{Settings, SourceKind};
use crate::config::{Config, ReplicationSource};
use crate::error::BoxError;
use crate::log::{ByStrategy, IsOfRows, ReplicaLog, RowReader};
use crate::route::{App, BoxFuture, Pattern, Replica, Table, longest};

use self::status::{Doing, Status};

/// What a reader is told, before it reads anything.
pub(crate) struct Plan {
    address: Address,
    settings: Settings,
    replicas: Vec<&'static dyn Replica>,
    is_scope: IsOfRows,
    /// Whether what is missing is made.
    makes: bool,
}

/// A reader at work.
pub(crate) struct Replication {
    status: Arc<Status>,
    log: Arc<dyn ReplicaLog>,
    is_scope: IsOfRows,
    #[expect(dead_code, reason = "it reads as long as this is there")]
    reading: AbortOnDropHandle<()>,
}

impl Plan {
    /// Makes a plan of what is configured; `None` where nothing is to be read.
    ///
    /// # Errors
    ///
    /// What is configured wrong.
    pub(crate) fn of<A: App>(config: &Config, table: &Table<A>) -> Result<Option<Self>, BoxError> {
        let Some(url) = config.database_url.as_ref().filter(|_| !table.replicas.is_empty()) else { return Ok(None) };
        let address = Address::read(url.as_str())?;
        let replicas = chosen(table.replicas, &config.replication_tables)?;
        let settings = Settings {
            source: match config.replication_source {
                ReplicationSource::Slot => SourceKind::Slot,
                ReplicationSource::Outbox => SourceKind::Outbox,
            },
            slot: config.replication_slot.clone().unwrap_or_else(|| format!("sync_{}", slot_name(&address))),
            publication: config.replication_publication.clone(),
            shares_log: config.shares_replicated_log(),
            writes_rows: config.shares_replicated_log() && config.log_url.as_ref().is_none_or(|log| log == url),
        };
        let of_rows = replicas.iter().map(|replica| replica.scope()).collect();
        let is_scope = scopes_of_rows(table.scopes.iter().map(|rule| rule.pattern()).collect(), of_rows);
        Ok(Some(Self { address, settings, replicas, is_scope, makes: config.is_development() }))
    }

    /// Returns what says whether a scope is one of rows.
    pub(crate) fn is_scope(&self) -> IsOfRows {
        self.is_scope.clone()
    }

    fn reader(self, log: Arc<dyn ReplicaLog>) -> Reader {
        let Self { address, settings, replicas, is_scope, .. } = self;
        Reader { address, settings, replicas, is_scope, log, status: Arc::default() }
    }

    /// Begins to read into a log.
    ///
    /// # Errors
    ///
    /// What has to be changed in the database, or in the app, before.
    pub(crate) async fn start(self, log: Arc<dyn ReplicaLog>) -> Result<Replication, BoxError> {
        let makes = self.makes;
        let reader = self.reader(log);
        reader.check(makes).await?;
        let (status, log, is_scope) = (reader.status.clone(), reader.log.clone(), reader.is_scope.clone());
        Ok(Replication { status, log, is_scope, reading: AbortOnDropHandle::new(tokio::spawn(reader.run())) })
    }

    /// Makes what is missing and can be made; returns what was made, and what is missing yet.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked, or refuses it.
    pub(crate) async fn init(&self) -> Result<(Vec<String>, Vec<String>), BoxError> {
        let client = self.address.connect().await?;
        let made = setup::make(&client, &self.replicas, &self.settings, &self.is_scope, self.makes).await?;
        let missing = self.catalog(&client).await?.missing;
        Ok((made, missing.iter().map(ToString::to_string).collect()))
    }

    /// Returns what is missing, and lines about what is there.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub(crate) async fn status(&self) -> Result<(Vec<String>, Vec<String>), BoxError> {
        let client = self.address.connect().await?;
        let catalog = self.catalog(&client).await?;
        let mut lines = vec![format!("database `{}`, as `{}`", catalog.database, catalog.user)];
        for table in &catalog.tables {
            let replica = table.replica;
            let source = replica.id().sources.first().copied().unwrap_or_default();
            lines.push(format!("table `{}` is `{}`, placed by {source}", replica.table(), replica.entity()));
        }
        for table in setup::left_over(&client, &self.replicas, &self.settings).await? {
            lines.push(format!("table `{table}` has triggers of the outbox, and nobody reads what they write: `cargo sync replication init` takes them away"));
        }
        lines.push(match self.settings.source {
            SourceKind::Slot => slot::described(&client, &self.settings.slot).await?,
            SourceKind::Outbox => outbox::described(&client).await?,
        });
        Ok((lines, catalog.missing.iter().map(ToString::to_string).collect()))
    }

    /// Takes away what [`init`](Self::init) and the reader have made in the database, but for tables of the app and the log.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked, or refuses it.
    pub(crate) async fn drop_all(&self) -> Result<Vec<String>, BoxError> {
        Ok(setup::take_away(&self.address, &self.settings).await?)
    }

    async fn catalog(&self, client: &connection::Sql) -> Result<catalog::Catalog, Halt> {
        Ok(catalog::read(client, &self.replicas, &self.settings, &self.is_scope).await?)
    }
}

/// Returns what says whether a scope is one of rows, found as its rule is: whatever another page would take it for.
fn scopes_of_rows(all: Vec<Pattern>, of_rows: Vec<Pattern>) -> IsOfRows {
    Arc::new(move |name| {
        let found = longest(&all, name, |pattern| **pattern);
        found.is_some_and(|pattern| of_rows.contains(pattern) && pattern.parameters(name).is_some())
    })
}

impl RowReader for Replication {
    fn is_of_rows(&self, scope: &str) -> bool {
        (self.is_scope)(scope)
    }

    fn is_live(&self) -> bool {
        self.status.is_live()
    }

    fn live(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.status.live())
    }

    fn lag(&self) -> (u64, bool) {
        let report = self.status.report(None, None);
        (report.lag_bytes, report.state == Doing::Stopped)
    }

    fn report(&self, clients: Option<ByStrategy>, shows_rows: bool) -> BoxFuture<'_, String> {
        Box::pin(async move {
            let mut aside = self.log.set_aside().await.ok();
            if let Some(aside) = aside.as_mut().filter(|_| !shows_rows) {
                aside.last.clear();
            }
            serde_json::to_string(&self.status.report(aside, clients)).unwrap_or_default()
        })
    }
}

/// The replicas of the tables that are named, or all of them.
fn chosen(all: &'static [&'static dyn Replica], named: &[String]) -> Result<Vec<&'static dyn Replica>, Halt> {
    let is_it = |replica: &&'static dyn Replica, name: &str| {
        let table = replica.table();
        table.to_string() == name || (table.schema == "public" && table.name == name)
    };
    if let Some(unknown) = named.iter().find(|name| !all.iter().any(|replica| is_it(replica, name))) {
        let known: Vec<String> = all.iter().map(|replica| format!("`{}`", replica.table())).collect();
        return Err(Halt::Missing(vec![Missing::Unknown(unknown.clone(), known.join(", "))]));
    }
    let is_chosen = |replica: &&'static dyn Replica| named.is_empty() || named.iter().any(|name| is_it(replica, name));
    Ok(all.iter().copied().filter(is_chosen).collect())
}

/// Slots have names of small letters, digits and `_`, of which a cluster has each once.
fn slot_name(address: &Address) -> String {
    let database = address.config().get_dbname().or(address.config().get_user()).unwrap_or("database");
    let letter = |letter: char| match letter.to_ascii_lowercase() {
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '_',
    };
    database.chars().map(letter).take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Segment;

    #[test]
    fn a_scope_is_of_the_page_whose_rule_it_has() {
        const BOARD: Pattern = Pattern(&[Segment::Literal("board-"), Segment::Parameter("id")]);
        const CHAT: Pattern = Pattern(&[Segment::Literal("board-chat-"), Segment::Parameter("id")]);
        let is_scope = scopes_of_rows(vec![BOARD, CHAT], vec![BOARD]);
        let of_rows = ["board-7", "board-chat", "board-chat-7", "board-", "other-7"].map(|name| is_scope(name));
        assert_eq!(of_rows, [true, true, false, false, false]);
    }
}
