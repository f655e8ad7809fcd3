//! What it costs to count a call: for its route and caller, its socket, its user and its address.

use bench_app::routes::bench::filter_v1::server::Own;
use harness::{Contest, print};

use crate::payload;
use crate::stage::Stage;

const ROUNDS: usize = 601;
/// As many calls as wait in the room until they are delivered, outside of what is measured.
const CALLS: usize = 64;

/// Prints a table for each size of the input.
pub(crate) fn measure() {
    let (without, with) = (Stage::new(1), Stage::limited(1));
    for pad in [64, 1024] {
        print(&format!("### One call with limits and without, one member, input with {pad} bytes of text\n"));
        let json = payload::call("filter", pad, Some(Own::Same));
        let mut contest = Contest::new("call");
        for (name, stage) in [("without", &without), ("with limits", &with)] {
            let json = &json;
            contest.enter(format!("{name}: call until answered and placed in the room"), move || {
                let sample = stage.call(json, CALLS);
                stage.deliver();
                sample
            });
        }
        contest.run(ROUNDS);
        let mut contest = Contest::new("call");
        for (name, stage) in [("without", &without), ("with limits", &with)] {
            let json = &json;
            contest.enter(format!("{name}: call until answered, filtered and delivered, one by one"), move || {
                stage.call_one_by_one(json, CALLS)
            });
        }
        contest.run(ROUNDS);
    }
}
