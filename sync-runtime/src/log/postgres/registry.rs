//! The clients that are known, in Postgres.

use std::sync::Arc;

use deadpool_postgres::Client;
use tokio_postgres::{Error, Row};

use super::rows::{Number, id_of};
use crate::log::kept::signed;
use crate::log::registry::{
    BELIEVED, FORGOTTEN_CLIENTS, NewClient, OF_ALL, OF_ONE_USER, POSITIONS, Registered, Registration, ScopePosition,
    Sign,
};

/// Registers a client, unless it is somebody else's.
pub(super) async fn register(
    client: &mut Client,
    new: &NewClient,
    server: &str,
    now: i64,
) -> Result<Registered, Error> {
    let NewClient { client: name, owner, user, is_connected } = new;
    let moment = client.transaction().await?;
    let owners = "SELECT owner, true FROM sync_registry WHERE client = $1
        UNION ALL SELECT owner, false FROM sync_clients WHERE id = $1";
    let found = moment.query(&moment.prepare_cached(owners).await?, &[&&**name]).await?;
    let mut is_known = false;
    for row in &found {
        if id_of(row, 0)? != *owner {
            return Ok(Registered::Foreign);
        }
        is_known |= row.try_get::<_, bool>(1)?;
    }
    let upsert = "INSERT INTO sync_registry (client, owner, user_name, seen, server) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (client) DO UPDATE SET user_name = excluded.user_name, seen = excluded.seen,
            server = coalesce(excluded.server, sync_registry.server) WHERE sync_registry.owner = excluded.owner";
    let (owner, server) = (owner.to_bytes(), is_connected.then_some(server));
    let upsert = moment.prepare_cached(upsert).await?;
    // Of two that come at one time, one is first.
    let stored = moment.execute(&upsert, &[&&**name, &&owner[..], &user.as_deref(), &now, &server]).await?;
    if user.is_some() && !is_known {
        let oldest = "WITH gone AS (
                DELETE FROM sync_registry WHERE client IN (
                    SELECT client FROM sync_registry WHERE owner = $1 ORDER BY seen DESC, client = $2 DESC OFFSET $3
                ) RETURNING client
            ) DELETE FROM sync_positions p USING gone WHERE p.client = gone.client";
        moment.execute(&moment.prepare_cached(oldest).await?, &[&&owner[..], &&**name, &OF_ONE_USER]).await?;
    }
    moment.commit().await?;
    Ok(match (stored, is_known) {
        (0, _) => Registered::Foreign,
        (_, true) => Registered::Known,
        (_, false) => Registered::New,
    })
}

