//! Rows of another database in SQLite: one job of the thread that writes takes what has come, and all of that is one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::{Scope, SqliteLog};
use crate::clock::calendar;
use crate::id::Id;
use crate::log::kept::{number_of, signed};
use crate::log::replica::{
    Aside, AsideRow, Fed, Feed, How, Lead, Next, PlacedRow, ReplicaLog, Row, RowTables, SetAside, aside_key,
    is_set_aside,
};
use crate::log::store::{Change, ChangeKind, Committed, LogError, News, Watch};
use crate::route::BoxFuture;
use crate::storage::{DataError, Failure, Job, Later};

/// After how many rows that are whole a transaction ends.
const ROWS: usize = 5000;
/// How many rows are forgotten at once.
const FORGOTTEN: i64 = 2000;
/// How many scopes are known at once: beyond that, all of them are forgotten.
const KNOWN: usize = 10_000;
/// How many bytes of changes are told with a transaction; of what is more it is told that it is there.
const TOLD: usize = 1 << 20;
/// How many of the rows that are set aside are shown.
const SHOWN: i64 = 20;
/// The scope of rows that nobody is to see. No name of a scope is empty.
const HIDDEN: &str = "";

impl ReplicaLog for SqliteLog {
    fn lead(&self) -> BoxFuture<'_, Result<Lead, LogError>> {
        Box::pin(async move {
            let led = self.writer.write(|file| {
                let take = "INSERT INTO sync_replica (one, term) VALUES (1, 1)
                    ON CONFLICT (one) DO UPDATE SET term = term + 1 RETURNING term, state";
                file.query_row(take, [], |row| {
                    Ok(Lead { term: row.get::<_, i64>(0)?.unsigned_abs(), state: row.get(1)? })
                })
            });
            Ok(led.await?)
        })
    }

    fn stored(&self) -> BoxFuture<'_, Result<Option<Box<str>>, LogError>> {
        Box::pin(self.read(|file| {
            let stored = file.query_row("SELECT state FROM sync_replica", [], |row| row.get(0)).optional()?;
            Ok(Ok(stored.flatten()))
        }))
    }

    fn renew(&self, term: u64, state: Box<str>, is_whole: bool) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            let renewed = self.writer.write(move |file| {
                if !store_state(file, term, &state)? {
                    return Ok(false);
                }
                // What is behind the new floor is forgotten with what is old.
                let renew = "UPDATE sync_scopes SET epoch = CASE WHEN ?2 THEN ?1 || id ELSE '' END, head = head + 1, floor = head + 1, oldest = 0
                    WHERE replicated = 1";
                file.execute(renew, params![&Id::random().to_string()[..8], is_whole])?;
                Ok(true)
            });
            if !renewed.await? {
                return Err(LogError::Superseded);
            }
            (self.watch)(News::Missed);
            Ok(())
        })
    }

    fn forget_some(&self, term: u64) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(async move {
            let forgotten = self.writer.write(move |file| {
                if !leads(file, term)? {
                    return Ok(None);
                }
                let mut rows = file.prepare_cached("SELECT entity, id, scopes FROM sync_placed LIMIT ?1")?;
                let rows = rows.query_map([FORGOTTEN], |row| {
                    Ok((row.get::<_, Box<str>>(0)?, row.get::<_, Box<str>>(1)?, row.get::<_, String>(2)?))
                })?;
                let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
                for (entity, id, scopes) in &rows {
                    for scope in read_places(scopes) {
                        delete_entity(file, scope, entity, id)?;
                    }
                    place(file, entity, id, &[])?;
                }
                file.execute("DELETE FROM sync_aside", [])?;
                Ok(Some(rows.len() as i64 == FORGOTTEN))
            });
            forgotten.await?.ok_or(LogError::Superseded)
        })
    }

    fn feed(&self, term: u64, how: How, mut feed: Feed) -> BoxFuture<'_, Result<(), LogError>> {
        Box::pin(async move {
            while let Some(first) = feed.next().await {
                let (tell, told) = oneshot::channel();
                let job = FeedJob {
                    term,
                    how,
                    first: Some(first),
                    feed: Some(feed),
                    watch: self.watch.clone(),
                    done: None,
                    tell,
                };
                self.writer.submit(Box::new(job)).await?;
                feed = told.await.map_err(|_| LogError::from(Failure::Unanswered))??;
            }
            Ok(())
        })
    }

    /// Mutations do not come here: those of rows are refused before.
    fn rows_are(&self, _: RowTables) {}

    fn set_aside(&self) -> BoxFuture<'_, Result<SetAside, LogError>> {
        Box::pin(self.read(|file| {
            let count: i64 = file.query_row("SELECT count(*) FROM sync_aside", [], |row| row.get(0))?;
            let last = "SELECT entity, id, why, position, time FROM sync_aside ORDER BY time DESC, entity, id LIMIT ?1";
            let mut last = file.prepare_cached(last)?;
            let last = last.query_map([SHOWN], |row| {
                Ok(AsideRow {
                    entity: row.get(0)?,
                    id: row.get(1)?,
                    why: row.get(2)?,
                    position: row.get(3)?,
                    time: row.get(4)?,
                })
            })?;
            Ok(Ok(SetAside { count: count.unsigned_abs(), last: last.collect::<rusqlite::Result<_>>()? }))
        }))
    }
}

