//! How many mutations a second are applied and on the disk before anybody hears of them, beside a bare loop of the same statements.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use harness::{Target, digits, median, middle_half, print, print_table};
use rusqlite::{Connection, OptionalExtension, params};

use crate::durable::{Durable, TEXT};
use crate::options::Options;

/// How many push at the same time.
const MANY: usize = 256;
/// Of how many scopes, where there are several.
const SCOPES: usize = 100;
/// Where files are in memory, so that the disk is not waited for.
const IN_MEMORY: &str = "/dev/shm";

/// Ours and the bare loop, with so many at once.
struct Pair {
    name: &'static str,
    at_once: usize,
    ours: Vec<f64>,
    bare: Vec<f64>,
}

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let long = Duration::from_millis(options.times(2000));
    let (folder, bare_folder, memory) = (tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir_in(IN_MEMORY)?);
    let (ours, unsynced) = (Durable::open(folder.path(), MANY), Durable::open(memory.path(), MANY));
    let mut bare = Bare::open(bare_folder.path())?;
    let mut pairs = [
        Pair { name: "1 scope, 256 in flight", at_once: MANY, ours: Vec::new(), bare: Vec::new() },
        Pair { name: "1 scope, 1 in flight", at_once: 1, ours: Vec::new(), bare: Vec::new() },
    ];
    let mut without = Vec::new();
    for round in 0..=options.rounds {
        for pair in &mut pairs {
            let figures = (rate(&ours, (pair.at_once, 1), long), bare.run(pair.at_once, long)?);
            if round > 0 {
                pair.ours.push(figures.0);
                pair.bare.push(figures.1);
            }
        }
        let figure = rate(&unsynced, (MANY, SCOPES), long);
        without.extend((round > 0).then_some(figure));
    }
    print(&format!("### Mutations a second, each on the disk before its answer, {} rounds\n", options.rounds));
    let mut rows: Vec<_> = pairs.iter().map(Pair::row).collect();
    rows.push(vec![
        "100 scopes, 256 in flight, a disk in memory".to_owned(),
        digits(median(&without)),
        middle_half(&without),
        String::new(),
    ]);
    print_table(&["", "a second", "middle half", "a bare loop"], &rows);
    print("");
    let target = |what: String, (must, aim), measured| Target { what, must, aim, is_cost: false, measured };
    let mut targets: Vec<_> = pairs
        .iter()
        .map(|pair| target(format!("pushes against a bare loop, {}", pair.name), (0.6, 0.9), pair.ratios()))
        .collect();
    targets.push(target("pushes a second, not synced, 100 scopes".to_owned(), (20_000.0, 50_000.0), without));
    Ok(targets)
}

impl Pair {
    fn ratios(&self) -> Vec<f64> {
        self.ours.iter().zip(&self.bare).map(|(ours, bare)| ours / bare).collect()
    }

    fn row(&self) -> Vec<String> {
        vec![self.name.to_owned(), digits(median(&self.ours)), middle_half(&self.ours), digits(median(&self.bare))]
    }
}

fn rate(durable: &Durable, places: (usize, usize), long: Duration) -> f64 {
    let start = Instant::now();
    durable.push(places, long).len() as f64 / start.elapsed().as_secs_f64()
}

/// The same tables in a file of their own, written by a loop that does nothing else.
struct Bare {
    file: Connection,
    pushed: u64,
}

impl Bare {
    fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        // Ours makes the tables.
        drop(Durable::open(folder, 1));
        let file = Connection::open(folder.join("log.sqlite"))?;
        file.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        file.execute("INSERT INTO sync_scopes (name, epoch, head, floor) VALUES ('notes-0', 'e', 0, 0)", [])?;
        Ok(Self { file, pushed: 0 })
    }

    /// Applies pushes, so many in one transaction, and returns how many a second.
    fn run(&mut self, at_once: usize, long: Duration) -> rusqlite::Result<f64> {
        let (start, first) = (Instant::now(), self.pushed);
        while start.elapsed() < long {
            self.file.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            for _ in 0..at_once {
                self.push()?;
            }
            self.file.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok((self.pushed - first) as f64 / start.elapsed().as_secs_f64())
    }

    fn push(&mut self) -> rusqlite::Result<()> {
        self.pushed += 1;
        let (file, number) = (&self.file, self.pushed.cast_signed());
        let (client, seq) = (format!("client-{}", number % 256), number / 256 + 1);
        let id = format!("{client}-{}", seq % 50);
        let known = "SELECT owner, last FROM sync_clients WHERE id = ?1";
        let owner = |row: &rusqlite::Row<'_>| row.get::<_, Vec<u8>>(0);
        file.prepare_cached(known)?.query_row([&client], owner).optional()?;
        let scope = "SELECT id, epoch, head, floor FROM sync_scopes WHERE name = ?1";
        let (scope, head): (i64, i64) =
            file.prepare_cached(scope)?.query_row(["notes-0"], |row| Ok((row.get(0)?, row.get(2)?)))?;
        let entity = "SELECT data FROM sync_entities WHERE scope = ?1 AND entity = ?2 AND id = ?3";
        let before: Option<String> =
            file.prepare_cached(entity)?.query_row(params![scope, "note", id], |row| row.get(0)).optional()?;
        let data = format!(r#"{{"id":"{id}","text":"{TEXT}","count":{number}}}"#);
        let change = "INSERT INTO sync_changes (scope, cursor, entity, id, kind, data, before, time)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let time = 1_700_000_000_000_i64;
        file.prepare_cached(change)?.execute(params![scope, head + 1, "note", id, 1, data, before, time])?;
        let upsert = "INSERT INTO sync_entities (scope, entity, id, data) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (scope, entity, id) DO UPDATE SET data = excluded.data";
        file.prepare_cached(upsert)?.execute(params![scope, "note", id, data])?;
        let raise = "UPDATE sync_scopes SET head = ?2, oldest = coalesce(oldest, ?3) WHERE id = ?1";
        file.prepare_cached(raise)?.execute(params![scope, head + 1, time])?;
        let known = "INSERT INTO sync_clients (id, owner, last, seen) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (id) DO UPDATE SET last = excluded.last, seen = excluded.seen";
        file.prepare_cached(known)?.execute(params![client, [0_u8; 16], seq, time])?;
        let outcome = "INSERT INTO sync_outcomes (client, number, call, cursor, refusal) VALUES (?1, ?2, ?3, ?4, NULL)";
        file.prepare_cached(outcome)?.execute(params![client, seq, [0_u8; 16], head + 1])?;
        if seq > 1000 {
            let heard = "DELETE FROM sync_outcomes WHERE client = ?1 AND number <= ?2";
            file.prepare_cached(heard)?.execute(params![client, seq - 1000])?;
        }
        Ok(())
    }
}
