mod text {}

#[sync::wire]
struct Input {
    #[serde(with = "text")]
    a: i32,
    #[serde(serialize_with = "text::write")]
    b: i32,
    #[serde(deserialize_with = "text::read")]
    c: i32,
}

fn main() {}
