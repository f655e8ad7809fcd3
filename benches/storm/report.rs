//! The tables.

use harness::protocol::Route;
use harness::{Target, digits, median, middle_half, quantile, table};

use crate::ear::Faults;
use crate::options::Options;
use crate::storm::{Figures, Storm};

/// Writes everything that was measured.
pub(crate) fn write(figures: &[Figures], options: &Options) -> String {
    let Options { members, missed, rounds, .. } = options;
    let title = format!("### {members} members come back at once, {missed} missed events, {rounds} rounds");
    [title, targets(figures), returns(figures), latencies(figures)].join("\n\n").trim_end().to_owned()
}

fn targets(figures: &[Figures]) -> String {
    let target = |figures: &Figures, what: &str, must, aim, measured| Target {
        what: format!("{what}, {}", name(figures.route)),
        must,
        aim,
        is_cost: true,
        measured,
    };
    let ratios = figures.iter().map(|figures| target(figures, "behind against alone", 1.7, 1.4, ratios(figures)));
    let slowest = |figures: &Figures| figures.behind.iter().map(|storm| quantile(&storm.latencies, 0.99)).collect();
    let live = figures.iter().map(|figures| target(figures, "live p99, ms, behind", 200.0, 100.0, slowest(figures)));
    let mut rows = ratios.chain(live).map(|target| target.row()).collect::<Vec<_>>();
    let mut faults = Faults::default();
    figures.iter().for_each(|figures| faults += figures.faults);
    let wrong = Target {
        what: "lost, doubled, not recovered".to_owned(),
        must: 0.0,
        aim: 0.0,
        is_cost: true,
        measured: vec![faults.total() as f64],
    };
    rows.push(wrong.row());
    table(&[[""].as_slice(), &Target::HEAD].concat(), &rows)
}

/// Until everybody is back.
fn returns(figures: &[Figures]) -> String {
    let row = |figures: &Figures| {
        let Figures { route, alone, behind, .. } = figures;
        let ratios = ratios(figures);
        vec![
            name(*route).to_owned(),
            middle(alone, Storm::seconds),
            middle(behind, Storm::seconds),
            digits(median(&ratios)),
            middle_half(&ratios),
            middle(alone, Storm::cpu_seconds),
            middle(behind, Storm::cpu_seconds),
            middle(behind, |storm| storm.before as f64 / 1e6),
            middle(alone, |storm| storm.peak as f64 / 1e6),
            middle(behind, |storm| storm.peak as f64 / 1e6),
        ]
    };
    let head = [
        "",
        "s, alone",
        "s, behind",
        "ratio",
        "middle half",
        "CPU s, alone",
        "CPU s, behind",
        "MB, gone",
        "MB, alone",
        "MB, behind",
    ];
    table(&head, &figures.iter().map(row).collect::<Vec<_>>())
}

fn middle(storms: &[Storm], figure: impl Fn(&Storm) -> f64) -> String {
    digits(median(&storms.iter().map(figure).collect::<Vec<_>>()))
}

/// Until those who stay hear what goes on.
fn latencies(figures: &[Figures]) -> String {
    let row = |figures: &Figures| {
        let of = |storms: &[Storm]| {
            let all = storms.iter().flat_map(|storm| storm.latencies.iter().copied()).collect::<Vec<_>>();
            [0.5, 0.99, 1.0].map(|share| digits(quantile(&all, share)))
        };
        [name(figures.route).to_owned()].into_iter().chain(of(&figures.alone)).chain(of(&figures.behind)).collect()
    };
    let head = ["live events, ms", "p50, alone", "p99", "slowest", "p50, behind", "p99", "slowest"];
    table(&head, &figures.iter().map(row).collect::<Vec<_>>())
}

fn ratios(figures: &Figures) -> Vec<f64> {
    let pairs = figures.alone.iter().zip(&figures.behind);
    pairs.map(|(alone, behind)| behind.seconds() / alone.seconds()).collect()
}

fn name(route: Route) -> &'static str {
    match route {
        Route::Plain => "no filter",
        Route::Equal => "equal output",
        Route::Named => "different output",
        Route::Group => "output by group",
    }
}
