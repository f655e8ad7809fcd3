//! The test kit: one body for both modes, recordings, and contract tests that are red for what they should be red for.

mod lies;

use std::collections::BTreeSet;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use app::SyncApp;
use app::routes::examples::_api::readCounter_v1;
use app::routes::examples::updateCounter_v1;
use expect_test::{Expect, expect};
use futures_util::FutureExt;
use serde_json::{Value, json};
use sync::schema::Lane;
use sync::testing::contract::{self, Kit, RoomUnderTest, RouteUnderTest};
use sync::testing::{Call, Frame, TestApp, TestBuilder, replay};

type Session = <SyncApp as sync::App>::Session;

const ROOM: &str = "game-room-1";

fn player(name: &str) -> Session {
    Session { user_id: name.to_lowercase(), name: name.to_owned(), locale: None, muted: false, host: false }
}

/// Runs one body in process, and over real sockets.
async fn both<F: Future<Output = ()>>(build: fn() -> TestBuilder<SyncApp>, body: fn(TestApp<SyncApp>) -> F) {
    body(build().start().await).await;
    body(build().over_sockets().start().await).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_by_its_type_is_answered_and_heard_with_its_types() {
    both(app::test, |app| async move {
        let (ada, bob) = (app.log_in(player("Ada")).await, app.log_in(player("Bob")).await);
        for tab in [&ada, &bob] {
            tab.join(ROOM).await.expect("a room");
        }
        bob.show("/examples").await.expect("a path");
        let input = |amount| updateCounter_v1::server::ClientInput { amount };
        let answer = ada.call::<updateCounter_v1::Event>(ROOM, input(5)).await.expect("an answer");
        assert_eq!(answer.new_value, 5);
        let heard = bob.heard::<updateCounter_v1::Event>().await;
        let heard: Vec<_> =
            heard.iter().map(|event| (event.server_output.new_value, event.client_output.mine)).collect();
        assert_eq!(heard, [(5, false)]);
        assert_eq!(ada.received().await, []);

        let refused = ada.call::<updateCounter_v1::Event>(ROOM, input(101)).await.expect_err("too much");
        assert_eq!((refused.code.as_str(), refused.status), ("sync-invalid-input", 400));
        let asked = bob.ask::<readCounter_v1::Request>(readCounter_v1::Input { room: ROOM.to_owned() }).await;
        assert_eq!(asked.expect("an answer").value, 5);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_call_by_its_name_says_all_that_a_client_can_say() {
    both(app::test, |app| async move {
        let ada = app.log_in(player("Ada")).await;
        let tab = ada.another_tab().await;
        for tab in [&ada, &tab] {
            tab.join("nested-7").await.expect("a room");
        }
        let call = Call::event("test/nestedTest/room", "v1").to("nested-7").with(json!({ "message": "hello" }));
        assert!(ada.send(&call.clone().ignore_self()).await.is_success());
        assert_eq!((ada.received().await.len(), tab.received().await.len()), (0, 1));
        assert!(ada.send(&call.clone().ignore_session()).await.is_success());
        assert_eq!((ada.received().await.len(), tab.received().await.len()), (0, 0));
        let named = call.clone().named("a-1");
        let replies = [ada.send(&named).await, ada.send(&named).await, ada.send_by_http(&named).await.reply];
        assert!(replies.iter().all(|reply| *reply == replies[0] && reply.is_success()), "{replies:?}");
        assert_eq!(tab.received().await.len(), 1);
        let unknown = ada.send(&Call::event("test/nestedTest/room", "v2").to("nested-7")).await;
        assert_eq!(unknown.code(), "sync-not-found");
        let by_http = ada.send_by_http(&call.to("nested-8")).await;
        assert_eq!((by_http.status, by_http.reply.code()), (403, "sync-not-in-room"));
        assert_eq!(ada.emit("shout", json!({})).await.code(), "sync-bad-request");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn errors_of_filters_streams_and_people_are_received_as_what_they_are() {
    both(app::test, |app| async move {
        let (ada, bob) = (app.log_in(player("Ada")).await, app.log_in(player("Bob")).await);
        ada.join(ROOM).await.expect("a room");
        let fail = Call::event("examples/fail", "v1").to(ROOM).with(json!({ "kind": "filterError" }));
        assert!(ada.send(&fail).await.is_success());
        let received = ada.received().await;
        assert!(matches!(&received[..], [Frame::Error { code, .. }] if code == "example-filtered"), "{received:?}");

        ada.join("story-1").await.expect("a room");
        let tell = Call::event("story/tell", "v1").to("story-1").with(json!({ "text": "once upon" }));
        let told = ada.begin(&tell);
        app.advance(Duration::from_secs(1)).await;
        assert_eq!(told.await.json()["result"]["isWhole"], true);
        let words = ada.received().await.into_iter().map(|frame| match frame {
            Frame::RoomStream { chunk, .. } => chunk["word"].as_str().unwrap_or_default().to_owned(),
            Frame::Event { server_output, .. } => server_output["text"].as_str().unwrap_or_default().to_owned(),
            other => format!("{other:?}"),
        });
        assert_eq!(Vec::from_iter(words), ["once", "upon", "once upon"]);

        let joined = ada.join_to_see("chat-1").await.expect("a room");
        assert_eq!(joined.json()["presence"]["people"].as_array().map(Vec::len), Some(1));
        bob.join("chat-1").await.expect("a room");
        app.advance(Duration::from_secs(1)).await;
        let changes = ada.received().await.into_iter().flat_map(|frame| match frame {
            Frame::Presence { changes, .. } => changes.as_array().cloned().unwrap_or_default(),
            other => panic!("{other:?}"),
        });
        let who = changes.map(|change| format!("{} {}", change["user"]["name"], change["kind"]));
        assert_eq!(Vec::from_iter(who).last().map(String::as_str), Some(r#""Bob" "joined""#));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn sessions_end_when_they_are_ended_and_when_their_time_is_over() {
    let build = || app::test().config(|config| config.session_ttl = Duration::from_secs(3600));
    both(build, |app| async move {
        let ada = app.log_in(player("Ada")).await;
        let tab = ada.another_tab().await;
        ada.log_out().await;
        for tab in [&ada, &tab] {
            assert_eq!(tab.received().await, [Frame::Closing { reason: "session-ended".to_owned() }]);
            assert!(tab.is_closed());
            assert_eq!(tab.join(ROOM).await.expect_err("a closed socket").code, "sync-disconnected");
        }
        let bob = app.log_in(player("Bob")).await;
        let shown = bob.http("GET", "/auth/session", Value::Null).await;
        assert_eq!((shown.status, &shown.reply.json()["session"]["name"]), (200, &json!("Bob")));
        bob.close().await;
        app.advance(Duration::from_secs(2 * 3600)).await;
        let shown = bob.http("GET", "/auth/session", Value::Null).await;
        assert_eq!((shown.status, shown.reply.code()), (401, "auth-required"));
        let signed_in = app.http("POST", "/auth/login", json!({ "name": "Eve" })).await;
        assert_eq!((signed_in.status, &signed_in.reply.json()["session"]["userId"]), (200, &json!("eve")));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn limits_are_those_of_the_app_and_time_takes_them_away() {
    both(app::test, |app| async move {
        let ada = app.log_in(player("Ada")).await;
        let tell = Call::event("story/tell", "v1").to("story-1").with(json!({}));
        for _ in 0..5 {
            assert_eq!(ada.send(&tell).await.code(), "sync-not-in-room");
        }
        let refused = ada.send(&tell).await;
        assert_eq!((refused.code(), refused.param("seconds")), ("sync-rate-limited", &json!(1)));
        app.advance(Duration::from_secs(1)).await;
        assert_eq!(ada.send(&tell).await.code(), "sync-not-in-room");
        let guest = app.guest_who_reads("de").await;
        let refused = guest.join("story-1").await.expect_err("a guest");
        assert_eq!((refused.code.as_str(), refused.status), ("auth-required", 401));
        assert_eq!(refused.message, "Bitte melde dich zuerst an.");
    })
    .await;
}

/// Plays what the recordings of these tests hold.
async fn two_players(app: TestApp<SyncApp>) {
    let (ada, bob) = (app.log_in(player("Ada")).await, app.log_in(player("Bob")).await);
    for tab in [&ada, &bob] {
        tab.show("/examples").await.expect("a path");
        tab.join(ROOM).await.expect("a room");
    }
    let call = Call::event("examples/updateCounter", "v1").to(ROOM);
    ada.send(&call.clone().with(json!({ "amount": 5 })).ignore_self()).await;
    bob.send_by_http(&call.clone().with(json!({ "amount": 2 }))).await;
    bob.send(&call.with(json!({ "amount": 0 }))).await;
    app.advance(Duration::from_millis(1500)).await;
    app.guest().await.join(ROOM).await.expect_err("a guest");
    bob.log_out().await;
}

#[tokio::test(start_paused = true)]
async fn what_has_happened_is_a_file_that_both_modes_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("two_players.json");
    for over_sockets in [false, true] {
        let builder = || if over_sockets { app::test().over_sockets() } else { app::test() };
        let app = builder().start().await;
        let recording = app.record(&path);
        two_players(app.clone()).await;
        recording.finish();
        expect_test::expect_file![Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings/two_players.json")]
            .assert_eq(&read(&path));
        replay(builder(), &path).await;
    }
}

/// Leaves rooms by dropping tabs, which those who stay see.
async fn somebody_goes(app: TestApp<SyncApp>) {
    let ada = app.log_in(player("Ada")).await;
    ada.join_to_see("chat-1").await.expect("a room");
    let bob = app.log_in(player("Bob")).await;
    bob.join("chat-1").await.expect("a room");
    app.advance(Duration::from_secs(1)).await;
    let tab = bob.another_tab().await;
    drop(bob);
    assert!(tab.another_tab().await.join("chat-1").await.is_ok());
    app.advance(Duration::from_secs(60)).await;
    let call = Call::event("chat/sendMessage", "v1").to("chat-1").with(json!({ "text": "is anybody there?" }));
    ada.send(&call).await;
    drop(ada);
    tab.send(&call).await;
}

#[tokio::test(start_paused = true)]
async fn a_tab_that_is_dropped_is_closed_in_the_replay_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("somebody_goes.json");
    let mut files = Vec::new();
    for over_sockets in [false, true] {
        let builder = || if over_sockets { app::test().over_sockets() } else { app::test() };
        let app = builder().start().await;
        let recording = app.record(&path);
        somebody_goes(app.clone()).await;
        recording.finish();
        let file: Value = serde_json::from_str(&read(&path)).expect("a recording is JSON");
        let steps = file["steps"].as_array().cloned().unwrap_or_default();
        let closed: Vec<_> = steps.iter().filter(|step| step["closes"].is_object()).map(|step| &step["who"]).collect();
        // In the order in which they were dropped; of the last ones nothing follows.
        assert_eq!(closed, ["bob", "bob/3", "ada"]);
        replay(builder(), &path).await;
        files.push(file);
    }
    assert_eq!(files[0], files[1]);
}

#[tokio::test(start_paused = true)]
async fn requests_to_own_routes_are_no_part_of_a_recording() {
    let app = app::test().start().await;
    let recording = app.record(std::env::temp_dir().join("never-written.json"));
    let ada = app.log_in(player("Ada")).await;
    let by_nobody = AssertUnwindSafe(app.http("GET", "/healthz", Value::Null)).catch_unwind().await;
    let by_ada = AssertUnwindSafe(ada.http("GET", "/auth/session", Value::Null)).catch_unwind().await;
    for (refused, path) in [(by_nobody, "GET /healthz"), (by_ada, "GET /auth/session")] {
        let expected = format!(
            "`{path}` while a recording runs: requests to an app's own routes are not recorded, and a replay would not send them"
        );
        assert_eq!(refused.map_or_else(said, |_| "nothing".to_owned()), expected);
    }
    drop(recording);
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a recording")
}

/// Replays a recording that was changed, and shows what is said of it.
///
/// With `UPDATE_EXPECT=1` a replay takes over what is another one, so that nothing is said.
async fn check_changed(change: impl FnOnce(String) -> String, expected: Expect) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("changed.json");
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings/two_players.json");
    std::fs::write(&path, change(read(&recorded))).expect("a file");
    let replayed = AssertUnwindSafe(replay(app::test(), &path)).catch_unwind().await;
    let said = replayed.map_or_else(said, |()| "nothing".to_owned());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return;
    }
    expected.assert_eq(&said.replace(&path.display().to_string(), "changed.json"));
}

fn said(panic: Box<dyn std::any::Any + Send>) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_recording_tells_the_first_thing_that_is_another_one() {
    check_changed(
        |text| text.replacen("\"newValue\": 5", "\"newValue\": 6", 1),
        expect![[r#"
            changed.json: step 7 is another one now (UPDATE_EXPECT=1 takes it over):
              {
                "who": "ada",
                "emits": {
                  "event": "sync",
                  "payload": {
                    "data": {
                      "amount": 5
                    },
                    "ignoreSelf": true,
                    "name": "examples/updateCounter",
                    "receiver": "game-room-1",
                    "version": "v1"
                  },
                  "answer": {
                    "result": {
            -         "newValue": 6
            +         "newValue": 5
                    },
                    "status": "success"
                  }
                },
                "heard": {
                  "bob": [
                    {
                      "clientOutput": {
                        "mine": false
                      },
                      "event": "examples/updateCounter/v1",
                      "room": "game-room-1",
                      "serverOutput": {
                        "newValue": 5
                      }
                    }
                  ]
                }
              }
        "#]],
    )
    .await;
    check_changed(
        |text| text.replacen("\"who\": \"bob\",\n      \"emits\"", "\"who\": \"eve\",\n      \"emits\"", 1),
        expect!["changed.json: step 5: there is no tab `eve`"],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_no_recording_says_why() {
    check_changed(
        |text| text.replacen("\"steps\"", "\"stops\"", 1),
        expect!["changed.json: no recording: unknown field `stops`, expected `without` or `steps` at line 2 column 9"],
    )
    .await;
    check_changed(
        |text| text.split_once("steps").expect("steps").0.to_owned(),
        expect!["changed.json: no recording: EOF while parsing a string at line 2 column 3"],
    )
    .await;
    check_changed(
        |text| text.replacen("logsIn", "sings", 1),
        expect![
            "changed.json: step 1: expected one of `logsIn`, `opensTabOf`, `isGuest`, `emits`, `posts`, `logsOut`, `closes`, `passes`, with \
             what belongs to it"
        ],
    )
    .await;
    check_changed(
        |text| text.replacen("\"muted\": false", "\"muted\": 7", 1),
        expect!["changed.json: step 1: no session of this app: invalid type: integer `7`, expected a boolean"],
    )
    .await;
}

/// What generated tests say of the test app, whose handlers misbehave; as if all of its public routes had lost their login.
fn kit() -> Kit<test_app::App> {
    let start = || {
        test_app::test().config(|config| {
            // Some handlers wait for a test that is not there.
            config.handler_timeout = Duration::from_millis(20);
            config.filter_timeout = Duration::from_millis(20);
        })
    };
    Kit { start, public: &["strict/take/v1", "repeats/kept/v2"], may_panic: &[], real_time: true, codes: &[] }
}

type Test<A = test_app::App> = fn(&Kit<A>, &RouteUnderTest);

fn check_red(test: Test, lane: Lane, name: &'static str, expected: Expect) {
    let route = RouteUnderTest { lane, name, rule: None };
    let run = std::panic::catch_unwind(|| test(&kit(), &route));
    let said = run.map_or_else(said, |()| "green".to_owned());
    expected.assert_eq(&said);
}

#[test]
fn a_route_without_a_login_is_red_and_says_what_to_write() {
    check_red(
        contract::needs_a_login,
        Lane::Event,
        "odd/panic/v1",
        expect![[r#"
        `odd/panic/v1` can be called by somebody who has not signed in
          help: write `auth = login` in src/odd/_sync/panic_server_v1.rs; if anybody may call it, say so in Cargo.toml:

          [package.metadata.sync]
          public = ["odd/panic/v1"]

          sent: {"data":{"isPrototypeOf":null,"zzz":[]},"name":"odd/panic","receiver":"hall-1","version":"v1"}
          answered: {"errorCode":"sync-no-receivers","errorParams":{},"httpStatus":404,"message":"Nobody is in this room.","status":"error"}"#]],
    );
    check_red(contract::needs_a_login, Lane::Event, "strict/take/v1", expect!["green"]);
    check_red(
        contract::needs_a_login,
        Lane::Request,
        "examples/echo/v1",
        expect![[r#"
        `examples/echo/v1` can be called by somebody who has not signed in
          help: write `auth = login` in src/examples/_api/echo_v1.rs; if anybody may call it, say so in Cargo.toml:

          [package.metadata.sync]
          public = ["examples/echo/v1"]

          sent: {"data":{"isPrototypeOf":null,"zzz":[]},"name":"examples/echo","version":"v1"}
          answered: {"errorCode":"sync-invalid-input","errorParams":{"path":"isPrototypeOf","reason":"unknown-field"},"httpStatus":400,"message":"“isPrototypeOf” is not a known field.","status":"error"}"#]],
    );
}

/// The template, but for what its `Cargo.toml` says of its one public route.
fn template() -> Kit<SyncApp> {
    Kit { start: app::test, public: &[], may_panic: &["examples/fail/v1"], real_time: false, codes: &[] }
}

#[test]
fn a_route_that_has_lost_its_login_turns_its_own_test_red_and_no_other() {
    let kit = template();
    let tests: [(&str, Test<SyncApp>); 13] = [
        ("needs_a_login", contract::needs_a_login),
        ("refuses_an_ended_session", contract::refuses_an_ended_session),
        ("needs_membership", contract::needs_membership),
        ("refuses_malformed_input", contract::refuses_malformed_input),
        ("keeps_to_its_bounds", contract::keeps_to_its_bounds),
        ("survives_fuzzed_input", contract::survives_fuzzed_input),
        ("refuses_too_large_input", contract::refuses_too_large_input),
        ("refuses_other_versions", contract::refuses_other_versions),
        ("refuses_in_the_readers_language", contract::refuses_in_the_readers_language),
        ("answers_alike_over_http", contract::answers_alike_over_http),
        ("answers_a_repeat_once", contract::answers_a_repeat_once),
        ("delivers_what_it_answers", contract::delivers_what_it_answers),
        ("is_limited", contract::is_limited),
    ];
    let red = |name: &'static str| {
        let rule = app::routes::TABLE.rooms.iter().position(|rule| rule.pattern().to_string() == "game-room-{id}");
        let route = RouteUnderTest { lane: Lane::Event, name, rule };
        let is_red = |run: Test<SyncApp>| std::panic::catch_unwind(|| run(&kit, &route)).is_err();
        tests.into_iter().filter(|(_, run)| is_red(*run)).map(|(test, _)| test).collect::<Vec<_>>()
    };
    assert_eq!(red("examples/fail/v1"), ["needs_a_login"]);
    assert_eq!(red("examples/updateCounter/v1"), [""; 0]);
}

#[test]
fn a_handler_that_panics_is_red_with_what_it_was_sent() {
    check_red(
        contract::survives_fuzzed_input,
        Lane::Request,
        "odd/panic/v1",
        expect![[r#"
        `odd/panic/v1` has a handler that panics, or writes what is no JSON (with SYNC_TEST_SEED=1; the panic is told above)
          help: a panic is a bug; one that is meant stands in Cargo.toml:

          [package.metadata.sync]
          may_panic = ["odd/panic/v1"]

          sent: {"data":{},"name":"odd/panic","version":"v1"}
          answered: {"errorCode":"sync-server-failed","errorParams":{},"httpStatus":500,"message":"Something went wrong on our side.","status":"error"}"#]],
    );
    check_red(contract::survives_fuzzed_input, Lane::Request, "strict/take/v1", expect!["green"]);
}

#[test]
fn what_needs_nothing_of_an_app_is_green_for_routes_of_every_kind() {
    let tests: [(&str, Test); 7] = [
        ("refuses_an_ended_session", contract::refuses_an_ended_session),
        ("refuses_malformed_input", contract::refuses_malformed_input),
        ("refuses_too_large_input", contract::refuses_too_large_input),
        ("refuses_other_versions", contract::refuses_other_versions),
        ("refuses_in_the_readers_language", contract::refuses_in_the_readers_language),
        ("keeps_to_its_bounds", contract::keeps_to_its_bounds),
        ("is_limited", contract::is_limited),
    ];
    let mut red = Vec::new();
    let table = &test_app::routes::TABLE;
    for (lane, routes) in [(Lane::Event, &table.events), (Lane::Request, &table.requests)] {
        // One of each page. Some handlers do what they do until a test stops them, or make as much as they are asked for.
        let mut pages = BTreeSet::from(["beside", "limited", "odd", "order", "streams"]);
        for route in routes.all.iter().filter(|route| pages.insert(route.id().page)) {
            for (test, run) in tests {
                let route = RouteUnderTest { lane, name: route.id().cb, rule: None };
                if let Err(panic) = std::panic::catch_unwind(|| run(&kit(), &route)) {
                    red.push(format!(
                        "{lane:?} {} {test}: {}",
                        route.name,
                        said(panic).lines().next().unwrap_or_default()
                    ));
                }
            }
        }
    }
    expect![[r#""#]].assert_eq(&red.join("\n"));
}

#[test]
fn an_app_can_make_the_rooms_that_nobody_could_enter_otherwise() {
    let tests: [Test; 4] = [
        contract::needs_membership,
        contract::survives_fuzzed_input,
        contract::answers_a_repeat_once,
        contract::delivers_what_it_answers,
    ];
    for test in tests {
        check_red(test, Lane::Event, "opened/tell/v1", expect!["green"]);
    }
}

#[test]
fn rules_and_lists_are_red_for_what_they_let_pass() {
    let rooms = test_app::routes::TABLE.rooms;
    let mut said_of_rooms = Vec::new();
    for (rule, _) in rooms.iter().enumerate() {
        let room = RoomUnderTest { rule, source: "src/page/_room.rs" };
        for test in [contract::keeps_to_its_pattern::<test_app::App>, contract::lets_in_whom_it_says] {
            if let Err(panic) = std::panic::catch_unwind(|| test(&kit(), &room)) {
                said_of_rooms.push(said(panic).lines().next().unwrap_or_default().to_owned());
            }
        }
    }
    expect![[r#"
        somebody who has not signed in is let into `al{rest}`
        somebody who has not signed in is let into `forgetful-{name}`
        somebody who has not signed in is let into `hooks-{kind}`
        somebody who has not signed in is let into `table-{number}-{seat}`
        somebody who has not signed in is let into `lasting-{name}`
        somebody who has not signed in is let into `open-{name}`
        somebody who has not signed in is let into `people-{number}`
        somebody who has not signed in is let into `shared-{id}`
        somebody who has not signed in is let into `versions-{number}`"#]]
    .assert_eq(&said_of_rooms.join("\n"));
    let listed =
        std::panic::catch_unwind(|| contract::lists_what_there_is(&kit())).map_or_else(said, |()| "green".to_owned());
    expect![[r#"
        `public` in [package.metadata.sync] names `repeats/kept/v2`, which there is not
          help: a route is `<page>/<name>/<version>`, a room its pattern, such as `chat-{name}`"#]]
    .assert_eq(&listed);
    let told = Kit { codes: &[("counter-full", &["max"]), ("counter-full", &[])], ..template() };
    let words = std::panic::catch_unwind(|| contract::every_code_has_a_sentence(&told, "nl"));
    let words = words.map_or_else(said, |()| "green".to_owned());
    assert_eq!(
        words.trim(),
        "the sentence of `counter-full` in `locales/nl/` asks for `$max`, which a handler does not give it: \
         `sync::error!(\"counter-full\", max = …)`"
    );
}
