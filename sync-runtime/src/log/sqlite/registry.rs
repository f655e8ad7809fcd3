//! The clients that are known, in SQLite.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use crate::id::Id;
use crate::log::kept::signed;
use crate::log::registry::{
    BELIEVED, FORGOTTEN_CLIENTS, NewClient, OF_ALL, OF_ONE_USER, POSITIONS, Registered, Registration, ScopeAdvance,
    ScopePosition, Sign,
};

/// Registers a client, unless it is somebody else's.
pub(super) fn register(file: &Connection, new: &NewClient, server: &str, now: i64) -> rusqlite::Result<Registered> {
    let NewClient { client, owner, user, is_connected } = new;
    let select = "SELECT owner FROM sync_registry WHERE client = ?1
        UNION ALL SELECT owner FROM sync_clients WHERE id = ?1";
    let mut select = file.prepare_cached(select)?;
    let owners = select.query_map([client], |row| row.get(0).map(Id::of))?;
    if owners.collect::<rusqlite::Result<Vec<_>>>()?.iter().any(|other| other != owner) {
        return Ok(Registered::Foreign);
    }
    let known = "SELECT count(*) FROM sync_registry WHERE client = ?1";
    let is_known = file.prepare_cached(known)?.query_row([client], |row| row.get::<_, i64>(0))? > 0;
    let upsert = "INSERT INTO sync_registry (client, owner, user, seen, server) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (client) DO UPDATE SET user = excluded.user, seen = excluded.seen, server = coalesce(excluded.server, server)";
    let server = is_connected.then_some(server);
    file.prepare_cached(upsert)?.execute(params![client, owner.to_bytes(), user, now, server])?;
    if is_known {
        return Ok(Registered::Known);
    }
    if user.is_some() {
        let oldest =
            "SELECT client FROM sync_registry WHERE owner = ?1 ORDER BY seen DESC, client = ?2 DESC LIMIT -1 OFFSET ?3";
        let mut oldest = file.prepare_cached(oldest)?;
        let oldest = oldest.query_map(params![owner.to_bytes(), client, OF_ONE_USER], |row| row.get::<_, String>(0))?;
        for client in oldest.collect::<rusqlite::Result<Vec<_>>>()? {
            unregister(file, &client)?;
        }
    }
    Ok(Registered::New)
}

/// Notes what clients have shown; of one that is not known, nothing is noted.
pub(super) fn sign(file: &Connection, signs: &[(Arc<str>, Sign)], server: &str, now: i64) -> rusqlite::Result<()> {
    let seen = "UPDATE sync_registry SET seen = ?2, server = CASE WHEN ?3 THEN nullif(server, ?4) ELSE ?4 END WHERE client = ?1";
    let upsert = "INSERT INTO sync_positions (client, scope, cursor, epoch)
        SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM sync_positions WHERE client = ?1) < ?5
            OR EXISTS (SELECT 1 FROM sync_positions WHERE client = ?1 AND scope = ?2)
        ON CONFLICT (client, scope) DO UPDATE SET cursor = excluded.cursor, epoch = excluded.epoch";
    let delete = "DELETE FROM sync_positions WHERE client = ?1 AND scope = ?2";
    let advance = "UPDATE sync_positions SET cursor = ?4 WHERE client = ?1 AND scope = ?2 AND cursor BETWEEN ?3 AND ?4";
    for (client, Sign { positions, advances, left, is_gone }) in signs {
        if file.prepare_cached(seen)?.execute(params![client, now, is_gone, server])? == 0 {
            continue;
        }
        for ScopePosition { scope, cursor, epoch } in positions {
            file.prepare_cached(upsert)?.execute(params![client, scope, signed(*cursor), epoch, POSITIONS])?;
        }
        for ScopeAdvance { scope, from, to } in advances {
            file.prepare_cached(advance)?.execute(params![client, scope, signed(*from), signed(*to)])?;
        }
        for scope in left {
            file.prepare_cached(delete)?.execute(params![client, scope])?;
        }
    }
    Ok(())
}

