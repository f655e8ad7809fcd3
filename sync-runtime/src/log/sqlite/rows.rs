//! The entities of one scope in SQLite, and the changes of them.

use std::cell::Cell;

use rusqlite::{Connection, OptionalExtension, params};

use super::sql::{carry_out, is_of_app, told};
use crate::error::SyncError;
use crate::log::kept::{number_of, signed};
use crate::log::overlay::{Reads, Visit, Written};
use crate::route::{SqlAnswer, SqlError, SqlValue};

/// The entities of a scope as they are in the transaction; a scope that is not there has none.
pub(super) struct Stored<'c> {
    pub(super) file: &'c Connection,
    pub(super) scope: Option<i64>,
    /// What the app has written itself can be undone.
    has_savepoint: Cell<bool>,
}

impl<'c> Stored<'c> {
    pub(super) fn new(file: &'c Connection, scope: Option<i64>) -> Self {
        Self { file, scope, has_savepoint: Cell::new(false) }
    }

    /// Keeps what the app has written itself, or not.
    pub(super) fn end(&self, is_kept: bool) -> rusqlite::Result<()> {
        match (self.has_savepoint.get(), is_kept) {
            (false, _) => Ok(()),
            (true, true) => self.file.execute_batch("RELEASE mutation"),
            (true, false) => self.file.execute_batch("ROLLBACK TO mutation; RELEASE mutation"),
        }
    }
}

impl Reads for Stored<'_> {
    type Error = rusqlite::Error;

    fn find(&self, entity: &str, id: &str) -> rusqlite::Result<Option<Box<str>>> {
        let Some(scope) = self.scope else { return Ok(None) };
        let select = "SELECT data FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
        let mut select = self.file.prepare_cached(select)?;
        select.query_row(params![scope, entity, id], |row| row.get(0)).optional()
    }

    fn each(&self, entity: &str, visit: &mut Visit<'_>) -> rusqlite::Result<Result<(), SyncError>> {
        let Some(scope) = self.scope else { return Ok(Ok(())) };
        let select = "SELECT id, data FROM sync_entities WHERE scope = ?1 AND entity = ?2 ORDER BY id";
        let mut select = self.file.prepare_cached(select)?;
        let mut rows = select.query(params![scope, entity])?;
        while let Some(row) = rows.next()? {
            if let Err(refusal) = visit(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?) {
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }

    fn count(&self, entity: &str) -> rusqlite::Result<u64> {
        let Some(scope) = self.scope else { return Ok(0) };
        let select = "SELECT count(*) FROM sync_entities WHERE scope = ?1 AND entity = ?2";
        self.file.prepare_cached(select)?.query_row(params![scope, entity], |row| row.get(0)).map(i64::unsigned_abs)
    }

    fn sql(&self, statement: &str, values: &[SqlValue]) -> rusqlite::Result<Result<SqlAnswer, SqlError>> {
        if !self.has_savepoint.get() {
            self.file.execute_batch("SAVEPOINT mutation")?;
            self.has_savepoint.set(true);
        }
        let done = carry_out(self.file, statement, values);
        // What ends the transaction has undone what others have written, too; and what is wrong with the file is nobody's mistake.
        match done {
            Err(error) if self.file.is_autocommit() || !is_of_app(&error) => Err(error),
            done => Ok(done.map_err(|error| told(&error))),
        }
    }
}

/// Writes what a mutation has done.
pub(super) fn store(file: &Connection, scope: i64, written: &Written) -> rusqlite::Result<()> {
    let insert = "INSERT INTO sync_changes (scope, cursor, entity, id, kind, data, before, time)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let mut insert = file.prepare_cached(insert)?;
    for (change, before) in &written.made {
        let (cursor, kind) = (signed(change.cursor), number_of(change.kind));
        insert.execute(params![scope, cursor, change.entity, change.id, kind, change.data, before, change.time])?;
    }
    let upsert = "INSERT INTO sync_entities (scope, entity, id, data) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (scope, entity, id) DO UPDATE SET data = excluded.data";
    let delete = "DELETE FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
    for ((entity, id), now) in written.layer.now() {
        match now {
            Some(data) => file.prepare_cached(upsert)?.execute(params![scope, entity, id, data])?,
            None => file.prepare_cached(delete)?.execute(params![scope, entity, id])?,
        };
    }
    Ok(())
}
