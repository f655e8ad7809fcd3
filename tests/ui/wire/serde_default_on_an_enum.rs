#[sync::wire]
#[serde(default)]
#[derive(Default)]
enum Input {
    #[default]
    A,
}

fn main() {}
