//! A replication slot: what the database keeps for us of what it writes, and streams from where we are.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use pgwire_replication::{Lsn as WireLsn, PgWireError, ReplicationClient, ReplicationEvent};
use tokio_postgres::Client;
use tokio_util::task::AbortOnDropHandle;

use super::connection::{APPLICATION, Address, in_time, quoted};
use super::error::{Halt, Missing};
use super::feeding::{Storing, ended, fed, origins};
use super::pgoutput::{self, Message, Relation, Value};
use super::position::{Lsn, Origin, Phase, Stored};
use super::reader::{Lead, UNTOLD};
use super::status::Status;
use super::tables::Table;
use crate::clock::{Instant, sleep, timeout};
use crate::log::{self, Fed, Feed, Feeder, How};

/// How long it is waited for the transactions that a new slot has to wait for, and how often it is said which these are.
const MADE_WITHIN: Duration = Duration::from_secs(60);
const WAITING_SAID: Duration = Duration::from_secs(1);
/// How long it is waited for a slot that somebody still holds.
const FREED_WITHIN: Duration = Duration::from_secs(10);
/// How long what has come may take to be stored when nothing more comes.
const STORED_WITHIN: Duration = Duration::from_secs(30);
/// How long between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// After how many bytes in which nothing was for us it is stored that they were read, and after what time whatever they are.
const IDLE: (u64, Duration, Duration) = (1 << 20, Duration::from_secs(1), Duration::from_secs(30));
/// Under which name transactions of our own say something of themselves.
const ORIGIN: &str = "sync.origin";

/// A slot as the database has it.
#[derive(Debug)]
pub(super) struct Found {
    confirmed: Option<Lsn>,
    /// Why it is of no use any more.
    lost: Option<String>,
    holder: Option<i32>,
}

/// Looks for a slot.
pub(super) async fn find(client: &Client, slot: &str) -> Result<Option<Found>, Halt> {
    let select = "SELECT confirmed_flush_lsn::text, wal_status, active_pid,
            database IS DISTINCT FROM current_database()::name OR plugin IS DISTINCT FROM 'pgoutput'
        FROM pg_replication_slots WHERE slot_name = $1";
    let Some(row) = client.query_opt(select, &[&slot]).await? else { return Ok(None) };
    let confirmed = row.try_get::<_, Option<&str>>(0)?.map(str::parse).transpose()?;
    let status: Option<&str> = row.try_get(1)?;
    let lost = match (status, row.try_get(3)?) {
        (Some("lost"), _) => Some(format!("the database has thrown away what the slot `{slot}` has not read yet")),
        (_, true) => return Err(Halt::Missing(vec![Missing::Foreign(slot.to_owned())])),
        _ => None,
    };
    Ok(Some(Found { confirmed, lost, holder: row.try_get(2)? }))
}

/// Says how a slot is, for people.
pub(super) async fn described(client: &Client, slot: &str) -> Result<String, Halt> {
    let select = "SELECT active, wal_status, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), confirmed_flush_lsn::text
        FROM pg_replication_slots WHERE slot_name = $1";
    let Some(row) = client.query_opt(select, &[&slot]).await? else {
        return Ok(format!("no slot `{slot}` yet: the server makes it when it begins to read"));
    };
    let text = |column| row.try_get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    let is_read = if row.try_get(0)? { "is read" } else { "is not read by anybody" };
    let (status, kept, confirmed) = (text(1)?, text(2)?, text(3)?);
    Ok(format!("slot `{slot}` {is_read}; confirmed up to {confirmed}; keeps {kept} of the log ({status})"))
}

/// Says why a stream cannot go on at a place where it was, if it cannot.
pub(super) async fn broken(client: &Client, slot: &str, at: Lsn) -> Result<Option<String>, Halt> {
    let Some(found) = find(client, slot).await? else { return Ok(Some(format!("there is no slot `{slot}`"))) };
    if found.lost.is_some() {
        return Ok(found.lost);
    }
    if found.confirmed.is_none_or(|confirmed| confirmed > at) {
        return Ok(Some("the log is older than the slot: what lies between was told to somebody else".to_owned()));
    }
    let written = client.query_one("SELECT pg_current_wal_lsn()::text", &[]).await?;
    let written: Lsn = written.try_get::<_, &str>(0)?.parse()?;
    Ok((written < at).then(|| "the database is older than the log".to_owned()))
}

