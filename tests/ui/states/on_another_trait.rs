#[path = "../prelude.rs"]
mod prelude;
pub use prelude::*;

#[allow(unused_imports)]
mod state {
    use crate::*;

    #[wire(patch)]
    pub struct State {
        pub count: u32,
    }

    #[wire]
    pub enum Action {
        Add { amount: u32 },
    }

    #[sync::state(room = "board-{id}")]
    impl Default for State {
        fn default() -> Self {
            Self { count: 0 }
        }
    }
}

fn main() {}
