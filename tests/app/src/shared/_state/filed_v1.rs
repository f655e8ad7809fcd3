use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// What has been counted.
#[wire(patch)]
pub struct State {
    pub count: u32,
}

#[wire]
pub enum Action {
    Add { amount: u32 },
}

/// In a file for each room.
#[sync::state(room = "shared-{id}", auth = public, store = file, ttl = "1m", save = "50ms", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self { count: 0 }
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let Action::Add { amount } = action;
        self.count = self.count.saturating_add(*amount);
        Ok(())
    }
}
