//! A table of changes that triggers write, where there is no right to replicate.
//!
//! What one snapshot of the database sees of the table is read transaction by transaction, in the order in which they have made their last change:
//! whoever changes a row that another has changed has waited for its end, so that is an order in which they may have happened. Some of them make a
//! *batch*, which is stored as a whole, and then taken away.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Client, Error, NoTls, SimpleQueryMessage};
use tokio_util::task::AbortOnDropHandle;

use super::catalog::{Catalog, qualified};
use super::connection::{Address, Sql, literal, quoted};
use super::copy::{Copying, Paging};
use super::error::{Halt, Missing};
use super::feeding::{ended, fed, origins};
use super::pgoutput::Value;
use super::position::{Origin, Phase, Stored};
use super::reader::{Run, differs};
use super::status::Doing;
use super::tables::Table;
use crate::clock::{sleep, timeout};
use crate::id::Id;
use crate::log::{self, Fed, Feed, Feeder, How, LogError};
use crate::route::TableName;

/// How often it is looked for changes of which nothing was heard.
const LOOKED: Duration = Duration::from_secs(1);
/// How many changes a batch has before it is stored, and another one begins. A transaction is never parted.
const BATCH: usize = 4000;
/// How long it is waited for somebody to listen again.
const PAUSE: Duration = Duration::from_millis(500);

/// What the triggers need beside themselves.
pub(super) const TABLES: &str = "CREATE SCHEMA IF NOT EXISTS sync_outbox;
    CREATE TABLE IF NOT EXISTS sync_outbox.changes (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
        source TEXT NOT NULL,   -- the table; '' for what a transaction says of itself
        kind \"char\" NOT NULL, -- w: written, d: deleted, t: all deleted, m: said
        old TEXT,               -- the key before, where it is another one; what is said
        data TEXT[]             -- the values of the columns
    );
    CREATE TABLE IF NOT EXISTS sync_outbox.origin (
        id UUID PRIMARY KEY,            -- another one with each copy, so that a log of before it is known
        taken BIGINT NOT NULL DEFAULT 0 -- the number of the last batch that was taken away
    );
    INSERT INTO sync_outbox.origin SELECT gen_random_uuid() WHERE NOT EXISTS (SELECT 1 FROM sync_outbox.origin)";

/// A batch: all up to it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Batch {
    /// How many there were before, since the copy.
    number: u64,
    /// What was seen of the table, as `pg_snapshot`.
    snapshot: String,
    /// Transactions whose last change has no larger number were read of it; all of them where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<i64>,
}

pub(super) fn is_live(stored: &str) -> bool {
    Stored::<Batch>::read(stored).is_some_and(|stored| stored.is_live())
}

/// Says how the outbox is, for people.
pub(super) async fn described(client: &Client) -> Result<String, Halt> {
    let select = "SELECT to_regclass('sync_outbox.changes') IS NOT NULL";
    if !client.query_one(select, &[]).await?.try_get(0)? {
        return Ok("no outbox yet: `cargo sync replication init` makes it".to_owned());
    }
    let select =
        "SELECT EXISTS (SELECT 1 FROM sync_outbox.changes), pg_size_pretty(pg_relation_size('sync_outbox.changes'))";
    let row = client.query_one(select, &[]).await?;
    let waits = if row.try_get(0)? { "has changes that wait" } else { "has nothing that waits" };
    Ok(format!("outbox `sync_outbox.changes` {waits}; it takes {}", row.try_get::<_, String>(1)?))
}

