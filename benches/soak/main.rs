//! Whether a server stays as it is, however many come and go and however long it runs.
//!
//! The server is a process of its own, in production and with its usual limits; the clients are in this one, at sixty addresses of the
//! loopback network. *Churn* is a million of them who come, enter a room and go, in all the ways in which one can go. The *day* is what
//! twenty rooms say in a day, an event a second each, within ten minutes, while their members go and come back. Unlike the other
//! benchmarks this one has a verdict: it fails when memory has grown, when a gauge is not back, or when a member missed something unawares.
//!
//! ```text
//! make soak
//! scripts/bench soak --quick
//! scripts/bench soak churn --cycles 100000
//! scripts/bench soak day --seconds 60
//! ```

mod churn;
mod clients;
mod day;
mod memory;
mod options;
mod quiet;
mod server;

use std::error::Error;
use std::process::ExitCode;

use harness::{allow_many_files, run};

use crate::options::Options;

fn main() -> ExitCode {
    run(server::SERVE, server::serve, |arguments| soak(arguments).map(|()| true))
}

/// Runs the parts that the arguments ask for; the first one that fails is the last.
fn soak(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    let options = Options::read(arguments)?;
    allow_many_files()?;
    if options.churn {
        churn::run(options.cycles, options.quick)?;
    }
    if options.day {
        day::run(options.seconds)?;
    }
    Ok(())
}
