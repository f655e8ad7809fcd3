//! How numbers, kinds and hashes stand in Postgres, and the entities of one scope there.

use std::cell::Cell;

use tokio_postgres::{Error, Row};

use super::link::{Link, LinkError};
use super::sql::{carry_out, refused};
use crate::error::SyncError;
use crate::id::Id;
use crate::log::overlay::{Reads, Visit};
use crate::route::{SqlAnswer, SqlError, SqlValue};

/// Reads numbers that have no sign.
pub(super) trait Number {
    fn number(&self, column: usize) -> Result<u64, Error>;
}

impl Number for Row {
    fn number(&self, column: usize) -> Result<u64, Error> {
        self.try_get(column).map(i64::unsigned_abs)
    }
}

/// Reads a hash; one of another length was written by somebody else, and is that of nothing.
pub(super) fn id_of(row: &Row, column: usize) -> Result<Id, Error> {
    let bytes: &[u8] = row.try_get(column)?;
    Ok(Id::of(bytes.try_into().unwrap_or_default()))
}

/// The entities of a scope as they were before the transaction that is under way; a scope that is not there has none.
pub(super) struct Stored<'l> {
    link: &'l Link,
    scope: Option<i64>,
    /// What the app has written itself can be undone.
    has_savepoint: Cell<bool>,
}

impl<'l> Stored<'l> {
    pub(super) fn new(link: &'l Link, scope: Option<i64>) -> Self {
        Self { link, scope, has_savepoint: Cell::new(false) }
    }

    /// Keeps what the app has written itself, or not.
    pub(super) fn end(&self, is_kept: bool) -> Result<(), LinkError> {
        match (self.has_savepoint.get(), is_kept) {
            (false, _) => Ok(()),
            (true, true) => self.link.command("RELEASE mutation"),
            (true, false) => self.link.command("ROLLBACK TO mutation; RELEASE mutation"),
        }
    }
}

impl Reads for Stored<'_> {
    type Error = LinkError;

    fn find(&self, entity: &str, id: &str) -> Result<Option<Box<str>>, LinkError> {
        let Some(scope) = self.scope else { return Ok(None) };
        let find = "SELECT data FROM sync_entities WHERE scope = $1 AND entity = $2 AND id = $3";
        let row = self.link.query(find, &[&scope, &entity, &id])?;
        Ok(row.first().map(|row| row.try_get::<_, &str>(0).map(Into::into)).transpose()?)
    }

    fn each(&self, entity: &str, visit: &mut Visit<'_>) -> Result<Result<(), SyncError>, LinkError> {
        let Some(scope) = self.scope else { return Ok(Ok(())) };
        let each = "SELECT id, data FROM sync_entities WHERE scope = $1 AND entity = $2 ORDER BY id";
        for row in self.link.query(each, &[&scope, &entity])? {
            if let Err(refusal) = visit(row.try_get(0)?, row.try_get(1)?) {
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }

    fn count(&self, entity: &str) -> Result<u64, LinkError> {
        let Some(scope) = self.scope else { return Ok(0) };
        let count = "SELECT count(*) FROM sync_entities WHERE scope = $1 AND entity = $2";
        let rows = self.link.query(count, &[&scope, &entity])?;
        Ok(rows.first().map_or(Ok(0), |row| row.number(0))?)
    }

    fn sql(&self, statement: &str, values: &[SqlValue]) -> Result<Result<SqlAnswer, SqlError>, LinkError> {
        if let Some(refused) = refused(statement) {
            return Ok(Err(refused));
        }
        if !self.has_savepoint.get() {
            self.link.command("SAVEPOINT mutation")?;
            self.has_savepoint.set(true);
        }
        self.link.ask(carry_out(&self.link.client, statement, values))
    }
}
