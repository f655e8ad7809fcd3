#[sync::wire]
enum Input {
    A {
        #[validate(range(min = 1))]
        a: i32,
    },
}

#[sync::wire]
struct Pair(#[validate(range(min = 1))] i32, i32);

fn main() {}