/// Notes what clients have shown; of one that is not known, nothing is noted.
pub(super) async fn sign(client: &mut Client, signs: &[(Arc<str>, Sign)], server: &str, now: i64) -> Result<(), Error> {
    let seen =
        "UPDATE sync_registry r SET seen = $3, server = CASE WHEN s.is_gone THEN nullif(r.server, $4) ELSE $4 END
        FROM unnest($1::text[], $2::boolean[]) AS s (client, is_gone) WHERE r.client = s.client COLLATE \"C\"";
    let upsert = "INSERT INTO sync_positions (client, scope, cursor, epoch)
        SELECT p.client, p.scope, p.cursor, p.epoch FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS p (client, scope, cursor, epoch)
        JOIN sync_registry r ON r.client = p.client COLLATE \"C\"
        WHERE (SELECT count(*) FROM sync_positions o WHERE o.client = p.client COLLATE \"C\") < $5
            OR EXISTS (SELECT 1 FROM sync_positions o WHERE o.client = p.client COLLATE \"C\" AND o.scope = p.scope COLLATE \"C\")
        ON CONFLICT (client, scope) DO UPDATE SET cursor = excluded.cursor, epoch = excluded.epoch";
    let advance = "UPDATE sync_positions o SET cursor = p.upto
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS p (client, scope, since, upto)
        WHERE o.client = p.client COLLATE \"C\" AND o.scope = p.scope COLLATE \"C\" AND o.cursor BETWEEN p.since AND p.upto";
    let delete = "DELETE FROM sync_positions o USING unnest($1::text[], $2::text[]) AS p (client, scope)
        WHERE o.client = p.client COLLATE \"C\" AND o.scope = p.scope COLLATE \"C\"";
    let moment = client.transaction().await?;
    let names: Vec<&str> = signs.iter().map(|(client, _)| &**client).collect();
    let gone: Vec<bool> = signs.iter().map(|(_, sign)| sign.is_gone).collect();
    moment.execute(&moment.prepare_cached(seen).await?, &[&names, &gone, &now, &server]).await?;
    let all =
        || signs.iter().flat_map(|(client, sign)| sign.positions.iter().map(move |position| (&**client, position)));
    let clients: Vec<&str> = all().map(|(client, _)| client).collect();
    let scopes: Vec<&str> = all().map(|(_, position)| &*position.scope).collect();
    let cursors: Vec<i64> = all().map(|(_, position)| signed(position.cursor)).collect();
    let epochs: Vec<&str> = all().map(|(_, position)| &*position.epoch).collect();
    if !clients.is_empty() {
        let upsert = moment.prepare_cached(upsert).await?;
        moment.execute(&upsert, &[&clients, &scopes, &cursors, &epochs, &POSITIONS]).await?;
    }
    let all = || signs.iter().flat_map(|(client, sign)| sign.advances.iter().map(move |told| (&**client, told)));
    let clients: Vec<&str> = all().map(|(client, _)| client).collect();
    let scopes: Vec<&str> = all().map(|(_, told)| &*told.scope).collect();
    let from: Vec<i64> = all().map(|(_, told)| signed(told.from)).collect();
    let to: Vec<i64> = all().map(|(_, told)| signed(told.to)).collect();
    if !clients.is_empty() {
        moment.execute(&moment.prepare_cached(advance).await?, &[&clients, &scopes, &from, &to]).await?;
    }
    let left = signs.iter().flat_map(|(client, sign)| sign.left.iter().map(move |scope| (&**client, &**scope)));
    let (clients, scopes): (Vec<&str>, Vec<&str>) = left.unzip();
    if !clients.is_empty() {
        moment.execute(&moment.prepare_cached(delete).await?, &[&clients, &scopes]).await?;
    }
    moment.commit().await
}

/// Notes that the clients of a server are still connected.
pub(super) async fn stay(client: &Client, server: &str, now: i64) -> Result<(), Error> {
    client.execute("UPDATE sync_registry SET seen = $2 WHERE server = $1", &[&server, &now]).await.map(drop)
}

pub(super) async fn unregister(client: &Client, name: &str) -> Result<bool, Error> {
    let forget =
        "WITH gone AS (DELETE FROM sync_positions WHERE client = $1) DELETE FROM sync_registry WHERE client = $1";
    Ok(client.execute(forget, &[&name]).await? > 0)
}

/// Returns clients behind a name, by name.
pub(super) async fn registrations(
    client: &Client,
    (from, is_behind): (&str, bool),
    limit: usize,
    now: i64,
) -> Result<Vec<Registration>, Error> {
    let select =
        "SELECT r.client, r.user_name, r.seen, r.server IS NOT NULL AND r.seen > $4, p.scope, p.cursor, p.epoch
        FROM (SELECT * FROM sync_registry WHERE client >= $1 AND (client > $1 OR NOT $2) ORDER BY client LIMIT $3) r
        LEFT JOIN sync_positions p ON p.client = r.client ORDER BY r.client, p.scope";
    let select = client.prepare_cached(select).await?;
    let rows = client.query(&select, &[&from, &is_behind, &signed(limit as u64), &(now - BELIEVED)]).await?;
    let mut found: Vec<Registration> = Vec::new();
    for row in rows {
        let name: &str = row.try_get(0)?;
        if found.last().is_none_or(|last| *last.client != *name) {
            let user = row.try_get::<_, Option<&str>>(1)?.map(Into::into);
            let (last_active, connected) = (row.try_get(2)?, row.try_get(3)?);
            found.push(Registration { client: name.into(), user, positions: Vec::new(), last_active, connected });
        }
        if let (Some(last), Some(position)) = (found.last_mut(), position(&row)?) {
            last.positions.push(position);
        }
    }
    Ok(found)
}

fn position(row: &Row) -> Result<Option<ScopePosition>, Error> {
    let Some(scope) = row.try_get::<_, Option<&str>>(4)? else { return Ok(None) };
    Ok(Some(ScopePosition { scope: scope.into(), cursor: row.number(5)?, epoch: row.try_get::<_, &str>(6)?.into() }))
}

pub(super) async fn count(client: &Client) -> Result<u64, Error> {
    client.query_one("SELECT count(*) FROM sync_registry", &[]).await?.number(0)
}

/// Forgets a few clients that have given no sign since, or are too many; returns whether there may be more of them.
pub(super) async fn forget(client: &Client, since: i64) -> Result<bool, Error> {
    let too_many = "SELECT seen FROM sync_registry ORDER BY seen DESC LIMIT 1 OFFSET $1";
    let too_many = client.query_opt(too_many, &[&OF_ALL]).await?.map(|row| row.try_get::<_, i64>(0)).transpose()?;
    // Guests come first: whoever makes up names of clients makes up many, and forgets nobody who has signed in.
    let guests = "SELECT EXISTS (SELECT 1 FROM sync_registry WHERE user_name IS NULL)";
    let guests: bool = match too_many {
        Some(_) => client.query_one(guests, &[]).await?.try_get(0)?,
        None => false,
    };
    let since = too_many.map_or(since, |seen| if guests { i64::MAX } else { seen.max(since) });
    let forget = "WITH gone AS (
            DELETE FROM sync_registry WHERE seen <= $1 AND client IN (
                SELECT client FROM sync_registry WHERE seen <= $1 AND (NOT $3 OR user_name IS NULL) ORDER BY seen LIMIT $2 FOR UPDATE SKIP LOCKED
            ) RETURNING client
        ), positions AS (DELETE FROM sync_positions p USING gone WHERE p.client = gone.client)
        SELECT count(*) FROM gone";
    let row = client.query_one(forget, &[&since, &FORGOTTEN_CLIENTS, &guests]).await?;
    Ok(row.try_get::<_, i64>(0)? == FORGOTTEN_CLIENTS)
}
