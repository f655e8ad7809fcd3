#[sync::wire]
#[wire(number)]
struct Input {
    #[wire(numbers)]
    id: i32,
}

fn main() {}
