struct Plain;

#[sync::wire]
struct Input {
    plain: Plain,
    list: Vec<Plain>,
}

#[sync::wire]
struct Other {
    input: Input,
}

#[derive(ts_rs::TS)]
struct Export {
    input: Input,
    other: Vec<Other>,
}

fn main() {}
