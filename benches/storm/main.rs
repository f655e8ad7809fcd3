//! What it costs the members of a room to come back all at once, and to be shown what they missed.
//!
//! The server is a process of its own with one worker thread, on core 0; this one is on core 1, with the *crowd*, which loses its
//! connections and comes back, in one thread, and those who *stay*, among whom events go on, in another. A *storm* is one return of the
//! whole crowd: *alone*, when each joins as if it had never been there, or *behind*, when events have happened meanwhile and each names
//! the place up to which it has heard them. Both are measured in turns, and a ratio is taken within a round.
//!
//! ```text
//! scripts/bench storm
//! scripts/bench storm --members 1000 --missed 100 --rounds 3 --route equal
//! ```

mod crowd;
mod ear;
mod options;
mod report;
mod server;
mod stayers;
mod storm;

use std::error::Error;
use std::process::ExitCode;

use harness::{print, run};

use crate::options::Options;

fn main() -> ExitCode {
    run(server::SERVE, server::serve, drive)
}

/// Measures what the arguments ask for, reports, and returns whether nothing was lost, doubled or not recovered.
fn drive(arguments: Vec<String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    let mut figures = Vec::new();
    for &route in &options.routes {
        eprintln!("{}", route.name());
        figures.push(storm::measure(route, &options)?);
    }
    print(&report::write(&figures, &options));
    Ok(figures.iter().all(|figures| figures.faults.total() == 0))
}
