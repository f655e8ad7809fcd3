#[sync::wire]
struct Input {
    #[cfg(debug_assertions)]
    a: i32,
}

fn main() {}
