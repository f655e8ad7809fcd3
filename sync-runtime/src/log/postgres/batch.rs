//! Pushes that are settled together: what is known of them is read at once, and what they have done is written at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use tokio_postgres::Error;

use super::asking::Asking;
use super::link::{Link, LinkError};
use super::reading::outcome_of;
use super::replica::gate;
use super::rows::{Number, Stored, id_of};
use crate::id::Id;
use crate::log::kept::{number_of, signed};
use crate::log::overlay::{Key, Layer, Made, Written};
use crate::log::replica::{How, RowTables};
use crate::log::settle::{Judged, KEPT, KnownClient, Outcome, judge, run, to_stored};
use crate::log::store::{Committed, Push, Pushed, Work};

/// How many bytes of JSON are written together, about.
const BYTES: usize = 8 << 20;

/// What is known of the scopes and clients of some pushes, and what they have become.
#[derive(Default)]
pub(super) struct Batch {
    scopes: HashMap<Arc<str>, Scope>,
    clients: HashMap<Arc<str>, KnownClient>,
    outcomes: HashMap<(Arc<str>, u64), (Id, Outcome)>,
    /// Those that are new, in their order.
    settled: Vec<(Arc<str>, u64)>,
    /// Those whose rows are not read back yet, new or not.
    waiting: HashSet<(Arc<str>, u64)>,
    /// The rows that new ones have written.
    rows: Vec<Rows>,
    tables: RowTables,
    bytes: usize,
}

/// The rows that one push has written.
struct Rows {
    client: Arc<str>,
    number: u64,
    scope: Arc<str>,
    keys: Vec<Key>,
}

/// What came of a push.
#[derive(Debug)]
pub(super) enum Settling {
    /// This.
    Pushed(Pushed),
    /// It is settled, and how far that has led is known when its rows are read back.
    Waits,
}

/// A scope, and what is made of it.
#[derive(Default)]
pub(super) struct Scope {
    /// `None`: nothing was ever written to it.
    pub(super) id: Option<i64>,
    pub(super) head: u64,
    pub(super) layer: Layer,
    pub(super) made: Vec<Made>,
}

impl Scope {
    /// Leaves out what the log has not written: rows of tables.
    fn without(mut self, tables: &RowTables) -> Self {
        self.layer.retain(|(entity, _)| !tables.tables.contains_key(&**entity));
        self
    }
}

impl Batch {
    /// Begins a transaction that nobody else's about the same scopes and clients can cross, and reads what is known of them.
    ///
    /// The locks come first: a cursor that is taken before would show after one that was taken later.
    pub(super) async fn begin(
        client: &Asking,
        pushes: &[&Push],
        codes: &[&'static str],
        tables: RowTables,
    ) -> Result<Self, Error> {
        // One that was refused before is of no scope, whatever it says.
        let applied = pushes.iter().filter(|push| matches!(push.work, Work::Apply(_)));
        let scopes = sorted(applied.map(|push| &push.scope));
        let clients = sorted(pushes.iter().map(|push| &push.call.client));
        // Whatever the database does otherwise: what is read behind a lock is what was committed before it.
        client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        let mut locks: Vec<i64> = Vec::new();
        locks.extend(scopes.iter().map(|scope| lock_of("scope", scope)));
        locks.extend(clients.iter().map(|client| lock_of("client", client)));
        if scopes.iter().any(|scope| tables.may_meet(scope)) {
            // Before all others: whoever holds it alone waits for none of those. It, and rows that somebody else holds, are not waited for long, since
            // everybody waits meanwhile; whoever has pushed tries again.
            client.batch_execute("SET LOCAL lock_timeout = '500ms'").await?;
            client.query("SELECT pg_advisory_xact_lock_shared($1)", &[&gate()]).await?;
        }
        lock_all(client, locks).await?;
        let mut batch = Self { tables, ..Self::default() };
        batch.load_scopes(client, &scopes).await?;
        batch.load_clients(client, &clients).await?;
        batch.load_outcomes(client, pushes, codes).await?;
        Ok(batch)
    }

    async fn load_scopes(&mut self, client: &Asking, names: &[Arc<str>]) -> Result<(), Error> {
        let texts: Vec<&str> = names.iter().map(|name| &**name).collect();
        self.scopes = names.iter().map(|name| (name.clone(), Scope::default())).collect();
        let select = "SELECT name, id, head FROM sync_scopes WHERE name = ANY ($1)";
        for row in client.query(select, &[&texts]).await? {
            if let Some(scope) = self.scopes.get_mut(row.try_get::<_, &str>(0)?) {
                (scope.id, scope.head) = (Some(row.try_get(1)?), row.number(2)?);
            }
        }
        Ok(())
    }

    async fn load_clients(&mut self, client: &Asking, names: &[Arc<str>]) -> Result<(), Error> {
        let texts: Vec<&str> = names.iter().map(|name| &**name).collect();
        // One that is registered is somebody's before its first push.
        let select = "SELECT DISTINCT ON (id) id, owner, last FROM (
                SELECT id, owner, last FROM sync_clients WHERE id = ANY ($1)
                UNION ALL SELECT client, owner, 0 FROM sync_registry WHERE client = ANY ($1)
            ) AS known ORDER BY id, last DESC";
        for row in client.query(select, &[&texts]).await? {
            let known = KnownClient { owner: id_of(&row, 1)?, last: row.number(2)? };
            self.clients.insert(row.try_get::<_, &str>(0)?.into(), known);
        }
        Ok(())
    }

