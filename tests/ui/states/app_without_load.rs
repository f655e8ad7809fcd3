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

    #[sync::state(room = "board-{id}", store = app)]
    impl sync::SharedState for State {
        type Action = Action;

        fn initial(_: StateKey<'_>) -> Self {
            Self { count: 0 }
        }

        fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
            let Action::Add { amount } = action;
            self.count += amount;
            Ok(())
        }
    }
}

fn main() {}