fn leads(file: &Connection, term: u64) -> rusqlite::Result<bool> {
    let select = "SELECT count(*) FROM sync_replica WHERE term = ?1";
    file.prepare_cached(select)?.query_row([signed(term)], |row| Ok(row.get::<_, i64>(0)? == 1))
}

fn store_state(file: &Connection, term: u64, state: &str) -> rusqlite::Result<bool> {
    let update = "UPDATE sync_replica SET state = ?2 WHERE term = ?1";
    Ok(file.prepare_cached(update)?.execute(params![signed(term), state])? == 1)
}

/// Rows in the line of the writer: the first of them, and what comes behind it.
struct FeedJob {
    term: u64,
    how: How,
    first: Option<Fed>,
    feed: Option<Feed>,
    watch: Watch,
    done: Option<Done>,
    tell: oneshot::Sender<Result<Feed, LogError>>,
}

/// What a job has stored.
#[derive(Default)]
struct Done {
    committed: Vec<Committed>,
    /// There is more than what is told.
    is_more: bool,
    mark: Option<u64>,
    is_superseded: bool,
}

impl Job for FeedJob {
    fn is_read(&self) -> bool {
        false
    }

    fn is_given_up(&self) -> bool {
        self.tell.is_closed()
    }

    fn run(&mut self, connection: &Connection, _: &mut Later) -> rusqlite::Result<()> {
        let (Some(first), Some(feed)) = (self.first.take(), &mut self.feed) else { return Ok(()) };
        let mut storing = Storing::begin(connection, self.term, self.how)?;
        if !storing.done.is_superseded {
            storing.take(first, feed)?;
        }
        self.done = Some(storing.done);
        Ok(())
    }

    fn answer(self: Box<Self>, ended: Result<(), Arc<DataError>>) {
        let told = match (ended, self.done, self.feed) {
            (Ok(()), Some(Done { is_superseded: true, .. }), _) => Err(LogError::Superseded),
            (Ok(()), Some(done), Some(feed)) => {
                done.committed.into_iter().for_each(|committed| (self.watch)(News::Committed(committed)));
                if done.is_more {
                    (self.watch)(News::Missed);
                }
                done.mark.into_iter().for_each(|mark| feed.tell(mark));
                Ok(feed)
            }
            (Err(error), ..) => Err(LogError::from(Failure::Data(error))),
            (Ok(()), ..) => Err(LogError::from(Failure::Unanswered)),
        };
        self.tell.send(told).map_or_else(drop, drop);
    }
}

/// One transaction of the file, in which whole ones of the other database are stored.
struct Storing<'c> {
    file: &'c Connection,
    term: u64,
    how: How,
    time: i64,
    /// The scopes that were met, by name and by number.
    ids: HashMap<Arc<str>, i64>,
    scopes: HashMap<i64, ScopeNow>,
    hidden: Option<i64>,
    /// Rows may be set aside, of which some may be in order again.
    has_aside: bool,
    /// How many bytes of changes are told.
    told: usize,
    /// What is to be told of scopes when it is whole.
    pending: Vec<Committed>,
    done: Done,
}

