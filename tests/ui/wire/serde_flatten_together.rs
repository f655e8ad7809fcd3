use std::collections::BTreeMap;

#[sync::wire]
struct Input {
    #[serde(flatten, default)]
    a: BTreeMap<String, i32>,
    #[serde(flatten, rename = "x")]
    b: BTreeMap<String, i32>,
}

fn main() {}
