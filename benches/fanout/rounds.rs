//! Runs a group: all servers up, all members connected, and then cell after cell in rounds, A B C, A B C.

use std::io;

use crate::control::{Load, Pace};
use crate::entrants::{Entrant, Server};
use crate::figures::{Figures, Sample};
use crate::matrix::{Cell, Group};
use crate::options::Options;
use crate::pair::Pair;

/// How many deliveries a warm-up has at least.
const WARM_UP: usize = 20_000;
/// A sample that would take longer is left out: so slow an entrant has shown that elsewhere.
const TOO_LONG: f64 = 4.0;

/// Measures a group and adds what it finds.
pub(crate) fn run(group: &Group, options: &Options, figures: &mut Figures) -> io::Result<()> {
    let mut pairs = start(group, options, figures);
    for cell in &group.cells {
        eprintln!("  {}", cell.id());
        let mut entrants = warm_up(cell, group, &mut pairs, options)?;
        for round in 0..options.rounds(cell) {
            for Prepared { entrant, pair, load } in &mut entrants {
                let outcome = pairs[*pair].1.run(load).map_err(|error| named(error, entrant, cell))?;
                figures.samples.push(Sample { cell: *cell, entrant: entrant.name.to_owned(), round, outcome });
            }
        }
    }
    Ok(())
}

/// One entrant that is warm, and as many requests as take the time of a sample.
struct Prepared {
    entrant: &'static Entrant,
    /// Which pair is its own.
    pair: usize,
    load: Load,
}

type Pairs = Vec<(Server, Pair)>;

/// Starts one server for all entrants that share it; one that does not start is left out.
fn start(group: &Group, options: &Options, figures: &mut Figures) -> Pairs {
    let mut pairs = Pairs::new();
    for entrant in &group.entrants {
        let is_there = pairs.iter().any(|(server, _)| *server == entrant.server);
        if is_there
            || !options.wants_entrant(entrant.name)
            || figures.absent.iter().any(|(name, _)| name == entrant.name)
        {
            continue;
        }
        match Pair::start(entrant.server, entrant.name, group.setting) {
            Ok((pair, memory)) => {
                figures.memory.push(memory);
                pairs.push((entrant.server, pair));
            }
            Err(error) => {
                eprintln!("warning: {} is left out: {error}", entrant.name);
                figures.absent.push((entrant.name.to_owned(), error.to_string()));
            }
        }
    }
    pairs
}

fn warm_up(cell: &Cell, group: &Group, pairs: &mut Pairs, options: &Options) -> io::Result<Vec<Prepared>> {
    let mut prepared = Vec::new();
    for &entrant in &group.entrants {
        let is_wanted = options.wants_entrant(entrant.name) && (group.everywhere || cell.is_for(entrant.name));
        let Some(route) = entrant.route(cell.outputs).filter(|_| is_wanted) else { continue };
        let Some(pair) = pairs.iter().position(|(server, _)| *server == entrant.server) else { continue };
        let members = cell.setting.members;
        let least = match cell.pace {
            Pace::InFlight(requests) => 2 * requests,
            Pace::PerSecond(_) => 5,
        };
        if pairs[pair].1.pace * (least * members) as f64 > TOO_LONG {
            continue;
        }
        let requests = least.max(WARM_UP.div_ceil(members)) as u64;
        let load = Load { route, pad: cell.pad, pace: cell.pace, requests, check: true };
        pairs[pair].1.run(&load).map_err(|error| named(error, entrant, cell))?;
        let pace = pairs[pair].1.pace;
        let requests = match cell.pace {
            Pace::InFlight(_) => (options.seconds / pace / members as f64).ceil().max(least as f64) as u64,
            Pace::PerSecond(requests) => (options.open_seconds * f64::from(requests)).ceil() as u64,
        };
        prepared.push(Prepared { entrant, pair, load: Load { requests, check: false, ..load } });
    }
    Ok(prepared)
}

fn named(error: io::Error, entrant: &Entrant, cell: &Cell) -> io::Error {
    io::Error::other(format!("{} in {}: {error}", entrant.name, cell.id()))
}
