//! Rows of another database, or of the same, in Postgres: what has come together is one transaction.
//!
//! What belongs together and is too much for one step is written in several, all of them in one transaction that holds up whoever else writes
//! scopes of rows: nobody can wait for it in a circle.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::{Config, Error, NoTls};

use super::asking::Asking;
use super::batch::{Scope, lock_all, lock_of, store_changes, store_entities, store_scopes, tell};
use super::rows::Number;
use super::{PostgresLog, unanswered};
use crate::clock::{Instant, calendar, soon};
use crate::id::Id;
use crate::log::kept::signed;
use crate::log::overlay::Key;
use crate::log::replica::{
    Aside, AsideRow, Fed, Feed, How, Lead, Next, Origin, PlacedRow, ReplicaLog, Row, RowTables, SetAside, aside_key,
    is_set_aside,
};
use crate::log::store::{Change, ChangeKind, Committed, LogError, News};
use crate::route::BoxFuture;

/// How many rows are written in one step, and how many bytes of them.
const STEP: (usize, usize) = (2000, 2 << 20);
/// How many scopes are locked one by one.
const LOCKED: usize = 200;
/// How many rows are forgotten at once.
const FORGOTTEN: i64 = 2000;
/// How long a step may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The database notices soon that nobody is there any more, so that another server can take over.
pub(crate) const ALIVE: &str =
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000";
/// What the database gives up by itself: one who stands still in the middle holds up nobody for longer.
const LIMITS: &str = "-c statement_timeout=60s -c lock_timeout=30s -c idle_in_transaction_session_timeout=8s";
/// How often one gives a sign who waits for the next row of something large.
const SIGN: Duration = Duration::from_secs(2);
/// The scope of rows that nobody is to see. No name of a scope is empty.
const HIDDEN: &str = "";

impl ReplicaLog for PostgresLog {
    fn lead(&self) -> BoxFuture<'_, Result<Lead, LogError>> {
        Box::pin(self.read(async |client| {
            let take = "INSERT INTO sync_replica (one, term) VALUES (1, 1)
                ON CONFLICT (one) DO UPDATE SET term = sync_replica.term + 1 RETURNING term, state";
            let row = client.query_one(take, &[]).await?;
            Ok(Ok(Lead { term: row.number(0)?, state: row.try_get::<_, Option<&str>>(1)?.map(Into::into) }))
        }))
    }

    fn stored(&self) -> BoxFuture<'_, Result<Option<Box<str>>, LogError>> {
        Box::pin(self.read(async |client| {
            let row = client.query_opt("SELECT state FROM sync_replica", &[]).await?;
            let state = row.map(|row| row.try_get::<_, Option<String>>(0)).transpose()?.flatten();
            Ok(Ok(state.map(Into::into)))
        }))
    }

    fn renew(&self, term: u64, state: Box<str>, is_whole: bool) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            let untold = Untold(Some(self));
            let client = connected(&self.config).await?;
            client.batch_execute("BEGIN").await?;
            lock_gate(&client).await?;
            if !store_state(&client, term, &state).await? {
                return Err(LogError::Superseded);
            }
            let renew = "UPDATE sync_scopes SET epoch = CASE WHEN $2::boolean THEN $1 || id ELSE '' END, head = head + 1, floor = head + 1, oldest = 0 WHERE replicated";
            let epoch = Id::random().to_string()[..8].to_owned();
            client.execute(renew, &[&epoch, &is_whole]).await?;
            // What calls have written by now is copied, and is not read back as theirs.
            let settle = "UPDATE sync_outcomes o SET cursor = 0 FROM sync_written w
                WHERE o.client = w.client AND o.number = w.number AND o.cursor IS NULL AND o.refusal IS NULL";
            client.execute(settle, &[]).await?;
            client.execute("DELETE FROM sync_written", &[]).await?;
            client.query("SELECT pg_notify('sync_log', $1 || ' all')", &[&&*self.server]).await?;
            client.batch_execute("COMMIT").await?;
            // All scopes are others now, so it is the same that is told.
            drop(untold);
            Ok(())
        })
    }

    fn forget_some(&self, term: u64) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(self.read(async move |client| {
            let moment = client.transaction().await?;
            let leads = "SELECT 1 FROM sync_replica WHERE term = $1 FOR UPDATE";
            if moment.query_opt(leads, &[&signed(term)]).await?.is_none() {
                return Ok(Err(LogError::Superseded));
            }
            let forget = "WITH few AS (
                    DELETE FROM sync_placed WHERE (entity, id) IN (SELECT entity, id FROM sync_placed LIMIT $1)
                    RETURNING entity, id, scopes
                ), gone AS (
                    DELETE FROM sync_entities e USING (SELECT entity, id, unnest(scopes) AS scope FROM few) s
                    WHERE e.scope = s.scope AND e.entity = s.entity AND e.id = s.id
                ) SELECT count(*) FROM few";
            let count: i64 = moment.query_one(forget, &[&FORGOTTEN]).await?.try_get(0)?;
            moment.execute("DELETE FROM sync_aside", &[]).await?;
            moment.commit().await?;
            Ok(Ok(count == FORGOTTEN))
        }))
    }

    fn feed(&self, term: u64, how: How, feed: Feed) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            let client = connected(&self.config).await?;
            let news = (Vec::new(), Vec::new());
            let mut untold = Untold(Some(self));
            Storing { log: self, client, term, how, step: Step::default(), is_open: false, news }.store(feed).await?;
            untold.0 = None;
            Ok(())
        })
    }

    fn rows_are(&self, tables: RowTables) {
        *self.tables.lock() = tables;
    }

    fn set_aside(&self) -> BoxFuture<'_, Result<SetAside, LogError>> {
        Box::pin(self.read(async |client| {
            let select = "SELECT entity, id, why, position, time, count(*) OVER () FROM sync_aside
                ORDER BY time DESC, entity, id LIMIT 20";
            let mut aside = SetAside::default();
            for row in client.query(select, &[]).await? {
                let text = |column| row.try_get::<_, &str>(column).map(Box::<str>::from);
                aside.count = row.number(5)?;
                let (entity, id, why, position) = (text(0)?, text(1)?, text(2)?, text(3)?);
                aside.last.push(AsideRow { entity, id, why, position, time: row.try_get(4)? });
            }
            Ok(Ok(aside))
        }))
    }
}

