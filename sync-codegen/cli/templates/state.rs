use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// What the members of a room share.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub count: u32,
}

#[wire]
pub enum Action {
    Add { amount: u32 },
}

#[sync::state(room = "{{rooms}}", auth = login, store = sqlite)]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_key: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        match action {
            Action::Add { amount } => self.count = self.count.saturating_add(*amount),
        }
        Ok(())
    }
}
