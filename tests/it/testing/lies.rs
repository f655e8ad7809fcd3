//! Apps that do not keep to what they say: each is the template with one route changed, and turns one contract test red.

use std::sync::LazyLock;

use app::SyncApp;
use expect_test::{Expect, expect};
use sync::__private::{Auth, FilterKind, Route, RouteId, RouteOptions, RouteTypes, Routes, Table, TypedCall};
use sync::Server;
use sync::schema::{InputSchema, InvalidInput, Lane, Model};
use sync::testing::TestBuilder;
use sync::testing::contract::{self, Kit, RouteUnderTest};

use super::{Test, said};

/// A route of the template that is told otherwise than it is.
struct Lying {
    honest: &'static dyn Route<SyncApp>,
    lie: Lie,
}

#[derive(Clone, Copy, PartialEq)]
enum Lie {
    /// No filter keeps it from anybody.
    HasNoFilter,
}

impl Route<SyncApp> for Lying {
    fn id(&self) -> &RouteId {
        self.honest.id()
    }

    fn auth(&self) -> Auth<SyncApp> {
        self.honest.auth()
    }

    fn options(&self) -> RouteOptions {
        self.honest.options()
    }

    fn filter(&self) -> FilterKind {
        if self.lie == Lie::HasNoFilter { FilterKind::None } else { self.honest.filter() }
    }

    fn types(&self, model: &mut Model) -> RouteTypes {
        self.honest.types(model)
    }

    fn input_schema(&self) -> InputSchema {
        self.honest.input_schema()
    }

    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<SyncApp>>, InvalidInput> {
        self.honest.decode(schema, json)
    }
}

/// Makes the template with one route that lies.
fn lying(lane: Lane, name: &str, lie: Lie) -> Table<SyncApp> {
    let honest = &app::routes::TABLE;
    let changed = |of: Lane, routes: &Routes<SyncApp>| {
        let all = routes.all.iter().map(|&route| -> &'static dyn Route<SyncApp> {
            match of == lane && route.id().cb == name {
                true => Box::leak(Box::new(Lying { honest: route, lie })),
                false => route,
            }
        });
        Routes { all: Vec::from_iter(all).leak(), find: routes.find }
    };
    Table {
        events: changed(Lane::Event, &honest.events),
        requests: changed(Lane::Request, &honest.requests),
        manifest_dir: honest.manifest_dir,
        rooms: honest.rooms,
        error_codes: honest.error_codes,
        locales: honest.locales,
    }
}

fn start(table: &'static Table<SyncApp>) -> TestBuilder<SyncApp> {
    TestBuilder::new(Server::new(async |_| Ok(SyncApp::default())), table)
}

fn check(test: Test<SyncApp>, lane: Lane, name: &'static str, start: fn() -> TestBuilder<SyncApp>, expected: Expect) {
    let kit = Kit { start, ..super::template() };
    let run = std::panic::catch_unwind(|| test(&kit, &RouteUnderTest { lane, name, rule: Some(1) }));
    let said = run.map_or_else(said, |()| "green".to_owned());
    expected.assert_eq(&said);
}

#[test]
fn an_app_that_delivers_nothing_is_red() {
    static TABLE: LazyLock<Table<SyncApp>> =
        LazyLock::new(|| lying(Lane::Event, "examples/updateCounter/v1", Lie::HasNoFilter));
    check(
        contract::delivers_what_it_answers,
        Lane::Event,
        "examples/updateCounter/v1",
        || start(&TABLE),
        expect![[r#"
            `examples/updateCounter/v1` should be heard of once by its caller, not 0 times
              sent: {"data":{"amount":1},"name":"examples/updateCounter","receiver":"game-room-1","version":"v1"}
              answered: {"result":{"newValue":1},"status":"success"}"#]],
    );
}
