//! Versions that are announced to end, those that have ended, and those that newer ones answer for.

use expect_test::expect;
use serde_json::{Value, json};
use sync::Environment;
use sync::schema::Lane;
use sync::testing::contract::{Kit, RouteUnderTest, goes_through, reads_what_was_stored};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

const ROOM: &str = "versions-1";

/// What a guest is answered over the socket, in each lane, and what came of a mutation.
async fn answers(client: &mut Client, version: &str, seq: u64) -> Vec<(&'static str, Value)> {
    let name = "versions/aged";
    let place = json!({ "name": name, "version": version, "room": ROOM });
    let act = json!({ "name": name, "version": version, "room": ROOM, "action": "count", "id": format!("a{seq}") });
    let mutation = json!({
        "id": format!("m{seq}"), "seq": seq, "name": name, "version": version, "scope": "aged-1", "args": { "id": "a" },
    });
    let pushed = client.call("push", json!({ "client": "c", "mutations": [mutation] })).await;
    vec![
        ("event", client.sync(name, version, ROOM, json!({})).await),
        ("request", client.call("request", json!({ "name": name, "version": version })).await),
        ("state", client.call("stateOpen", place).await),
        ("action", client.call("stateAct", act).await),
        ("mutation", pushed["result"]["results"][0].clone()),
    ]
}

#[tokio::test]
async fn callers_of_a_version_that_ends_are_told_until_then_and_refused_after_that() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    client.join(ROOM).await;
    for (lane, answer) in answers(&mut client, "v2", 1).await {
        assert_eq!((&answer["retires"], &answer["errorCode"]), (&json!("2999-12-31"), &Value::Null), "{lane} {answer}");
    }
    client.frames_so_far().await;
    for (lane, answer) in answers(&mut client, "v1", 2).await {
        let sentence = "This version is not answered any more: it has retired after 2020-02-29. Load the page again.";
        assert_eq!(
            (&answer["errorCode"], &answer["errorParams"], &answer["message"]),
            (&json!("sync-retired"), &json!({ "day": "2020-02-29" }), &json!(sentence)),
            "{lane} {answer}"
        );
        assert_eq!(answer["settled"], Value::Null, "{lane}: nothing is sent again that is never taken");
    }
    assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn over_http_the_end_is_in_a_header() {
    let server = TestServer::start().await;
    let status = async |path: &str| {
        let answer = reqwest::get(format!("http://{}{path}", server.address())).await.expect("an answer");
        let sunset = answer.headers().get("sunset").map(|ends| ends.to_str().expect("text").to_owned());
        (answer.status().as_u16(), sunset)
    };
    let ends = Some("Wed, 01 Jan 3000 00:00:00 GMT".to_owned());
    assert_eq!(status("/api/versions/aged/v2").await, (200, ends.clone()));
    assert_eq!(status("/api/versions/aged/v1").await, (410, None));
    assert_eq!(status(&format!("/state/versions/aged/v2?room={ROOM}")).await.0, 403, "one has to be in the room");
    assert_eq!(status(&format!("/state/versions/aged/v1?room={ROOM}")).await, (410, None), "that is said before");
}

const STEP: &str = "versions/step";

fn of_step(versions: &[&str]) -> Value {
    json!({ "routes": versions.iter().map(|version| format!("{STEP}/{version}")).collect::<Vec<_>>() })
}

/// Somebody in the room, who listens to these versions; to all that there are, as who never says so, for `None`.
async fn listener(server: &TestServer, outcome: &str, versions: Option<&[&str]>) -> Client {
    let mut client = server.connect(member(outcome, outcome, None)).await;
    if let Some(versions) = versions {
        assert_eq!(client.call("listen", of_step(versions)).await, json!({ "status": "success" }));
    }
    client.join(ROOM).await;
    client
}

