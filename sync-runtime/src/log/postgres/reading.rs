//! Reading what is known, changes behind a cursor, and what is so: each from one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::Client;
use tokio_postgres::{Error, IsolationLevel, Row, Transaction};

use super::rows::{Number, id_of};
use crate::log::kept::{ENTITIES, PART, kind_of, signed};
use crate::log::overlay::Key;
use crate::log::settle::{Outcome, reaches, stored_refusal};
use crate::log::store::{CHANGES_MEANWHILE, Change, Head, Known, LogError, Page, PullFrom, Snapshot, SnapshotPlace};

/// Reads what is known of a client, and what it was told about pushes; and whether it waits to hear of any of them, where rows are read back.
pub(super) async fn known(
    client: &Client,
    name: &str,
    numbers: &[u64],
    codes: &[&'static str],
    has_rows: bool,
) -> Result<(Known, bool), Error> {
    let mut waits = false;
    let numbers: Vec<i64> = numbers.iter().copied().map(signed).collect();
    let select = "SELECT c.owner, c.last, o.number, o.call, o.cursor, o.refusal
        FROM (
            SELECT id, owner, last FROM sync_clients WHERE id = $1
            UNION ALL SELECT client, owner, 0 FROM sync_registry WHERE client = $1 ORDER BY last DESC LIMIT 1
        ) AS c LEFT JOIN sync_outcomes o ON o.client = c.id AND o.number = ANY ($2)";
    let mut known = Known::default();
    for row in client.query(&client.prepare_cached(select).await?, &[&name, &numbers]).await? {
        (known.owner, known.last) = (Some(id_of(&row, 0)?), row.number(1)?);
        if let Some(number) = row.try_get::<_, Option<i64>>(2)? {
            match outcome_of(&row, 4, codes)? {
                Some(outcome) => drop(known.outcomes.insert(number.unsigned_abs(), (id_of(&row, 3)?, outcome))),
                None if has_rows => waits = true,
                // Nobody reads rows back any more.
                None => drop(known.outcomes.insert(number.unsigned_abs(), (id_of(&row, 3)?, Ok(0)))),
            }
        }
    }
    Ok((known, waits))
}

/// Reads a cursor, or the refusal in the column behind it; `None` where neither is known, since rows are not read back yet.
pub(super) fn outcome_of(row: &Row, column: usize, codes: &[&'static str]) -> Result<Option<Outcome>, Error> {
    let (cursor, refusal): (Option<i64>, Option<&str>) = (row.try_get(column)?, row.try_get(column + 1)?);
    Ok(cursor
        .map(|cursor| Ok(cursor.unsigned_abs()))
        .or_else(|| refusal.map(|refusal| Err(stored_refusal(refusal, codes)))))
}

pub(super) async fn heads(client: &Client, scopes: &[Arc<str>]) -> Result<Vec<Head>, Error> {
    let names: Vec<&str> = scopes.iter().map(|scope| &**scope).collect();
    let select = "SELECT name, head, floor, epoch FROM sync_scopes WHERE name = ANY ($1)";
    let mut found = BTreeMap::new();
    for row in client.query(&client.prepare_cached(select).await?, &[&names]).await? {
        let head = Head { cursor: row.number(1)?, floor: row.number(2)?, epoch: row.try_get::<_, &str>(3)?.into() };
        found.insert(row.try_get::<_, String>(0)?, head);
    }
    Ok(names.into_iter().map(|name| found.get(name).cloned().unwrap_or_default()).collect())
}

/// Whether a log has all that has come behind a cursor.
struct Reach {
    epoch: Arc<str>,
    head: u64,
    floor: u64,
}

impl Reach {
    fn of(row: &Row) -> Result<Self, Error> {
        Ok(Self { epoch: row.try_get::<_, &str>(0)?.into(), head: row.number(1)?, floor: row.number(2)? })
    }

    fn reaches(&self, cursor: u64, epoch: Option<&str>) -> bool {
        reaches((self.floor, self.head), &self.epoch, cursor, epoch)
    }
}

/// One statement is one moment.
const PULL: &str = "SELECT s.epoch, s.head, s.floor, c.cursor, c.entity, c.id, c.kind, c.data, c.time
    FROM sync_scopes s LEFT JOIN LATERAL (
        SELECT *, sum(octet_length(data)) OVER (ORDER BY cursor) AS bytes, row_number() OVER (ORDER BY cursor) AS number
        FROM (SELECT * FROM sync_changes WHERE scope = s.id AND cursor > $2 ORDER BY cursor LIMIT $3) few
    ) c ON c.number = 1 OR c.bytes IS NULL OR c.bytes <= $4
    WHERE s.name = $1 ORDER BY c.cursor";

pub(super) async fn pull(client: &Client, from: &PullFrom) -> Result<Result<Page, LogError>, Error> {
    let PullFrom { scope, cursor, epoch, limit, bytes } = from;
    let (behind, limit, bytes) = (signed(*cursor), signed(*limit as u64), signed(*bytes as u64));
    let rows = client.query(&client.prepare_cached(PULL).await?, &[&&**scope, &behind, &limit, &bytes]).await?;
    let Some(first) = rows.first() else {
        let nothing = Page { changes: Vec::new(), cursor: 0, has_more: false, epoch: "".into() };
        return Ok(if *cursor == 0 { Ok(nothing) } else { Err(LogError::TooOld) });
    };
    let reach = Reach::of(first)?;
    if !reach.reaches(*cursor, epoch.as_deref()) {
        return Ok(Err(LogError::TooOld));
    }
    let mut changes = Vec::new();
    for row in &rows {
        if let Some(cursor) = row.try_get::<_, Option<i64>>(3)? {
            changes.push(change(row, cursor)?);
        }
    }
    let cursor = changes.last().map_or(*cursor, |last: &Change| last.cursor);
    Ok(Ok(Page { changes, cursor, has_more: cursor < reach.head, epoch: reach.epoch }))
}

fn change(row: &Row, cursor: i64) -> Result<Change, Error> {
    Ok(Change {
        cursor: cursor.unsigned_abs(),
        entity: row.try_get::<_, &str>(4)?.into(),
        id: row.try_get::<_, &str>(5)?.into(),
        kind: kind_of(row.try_get(6)?),
        data: row.try_get::<_, Option<&str>>(7)?.map(Into::into),
        time: row.try_get(8)?,
    })
}

/// Reads a part of a snapshot: what is there now, and what has changed since the cursor as it was then.
pub(super) async fn snapshot(
    client: &mut Client,
    scope: &str,
    place: Option<&SnapshotPlace>,
) -> Result<Result<Snapshot, LogError>, Error> {
    let moment = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let moment = moment.start().await?;
    let select = "SELECT epoch, head, floor, id FROM sync_scopes WHERE name = $1";
    let Some(row) = moment.query_opt(select, &[&scope]).await? else {
        return Ok(if place.is_none() { Ok(Snapshot::empty()) } else { Err(LogError::TooOld) });
    };
    let (reach, scope): (_, i64) = (Reach::of(&row)?, row.try_get(3)?);
    if reach.epoch.is_empty() {
        return Ok(Err(LogError::copied()));
    }
    let cursor = place.map_or(reach.head, |place| place.cursor);
    let is_there = reach.reaches(cursor, place.map(|place| &*place.epoch));
    if !is_there || reach.head - cursor > CHANGES_MEANWHILE {
        return Ok(Err(LogError::TooOld));
    }
    let behind: Key = place.map_or_else(Default::default, |place| (place.entity.clone(), place.id.clone()));
    let (mut found, mut end) = part(&moment, scope, &behind).await?;
    if cursor < reach.head {
        end = go_back(&moment, (scope, cursor), (&behind, end), &mut found).await?;
    }
    moment.commit().await?;
    Ok(Ok(Snapshot::of_part(found, end, cursor, (reach.head, reach.epoch))))
}

type Found = BTreeMap<Key, Box<str>>;

/// Reads what is there now behind a key, and the last key that the part may have; `None` where it is the rest.
async fn part(moment: &Transaction<'_>, scope: i64, behind: &Key) -> Result<(Found, Option<Key>), Error> {
    let select = "SELECT entity, id, CASE WHEN ahead < $5 THEN data END FROM (
            SELECT *, sum(octet_length(data)) OVER (ORDER BY entity, id) - octet_length(data) AS ahead FROM (
                SELECT entity, id, data FROM sync_entities
                WHERE scope = $1 AND (entity, id) > ($2, $3) ORDER BY entity, id LIMIT $4
            ) few
        ) sized ORDER BY entity, id";
    let most = ENTITIES as i64 + 1;
    let rows = moment.query(select, &[&scope, &&*behind.0, &&*behind.1, &most, &(PART as i64)]).await?;
    let mut found = Found::new();
    for row in rows {
        let data: Option<&str> = row.try_get(2)?;
        let (true, Some(data)) = (found.len() < ENTITIES, data) else {
            let end = found.keys().next_back().cloned();
            return Ok((found, end));
        };
        found.insert(key(&row)?, data.into());
    }
    Ok((found, None))
}

fn key(row: &Row) -> Result<Key, Error> {
    Ok((row.try_get::<_, &str>(0)?.into(), row.try_get::<_, &str>(1)?.into()))
}

/// Shows what has changed behind a cursor as it was at the cursor, and returns where the part ends: what is gone may be more than what is there.
async fn go_back(
    moment: &Transaction<'_>,
    (scope, cursor): (i64, u64),
    (behind, end): (&Key, Option<Key>),
    found: &mut Found,
) -> Result<Option<Key>, Error> {
    let select = "SELECT entity, id, CASE WHEN ahead < $8 THEN before END, ahead < $8 FROM (
            SELECT *, sum(coalesce(octet_length(before), 0)) OVER (ORDER BY entity, id)
                - coalesce(octet_length(before), 0) AS ahead
            FROM (
                SELECT DISTINCT ON (entity, id) entity, id, before FROM sync_changes
                WHERE scope = $1 AND cursor > $2 AND (entity, id) > ($3, $4) AND ($5::text IS NULL OR (entity, id) <= ($5::text, $6::text))
                ORDER BY entity, id, cursor LIMIT $7
            ) few
        ) sized ORDER BY entity, id";
    let (to_entity, to_id) = end.as_ref().map(|(entity, id)| (&**entity, &**id)).unzip();
    let most = ENTITIES as i64 + 1;
    let (from_entity, from_id) = (&*behind.0, &*behind.1);
    let rows = moment
        .query(select, &[&scope, &signed(cursor), &from_entity, &from_id, &to_entity, &to_id, &most, &(PART as i64)])
        .await?;
    let mut last = behind.clone();
    for (index, row) in rows.iter().enumerate() {
        if index == ENTITIES || !row.try_get::<_, bool>(3)? {
            found.retain(|key, _| *key <= last);
            return Ok(Some(last));
        }
        last = key(row)?;
        match row.try_get::<_, Option<&str>>(2)? {
            Some(was) => found.insert(last.clone(), was.into()),
            None => found.remove(&last),
        };
    }
    Ok(end)
}
