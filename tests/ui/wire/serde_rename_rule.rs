#[sync::wire]
#[serde(rename_all = "camel-case")]
struct Input {
    a: i32,
}

fn main() {}
