#[sync::wire]
struct Input {
    #[wire(number)]
    id: u128,
}

fn main() {}
