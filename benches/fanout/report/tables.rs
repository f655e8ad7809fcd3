//! The tables of the figures.

use harness::{digits, median, middle_half, quantile};

use crate::control::{Latency, Outcome, Pace};
use crate::entrants::{self, ENTRANTS};
use crate::figures::Figures;
use crate::matrix::{Cell, Outputs, Setting, one_room};

/// So few cells are all shown in detail.
const FEW: usize = 4;

/// All tables for which there are figures.
pub(super) fn all(figures: &Figures) -> String {
    let cells = figures.cells().into_iter().filter(|cell| cell.setting.servers == 1).collect::<Vec<_>>();
    let is_detailed = |cell: &&Cell| cells.len() <= FEW || (cell.setting == one_room(1000) && cell.pad == 64);
    let in_flight = |cell: &&Cell| cell.in_flight().is_some();
    let details = cells.iter().filter(in_flight).filter(is_detailed).map(|cell| detail(figures, cell));
    let mut text = details.collect::<String>();
    for cell in cells.iter().filter(|cell| !in_flight(cell)) {
        text.push_str(&latency(figures, cell));
    }
    if cells.len() > FEW {
        text.push_str(&matrix(figures, &cells));
        text.push_str(&settings(figures, &cells));
    }
    text + &memory(figures)
}

/// One cell, everybody.
fn detail(figures: &Figures, cell: &Cell) -> String {
    let row = |name: &'static str| {
        let of = |figure: fn(&Outcome) -> f64| figures.rounds_of(cell, name, figure);
        let cpu = of(Outcome::cpu_per_delivery);
        let shares = figures.ratios(cell, limit(cell), name, Outcome::cpu_per_delivery);
        vec![
            name.to_owned(),
            digits(median(&cpu)),
            middle_half(&cpu),
            digits(median(&shares)),
            middle_half(&shares),
            thousands(1e6 / median(&cpu)),
            thousands(median(&of(Outcome::per_second))),
            digits(median(&of(Outcome::frames_per_read))),
        ]
    };
    let head = [
        "",
        "µs of CPU per delivery",
        "middle half",
        "share of the limit",
        "middle half",
        "deliveries per CPU second",
        "deliveries per second",
        "frames per read",
    ];
    let rows = present(figures, &[*cell]).into_iter().map(row).collect::<Vec<_>>();
    section(&title(cell), &head, &rows)
}

/// Everybody in every cell of one room on one thread: a table for each size of the payload and each number in flight.
fn matrix(figures: &Figures, cells: &[Cell]) -> String {
    let mut text = String::new();
    for in_flight in [1, 8, 256] {
        for pad in [64, 1024] {
            let is_here = |cell: &&Cell| {
                let one_room = cell.setting == one_room(cell.setting.members);
                one_room && cell.in_flight() == Some(in_flight) && cell.pad == pad
            };
            let mut cells = cells.iter().filter(is_here).copied().collect::<Vec<_>>();
            cells.sort_by_key(|cell| (cell.setting.members, cell.outputs == Outputs::Different));
            let title = format!("{in_flight} in flight, {pad} B: µs of server CPU per delivery (share of the limit)");
            text.push_str(&side_by_side(figures, &title, &cells));
        }
    }
    text
}

fn side_by_side(figures: &Figures, title: &str, cells: &[Cell]) -> String {
    if cells.len() < 3 {
        return String::new();
    }
    let columns = cells.iter().map(|cell| format!("{}, {}", cell.setting.members, outputs(cell)));
    let head = [String::new()].into_iter().chain(columns).collect::<Vec<_>>();
    let row = |name: &'static str| {
        let figures = cells.iter().map(|cell| {
            let cpu = figures.rounds_of(cell, name, Outcome::cpu_per_delivery);
            let shares = figures.ratios(cell, limit(cell), name, Outcome::cpu_per_delivery);
            if cpu.is_empty() {
                String::new()
            } else {
                format!("{} ({})", digits(median(&cpu)), digits(median(&shares)))
            }
        });
        [name.to_owned()].into_iter().chain(figures).collect::<Vec<_>>()
    };
    let rows = present(figures, cells).into_iter().map(row).collect::<Vec<_>>();
    section(title, &head.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

/// How long a member waits when requests come at a fixed pace.
fn latency(figures: &Figures, cell: &Cell) -> String {
    let row = |name: &'static str| {
        let latency = latency_of(figures, cell, name);
        let at = |values: &[f64], share| digits(quantile(values, share));
        let cpu = figures.rounds_of(cell, name, Outcome::cpu_per_delivery);
        let Latency { first, last, all } = latency;
        let mut row = vec![name.to_owned(), digits(median(&cpu))];
        for values in [&first, &last] {
            row.extend([at(values, 0.5), at(values, 0.99), at(values, 0.999)]);
        }
        row.extend(all.map(digits));
        row
    };
    let head = [
        "milliseconds from the intended time",
        "µs of CPU per delivery",
        "first member p50",
        "p99",
        "p999",
        "last member p50",
        "p99",
        "p999",
        "any delivery p50",
        "p99",
        "p999",
    ];
    let rows = present(figures, &[*cell]).into_iter().map(row).collect::<Vec<_>>();
    section(&title(cell), &head, &rows)
}