    /// Reads what came of these pushes before, and of those that some of them depend on.
    async fn load_outcomes(&mut self, client: &Asking, pushes: &[&Push], codes: &[&'static str]) -> Result<(), Error> {
        let before = pushes.iter().filter(|push| push.after_success).map(|push| (push, push.call.number - 1));
        let (mut clients, mut numbers) = (Vec::new(), Vec::new());
        for (push, number) in pushes.iter().map(|push| (push, push.call.number)).chain(before) {
            clients.push(&*push.call.client);
            numbers.push(signed(number));
        }
        let select = "SELECT o.client, o.number, o.call, o.cursor, o.refusal
            FROM unnest($1::text[], $2::bigint[]) AS wanted (client, number)
            JOIN sync_outcomes o ON o.client = wanted.client COLLATE \"C\" AND o.number = wanted.number";
        for row in client.query(select, &[&clients, &numbers]).await? {
            let of: (Arc<str>, u64) = (row.try_get::<_, &str>(0)?.into(), row.number(1)?);
            let outcome = outcome_of(&row, 3, codes)?;
            if outcome.is_none() {
                self.waiting.insert(of.clone());
            }
            self.outcomes.insert(of, (id_of(&row, 2)?, outcome.unwrap_or(Ok(0))));
        }
        Ok(())
    }

    /// Whether it is time to write what there is.
    pub(super) fn is_full(&self) -> bool {
        self.bytes > BYTES
    }

    /// Settles a push that the batch was begun with, unless it is settled, or is not its client's next.
    pub(super) fn settle(&mut self, link: &Link, push: &mut Push, time: i64) -> Result<Settling, LinkError> {
        let client = push.call.client.clone();
        let known = self.clients.get(&client).copied();
        let of = client.clone();
        let outcome_of = |number| Ok::<_, Infallible>(self.outcomes.get(&(of.clone(), number)).cloned());
        let Ok(judged) = judge(push, known, outcome_of);
        let outcome = match judged {
            Judged::Told(Pushed::Settled(Ok(_))) if self.waiting.contains(&(client.clone(), push.call.number)) => {
                return Ok(Settling::Waits);
            }
            Judged::Told(pushed) => return Ok(Settling::Pushed(pushed)),
            Judged::Refused(refusal) => Err(refusal),
            Judged::Next => self.apply(link, push, time)?,
        };
        let (owner, last) = (push.call.owner, push.call.number);
        self.clients.insert(client.clone(), KnownClient { owner, last });
        self.outcomes.insert((client.clone(), last), (push.call.call, outcome.clone()));
        self.settled.push((client.clone(), last));
        Ok(match self.waiting.contains(&(client, last)) {
            true => Settling::Waits,
            false => Settling::Pushed(Pushed::Settled(outcome)),
        })
    }

    fn apply(&mut self, link: &Link, push: &mut Push, time: i64) -> Result<Outcome, LinkError> {
        if let Work::Refuse(refusal) = &push.work {
            return Ok(Err(refusal.clone()));
        }
        let scope = self.scopes.entry(push.scope.clone()).or_default();
        let stored = Stored::new(link, (&push.scope, scope.id), &self.tables);
        let written = run(&push.scope, &mut push.work, &scope.layer.over(&stored), scope.head, time)?;
        stored.end(written.is_ok())?;
        let Written { made, layer, rows } = match written {
            Ok(written) => written,
            Err(refusal) => return Ok(Err(refusal)),
        };
        scope.head += made.len() as u64;
        self.bytes += made.iter().map(|(change, before)| size(&change.data) + size(before)).sum::<usize>();
        scope.layer.take_over(layer);
        scope.made.extend(made);
        if !rows.is_empty() {
            let (client, number) = (push.call.client.clone(), push.call.number);
            self.waiting.insert((client.clone(), number));
            self.rows.push(Rows { client, number, scope: push.scope.clone(), keys: rows });
        }
        Ok(Ok(scope.head))
    }

    /// Writes all of it, and ends the transaction; returns what was committed.
    pub(super) async fn commit(self, client: &Asking, server: &str, time: i64) -> Result<Vec<Committed>, Error> {
        let changed: BTreeMap<_, _> = self
            .scopes
            .into_iter()
            .filter(|(_, scope)| !scope.made.is_empty())
            .map(|(name, scope)| (name, scope.without(&self.tables)))
            .collect();
        let ids = store_scopes(client, |_| true, &changed, time, None).await?;
        let scopes: Vec<_> = changed.into_iter().map(|(name, scope)| (ids[&name], name, scope)).collect();
        let rows = async {
            store_changes(client, &scopes).await?;
            store_entities(client, &scopes).await?;
            tell(client, &scopes, server).await
        };
        let outcomes = Outcomes { of: &self.outcomes, waiting: &self.waiting };
        let clients = store_clients(client, &self.settled, &self.clients, outcomes, time);
        futures_util::try_join!(rows, clients, store_written(client, &self.rows, self.tables.origin))?;
        client.batch_execute("COMMIT").await?;
        let committed = scopes.into_iter().map(|(_, scope, Scope { head, made, .. })| {
            let changes = made.into_iter().map(|(change, _)| change).collect();
            Committed { scope, cursor: head, changes }
        });
        Ok(committed.collect())
    }
}

fn sorted<'n>(names: impl Iterator<Item = &'n Arc<str>>) -> Vec<Arc<str>> {
    let mut names: Vec<_> = names.cloned().collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn size(json: &Option<Box<str>>) -> usize {
    json.as_ref().map_or(0, |json| json.len())
}

/// Locks what these numbers stand for, until the end of the transaction: in one order, so that nobody waits for somebody who waits for them.
pub(super) async fn lock_all(client: &Asking, mut locks: Vec<i64>) -> Result<(), Error> {
    locks.sort_unstable();
    client.query("SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key", &[&locks]).await.map(drop)
}

/// Returns the number under which a scope or a client is locked.
pub(super) fn lock_of(kind: &str, name: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = Id::of_texts(&["sync_log", kind, name]).to_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

pub(super) type Scopes = [(i64, Arc<str>, Scope)];

/// Writes how far scopes are, those that are not there yet, too, and returns their numbers; `rows` says how they have come to have rows of a
/// database, if they have, and `which` says which of them.
pub(super) async fn store_scopes(
    client: &Asking,
    which: impl Fn(&Scope) -> bool,
    scopes: &BTreeMap<Arc<str>, Scope>,
    time: i64,
    rows: Option<How>,
) -> Result<HashMap<Arc<str>, i64>, Error> {
    let upsert = "INSERT INTO sync_scopes (name, epoch, head, floor, oldest, replicated)
        SELECT name, epoch, head, CASE WHEN $5::boolean THEN head ELSE 0 END, CASE WHEN $5::boolean THEN NULL ELSE $4::bigint END, $6::boolean
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS new (name, epoch, head)
        ON CONFLICT (name) DO UPDATE SET head = excluded.head, oldest = coalesce(sync_scopes.oldest, excluded.oldest),
            replicated = sync_scopes.replicated OR excluded.replicated
        RETURNING name, id";
    let scopes = || scopes.iter().filter(|(_, scope)| which(scope));
    let names: Vec<&str> = scopes().map(|(name, _)| &**name).collect();
    // What is copied has no changes, and no epoch until it is whole: whoever has nothing takes a snapshot then.
    let is_copied = rows == Some(How::Copied);
    let epoch = || if is_copied { String::new() } else { Id::random().to_string()[..8].to_owned() };
    let epochs: Vec<String> = names.iter().map(|_| epoch()).collect();
    let heads = scopes().map(|(_, scope)| if is_copied { scope.head.max(1) } else { scope.head });
    let heads: Vec<i64> = heads.map(signed).collect();
    let mut ids = HashMap::new();
    if !names.is_empty() {
        for row in client.query(upsert, &[&names, &epochs, &heads, &time, &is_copied, &rows.is_some()]).await? {
            ids.insert(row.try_get::<_, &str>(0)?.into(), row.try_get(1)?);
        }
    }
    Ok(ids)
}

pub(super) async fn store_changes(client: &Asking, scopes: &Scopes) -> Result<(), Error> {
    let insert = "INSERT INTO sync_changes (scope, cursor, entity, id, kind, data, before, time)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[],
            $8::bigint[])";
    let all = || scopes.iter().flat_map(|(id, _, scope)| scope.made.iter().map(move |made| (*id, made)));
    let ids: Vec<i64> = all().map(|(scope, _)| scope).collect();
    let cursors: Vec<i64> = all().map(|(_, (change, _))| signed(change.cursor)).collect();
    let entities: Vec<&str> = all().map(|(_, (change, _))| &*change.entity).collect();
    let keys: Vec<&str> = all().map(|(_, (change, _))| &*change.id).collect();
    let kinds: Vec<i16> = all().map(|(_, (change, _))| number_of(change.kind)).collect();
    let data: Vec<Option<&str>> = all().map(|(_, (change, _))| change.data.as_deref()).collect();
    let before: Vec<Option<&str>> = all().map(|(_, (_, before))| before.as_deref()).collect();
    let times: Vec<i64> = all().map(|(_, (change, _))| change.time).collect();
    if !ids.is_empty() {
        client.execute(insert, &[&ids, &cursors, &entities, &keys, &kinds, &data, &before, &times]).await?;
    }
    Ok(())
}

pub(super) async fn store_entities(client: &Asking, scopes: &Scopes) -> Result<(), Error> {
    let upsert = "INSERT INTO sync_entities (scope, entity, id, data)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
        ON CONFLICT (scope, entity, id) DO UPDATE SET data = excluded.data";
    let delete =
        "DELETE FROM sync_entities e USING unnest($1::bigint[], $2::text[], $3::text[]) AS gone (scope, entity, id)
        WHERE e.scope = gone.scope AND e.entity = gone.entity COLLATE \"C\" AND e.id = gone.id COLLATE \"C\"";
    let all =
        || scopes.iter().flat_map(|(id, _, scope)| scope.layer.now().iter().map(move |(key, now)| (*id, key, now)));
    let (mut there, mut gone): (Columns<'_>, Columns<'_>) = Default::default();
    let mut data: Vec<&str> = Vec::new();
    for (scope, key, now) in all() {
        match now {
            Some(now) => {
                there.push(scope, key);
                data.push(now);
            }
            None => gone.push(scope, key),
        }
    }
    if !data.is_empty() {
        client.execute(upsert, &[&there.scopes, &there.entities, &there.ids, &data]).await?;
    }
    if !gone.scopes.is_empty() {
        client.execute(delete, &[&gone.scopes, &gone.entities, &gone.ids]).await?;
    }
    Ok(())
}

/// The keys of entities, by column.
#[derive(Default)]
struct Columns<'k> {
    scopes: Vec<i64>,
    entities: Vec<&'k str>,
    ids: Vec<&'k str>,
}

