#[sync::wire]
struct Input {
    id: u64,
    others: Option<Vec<i64>>,
}

fn main() {}
