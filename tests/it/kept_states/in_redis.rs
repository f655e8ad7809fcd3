//! A state in a Redis, in a table of its own: an app with one does not start where there is no Redis.

use sync::__private::{RouteId, Routes, StateOnly, StateRoute, Table};
use sync::{SyncError, wire};

use test_app::{App, Ctx, StateKey, routes};

/// What has been counted.
#[wire(patch)]
#[derive(Default)]
pub(super) struct State {
    pub count: u32,
}

#[wire]
pub(super) enum Action {
    Count,
}

/// Saved before anybody hears of it.
#[sync::state(room = "shared-{id}", auth = public, store = redis, save = "each", rate_limit = "off")]
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

impl StateRoute for State {
    const PATH: &'static str = "shared/distant";
    const VERSION: &'static str = "v1";
}

static ROUTE: StateOnly<State> = StateOnly::new(RouteId {
    page: "shared",
    name: "distant",
    version: "v1",
    path: "shared/distant",
    cb: "shared/distant/v1",
    sources: &[],
    retires: None,
});

/// An app with this state and nothing else.
pub(super) static TABLE: Table<App> = Table {
    events: Routes::EMPTY,
    requests: Routes::EMPTY,
    states: Routes { all: &[&ROUTE], find: |path, version| ((path, version) == ("shared/distant", "v1")).then_some(0) },
    manifest_dir: routes::TABLE.manifest_dir,
    mutations: Routes::EMPTY,
    rooms: routes::TABLE.rooms,
    scopes: &[],
    entities: &[],
    replicas: &[],
    error_codes: routes::TABLE.error_codes,
    released: &[],
    locales: routes::TABLE.locales,
};
