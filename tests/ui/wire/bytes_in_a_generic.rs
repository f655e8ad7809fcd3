#[sync::wire]
struct Page<T> {
    items: Vec<T>,
}

#[sync::wire]
struct Input {
    page: Page<u8>,
}

fn main() {}
