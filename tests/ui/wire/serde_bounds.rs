#[sync::wire]
#[serde(bound = "", crate = "serde", expecting = "an input")]
struct Input<T> {
    #[serde(bound = "")]
    items: Vec<T>,
    #[serde(borrow)]
    text: String,
}

fn main() {}
