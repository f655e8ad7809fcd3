//! The raw figures of a run, as they are written to disk.

use serde::{Deserialize, Serialize};

use crate::control::{Faults, Outcome, Pace};
use crate::matrix::{Cell, Setting};

/// Everything that was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// When, on what machine, with which versions: one line each.
    pub(crate) machine: Vec<String>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) memory: Vec<Memory>,
    /// What was seen with stock clients.
    #[serde(default)]
    pub(crate) stock: Vec<Stock>,
    /// Entrants that could not be started, and why.
    pub(crate) absent: Vec<(String, String)>,
}

/// One entrant in one round of one cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) cell: Cell,
    pub(crate) entrant: String,
    /// From 1; 0 is the warm-up, which counts for nothing but what was lost, doubled or reordered.
    pub(crate) round: usize,
    pub(crate) outcome: Outcome,
}

/// What stock clients of our server got.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stock {
    pub(crate) name: String,
    pub(crate) deliveries: u64,
    pub(crate) faults: Faults,
}

/// What idle connections cost a server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) setting: Setting,
    pub(crate) entrant: String,
    /// Resident bytes for each connection, the server without any taken off.
    pub(crate) bytes: f64,
    /// Milliseconds of CPU time for each connection.
    pub(crate) connect: f64,
}

/// What one server does, as the page calls it, and what several do that meet on a bus.
pub(crate) const FANOUT: &str = "the fan-out";
const BUS: &str = "the bus";

impl Figures {
    /// Parts them into those of one server and those of several, as far as there are any.
    pub(crate) fn parts(&self) -> Vec<(&'static str, Self)> {
        let part = |is_bus: bool| {
            let is_here = |setting: &Setting| (setting.servers > 1) == is_bus;
            let samples = self.samples.iter().filter(|sample| is_here(&sample.cell.setting)).cloned().collect();
            let memory = self.memory.iter().filter(|memory| is_here(&memory.setting)).cloned().collect();
            let stock = if is_bus { Vec::new() } else { self.stock.clone() };
            Self { machine: self.machine.clone(), samples, memory, stock, absent: self.absent.clone() }
        };
        let parts = [(FANOUT, part(false)), (BUS, part(true))];
        parts.into_iter().filter(|(_, part)| !(part.samples.is_empty() && part.memory.is_empty())).collect()
    }

    /// Returns the samples of one entrant in one cell, in the order of the rounds, without the warm-up.
    pub(crate) fn of<'a>(&'a self, cell: &'a Cell, entrant: &'a str) -> impl Iterator<Item = &'a Sample> {
        let is_wanted = move |sample: &&Sample| sample.cell == *cell && sample.entrant == entrant && sample.round > 0;
        self.samples.iter().filter(is_wanted)
    }

    /// Returns a figure of each round.
    pub(crate) fn rounds_of(&self, cell: &Cell, entrant: &str, figure: impl Fn(&Outcome) -> f64) -> Vec<f64> {
        self.of(cell, entrant).map(|sample| figure(&sample.outcome)).collect()
    }

    /// Divides a figure of `above` by that of `below` in the same round, for each round that has both.
    pub(crate) fn ratios(&self, cell: &Cell, above: &str, below: &str, figure: impl Fn(&Outcome) -> f64) -> Vec<f64> {
        let pairs = self.of(cell, above).filter_map(|sample| {
            let other = self.of(cell, below).find(|other| other.round == sample.round)?;
            Some(figure(&sample.outcome) / figure(&other.outcome))
        });
        pairs.collect()
    }

    /// Returns what an idle connection costs an entrant, measured with up to 5000 connections in one room.
    pub(crate) fn idle_memory(&self, entrant: &str) -> Option<&Memory> {
        let is_usual = |memory: &&Memory| {
            let Setting { members, rooms, threads, servers } = memory.setting;
            memory.entrant == entrant && members <= 5000 && rooms == 1 && threads == 1 && servers == 1
        };
        self.memory.iter().filter(is_usual).max_by_key(|memory| memory.setting.members)
    }

    /// Returns the cells that were measured, in their order.
    pub(crate) fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for sample in &self.samples {
            if !cells.contains(&sample.cell) {
                cells.push(sample.cell);
            }
        }
        cells
    }
}

impl Outcome {
    /// Microseconds of server CPU for each delivery.
    pub(crate) fn cpu_per_delivery(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.deliveries as f64
    }

    /// Frames that one read of the generator brings.
    pub(crate) fn frames_per_read(&self) -> f64 {
        self.deliveries as f64 / self.reads as f64
    }

    /// Deliveries a second, by the clock on the wall.
    pub(crate) fn per_second(&self) -> f64 {
        self.deliveries as f64 / self.wall.as_secs_f64()
    }
}

impl Cell {
    /// Returns how many requests are in flight in each room; `None` at a fixed pace.
    pub(crate) fn in_flight(&self) -> Option<usize> {
        match self.pace {
            Pace::InFlight(requests) => Some(requests),
            Pace::PerSecond(_) => None,
        }
    }
}