/// Takes a slot away, and who holds it with it, if that is one of us.
pub(super) async fn drop_slot(client: &Client, slot: &str) -> Result<bool, Halt> {
    let deadline = Instant::now() + FREED_WITHIN;
    loop {
        let Some(found) = find(client, slot).await? else { return Ok(false) };
        match found.holder {
            None => {
                client.query("SELECT pg_drop_replication_slot($1)", &[&slot]).await?;
                return Ok(true);
            }
            Some(_) if Instant::now() > deadline => return Err(held(slot)),
            Some(holder) => end_holder(client, holder).await?,
        }
        sleep(PAUSE).await;
    }
}

fn held(slot: &str) -> Halt {
    Halt::Busy(format!("somebody else reads the slot `{slot}`"))
}

/// Ends a stream that one of us has left behind: it holds the slot until the database notices.
async fn end_holder(client: &Client, holder: i32) -> Result<(), Halt> {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND usename = current_user AND application_name = $2";
    client.query(end, &[&holder, &APPLICATION]).await?;
    Ok(())
}

/// Which cluster a stream comes from, and which of its timelines: a backup that was brought back, or a standby that has taken over, begins another one,
/// and may not have all that was told already.
pub(super) async fn system(stream: &mut ReplicationClient) -> Result<String, Halt> {
    let found = in_time(stream.identify_system()).await??;
    Ok(format!("{} {}", found.system_id, found.timeline))
}

