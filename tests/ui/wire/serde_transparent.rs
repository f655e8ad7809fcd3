#[sync::wire]
#[serde(transparent)]
struct Input {
    a: i32,
    b: i32,
}

fn main() {}
