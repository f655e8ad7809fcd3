//! Reading a scope's data in parts that all belong to one cursor.
//!
//! No transaction is held from one part to the next: a part is read as it is now, and what has changed since the cursor of the first part is
//! shown as it was then, which the log tells.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::Scope;
use super::rows::signed;
use crate::log::overlay::Key;
use crate::log::store::{LogError, Snapshot, SnapshotPlace};

/// How many entities a part has at most, and of how many that have changed since it is looked what they were.
const ENTITIES: usize = 1000;
/// How many bytes of JSON a part has, about.
const PART: usize = 512 << 10;

pub(super) fn snapshot(
    file: &Connection,
    name: &str,
    place: Option<&SnapshotPlace>,
) -> rusqlite::Result<Result<Snapshot, LogError>> {
    let Some(scope) = Scope::find(file, name)? else {
        let empty = Snapshot { data: BTreeMap::new(), cursor: 0, epoch: "".into(), next: None };
        return Ok(if place.is_none() { Ok(empty) } else { Err(LogError::TooOld) });
    };
    let cursor = place.map_or(scope.head, |place| place.cursor);
    if !scope.reaches(cursor, place.map(|place| &*place.epoch)) {
        return Ok(Err(LogError::TooOld));
    }
    let behind: Key = place.map_or_else(Default::default, |place| (place.entity.clone(), place.id.clone()));
    let mut part = Part::read(file, scope.id, &behind)?;
    if cursor < scope.head {
        part.go_back(file, &scope, cursor, behind)?;
    }
    let Part { found, end, .. } = part;
    let next = end.map(|(entity, id)| SnapshotPlace { cursor, epoch: (&*scope.epoch).into(), entity, id });
    let mut data = BTreeMap::<_, BTreeMap<_, _>>::new();
    for ((entity, id), json) in found {
        data.entry(entity).or_default().insert(id, json);
    }
    Ok(Ok(Snapshot { data, cursor, epoch: scope.epoch, next }))
}

/// What is there behind a key.
struct Part {
    found: BTreeMap<Key, Box<str>>,
    bytes: usize,
    /// The last key that it may have; `None` where it is the rest.
    end: Option<Key>,
}

impl Part {
    fn read(file: &Connection, scope: i64, behind: &Key) -> rusqlite::Result<Self> {
        let select = "SELECT entity, id, data FROM sync_entities
            WHERE scope = ?1 AND (entity, id) > (?2, ?3) ORDER BY entity, id";
        let mut select = file.prepare_cached(select)?;
        let mut rows = select.query(params![scope, behind.0, behind.1])?;
        let mut part = Self { found: BTreeMap::new(), bytes: 0, end: None };
        while let Some(row) = rows.next()? {
            if part.found.len() == ENTITIES || part.bytes >= PART {
                part.end = part.found.keys().next_back().cloned();
                break;
            }
            let data: Box<str> = row.get(2)?;
            part.bytes += data.len();
            part.found.insert((row.get(0)?, row.get(1)?), data);
        }
        Ok(part)
    }

    /// Shows what has changed behind a cursor as it was at the cursor. What is gone now may be more than what is there: the part ends before
    /// it becomes long.
    fn go_back(&mut self, file: &Connection, scope: &Scope, cursor: u64, behind: Key) -> rusqlite::Result<()> {
        let (mut at, mut looked_at) = (behind, 0);
        while let Some(key) =
            next_changed(file, scope.id, &at)?.filter(|key| self.end.as_ref().is_none_or(|end| key <= end))
        {
            if looked_at == ENTITIES || self.bytes >= 2 * PART {
                self.found.retain(|key, _| *key <= at);
                self.end = Some(at);
                return Ok(());
            }
            looked_at += 1;
            match was(file, scope.id, &key, cursor)? {
                // It has not changed since.
                None => {}
                Some(None) => drop(self.found.remove(&key)),
                Some(Some(was)) => {
                    self.bytes += was.len();
                    self.found.insert(key.clone(), was);
                }
            }
            at = key;
        }
        Ok(())
    }
}

/// Returns the first key behind another one that the log has changes of.
fn next_changed(file: &Connection, scope: i64, behind: &Key) -> rusqlite::Result<Option<Key>> {
    let select = "SELECT entity, id FROM sync_changes INDEXED BY sync_changes_by_key
        WHERE scope = ?1 AND (entity, id) > (?2, ?3) ORDER BY entity, id LIMIT 1";
    let mut select = file.prepare_cached(select)?;
    select.query_row(params![scope, behind.0, behind.1], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Returns what an entity was at a cursor, if it has changed since.
fn was(file: &Connection, scope: i64, key: &Key, cursor: u64) -> rusqlite::Result<Option<Option<Box<str>>>> {
    let select = "SELECT before FROM sync_changes INDEXED BY sync_changes_by_key
        WHERE scope = ?1 AND entity = ?2 AND id = ?3 AND cursor > ?4 ORDER BY cursor LIMIT 1";
    let mut select = file.prepare_cached(select)?;
    select.query_row(params![scope, key.0, key.1, signed(cursor)], |row| row.get(0)).optional()
}
