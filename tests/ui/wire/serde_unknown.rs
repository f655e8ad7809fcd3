#[sync::wire]
#[serde(rename_everything)]
struct Input {
    #[serde(flaten)]
    a: i32,
}

fn main() {}