impl<'k> Columns<'k> {
    fn push(&mut self, scope: i64, (entity, id): &'k Key) {
        self.scopes.push(scope);
        self.entities.push(entity);
        self.ids.push(id);
    }
}

/// Tells the other servers when it is committed, and by whom.
pub(super) async fn tell(client: &Asking, scopes: &Scopes, server: &str) -> Result<(), Error> {
    let payload = |(_, name, scope): &(_, Arc<str>, Scope)| format!("{server} {} {name}", scope.head);
    let payloads: Vec<String> = scopes.iter().filter(|(.., scope)| !scope.made.is_empty()).map(payload).collect();
    if !payloads.is_empty() {
        client.query("SELECT pg_notify('sync_log', payload) FROM unnest($1::text[]) AS payload", &[&payloads]).await?;
    }
    Ok(())
}

/// What came of pushes.
#[derive(Clone, Copy)]
struct Outcomes<'b> {
    of: &'b HashMap<(Arc<str>, u64), (Id, Outcome)>,
    waiting: &'b HashSet<(Arc<str>, u64)>,
}

impl Outcomes<'_> {
    /// Returns how far a push has led its scope, where that is known.
    fn cursor(self, key: &(Arc<str>, u64), outcome: &Outcome) -> Option<u64> {
        outcome.as_ref().ok().copied().filter(|_| !self.waiting.contains(key))
    }
}

