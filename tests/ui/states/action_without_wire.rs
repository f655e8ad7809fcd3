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

    #[derive(Debug, Clone)]
    pub struct Other;

    #[sync::state(room = "board-{id}")]
    impl sync::SharedState for State {
        type Action = Other;

        fn initial(_: StateKey<'_>) -> Self {
            Self { count: 0 }
        }

        fn apply(&mut self, _: Ctx<'_>, _: &Other) -> Result<(), SyncError> {
            Ok(())
        }
    }
}

fn main() {}
