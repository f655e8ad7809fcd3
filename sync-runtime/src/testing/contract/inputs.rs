//! What a route is sent.

use serde_json::{Value, json};

use crate::clock::{RealInstant, is_stopped, timeout};
use crate::route::App;
use crate::testing::contract::subject::{Ready, Subject};
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::frame::Frame;
use crate::testing::inputs::Inputs;
use crate::testing::values::{Values, refused};

/// How many inputs are made up for each route.
const FUZZED: usize = 200;
/// After what time, of a test's own, a call counts as one that is never answered.
const NEVER: std::time::Duration = std::time::Duration::from_secs(3600);
/// For how long inputs are made up, at most, where the time is that of the machine.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
/// How many bytes a message may have where that is tested.
const SMALL: usize = 4096;
/// What is wrong with a query as it is with JSON.
const IN_QUERIES: [&str; 4] = ["missing", "unknown-field", "unknown-variant", "out-of-range"];

/// What is not of the form of the input is refused by both doors, with the place where it is wrong.
pub fn refuses_malformed_input<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    kit.run(async {
        let Ready { tab, room, app: _app } = subject.ready(subject.builder()).await;
        let value = Values::new(inputs.types(), 1).value(inputs.shape());
        let changed = refused(inputs.types(), inputs.shape(), &value);
        let known = changed.into_iter().map(|wrong| (wrong.json, Some((wrong.path, wrong.reason))));
        let junk = [json!(null), json!(true), json!(-1), json!("text"), json!([]), json!([{}]), json!({ "zzz": 1 })];
        let junk = junk.into_iter().filter(|json| inputs.wrong(&json.to_string()).is_some()).map(|json| (json, None));
        for (json, expected) in known.chain(junk) {
            let call = subject.call(&room, json.clone());
            for reply in subject.by_doors_inside(&tab, &call).await {
                let is_told = expected.as_ref().is_none_or(|(path, reason)| {
                    reply.param("path") == path.as_str() && reply.param("reason") == *reason
                });
                if reply.code() != "sync-invalid-input" || !is_told {
                    let wanted = expected.as_ref().map(|(path, reason)| format!(" at `{path}`: {reason}"));
                    let wanted = wanted.unwrap_or_default();
                    subject.fail(&format!("should be `sync-invalid-input`{wanted}"), &call, reply.json());
                }
            }
            // A query has no types: what is of another one there is a text like all others.
            let Some((path, reason)) = expected.filter(|(_, reason)| IN_QUERIES.contains(reason)) else { continue };
            if let Some(reply) = subject.by_get(&tab, &call).await
                && (reply.code() != "sync-invalid-input"
                    || reply.param("path") != path.as_str()
                    || reply.param("reason") != reason)
            {
                let wanted = format!("should be `sync-invalid-input` at `{path}`: {reason}, by `GET`, too");
                subject.fail(&wanted, &call, reply.json());
            }
        }
    });
}

/// What the rules of the input allow is taken, up to their bounds, and nothing beyond.
pub fn keeps_to_its_bounds<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    kit.run(async {
        let mut ready = subject.ready(subject.builder()).await;
        let right = subject.right_inputs(&inputs, 3);
        let mut at_bounds: Vec<_> = right.iter().flat_map(|right| inputs.at_bounds(right)).collect();
        // What is taken runs, and may take its caller out of the room.
        at_bounds.sort_by_key(|at| at.is_allowed);
        for at in at_bounds {
            if !subject.is_there(&ready.tab, &ready.room).await {
                ready = subject.ready(subject.builder()).await;
            }
            let call = subject.call(&ready.room, at.json.clone());
            let mut replies = subject.by_doors_inside(&ready.tab, &call).await;
            replies.extend(subject.by_get(&ready.tab, &call).await);
            for reply in replies {
                // What this rule allows, another one of the field may refuse, and so may the app's own code: for a reason of their own.
                let is_refused = reply.code() == "sync-invalid-input"
                    && reply.param("path") == at.path.as_str()
                    && reply.param("reason") == at.rule.as_str();
                if is_refused == at.is_allowed {
                    let does = if at.is_allowed { "refuses what is allowed by" } else { "takes what is beyond" };
                    subject.fail(&format!("{does} `{}` of `{}`", at.rule, at.path), &call, reply.json());
                }
            }
        }
    });
}