/// Something was committed, or may have been, of which nobody was told here: where an answer did not come, or nobody waited for it.
struct Untold<'l>(Option<&'l PostgresLog>);

impl Drop for Untold<'_> {
    fn drop(&mut self) {
        if let Some(log) = self.0 {
            (log.watch)(News::Missed);
        }
    }
}

/// Connects for somebody who writes rows.
async fn connected(config: &Config) -> Result<Asking, LogError> {
    let mut config = config.clone();
    let own = config.get_options().map(|own| format!("{own} ")).unwrap_or_default();
    let (client, connection) = config.options(format!("{own}{LIMITS} {ALIVE}")).connect(NoTls).await?;
    // It ends with its client.
    tokio::spawn(connection);
    Ok(Asking::new(client))
}

async fn store_state(client: &Asking, term: u64, state: &str) -> Result<bool, Error> {
    let update = "UPDATE sync_replica SET state = $2 WHERE term = $1";
    Ok(client.execute(update, &[&signed(term), &state]).await? == 1)
}

/// Holds up all who write scopes of rows, until the end of the transaction.
async fn lock_gate(client: &Asking) -> Result<(), Error> {
    client.query("SELECT pg_advisory_xact_lock($1)", &[&gate()]).await.map(drop)
}

/// The lock that all who write scopes of rows share.
pub(super) fn gate() -> i64 {
    lock_of("gate", "")
}

/// Rows on their way into the database.
struct Storing<'l> {
    log: &'l PostgresLog,
    client: Asking,
    term: u64,
    how: How,
    step: Step,
    /// A transaction has begun that is not whole yet.
    is_open: bool,
    /// What is to be told when it has ended: what was committed, and the scopes of calls that have waited for it.
    news: (Vec<Committed>, Vec<Arc<str>>),
}

/// What has been committed.
struct Ended {
    mark: u64,
    /// It had more than one step, or many scopes.
    is_large: bool,
}

/// What is written next.
#[derive(Default)]
struct Step {
    rows: Vec<(&'static str, Box<str>, Row)>,
    bytes: usize,
    /// How many of the rows are whole.
    whole: usize,
    /// What is stored with them.
    state: Option<(Box<str>, u64)>,
    origins: Vec<Origin>,
}

impl Step {
    fn is_full(&self) -> bool {
        self.rows.len() >= STEP.0 || self.bytes >= STEP.1
    }
}

impl Storing<'_> {
    async fn store(mut self, mut feed: Feed) -> Result<(), LogError> {
        loop {
            let fed = match feed.take() {
                Next::Fed(fed) => fed,
                Next::Nothing if self.step.state.is_some() => {
                    self.end(&feed).await?;
                    continue;
                }
                Next::Nothing => match self.next(&mut feed).await? {
                    Some(fed) => fed,
                    None => return Ok(()),
                },
                Next::End if self.step.state.is_some() => {
                    self.end(&feed).await?;
                    continue;
                }
                // What is not whole goes with the connection.
                Next::End => return Ok(()),
            };
            self.take(fed, &feed).await?;
        }
    }

