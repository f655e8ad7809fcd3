//! Others who do the same work: a decoder that stores what it reads and nothing else, and one that asks every now and then for more.

use std::error::Error;
use std::time::{Duration, Instant};

use pgwire_replication::{Lsn, ReplicationClient, ReplicationConfig, ReplicationEvent};
use rusqlite::{Connection, params};

use crate::database::{Database, lsn};
use crate::live::now;

/// How many rows are stored at once, at least.
const TOGETHER: usize = 10_000;
/// How many changes one asks for at once.
const PAGE: i32 = 10_000;

/// A file that rows are stored in, as safely as the server does.
pub(crate) struct Store {
    file: Connection,
    waiting: Vec<(u64, String)>,
    /// What was stored last.
    stored: Vec<String>,
}

impl Store {
    pub(crate) fn new(path: &std::path::Path) -> rusqlite::Result<Self> {
        let file = Connection::open(path)?;
        file.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE changes (lsn INTEGER NOT NULL, seq INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (lsn, seq)) STRICT, WITHOUT ROWID",
        )?;
        Ok(Self { file, waiting: Vec::new(), stored: Vec::new() })
    }

    fn hear(&mut self, commit: u64, row: &[u8]) -> Result<(), Box<dyn Error>> {
        if let Some(data) = decode(row)? {
            self.waiting.push((commit, data));
        }
        Ok(())
    }

    fn store(&mut self) -> rusqlite::Result<()> {
        let batch = self.file.transaction()?;
        {
            let mut insert = batch.prepare_cached("INSERT INTO changes (lsn, seq, data) VALUES (?1, ?2, ?3)")?;
            for (seq, (commit, data)) in self.waiting.drain(..).enumerate() {
                insert.execute(params![commit.cast_signed(), seq as i64, data])?;
                if self.stored.len() < TOGETHER {
                    self.stored.push(data);
                }
            }
        }
        batch.commit()
    }
}

/// Reads what is streamed up to a place.
pub(crate) fn streamed(database: &Database, slot: &str, to: u64, store: &mut Store) -> Result<(), Box<dyn Error>> {
    let config: tokio_postgres::Config = database.url.parse()?;
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let from = Lsn::from(lsn(&database.ask::<String>(&format!(
        "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '{slot}'"
    ))?)?);
    database.runtime.block_on(async {
        let config = ReplicationConfig::new("127.0.0.1", "sync", "", "postgres", slot, ["sync"])
            .with_port(port)
            .with_start_lsn(from)
            .with_ack_lsn(from);
        let mut stream = ReplicationClient::connect(config).await?;
        let mut commit = 0;
        loop {
            match stream.recv().await?.ok_or("the stream has ended")? {
                ReplicationEvent::Begin { final_lsn, .. } => commit = final_lsn.into(),
                ReplicationEvent::XLogData { data, .. } => store.hear(commit, &data)?,
                ReplicationEvent::Commit { end_lsn, .. } => {
                    let is_last = u64::from(end_lsn) + crate::rows::SLACK >= to;
                    if is_last || store.waiting.len() >= TOGETHER {
                        store.store()?;
                        stream.update_applied_lsn(end_lsn);
                    }
                    if is_last {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    })
}

/// Asks for more until all is there up to a place.
pub(crate) fn polled(database: &Database, slot: &str, to: u64, store: &mut Store) -> Result<(), Box<dyn Error>> {
    while poll(database, slot, store)? + crate::rows::SLACK < to {}
    Ok(())
}

/// Asks every now and then, for a while; returns how many milliseconds after each change it was stored.
pub(crate) fn polled_live(
    database: &Database,
    slot: &str,
    (every, lasts): (Duration, Duration),
    store: &mut Store,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let (begun, mut millis) = (Instant::now(), Vec::new());
    while begun.elapsed() < lasts {
        std::thread::sleep(every);
        store.stored.clear();
        poll(database, slot, store)?;
        let now = now();
        let at = |data: &String| data.split("\"at ").nth(1)?.split('"').next()?.parse::<f64>().ok();
        millis.extend(store.stored.iter().filter_map(at).map(|at| now - at));
    }
    Ok(millis)
}

/// Asks once, and stores what has come; returns up to where that is, which is 0 where nothing was there.
fn poll(database: &Database, slot: &str, store: &mut Store) -> Result<u64, Box<dyn Error>> {
    let peek = format!(
        "SELECT lsn::text, data FROM pg_logical_slot_peek_binary_changes('{slot}', NULL, {PAGE}, 'proto_version', '1', 'publication_names', 'sync')"
    );
    let rows = database.runtime.block_on(database.client().query(&peek, &[]))?;
    let mut last = 0;
    for row in &rows {
        let (place, data): (String, &[u8]) = (row.try_get(0)?, row.try_get(1)?);
        store.hear(lsn(&place)?, data)?;
        if let [b'C', _, rest @ ..] = data
            && let Some(end) = rest.get(8..16)
        {
            last = u64::from_be_bytes(end.try_into()?);
        }
    }
    store.store()?;
    if last > 0 {
        database.run(&format!(
            "SELECT pg_replication_slot_advance('{slot}', '{:X}/{:X}')",
            last >> 32,
            last & 0xFFFF_FFFF
        ))?;
    }
    Ok(last)
}

/// Returns the values that a row has now, as a list in JSON.
fn decode(message: &[u8]) -> Result<Option<String>, Box<dyn Error>> {
    let [b'I' | b'U', _, _, _, _, b'N', rest @ ..] = message else { return Ok(None) };
    let mut rest = rest;
    let columns = u16::from_be_bytes(take(&mut rest)?);
    let mut values = Vec::with_capacity(columns.into());
    for _ in 0..columns {
        let [kind] = take(&mut rest)?;
        values.push(match kind {
            b't' => {
                let length = u32::from_be_bytes(take(&mut rest)?) as usize;
                let (text, behind) = rest.split_at_checked(length).ok_or("a value breaks off")?;
                rest = behind;
                Some(std::str::from_utf8(text)?)
            }
            _ => None,
        });
    }
    Ok(Some(serde_json::to_string(&values)?))
}

fn take<const COUNT: usize>(bytes: &mut &[u8]) -> Result<[u8; COUNT], Box<dyn Error>> {
    let (first, rest) = bytes.split_first_chunk().ok_or("a message breaks off")?;
    *bytes = rest;
    Ok(*first)
}
