//! What it costs to follow durable data, and to read rows of a Postgres: those who look at a scope in which nothing happens, rows from their
//! commit to the log beside others who do the same, and clients that come back all at once.
//!
//! The server is a process of its own that counts what it has allocated and not freed; the clients are in this one, each a socket with a client of
//! its own that follows a scope of its own, or one scope with all others. The Postgres is that of `DATABASE_URL`, whose table `rows` is made anew.
//!
//! ```text
//! scripts/bench replication
//! scripts/bench replication --cell rows              # or followers, live, return
//! scripts/bench replication --quick                  # whether it runs; the figures are good for nothing
//! ```

mod database;
mod followers;
mod live;
mod options;
mod peers;
mod returning;
mod rows;
mod server;

use std::error::Error;
use std::process::ExitCode;

use harness::{Target, print, print_table, run};

use crate::options::{CELLS, Options};

fn main() -> ExitCode {
    run(server::SERVE, server::serve, drive)
}

fn drive(arguments: Vec<String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "`DATABASE_URL` is not set: `scripts/bench replication` starts a Postgres");
    let mut targets = Vec::new();
    for cell in CELLS.into_iter().filter(|cell| options.wants(cell)) {
        targets.extend(match cell {
            "rows" => rows::measure(&options, &url.clone()?)?,
            "live" => live::measure(&options, &url.clone()?)?,
            "return" => returning::measure(&options, &url.clone()?)?,
            _ => followers::measure(&options)?,
        });
    }
    print("### Targets\n");
    print_table(&[&[""][..], &Target::HEAD].concat(), &targets.iter().map(Target::row).collect::<Vec<_>>());
    Ok(true)
}
