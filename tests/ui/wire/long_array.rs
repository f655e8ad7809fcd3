#[sync::wire]
struct Input {
    board: [i32; 64],
}

fn main() {}
