//! Two servers that meet on a bus, beside one.

use std::collections::BTreeMap;

use harness::{Target, digits, median, middle_half};

use crate::bus::Traffic;
use crate::control::{Outcome, Pace};
use crate::entrants::{NODE_LOOP_TWO, OURS, OURS_TWO};
use crate::figures::Figures;
use crate::matrix::{Cell, ROOM_ON_BUS, ROOMS_ON_BUS, Setting, TEN_ON_BUS, TEN_PACE, on_bus, one_room};
use crate::report::tables::{present, section, title};

const THOUSAND: Setting = Setting { servers: 2, ..one_room(1000) };

/// What the figures in the table of targets are made of.
pub(super) fn tables(figures: &Figures) -> String {
    let cells = figures.cells().into_iter().filter(|cell| cell.setting.servers > 1);
    cells.map(|cell| detail(figures, &cell)).collect()
}

/// The table of targets.
pub(super) fn targets(figures: &Figures) -> String {
    let cost = |what: &str, must, aim, measured| Target { what: what.to_owned(), must, aim, is_cost: true, measured };
    let gain = |what: &str, must, aim, measured| Target { what: what.to_owned(), must, aim, is_cost: false, measured };
    let [one, eight] = [1, 8].map(|requests| on_bus(THOUSAND, Pace::InFlight(requests)));
    let ten = on_bus(TEN_ON_BUS, TEN_PACE);
    let room = on_bus(ROOM_ON_BUS, Pace::InFlight(256));
    let rooms = on_bus(ROOMS_ON_BUS, Pace::InFlight(4));
    let cpu = |cell: &Cell, above, below| figures.ratios(cell, above, below, Outcome::cpu_per_delivery);
    let bus = |figure: fn(&Traffic) -> f64| figures.rounds_of(&one, OURS_TWO, |outcome| of_bus(outcome, figure));
    // What crosses is what the caller sent and what the handler answered.
    let event = 2.0 * (one.pad as f64 + 30.0);
    let targets = [
        cost(
            // A server tells the others now and then that it lives, which is counted, too.
            "publishes on the bus for an event, with signs of life",
            1.05,
            1.05,
            bus(|traffic| traffic.a_request(traffic.command("publish"))),
        ),
        cost("connections that hear it", 2.0, 2.0, bus(|traffic| traffic.listeners as f64)),
        cost(
            "bytes that each of them hears, against input and output",
            2.0,
            2.0,
            bus(|traffic| traffic.a_request(traffic.written) / traffic.listeners as f64)
                .into_iter()
                .map(|bytes| bytes / event)
                .collect(),
        ),
        cost("CPU of all servers per delivery, against one of ours", 1.3, 1.1, cpu(&one, OURS_TWO, OURS)),
        gain(
            "socket.io with an `emit` for each member against that: 1 in flight",
            10.0,
            25.0,
            cpu(&one, NODE_LOOP_TWO, OURS_TWO),
        ),
        gain("the same, 8 in flight", 10.0, 25.0, cpu(&eight, NODE_LOOP_TWO, OURS_TWO)),
        cost("added latency of a delivery, ms, p50", 1.5, 0.5, added(figures, &ten, 0)),
        cost("added latency of a delivery, ms, p99", 6.0, 2.0, added(figures, &ten, 1)),
        gain("events a second in one room", 5_000.0, 20_000.0, events(figures, &room)),
        gain("events a second in 1,000 rooms", 20_000.0, 50_000.0, events(figures, &rooms)),
    ];
    let rows = targets.iter().filter(|target| !target.measured.is_empty()).map(Target::row).collect::<Vec<_>>();
    section("Targets: two servers that meet on a Redis", &[["two of ours"].as_slice(), &Target::HEAD].concat(), &rows)
}

/// By how much longer a delivery takes than where there is one server, in each round.
fn added(figures: &Figures, cell: &Cell, at: usize) -> Vec<f64> {
    let of =
        |name| figures.rounds_of(cell, name, |outcome| outcome.latency.as_ref().map_or(0.0, |times| times.all[at]));
    of(OURS_TWO).into_iter().zip(of(OURS)).map(|(two, one)| two - one).collect()
}

fn events(figures: &Figures, cell: &Cell) -> Vec<f64> {
    figures.rounds_of(cell, OURS_TWO, |outcome| outcome.per_second() / cell.setting.members_of_room())
}

fn of_bus(outcome: &Outcome, figure: impl Fn(&Traffic) -> f64) -> f64 {
    outcome.bus.as_deref().map_or(0.0, figure)
}

/// One cell, everybody, and what each asks of the Redis.
fn detail(figures: &Figures, cell: &Cell) -> String {
    let row = |name: &'static str| {
        let of = |figure: &dyn Fn(&Outcome) -> f64| median(&figures.rounds_of(cell, name, figure));
        let bus = |figure: fn(&Traffic) -> f64| of(&|outcome| of_bus(outcome, figure));
        let cpu = figures.rounds_of(cell, name, Outcome::cpu_per_delivery);
        let latency = |at: usize| of(&|outcome| outcome.latency.as_ref().map_or(0.0, |times| times.all[at]));
        let has_bus = figures.of(cell, name).any(|sample| sample.outcome.bus.is_some());
        let on_bus = |text: String| if has_bus { text } else { String::new() };
        let timed = |at| if cell.in_flight().is_none() { digits(latency(at)) } else { String::new() };
        vec![
            name.to_owned(),
            digits(median(&cpu)),
            middle_half(&cpu),
            digits(of(&|outcome| outcome.per_second() / cell.setting.members_of_room())),
            timed(0),
            timed(1),
            on_bus(digits(bus(|traffic| traffic.cpu.as_secs_f64() * 1e6 / traffic.requests as f64))),
            on_bus(digits(bus(|traffic| traffic.a_request(traffic.read)))),
            on_bus(digits(bus(|traffic| traffic.a_request(traffic.written)))),
            commands(figures, cell, name),
        ]
    };
    let head = [
        "",
        "µs of CPU per delivery",
        "middle half",
        "events a second",
        "delivery p50, ms",
        "p99",
        "µs of the Redis per event",
        "bytes into it",
        "bytes out of it",
        "its commands per event",
    ];
    let rows = present(figures, &[*cell]).into_iter().map(row).collect::<Vec<_>>();
    let servers = format!("{}, up to {} servers", title(cell), cell.setting.servers);
    section(&servers, &head, &rows)
}

/// What is asked of the Redis more than once for a hundred events.
fn commands(figures: &Figures, cell: &Cell, name: &str) -> String {
    let mut counts = BTreeMap::<&str, u64>::new();
    let mut requests = 0;
    for traffic in figures.of(cell, name).filter_map(|sample| sample.outcome.bus.as_deref()) {
        requests += traffic.requests;
        for (command, count) in &traffic.commands {
            *counts.entry(command).or_default() += count;
        }
    }
    let mut counts =
        counts.into_iter().map(|(command, count)| (command, count as f64 / requests as f64)).collect::<Vec<_>>();
    counts.retain(|(_, count)| *count >= 0.01);
    counts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    counts
        .iter()
        .map(|(command, count)| format!("{} {}", command.to_uppercase(), digits(*count)))
        .collect::<Vec<_>>()
        .join(", ")
}

impl Traffic {
    fn command(&self, name: &str) -> u64 {
        self.commands.get(name).copied().unwrap_or_default()
    }

    fn a_request(&self, count: u64) -> f64 {
        count as f64 / self.requests as f64
    }
}

impl Setting {
    fn members_of_room(&self) -> f64 {
        (self.members / self.rooms) as f64
    }
}
