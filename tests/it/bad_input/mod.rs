//! Bad input: what each door answers, and that the server goes on.

mod connections;
mod stage;
mod table;

use crate::template::{self, Template};
use app::SyncApp;
use serde_json::Value;
use stage::{LIMIT, Script, Sent, Stage, deep, post, query, raw, sized, spelled};
use sync::{App, Config};
use sync_tests::app::{TestServer, member};
use sync_tests::lane::Lane;
use table::GOOD;
use test_app::routes::shared::_state::{kept_v1, kept_v2};

const COUNTER: Script = Script {
    lane: Lane::Event,
    by_get: false,
    path: "examples/updateCounter",
    version: "v1",
    room: "game-room-1",
    good: r#"{"amount":1}"#,
    page: "/examples",
};

/// The counter of the test app, which counts nothing.
const COUNTER_BY_REQUEST: Script = Script { lane: Lane::Request, room: "open-a", page: "/", ..COUNTER };

const COUNTER_BY_GET: Script = Script { by_get: true, version: "v2", ..COUNTER_BY_REQUEST };

const ECHO_BY_GET: Script = Script { path: "examples/echo", version: "v1", good: r#"{"text":"a"}"#, ..COUNTER_BY_GET };

const TAKE: Script = Script { path: "strict/take", room: "open-a", good: "{}", page: "/", ..COUNTER };

async fn template() -> Template {
    template_with(|_| {}).await
}

async fn template_with(change: impl FnOnce(&mut Config)) -> Template {
    template::start(|config| {
        // A test is faster than any caller should be.
        config.limits = false;
        change(config);
    })
    .await
}

fn session(name: &str, locale: Option<&str>) -> <SyncApp as App>::Session {
    let mut session = SyncApp::guest();
    session.user_id = name.to_owned();
    session.name = name.to_owned();
    session.locale = locale.map(str::to_owned);
    session
}

#[tokio::test]
async fn every_refusal_has_its_code_its_status_and_its_sentence_in_four_languages() {
    let running = template().await;
    Stage::new(&running, COUNTER, session).await.check(table::cases()).await;
}

#[tokio::test]
async fn what_is_wrong_deeper_in_an_input_is_told_with_its_path() {
    let server = TestServer::start().await;
    test_stage(&server, TAKE).await.check(table::nested()).await;
}

#[tokio::test]
async fn requests_are_refused_with_the_same_codes_statuses_and_sentences() {
    let server = TestServer::start().await;
    let count = test_stage(&server, COUNTER_BY_REQUEST).await.check(table::of_any_lane()).await;
    assert!(count > 4 * 90, "{count} answers: the lane has lost its tables");
    let script = Script { lane: Lane::Request, ..TAKE };
    let count = test_stage(&server, script).await.check(table::nested()).await;
    assert!(count > 4 * 60, "{count} answers: the lane has lost its tables");
}

#[tokio::test]
async fn actions_on_values_are_refused_at_both_doors_and_change_nothing() {
    let server = TestServer::start().await;
    let mut stage = test_stage(&server, Script { room: "shared-1", ..TAKE }).await;
    let (kept, long) = (
        server.running().handle().state::<kept_v1::State>("shared-1"),
        server.running().handle().state::<kept_v2::State>("shared-1"),
    );
    let fill = |state: &mut kept_v2::State| {
        state.names = vec!["x".repeat(600_000)];
        Ok(())
    };
    long.update(fill).await.expect("a value");
    let before = (kept.read(|kept| kept.count).await, long.read(|long| (long.count, long.names.len())).await);
    let count = stage.check(table::actions()).await;
    assert_eq!(count, 4 * 2 * 13, "the table is sent through both doors in four languages");
    let after = (kept.read(|kept| kept.count).await, long.read(|long| (long.count, long.names.len())).await);
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[tokio::test]
async fn queries_are_refused_with_the_same_codes_statuses_and_sentences() {
    let server = TestServer::start().await;
    let count = test_stage(&server, COUNTER_BY_GET).await.check(table::of_any_lane()).await;
    assert!(count > 4 * 35, "{count} answers: the door has lost its tables");
    let count = test_stage(&server, ECHO_BY_GET).await.check(table::queries()).await;
    assert!(count > 4 * 20, "{count} answers: the door has lost its table");
}

/// A stage in the test app.
async fn test_stage(server: &TestServer, script: Script) -> Stage {
    let session = |name: &str, locale: Option<&str>| member(name, "deliver", locale).expect("a session");
    Stage::new(server.running(), script, session).await
}

/// A correct call with something more beside its data.
fn counted(more: &str) -> Sent {
    spelled(&format!(r#""data":{{"amount":1}},"receiver":"{{room}}",{more}"#), r#"{"amount":1}"#)
}

/// Nothing of this is wrong, though it looks as if it could be.
#[tokio::test]
async fn what_only_looks_wrong_passes() {
    let odd = [
        ("exactly 1 MB", sized(LIMIT)),
        ("unknown fields beside the data", counted(r#""later":{"a":[1]},"cb":"s3cret","__proto__":{"a":1}"#)),
        ("an unknown field twice", counted(r#""later":1,"later":2"#)),
        ("an unknown field that is nested deeply", counted(&format!(r#""later":{}"#, deep("[", 100_000, "]")))),
        (
            "names written with escapes",
            spelled(r#""d\u0061ta":{"am\u006funt":1},"receive\u0072":"{room}""#, r#"{"am\u006funt":1}"#),
        ),
        (
            "spaces and lines",
            spelled(
                "\n\t\"data\" : {\r\n\"amount\" : 1 } , \"receiver\":\"{room}\" \n",
                "\n\t{\r\n\"amount\" : 1 } \n",
            ),
        ),
        ("`ignoreSelf` for the session", counted(r#""ignoreSelf":false,"stream":false"#)),
        (
            "a second payload",
            raw(
                r#"["sync",{"name":"examples/updateCounter","version":"v1","data":{"amount":1},"receiver":"game-room-1"},{}]"#,
            ),
        ),
        ("a type with its encoding", post(GOOD).header("content-type", "Application/JSON; charset=utf-8")),
        ("a query written with escapes", query("%61mount=%31")),
        ("a query with parts that say nothing", query("&&amount=1&")),
    ];
    let (running, server) = (template().await, TestServer::start().await);
    let stages = [
        (Stage::new(&running, COUNTER, session).await, 16),
        (test_stage(&server, COUNTER_BY_REQUEST).await, 16),
        (test_stage(&server, COUNTER_BY_GET).await, 8),
    ];
    for (mut stage, expected) in stages {
        let mut count = 0;
        for (what, sent) in &odd {
            for (door, answer) in stage.send(0, sent).await {
                let answer: Value = serde_json::from_str(&answer).expect("JSON");
                assert_eq!(answer["status"], "success", "{door}: {what}: {answer}");
                assert!(answer["result"]["newValue"].is_number(), "{door}: {what}: {answer}");
                count += 1;
            }
        }
        assert_eq!(count, expected, "the lane has lost its messages");
    }
}
