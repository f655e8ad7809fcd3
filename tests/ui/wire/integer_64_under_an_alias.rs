type Id = u64;

#[sync::wire]
struct Input {
    id: Id,
    others: Vec<Id>,
}

fn main() {}
