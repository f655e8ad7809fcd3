//! What is sent.

use bench_app::routes::bench::filter_v1::server::{ClientInput, Own, ServerOutput};

/// A call of `bench/{route}`; `own` is for the routes with a filter of many outputs.
pub(crate) fn call(route: &str, pad: usize, own: Option<Own>) -> String {
    let own = own.map(|own| format!(r#","own":{}"#, serde_json::to_string(&own).expect("a name"))).unwrap_or_default();
    let pad = text(pad);
    format!(
        r#"{{"name":"bench/{route}","version":"v1","data":{{"amount":5,"pad":"{pad}"{own}}},"receiver":"bench-a"}}"#
    )
}

/// The input inside of [`call`].
pub(crate) fn input(pad: usize) -> String {
    format!(r#"{{"amount":5,"pad":"{}","own":"same"}}"#, text(pad))
}

/// Does what the handlers of the app do.
pub(crate) fn handle(input: &ClientInput) -> ServerOutput {
    ServerOutput { new_value: input.amount + 1, pad: input.pad.clone() }
}

/// What [`handle`] answers.
pub(crate) fn output(pad: usize) -> ServerOutput {
    ServerOutput { new_value: 6, pad: text(pad) }
}

/// A text of so many bytes, all of them letters and spaces.
fn text(bytes: usize) -> String {
    "the quick brown fox jumps over the lazy dog ".chars().cycle().take(bytes).collect()
}
