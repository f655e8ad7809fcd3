//! Reading a scope's data in parts that all belong to one cursor.
//!
//! No transaction is held from one part to the next: a part is read as it is now, and what has changed since the cursor of the first part is
//! shown as it was then, which the log tells.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::rows::signed;
use super::sqlite::Scope;
use super::store::{LogError, Snapshot, SnapshotPlace};

/// How many entities a part has at most.
const ENTITIES: i64 = 1000;
/// How many bytes of JSON a part has, about.
const PART: usize = 512 << 10;
/// How many changes may come while a snapshot is taken: behind that it begins anew.
const CHANGES: u64 = 100_000;

type Key = (Box<str>, Box<str>);

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
    let is_there = scope.reaches(cursor, place.map(|place| &*place.epoch)) && scope.head - cursor <= CHANGES;
    if !is_there {
        return Ok(Err(LogError::TooOld));
    }
    let behind: Key = place.map_or_else(Default::default, |place| (place.entity.clone(), place.id.clone()));
    let (mut found, is_last) = part(file, scope.id, &behind)?;
    // Whatever was there and is gone would stand between the last of this part and the first of it, or behind all.
    let end = if is_last { None } else { found.keys().next_back().cloned() };
    if cursor < scope.head {
        for (key, was) in changed_since(file, scope.id, cursor)? {
            if key > behind && end.as_ref().is_none_or(|end| key <= *end) {
                match was {
                    Some(was) => found.insert(key, was),
                    None => found.remove(&key),
                };
            }
        }
    }
    let next = end.map(|(entity, id)| SnapshotPlace { cursor, epoch: (&*scope.epoch).into(), entity, id });
    let mut data = BTreeMap::<_, BTreeMap<_, _>>::new();
    for ((entity, id), json) in found {
        data.entry(entity).or_default().insert(id, json);
    }
    Ok(Ok(Snapshot { data, cursor, epoch: scope.epoch, next }))
}

/// Reads what is there now behind a key; says whether that is the rest.
fn part(file: &Connection, scope: i64, behind: &Key) -> rusqlite::Result<(BTreeMap<Key, Box<str>>, bool)> {
    let select = "SELECT entity, id, data FROM sync_entities
        WHERE scope = ?1 AND (entity, id) > (?2, ?3) ORDER BY entity, id LIMIT ?4";
    let mut select = file.prepare_cached(select)?;
    let mut rows = select.query(params![scope, behind.0, behind.1, ENTITIES])?;
    let (mut found, mut bytes, mut count) = (BTreeMap::new(), 0, 0);
    while let Some(row) = rows.next()? {
        let data: Box<str> = row.get::<_, String>(2)?.into();
        bytes += data.len();
        if bytes > PART && !found.is_empty() {
            return Ok((found, false));
        }
        found.insert((row.get::<_, String>(0)?.into(), row.get::<_, String>(1)?.into()), data);
        count += 1;
    }
    Ok((found, count < ENTITIES))
}

/// Returns what has changed behind a cursor as it was at the cursor.
fn changed_since(file: &Connection, scope: i64, cursor: u64) -> rusqlite::Result<BTreeMap<Key, Option<Box<str>>>> {
    let select = "SELECT entity, id, before FROM sync_changes WHERE scope = ?1 AND cursor > ?2 ORDER BY cursor";
    let mut select = file.prepare_cached(select)?;
    let mut rows = select.query(params![scope, signed(cursor)])?;
    let mut changed = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let key = (row.get::<_, String>(0)?.into(), row.get::<_, String>(1)?.into());
        let before = row.get::<_, Option<String>>(2)?;
        changed.entry(key).or_insert(before.map(Into::into));
    }
    Ok(changed)
}
