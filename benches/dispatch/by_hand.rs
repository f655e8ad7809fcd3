//! What one would write for one event without us.

use std::sync::Arc;

use bench_app::App;
use bench_app::routes::bench::filter_v1::client::ClientOutput;
use bench_app::routes::bench::filter_v1::server::{ClientInput, ServerOutput};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use sync::__private::Socket;

use crate::payload;

/// Reads the call as one typed value, runs the handler, writes the answer.
pub(crate) fn call(json: &str) -> String {
    #[derive(Deserialize)]
    struct Call<'a> {
        name: &'a str,
        version: &'a str,
        data: ClientInput,
        receiver: &'a str,
    }
    #[derive(Serialize)]
    struct Answer {
        status: &'static str,
        result: ServerOutput,
    }
    let Call { name, version, data, receiver } = serde_json::from_str(json).expect("a call");
    assert!(name == "bench/filter" && version == "v1" && receiver == "bench-a", "the only route");
    let answer = Answer { status: "success", result: payload::handle(&data) };
    serde_json::to_string(&answer).expect("JSON")
}

/// A finished frame, shared by those who get the same.
pub(crate) type Frame = Arc<RawValue>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a, O> {
    cb: &'a str,
    room: &'a str,
    pos: &'a str,
    status: &'a str,
    server_output: O,
    client_output: ClientOutput,
}

impl<'a, O> Event<'a, O> {
    fn new(server_output: O, seat: u32) -> Self {
        let (cb, room, pos, status) = ("bench/filter/v1", "bench-a", "AAAAAAAAAAAAAAAAAAAAAA", "success");
        Self { cb, room, pos, status, server_output, client_output: ClientOutput { seat } }
    }
}

/// The frame of one member, all of it from typed values.
pub(crate) fn typed_frame(output: &ServerOutput, seat: u32) -> Frame {
    to_raw_value(&Event::new(output, seat)).expect("JSON").into()
}

/// The frame of one member, `serverOutput` from the text that was made once.
pub(crate) fn raw_frame(output: &RawValue, seat: u32) -> Frame {
    to_raw_value(&Event::new(output, seat)).expect("JSON").into()
}

/// The frame of one member, `serverOutput` as the tree that a server without types holds.
pub(crate) fn tree_frame(output: &serde_json::Value, seat: u32) -> Frame {
    let mut event = serde_json::to_value(Event::new((), seat)).expect("JSON");
    event["serverOutput"] = output.clone();
    to_raw_value(&event).expect("JSON").into()
}

/// Makes for each member the frame that `frame` makes of its number.
pub(crate) fn send_each(members: &[Arc<Socket<App>>], mut frame: impl FnMut(u32) -> Frame) {
    for member in members {
        let session = member.session().get();
        if session.active {
            std::hint::black_box(&frame(session.seat));
        }
    }
}
