use crate::{Ctx, StateKey};
use sync::{SyncError, wire};

/// One inside of the other.
#[wire(patch)]
#[derive(Default)]
pub struct State {
    pub depth: u32,
    pub inner: Vec<Nest>,
}

/// What may hold more of itself.
#[wire(patch)]
pub struct Nest {
    pub nests: Vec<Nest>,
}

#[wire]
pub enum Action {
    Wrap,
}

/// As deep as its actions make it.
#[sync::state(room = "shared-{id}", auth = public, store = file, ttl = "1m", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;

    fn initial(_: StateKey<'_>) -> Self {
        Self::default()
    }

    fn apply(&mut self, _: Ctx<'_>, _: &Action) -> Result<(), SyncError> {
        self.inner = vec![Nest { nests: std::mem::take(&mut self.inner) }];
        self.depth += 1;
        Ok(())
    }
}
