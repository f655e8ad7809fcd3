use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

#[wire(patch)]
pub struct State {
    pub count: u32,
}

#[wire]
pub enum Action {
    Count,
}

/// By the ledger of the page, it retires in a thousand years, nearly.
#[sync::state(room = "versions-{number}", auth = public)]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self { count: 0 }
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let Action::Count = action;
        self.count += 2;
        Ok(())
    }
}
