use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Point {
    x: f64,
}

#[sync::wire]
struct Input {
    #[wire(ts)]
    at: Point,
    id: i32,
}

fn main() {}