/// Whatever is sent is answered, and no handler and no filter panics. The same inputs each time; `SYNC_TEST_SEED` makes others.
pub fn survives_fuzzed_input<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let inputs = subject.inputs();
    let seed = std::env::var("SYNC_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    kit.run(async {
        let mut ready = subject.ready(subject.builder()).await;
        let mut company = subject.company(&ready).await;
        let repeat = format!("with SYNC_TEST_SEED={seed}");
        let (mut taken, mut timed_out) = (0, 0);
        let begun = RealInstant::now();
        for json in fuzzed(&inputs, seed) {
            // Where time passes as it does, a handler that takes its time gets fewer.
            if begun.elapsed() > PATIENCE && !is_stopped() {
                break;
            }
            let call = subject.call(&ready.room, json.clone());
            let Ok(reply) = timeout(NEVER, ready.tab.send(&call)).await else {
                subject.fail(&format!("is never answered ({repeat})"), &call, &Value::Null);
            };
            timed_out += usize::from(reply.code() == "sync-timeout");
            let is_wrong = inputs.wrong(&json.to_string()).is_some();
            // What was taken before may have taken its caller out of the room.
            let is_out = taken > 0 && reply.code() == "sync-not-in-room";
            if is_wrong && reply.code() != "sync-invalid-input" && !is_out {
                subject.fail(&format!("takes what is no input of it ({repeat})"), &call, reply.json());
            }
            taken += usize::from(!is_wrong);
            if reply.code() == "sync-server-failed" && !subject.may_panic() {
                subject.fail(&panicked(&subject, "handler", &repeat), &call, reply.json());
            }
            let mut has_ended = false;
            for member in [&ready.tab].into_iter().chain(&company) {
                for frame in member.received().await {
                    if matches!(&frame, Frame::Error { code, .. } if code == "sync-client-failed") && !subject.may_panic() {
                        subject.fail(&panicked(&subject, "filter", &repeat), &call, reply.json());
                    }
                    // A handler may sign its caller out, and whom it likes.
                    let why = ["session-ended", "session-replaced"];
                    has_ended |= matches!(&frame, Frame::Closing { reason } if why.contains(&reason.as_str()));
                }
            }
            let is_closed = ready.tab.is_closed();
            assert!(has_ended || !is_closed, "`{}` closes the socket of its caller ({repeat}): {json}", subject.name());
            if is_out || is_closed {
                company.clear();
                ready = subject.ready(subject.builder()).await;
                company = subject.company(&ready).await;
            }
        }
        assert!(
            taken == 0 || taken != timed_out || !is_stopped(),
            "`{}` runs out of its time whatever it is sent\n  help: if it waits for something outside of this process, such as a database, time must \
             pass as it does; write in Cargo.toml:\n\n  [package.metadata.sync]\n  real_time = true\n",
            subject.name()
        );
    });
}

fn panicked<A: App>(subject: &Subject<'_, A>, what: &str, repeat: &str) -> String {
    format!(
        "has a {what} that panics, or writes what is no JSON ({repeat}; the panic is told above)\n  help: a panic is a bug; one that is \
         meant stands in Cargo.toml:\n\n  [package.metadata.sync]\n  may_panic = [\"{}\"]\n",
        subject.name()
    )
}

/// Makes up inputs: some that all rules let pass, some of the right form, and some that are broken.
fn fuzzed<A: App>(inputs: &Inputs<A>, seed: u64) -> Vec<Value> {
    let (types, shape) = (inputs.types(), inputs.shape());
    let mut right = Values::new(types, seed).obeying_rules();
    let mut formed = Values::new(types, seed.wrapping_add(1));
    let mut chance = Values::new(types, seed.wrapping_add(2));
    let own = inputs.right(3, seed);
    let made = (0..FUZZED).map(|_| match chance.below(4) {
        0 | 1 => right.value(shape),
        2 => formed.value(shape),
        _ => {
            let value = formed.value(shape);
            let mut broken = refused(types, shape, &value);
            match broken.len() {
                0 => formed.value(&crate::schema::Shape::Any),
                count => broken.swap_remove(chance.below(count)).json,
            }
        }
    });
    own.into_iter().chain(made).collect()
}

/// A message that is larger than it may be is refused by both doors, whatever it says.
pub fn refuses_too_large_input<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    kit.run(async {
        let app = subject.builder().config(|config| config.message_limit = SMALL).start().await;
        let tab = subject.somebody(&app).await;
        let call = subject.call(&subject.any_room(), json!({ "text": "a".repeat(SMALL) }));
        for reply in subject.by_both_doors(&tab, &call).await {
            if reply.code() != "sync-too-large" || reply.param("limit") != SMALL {
                let told = json!({ "errorCode": reply.code(), "errorParams": { "limit": reply.param("limit") } });
                panic!("`{}` takes a message of more than {SMALL} bytes: {told}", subject.name());
            }
        }
    });
}
