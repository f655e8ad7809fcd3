#[sync::wire]
#[serde(tag = "kind")]
struct Input {
    a: i32,
}

#[sync::wire]
#[serde(content = "value")]
enum A {
    B,
}

#[sync::wire]
#[serde(tag = "kind", untagged)]
enum C {
    D,
}

#[sync::wire]
#[serde(tag = "kind", content = "kind")]
enum E {
    F,
}

#[sync::wire]
#[serde(tag = "kind")]
enum G {
    H(i32, i32),
    I { kind: String },
}

fn main() {}
