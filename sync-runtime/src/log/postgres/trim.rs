//! Forgetting changes that nobody needs any more, and clients that have not been heard of.

use deadpool_postgres::Client;
use tokio_postgres::{Error, Transaction};

use super::batch::lock_of;
use crate::log::kept::{FORGOTTEN, SCOPES, signed};

/// How many clients are forgotten at once, each with a thousand outcomes at most.
const CLIENTS: i64 = 10;

/// What is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keep {
    /// How many changes of a scope at most.
    pub(super) most: u64,
    /// Those that are newer than this.
    pub(super) since: i64,
    /// The clients that were heard of behind this.
    pub(super) clients: i64,
}

/// What a step has found.
pub(super) struct Step {
    /// There may be more of the same.
    pub(super) has_more: bool,
    /// Where it is looked for others; `None` where those were all.
    pub(super) next: Option<i64>,
}

/// Forgets a few changes of scopes behind a place, and a few clients. Of several servers, one does it at a time.
pub(super) async fn trim(client: &mut Client, place: i64, keep: Keep) -> Result<Step, Error> {
    let transaction = client.transaction().await?;
    let lock = lock_of("trim", "");
    let is_ours = transaction.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&lock]).await?;
    if !is_ours.try_get::<_, bool>(0)? {
        return Ok(Step { has_more: false, next: None });
    }
    let (scopes, next) = find(&transaction, place, keep).await?;
    let mut left = signed(FORGOTTEN);
    for (name, scope) in scopes {
        if left <= 0 {
            break;
        }
        left -= trim_scope(&transaction, &name, scope, keep, left).await?;
    }
    transaction.commit().await?;
    // Nobody waits for the scopes any more.
    let forgotten = forget_clients(client, keep.clients).await?;
    Ok(Step { has_more: left <= 0 || forgotten, next })
}

/// Finds scopes behind a place with too many changes, those with changes that are too old, and the next place.
async fn find(
    transaction: &Transaction<'_>,
    place: i64,
    keep: Keep,
) -> Result<(Vec<(String, i64)>, Option<i64>), Error> {
    let end = place.saturating_add(SCOPES.0);
    let select =
        "(SELECT name, id, true FROM sync_scopes WHERE id > $1 AND id <= $2 AND head - floor > $3 ORDER BY id LIMIT $5)
        UNION ALL (SELECT name, id, false FROM sync_scopes WHERE oldest <= $4 ORDER BY oldest LIMIT $5)";
    let found = transaction.query(select, &[&place, &end, &signed(keep.most), &keep.since, &SCOPES.1]).await?;
    let last = transaction.query_one("SELECT coalesce(max(id), 0) FROM sync_scopes", &[]).await?;
    let last: i64 = last.try_get(0)?;
    let (mut scopes, mut long) = (Vec::new(), Vec::new());
    for row in found {
        let id: i64 = row.try_get(1)?;
        scopes.push((row.try_get(0)?, id));
        if row.try_get(2)? {
            long.push(id);
        }
    }
    let next = if long.len() as i64 == SCOPES.1 { long.last().copied() } else { Some(end) };
    Ok((scopes, next.filter(|next| *next < last)))
}

/// Forgets at most so many changes of a scope, and returns how many; none while somebody writes to it.
async fn trim_scope(
    transaction: &Transaction<'_>,
    name: &str,
    scope: i64,
    keep: Keep,
    at_once: i64,
) -> Result<i64, Error> {
    let lock = lock_of("scope", name);
    let is_ours = transaction.query_one("SELECT pg_try_advisory_xact_lock($1)", &[&lock]).await?;
    if !is_ours.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let target = "SELECT floor, greatest(floor, least(head - $2, floor + $4), (
            SELECT max(cursor) FROM sync_changes WHERE scope = $1 AND cursor <= floor + $4 AND time <= $3
        )) FROM sync_scopes WHERE id = $1";
    let row = transaction.query_one(target, &[&scope, &signed(keep.most), &keep.since, &at_once]).await?;
    let (floor, target): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    transaction.execute("DELETE FROM sync_changes WHERE scope = $1 AND cursor <= $2", &[&scope, &target]).await?;
    let raise = "UPDATE sync_scopes SET floor = $2::bigint,
        oldest = (SELECT time FROM sync_changes WHERE scope = $1 AND cursor = $2::bigint + 1) WHERE id = $1";
    transaction.execute(raise, &[&scope, &target]).await?;
    Ok(target - floor)
}

/// Forgets a few clients that have pushed nothing for long; returns whether there may be more of them.
async fn forget_clients(client: &Client, since: i64) -> Result<bool, Error> {
    let forget = "WITH gone AS (
            DELETE FROM sync_clients WHERE seen <= $1 AND id IN (
                SELECT id FROM sync_clients WHERE seen <= $1 ORDER BY seen LIMIT $2 FOR UPDATE SKIP LOCKED
            ) RETURNING id
        ), outcomes AS (DELETE FROM sync_outcomes o USING gone WHERE o.client = gone.id)
        SELECT count(*) FROM gone";
    let row = client.query_one(forget, &[&since, &CLIENTS]).await?;
    Ok(row.try_get::<_, i64>(0)? == CLIENTS)
}
