use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// How often was counted.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub count: u32,
}

#[wire]
pub enum Action {
    Count,
}

/// In rooms to which anybody may send, and whose members alone see what is there.
#[sync::state(room = "lasting-{name}", auth = public)]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, _: &Action) -> Result<(), SyncError> {
        self.count += 1;
        Ok(())
    }
}