struct ScopeNow {
    name: Arc<str>,
    head: u64,
    /// The changes since the last whole transaction; none where they are too many.
    changes: Vec<Change>,
    is_dirty: bool,
}

impl<'c> Storing<'c> {
    fn begin(file: &'c Connection, term: u64, how: How) -> rusqlite::Result<Self> {
        let done = Done { is_superseded: !leads(file, term)?, ..Done::default() };
        let has_aside: bool = file.query_row("SELECT EXISTS (SELECT 1 FROM sync_aside)", [], |row| row.get(0))?;
        let (ids, scopes) = Default::default();
        Ok(Self {
            file,
            term,
            how,
            time: calendar(),
            ids,
            scopes,
            hidden: None,
            has_aside,
            told: 0,
            pending: Vec::new(),
            done,
        })
    }

    /// Stores what comes, until there is nothing more of it or it is enough; what is not whole then is undone.
    fn take(&mut self, first: Fed, feed: &mut Feed) -> rusqlite::Result<()> {
        self.file.execute_batch("SAVEPOINT whole")?;
        let (mut next, mut rows) = (Some(first), 0);
        while let Some(fed) = next.take() {
            let is_whole = self.store(fed)?;
            rows += 1;
            if is_whole && rows >= ROWS {
                break;
            }
            next = match feed.take() {
                Next::Fed(fed) => Some(fed),
                Next::Nothing if is_whole => None,
                Next::Nothing => feed.wait(),
                Next::End => None,
            };
            if next.is_none() && !is_whole {
                self.file.execute_batch("ROLLBACK TO whole")?;
            }
        }
        self.file.execute_batch("RELEASE whole")
    }