    /// Waits for what comes next; in the middle of something, the database hears meanwhile that somebody is there.
    async fn next(&self, feed: &mut Feed) -> Result<Option<Fed>, LogError> {
        if !self.is_open {
            return Ok(feed.next().await);
        }
        loop {
            match soon(Instant::now() + SIGN, feed.next()).await {
                Some(fed) => return Ok(fed),
                None => self.client.batch_execute("SELECT 1").await?,
            }
        }
    }

    async fn take(&mut self, fed: Fed, feed: &Feed) -> Result<(), LogError> {
        match fed {
            Fed::Row { entity, id, row } => {
                let data = match &row {
                    Row::Is(placed) => placed.data.len(),
                    Row::Patched { bytes, .. } => *bytes,
                    Row::Gone | Row::Aside(_) => 0,
                };
                self.step.bytes += id.len() + data;
                self.step.rows.push((entity, id, row));
            }
            Fed::Whole { state, mark, origins } => {
                self.step.whole = self.step.rows.len();
                self.step.state = Some((state, mark));
                self.step.origins.extend(origins);
            }
            Fed::AllGone { entity } => return self.take_all(entity, feed).await,
        }
        if self.step.is_full() {
            if self.step.state.is_some() {
                self.end(feed).await?;
            }
            if self.step.is_full() {
                self.spill().await?;
            }
        }
        Ok(())
    }

    /// Takes it that all rows of an entity are gone.
    async fn take_all(&mut self, entity: &'static str, feed: &Feed) -> Result<(), LogError> {
        if self.step.state.is_some() {
            self.end(feed).await?;
        }
        loop {
            self.spill().await?;
            let some = "SELECT id FROM sync_placed WHERE entity = $1 LIMIT $2";
            let some = self.client.query(some, &[&entity, &(STEP.0 as i64)]).await?;
            if some.is_empty() {
                self.client.execute("DELETE FROM sync_aside WHERE entity = $1", &[&entity]).await?;
                return Ok(());
            }
            for row in some {
                self.step.rows.push((entity, row.try_get::<_, &str>(0)?.into(), Row::Gone));
            }
        }
    }

    /// Writes what is there of something that is not whole yet.
    async fn spill(&mut self) -> Result<(), LogError> {
        if !self.is_open {
            self.client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
            lock_gate(&self.client).await?;
            self.is_open = true;
        }
        let rows = std::mem::take(&mut self.step.rows);
        (self.step.bytes, self.step.whole) = (0, 0);
        self.write(rows).await
    }

    /// Writes what is whole, ends the transaction, and tells.
    async fn end(&mut self, feed: &Feed) -> Result<(), LogError> {
        let ending = soon(Instant::now() + PATIENCE, self.end_in_time());
        let ended = ending.await.unwrap_or_else(|| Err(unanswered()))?;
        if ended.as_ref().is_some_and(|ended| ended.is_large) {
            (self.log.watch)(News::Missed);
        }
        let (committed, waited) = std::mem::take(&mut self.news);
        committed.into_iter().for_each(|committed| (self.log.watch)(News::Committed(committed)));
        waited.iter().for_each(|scope| self.log.pending.moved(scope));
        ended.into_iter().for_each(|ended| feed.tell(ended.mark));
        Ok(())
    }

    async fn end_in_time(&mut self) -> Result<Option<Ended>, LogError> {
        let rest = self.step.rows.split_off(self.step.whole);
        let rows = std::mem::replace(&mut self.step.rows, rest);
        (self.step.bytes, self.step.whole) = (0, 0);
        let Some((state, mark)) = self.step.state.take() else { return Ok(None) };
        if !self.is_open {
            self.client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        }
        self.write(rows).await?;
        self.settle().await?;
        if !store_state(&self.client, self.term, &state).await? {
            return Err(LogError::Superseded);
        }
        if self.is_open {
            self.client.query("SELECT pg_notify('sync_log', $1 || ' all')", &[&&*self.log.server]).await?;
        }
        self.client.batch_execute("COMMIT").await?;
        Ok(Some(Ended { mark, is_large: std::mem::take(&mut self.is_open) }))
    }