/// Looks whether all tables have their triggers.
pub(super) async fn triggers(client: &Client, catalog: &mut Catalog) -> Result<(), Error> {
    let select = "SELECT n.nspname::text, c.relname::text, obj_description(t.tgfoid, 'pg_proc')
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgname = 'sync_outbox' AND t.tgenabled = 'A' AND to_regclass('sync_outbox.changes') IS NOT NULL AND EXISTS (
            SELECT 1 FROM pg_trigger other WHERE other.tgrelid = t.tgrelid AND other.tgname = 'sync_outbox_truncate' AND other.tgenabled = 'A')";
    let mut found = Vec::new();
    for row in client.query(select, &[]).await? {
        let text = |column| row.try_get::<_, String>(column);
        found.push((text(0)?, text(1)?, row.try_get::<_, Option<String>>(2)?));
    }
    for table in &catalog.tables {
        let (name, version) = (table.replica.table(), version(table));
        let has_it = found.iter().any(|(schema, of, known)| {
            (&**schema, &**of) == (name.schema, name.name) && known.as_deref() == Some(&*version)
        });
        if !has_it {
            catalog.missing.push(Missing::Trigger(name));
        }
    }
    Ok(())
}

/// What tells the trigger of a table from an older one.
fn version(table: &Table) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    format!("syncwright 1: {} of {}", table.columns[table.key].name, columns.join(" "))
}

/// The name of a table's functions.
fn function(table: TableName) -> String {
    format!("sync_outbox.changed_{}", &Id::of_texts(&[table.schema, table.name]).to_string()[..16])
}

/// Writes what gives a table its triggers.
pub(super) fn create_triggers(table: &Table) -> String {
    let name = table.replica.table();
    let (function, table_name, source) = (function(name), qualified(name), literal(&name.to_string()));
    // As a column is written wherever it is read, and not as its type is made a text.
    let text = |row: &str, column: &str| {
        let column = format!("{row}.{}", quoted(column));
        format!("CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END")
    };
    let key = table.columns[table.key].name;
    let (old, new) = (text("OLD", key), text("NEW", key));
    let values: Vec<String> = table.columns.iter().map(|column| text("NEW", column.name)).collect();
    let values = values.join(", ");
    let version = literal(&version(table));
    format!(
        "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, MDY' SET intervalstyle = iso_8601 SET timezone = 'UTC'
            SET extra_float_digits = 1 SET bytea_output = hex AS $sync$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                INSERT INTO sync_outbox.changes (source, kind, old) VALUES ({source}, 'd', {old});
            ELSIF TG_OP = 'INSERT' THEN
                INSERT INTO sync_outbox.changes (source, kind, data) VALUES ({source}, 'w', ARRAY[{values}]);
            ELSIF TG_OP = 'TRUNCATE' THEN
                INSERT INTO sync_outbox.changes (source, kind) VALUES ({source}, 't');
            ELSE
                INSERT INTO sync_outbox.changes (source, kind, old, data) VALUES ({source}, 'w', nullif({old}, {new}), ARRAY[{values}]);
            END IF;
            PERFORM pg_notify('sync_outbox', '');
            RETURN NULL;
        END $sync$;
        COMMENT ON FUNCTION {function}() IS {version};
        DROP TRIGGER IF EXISTS sync_outbox ON {table_name};
        DROP TRIGGER IF EXISTS sync_outbox_truncate ON {table_name};
        CREATE TRIGGER sync_outbox AFTER INSERT OR UPDATE OR DELETE ON {table_name} FOR EACH ROW EXECUTE FUNCTION {function}();
        CREATE TRIGGER sync_outbox_truncate AFTER TRUNCATE ON {table_name} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
        ALTER TABLE {table_name} ENABLE ALWAYS TRIGGER sync_outbox;
        ALTER TABLE {table_name} ENABLE ALWAYS TRIGGER sync_outbox_truncate"
    )
}

/// Returns the tables that have triggers though nobody reads what these write.
pub(super) async fn left_over(client: &Client, wanted: &[String]) -> Result<Vec<String>, Error> {
    let select = "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgname IN ('sync_outbox', 'sync_outbox_truncate') AND NOT c.relispartition AND n.nspname || '.' || c.relname <> ALL ($1) ORDER BY 1";
    client.query(select, &[&wanted]).await?.iter().map(|row| row.try_get(0)).collect()
}

/// Writes what takes the triggers of a table away, which is named as SQL names it.
pub(super) fn drop_triggers(table: &str) -> String {
    format!("DROP TRIGGER IF EXISTS sync_outbox ON {table}; DROP TRIGGER IF EXISTS sync_outbox_truncate ON {table}")
}

