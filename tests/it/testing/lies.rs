//! Apps that do not keep to what they say: each is the template with one route changed, and turns one contract test red.

use std::cell::RefCell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI32, Ordering};

use app::SyncApp;
use app::routes::examples::updateCounter_v1::server::{ClientInput, ServerOutput};
use expect_test::{Expect, expect};
use sync::__private::{
    Auth, ClientHandler, Ctx, FilterKind, Filtered, Member, Method, Paired, RoomKind, Route, RouteId, RouteOptions,
    Routes, ServerHandler, ServerOnly, Table, TypedCall, Verdict,
};
use sync::schema::{InputSchema, InvalidInput, Lane, Model, RouteTypes};
use sync::testing::TestBuilder;
use sync::testing::contract::{self, Kit, RouteUnderTest};
use sync::{Empty, Handle, Server, SyncError};

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
    /// The same, and it is for those alone who have not signed in.
    IsForGuests,
}

impl Route<SyncApp> for Lying {
    fn id(&self) -> &RouteId {
        self.honest.id()
    }

    fn auth(&self) -> Auth<SyncApp> {
        match self.lie {
            Lie::IsForGuests => Auth::public().when("guest", |session: &super::Session| session.user_id.is_empty()),
            _ => self.honest.auth(),
        }
    }

