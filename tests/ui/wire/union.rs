#[sync::wire]
union Input {
    a: i32,
    b: f32,
}

fn main() {}
