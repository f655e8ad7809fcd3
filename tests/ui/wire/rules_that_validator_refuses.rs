#[sync::wire]
struct Input {
    #[validate(range)]
    a: i32,
}

fn main() {}
