#[sync::wire(rename_all = "camelCase")]
struct Input {
    id: i32,
}

fn main() {}