/// Makes a slot, and returns where it begins, and the name of what the database was at that moment: it is there as long as the stream does
/// nothing else. Says for what it waits meanwhile.
pub(super) async fn make(
    client: &Client,
    stream: &mut ReplicationClient,
    slot: &str,
    status: &Status,
) -> Result<(Lsn, String), Halt> {
    let make = format!("CREATE_REPLICATION_SLOT {} LOGICAL pgoutput EXPORT_SNAPSHOT", quoted(slot));
    let made = {
        let saying = async {
            loop {
                sleep(WAITING_SAID).await;
                match running(client).await {
                    Ok(transactions) => status.waits(Halt::Busy(transactions).to_string()),
                    Err(halt) => return halt,
                }
            }
        };
        let making = timeout(MADE_WITHIN, stream.simple_query(&make));
        tokio::select! {
            made = making => made,
            halt = saying => return Err(halt),
        }
    };
    let Ok(made) = made else {
        stream.abort();
        return Err(Halt::Busy(running(client).await?));
    };
    let rows = made?;
    let text = |column: usize| {
        let value = rows.first().and_then(|row| row.get(column)?.as_ref());
        value.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let unreadable = || PgWireError::Protocol("CREATE_REPLICATION_SLOT was answered in another form".to_owned());
    let (Some(from), Some(snapshot)) = (text(1), text(2)) else {
        return Err(unreadable().into());
    };
    Ok((from.parse()?, snapshot))
}

/// Names the transactions that are under way, the oldest first.
async fn running(client: &Client) -> Result<String, Halt> {
    let select = "SELECT pid, coalesce(usename::text, ''), coalesce(application_name, ''), state, extract(epoch FROM now() - xact_start)::bigint
        FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 3";
    let mut all = Vec::new();
    for row in client.query(select, &[]).await? {
        let (pid, user, name): (i32, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (state, age): (Option<String>, Option<i64>) = (row.try_get(3)?, row.try_get(4)?);
        let (state, age) = (state.unwrap_or_default(), age.unwrap_or_default());
        all.push(format!("pid {pid} of `{user}` ({name}), {state} for {age} s"));
    }
    Ok(if all.is_empty() { "none that can be named".to_owned() } else { all.join("; ") })
}

/// What a stream needs to go on.
pub(super) struct Streaming<'r> {
    pub(super) address: &'r Address,
    pub(super) client: &'r Client,
    pub(super) slot: &'r str,
    pub(super) publication: &'r str,
    pub(super) tables: &'r [Arc<Table>],
    pub(super) origin: &'r Origin,
    pub(super) lead: &'r Lead,
    pub(super) status: &'r Status,
    pub(super) at: Lsn,
    pub(super) fence: Lsn,
}

impl Streaming<'_> {
    /// Stores what is streamed, for as long as that goes.
    pub(super) async fn run(self) -> Result<std::convert::Infallible, Halt> {
        let mut stream = self.begin().await?;
        let (mut feeder, feed) = Feed::new();
        let (log, term) = (self.lead.log.clone(), self.lead.term);
        let mut storing = AbortOnDropHandle::new(tokio::spawn(async move { log.feed(term, How::Changed, feed).await }));
        let halt = match self.read(&mut stream, &mut feeder, &mut storing).await {
            Ended::Log(halt) => return Err(halt),
            Ended::Stream(halt) => halt,
        };
        // What has come is stored: over a connection that breaks off again and again, nobody would get anywhere otherwise.
        drop(feeder.end());
        timeout(STORED_WITHIN, storing).await.map_or_else(drop, drop);
        Err(halt)
    }

    /// Has stored what is streamed, until either ends.
    async fn read(&self, stream: &mut ReplicationClient, feeder: &mut Feeder, storing: &mut Storing) -> Ended {
        let mut reading = Reading::new(self);
        reading.show(self.at);
        loop {
            tokio::select! {
                biased;
                halt = ended(storing) => return Ended::Log(halt),
                () = feeder.stored_more() => {
                    let stored = Lsn(feeder.stored());
                    // Never before it is stored: what is confirmed is not told again.
                    stream.update_applied_lsn(WireLsn::from(stored.0));
                    reading.show(stored);
                }
                event = stream.recv() => {
                    let heard = match event {
                        Ok(Some(event)) => reading.hear(event, feeder).await,
                        Ok(None) => Err(PgWireError::Protocol("the stream has ended".to_owned()).into()),
                        Err(error) => Err(error.into()),
                    };
                    match heard {
                        Ok(()) => {}
                        // It takes no more, and says why.
                        Err(Halt::Log(log::LogError::Superseded)) => return Ended::Log(ended(storing).await),
                        Err(halt) => return Ended::Stream(halt),
                    }
                }
            }
        }
    }

    /// Begins, as soon as nobody else holds the slot.
    async fn begin(&self) -> Result<ReplicationClient, Halt> {
        let deadline = Instant::now() + FREED_WITHIN;
        loop {
            let mut stream = self.address.open_stream(self.slot, self.publication, self.at).await?;
            stream.start().await?;
            match in_time(stream.wait_started()).await? {
                Ok(()) => return Ok(stream),
                Err(error) if Instant::now() > deadline => return Err(error.into()),
                Err(error) => match find(self.client, self.slot).await? {
                    Some(Found { holder: Some(holder), .. }) => end_holder(self.client, holder).await?,
                    _ => return Err(error.into()),
                },
            }
            sleep(PAUSE).await;
        }
    }
}

/// Why nothing more is read.
enum Ended {
    Log(Halt),
    Stream(Halt),
}

/// A stream that is being read.
struct Reading<'r> {
    streaming: &'r Streaming<'r>,
    relations: HashMap<u32, Vec<Reads>>,
    transaction: Option<Transaction>,
    /// Up to where all was fed.
    fed: Lsn,
    /// Up to where there was nothing more for us, and since when that is not stored.
    idle: (Lsn, Instant),
}

/// A table that rows of a relation are of, and where its columns stand in them.
struct Reads {
    table: Arc<Table>,
    places: Vec<usize>,
}

struct Transaction {
    commit: Lsn,
    /// It was stored before.
    is_known: bool,
    /// How many rows of it there were.
    rows: u64,
    origins: Vec<log::Origin>,
}

impl<'r> Reading<'r> {
    fn new(streaming: &'r Streaming<'r>) -> Self {
        let at = streaming.at;
        Self { streaming, relations: HashMap::new(), transaction: None, fed: at, idle: (at, Instant::now()) }
    }