/// Notes which rows were written, until they are read back, and says in the transaction by which calls.
async fn store_written(client: &Asking, rows: &[Rows], origin: &'static str) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = "INSERT INTO sync_written (client, number, scope, entity, id)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[])";
    let all = || rows.iter().flat_map(|row| row.keys.iter().map(move |key| (row, key)));
    let clients: Vec<&str> = all().map(|(row, _)| &*row.client).collect();
    let numbers: Vec<i64> = all().map(|(row, _)| signed(row.number)).collect();
    let scopes: Vec<&str> = all().map(|(row, _)| &*row.scope).collect();
    let entities: Vec<&str> = all().map(|(_, (entity, _))| &**entity).collect();
    let ids: Vec<&str> = all().map(|(_, (_, id))| &**id).collect();
    client.execute(insert, &[&clients, &numbers, &scopes, &entities, &ids]).await?;
    let calls: Vec<_> = rows.iter().map(|row| (&*row.client, row.number, &*row.scope)).collect();
    client.query(origin, &[&serde_json::to_string(&calls).unwrap_or_default()]).await.map(drop)
}

async fn store_clients(
    client: &Asking,
    settled: &[(Arc<str>, u64)],
    clients: &HashMap<Arc<str>, KnownClient>,
    outcomes: Outcomes<'_>,
    time: i64,
) -> Result<(), Error> {
    if settled.is_empty() {
        return Ok(());
    }
    let upsert = "INSERT INTO sync_clients (id, owner, last, seen)
        SELECT id, owner, last, $4 FROM unnest($1::text[], $2::bytea[], $3::bigint[]) AS new (id, owner, last)
        ON CONFLICT (id) DO UPDATE SET last = excluded.last, seen = excluded.seen";
    let insert = "INSERT INTO sync_outcomes (client, number, call, cursor, refusal)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[])";
    let heard = "DELETE FROM sync_outcomes o USING unnest($1::text[], $2::bigint[]) AS heard (client, number)
        WHERE o.client = heard.client COLLATE \"C\" AND o.number <= heard.number";
    let of: BTreeMap<&str, &KnownClient> =
        settled.iter().filter_map(|(client, _)| Some((&**client, clients.get(client)?))).collect();
    let names: Vec<&str> = of.keys().copied().collect();
    let owners: Vec<Vec<u8>> = of.values().map(|known| known.owner.to_bytes().to_vec()).collect();
    let lasts: Vec<i64> = of.values().map(|known| signed(known.last)).collect();
    let heards: Vec<i64> = of.values().map(|known| signed(known.last.saturating_sub(KEPT))).collect();
    let of: Vec<_> = settled.iter().filter_map(|key| Some((key, outcomes.of.get(key)?))).collect();
    let of_names: Vec<&str> = of.iter().map(|((client, _), _)| &**client).collect();
    let numbers: Vec<i64> = of.iter().map(|((_, number), _)| signed(*number)).collect();
    let calls: Vec<Vec<u8>> = of.iter().map(|(_, (call, _))| call.to_bytes().to_vec()).collect();
    let cursors: Vec<Option<i64>> =
        of.iter().map(|(key, (_, outcome))| outcomes.cursor(key, outcome).map(signed)).collect();
    let refusals: Vec<Option<String>> =
        of.iter().map(|(_, (_, outcome))| outcome.as_ref().err().and_then(to_stored)).collect();
    client.execute(upsert, &[&names, &owners, &lasts, &time]).await?;
    client.execute(insert, &[&of_names, &numbers, &calls, &cursors, &refusals]).await?;
    client.execute(heard, &[&names, &heards]).await?;
    Ok(())
}
