use std::collections::HashMap;

#[sync::wire]
#[derive(PartialEq, Eq, Hash)]
struct Square {
    file: char,
}

#[sync::wire]
struct Input {
    pieces: HashMap<Square, String>,
}

fn main() {}
