//! The targets, and whether they are met.

use harness::{Target, quantile};

use crate::control::Outcome;
use crate::entrants::{self, BROADCAST, BUN, LOOP, NODE_LOOP, OURS, OURS_PLAIN, RAW, RAW_GATHER};
use crate::figures::Figures;
use crate::matrix::{Cell, Outputs, equal, one_room, open_loop};
use crate::report::faults;

/// The table of targets.
pub(super) fn table(figures: &Figures) -> String {
    let mut targets = cpu_targets(figures);
    targets.extend(other_targets(figures));
    let mut rows = targets.iter().filter(|target| !target.measured.is_empty()).map(Target::row).collect::<Vec<_>>();
    if rows.is_empty() {
        return String::new();
    }
    rows.push(faults_row(figures));
    let head = [["ours against"].as_slice(), &Target::HEAD].concat();
    format!("### Targets: 1000 members, 64 B, one worker thread\n\n{}\n", harness::table(&head, &rows))
}

fn cpu_targets(figures: &Figures) -> Vec<Target> {
    let target = |against: &str, in_flight, outputs, must, aim| {
        let cell = Cell { outputs, ..equal(one_room(1000), in_flight) };
        let measured = figures.ratios(&cell, against, OURS, Outcome::cpu_per_delivery);
        let output = if outputs == Outputs::Equal { "equal" } else { "different" };
        Target { what: format!("{against}: {in_flight} in flight, {output}"), must, aim, is_cost: false, measured }
    };
    let (same, other) = (Outputs::Equal, Outputs::Different);
    vec![
        target(RAW, 1, same, 0.65, 0.90),
        target(RAW, 1, other, 0.55, 0.80),
        target(RAW_GATHER, 8, same, 0.50, 0.90),
        target(RAW_GATHER, 8, other, 0.50, 0.90),
        target(LOOP, 1, same, 1.7, 2.5),
        target(LOOP, 1, other, 1.7, 2.5),
        target(LOOP, 8, same, 2.5, 5.0),
        target(LOOP, 8, other, 2.5, 5.0),
        target(BROADCAST, 1, same, 1.4, 2.0),
        target(BROADCAST, 8, same, 1.8, 3.0),
        target(NODE_LOOP, 1, same, 3.0, 4.5),
        target(NODE_LOOP, 1, other, 3.0, 4.5),
        target(NODE_LOOP, 8, same, 10.0, 18.0),
        target(NODE_LOOP, 8, other, 10.0, 18.0),
        target(BUN, 1, same, 0.75, 1.2),
        target(BUN, 8, same, 0.75, 1.2),
    ]
}

fn other_targets(figures: &Figures) -> Vec<Target> {
    let cost = |what: &str, must, aim, measured| Target { what: what.to_owned(), must, aim, is_cost: true, measured };
    let last = |share: f64| {
        move |outcome: &Outcome| outcome.latency.as_ref().map_or(0.0, |latency| quantile(&latency.last, share))
    };
    let any = |outcome: &Outcome| outcome.latency.as_ref().map_or(0.0, |latency| latency.all[2]);
    let filter = |in_flight| {
        let cell = equal(one_room(1000), in_flight);
        figures.ratios(&cell, OURS, OURS_PLAIN, Outcome::cpu_per_delivery)
    };
    vec![
        cost(
            "raw epoll: last member, p50, 20 requests a second",
            1.6,
            1.15,
            figures.ratios(&open_loop(), OURS, RAW, last(0.5)),
        ),
        cost(
            "raw epoll: last member, p999 (the slowest)",
            2.0,
            1.2,
            figures.ratios(&open_loop(), OURS, RAW, last(0.999)),
        ),
        cost("raw epoll: any delivery, p999", 2.0, 1.2, figures.ratios(&open_loop(), OURS, RAW, any)),
        cost("socketioxide: RSS per idle connection", 0.85, 0.50, memory(figures).into_iter().collect()),
        cost("our own route without a filter: 1 in flight", 1.3, 1.1, filter(1)),
        cost("our own route without a filter: 8 in flight", 1.3, 1.1, filter(8)),
    ]
}

fn memory(figures: &Figures) -> Option<f64> {
    Some(figures.idle_memory(entrants::OURS)?.bytes / figures.idle_memory(entrants::LOOP)?.bytes)
}

fn faults_row(figures: &Figures) -> Vec<String> {
    let count = faults::of_held(figures);
    let verdict = if count == 0 { "aim" } else { "**missed**" };
    let what = format!("lost, doubled, reordered in {} cells", figures.cells().len());
    vec![what, "0".to_owned(), "0".to_owned(), count.to_string(), String::new(), verdict.to_owned()]
}
