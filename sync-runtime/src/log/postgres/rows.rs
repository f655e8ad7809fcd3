//! How numbers, kinds and hashes stand in Postgres, and the entities of one scope there.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_postgres::{Error, Row};

use super::link::{Link, LinkError};
use super::sql::{carry_out, refused};
use crate::error::SyncError;
use crate::id::Id;
use crate::log::overlay::{Reads, RowWritten, Visit};
use crate::log::replica::{PlacedRow, RowTable, RowTables};
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

/// The entities of a scope as they were before the transaction that is under way; a scope that is not there has none. Rows of tables are as
/// the transaction sees them.
pub(super) struct Stored<'l> {
    link: &'l Link,
    name: &'l str,
    scope: Option<i64>,
    tables: &'l RowTables,
    /// What the app has written itself can be undone.
    has_savepoint: Cell<bool>,
}

impl<'l> Stored<'l> {
    pub(super) fn new(link: &'l Link, (name, scope): (&'l str, Option<i64>), tables: &'l RowTables) -> Self {
        Self { link, name, scope, tables, has_savepoint: Cell::new(false) }
    }

    /// The table whose rows entities of a type are, where mutations write them here.
    fn table(&self, entity: &str) -> Option<&'l Arc<dyn RowTable>> {
        self.tables.tables.get(entity)?.as_ref()
    }

    fn set_savepoint(&self) -> Result<(), LinkError> {
        if !self.has_savepoint.replace(true) {
            self.link.command("SAVEPOINT mutation")?;
        }
        Ok(())
    }

    /// Reads rows of this scope, by key; those that cannot be placed are in none.
    fn rows(&self, table: &dyn RowTable, keys: &[&str]) -> Result<BTreeMap<String, Box<str>>, LinkError> {
        let mut found = BTreeMap::new();
        let keys: Vec<&str> = keys.iter().copied().filter(|key| table.is_key(key)).collect();
        if keys.is_empty() {
            return Ok(found);
        }
        for row in self.link.query(table.select(), &[&keys])? {
            let columns =
                (1..row.len()).map(|column| row.try_get::<_, Option<&str>>(column)).collect::<Result<Vec<_>, _>>()?;
            if let Ok(placed) = table.placed(&columns)
                && self.has(&placed)
            {
                found.insert(row.try_get(0)?, placed.data);
            }
        }
        Ok(found)
    }

    fn has(&self, row: &PlacedRow) -> bool {
        row.scopes.iter().any(|scope| **scope == *self.name)
    }

    /// The keys of rows of this scope: those that are logged, and those that mutations have written and are not logged yet.
    fn keys(&self, entity: &str) -> Result<BTreeSet<String>, LinkError> {
        let select = "SELECT id FROM sync_entities WHERE scope = $1 AND entity = $2
            UNION SELECT id FROM sync_written WHERE scope = $3 AND entity = $2";
        let rows = self.link.query(select, &[&self.scope, &entity, &self.name])?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Counts rows of this scope: those that are logged, but for what mutations have made of them since.
    fn count_rows(&self, entity: &str, table: &dyn RowTable) -> Result<u64, LinkError> {
        let select = "SELECT w.id, e.id IS NOT NULL FROM (SELECT DISTINCT id FROM sync_written WHERE scope = $3 AND entity = $2) w
            LEFT JOIN sync_entities e ON e.scope = $1 AND e.entity = $2 AND e.id = w.id";
        let mut count = i64::try_from(self.count_logged(entity)?).unwrap_or(i64::MAX);
        let written = self.link.query(select, &[&self.scope, &entity, &self.name])?;
        let keys = written.iter().map(|row| row.try_get::<_, &str>(0)).collect::<Result<Vec<_>, _>>()?;
        let now = if keys.is_empty() { BTreeMap::new() } else { self.rows(table, &keys)? };
        for row in &written {
            count += i64::from(now.contains_key(row.try_get::<_, &str>(0)?)) - i64::from(row.try_get::<_, bool>(1)?);
        }
        Ok(count.unsigned_abs())
    }

    fn count_logged(&self, entity: &str) -> Result<u64, LinkError> {
        let Some(scope) = self.scope else { return Ok(0) };
        let count = "SELECT count(*) FROM sync_entities WHERE scope = $1 AND entity = $2";
        let rows = self.link.query(count, &[&scope, &entity])?;
        Ok(rows.first().map_or(Ok(0), |row| row.number(0))?)
    }

    /// Writes a row, which has to be one of this scope.
    fn write(&self, table: &dyn RowTable, id: &str, was_there: bool, data: Option<&str>) -> RowWritten<LinkError> {
        let Some(data) = data else { return self.change(table.delete(), id, "entity-exists") };
        let before = if was_there { self.rows(table, &[id])?.remove(id) } else { None };
        let (placed, row) = match table.written(data, before.as_deref()) {
            Ok(written) => written,
            Err(why) => {
                tracing::error!(why, "a mutation has written a row that belongs nowhere");
                return Ok(Err(SyncError::new("sync-server-failed")));
            }
        };
        // Who may write here may not for that reason write elsewhere.
        if !self.has(&placed) {
            return Ok(Err(SyncError::new("scope-forbidden")));
        }
        self.change(if was_there { table.update() } else { table.insert() }, &row, "entity-exists")
    }

    /// Carries out a statement about one row; where there was none to be changed, or one already, the other side of it has come first.
    fn change(&self, statement: &'static str, value: &str, none: &'static str) -> RowWritten<LinkError> {
        self.set_savepoint()?;
        match self.link.ask(carry_out(&self.link.client, statement, &[value.into()]))? {
            Ok(SqlAnswer { changed: 0, .. }) => Ok(Err(SyncError::new(none))),
            Ok(_) => Ok(Ok(())),
            Err(error) => {
                tracing::warn!(error = error.to_string(), "the database refuses a row that a mutation has written");
                Ok(Err(SyncError::new("sync-server-failed")))
            }
        }
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
        if let Some(table) = self.table(entity) {
            return Ok(self.rows(&**table, &[id])?.remove(id));
        }
        let Some(scope) = self.scope else { return Ok(None) };
        let find = "SELECT data FROM sync_entities WHERE scope = $1 AND entity = $2 AND id = $3";
        let row = self.link.query(find, &[&scope, &entity, &id])?;
        Ok(row.first().map(|row| row.try_get::<_, &str>(0).map(Into::into)).transpose()?)
    }

    fn each(&self, entity: &str, visit: &mut Visit<'_>) -> Result<Result<(), SyncError>, LinkError> {
        if let Some(table) = self.table(entity) {
            let keys = self.keys(entity)?;
            let rows = self.rows(&**table, &keys.iter().map(String::as_str).collect::<Vec<_>>())?;
            return Ok(rows.iter().try_for_each(|(id, json)| visit(id, json)));
        }
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
        match self.table(entity) {
            Some(table) => self.count_rows(entity, &**table),
            None => self.count_logged(entity),
        }
    }

    fn write_row(&self, entity: &str, id: &str, was_there: bool, data: Option<&str>) -> Option<RowWritten<LinkError>> {
        match self.tables.tables.get(entity)? {
            Some(table) => Some(self.write(&**table, id, was_there, data)),
            None => Some(Ok(Err(SyncError::new("replica-read-only")))),
        }
    }

    fn sql(&self, statement: &str, values: &[SqlValue]) -> Result<Result<SqlAnswer, SqlError>, LinkError> {
        if let Some(refused) = refused(statement) {
            return Ok(Err(refused));
        }
        self.set_savepoint()?;
        self.link.ask(carry_out(&self.link.client, statement, values))
    }
}
