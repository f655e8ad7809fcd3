//! Why a reader does not read.

use super::tables::Misfit;
use crate::error::BoxError;
use crate::log::LogError;
use crate::route::TableName;

/// Why a reader has stopped, or a server does not start.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    /// The setting is no address.
    #[error(
        "`database_url` (`DATABASE_URL`) is not the address of a Postgres, such as postgres://user:secret@127.0.0.1:5432/database"
    )]
    Address(#[source] BoxError),
    /// There would be two connections, to two of them.
    #[error(
        "`database_url` (`DATABASE_URL`) names several hosts: name the one that takes writes, or an address that leads there"
    )]
    Hosts,
    /// Something has to be changed before anything can be read.
    #[error("{}", told(.0))]
    Missing(Vec<Missing>),
    /// The database does not answer.
    #[error("the Postgres of `database_url` does not answer in time")]
    Slow,
    /// The database cannot be asked, or has refused what was asked for.
    #[error("the Postgres of `database_url` cannot be asked")]
    Asked(#[from] tokio_postgres::Error),
    /// The stream has ended.
    #[error("the Postgres of `database_url` does not stream its changes")]
    Streamed(#[from] pgwire_replication::PgWireError),
    /// What is streamed cannot be understood.
    #[error("what the Postgres of `database_url` streams cannot be read")]
    Malformed(#[from] super::pgoutput::Malformed),
    /// The database has said a place in another form.
    #[error("the Postgres of `database_url` does not say where it is")]
    Unplaced(#[from] super::position::NoLsn),
    /// A slot waits for transactions that do not end.
    #[error("a slot is made when all transactions have ended that are under way, and these have not: {0}")]
    Busy(String),
    /// A table has become another one.
    #[error("a table has changed: {0}")]
    Changed(Misfit),
    /// The log does not store what is read.
    #[error("what was read cannot be stored")]
    Log(#[from] LogError),
    /// What is stored is of no use any more.
    #[error("all rows are read anew: {0}")]
    Anew(String),
}

fn told(missing: &[Missing]) -> String {
    let lines: Vec<String> = missing.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl Missing {
    /// Returns whether something may happen meanwhile that nobody is told.
    pub(super) fn is_untold(&self) -> bool {
        match self {
            Self::Table { .. }
            | Self::NoTable(_)
            | Self::Unlogged(_)
            | Self::Misfit(_)
            | Self::Key { .. }
            | Self::Identity { .. }
            | Self::Leaf { .. }
            | Self::Inherited(_)
            | Self::Publication(..)
            | Self::Unpublished(..)
            | Self::Published(_)
            | Self::Filtered(..)
            | Self::Unlisted(..)
            | Self::Trigger(_) => true,
            Self::Version { .. }
            | Self::Encoding(_)
            | Self::WalLevel(_)
            | Self::Right(_)
            | Self::Slots(_)
            | Self::Select { .. }
            | Self::Guarded { .. }
            | Self::Unknown(..)
            | Self::Shared(_)
            | Self::SharedOutbox
            | Self::Foreign(_) => false,
        }
    }
}

/// What has to be changed before rows can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Missing {
    #[error("Postgres {found} is too old: 14 or newer is needed")]
    Version { found: String },
    #[error("the database has the encoding {0}, and only UTF8 can be read")]
    Encoding(String),
    #[error(
        "the server's `wal_level` is `{0}`: set it to `logical` (`ALTER SYSTEM SET wal_level = logical`, and start the database anew), or say `source = \"outbox\"` in `[replication]`"
    )]
    WalLevel(String),
    #[error(
        "the user `{0}` may not replicate: `ALTER ROLE {0} REPLICATION`, or say `source = \"outbox\"` in `[replication]`"
    )]
    Right(String),
    #[error(
        "all {0} slots of the server are taken: raise `max_replication_slots`, or drop one that nobody reads (`SELECT slot_name, active FROM pg_replication_slots`)"
    )]
    Slots(i64),
    #[error("there is no table `{table}`, whose rows `{entity}` is: `{create}`")]
    Table { table: TableName, entity: &'static str, create: String },
    #[error("`{0}` is no table: rows of views and foreign tables are not told")]
    NoTable(TableName),
    #[error("`{0}` is unlogged or temporary: `ALTER TABLE {0} SET LOGGED`")]
    Unlogged(TableName),
    #[error("the user `{user}` may not read `{table}`: `GRANT SELECT ON {table} TO {user}`")]
    Select { table: TableName, user: String },
    #[error(
        "row security hides rows of `{table}` from the user `{user}`, which the stream tells all the same: `ALTER ROLE {user} BYPASSRLS`, and say in `_replica` who sees what"
    )]
    Guarded { table: TableName, user: String },
    #[error(transparent)]
    Misfit(#[from] Misfit),
    #[error(
        "the column `{column}` does not tell the rows of `{table}` apart, and it is the key of `{entity}`: make it the primary key, or give it a unique index"
    )]
    Key { table: TableName, column: &'static str, entity: &'static str },
    #[error(
        "`{table}` does not say which row is deleted: `ALTER TABLE {table} REPLICA IDENTITY {identity}`; without, its own updates fail as soon as it is published"
    )]
    Identity { table: TableName, identity: String },
    #[error("there is no publication `{0}`: `cargo sync replication init`, or `{1}`")]
    Publication(String, String),
    #[error("the publication `{0}` does not publish `{1}`: `cargo sync replication init`, or `{2}`")]
    Unpublished(String, TableName, String),
    #[error(
        "the publication `{0}` does not publish the columns {2} of `{1}`: `ALTER PUBLICATION {0} SET TABLE` without a list of columns, or with these"
    )]
    Unlisted(String, TableName, String),
    #[error(
        "`{leaf}`, a partition of `{table}`, does not say which row is deleted: `ALTER TABLE {leaf} REPLICA IDENTITY FULL`, or give it a primary key; without, its own updates fail as soon as it is published"
    )]
    Leaf { leaf: String, table: TableName },
    #[error(
        "other tables inherit from `{0}`, and what happens to their rows is not told of it: partitions are, which `PARTITION BY` makes"
    )]
    Inherited(TableName),
    #[error(
        "the slot `{0}` is of another database, or of another kind: give this one another name (`slot` of `[replication]`)"
    )]
    Foreign(String),
    #[error(
        "the publication `{0}` publishes only rows of `{1}` with {2}, and a copy has them all: `ALTER PUBLICATION {0} SET TABLE` without `WHERE`, and say in `_replica` who sees what"
    )]
    Filtered(String, TableName, String),
    #[error(
        "the publication `{0}` leaves out some of what happens: `ALTER PUBLICATION {0} SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`"
    )]
    Published(String),
    #[error(
        "`{0}` has no trigger that writes to the outbox, or another one than it should: `cargo sync replication init`"
    )]
    Trigger(TableName),
    #[error("`tables` of `[replication]` names `{0}`, and no entity has that table: the app's are {1}")]
    Unknown(String, String),
    #[error(
        "another server reads with the slot `{0}`, and keeps what it reads in a file of its own: give each server a slot (`slot` of `[replication]`), or let them share the log (`log = \"database\"`)"
    )]
    Shared(String),
    #[error(
        "another server reads the outbox, of which a database has one, and keeps what it reads in a file of its own: let them share the log (`log = \"database\"`), or read by a slot each (`source = \"slot\"`)"
    )]
    SharedOutbox,
}
