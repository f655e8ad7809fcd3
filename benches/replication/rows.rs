//! How fast rows that are committed are stored in the log, beside others who do the same, and what a large transaction takes.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use harness::{Target, digits, median, middle_half, print, print_table, resident_anonymous_bytes};

use crate::database::{Database, TEXT};
use crate::options::Options;
use crate::peers::{self, Store};
use crate::server::Server;

/// Somebody else may have written that much behind the last commit.
pub(crate) const SLACK: u64 = 8192;
/// How often it is looked how far the server is.
const LOOKED: Duration = Duration::from_millis(5);
/// How long it is waited for what is sure to come.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where the server keeps what it reads.
const SERVER: &str = "server";

const NAMES: [&str; 3] = [
    "Syncwright, from its start",
    "decoder that stores, and nothing else",
    "`pg_logical_slot_peek_changes`, 10,000 at once",
];

pub(crate) fn measure(options: &Options, url: &str) -> Result<Vec<Target>, Box<dyn Error>> {
    let database = Database::new(url.to_owned())?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join(SERVER);
    Server::reading(&data, url)?.until_stored(0)?;
    for slot in ["bare", "polled"] {
        database.ask::<String>(&format!(
            "SELECT slot_name::text FROM pg_create_logical_replication_slot('{slot}', 'pgoutput')"
        ))?;
    }
    let figures = contest(options, &database, folder.path())?;
    let ratio = |to: usize| figures[0].iter().zip(&figures[to]).map(|(own, other)| own / other).collect::<Vec<_>>();
    print(&format!(
        "### Rows a second from commit to stored, {} rows in transactions of 100, {} rounds\n",
        options.rows, options.rounds
    ));
    let rows: Vec<_> = (0..3)
        .map(|place| {
            vec![
                NAMES[place].to_owned(),
                digits(median(&figures[place])),
                middle_half(&figures[place]),
                digits(median(&ratio(place))),
            ]
        })
        .collect();
    print_table(&["", "rows/s", "middle half", "Syncwright to it"], &rows);
    print("");
    let large = large(options, &database, &data)?;
    Ok(vec![
        Target {
            what: "rows a second to the bare decoder".to_owned(),
            must: 0.5,
            aim: 0.8,
            is_cost: false,
            measured: ratio(1),
        },
        Target {
            what: format!("memory for a transaction of {} rows, MB", options.large),
            must: 100.0,
            aim: 30.0,
            is_cost: true,
            measured: vec![large],
        },
    ])
}

/// Has all do the work in turns, each round in another order; returns how many rows a second each has stored, round by round.
fn contest(options: &Options, database: &Database, folder: &Path) -> Result<[Vec<f64>; 3], Box<dyn Error>> {
    let mut figures: [Vec<f64>; 3] = Default::default();
    for round in 0..=options.rounds {
        let to = database.add(1 + round * options.rows, options.rows)?;
        let mut order = [0, 1, 2];
        order.rotate_left(round as usize % 3);
        for place in order {
            let begun = Instant::now();
            match place {
                0 => {
                    let server = Server::reading(&folder.join(SERVER), &database.url)?;
                    server.until_stored(to)?;
                }
                1 => peers::streamed(database, "bare", to, &mut store(folder, round, "bare")?)?,
                _ => peers::polled(database, "polled", to, &mut store(folder, round, "polled")?)?,
            }
            if round > 0 {
                figures[place].push(options.rows as f64 / begun.elapsed().as_secs_f64());
            }
        }
    }
    Ok(figures)
}

fn store(folder: &Path, round: u64, name: &str) -> rusqlite::Result<Store> {
    Store::new(&folder.join(format!("{name}-{round}.sqlite")))
}

/// How much more memory a server has while it reads a large transaction, in MB.
fn large(options: &Options, database: &Database, data: &Path) -> Result<f64, Box<dyn Error>> {
    let server = Server::reading(data, &database.url)?;
    server.until_stored(0)?;
    let before = resident_anonymous_bytes(server.id())?;
    let from = 1_000_000_000;
    let to = from + options.large - 1;
    let begun = Instant::now();
    database
        .run(&format!("INSERT INTO rows SELECT n, n % 100, {TEXT} FROM generate_series({from}::bigint, {to}) n"))?;
    let (written, committed) = (database.written()?, begun.elapsed());
    let mut most = before;
    while server.stored()? + SLACK < written {
        most = most.max(resident_anonymous_bytes(server.id())?);
        if begun.elapsed() > PATIENCE {
            return Err("it is never stored".into());
        }
        std::thread::sleep(LOOKED);
    }
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    print(&format!(
        "One transaction of {} rows: written in {:.1} s, stored {:.1} s later; memory {:.1} MB before, {:.1} MB at most.\n",
        options.large,
        committed.as_secs_f64(),
        (begun.elapsed() - committed).as_secs_f64(),
        megabytes(before),
        megabytes(most),
    ));
    Ok(megabytes(most - before))
}

impl Server {
    /// Waits until all is stored up to a place.
    pub(crate) fn until_stored(&self, place: u64) -> Result<(), Box<dyn Error>> {
        let begun = Instant::now();
        loop {
            let report = self.report()?;
            if report["state"] == "live" && self.stored()? + SLACK >= place {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("it is never stored: {report}").into());
            }
            std::thread::sleep(LOOKED);
        }
    }
}
