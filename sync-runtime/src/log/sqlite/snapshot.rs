//! Reading a scope's data in parts that all belong to one cursor.
//!
//! No transaction is held from one part to the next: a part is read as it is now, and what has changed since the cursor of the first part is
//! shown as it was then, which the log tells.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::Scope;
use crate::log::kept::{ENTITIES, PART, signed};
use crate::log::overlay::Key;
use crate::log::store::{CHANGES_MEANWHILE, LogError, Snapshot, SnapshotPlace};

pub(super) fn snapshot(
    file: &Connection,
    name: &str,
    place: Option<&SnapshotPlace>,
) -> rusqlite::Result<Result<Snapshot, LogError>> {
    let Some(scope) = Scope::find(file, name)? else {
        return Ok(if place.is_none() { Ok(Snapshot::empty()) } else { Err(LogError::TooOld) });
    };
    if scope.epoch.is_empty() {
        return Ok(Err(LogError::copied()));
    }
    let cursor = place.map_or(scope.head, |place| place.cursor);
    let is_there = scope.reaches(cursor, place.map(|place| &*place.epoch));
    if !is_there || scope.head - cursor > CHANGES_MEANWHILE {
        return Ok(Err(LogError::TooOld));
    }
    let behind: Key = place.map_or_else(Default::default, |place| (place.entity.clone(), place.id.clone()));
    let mut part = Part::read(file, scope.id, &behind)?;
    if cursor < scope.head {
        part.go_back(file, scope.id, cursor, &behind)?;
    }
    let Part { found, end, .. } = part;
    Ok(Ok(Snapshot::of_part(found, end, cursor, (scope.head, scope.epoch))))
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
    fn go_back(&mut self, file: &Connection, scope: i64, cursor: u64, behind: &Key) -> rusqlite::Result<()> {
        let select = "SELECT entity, id, before FROM sync_changes
            WHERE scope = ?1 AND cursor > ?2 AND (entity, id) > (?3, ?4) ORDER BY cursor";
        let mut select = file.prepare_cached(select)?;
        let mut rows = select.query(params![scope, signed(cursor), behind.0, behind.1])?;
        let (mut was, mut bytes) = (BTreeMap::<Key, Option<Box<str>>>::new(), 0);
        while let Some(row) = rows.next()? {
            let key: Key = (row.get(0)?, row.get(1)?);
            if self.end.as_ref().is_some_and(|end| key > *end) || was.contains_key(&key) {
                continue;
            }
            let before: Option<Box<str>> = row.get(2)?;
            bytes += size(before.as_deref());
            was.insert(key, before);
            while was.len() > 1 && (was.len() > ENTITIES || bytes > PART) {
                bytes -= was.pop_last().map_or(0, |(_, last)| size(last.as_deref()));
                self.end = was.keys().next_back().cloned();
            }
        }
        if let Some(end) = &self.end {
            self.found.retain(|key, _| key <= end);
        }
        for (key, before) in was {
            match before {
                Some(before) => self.found.insert(key, before),
                None => self.found.remove(&key),
            };
        }
        Ok(())
    }
}

fn size(json: Option<&str>) -> usize {
    json.map_or(0, str::len)
}