    /// Says of calls that have waited for their rows how far they have led.
    async fn settle(&mut self) -> Result<(), LogError> {
        let origins = std::mem::take(&mut self.step.origins);
        if origins.is_empty() {
            return Ok(());
        }
        let update = "UPDATE sync_outcomes o SET cursor = coalesce(s.head, 0)
            FROM unnest($1::text[], $2::bigint[], $3::text[]) AS call (client, number, scope)
            LEFT JOIN sync_scopes s ON s.name = call.scope COLLATE \"C\"
            WHERE o.client = call.client COLLATE \"C\" AND o.number = call.number AND o.cursor IS NULL AND o.refusal IS NULL";
        let clients: Vec<&str> = origins.iter().map(|origin| &*origin.client).collect();
        let numbers: Vec<i64> = origins.iter().map(|origin| signed(origin.number)).collect();
        let scopes: Vec<&str> = origins.iter().map(|origin| &*origin.scope).collect();
        self.client.execute(update, &[&clients, &numbers, &scopes]).await?;
        let read_back = "DELETE FROM sync_written w USING unnest($1::text[], $2::bigint[]) AS call (client, number)
            WHERE w.client = call.client COLLATE \"C\" AND w.number = call.number";
        self.client.execute(read_back, &[&clients, &numbers]).await?;
        let payloads = "SELECT pg_notify('sync_log', $1 || ' ' || s.head || ' ' || s.name) FROM sync_scopes s WHERE s.name = ANY ($2)";
        self.client.query(payloads, &[&&*self.log.server, &scopes]).await?;
        self.news.1.extend(origins.into_iter().map(|origin| origin.scope));
        Ok(())
    }

