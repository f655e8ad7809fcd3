use std::collections::BTreeMap;

type Id = u64;

#[sync::wire]
struct Input {
    scores: BTreeMap<Id, i32>,
}

fn main() {}