/// Returns the requests of all rounds together; of all deliveries, the medians of the rounds' figures.
pub(super) fn latency_of(figures: &Figures, cell: &Cell, entrant: &str) -> Latency {
    let rounds = figures.of(cell, entrant).filter_map(|sample| sample.outcome.latency.as_ref()).collect::<Vec<_>>();
    let pool = |of: fn(&Latency) -> &Vec<f64>| rounds.iter().flat_map(|round| of(round).iter().copied()).collect();
    let middle = |at: usize| median(&rounds.iter().map(|round| round.all[at]).collect::<Vec<_>>());
    Latency {
        first: pool(|round| &round.first),
        last: pool(|round| &round.last),
        all: [middle(0), middle(1), middle(2)],
    }
}

/// What idle connections cost.
fn memory(figures: &Figures) -> String {
    let mut rows = Vec::new();
    for entrant in ENTRANTS {
        let Some(memory) = figures.idle_memory(entrant.name) else { continue };
        let connections = memory.setting.members.to_string();
        let kibibytes = digits(memory.bytes / 1024.0);
        rows.push(vec![entrant.name.to_owned(), connections, kibibytes, digits(memory.connect)]);
    }
    let head = ["", "connections", "KiB of RSS per connection", "ms of CPU per connection made"];
    section("Idle connections", &head, &rows)
}

/// Many rooms beside one, and two worker threads beside one.
fn settings(figures: &Figures, cells: &[Cell]) -> String {
    let mut settings = Vec::new();
    for cell in cells.iter().filter(|cell| cell.setting.members == 5000 && cell.in_flight().is_some()) {
        if !settings.contains(&cell.setting) {
            settings.push(cell.setting);
        }
    }
    if settings.len() < 2 {
        return String::new();
    }
    settings.sort_by_key(|setting| (setting.threads, setting.rooms));
    let mut rows = Vec::new();
    for entrant in [entrants::RAW, entrants::RAW_GATHER, entrants::OURS, entrants::LOOP] {
        for &setting in &settings {
            let cells = [1, 8].map(|in_flight| crate::matrix::equal(setting, in_flight));
            let figures =
                |figure: fn(&Outcome) -> f64| cells.map(|cell| median(&figures.rounds_of(&cell, entrant, figure)));
            let ([one, eight], [fast_one, fast_eight]) =
                (figures(Outcome::cpu_per_delivery), figures(Outcome::per_second));
            if one == 0.0 {
                continue;
            }
            let Setting { members, rooms, threads, .. } = setting;
            let people = format!("{rooms} × {}", members / rooms);
            let name = format!("{entrant}, {people}, {threads} worker thread{}", if threads > 1 { "s" } else { "" });
            rows.push(vec![name, digits(one), thousands(fast_one), digits(eight), thousands(fast_eight)]);
        }
    }
    let head = [
        "rooms × members",
        "1 in flight in each room: µs of CPU per delivery",
        "deliveries per second",
        "8 in flight in each room: µs of CPU per delivery",
        "deliveries per second",
    ];
    section("Rooms and worker threads: 5000 members, 64 B, equal output", &head, &rows)
}

/// Returns the entrant that is the limit in a cell.
pub(super) fn limit(cell: &Cell) -> &'static str {
    if cell.in_flight().is_some_and(|requests| requests > 1) { entrants::RAW_GATHER } else { entrants::RAW }
}

/// Returns those for whom there are figures in one of the cells, in the order of the tables.
pub(super) fn present(figures: &Figures, cells: &[Cell]) -> Vec<&'static str> {
    let names = ENTRANTS.iter().map(|entrant| entrant.name);
    names.filter(|name| cells.iter().any(|cell| figures.of(cell, name).next().is_some())).collect()
}

/// Says what a cell is.
pub(super) fn title(cell: &Cell) -> String {
    let Setting { members, rooms, threads, .. } = cell.setting;
    let rooms = if rooms == 1 { String::new() } else { format!(" in {rooms} rooms") };
    let threads = if threads == 1 { String::new() } else { format!(", {threads} worker threads") };
    let pace = match cell.pace {
        Pace::InFlight(requests) => format!("{requests} in flight"),
        Pace::PerSecond(requests) => format!("{requests} requests a second"),
    };
    format!("{members} members{rooms}, {} B, {} output, {pace}{threads}", cell.pad, outputs(cell))
}

fn outputs(cell: &Cell) -> &'static str {
    match cell.outputs {
        Outputs::Equal => "equal",
        Outputs::Different => "different",
    }
}

pub(super) fn section(title: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() { String::new() } else { format!("### {title}\n\n{}\n", harness::table(head, rows)) }
}

fn thousands(number: f64) -> String {
    format!("{:.0},000", number / 1e3)
}
