//! What one call costs.

use std::hint::black_box;

use bench_app::routes::bench::filter_v1::server::{ClientInput, Own};
use harness::{Contest, Sample, print, thread_cpu};
use sync::schema::{InputSchema, decode};

use crate::stage::Stage;
use crate::{by_hand, payload};

const ROUNDS: usize = 301;
/// As many calls as wait in the room until they are delivered, outside of what is measured.
const CALLS: usize = 64;

/// Prints a table for each size of the input.
pub(crate) fn measure() {
    let stage = Stage::new(1);
    for pad in [64, 1024] {
        print(&format!("### One call, one member, input with {pad} bytes of text\n"));
        let (json, input) = (payload::call("filter", pad, Some(Own::Same)), payload::input(pad));
        let schema = InputSchema::of::<ClientInput>();
        let mut contest = Contest::new("call");
        contest.enter("by hand: typed envelope in, handler, typed answer out", || {
            repeat(|| drop(black_box(by_hand::call(black_box(&json)))))
        });
        contest.enter("serde_json: the input alone", || {
            repeat(|| drop(black_box(serde_json::from_str::<ClientInput>(black_box(&input)))))
        });
        contest.enter("ours: the input alone, checked against its shape and rules", || {
            repeat(|| drop(black_box(decode::<ClientInput>(&schema, black_box(&input)))))
        });
        contest.enter("ours: call until answered and placed in the room", || {
            let sample = stage.call(&json, CALLS);
            stage.deliver();
            sample
        });
        contest.enter("ours: call until answered, filtered and delivered, one by one", || {
            stage.call_one_by_one(&json, CALLS)
        });
        contest.run(ROUNDS);
    }
}

fn repeat(mut work: impl FnMut()) -> Sample {
    let start = thread_cpu();
    for _ in 0..CALLS {
        work();
    }
    Sample { cpu: thread_cpu() - start, pieces: CALLS }
}
