//! What the command line asks for.

use std::path::PathBuf;

use crate::control::Pace;
use crate::entrants::{Entrant, Server};
use crate::matrix::{Cell, Group, one_room};

/// How to measure, and what.
#[derive(Debug)]
pub(crate) struct Options {
    /// Only the cells of the target table.
    pub(crate) quick: bool,
    /// Only the cells of two servers beside one.
    pub(crate) bus: bool,
    /// Only cells whose id is or begins with one of these; empty for all.
    cells: Vec<String>,
    /// Only entrants of these names; empty for all.
    entrants: Vec<String>,
    rounds: Option<usize>,
    seconds: Option<f64>,
    /// How long one sample at a fixed pace takes.
    pub(crate) open_seconds: f64,
    /// Whether the block in docs/benchmarks.md and the charts are written.
    pub(crate) write: bool,
    /// The program of an earlier build, measured beside this one.
    pub(crate) before: Option<PathBuf>,
    /// Whether the figures of the last run are reported again, and nothing is measured.
    pub(crate) again: bool,
}

/// How the program is used.
pub(crate) const USAGE: &str = "\
scripts/bench fanout [--quick | --bus] [--cell ID]… [--entrant NAME]… [--rounds N] [--seconds S] [--open-seconds S] [--before PROGRAM] [--write] [--again]
  --quick           only the cells of the target table
  --bus             only two servers that meet on a bus, beside one
  --cell ID         members/bytes/outputs/in flight, such as 1000/64/equal/8, or a beginning of it; may be repeated
  --entrant NAME    such as `ours` or `raw epoll`; may be repeated
  --rounds N        how often everybody is measured (3; 9 in the cells of the target table, 2 from 5000 members)
  --seconds S       how long one sample takes, about (0.15; 0.25 in the cells of the target table)
  --open-seconds S  how long one sample at a fixed pace takes (3)
  --before PROGRAM  measures an earlier build beside this one: its `fanout-…` in target/release/deps
  --write           writes docs/benchmarks.md and the charts too
  --again           reports the figures of the last run again";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            quick: false,
            bus: false,
            cells: Vec::new(),
            entrants: Vec::new(),
            rounds: None,
            seconds: None,
            open_seconds: 3.0,
            write: false,
            before: None,
            again: false,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--bus" => options.bus = true,
                "--cell" => options.cells.push(value()?),
                "--entrant" => options.entrants.push(value()?),
                "--rounds" => options.rounds = Some(number(&value()?)?),
                "--seconds" => options.seconds = Some(number(&value()?)?),
                "--open-seconds" => options.open_seconds = number(&value()?)?,
                "--write" => options.write = true,
                "--before" => options.before = Some(value()?.into()),
                "--again" => options.again = true,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        Ok(options)
    }

    /// Returns the groups that are left when only what is asked for is measured.
    pub(crate) fn choose(&self, groups: Vec<Group>) -> Vec<Group> {
        let is_there = |entrant: &&Entrant| self.before.is_some() || !matches!(entrant.server, Server::Before(_));
        let keep = |mut group: Group| {
            group.entrants.retain(|entrant| is_there(entrant));
            group
        };
        let groups = groups.into_iter().map(keep);
        if self.cells.is_empty() {
            return groups.collect();
        }
        let choose = |mut group: Group| {
            group.cells.retain(|cell| self.wants_cell(cell));
            (!group.cells.is_empty()).then_some(group)
        };
        groups.filter_map(choose).collect()
    }

    /// Returns how often everybody is measured in a cell.
    pub(crate) fn rounds(&self, cell: &Cell) -> usize {
        let usual = match cell.setting.members {
            _ if is_target(cell) || cell.setting.servers > 1 => 9,
            // One round takes ten seconds.
            5000.. => 2,
            _ => 3,
        };
        self.rounds.unwrap_or(usual)
    }

    /// Returns about how long one sample takes.
    pub(crate) fn seconds(&self, cell: &Cell) -> f64 {
        self.seconds.unwrap_or(if is_target(cell) || cell.setting.servers > 1 { 0.25 } else { 0.15 })
    }

    /// Returns whether neither cells nor entrants are chosen.
    pub(crate) fn wants_everything(&self) -> bool {
        !self.bus && self.cells.is_empty() && self.entrants.is_empty()
    }

    /// Returns whether the entrant of this name is measured.
    pub(crate) fn wants_entrant(&self, name: &str) -> bool {
        self.entrants.is_empty() || self.entrants.iter().any(|wanted| wanted == name)
    }

    fn wants_cell(&self, cell: &Cell) -> bool {
        let id = cell.id();
        self.cells
            .iter()
            .any(|wanted| id.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// Returns whether a cell is in the target table.
fn is_target(cell: &Cell) -> bool {
    cell.setting == one_room(1000) && cell.pad == 64 && matches!(cell.pace, Pace::InFlight(1 | 8))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}
