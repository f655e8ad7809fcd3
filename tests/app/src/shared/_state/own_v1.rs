use crate::{Ctx, StateKey};
use sync::{BoxError, Stored, SyncError, wire};

/// What has been counted.
#[wire(patch)]
pub struct State {
    pub count: u32,
}

#[wire]
pub enum Action {
    Add { amount: u32 },
}

/// Where the test says.
#[sync::state(room = "shared-{id}", auth = public, store = app, ttl = "1m", save = "1s", rate_limit = "off")]
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

    async fn load(key: StateKey<'_>) -> Result<Option<Stored<Self>>, BoxError> {
        let found = key.app().own.load(format!("{} v1", key.room())).await?;
        Ok(found.map(|(count, version)| Stored { value: Self { count }, version }))
    }

    async fn persist(key: StateKey<'_>, value: &Self, version: u64) -> Result<(), BoxError> {
        key.app().own.save(format!("{} v1", key.room()), (value.count, version)).await
    }

    async fn closed(key: StateKey<'_>, last: &Self) {
        key.app().own.pass().await;
        key.app().note(format!("closed {} {}", key.room(), last.count));
        assert_ne!(last.count, 666, "a test hook was asked to panic");
    }
}