    /// Writes rows, with the changes that they are.
    async fn write(&mut self, rows: Vec<(&'static str, Box<str>, Row)>) -> Result<(), LogError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut known = self.known(&rows).await?;
        let (mut placed, mut aside) = (Vec::with_capacity(rows.len()), BTreeMap::new());
        // What was read before it is known which scopes are to be locked.
        let mut now: HashMap<(&str, &str), Option<Box<str>>> = HashMap::new();
        let keys: Vec<(&'static str, Box<str>)> = rows.iter().map(|(entity, id, _)| (*entity, id.clone())).collect();
        for ((entity, id, row), (_, key)) in rows.into_iter().zip(&keys) {
            let before = now.get(&(entity, &**key)).cloned();
            let before =
                before.unwrap_or_else(|| known.get(&(entity.into(), id.clone())).and_then(|was| was.data.clone()));
            let row = match row {
                Row::Patched { of, patch, .. } => {
                    let was = of.map(|of| match now.get(&(entity, &*of)) {
                        Some(was) => was.clone(),
                        None => known.get(&(entity.into(), of)).and_then(|was| was.data.clone()),
                    });
                    // A copy may have the row under its new key already, and the old one not at all.
                    patch(was.flatten().or(before).as_deref()).map_or_else(Row::Aside, Row::Is)
                }
                row => row,
            };
            aside.remove(&(entity, &**key));
            let row = match row {
                Row::Is(placed) => Some(placed),
                Row::Gone | Row::Patched { .. } => None,
                Row::Aside(why) => {
                    aside.insert((entity, &**key), why);
                    None
                }
            };
            now.insert((entity, key), row.as_ref().map(|row| row.data.clone()));
            placed.push((entity, id, row));
        }
        drop(now);
        let mut scopes = self.scopes(&known, &placed).await?;
        let time = calendar();
        let mut places: BTreeMap<(&'static str, Box<str>), Vec<Arc<str>>> = BTreeMap::new();
        for (entity, id, row) in placed {
            let key: Key = (entity.into(), id.clone());
            let was = known.remove(&key).unwrap_or_default();
            let is = self.changed(&mut scopes, (entity, &id), &was, row, time);
            places.insert((entity, id), is.scopes.clone());
            known.insert(key, is);
        }
        self.store_rows(scopes, places, time).await?;
        self.store_aside(&keys, &aside, time).await
    }

    /// Makes changes of what a row was and is.
    fn changed(
        &self,
        scopes: &mut BTreeMap<Arc<str>, Scope>,
        (entity, id): (&'static str, &str),
        was: &Was,
        row: Option<PlacedRow>,
        time: i64,
    ) -> Was {
        let mut is = row.map_or_else(Was::default, |row| Was { data: Some(row.data), scopes: row.scopes });
        if is.data.is_some() && is.scopes.is_empty() {
            is.scopes.push(HIDDEN.into());
        }
        let mut write = |scope: &Arc<str>, kind: ChangeKind, data: Option<&str>, before: Option<&str>| {
            let Some(of) = scopes.get_mut(scope) else { return };
            let key: Key = (entity.into(), id.into());
            of.layer.put(key, data.map(Into::into));
            if self.how == How::Copied || scope.is_empty() {
                return;
            }
            of.head += 1;
            let data = data.map(Into::into);
            let change = Change { cursor: of.head, entity: entity.into(), id: id.into(), kind, data, time };
            of.made.push((change, before.map(Into::into)));
        };
        let before = was.data.as_deref();
        for scope in was.scopes.iter().filter(|scope| !is.scopes.contains(scope)) {
            write(scope, ChangeKind::Delete, None, before);
        }
        for scope in &is.scopes {
            match was.scopes.contains(scope) {
                true if was.data == is.data => {}
                true => write(scope, ChangeKind::Update, is.data.as_deref(), before),
                false => write(scope, ChangeKind::Create, is.data.as_deref(), None),
            }
        }
        is
    }

    /// Reads what rows were: nobody else writes that.
    async fn known(&self, rows: &[(&'static str, Box<str>, Row)]) -> Result<HashMap<Key, Was>, Error> {
        let before = rows.iter().filter_map(|(entity, _, row)| match row {
            Row::Patched { of: Some(of), .. } => Some((*entity, &**of)),
            _ => None,
        });
        let keys = rows.iter().map(|(entity, id, _)| (*entity, &**id));
        let (entities, ids): (Vec<&str>, Vec<&str>) = keys.chain(before).unzip();
        let select = "SELECT p.entity, p.id, e.data,
                (SELECT array_agg(s.name ORDER BY s.name) FROM sync_scopes s WHERE s.id = ANY (p.scopes))
            FROM (SELECT DISTINCT entity, id FROM unnest($1::text[], $2::text[]) AS wanted (entity, id)) w
            JOIN sync_placed p ON p.entity = w.entity COLLATE \"C\" AND p.id = w.id COLLATE \"C\"
            LEFT JOIN sync_entities e ON e.scope = p.scopes[1] AND e.entity = p.entity AND e.id = p.id";
        let mut known = HashMap::new();
        for row in self.client.query(select, &[&entities, &ids]).await? {
            let key: Key = (row.try_get::<_, &str>(0)?.into(), row.try_get::<_, &str>(1)?.into());
            let names: Vec<&str> = row.try_get::<_, Option<Vec<&str>>>(3)?.unwrap_or_default();
            let data = row.try_get::<_, Option<&str>>(2)?.map(Into::into);
            known.insert(key, Was { data, scopes: names.into_iter().map(Arc::from).collect() });
        }
        Ok(known)
    }

    /// Locks all scopes that rows were in or are, and reads how far they are. A database has locks for some thousands: where there are many
    /// scopes, all are locked by one.
    async fn scopes(
        &mut self,
        known: &HashMap<Key, Was>,
        placed: &[(&'static str, Box<str>, Option<PlacedRow>)],
    ) -> Result<BTreeMap<Arc<str>, Scope>, Error> {
        let mut scopes: BTreeMap<Arc<str>, Scope> = BTreeMap::new();
        for name in known.values().flat_map(|was| &was.scopes) {
            scopes.entry(name.clone()).or_default();
        }
        for row in placed.iter().filter_map(|(.., row)| row.as_ref()) {
            for name in &row.scopes {
                scopes.entry(name.clone()).or_default();
            }
            if row.scopes.is_empty() {
                scopes.entry(HIDDEN.into()).or_default();
            }
        }
        if !self.is_open && scopes.len() > LOCKED {
            lock_gate(&self.client).await?;
            self.is_open = true;
        }
        if !self.is_open {
            lock_all(&self.client, scopes.keys().map(|scope| lock_of("scope", scope)).collect()).await?;
        }
        let names: Vec<&str> = scopes.keys().map(|name| &**name).collect();
        let select = "SELECT name, id, head FROM sync_scopes WHERE name = ANY ($1)";
        for row in self.client.query(select, &[&names]).await? {
            if let Some(scope) = scopes.get_mut(row.try_get::<_, &str>(0)?) {
                (scope.id, scope.head) = (Some(row.try_get(1)?), row.number(2)?);
            }
        }
        Ok(scopes)
    }

    async fn store_rows(
        &mut self,
        scopes: BTreeMap<Arc<str>, Scope>,
        places: BTreeMap<(&'static str, Box<str>), Vec<Arc<str>>>,
        time: i64,
    ) -> Result<(), LogError> {
        let mut ids: HashMap<_, _> =
            scopes.iter().filter_map(|(name, scope)| Some((name.clone(), scope.id?))).collect();
        let is_to_be_stored = |scope: &Scope| scope.id.is_none() || !scope.made.is_empty() || self.how == How::Copied;
        let new = store_scopes(&self.client, |scope| is_to_be_stored(scope), &scopes, time, Some(self.how)).await?;
        ids.extend(new);
        let scopes: Vec<_> =
            scopes.into_iter().filter_map(|(name, scope)| Some((*ids.get(&name)?, name, scope))).collect();
        let changed = async {
            store_changes(&self.client, &scopes).await?;
            store_entities(&self.client, &scopes).await?;
            // Of what is large, and of how many scopes, it is told in the end that something has happened.
            if self.is_open { Ok(()) } else { tell(&self.client, &scopes, &self.log.server).await }
        };
        let placed = store_places(&self.client, &places, &ids);
        futures_util::try_join!(changed, placed)?;
        let told = scopes.into_iter().filter(|(.., scope)| !scope.made.is_empty() && !self.is_open);
        let told = told.map(|(_, scope, Scope { head, made, .. })| Committed {
            scope,
            cursor: head,
            changes: made.into_iter().map(|(change, _)| change).collect(),
        });
        self.news.0.extend(told);
        Ok(())
    }

    async fn store_aside(
        &self,
        keys: &[(&'static str, Box<str>)],
        aside: &BTreeMap<(&'static str, &str), Aside>,
        time: i64,
    ) -> Result<(), LogError> {
        let delete = "DELETE FROM sync_aside a USING unnest($1::text[], $2::text[]) AS met (entity, id)
            WHERE a.entity = met.entity COLLATE \"C\" AND a.id = met.id COLLATE \"C\"";
        let met = keys.iter().map(|(entity, id)| (*entity, aside_key(id)));
        let (entities, ids): (Vec<&str>, Vec<Cow<'_, str>>) = met.unzip();
        self.client.execute(delete, &[&entities, &ids]).await?;
        let insert = "INSERT INTO sync_aside (entity, id, why, position, time) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (entity, id) DO UPDATE SET why = excluded.why, position = excluded.position, time = excluded.time";
        for ((entity, id), Aside { why, position }) in aside {
            self.client.execute(insert, &[entity, &aside_key(id), &&**why, &&**position, &time]).await?;
            is_set_aside(entity, position);
        }
        Ok(())
    }
}

/// What is known of a row.
#[derive(Debug, Default)]
struct Was {
    data: Option<Box<str>>,
    scopes: Vec<Arc<str>>,
}

/// Notes which scopes rows are in.
async fn store_places(
    client: &Asking,
    places: &BTreeMap<(&'static str, Box<str>), Vec<Arc<str>>>,
    ids: &HashMap<Arc<str>, i64>,
) -> Result<(), Error> {
    // A list of lists has one length: the numbers of one row are one text.
    let upsert = "INSERT INTO sync_placed (entity, id, scopes)
        SELECT entity, id, string_to_array(scopes, ' ')::bigint[] FROM unnest($1::text[], $2::text[], $3::text[]) AS new (entity, id, scopes)
        ON CONFLICT (entity, id) DO UPDATE SET scopes = excluded.scopes WHERE sync_placed.scopes <> excluded.scopes";
    let delete = "DELETE FROM sync_placed p USING unnest($1::text[], $2::text[]) AS gone (entity, id)
        WHERE p.entity = gone.entity COLLATE \"C\" AND p.id = gone.id COLLATE \"C\"";
    let (mut there, mut gone, mut scopes) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()), Vec::new());
    for ((entity, id), of) in places {
        if of.is_empty() {
            gone.0.push(*entity);
            gone.1.push(&**id);
            continue;
        }
        there.0.push(*entity);
        there.1.push(&**id);
        let numbers = of.iter().filter_map(|scope| ids.get(scope)).map(ToString::to_string);
        scopes.push(numbers.collect::<Vec<_>>().join(" "));
    }
    if !scopes.is_empty() {
        client.execute(upsert, &[&there.0, &there.1, &scopes]).await?;
    }
    if !gone.0.is_empty() {
        client.execute(delete, &[&gone.0, &gone.1]).await?;
    }
    Ok(())
}
