//! The table.

use harness::table;

use crate::options::Options;
use crate::verdict::Verdict;

/// Writes what happened in a room without a history on the disk, and in one with it.
pub(crate) fn write(passing: &Verdict, lasting: &Verdict, options: &Options, seconds: f64) -> String {
    let Options { members, rounds, burst, seed } = options;
    let title =
        format!("### {members} members, {rounds} bursts of {burst} events in each room, `kill -9` in the middle");
    let row = |what: &str, figure: fn(&Verdict) -> u64| {
        vec![what.to_owned(), figure(passing).to_string(), figure(lasting).to_string()]
    };
    let happened = [
        row("members", |verdict| verdict.members),
        row("calls", |verdict| verdict.calls),
        row("sent again", |verdict| verdict.repeats),
        row("events heard of", |verdict| verdict.events),
        row("events heard, each for each member", |verdict| verdict.deliveries),
        row("connections lost", |verdict| verdict.losses),
        row("came back, and were shown everything", |verdict| verdict.recovered),
        row("came back, and were told of a gap", |verdict| verdict.told),
        row("of these without the end of the process", |verdict| verdict.told_otherwise),
        row("calls answered with `sync-outcome-unknown`", |verdict| verdict.unknown),
        row("of these done, once", |verdict| verdict.unknown_done),
        row("calls done and gone with the process", |verdict| verdict.gone),
    ];
    let wrong = [
        row("gaps that nobody was told of, other orders", |verdict| verdict.faults.gaps),
        row("events heard twice, calls done twice", |verdict| verdict.faults.doubled),
        row("members without the last event", |verdict| verdict.faults.behind),
        row("told of a gap where nothing may be missing", |verdict| verdict.faults.unrecovered),
        row("calls done of which nobody has heard", |verdict| verdict.faults.lost),
        row("calls without an answer", |verdict| verdict.faults.unanswered),
    ];
    let happened = table(&["what happened", "in memory", "durable"], &happened);
    let wrong = table(&["what must not happen", "in memory", "durable"], &wrong);
    format!("{title}\n\nSeed {seed}, {seconds:.0} s.\n\n{happened}\n{}", wrong.trim_end())
}
