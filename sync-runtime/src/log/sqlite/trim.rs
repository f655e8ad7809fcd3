//! Forgetting changes that nobody needs any more.
//!
//! Who reads finds the scopes, a few at a time; the writer forgets a few changes of them, and those who push wait for as long, a millisecond.

use rusqlite::{Connection, params};

use crate::log::kept::{FORGOTTEN, SCOPES, signed};

/// The scopes to forget changes of, and where it is looked for others; `None` where those were all.
pub(super) struct Found {
    scopes: Vec<i64>,
    pub(super) next: Option<i64>,
}

/// Finds scopes behind a place with more than `most` changes, and those with changes that are as old as `since`.
pub(super) fn find(file: &Connection, place: i64, most: u64, since: i64) -> rusqlite::Result<Found> {
    let end = place.saturating_add(SCOPES.0);
    let too_many = "SELECT id FROM sync_scopes WHERE id > ?1 AND id <= ?2 AND head - floor > ?3 ORDER BY id LIMIT ?4";
    let too_old = "SELECT id FROM sync_scopes WHERE oldest <= ?1 ORDER BY oldest LIMIT ?2";
    let mut too_many = file.prepare_cached(too_many)?;
    let mut scopes = Vec::new();
    for id in too_many.query_map(params![place, end, signed(most), SCOPES.1], |row| row.get(0))? {
        scopes.push(id?);
    }
    let next = if scopes.len() as i64 == SCOPES.1 { scopes.last().copied() } else { Some(end) };
    let last: i64 =
        file.prepare_cached("SELECT coalesce(max(id), 0) FROM sync_scopes")?.query_row([], |row| row.get(0))?;
    let mut too_old = file.prepare_cached(too_old)?;
    for id in too_old.query_map(params![since, SCOPES.1], |row| row.get(0))? {
        scopes.push(id?);
    }
    Ok(Found { scopes, next: next.filter(|next| *next < last) })
}

/// Forgets changes of scopes that were found; returns whether there may be more of them.
pub(super) fn trim(file: &Connection, found: &Found, most: u64, since: i64) -> rusqlite::Result<bool> {
    let mut left = FORGOTTEN;
    for scope in &found.scopes {
        if left == 0 {
            return Ok(true);
        }
        left -= trim_scope(file, *scope, most, since, left)?;
    }
    Ok(left == 0)
}

/// Forgets at most so many changes of a scope, and returns how many.
fn trim_scope(file: &Connection, scope: i64, most: u64, since: i64, at_once: u64) -> rusqlite::Result<u64> {
    let select = "SELECT head, floor FROM sync_scopes WHERE id = ?1";
    let (head, floor): (i64, i64) =
        file.prepare_cached(select)?.query_row([scope], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let end = floor.saturating_add(signed(at_once));
    let old = "SELECT coalesce(max(cursor), 0) FROM sync_changes WHERE scope = ?1 AND cursor <= ?2 AND time <= ?3";
    let old: i64 = file.prepare_cached(old)?.query_row(params![scope, end, since], |row| row.get(0))?;
    let target = head.saturating_sub(signed(most)).min(end).max(old).max(floor);
    file.prepare_cached("DELETE FROM sync_changes WHERE scope = ?1 AND cursor <= ?2")?
        .execute(params![scope, target])?;
    let raise = "UPDATE sync_scopes SET floor = ?2,
        oldest = (SELECT time FROM sync_changes WHERE scope = ?1 AND cursor = ?2 + 1) WHERE id = ?1";
    file.prepare_cached(raise)?.execute(params![scope, target])?;
    Ok((target - floor).unsigned_abs())
}
