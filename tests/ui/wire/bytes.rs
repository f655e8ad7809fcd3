#[sync::wire]
struct Input {
    list: Vec<u8>,
    array: [u8; 16],
    inside: Option<Box<[u8]>>,
}

fn main() {}
