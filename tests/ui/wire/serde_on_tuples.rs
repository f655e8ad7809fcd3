#[sync::wire]
struct Input(#[serde(default)] i32, #[serde(rename = "b")] i32);

fn main() {}
