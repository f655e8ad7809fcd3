//! What the shared data of a room costs: a value, its actions, the patches that tell them, its saves, its memory, and a page that is opened again;
//! durable data, its mutations, what is read of it, and the pokes that tell of it.
//!
//! Servers are processes of their own with one worker thread on core 0: ours, and peers that have the same cards. The *crowd*, those who
//! follow, is on core 1, and one of it acts: an action is over when everybody has been told of it. How often values can be changed and
//! saved, and what memory they take, is measured within this process, on both cores.
//!
//! ```text
//! scripts/bench state
//! scripts/bench state --cell patches --cell rates     # or saves, memory, reload, pushes, reads, pokes
//! scripts/bench state --quick                         # whether it runs; the figures are good for nothing
//! ```

mod crowd;
mod durable;
mod memory;
mod options;
mod patches;
mod pokes;
mod pushes;
mod rates;
mod reads;
mod reload;
mod saves;
mod server;
mod stage;

use std::error::Error;
use std::process::ExitCode;

use harness::{Target, print, print_table, run};

use crate::options::Options;

/// Measures, prints tables of its own, and returns its targets.
type Cell = fn(&Options) -> Result<Vec<Target>, Box<dyn Error>>;

const CELLS: [(&str, Cell); 8] = [
    ("memory", memory::measure),
    ("rates", rates::measure),
    ("saves", saves::measure),
    ("reload", reload::measure),
    ("patches", patches::measure),
    ("pushes", pushes::measure),
    ("reads", reads::measure),
    ("pokes", pokes::measure),
];

fn main() -> ExitCode {
    run(server::SERVE, server::serve, drive)
}

fn drive(arguments: Vec<String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    let mut targets = Vec::new();
    for (name, measure) in CELLS.iter().filter(|(name, _)| options.wants(name)) {
        eprintln!("{name}");
        targets.extend(measure(&options)?);
    }
    print("### Targets\n");
    print_table(&[&[""][..], &Target::HEAD].concat(), &targets.iter().map(Target::row).collect::<Vec<_>>());
    Ok(true)
}
