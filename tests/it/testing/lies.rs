//! Apps that do not keep to what they say: each is the template with one route changed, and turns one contract test red.

use std::sync::LazyLock;

use app::SyncApp;
use app::routes::examples::updateCounter_v1::server::{ClientInput, ServerOutput};
use expect_test::{Expect, expect};
use sync::__private::{
    Auth, Ctx, FilterKind, Method, RoomKind, Route, RouteId, RouteOptions, Routes, ServerHandler, ServerOnly, Table,
    TypedCall,
};
use sync::schema::{InputSchema, InvalidInput, Lane, Model, RouteTypes};
use sync::testing::TestBuilder;
use sync::testing::contract::{self, Kit, RouteUnderTest};
use sync::{Server, SyncError};

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
    /// It is asked by `GET`.
    IsQuery,
    /// It is heard by everybody who is connected; which is true then.
    IsToEveryone,
}

impl Route<SyncApp> for Lying {
    fn id(&self) -> &RouteId {
        self.honest.id()
    }

    fn auth(&self) -> Auth<SyncApp> {
        self.honest.auth()
    }

    fn options(&self) -> RouteOptions {
        let options = self.honest.options();
        match self.lie {
            Lie::HasNoFilter => options,
            Lie::IsQuery => RouteOptions { method: Method::Post, ..options },
            Lie::IsToEveryone => RouteOptions { room: Some(RoomKind::Everyone), ..options },
        }
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

/// A handler that refuses what its input says that it may be: at most 100.
struct Picky;

impl ServerHandler for Picky {
    type App = SyncApp;
    type Input = ClientInput;
    type Output = ServerOutput;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;

    fn auth() -> Auth<SyncApp> {
        Auth::login()
    }

    async fn call<'a>(_: Ctx<'a, SyncApp>, input: &'a ClientInput) -> Result<ServerOutput, SyncError> {
        if input.amount == 100 {
            return Err(SyncError::invalid_input("amount", "range"));
        }
        Ok(ServerOutput { new_value: input.amount })
    }
}

/// Makes the template with one route in place of another.
fn template_with(
    lane: Lane,
    name: &str,
    change: impl Fn(&'static dyn Route<SyncApp>) -> Box<dyn Route<SyncApp>>,
) -> Table<SyncApp> {
    let honest = &app::routes::TABLE;
    let changed = |of: Lane, routes: &Routes<SyncApp>| {
        let all = routes.all.iter().map(|&route| -> &'static dyn Route<SyncApp> {
            match of == lane && route.id().cb == name {
                true => Box::leak(change(route)),
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
    static TABLE: LazyLock<Table<SyncApp>> = LazyLock::new(|| {
        template_with(Lane::Event, "examples/updateCounter/v1", |honest| {
            Box::new(Lying { honest, lie: Lie::HasNoFilter })
        })
    });
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

#[test]
fn a_request_that_cannot_be_asked_as_it_says_is_red() {
    static TABLE: LazyLock<Table<SyncApp>> = LazyLock::new(|| {
        template_with(Lane::Request, "examples/readCounter/v1", |honest| Box::new(Lying { honest, lie: Lie::IsQuery }))
    });
    let check = |test, expected| check(test, Lane::Request, "examples/readCounter/v1", || start(&TABLE), expected);
    check(
        contract::answers_alike_over_http,
        expect![[r#"
        `examples/readCounter/v1` is answered over HTTP by `GET`: {"errorCode":"sync-method-not-allowed","errorParams":{},"httpStatus":405,"message":"This address does not take this method.","status":"error"}
          sent: {"data":{"room":"it's \"quoted\" \\ \n\t"},"name":"examples/readCounter","version":"v1"}
          answered: {"result":{"value":0},"status":"success"}"#]],
    );
    check(
        contract::refuses_malformed_input,
        expect![[r#"
        `examples/readCounter/v1` should be `sync-invalid-input` at `zzz`: unknown-field, by `GET`, too
          sent: {"data":{"room":"it's \"quoted\" \\ \n\t","zzz":{}},"name":"examples/readCounter","version":"v1"}
          answered: {"errorCode":"sync-method-not-allowed","errorParams":{},"httpStatus":405,"message":"This address does not take this method.","status":"error"}"#]],
    );
    check(
        contract::is_limited,
        expect![[r#"
        `examples/readCounter/v1` can be asked by `GET` as often as one likes
          sent: {"data":{"isPrototypeOf":null,"zzz":[]},"name":"examples/readCounter","version":"v1"}
          answered: {"errorCode":"sync-method-not-allowed","errorParams":{},"httpStatus":405,"message":"This address does not take this method.","status":"error"}"#]],
    );
}

#[test]
fn an_event_that_no_room_takes_is_red_and_says_what_to_write() {
    static TABLE: LazyLock<Table<SyncApp>> = LazyLock::new(|| {
        let to_everyone =
            template_with(Lane::Event, "root/announce/v1", |honest| Box::new(Lying { honest, lie: Lie::IsToEveryone }));
        Table { rooms: &[], ..to_everyone }
    });
    let check = |test, name, expected| check(test, Lane::Event, name, || start(&TABLE), expected);
    check(
        contract::survives_fuzzed_input,
        "examples/updateCounter/v1",
        expect![[r#"
        `examples/updateCounter/v1` cannot be sent at all: the app has no rule that opens a room
          help: add src/examples/_room.rs (`cargo sync new room` writes one), or write `room = all` in src/examples/_sync/updateCounter_server_v1.rs if everybody who is connected may hear of it"#]],
    );
    check(
        contract::delivers_what_it_answers,
        "story/tell/v1",
        expect![[r#"
        `story/tell/v1` cannot be sent at all: the app has no rule that opens a room
          help: add src/story/_room.rs (`cargo sync new room` writes one), or write `room = all` in src/story/_sync/tell_server_v1.rs if everybody who is connected may hear of it"#]],
    );
    // It needs none.
    check(contract::survives_fuzzed_input, "root/announce/v1", expect!["green"]);
    check(contract::delivers_what_it_answers, "root/announce/v1", expect!["green"]);
}

#[test]
fn a_value_at_its_bound_that_is_refused_is_red() {
    static TABLE: LazyLock<Table<SyncApp>> = LazyLock::new(|| {
        template_with(Lane::Event, "examples/updateCounter/v1", |honest| {
            Box::new(ServerOnly::<Picky>::new(*honest.id()))
        })
    });
    check(
        contract::keeps_to_its_bounds,
        Lane::Event,
        "examples/updateCounter/v1",
        || start(&TABLE),
        expect![[r#"
            `examples/updateCounter/v1` refuses what is allowed by `range` of `amount`
              sent: {"data":{"amount":100},"name":"examples/updateCounter","receiver":"game-room-1","version":"v1"}
              answered: {"errorCode":"sync-invalid-input","errorParams":{"path":"amount","reason":"range"},"httpStatus":400,"message":"“amount” is outside the allowed range.","status":"error"}"#]],
    );
}
