#[sync::wire]
fn input() {}

fn main() {}
