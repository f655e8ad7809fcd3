//! Forgetting changes that nobody needs any more.

use rusqlite::{Connection, params};

use super::rows::signed;

/// How many changes are forgotten at once: those who push wait for as long, a millisecond.
const AT_ONCE: u64 = 1000;

/// Forgets a few changes of one scope, those beyond `most` and those older than `since`; returns whether there may be more.
pub(super) fn trim(file: &Connection, most: u64, since: i64) -> rusqlite::Result<bool> {
    let too_many = "SELECT id, floor, head FROM sync_scopes WHERE head - floor > ?1 LIMIT 1";
    let mut too_many = file.prepare_cached(too_many)?;
    let mut rows = too_many.query([signed(most)])?;
    if let Some(row) = rows.next()? {
        let (scope, floor, head): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let target = head.unsigned_abs() - most;
        drop(rows);
        raise(file, scope, target.min(floor.unsigned_abs() + AT_ONCE))?;
        return Ok(true);
    }
    drop(rows);
    let too_old = "SELECT scope.id, scope.floor, first.time FROM sync_scopes AS scope
        JOIN sync_changes AS first ON first.scope = scope.id AND first.cursor = scope.floor + 1
        WHERE first.time < ?1 LIMIT 1";
    let mut too_old = file.prepare_cached(too_old)?;
    let mut rows = too_old.query([since])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    let (scope, floor): (i64, i64) = (row.get(0)?, row.get(1)?);
    drop(rows);
    let last = "SELECT max(cursor) FROM sync_changes WHERE scope = ?1 AND cursor <= ?2 AND time < ?3";
    let end = floor.saturating_add(signed(AT_ONCE));
    let last: i64 = file.prepare_cached(last)?.query_row(params![scope, end, since], |row| row.get(0))?;
    raise(file, scope, last.unsigned_abs())?;
    Ok(true)
}

/// Forgets the changes of a scope up to a cursor.
fn raise(file: &Connection, scope: i64, floor: u64) -> rusqlite::Result<()> {
    let floor = signed(floor);
    file.prepare_cached("DELETE FROM sync_changes WHERE scope = ?1 AND cursor <= ?2")?
        .execute(params![scope, floor])?;
    file.prepare_cached("UPDATE sync_scopes SET floor = ?2 WHERE id = ?1")?.execute(params![scope, floor]).map(drop)
}