/// Reads by an outbox: goes on where it was, or begins anew.
pub(super) async fn read(run: &Run<'_>, state: Option<Box<str>>, why: Option<String>) -> Result<Infallible, Halt> {
    let (reader, lead) = (run.reader, run.lead);
    reader.status.does(Doing::Preparing);
    let mut origin = run.origin(system(run.client).await?);
    let stored = state.as_deref().and_then(Stored::<Batch>::read);
    let phase = match resumed(run.client, stored, &origin, why).await? {
        Ok(phase) => phase,
        Err(reason) => {
            if state.is_some() {
                tracing::warn!(reason, "all rows are read anew: clients take snapshots");
            }
            reader.status.begins_anew();
            run.client.execute("UPDATE sync_outbox.origin SET id = gen_random_uuid(), taken = 0", &[]).await?;
            origin = run.origin(system(run.client).await?);
            lead.log.renew(lead.term, text(&origin, Phase::Forgetting), false).await?;
            Phase::Forgetting
        }
    };
    if !phase.is_live() {
        reader.status.lacks_rows();
    }
    let (at, fence) = match phase {
        Phase::Streaming { at, fence } => (at, fence),
        copying => {
            let (from, done) = match copying {
                Phase::Copying { from, tables, after } => (Some(from), (tables, after)),
                _ => {
                    while lead.log.forget_some(lead.term).await? {}
                    (None, (0, None))
                }
            };
            let copy = reader.address.connect().await?;
            copy.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
            let snapshot = copy.query_one("SELECT pg_current_snapshot()::text", &[]).await?.try_get(0)?;
            let from = from.unwrap_or(Batch { number: 0, snapshot, through: None });
            reader.status.does(Doing::Copying);
            let (tables, status) = (&*run.catalog.tables, &*reader.status);
            let copying = Copying { client: &copy, tables, origin: &origin, lead, status, from: from.clone() };
            copying.run(done.0, done.1).await?;
            // It is known when all is read that any part of the copy has seen.
            let fence = Batch { number: u64::MAX, snapshot: String::new(), through: None };
            let phase = Phase::Streaming { at: from.clone(), fence: fence.clone() };
            lead.log.renew(lead.term, text(&origin, phase), true).await?;
            (from, fence)
        }
    };
    // What takes long on one connection is no sign that the database does not answer on another.
    let taking = reader.address.connect().await?;
    Streaming { run, origin: &origin, at, fence, taking }.run().await
}

/// Which outbox this is, of which cluster, and of which of its timelines: as for a slot, and the name of a WAL file begins with that.
async fn system(client: &Client) -> Result<String, Halt> {
    let select = "SELECT (SELECT system_identifier::text FROM pg_control_system()) || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
        || ' ' || (SELECT id::text FROM sync_outbox.origin LIMIT 1)";
    Ok(client.query_one(select, &[]).await?.try_get(0)?)
}

async fn resumed(
    client: &Client,
    stored: Option<Stored<Batch>>,
    origin: &Origin,
    why: Option<String>,
) -> Result<Result<Phase<Batch>, String>, Halt> {
    if let Some(why) = why {
        return Ok(Err(why));
    }
    let Some(stored) = stored else { return Ok(Err("nothing was read before".to_owned())) };
    if let Some(reason) = differs(&stored.origin, origin) {
        return Ok(Err(reason));
    }
    let at = match &stored.phase {
        Phase::Forgetting => return Ok(Ok(Phase::Forgetting)),
        Phase::Copying { from, .. } => from,
        Phase::Streaming { at, .. } => at,
    };
    let select = "SELECT pg_snapshot_xmax($1::text::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()), taken FROM sync_outbox.origin";
    let row = client.query_one(select, &[&at.snapshot]).await?;
    let (is_ahead, taken): (bool, i64) = (row.try_get(0)?, row.try_get(1)?);
    let taken = taken.unsigned_abs();
    if taken > at.number {
        return Ok(Err("the log is older than the outbox: what lies between was taken away".to_owned()));
    }
    // A batch is stored before it is taken away, so it is one of them at most that is stored only.
    let is_older = is_ahead || taken + 1 < at.number;
    Ok(if is_older { Err("the database is older than the log".to_owned()) } else { Ok(stored.phase) })
}

