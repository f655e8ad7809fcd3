use std::collections::BTreeMap;

#[sync::wire]
#[serde(untagged)]
enum Untagged {
    A(i32),
    B(String),
}

#[sync::wire]
struct Name(String);

#[sync::wire]
struct Input {
    #[serde(flatten)]
    list: Vec<i32>,
    #[serde(flatten)]
    untagged: Untagged,
    #[serde(flatten)]
    name: Name,
    #[serde(flatten)]
    maybe: Option<BTreeMap<String, i32>>,
    #[serde(flatten)]
    numbered: BTreeMap<u8, i32>,
}

fn main() {}
