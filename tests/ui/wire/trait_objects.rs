#[sync::wire]
struct Input {
    shape: Box<dyn std::fmt::Debug>,
}

fn main() {}
