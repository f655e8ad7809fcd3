type Blob = Vec<u8>;

#[sync::wire]
struct Input {
    blob: Blob,
}

fn main() {}
