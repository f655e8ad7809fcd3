#[sync::state(room = "board-{id}")]
pub fn main() {}
