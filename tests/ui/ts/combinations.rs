use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
struct Point {
    x: f64,
}

#[sync::wire]
struct Input<T> {
    #[wire(ts)]
    #[serde(flatten)]
    at: Point,
    #[wire(ts, number)]
    size: u64,
    #[wire(ts)]
    items: Vec<T>,
    #[wire(ts = "Point")]
    called: Point,
}

#[sync::wire]
#[serde(tag = "kind")]
enum Internal {
    At(#[wire(ts)] Point),
}

fn main() {}
