//! The charts of docs/benchmarks.md.
//!
//! They have no background, and colours that are as readable on white as on black.

mod bars;
mod lines;

use std::error::Error;
use std::fs;

use harness::{median, quantile};
use plotters::prelude::RGBColor;

use crate::control::Outcome;
use crate::entrants;
use crate::figures::Figures;
use crate::matrix::{equal, one_room, open_loop};
use crate::report::charts::bars::{Bars, Panel};
use crate::report::charts::lines::{Line, Lines};
use crate::report::page::docs;
use crate::report::tables::{latency_of, present};

/// Of texts and axes.
const INK: RGBColor = RGBColor(128, 128, 128);
const FONT: &str = "sans-serif";

/// Draws every chart for which there are figures into docs/benchmarks.
pub(super) fn draw(figures: &Figures) -> Result<(), Box<dyn Error>> {
    let folder = docs().join("benchmarks");
    fs::create_dir_all(&folder)?;
    cpu(figures).draw(&folder.join("cpu-per-delivery.svg"))?;
    members(figures).draw(&folder.join("cpu-over-members.svg"))?;
    latency(figures).draw(&folder.join("latency-of-the-last-member.svg"))?;
    memory(figures).draw(&folder.join("memory-per-connection.svg"))
}

fn cpu(figures: &Figures) -> Bars {
    let panel = |in_flight: usize| {
        let cell = equal(one_room(1000), in_flight);
        let bar = |name: &'static str| (name, vec![median(&figures.rounds_of(&cell, name, Outcome::cpu_per_delivery))]);
        Panel {
            title: format!("{in_flight} in flight"),
            axis: "µs of server CPU per delivery",
            bars: present(figures, &[cell]).into_iter().map(bar).collect(),
        }
    };
    Bars { title: "One event to 1000 members, 64 B, equal output", series: &[], panels: vec![panel(1), panel(8)] }
}

fn members(figures: &Figures) -> Lines {
    let panel = |in_flight: usize| {
        let cells = [10, 100, 1000, 5000].map(|members| equal(one_room(members), in_flight));
        let line = |name: &'static str| {
            let point = |cell| {
                let cpu = figures.rounds_of(cell, name, Outcome::cpu_per_delivery);
                (!cpu.is_empty()).then(|| (cell.setting.members as f64, median(&cpu)))
            };
            Line { name, color: color(name), points: cells.iter().filter_map(point).collect() }
        };
        (format!("{in_flight} in flight"), present(figures, &cells).into_iter().map(line).collect::<Vec<_>>())
    };
    Lines {
        title: "CPU per delivery over the size of the room, 64 B, equal output",
        axes: ("members", "µs of server CPU per delivery"),
        panels: vec![panel(1), panel(8)],
    }
}

fn latency(figures: &Figures) -> Bars {
    let cell = open_loop();
    let bar = |name: &'static str| {
        let last = latency_of(figures, &cell, name).last;
        (name, [0.5, 0.99].map(|share| quantile(&last, share)).to_vec())
    };
    let bars = present(figures, &[cell]).into_iter().map(bar).collect();
    let panel = Panel { title: String::new(), axis: "milliseconds until the last of 1000 members has it", bars };
    Bars { title: "20 requests a second to 1000 members", series: &["p50", "p99"], panels: vec![panel] }
}

fn memory(figures: &Figures) -> Bars {
    let bar = |entrant: &'static entrants::Entrant| {
        let memory = figures.idle_memory(entrant.name)?;
        Some((entrant.name, vec![memory.bytes / 1024.0]))
    };
    let bars = entrants::ENTRANTS.iter().filter_map(bar).collect();
    let panel = Panel { title: String::new(), axis: "KiB of resident memory per idle connection", bars };
    Bars { title: "5000 idle connections", series: &[], panels: vec![panel] }
}

/// Ours stands out, the limit is grey, and families of peers share a hue.
fn color(entrant: &str) -> RGBColor {
    match entrant {
        entrants::OURS => RGBColor(47, 129, 247),
        entrants::OURS_PLAIN => RGBColor(110, 170, 250),
        entrants::OURS_GROUP => RGBColor(30, 90, 200),
        entrants::OURS_ORDINARY => RGBColor(90, 110, 190),
        entrants::RAW => RGBColor(140, 140, 140),
        entrants::RAW_GATHER => RGBColor(110, 110, 110),
        entrants::LOOP => RGBColor(200, 120, 20),
        entrants::BROADCAST => RGBColor(220, 160, 60),
        entrants::NODE_LOOP => RGBColor(40, 150, 70),
        entrants::NODE_BROADCAST => RGBColor(90, 180, 110),
        _ => RGBColor(200, 80, 150),
    }
}
