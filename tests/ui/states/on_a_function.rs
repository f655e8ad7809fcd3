#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

mod state {
    #[sync::state(room = "board-{id}")]
    pub fn main() {}
}

fn main() {}
