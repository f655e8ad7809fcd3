//! How many actions a second there can be, of one value and of many: through the dispatcher, within this process, since sockets would be
//! what bounds it.

use std::error::Error;
use std::time::Duration;

use harness::{Target, digits, median, middle_half, print, print_table};

use crate::options::Options;
use crate::stage::Stage;

/// How often something could be done in a second.
pub(crate) struct Rate {
    name: &'static str,
    /// What it must be and had better be, if that was said.
    target: Option<(f64, f64)>,
    measured: Vec<f64>,
}

impl Rate {
    pub(crate) fn new(name: &'static str, target: Option<(f64, f64)>) -> Self {
        Self { name, target, measured: Vec::new() }
    }

    pub(crate) fn note(&mut self, rate: f64) {
        self.measured.push(rate);
    }
}

/// Prints the table of some rates, and returns their targets.
pub(crate) fn report(title: &str, what: &str, rates: impl IntoIterator<Item = Rate>) -> Vec<Target> {
    let rates = rates.into_iter().collect::<Vec<_>>();
    print(&format!("### {title}\n"));
    let row = |rate: &Rate| vec![rate.name.to_owned(), digits(median(&rate.measured)), middle_half(&rate.measured)];
    print_table(&["", "a second", "middle half"], &rates.iter().map(row).collect::<Vec<_>>());
    print("");
    let target = |rate: Rate| {
        let (must, aim) = rate.target?;
        Some(Target { what: format!("{what}, {}", rate.name), must, aim, is_cost: false, measured: rate.measured })
    };
    rates.into_iter().filter_map(target).collect()
}

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let long = Duration::from_millis(options.times(1000));
    let (one, many) = (Stage::new(1), Stage::new(1000));
    let mut rates = [
        Rate::new("1 key", Some((50_000.0, 200_000.0))),
        Rate::new("1,000 keys", Some((50_000.0, 200_000.0))),
        Rate::new("events of 1 room, for comparison", None),
        Rate::new("events of 1,000 rooms, for comparison", None),
    ];
    for round in 0..=options.rounds {
        let figures = [one.act(long), many.act(long), one.call(long), many.call(long)];
        rates.iter_mut().zip(figures).filter(|_| round > 0).for_each(|(rate, figure)| rate.note(figure));
    }
    let title = format!("Through the dispatcher, 4 cards, one member of each room hears it, {} rounds", options.rounds);
    Ok(report(&title, "actions a second", rates))
}
