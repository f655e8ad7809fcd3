//! The tables of the figures.

use harness::{digits, median, quantile};

use crate::control::{Outcome, Pace};
use crate::entrants::{self, ENTRANTS};
use crate::figures::Figures;
use crate::matrix::{Cell, Outputs, Setting};

/// All tables for which there are figures.
pub(super) fn all(figures: &Figures) -> String {
    figures.cells().iter().map(|cell| closed(figures, cell)).collect()
}

/// One cell, everybody.
fn closed(figures: &Figures, cell: &Cell) -> String {
    let mut rows = Vec::new();
    for entrant in ENTRANTS {
        let of = |figure: fn(&Outcome) -> f64| figures.rounds_of(cell, entrant.name, figure);
        let cpu = of(Outcome::cpu_per_delivery);
        if cpu.is_empty() {
            continue;
        }
        let shares = figures.ratios(cell, limit(cell), entrant.name, Outcome::cpu_per_delivery);
        rows.push(vec![
            entrant.name.to_owned(),
            digits(median(&cpu)),
            spread(&cpu),
            digits(median(&shares)),
            spread(&shares),
            format!("{:.0} k", 1e3 / median(&cpu)),
            format!("{:.0} k", median(&of(Outcome::per_second)) / 1e3),
            digits(median(&of(Outcome::frames_per_read))),
        ]);
    }
    let head = [
        "",
        "µs per delivery",
        "lowest to highest",
        "share of the limit",
        "lowest to highest",
        "per CPU second",
        "per second",
        "frames per read",
    ];
    format!("### {}\n\n{}\n", title(cell), harness::table(&head, &rows))
}

/// Returns the entrant that is the limit in a cell.
pub(super) fn limit(cell: &Cell) -> &'static str {
    if cell.in_flight().is_some_and(|requests| requests > 1) { entrants::RAW_GATHER } else { entrants::RAW }
}

/// Says what a cell is.
pub(super) fn title(cell: &Cell) -> String {
    let Setting { members, rooms, threads } = cell.setting;
    let rooms = if rooms == 1 { String::new() } else { format!(" in {rooms} rooms") };
    let threads = if threads == 1 { String::new() } else { format!(", {threads} worker threads") };
    let outputs = match cell.outputs {
        Outputs::Equal => "equal",
        Outputs::Different => "different",
    };
    let pace = match cell.pace {
        Pace::InFlight(requests) => format!("{requests} in flight"),
        Pace::PerSecond(requests) => format!("{requests} requests a second"),
    };
    format!("{members} members{rooms}, {} B, {outputs} output, {pace}{threads}", cell.pad)
}

/// The lowest and the highest.
pub(super) fn spread(values: &[f64]) -> String {
    format!("{} to {}", digits(quantile(values, 0.0)), digits(quantile(values, 1.0)))
}
