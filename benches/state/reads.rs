//! Reading durable data: changes out of a long log, all of a large scope, and what trimming costs those who push meanwhile.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use harness::{Target, digits, print, print_table};
use rusqlite::{Connection, params};
use serde::Deserialize;
use sync::__private::Retention;

use crate::durable::{Durable, TEXT};
use crate::options::Options;

/// How many changes the log has.
const CHANGES: u64 = 1_000_000;
/// How many entities the scope has whose data is read as a whole.
const ENTITIES: u64 = 100_000;
/// How many are pushed at once while it is trimmed.
const PUSHING: usize = 16;

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let durable = Durable::open(folder.path(), PUSHING);
    fill(folder.path(), options.times(CHANGES), options.times(ENTITIES))?;
    let pulls = pulls(&durable, options)?;
    let (bytes, took) = snapshot(&durable)?;
    let (quiet, trimming, trimmed) = trims(&durable, options)?;
    print("### Reading durable data\n");
    let row = |name: &str, figure: String| vec![name.to_owned(), figure];
    print_table(
        &["", "measured"],
        &[
            row("a pull of 100 changes out of a million, p50, ms", digits(part(&pulls, 0.5))),
            row("the same, p99, ms", digits(part(&pulls, 0.99))),
            row("a snapshot of 100,000 entities, s", digits(took.as_secs_f64())),
            row("the same: what the process grows by, MB", digits(bytes)),
            row("pushes, 16 at once, p99, ms", digits(part(&quiet, 0.99))),
            row("the same while a million changes are trimmed", digits(part(&trimming, 0.99))),
            row("trimming a million changes meanwhile, s", digits(trimmed.as_secs_f64())),
        ],
    );
    print("");
    let target = |what: &str, (must, aim), measured| Target {
        what: what.to_owned(),
        must,
        aim,
        is_cost: true,
        measured: vec![measured],
    };
    Ok(vec![
        target("a pull of 100 changes out of a million, p99, ms", (2.0, 0.5), part(&pulls, 0.99)),
        target("a snapshot of 100,000 entities, MB of memory", (20.0, 5.0), bytes),
        target(
            "trimming a million changes: p99 of pushes against before",
            (2.0, 1.1),
            part(&trimming, 0.99) / part(&quiet, 0.99),
        ),
    ])
}

/// Writes a long log and a large scope into the file.
fn fill(folder: &Path, changes: u64, entities: u64) -> rusqlite::Result<()> {
    let (changes, entities) = (changes.cast_signed(), entities.cast_signed());
    let mut file = Connection::open(folder.join("log.sqlite"))?;
    let file = file.transaction()?;
    let scope = "INSERT INTO sync_scopes (id, name, epoch, head, floor, oldest) VALUES (?1, ?2, 'e', ?3, 0, 1)";
    file.execute(scope, params![900_001, "notes-long", changes])?;
    file.execute(scope, params![900_002, "notes-large", entities])?;
    let change = "INSERT INTO sync_changes (scope, cursor, entity, id, kind, data, before, time) VALUES (?1, ?2, 'note', ?3, ?4, ?5, ?6, ?7)";
    let entity = "INSERT INTO sync_entities (scope, entity, id, data) VALUES (?1, 'note', ?2, ?3)";
    let data = |id: &str| format!(r#"{{"id":"{id}","text":"{TEXT}","count":1}}"#);
    for cursor in 1..=changes {
        let id = format!("note-{}", cursor % 5000);
        let data = data(&id);
        file.prepare_cached(change)?.execute(params![900_001, cursor, id, 1, data, data, i64::MAX])?;
    }
    for cursor in 1..=entities {
        let id = format!("note-{cursor:06}");
        file.prepare_cached(entity)?.execute(params![900_002, id, data(&id)])?;
        file.prepare_cached(change)?.execute(params![900_002, cursor, id, 0, data(&id), None::<&str>, i64::MAX])?;
    }
    file.commit()
}

fn part(figures: &[f64], part: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Pulls from all over the log, and returns how long each took.
fn pulls(durable: &Durable, options: &Options) -> Result<Vec<f64>, Box<dyn Error>> {
    let (times, changes) = (options.times(10_000), options.times(CHANGES));
    durable.runtime().block_on(async {
        let mut took = Vec::new();
        for number in 0..times {
            let cursor = number * 7919 % (changes - 200);
            let pull = format!(r#"{{"scope":"notes-long","cursor":{cursor},"limit":100}}"#);
            let begun = Instant::now();
            durable.ask("pull", &pull).await;
            took.push(millis(begun.elapsed()));
        }
        Ok(took)
    })
}

#[derive(Deserialize)]
struct Answer {
    result: Page,
}

#[derive(Deserialize)]
struct Page {
    next: Option<String>,
}

/// Reads all pages of the large scope, and returns by how many megabytes the process has grown at most meanwhile, and how long it took.
fn snapshot(durable: &Durable) -> Result<(f64, Duration), Box<dyn Error>> {
    durable.runtime().block_on(async {
        let before = resident("VmRSS")?;
        // The most that it had until now is forgotten.
        std::fs::write("/proc/self/clear_refs", "5")?;
        let begun = Instant::now();
        let (mut next, mut pages) = (None, 0);
        loop {
            let page = next.map_or_else(String::new, |page| format!(r#","page":"{page}""#));
            let answer: Answer =
                serde_json::from_str(&durable.ask("snapshot", &format!(r#"{{"scope":"notes-large"{page}}}"#)).await)?;
            next = answer.result.next;
            pages += 1;
            if next.is_none() {
                break;
            }
        }
        print(&format!("{pages} pages of a snapshot\n"));
        Ok(((resident("VmHWM")? - before).max(0.0) / 1024.0, begun.elapsed()))
    })
}

/// Reads a figure of this process in kilobytes.
fn resident(name: &str) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).ok_or("a figure")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// How long pushes took before and meanwhile, in milliseconds, and how long it took to trim.
type Trimmed = (Vec<f64>, Vec<f64>, Duration);

/// Pushes for a while, and then while the long log is trimmed; returns how long each push took, and how long trimming did.
fn trims(durable: &Durable, options: &Options) -> Result<Trimmed, Box<dyn Error>> {
    let long = Duration::from_millis(options.times(5000));
    let quiet = durable.push((PUSHING, 1), long);
    let dispatcher = durable.dispatcher.clone();
    let retention = Retention {
        changes: 1,
        age: Duration::from_secs(3600),
        clients: Duration::from_secs(3600),
        registry: Duration::from_secs(3600),
    };
    let trimming = durable.runtime().spawn(async move {
        let begun = Instant::now();
        dispatcher.trim_log_once(retention).await;
        begun.elapsed()
    });
    let mut meanwhile = Vec::new();
    while !trimming.is_finished() {
        meanwhile.extend(durable.push((PUSHING, 1), Duration::from_millis(200)));
    }
    let trimmed = durable.runtime().block_on(trimming)?;
    let all = |took: Vec<Duration>| took.into_iter().map(millis).collect();
    Ok((all(quiet), all(meanwhile), trimmed))
}
