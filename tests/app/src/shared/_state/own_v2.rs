pub use super::own_v1::Action;
use crate::{Ctx, StateKey};
use sync::{BoxError, Stored, SyncError, wire};

/// What has been counted.
#[wire(patch)]
pub struct State {
    pub count: u32,
}

/// What others see.
#[wire(patch)]
pub struct View {
    pub count: u32,
    /// What a master sees besides.
    pub double: Option<u32>,
}

/// Where the test says.
#[sync::state(room = "shared-{id}", auth = public, store = app, ttl = "1m", save = "each", rate_limit = "off")]
impl sync::SharedState for State {
    type Action = Action;
    type View = View;

    fn initial(_: StateKey<'_>) -> Self {
        Self { count: 0 }
    }

    fn apply(&mut self, _: Ctx<'_>, action: &Action) -> Result<(), SyncError> {
        let Action::Add { amount } = action;
        self.count = self.count.saturating_add(*amount);
        Ok(())
    }

    #[view(by = |member| member.session().outcome == "master")]
    fn view(&self, is_master: &bool) -> View {
        View { count: self.count, double: is_master.then_some(self.count.saturating_mul(2)) }
    }

    async fn load(key: StateKey<'_>) -> Result<Option<Stored<Self>>, BoxError> {
        let found = key.app().own.load(format!("{} v2", key.room())).await?;
        Ok(found.map(|(count, version)| Stored { value: Self { count }, version }))
    }

    async fn persist(key: StateKey<'_>, value: &Self, version: u64) -> Result<(), BoxError> {
        key.app().own.save(format!("{} v2", key.room()), (value.count, version)).await
    }
}
