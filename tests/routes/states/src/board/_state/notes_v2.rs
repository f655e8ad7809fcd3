use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

#[wire(patch)]
pub struct State {
    pub count: u32,
}

#[wire]
pub enum Action {
    Add { amount: u32 },
}

/// What is on the board.
#[sync::state(room = "board-{id}", auth = public)]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self { count: 0 }
    }

    fn apply(&mut self, _: Ctx<'_>, _: &Self::Action) -> Result<(), SyncError> {
        Ok(())
    }
}
