#[sync::session]
struct Session {
    id: u64,
}

fn main() {}
