//! The entities of one scope in SQLite, for the mutation whose turn it is.

use rusqlite::{Connection, OptionalExtension, params};

use super::store::{Change, ChangeKind};
use crate::error::SyncError;
use crate::route::Rows;

/// How many changes one mutation may make.
const MOST_CHANGES: usize = 10_000;
/// How many bytes of JSON they may have together.
const MOST_BYTES: usize = 4 << 20;

/// Inside of the savepoint of one mutation.
pub(super) struct SqlRows<'c> {
    connection: &'c Connection,
    scope: i64,
    /// The cursor of the last change.
    pub(super) head: u64,
    time: i64,
    pub(super) changes: Vec<Change>,
    bytes: usize,
    /// Why the transaction cannot go on, whatever the mutation makes of it.
    pub(super) failed: std::cell::RefCell<Option<rusqlite::Error>>,
}

impl<'c> SqlRows<'c> {
    pub(super) fn new(connection: &'c Connection, scope: i64, head: u64, time: i64) -> Self {
        Self { connection, scope, head, time, changes: Vec::new(), bytes: 0, failed: Default::default() }
    }

    fn noted<T>(&self, done: rusqlite::Result<T>) -> Result<T, SyncError> {
        done.map_err(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            SyncError::new("store-unavailable")
        })
    }

    fn find(&self, entity: &str, id: &str) -> rusqlite::Result<Option<String>> {
        let select = "SELECT data FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
        let mut select = self.connection.prepare_cached(select)?;
        select.query_row(params![self.scope, entity, id], |row| row.get(0)).optional()
    }

    fn store(&self, change: &Change, before: Option<&str>) -> rusqlite::Result<()> {
        let Change { cursor, entity, id, kind, data, time } = change;
        let upsert = "INSERT INTO sync_entities (scope, entity, id, data) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (scope, entity, id) DO UPDATE SET data = excluded.data";
        let delete = "DELETE FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
        match data {
            Some(data) => self.connection.prepare_cached(upsert)?.execute(params![self.scope, entity, id, data])?,
            None => self.connection.prepare_cached(delete)?.execute(params![self.scope, entity, id])?,
        };
        let insert = "INSERT INTO sync_changes (scope, cursor, entity, id, kind, data, before, time)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (cursor, kind) = (signed(*cursor), number_of(*kind));
        let mut insert = self.connection.prepare_cached(insert)?;
        insert.execute(params![self.scope, cursor, entity, id, kind, data, before, time]).map(drop)
    }
}

impl Rows for SqlRows<'_> {
    fn get(&self, entity: &'static str, id: &str) -> Result<Option<String>, SyncError> {
        self.noted(self.find(entity, id))
    }

    fn each(
        &self,
        entity: &'static str,
        visit: &mut dyn FnMut(&str) -> Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        let select = "SELECT data FROM sync_entities WHERE scope = ?1 AND entity = ?2 ORDER BY id";
        let mut select = self.noted(self.connection.prepare_cached(select))?;
        let mut rows = self.noted(select.query(params![self.scope, entity]))?;
        while let Some(row) = self.noted(rows.next())? {
            let data = self.noted(row.get_ref(0).and_then(|data| Ok(data.as_str()?)))?;
            visit(data)?;
        }
        Ok(())
    }

    fn count(&self, entity: &'static str) -> Result<u64, SyncError> {
        let select = "SELECT count(*) FROM sync_entities WHERE scope = ?1 AND entity = ?2";
        let count = self.connection.prepare_cached(select);
        let count = count.and_then(|mut select| select.query_row(params![self.scope, entity], |row| row.get(0)));
        self.noted(count.map(i64::unsigned_abs))
    }

    fn write(&mut self, entity: &'static str, id: &str, data: Option<&str>) -> Result<bool, SyncError> {
        let before = self.get(entity, id)?;
        let kind = match (&before, data) {
            (None, None) => return Ok(false),
            (Some(before), Some(data)) if before == data => return Ok(true),
            (None, Some(_)) => ChangeKind::Create,
            (Some(_), Some(_)) => ChangeKind::Update,
            (Some(_), None) => ChangeKind::Delete,
        };
        self.bytes += data.map_or(0, str::len);
        if self.changes.len() == MOST_CHANGES {
            return Err(SyncError::new("sync-too-large").param("limit", MOST_CHANGES));
        }
        if self.bytes > MOST_BYTES {
            return Err(SyncError::new("sync-too-large").param("limit", MOST_BYTES));
        }
        let data = data.map(Box::from);
        let change =
            Change { cursor: self.head + 1, entity: entity.into(), id: id.into(), kind, data, time: self.time };
        self.noted(self.store(&change, before.as_deref()))?;
        self.head += 1;
        self.changes.push(change);
        Ok(before.is_some())
    }
}

/// SQLite has no numbers without a sign; nothing is counted that far.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number_of(kind: ChangeKind) -> i64 {
    match kind {
        ChangeKind::Create => 0,
        ChangeKind::Update => 1,
        ChangeKind::Delete => 2,
    }
}

pub(super) fn kind_of(number: i64) -> ChangeKind {
    match number {
        0 => ChangeKind::Create,
        1 => ChangeKind::Update,
        _ => ChangeKind::Delete,
    }
}