    async fn hear(&mut self, event: ReplicationEvent, feeder: &Feeder) -> Result<(), Halt> {
        match event {
            ReplicationEvent::Begin { final_lsn, .. } => {
                let commit = Lsn(final_lsn.into());
                let is_known = is_stored(commit, self.streaming.at);
                self.transaction = Some(Transaction { commit, is_known, rows: 0, origins: Vec::new() });
            }
            ReplicationEvent::XLogData { data, .. } => self.hear_data(&data, feeder).await?,
            ReplicationEvent::Message { transactional: true, prefix, content, .. } => {
                self.hear_origin(&prefix, &content)
            }
            ReplicationEvent::Commit { end_lsn, .. } => self.hear_commit(Lsn(end_lsn.into()), feeder).await?,
            ReplicationEvent::KeepAlive { wal_end, .. } => self.hear_idle(Lsn(wal_end.into()), feeder).await?,
            ReplicationEvent::Message { .. } | ReplicationEvent::StoppedAt { .. } => {}
        }
        Ok(())
    }

    async fn hear_data(&mut self, data: &[u8], feeder: &Feeder) -> Result<(), Halt> {
        match pgoutput::read(data)? {
            Message::Relation(relation) => self.learn(&relation),
            Message::Insert { relation, new } => self.feed_row(relation, None, &new, feeder).await,
            Message::Update { relation, old, new } => self.feed_row(relation, old.as_deref(), &new, feeder).await,
            Message::Delete { relation, old } => self.feed_gone(relation, &old, feeder).await,
            Message::Truncate { relations } => {
                for relation in relations {
                    if !self.is_read(relation) {
                        continue;
                    }
                    self.count();
                    for reads in self.reads(relation) {
                        fed(feeder.feed(Fed::AllGone { entity: reads.table.replica.entity() }).await)?;
                    }
                }
                Ok(())
            }
            Message::Said { prefix, content } => {
                self.hear_origin(prefix, content);
                Ok(())
            }
            Message::Other => Ok(()),
        }
    }

    /// Learns what a table looks like from now on.
    fn learn(&mut self, relation: &Relation) -> Result<(), Halt> {
        let is_it = |table: &&Arc<Table>| {
            let name = table.replica.table();
            (name.schema, name.name) == (&*relation.schema, &*relation.name)
        };
        let is_known = self.transaction.as_ref().is_some_and(|transaction| transaction.is_known);
        // One that was called otherwise then has rows by now that nobody was told.
        if !is_known && self.streaming.tables.iter().any(|table| table.id == relation.id && !is_it(&table)) {
            return Err(Halt::Anew(UNTOLD.to_owned()));
        }
        let mut reads = Vec::new();
        for table in self.streaming.tables.iter().filter(is_it) {
            if let Some(misfit) = table.misfit(relation) {
                // What is known already is not read: it may have looked so then.
                if is_known {
                    continue;
                }
                return Err(Halt::Changed(misfit));
            }
            reads.push(Reads { table: table.clone(), places: table.places(relation) });
        }
        self.relations.insert(relation.id, reads);
        Ok(())
    }

    /// The tables whose rows are those of a relation; none while a transaction comes once more that is stored already.
    fn reads(&self, relation: u32) -> impl Iterator<Item = &Reads> {
        let is_known = self.transaction.as_ref().is_some_and(|transaction| transaction.is_known);
        self.relations.get(&relation).into_iter().flatten().filter(move |_| !is_known)
    }

    /// Whether rows of a relation are told: a publication may have others, those among them that we write.
    fn is_read(&self, relation: u32) -> bool {
        self.reads(relation).next().is_some()
    }

