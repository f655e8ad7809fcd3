#[sync::wire]
#[serde(tag = "kind")]
enum Input {
    A(String),
    B(Vec<i32>),
    C(Option<i32>),
}

fn main() {}
