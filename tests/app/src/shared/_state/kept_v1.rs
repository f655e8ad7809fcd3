use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// What has been counted.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    #[validate(range(max = 1_000_000))]
    pub count: u32,
    pub last: String,
}

#[wire]
pub enum Action {
    Add { amount: u32, by: String },
}

/// Saved before anybody hears of it.
#[sync::state(room = "shared-{id}", auth = public, store = sqlite, ttl = "1m", save = "each", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        match action {
            Action::Add { amount: 0, .. } => return Err(sync::error!("kept-nothing")),
            Action::Add { amount, by } => {
                self.count = self.count.saturating_add(*amount);
                by.clone_into(&mut self.last);
            }
        }
        Ok(())
    }
}
