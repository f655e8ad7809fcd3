//! What was lost, doubled, reordered or not answered.

use std::collections::BTreeMap;

use crate::control::Faults;
use crate::entrants::ENTRANTS;
use crate::figures::{Figures, Sample, Stock};

/// Counts what went wrong with those who are held to order, in all cells; one that was left out counts too.
pub(super) fn of_held(figures: &Figures) -> u64 {
    let held = |sample: &&Sample| {
        let mut entrants = ENTRANTS.iter().filter(|entrant| entrant.is_held_to_order());
        entrants.any(|entrant| entrant.name == sample.entrant)
    };
    let cells = figures.samples.iter().filter(held).map(|sample| sample.outcome.faults.total()).sum::<u64>();
    let fallen = |(name, _): &&(String, String)| {
        ENTRANTS.iter().any(|entrant| entrant.name == name && entrant.is_held_to_order())
    };
    let fallen = figures.absent.iter().filter(fallen).count() as u64;
    cells + fallen + figures.stock.iter().map(|stock| stock.faults.total()).sum::<u64>()
}

/// One row for each entrant, over all cells.
pub(super) fn table(figures: &Figures) -> String {
    let mut rows = Vec::new();
    for entrant in ENTRANTS {
        let samples = figures.samples.iter().filter(|sample| sample.entrant == entrant.name).collect::<Vec<_>>();
        if samples.is_empty() {
            continue;
        }
        let deliveries = samples.iter().map(|sample| sample.outcome.checked).sum::<u64>();
        let count = |fault: fn(&Faults) -> u64| {
            let mut cells = BTreeMap::new();
            for sample in &samples {
                *cells.entry(sample.cell.id()).or_insert(0) += fault(&sample.outcome.faults);
            }
            let total = cells.values().sum::<u64>();
            let worst = cells.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0);
            worst.map_or_else(|| "0".to_owned(), |(cell, count)| format!("{total} (most in {cell}: {count})"))
        };
        rows.push(vec![
            entrant.name.to_owned(),
            deliveries.to_string(),
            count(|faults| faults.lost),
            count(|faults| faults.doubled),
            count(|faults| faults.reordered),
            count(|faults| faults.unanswered),
        ]);
    }
    for Stock { name, deliveries, faults: Faults { lost, doubled, reordered, unanswered } } in &figures.stock {
        let counts = [deliveries, lost, doubled, reordered, unanswered].map(u64::to_string);
        rows.push([name.clone()].into_iter().chain(counts).collect());
    }
    let head = ["", "deliveries", "lost", "doubled", "reordered", "requests without answer"];
    format!("### Lost, doubled, reordered\n\n{}\n", harness::table(&head, &rows))
}