/// The frames of a member in short: the version, what it was told and what it got for itself, or the code.
async fn heard(client: &mut Client) -> Vec<String> {
    let short = |frame: Value| {
        let version = frame["cb"].as_str().and_then(|cb| cb.strip_prefix("versions/step/")).expect("a step").to_owned();
        match frame["status"].as_str() {
            Some("success") => format!("{version} {} {}", frame["serverOutput"], frame["clientOutput"]),
            _ => format!("{version} {} {}", frame["errorCode"].as_str().expect("a code"), frame["message"]),
        }
    };
    client.frames_so_far().await.into_iter().map(short).collect()
}

#[tokio::test]
async fn callers_and_listeners_of_all_versions_meet_in_one_handler() {
    let server = TestServer::start().await;
    let mut caller = listener(&server, "ada", Some(&["v1"])).await;
    let mut newest = listener(&server, "bob", Some(&["v3", "v9"])).await;
    let mut both = listener(&server, "cy", Some(&["v1", "v3"])).await;
    let mut unsaid = listener(&server, "dee", None).await;
    let mut none = listener(&server, "eve", Some(&[])).await;
    let mut skipped = listener(&server, "skip", Some(&["v1"])).await;
    let mut refused = listener(&server, "error", None).await;

    let answer = caller.sync(STEP, "v1", ROOM, json!({ "to": "home", "isQuick": true })).await;
    assert_eq!(answer, json!({ "status": "success", "result": { "place": "home" } }));
    let old = |mine: bool| format!(r#"v1 {{"place":"home"}} {{"mine":{mine}}}"#);
    let middle = r#"v2 {"place":"home","speed":9} {"isMine":false,"sender":"ada"}"#;
    let new = r#"v3 {"room":"versions-1","speed":9,"target":{"place":"home"}} {"by":{"isMine":false,"sender":"ada"}}"#;
    assert_eq!(heard(&mut caller).await, [old(true)]);
    assert_eq!(heard(&mut newest).await, [new]);
    assert_eq!(heard(&mut both).await, [&old(false), new]);
    assert_eq!(heard(&mut unsaid).await, [&old(false), middle, new]);
    assert_eq!(heard(&mut none).await, [new], "it may be about to listen");
    assert_eq!(heard(&mut skipped).await, [""; 0]);
    let said = |version: &str| format!("{version} step-refused \"Not for you.\"");
    assert_eq!(heard(&mut refused).await, ["v1", "v2", "v3"].map(said));

    // It is one event with one place, and the calls of a newer version are told to who listens to an older one.
    let answer = newest.sync(STEP, "v3", ROOM, json!({ "target": { "place": "back" }, "speed": 3 })).await;
    assert_eq!(answer["result"], json!({ "target": { "place": "back" }, "speed": 3, "room": ROOM }));
    let answer = newest.sync(STEP, "v2", ROOM, json!({ "to": "on", "speed": 4 })).await;
    assert_eq!(answer["result"], json!({ "place": "on", "speed": 4 }));
    assert_eq!(
        heard(&mut caller).await,
        [r#"v1 {"place":"back"} {"mine":false}"#, r#"v1 {"place":"on"} {"mine":false}"#]
    );
    let frames = unsaid.frames_so_far().await;
    let places: Vec<_> = frames.iter().map(|frame| &frame["pos"]).collect();
    assert_eq!(places.len(), 6);
    for event in places.chunks(3) {
        assert!(event.iter().all(|place| *place == event[0]), "{frames:?}");
    }
    assert_ne!(places[0], places[3]);
    // What a socket listens to may change at any time.
    caller.call("listen", of_step(&["v2"])).await;
    newest.sync(STEP, "v3", ROOM, json!({ "target": { "place": "up" }, "speed": 1 })).await;
    assert_eq!(heard(&mut caller).await, [r#"v2 {"place":"up","speed":1} {"isMine":false,"sender":"bob"}"#]);
}

#[tokio::test]
async fn what_is_wrong_with_a_call_of_an_older_version_is_said_in_its_own_words() {
    let server = TestServer::start().await;
    let mut caller = listener(&server, "ada", Some(&["v1"])).await;
    let mut other = listener(&server, "bob", Some(&["v1"])).await;
    for (version, data, code, path) in [
        ("v1", json!({ "to": "home", "speed": 3 }), "sync-invalid-input", json!("speed")),
        ("v1", json!({ "to": "a very long way from home" }), "sync-invalid-input", json!("to")),
        ("v2", json!({ "to": "home", "speed": 10 }), "sync-invalid-input", json!("speed")),
        ("v1", json!({ "to": "nowhere" }), "step-nowhere", Value::Null),
        ("v1", json!({ "to": "upgrade-panic" }), "sync-server-failed", Value::Null),
        ("v1", json!({ "to": "downgrade-panic" }), "sync-server-failed", Value::Null),
        ("v4", json!({ "to": "home" }), "sync-not-found", Value::Null),
    ] {
        let answer = caller.sync(STEP, version, ROOM, data).await;
        assert_eq!((&answer["errorCode"], &answer["errorParams"]["path"]), (&json!(code), &path), "{answer}");
    }
    // The last of them has happened: nobody is to believe that it has not.
    let told = heard(&mut other).await;
    assert!(told.len() == 1 && told[0].starts_with("v1 sync-client-failed"), "{told:?}");
    caller.frames_so_far().await;
    // What cannot be told to who listens to an older version, others are told.
    let answer = other.sync(STEP, "v3", ROOM, json!({ "target": { "place": "downgrade-panic" }, "speed": 1 })).await;
    assert_eq!(answer["status"], "success");
    let told = heard(&mut caller).await;
    assert!(
        told.len() == 1 && told[0].starts_with("v1 sync-client-failed \"") && !told[0].ends_with("\"\""),
        "{told:?}"
    );
    for (routes, code) in [
        (json!({ "routes": "versions/step/v1" }), "sync-bad-request"),
        (json!({}), "sync-bad-request"),
        (json!({ "routes": vec!["a"; 1001] }), "sync-too-many"),
    ] {
        assert_eq!(caller.call("listen", routes).await["errorCode"], code);
    }
}

/// The clients hear in the form of what they listen to, whatever kind of filter there is.
#[tokio::test]
async fn filters_of_all_kinds_are_told_in_older_forms() {
    let server = TestServer::start().await;
    let client = async |outcome: &str, locale: &str, routes: &[&str]| {
        let mut client = server.connect(member(outcome, outcome, Some(locale))).await;
        client.call("listen", json!({ "routes": routes })).await;
        client.join(ROOM).await;
        client
    };
    let old = ["versions/glance/v1", "versions/slow/v1"];
    let new = ["versions/glance/v2", "versions/slow/v2"];
    let mut caller = client("ada", "en", &old).await;
    let mut newest = client("bob", "nl", &new).await;
    let mut older = client("cy", "nl", &old).await;
    let mut skipped = client("skip", "de", &old).await;
    let own = async |client: &mut Client| {
        let frames = client.frames_so_far().await;
        frames
            .iter()
            .map(|frame| format!("{} {}", frame["cb"].as_str().expect("a route"), frame["clientOutput"]))
            .collect::<Vec<_>>()
    };
    // By group, volatile: the caller leaves itself out.
    let call = json!({
        "name": "versions/glance", "version": "v1", "data": { "at": 3 }, "receiver": ROOM, "ignoreSelf": true,
    });
    let answer = caller.call("sync", call).await;
    assert_eq!(answer, json!({ "status": "success", "result": {} }));
    assert_eq!(own(&mut caller).await, [""; 0]);
    assert_eq!(own(&mut newest).await, [r#"versions/glance/v2 {"language":"nl","run":3}"#]);
    assert_eq!(own(&mut older).await, [r#"versions/glance/v1 {"lang":"nl 3"}"#]);
    skipped.frames_so_far().await;
    // One that waits, and a report.
    let call = json!({
        "name": "versions/slow", "version": "v1", "data": { "word": "hm" }, "receiver": ROOM, "report": true, "id": "one",
    });
    let answer = caller.call("sync", call.clone()).await;
    assert_eq!(answer["report"], json!({ "delivered": 3, "skipped": 1, "failed": 0 }), "{answer}");
    assert_eq!(caller.call("sync", call).await, answer, "a repeat is told what came of it, and is no second event");
    assert_eq!(own(&mut newest).await, [r#"versions/slow/v2 {"words":["hm"]}"#]);
    for client in [&mut caller, &mut older] {
        assert_eq!(own(client).await, [r#"versions/slow/v1 {"word":"hm"}"#]);
    }
    assert_eq!(own(&mut skipped).await, [""; 0]);
}

#[tokio::test]
async fn versions_share_what_their_callers_may_do() {
    let server = TestServer::start_with(|config| config.limits = true).await;
    let mut caller = listener(&server, "ada", None).await;
    let mut codes = Vec::new();
    for (version, data) in [
        ("v1", json!({ "at": 1 })),
        ("v2", json!({ "x": 1, "y": 1 })),
        ("v1", json!({ "at": 1 })),
        ("v1", json!({ "at": 1 })),
    ] {
        codes.push(caller.sync("versions/glance", version, ROOM, data).await["errorCode"].clone());
    }
    assert_eq!(codes, [Value::Null, Value::Null, Value::Null, json!("sync-rate-limited")]);
}

#[tokio::test]
async fn chunks_are_not_those_of_an_older_version() {
    let server = TestServer::start().await;
    let mut client = server.connect_as(Identity::page(1)).await;
    for (version, chunks) in [("v2", 1), ("v1", 0)] {
        let call = json!({ "name": "versions/peek", "version": version, "data": { "word": "a" }, "id": version, "stream": true });
        assert_eq!(client.call("request", call).await["status"], "success");
        assert_eq!(client.others_so_far().await.len(), chunks, "{version}");
        let path = format!("/api/versions/peek/{version}?word=a");
        let request = reqwest::Client::new().get(format!("http://{}{path}", server.address()));
        let answer = request.header("Accept", "text/event-stream").send().await.expect("an answer");
        let text = answer.text().await.expect("text");
        assert_eq!(text.matches("event: stream").count(), chunks, "{text}");
        assert!(text.contains(if version == "v1" { r#""result":"A""# } else { r#""result":"a""# }), "{text}");
    }
}

#[tokio::test]
async fn over_http_and_as_a_request_older_versions_are_answered_alike() {
    let server = TestServer::start().await;
    let mut listens = listener(&server, "bob", Some(&["v1"])).await;
    let token = server.token(member("bob", "bob", None)).await;
    let post = async |path: &str, body: Value| {
        let request = reqwest::Client::new().post(format!("http://{}{path}", server.address())).bearer_auth(&token);
        let answer = request.header("Content-Type", "application/json").body(body.to_string()).send().await;
        serde_json::from_str::<Value>(&answer.expect("an answer").text().await.expect("text")).expect("JSON")
    };
    let mut client = server.connect_as(Identity::token(&token)).await;
    client.join(ROOM).await;
    let answer = post("/sync/versions/step/v1", json!({ "data": { "to": "home" }, "receiver": ROOM })).await;
    assert_eq!(answer, json!({ "status": "success", "result": { "place": "home" } }));
    assert_eq!(heard(&mut listens).await.len(), 1);
    let answer = post("/api/versions/ask/v1", json!({ "word": "hello" })).await;
    assert_eq!(answer, json!({ "status": "success", "result": { "length": 5 } }));
    let answer = post("/api/versions/ask/v2", json!({ "words": ["hello", "you"] })).await;
    assert_eq!(answer["result"], json!({ "lengths": [5, 3] }));
    let answer = client.sync("versions/ping", "v1", ROOM, json!({})).await;
    assert_eq!(answer, json!({ "status": "success", "result": {} }));
}

#[tokio::test]
async fn who_listens_to_an_older_version_is_shown_what_it_missed_in_its_form() {
    let server = TestServer::start().await;
    let mut caller = listener(&server, "ada", Some(&["v3"])).await;
    let mut gone = server.connect_as(Identity::page(1)).await;
    gone.call("listen", of_step(&["v1"])).await;
    let mut back = json!({ "room": ROOM });
    let joined = gone.join(ROOM).await;
    let step = async |caller: &mut Client, place: &str| {
        caller.sync(STEP, "v3", ROOM, json!({ "target": { "place": place }, "speed": 1 })).await;
    };
    step(&mut caller, "one").await;
    back["after"] = gone.frame().await["pos"].clone();
    if let Some(membership) = joined.get("membership") {
        back["membership"] = membership.clone();
    }
    drop(gone);
    server.has_sockets(1).await;
    step(&mut caller, "two").await;
    let mut gone = server.connect_as(Identity::page(1)).await;
    gone.call("listen", of_step(&["v1"])).await;
    assert_eq!(gone.call("joinRoom", back).await["recovered"], true);
    assert_eq!(heard(&mut gone).await, [r#"v1 {"place":"two"} {"mine":false}"#]);
}

#[tokio::test]
async fn a_page_is_told_what_is_known_of_its_contract() {
    let server = TestServer::start_with(|config| config.environment = Environment::Production).await;
    let mut client = server.connect_as(Identity::page(1)).await;
    let own = test_app::export_types().fingerprint();
    for (contract, known) in
        [(Some(own.as_str()), "same"), (Some("00000000000000aa"), "kept"), (Some(""), "unknown"), (None, "")]
    {
        let said = match contract {
            Some(contract) => json!({ "routes": [], "contract": contract }),
            None => json!({ "routes": [] }),
        };
        let answer = client.call("listen", said).await;
        assert_eq!(answer["status"], "success");
        assert_eq!(answer["contract"].as_str().unwrap_or_default(), known, "{contract:?} {answer}");
    }
    assert_eq!(client.call("listen", json!({ "routes": [], "contract": 7 })).await["errorCode"], "sync-bad-request");
    let developing = TestServer::start().await;
    let mut client = developing.connect_as(Identity::page(1)).await;
    assert_eq!(client.call("listen", json!({ "routes": [], "contract": own })).await, json!({ "status": "success" }));
}

const KIT: Kit<test_app::App> = Kit { start: test_app::test, public: &[], may_panic: &[], real_time: true, codes: &[] };

#[test]
fn every_value_goes_through() {
    for (lane, name) in [
        (Lane::Event, "versions/step/v1"),
        (Lane::Event, "versions/step/v2"),
        (Lane::Event, "versions/ping/v1"),
        (Lane::Event, "versions/glance/v1"),
        (Lane::Event, "versions/slow/v1"),
        (Lane::Request, "versions/ask/v1"),
        (Lane::Request, "versions/peek/v1"),
    ] {
        goes_through(&KIT, &RouteUnderTest { lane, name, rule: None });
    }
}

#[test]
fn every_stored_value_is_read() {
    for name in ["shared/kept/v2", "shared/filed/v1", "lasting/tally/v1"] {
        reads_what_was_stored(&KIT, &RouteUnderTest { lane: Lane::State, name, rule: None });
    }
}

#[test]
fn a_value_that_does_not_go_through_is_shown() {
    let red = |lane, name| {
        let route = RouteUnderTest { lane, name, rule: None };
        let told = std::panic::catch_unwind(|| goes_through(&KIT, &route)).expect_err("it is red");
        *told.downcast::<String>().expect("a sentence")
    };
    expect![[r#"
        `versions/total/v1`, which a newer version answers for: the `output` {"terms":[978,4294967295,4294967295]} makes `downgrade` panic
          help: whatever was right in the older version has to go through"#]]
    .assert_eq(&red(Lane::Request, "versions/total/v1"));
    expect![[r#"
        `versions/narrow/v1`, which a newer version answers for: the `input` {"word":""} becomes by `upgrade` what the newer version refuses: sync-invalid-input {"path":"word","reason":"length"}
          help: whatever was right in the older version has to go through"#]].assert_eq(&red(Lane::Request, "versions/narrow/v1"));
    expect![[r#"
        `lists/shout/v1`, which a newer version answers for: the `input` {"id":"it's \"quoted\" \\ \n\t","text":"long long long long long long long long long long long long "} becomes by `upgrade` what the newer version refuses: sync-invalid-input {"path":"words","reason":"length"}
          help: whatever was right in the older version has to go through"#]].assert_eq(&red(Lane::Mutation, "lists/shout/v1"));
}
