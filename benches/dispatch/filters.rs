//! What a filter costs per member.

use bench_app::routes::bench::filter_v1::server::Own;
use harness::{Contest, print};

use crate::stage::Stage;
use crate::{by_hand, payload};

const ROUNDS: usize = 51;
const PAD: usize = 64;

/// Prints a table for each size of the room.
pub(crate) fn measure() {
    for members in [100, 1000] {
        print(&format!("### One event, {members} members, filtered, {PAD} bytes of text\n"));
        let stage = Stage::new(members);
        let shared = by_hand::typed_frame(&payload::output(PAD), 0);
        let mut contest = Contest::new("member");
        contest.enter("by hand: gate in a loop, one frame for all", || {
            stage.by_hand(|members| by_hand::send_each(members, |_| shared.clone()))
        });
        for (name, route, own) in ENTRANTS {
            let json = payload::call(route, PAD, *own);
            let stage = &stage;
            contest.enter(*name, move || stage.fan_out(&json));
        }
        contest.run(ROUNDS);
    }
}

const ENTRANTS: &[(&str, &str, Option<Own>)] = &[
    ("no filter", "everyone", None),
    ("`fn -> bool`, all pass", "gate", None),
    ("`fn -> Option`, all skipped", "filter", Some(Own::Nobody)),
    ("`fn -> Option`, all get the same", "filter", Some(Own::Same)),
    ("`fn -> Option`, all get different outputs", "filter", Some(Own::Different)),
    ("`async fn -> Option`, all skipped", "filterAsync", Some(Own::Nobody)),
    ("`async fn -> Option`, all get the same", "filterAsync", Some(Own::Same)),
    ("`async fn -> Option`, all get different outputs", "filterAsync", Some(Own::Different)),
];
