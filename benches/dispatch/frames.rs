//! What a frame costs per member.

use bench_app::routes::bench::filter_v1::server::Own;
use harness::{Contest, print};
use serde_json::value::to_raw_value;

use crate::stage::Stage;
use crate::{by_hand, payload};

const ROUNDS: usize = 51;

/// Prints a table for each size of the room and of the output.
pub(crate) fn measure() {
    for members in [100, 1000] {
        let stage = Stage::new(members);
        for pad in [64, 1024] {
            print(&format!("### One event, {members} members, frames with {pad} bytes of text\n"));
            contest(&stage, pad).run(ROUNDS);
        }
    }
}

fn contest(stage: &Stage, pad: usize) -> Contest<'_> {
    let output = payload::output(pad);
    let raw = to_raw_value(&output).expect("JSON");
    let tree = serde_json::to_value(&output).expect("JSON");
    let mut contest = Contest::new("member");
    contest.enter("by hand: typed values written for each member", move || {
        stage.by_hand(|members| by_hand::send_each(members, |seat| by_hand::typed_frame(&output, seat)))
    });
    contest.enter("by hand: output written once, frame written for each member", move || {
        stage.by_hand(|members| by_hand::send_each(members, |seat| by_hand::raw_frame(&raw, seat)))
    });
    contest.enter("by hand: a tree of JSON, copied and written for each member", move || {
        stage.by_hand(|members| by_hand::send_each(members, |seat| by_hand::tree_frame(&tree, seat)))
    });
    for (name, own) in
        [("ours: the same output for all", Own::Same), ("ours: a different output for each", Own::Different)]
    {
        let json = payload::call("filter", pad, Some(own));
        contest.enter(name, move || stage.fan_out(&json));
    }
    contest
}
