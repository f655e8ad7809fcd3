//! What it costs to follow durable data: those who look at a scope in which nothing happens.
//!
//! The server is a process of its own that counts what it has allocated and not freed; the clients are in this one, each a socket with a client of
//! its own that follows a scope of its own, or one scope with all others.
//!
//! ```text
//! scripts/bench replication
//! scripts/bench replication --quick                  # whether it runs; the figures are good for nothing
//! ```

mod followers;
mod options;
mod server;

use std::error::Error;
use std::process::ExitCode;

use harness::{Target, print, print_table, run};

use crate::options::Options;

fn main() -> ExitCode {
    run(server::SERVE, server::serve, drive)
}

fn drive(arguments: Vec<String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    let targets = followers::measure(&options)?;
    print("### Targets\n");
    print_table(&[&[""][..], &Target::HEAD].concat(), &targets.iter().map(Target::row).collect::<Vec<_>>());
    Ok(true)
}
