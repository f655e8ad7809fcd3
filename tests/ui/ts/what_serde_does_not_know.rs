#[derive(Debug, Clone, ts_rs::TS)]
struct Point {
    x: f64,
}

#[sync::wire]
struct Input {
    #[wire(ts)]
    at: Vec<Point>,
    id: i32,
}

fn main() {}
