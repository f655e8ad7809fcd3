#[sync::wire]
struct Input {
    #[validate(range(min = 1, message = "too small"))]
    a: i32,
}

fn main() {}
