use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// What has been counted.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub count: u32,
    pub last: String,
}

#[wire]
pub enum Action {
    Add { amount: u32, by: String },
}

/// Saved before anybody hears of it.
#[sync::state(room = "bench-{name}", auth = public, store = sqlite, save = "each", ttl = "10m", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let Action::Add { amount, by } = action;
        self.count += amount;
        by.clone_into(&mut self.last);
        Ok(())
    }
}