    /// Stores one thing; returns whether all is whole then.
    fn store(&mut self, fed: Fed) -> rusqlite::Result<bool> {
        match fed {
            Fed::Row { entity, id, row } => self.store_row(entity, &id, row)?,
            Fed::AllGone { entity } => self.store_all_gone(entity)?,
            Fed::Whole { state, mark, .. } => {
                self.store_heads()?;
                store_state(self.file, self.term, &state)?;
                self.file.execute_batch("RELEASE whole; SAVEPOINT whole")?;
                self.done.committed.append(&mut self.pending);
                self.done.mark = Some(mark);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn store_row(&mut self, entity: &'static str, id: &str, row: Row) -> rusqlite::Result<()> {
        let places = self.places(entity, id)?;
        let before = places.first().map(|scope| self.entity(*scope, entity, id)).transpose()?.flatten();
        let row = match row {
            Row::Patched { of, patch, .. } => {
                let was = of.map(|of| self.was(entity, &of)).transpose()?;
                // A copy may have the row under its new key already, and the old one not at all.
                patch(was.flatten().or_else(|| before.clone()).as_deref()).map_or_else(Row::Aside, Row::Is)
            }
            row => row,
        };
        if self.has_aside {
            let delete = "DELETE FROM sync_aside WHERE entity = ?1 AND id = ?2";
            self.file.prepare_cached(delete)?.execute([entity, &*aside_key(id)])?;
        }
        match row {
            Row::Is(PlacedRow { data, scopes }) => {
                self.store_placed(entity, id, &places, before.as_deref(), (&data, scopes))
            }
            Row::Gone => self.take_from(entity, id, &places, before.as_deref()),
            Row::Aside(Aside { why, position }) => {
                self.take_from(entity, id, &places, before.as_deref())?;
                let insert =
                    "INSERT OR REPLACE INTO sync_aside (entity, id, why, position, time) VALUES (?1, ?2, ?3, ?4, ?5)";
                self.file.prepare_cached(insert)?.execute(params![entity, aside_key(id), why, position, self.time])?;
                self.has_aside = true;
                is_set_aside(entity, &position);
                Ok(())
            }
            Row::Patched { .. } => Ok(()),
        }
    }

    fn store_placed(
        &mut self,
        entity: &'static str,
        id: &str,
        places: &[i64],
        before: Option<&str>,
        (data, scopes): (&str, Vec<Arc<str>>),
    ) -> rusqlite::Result<()> {
        let mut now = scopes.into_iter().map(|name| self.scope(name)).collect::<rusqlite::Result<Vec<_>>>()?;
        if now.is_empty() {
            now.push(self.hidden_scope()?);
        }
        for scope in places.iter().filter(|scope| !now.contains(scope)) {
            delete_entity(self.file, *scope, entity, id)?;
            self.log(*scope, (entity, id), ChangeKind::Delete, None, before)?;
        }
        for scope in &now {
            let was_there = places.contains(scope);
            if was_there && before == Some(data) {
                continue;
            }
            let upsert = "INSERT INTO sync_entities (scope, entity, id, data) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (scope, entity, id) DO UPDATE SET data = excluded.data";
            self.file.prepare_cached(upsert)?.execute(params![scope, entity, id, data])?;
            let kind = if was_there { ChangeKind::Update } else { ChangeKind::Create };
            self.log(*scope, (entity, id), kind, Some(data), before.filter(|_| was_there))?;
        }
        if places != now { place(self.file, entity, id, &now) } else { Ok(()) }
    }

    fn take_from(
        &mut self,
        entity: &'static str,
        id: &str,
        places: &[i64],
        before: Option<&str>,
    ) -> rusqlite::Result<()> {
        for scope in places {
            delete_entity(self.file, *scope, entity, id)?;
            self.log(*scope, (entity, id), ChangeKind::Delete, None, before)?;
        }
        if places.is_empty() { Ok(()) } else { place(self.file, entity, id, &[]) }
    }

    fn store_all_gone(&mut self, entity: &'static str) -> rusqlite::Result<()> {
        loop {
            let mut some = self.file.prepare_cached("SELECT id FROM sync_placed WHERE entity = ?1 LIMIT ?2")?;
            let some = some.query_map(params![entity, FORGOTTEN], |row| row.get::<_, Box<str>>(0))?;
            let some = some.collect::<rusqlite::Result<Vec<_>>>()?;
            if some.is_empty() {
                self.file.execute("DELETE FROM sync_aside WHERE entity = ?1", [entity])?;
                return Ok(());
            }
            for id in some {
                self.store_row(entity, &id, Row::Gone)?;
            }
        }
    }

    /// The JSON that a row has been.
    fn was(&self, entity: &str, id: &str) -> rusqlite::Result<Option<Box<str>>> {
        let places = self.places(entity, id)?;
        Ok(places.first().map(|scope| self.entity(*scope, entity, id)).transpose()?.flatten())
    }

    /// The scopes that a row is in.
    fn places(&self, entity: &str, id: &str) -> rusqlite::Result<Vec<i64>> {
        let select = "SELECT scopes FROM sync_placed WHERE entity = ?1 AND id = ?2";
        let mut select = self.file.prepare_cached(select)?;
        let places = select.query_row([entity, id], |row| Ok(read_places(row.get_ref(0)?.as_str()?))).optional()?;
        Ok(places.unwrap_or_default())
    }

    fn entity(&self, scope: i64, entity: &str, id: &str) -> rusqlite::Result<Option<Box<str>>> {
        let select = "SELECT data FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
        let mut select = self.file.prepare_cached(select)?;
        select.query_row(params![scope, entity, id], |row| row.get(0)).optional()
    }

    fn hidden_scope(&mut self) -> rusqlite::Result<i64> {
        if let Some(hidden) = self.hidden {
            return Ok(hidden);
        }
        let hidden = self.scope(HIDDEN.into())?;
        self.hidden = Some(hidden);
        Ok(hidden)
    }

    /// Returns the number of a scope, which is one of rows from now on.
    fn scope(&mut self, name: Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(&name) {
            return Ok(*id);
        }
        let id = match Scope::find(self.file, &name)? {
            Some(scope) => {
                let mark = "UPDATE sync_scopes SET replicated = 1 WHERE id = ?1 AND replicated = 0";
                self.file.prepare_cached(mark)?.execute([scope.id])?;
                self.know(scope.id, name, scope.head)?;
                scope.id
            }
            None => {
                let id = Scope::begin(self.file, &name)?;
                // What is copied has no changes: whoever has nothing takes a snapshot.
                let copied = "UPDATE sync_scopes SET replicated = 1, head = ?2, floor = ?2, epoch = CASE WHEN ?2 THEN '' ELSE epoch END WHERE id = ?1";
                let head = i64::from(self.how == How::Copied);
                self.file.prepare_cached(copied)?.execute([id, head])?;
                self.know(id, name, head.unsigned_abs())?;
                id
            }
        };
        Ok(id)
    }

    fn know(&mut self, id: i64, name: Arc<str>, head: u64) -> rusqlite::Result<()> {
        if self.scopes.len() >= KNOWN {
            self.store_heads()?;
            self.scopes.clear();
            self.ids.clear();
            self.hidden = None;
        }
        self.ids.insert(name.clone(), id);
        self.scopes.insert(id, ScopeNow { name, head, changes: Vec::new(), is_dirty: false });
        Ok(())
    }

    /// Writes a change of a scope.
    fn log(
        &mut self,
        scope: i64,
        (entity, id): (&'static str, &str),
        kind: ChangeKind,
        data: Option<&str>,
        before: Option<&str>,
    ) -> rusqlite::Result<()> {
        if self.how == How::Copied {
            return Ok(());
        }
        if !self.scopes.contains_key(&scope) {
            let select = "SELECT name, head FROM sync_scopes WHERE id = ?1";
            let (name, head): (String, i64) =
                self.file.prepare_cached(select)?.query_row([scope], |row| Ok((row.get(0)?, row.get(1)?)))?;
            self.know(scope, name.into(), head.unsigned_abs())?;
        }
        let Some(of) = self.scopes.get_mut(&scope) else { return Ok(()) };
        if of.name.is_empty() {
            return Ok(());
        }
        of.head += 1;
        of.is_dirty = true;
        let insert = "INSERT INTO sync_changes (scope, cursor, entity, id, kind, data, before, time)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut insert = self.file.prepare_cached(insert)?;
        insert.execute(params![scope, signed(of.head), entity, id, number_of(kind), data, before, self.time])?;
        self.told += data.map_or(0, str::len) + id.len() + entity.len();
        if self.told < TOLD {
            let (data, time) = (data.map(Box::from), self.time);
            of.changes.push(Change { cursor: of.head, entity: entity.into(), id: id.into(), kind, data, time });
        }
        Ok(())
    }

    /// Writes how far each scope is, and notes what is to be told of it.
    fn store_heads(&mut self) -> rusqlite::Result<()> {
        let raise = "UPDATE sync_scopes SET head = ?2, oldest = coalesce(oldest, ?3) WHERE id = ?1";
        let mut raise = self.file.prepare_cached(raise)?;
        for (id, scope) in self.scopes.iter_mut().filter(|(_, scope)| scope.is_dirty) {
            raise.execute(params![id, signed(scope.head), self.time])?;
            scope.is_dirty = false;
            let changes = std::mem::take(&mut scope.changes);
            if self.done.committed.len() + self.pending.len() < 2 * KNOWN {
                self.pending.push(Committed { scope: scope.name.clone(), cursor: scope.head, changes });
            } else {
                self.done.is_more = true;
            }
        }
        Ok(())
    }
}

fn read_places(text: &str) -> Vec<i64> {
    text.split(' ').filter_map(|id| id.parse().ok()).collect()
}

/// Notes which scopes a row is in; none where it is gone.
fn place(file: &Connection, entity: &str, id: &str, scopes: &[i64]) -> rusqlite::Result<()> {
    if scopes.is_empty() {
        let delete = "DELETE FROM sync_placed WHERE entity = ?1 AND id = ?2";
        return file.prepare_cached(delete)?.execute([entity, id]).map(drop);
    }
    let text = scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let upsert = "INSERT INTO sync_placed (entity, id, scopes) VALUES (?1, ?2, ?3)
        ON CONFLICT (entity, id) DO UPDATE SET scopes = excluded.scopes";
    file.prepare_cached(upsert)?.execute([entity, id, &text]).map(drop)
}

fn delete_entity(file: &Connection, scope: i64, entity: &str, id: &str) -> rusqlite::Result<()> {
    let delete = "DELETE FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
    file.prepare_cached(delete)?.execute(params![scope, entity, id]).map(drop)
}
