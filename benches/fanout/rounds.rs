//! Runs a group: all servers up, all members connected, and then cell after cell in rounds, A B C, A B C.
//!
//! Whoever cannot be started or goes wrong is left out from then on, and the report says so.

use std::collections::HashMap;
use std::io;

use crate::control::{Load, Pace};
use crate::entrants::{Entrant, Server};
use crate::figures::{Figures, Sample};
use crate::matrix::{Cell, Group};
use crate::options::Options;
use crate::pair::Pair;

/// How many deliveries a warm-up has at least, in the first cell of a server and in later ones.
const WARM_UP: (usize, usize) = (20_000, 5_000);
/// A sample that would take more seconds is left out, at the pace of the cell before.
const TOO_LONG: f64 = 8.0;

/// Measures a group and adds what it finds.
pub(crate) fn run(group: &Group, options: &Options, figures: &mut Figures) {
    let mut field = Field { pairs: HashMap::new(), figures };
    for entrant in &group.entrants {
        if options.wants_entrant(entrant.name) {
            field.start(group, entrant);
        }
    }
    for cell in &group.cells {
        eprintln!("  {}", cell.id());
        let is_wanted =
            |entrant: &&&Entrant| options.wants_entrant(entrant.name) && cell.is_for(entrant.name, group.few);
        let entrants = group.entrants.iter().filter(is_wanted);
        let loads = entrants.filter_map(|entrant| Some((*entrant, field.warm_up(cell, entrant, options)?)));
        let loads = loads.collect::<Vec<_>>();
        for round in 1..=options.rounds(cell) {
            for (entrant, load) in &loads {
                field.load(cell, entrant, load, round);
            }
        }
    }
}

/// The servers that are up, each with its generator.
struct Field<'a> {
    pairs: HashMap<Server, Pair>,
    figures: &'a mut Figures,
}

impl Field<'_> {
    /// Starts an entrant's server, unless somebody else's is the same.
    fn start(&mut self, group: &Group, entrant: &Entrant) {
        let is_absent = self.figures.absent.iter().any(|(name, _)| name == entrant.name);
        if is_absent || self.pairs.contains_key(&entrant.server) {
            return;
        }
        match Pair::start(entrant.server, entrant.name, group.setting) {
            Ok((pair, memory)) => {
                self.figures.memory.push(memory);
                self.pairs.insert(entrant.server, pair);
            }
            Err(error) => self.leave_out(entrant, &error),
        }
    }

    /// Runs for a moment, and returns as many requests as take the time of a sample; `None` for those that do not take part.
    fn warm_up(&mut self, cell: &Cell, entrant: &Entrant, options: &Options) -> Option<Load> {
        let route = entrant.route(cell.outputs)?;
        let pace = self.pairs.get(&entrant.server)?.pace;
        let members = cell.setting.members;
        let least = match cell.pace {
            Pace::InFlight(requests) => 2 * requests,
            Pace::PerSecond(_) => 5,
        };
        if pace.unwrap_or_default() * (least * members) as f64 > TOO_LONG {
            return None;
        }
        let deliveries = if pace.is_none() { WARM_UP.0 } else { WARM_UP.1 };
        let requests = least.max(deliveries.div_ceil(members)) as u64;
        let load = Load { route, pad: cell.pad, pace: cell.pace, requests, is_warm_up: true };
        let per_second = self.load(cell, entrant, &load, 0)?;
        let requests = match cell.pace {
            Pace::InFlight(_) => (options.seconds(cell) * per_second / members as f64).ceil().max(least as f64),
            Pace::PerSecond(requests) => (options.open_seconds * f64::from(requests)).ceil(),
        };
        Some(Load { requests: requests as u64, is_warm_up: false, ..load })
    }

    /// Sends the requests, keeps what came of them, and returns how many deliveries there were in a second.
    fn load(&mut self, cell: &Cell, entrant: &Entrant, load: &Load, round: usize) -> Option<f64> {
        match self.pairs.get_mut(&entrant.server)?.run(load) {
            Ok(outcome) => {
                let per_second = outcome.per_second();
                self.figures.samples.push(Sample { cell: *cell, entrant: entrant.name.to_owned(), round, outcome });
                Some(per_second)
            }
            Err(error) => {
                self.leave_out(entrant, &io::Error::other(format!("{}: {error}", cell.id())));
                None
            }
        }
    }

    fn leave_out(&mut self, entrant: &Entrant, error: &io::Error) {
        eprintln!("warning: {} is left out: {error}", entrant.name);
        self.pairs.remove(&entrant.server);
        self.figures.absent.push((entrant.name.to_owned(), error.to_string()));
    }
}
