#[sync::wire]
struct Input {
    #[wire(ts)]
    at: Point,
    id: i32,
}

struct Point {
    x: f64,
}

fn main() {}
