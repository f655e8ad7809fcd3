#[sync::wire]
struct Input {
    #[serde(skip_serializing)]
    a: i32,
    #[serde(skip_deserializing)]
    b: i32,
    #[serde(rename(serialize = "x", deserialize = "y"))]
    c: i32,
}

#[sync::wire]
#[serde(rename_all(serialize = "snake_case"))]
enum Kind {
    #[serde(skip)]
    A,
    #[serde(skip_deserializing)]
    B,
    #[serde(other)]
    C,
    #[serde(untagged)]
    D(String),
}

fn main() {}
