//! Clients, and what they were answered.

use rusqlite::{Connection, OptionalExtension, params};

use crate::id::Id;
use crate::log::kept::signed;
use crate::log::settle::{KEPT, KnownClient, Outcome, stored_refusal, to_stored};
use crate::log::store::{ClientCall, Known};

/// Says whose a client is, and how far it has come: one that is registered is somebody's before its first push.
pub(super) fn client(file: &Connection, id: &str) -> rusqlite::Result<Option<KnownClient>> {
    let select = "SELECT owner, last FROM sync_clients WHERE id = ?1
        UNION ALL SELECT owner, 0 FROM sync_registry WHERE client = ?1 ORDER BY last DESC LIMIT 1";
    let mut select = file.prepare_cached(select)?;
    let found = select.query_row([id], |row| {
        let last: i64 = row.get(1)?;
        Ok(KnownClient { owner: Id::of(row.get(0)?), last: last.unsigned_abs() })
    });
    found.optional()
}

pub(super) fn known(file: &Connection, id: &str, numbers: &[u64], codes: &[&'static str]) -> rusqlite::Result<Known> {
    let Some(KnownClient { owner, last }) = client(file, id)? else { return Ok(Known::default()) };
    let mut known = Known { last, owner: Some(owner), ..Known::default() };
    for number in numbers.iter().copied().filter(|number| *number <= last) {
        if let Some(outcome) = outcome_of(file, id, number, codes)? {
            known.outcomes.insert(number, outcome);
        }
    }
    Ok(known)
}

/// Returns what came of a call, and which call it was.
pub(super) fn outcome_of(
    file: &Connection,
    client: &str,
    number: u64,
    codes: &[&'static str],
) -> rusqlite::Result<Option<(Id, Outcome)>> {
    let select = "SELECT call, cursor, refusal FROM sync_outcomes WHERE client = ?1 AND number = ?2";
    let mut select = file.prepare_cached(select)?;
    let found = select.query_row(params![client, signed(number)], |row| {
        let outcome = match row.get::<_, Option<i64>>(1)? {
            Some(cursor) => Ok(cursor.unsigned_abs()),
            None => Err(stored_refusal(&row.get::<_, String>(2)?, codes)),
        };
        Ok((Id::of(row.get(0)?), outcome))
    });
    found.optional()
}

/// Notes what came of a client's next call, and forgets what it has heard long ago.
pub(super) fn store_outcome(
    file: &Connection,
    call: &ClientCall,
    outcome: &Outcome,
    time: i64,
) -> rusqlite::Result<()> {
    let ClientCall { client, owner, number, call } = call;
    let upsert = "INSERT INTO sync_clients (id, owner, last, seen) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO UPDATE SET last = excluded.last, seen = excluded.seen";
    file.prepare_cached(upsert)?.execute(params![client, owner.to_bytes(), signed(*number), time])?;
    let refusal = outcome.as_ref().err().and_then(to_stored);
    let insert = "INSERT INTO sync_outcomes (client, number, call, cursor, refusal) VALUES (?1, ?2, ?3, ?4, ?5)";
    let cursor = outcome.as_ref().ok().copied().map(signed);
    file.prepare_cached(insert)?.execute(params![client, signed(*number), call.to_bytes(), cursor, refusal])?;
    if let Some(heard) = number.checked_sub(KEPT).filter(|heard| *heard > 0) {
        let delete = "DELETE FROM sync_outcomes WHERE client = ?1 AND number <= ?2";
        file.prepare_cached(delete)?.execute(params![client, signed(heard)])?;
    }
    Ok(())
}

/// Forgets clients that have pushed nothing since, with about so many rows of what they were answered; returns whether there may be more of them.
pub(super) fn forget_clients(file: &Connection, since: i64, rows: usize) -> rusqlite::Result<bool> {
    let mut forgotten = 0;
    while forgotten < rows {
        let oldest = "SELECT id FROM sync_clients WHERE seen <= ?1 ORDER BY seen LIMIT 1";
        let oldest = file.prepare_cached(oldest)?.query_row([since], |row| row.get::<_, String>(0)).optional()?;
        let Some(client) = oldest else { return Ok(false) };
        forgotten += file.prepare_cached("DELETE FROM sync_outcomes WHERE client = ?1")?.execute([&client])?;
        forgotten += file.prepare_cached("DELETE FROM sync_clients WHERE id = ?1")?.execute([&client])?;
    }
    Ok(true)
}