    fn options(&self) -> RouteOptions {
        let options = self.honest.options();
        match self.lie {
            Lie::HasNoFilter => options,
            Lie::IsQuery => RouteOptions { method: Method::Post, ..options },
            Lie::IsToEveryone | Lie::IsForGuests => RouteOptions { room: Some(RoomKind::Everyone), ..options },
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

/// Writes a handler of the counter's types.
macro_rules! handler {
    ($(#[$docs:meta])* $name:ident, |$ctx:ident, $input:ident| $body:block) => {
        $(#[$docs])*
        struct $name;

        impl ServerHandler for $name {
            type App = SyncApp;
            type Input = ClientInput;
            type Output = ServerOutput;
            const DOCS: &'static str = "";
            const OPTIONS: RouteOptions = RouteOptions::NONE;

            fn auth() -> Auth<SyncApp> {
                Auth::login()
            }

            async fn call<'a>($ctx: Ctx<'a, SyncApp>, $input: &'a ClientInput) -> Result<ServerOutput, SyncError> {
                $body
            }
        }
    };
}

handler!(
    /// Does what it says.
    Counts,
    |_ctx, input| { Ok(ServerOutput { new_value: input.amount }) }
);

handler!(
    /// Refuses what its input says that it may be: at most 100.
    Picky,
    |_ctx, input| {
        match input.amount {
            100 => Err(SyncError::invalid_input("amount", "range")),
            new_value => Ok(ServerOutput { new_value }),
        }
    }
);

thread_local! {
    /// Each test has a thread of its own, and starts one app after the other.
    static HANDLE: RefCell<Option<Handle<SyncApp>>> = const { RefCell::new(None) };
}

handler!(
    /// Signs its caller out.
    Farewell,
    |ctx, input| {
        let handle = HANDLE.with_borrow(|handle| handle.clone().expect("an app"));
        handle.end_user(&ctx.session().user_id).await?;
        Ok(ServerOutput { new_value: input.amount })
    }
);

handler!(
    /// Answers by chance, and refuses by chance.
    Coin,
    |_ctx, _input| {
        static THROWN: AtomicI32 = AtomicI32::new(0);
        // Every third throw is lost, and no two in a row are alike.
        match THROWN.fetch_add(1, Ordering::Relaxed) % 6 {
            lost @ (0 | 3) => Err(SyncError::invalid_input(format!("coin{lost}"), "range")),
            new_value => Ok(ServerOutput { new_value }),
        }
    }
);

/// A filter that has not thought of everybody.
struct Shy;

impl ClientHandler for Shy {
    type App = SyncApp;
    type Input = ClientInput;
    type ServerOutput = ServerOutput;
    type Output = Empty;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::Sync;
    type Group = ();

    fn auth() -> Auth<SyncApp> {
        Auth::login()
    }

    fn group(_: Member<'_, SyncApp>) {}

    fn filter<'a>(
        member: Member<'a, SyncApp>,
        (): &(),
        _: &'a ClientInput,
        _: &'a ServerOutput,
    ) -> Filtered<'a, Empty> {
        assert!(
            member.session().user_id != "bob" || member.location().path_name.is_empty(),
            "a test was asked to panic"
        );
        Filtered::Ready(Verdict::Deliver(Empty {}))
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
        states: changed(Lane::State, &honest.states),
        manifest_dir: honest.manifest_dir,
        mutations: Routes::EMPTY,
        rooms: honest.rooms,
        scopes: &[],
        entities: &[],
        replicas: &[],
        error_codes: honest.error_codes,
        released: &[],
        locales: honest.locales,
    }
}

fn start(table: &'static Table<SyncApp>) -> TestBuilder<SyncApp> {
    let server = Server::new(async |_| Ok(SyncApp::default())).routes(|handle| {
        HANDLE.set(Some(handle));
        sync::axum::Router::new()
    });
    TestBuilder::new(server, table)
}

/// Starts the template as one test wants it.
type Start = fn() -> TestBuilder<SyncApp>;

fn check(test: Test<SyncApp>, lane: Lane, name: &'static str, start: Start, expected: Expect) {
    let kit = Kit { start, ..super::template() };
    let rule = app::routes::TABLE.rooms.iter().position(|rule| rule.pattern().to_string() == "game-room-{id}");
    let run = std::panic::catch_unwind(|| test(&kit, &RouteUnderTest { lane, name, rule }));
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
              answered: {"errorCode":"room-invalid","errorParams":{},"httpStatus":400,"message":"There is no room with this name.","status":"error"}"#]],
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
    static TABLE: LazyLock<Table<SyncApp>> = LazyLock::new(counting::<Picky>);
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

#[test]
fn a_filter_that_panics_for_somebody_else_is_red() {
    static TABLE: LazyLock<Table<SyncApp>> = LazyLock::new(|| {
        template_with(Lane::Event, "examples/updateCounter/v1", |honest| {
            Box::new(Paired::<Counts, Shy>::new(*honest.id()))
        })
    });
    check(
        contract::survives_fuzzed_input,
        Lane::Event,
        "examples/updateCounter/v1",
        || start(&TABLE),
        expect![[r#"
            `examples/updateCounter/v1` has a filter that panics, or writes what is no JSON (with SYNC_TEST_SEED=1; the panic is told above)
              help: a panic is a bug; one that is meant stands in Cargo.toml:

              [package.metadata.sync]
              may_panic = ["examples/updateCounter/v1"]

              sent: {"data":{"amount":1},"name":"examples/updateCounter","receiver":"game-room-1","version":"v1"}
              answered: {"result":{"newValue":1},"status":"success"}"#]],
    );
}

/// Makes the template with another handler of the counter.
fn counting<H: ServerHandler<App = SyncApp>>() -> Table<SyncApp> {
    template_with(Lane::Event, "examples/updateCounter/v1", |honest| Box::new(ServerOnly::<H>::new(*honest.id())))
}

#[test]
fn what_an_app_may_do_is_green_however_odd_it_is() {
    static SIGNS_OUT: LazyLock<Table<SyncApp>> = LazyLock::new(counting::<Farewell>);
    static THROWS_A_COIN: LazyLock<Table<SyncApp>> = LazyLock::new(counting::<Coin>);
    static IS_FOR_GUESTS: LazyLock<Table<SyncApp>> = LazyLock::new(|| {
        template_with(Lane::Event, "root/announce/v1", |honest| Box::new(Lying { honest, lie: Lie::IsForGuests }))
    });
    let odd: [(&str, Start); 3] = [
        ("examples/updateCounter/v1", || start(&SIGNS_OUT)),
        ("examples/updateCounter/v1", || start(&THROWS_A_COIN)),
        ("root/announce/v1", || start(&IS_FOR_GUESTS)),
    ];
    let tests: [Test<SyncApp>; 6] = [
        contract::keeps_to_its_bounds,
        contract::survives_fuzzed_input,
        contract::answers_alike_over_http,
        contract::answers_a_repeat_once,
        contract::delivers_what_it_answers,
        contract::is_limited,
    ];
    for (name, start) in odd {
        for test in tests {
            check(test, Lane::Event, name, start, expect!["green"]);
        }
    }
}