/// Notes that the clients of a server are still connected.
pub(super) fn stay(file: &Connection, server: &str, now: i64) -> rusqlite::Result<()> {
    file.execute("UPDATE sync_registry SET seen = ?2 WHERE server = ?1", params![server, now]).map(drop)
}

pub(super) fn unregister(file: &Connection, client: &str) -> rusqlite::Result<bool> {
    file.prepare_cached("DELETE FROM sync_positions WHERE client = ?1")?.execute([client])?;
    Ok(file.prepare_cached("DELETE FROM sync_registry WHERE client = ?1")?.execute([client])? > 0)
}

/// Returns clients behind a name, by name.
pub(super) fn registrations(
    file: &Connection,
    (from, is_behind): (&str, bool),
    limit: usize,
    now: i64,
) -> rusqlite::Result<Vec<Registration>> {
    let select = "SELECT client, user, seen, server IS NOT NULL AND seen > ?4 FROM sync_registry
        WHERE client >= ?1 AND (client > ?1 OR NOT ?2) ORDER BY client LIMIT ?3";
    let mut select = file.prepare_cached(select)?;
    let found = select.query_map(params![from, is_behind, signed(limit as u64), now - BELIEVED], |row| {
        let (client, user) = (row.get(0)?, row.get(1)?);
        Ok(Registration { client, user, positions: Vec::new(), last_active: row.get(2)?, connected: row.get(3)? })
    })?;
    let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    let positions = "SELECT scope, cursor, epoch FROM sync_positions WHERE client = ?1 ORDER BY scope";
    for registration in &mut found {
        let mut positions = file.prepare_cached(positions)?;
        let positions = positions.query_map([&registration.client], |row| {
            let (scope, epoch): (String, String) = (row.get(0)?, row.get(2)?);
            Ok(ScopePosition { scope: scope.into(), cursor: row.get::<_, i64>(1)?.unsigned_abs(), epoch: epoch.into() })
        })?;
        registration.positions = positions.collect::<rusqlite::Result<_>>()?;
    }
    Ok(found)
}

pub(super) fn count(file: &Connection) -> rusqlite::Result<u64> {
    let count: i64 = file.prepare_cached("SELECT count(*) FROM sync_registry")?.query_row([], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Forgets a few clients that have given no sign since, or are too many; returns whether there may be more of them.
pub(super) fn forget(file: &Connection, since: i64) -> rusqlite::Result<bool> {
    let too_many = "SELECT seen FROM sync_registry ORDER BY seen DESC LIMIT 1 OFFSET ?1";
    let too_many = file.prepare_cached(too_many)?.query_row([OF_ALL], |row| row.get(0)).optional()?;
    // Guests come first: whoever makes up names of clients makes up many, and forgets nobody who has signed in.
    let guests = "SELECT count(*) FROM (SELECT 1 FROM sync_registry WHERE user IS NULL LIMIT ?1)";
    let guests: i64 = match too_many {
        Some(_) => file.prepare_cached(guests)?.query_row([FORGOTTEN_CLIENTS], |row| row.get(0))?,
        None => 0,
    };
    let since = too_many.map_or(since, |seen: i64| if guests > 0 { i64::MAX } else { seen.max(since) });
    let oldest =
        "SELECT client FROM sync_registry WHERE seen <= ?1 AND (?3 = 0 OR user IS NULL) ORDER BY seen LIMIT ?2";
    let mut oldest = file.prepare_cached(oldest)?;
    let oldest = oldest.query_map(params![since, FORGOTTEN_CLIENTS, guests], |row| row.get::<_, String>(0))?;
    let oldest = oldest.collect::<rusqlite::Result<Vec<_>>>()?;
    for client in &oldest {
        unregister(file, client)?;
    }
    Ok(oldest.len() as i64 == FORGOTTEN_CLIENTS)
}

/// Nobody is connected to a server that begins: the file is its alone.
pub(super) fn nobody_is_connected(file: &Connection) -> rusqlite::Result<()> {
    file.execute("UPDATE sync_registry SET server = NULL WHERE server IS NOT NULL", []).map(drop)
}