    async fn feed_row(
        &mut self,
        relation: u32,
        old: Option<&[Value<'_>]>,
        new: &[Value<'_>],
        feeder: &Feeder,
    ) -> Result<(), Halt> {
        if !self.is_read(relation) {
            return Ok(());
        }
        let rows = self.count();
        let commit = self.transaction.as_ref().map_or(self.fed, |transaction| transaction.commit);
        let position = || format!("{commit} {rows}");
        for reads in self.reads(relation) {
            let values = reads.values(new);
            let (before, now) = (old.and_then(|old| reads.key(old)), reads.key(new));
            let before = before.filter(|before| now != Some(before));
            // Before that is gone: a part of it may be what it was under its other key.
            fed(feeder.feed(reads.table.row(&values, before, position)).await)?;
            if let Some(before) = before {
                fed(feeder.feed(reads.table.gone(before)).await)?;
            }
        }
        Ok(())
    }

    async fn feed_gone(&mut self, relation: u32, old: &[Value<'_>], feeder: &Feeder) -> Result<(), Halt> {
        if !self.is_read(relation) {
            return Ok(());
        }
        self.count();
        for reads in self.reads(relation) {
            if let Some(key) = reads.key(old) {
                fed(feeder.feed(reads.table.gone(key)).await)?;
            }
        }
        Ok(())
    }

    fn count(&mut self) -> u64 {
        let Some(transaction) = &mut self.transaction else { return 0 };
        transaction.rows += 1;
        transaction.rows
    }

    fn hear_origin(&mut self, prefix: &str, content: &[u8]) {
        let Some(transaction) = self.transaction.as_mut().filter(|_| prefix == ORIGIN) else { return };
        transaction.origins.extend(origins(content));
    }

    async fn hear_commit(&mut self, end: Lsn, feeder: &Feeder) -> Result<(), Halt> {
        let Some(transaction) = self.transaction.take().filter(|transaction| !transaction.is_known) else {
            return Ok(());
        };
        if transaction.rows == 0 && transaction.origins.is_empty() {
            return self.hear_idle(end, feeder).await;
        }
        self.streaming.status.committed(transaction.rows);
        self.feed_whole(end, transaction.origins, feeder).await
    }

    /// Hears up to where there is nothing more. That is stored, too, now and then: a slot that is not confirmed keeps everything.
    async fn hear_idle(&mut self, end: Lsn, feeder: &Feeder) -> Result<(), Halt> {
        if self.transaction.is_some() || end <= self.fed || feeder.stored() < self.fed.0 && self.fed > self.streaming.at
        {
            return Ok(());
        }
        self.streaming.status.reached(end);
        let (bytes, soon, at_last) = IDLE;
        let (since, now) = (self.idle.1, Instant::now());
        let waited = now.saturating_duration_since(since);
        let is_fenced = self.fed < self.streaming.fence;
        if !is_fenced && waited < at_last && (waited < soon || end.0 - self.fed.0 < bytes) {
            return Ok(());
        }
        self.feed_whole(end, Vec::new(), feeder).await
    }

    async fn feed_whole(&mut self, at: Lsn, origins: Vec<log::Origin>, feeder: &Feeder) -> Result<(), Halt> {
        let phase = Phase::Streaming { at, fence: self.streaming.fence };
        let state = Stored { origin: self.streaming.origin.clone(), phase }.text();
        self.fed = at;
        self.idle = (at, Instant::now());
        fed(feeder.feed(Fed::Whole { state, mark: at.0, origins }).await)
    }

    /// Says how far all is stored.
    fn show(&self, stored: Lsn) {
        self.streaming.status.stored(stored, stored >= self.streaming.fence);
    }
}

/// Whether a transaction whose commit begins at a place is part of what is stored up to another one, which is where a commit or a copy ends: the
/// first one behind a copy may begin where that ends.
fn is_stored(commit: Lsn, at: Lsn) -> bool {
    commit < at
}

impl Reads {
    /// The values of the table's columns.
    fn values<'d>(&self, row: &[Value<'d>]) -> Vec<Value<'d>> {
        self.places.iter().map(|place| row.get(*place).copied().unwrap_or(Value::Null)).collect()
    }

    fn key<'d>(&self, row: &[Value<'d>]) -> Option<&'d str> {
        match row.get(self.places[self.table.key]) {
            Some(Value::Text(key)) => Some(key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_transaction_behind_a_copy_may_begin_where_that_ends() {
        for (commit, at, expected) in [(99, 100, true), (100, 100, false), (101, 100, false), (0, 0, false)] {
            assert_eq!(is_stored(Lsn(commit), Lsn(at)), expected, "{commit} {at}");
        }
    }
}