fn text(origin: &Origin, phase: Phase<Batch>) -> Box<str> {
    Stored { origin: origin.clone(), phase }.text()
}

struct Streaming<'r> {
    run: &'r Run<'r>,
    origin: &'r Origin,
    at: Batch,
    fence: Batch,
    /// Takes away what is stored.
    taking: Sql,
}

/// What is read of a batch.
#[derive(Default)]
struct Read {
    ids: Vec<i64>,
    /// The last change of the transaction that is read.
    last: i64,
    origins: Vec<log::Origin>,
}

/// The number of a batch, as the database has it.
fn number(batch: &Batch) -> i64 {
    i64::try_from(batch.number).unwrap_or(i64::MAX)
}

impl Streaming<'_> {
    async fn run(mut self) -> Result<Infallible, Halt> {
        let reader = self.run.reader;
        let heard = Arc::new(Notify::new());
        let _listening = listening(reader.address.clone(), heard.clone());
        let client = reader.address.connect().await?;
        let (mut feeder, feed) = Feed::new();
        let (log, term) = (self.run.lead.log.clone(), self.run.lead.term);
        let mut storing = AbortOnDropHandle::new(tokio::spawn(async move { log.feed(term, How::Changed, feed).await }));
        self.take_what_is_stored().await?;
        self.show();
        loop {
            tokio::select! {
                halt = ended(&mut storing) => return Err(halt),
                read = self.read_all(&client, &mut feeder) => match read {
                    // It takes no more, and says why.
                    Err(Halt::Log(LogError::Superseded)) => return Err(ended(&mut storing).await),
                    read => read?,
                }
            }
            timeout(LOOKED, heard.notified()).await.unwrap_or_default();
        }
    }

    fn show(&self) {
        let is_live = self.at >= self.fence;
        self.run.reader.status.stored_at(self.at.snapshot.clone(), is_live);
    }

    /// Takes away what was stored, and was not taken away then, or is in a copy.
    async fn take_what_is_stored(&self) -> Result<(), Halt> {
        let take = "WITH taken AS (DELETE FROM sync_outbox.changes WHERE id IN (
                SELECT id FROM (
                    SELECT id, max(id) OVER (PARTITION BY xid) AS last FROM sync_outbox.changes
                    WHERE pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
                ) AS stored WHERE last <= $2
            ))
            UPDATE sync_outbox.origin SET taken = greatest(taken, $3)";
        let through = self.at.through.unwrap_or(i64::MAX);
        self.taking.execute(take, &[&self.at.snapshot, &through, &number(&self.at)]).await?;
        Ok(())
    }

    /// Reads all that has been committed by now, has it stored, and takes it away.
    async fn read_all(&mut self, client: &Sql, feeder: &mut Feeder) -> Result<(), Halt> {
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let snapshot: String = client.query_one("SELECT pg_current_snapshot()::text", &[]).await?.try_get(0)?;
        let declare = "DECLARE sync_batch NO SCROLL CURSOR FOR
            SELECT id, source, kind, old, data, max(id) OVER (PARTITION BY xid) AS last FROM sync_outbox.changes ORDER BY last, id";
        client.batch_execute(declare).await?;
        let (mut read, mut asking) = (Read::default(), Paging::default());
        loop {
            let page = client.simple_query(&format!("FETCH {} FROM sync_batch", asking.rows())).await?;
            let rows = page
                .iter()
                .filter_map(|message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None });
            let (mut of_page, mut bytes) = (0, 0);
            for row in rows {
                of_page += 1;
                bytes += row.get(4).map_or(0, str::len);
                let [id, source, kind, old, data, last] = [0, 1, 2, 3, 4, 5].map(|column| row.get(column));
                let last = last.and_then(|last| last.parse().ok()).unwrap_or_default();
                if read.ids.len() >= BATCH && read.last != last {
                    let through = Some(read.last);
                    self.store(std::mem::take(&mut read), (&snapshot, through), feeder).await?;
                }
                read.last = last;
                read.ids.extend(id.and_then(|id| id.parse::<i64>().ok()));
                let texts = [id, source, kind, data].map(Option::unwrap_or_default);
                self.feed(texts, old, &mut read.origins, feeder).await?;
            }
            if asking.is_end(of_page, bytes) {
                break;
            }
        }
        client.batch_execute("COMMIT").await?;
        if read.ids.is_empty() && self.at >= self.fence {
            return Ok(());
        }
        self.store(read, (&snapshot, None), feeder).await
    }

    /// Has a batch stored whose changes are fed, and takes them away.
    async fn store(
        &mut self,
        read: Read,
        (snapshot, through): (&str, Option<i64>),
        feeder: &mut Feeder,
    ) -> Result<(), Halt> {
        let at = Batch { number: self.at.number + 1, snapshot: snapshot.to_owned(), through };
        if at.through.is_none() && at < self.fence {
            self.fence = at.clone();
        }
        let state = text(self.origin, Phase::Streaming { at: at.clone(), fence: self.fence.clone() });
        self.run.reader.status.committed(read.ids.len() as u64);
        fed(feeder.feed(Fed::Whole { state, mark: at.number, origins: read.origins }).await)?;
        while feeder.stored() < at.number {
            feeder.stored_more().await;
        }
        let take = "WITH taken AS (DELETE FROM sync_outbox.changes WHERE id = ANY($1)) UPDATE sync_outbox.origin SET taken = greatest(taken, $2)";
        self.taking.execute(take, &[&read.ids, &number(&at)]).await?;
        self.at = at;
        self.show();
        Ok(())
    }

    /// Feeds what one row of the outbox says.
    async fn feed(
        &self,
        [id, source, kind, data]: [&str; 4],
        old: Option<&str>,
        said: &mut Vec<log::Origin>,
        feeder: &Feeder,
    ) -> Result<(), Halt> {
        if kind == "m" {
            said.extend(origins(old.unwrap_or_default().as_bytes()));
            return Ok(());
        }
        let mut json = String::new();
        let is_list = kind != "w" || super::values::Kind::of("_text").write(data, &mut json).is_ok();
        let values: Vec<Option<String>> = serde_json::from_str(&json).unwrap_or_default();
        let tables = self.run.catalog.tables.iter().filter(|table| table.replica.table().to_string() == source);
        for table in tables {
            if let Some(before) = old {
                fed(feeder.feed(table.gone(before)).await)?;
            }
            match kind {
                "w" if is_list => {
                    let texts = values.iter().map(|value| value.as_deref().map_or(Value::Null, Value::Text));
                    let texts: Vec<_> = texts.collect();
                    fed(feeder.feed(table.row(&texts, None, || id.to_owned())).await)?;
                }
                "t" => fed(feeder.feed(Fed::AllGone { entity: table.replica.entity() }).await)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Hears that there is something in the outbox, for as long as this is there.
fn listening(address: Address, heard: Arc<Notify>) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            listen(&address, &heard).await.unwrap_or_default();
            sleep(PAUSE).await;
        }
    }))
}

async fn listen(address: &Address, heard: &Notify) -> Result<(), Error> {
    let (client, mut connection) = address.config().connect(NoTls).await?;
    let mut messages = std::pin::pin!(futures_util::stream::poll_fn(move |context| connection.poll_message(context)));
    let mut begun = std::pin::pin!(client.batch_execute("LISTEN sync_outbox"));
    let mut has_begun = false;
    loop {
        tokio::select! {
            done = &mut begun, if !has_begun => {
                done?;
                has_begun = true;
                heard.notify_one();
            }
            message = futures_util::StreamExt::next(&mut messages) => match message.transpose()? {
                None => return Ok(()),
                Some(AsyncMessage::Notification(_)) => heard.notify_one(),
                Some(_) => {}
            }
        }
    }
}
