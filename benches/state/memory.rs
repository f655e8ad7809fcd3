//! What memory a value takes beside itself, while nobody is there.

use std::error::Error;

use allocation_counter::measure as allocated;
use harness::{Target, digits, print, print_table};
use state_app::routes::bench::_state::{cards_v1, tally_v1};
use sync::{Handle, SharedState};

use crate::options::Options;
use crate::server::config;

/// How many values.
const KEYS: usize = 10_000;
/// How many of them come before it is counted: tables have room for many more from then on.
const BEFORE: usize = 100;

pub(crate) fn measure(options: &Options) -> Result<Vec<Target>, Box<dyn Error>> {
    let keys = usize::try_from(options.times(KEYS as u64))?;
    let data = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let config = config(data.path())?;
    let running = runtime.block_on(state_app::server().start(&state_app::routes::TABLE, config))?;
    let handle = running.handle();
    let add = |by: &str| tally_v1::Action::Add { amount: 1, by: by.to_owned() };
    let card = |_: &str| cards_v1::Action::Move { id: "c00001".to_owned(), x: 101 };
    let tally = || tally_v1::State { count: 1, last: "a-name".to_owned() };
    let cells = [
        ("a count and a name", size(tally), keys_of::<tally_v1::State>(&runtime, handle, (0, keys), || add("a-name"))?),
        (
            "4 cards",
            size(|| cards_v1::State::of(0)),
            keys_of::<cards_v1::State>(&runtime, handle, (0, keys), || card(""))?,
        ),
        (
            "10 KB",
            size(|| cards_v1::State::of(10)),
            keys_of::<cards_v1::State>(&runtime, handle, (10, keys / 10), || card(""))?,
        ),
    ];
    print("### A value in memory that nobody follows, bytes allocated\n");
    let row = |(name, value, total): &(&str, f64, f64)| {
        vec![(*name).to_owned(), digits(*value), digits(*total), digits(total - value)]
    };
    print_table(&["", "the value", "all of it", "beyond the value"], &cells.iter().map(row).collect::<Vec<_>>());
    print("");
    let (_, value, total) = cells[0];
    let what = format!("{keys} idle values: bytes of each beyond the value");
    Ok(vec![Target { what, must: 2048.0, aim: 614.0, is_cost: true, measured: vec![total - value] }])
}

/// Returns how many bytes a value takes.
fn size<S>(make: impl FnOnce() -> S) -> f64 {
    let mut value = None;
    let info = allocated(|| value = Some(make()));
    info.bytes_current as f64 + size_of::<S>() as f64
}

/// Has a value in each of so many rooms, changes each once, and returns how many bytes are allocated for each then.
fn keys_of<S: SharedState<App = state_app::App>>(
    runtime: &tokio::runtime::Runtime,
    handle: &Handle<state_app::App>,
    (kilobytes, keys): (usize, usize),
    action: impl Fn() -> S::Action,
) -> Result<f64, Box<dyn Error>> {
    let mut refused = None;
    let mut come = |rooms: std::ops::Range<usize>| {
        runtime.block_on(async {
            for room in rooms {
                let acted = handle.state::<S>(format!("bench-{kilobytes}k-{room}")).act(action()).await;
                refused = refused.take().or(acted.err());
            }
        });
    };
    come(0..BEFORE);
    let bytes = allocated(|| come(BEFORE..BEFORE + keys)).bytes_current;
    match refused {
        Some(error) => Err(error.into()),
        None => Ok(bytes as f64 / keys as f64),
    }
}
