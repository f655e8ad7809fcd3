use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// What has been counted, by whom.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub count: u32,
    pub names: Vec<String>,
}

/// Saved a while after a change.
#[sync::state(room = "shared-{id}", auth = public, store = sqlite, ttl = "1m", save = "50ms", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = super::kept_v1::Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, action: &super::kept_v1::Action) -> Result<(), SyncError> {
        let super::kept_v1::Action::Add { amount, by } = action;
        self.count = self.count.saturating_add(*amount);
        self.names.push(by.clone());
        Ok(())
    }

    fn upgrade(old: super::kept_v1::State) -> Self {
        Self { count: old.count, names: vec![old.last] }
    }
}
