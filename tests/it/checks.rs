//! What a route asks of a caller beyond its `auth`: `check = …`.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::Identity;

/// The routes with a check, as a socket calls them: event, and the call without its input.
fn checked() -> [(&'static str, Value); 3] {
    [
        ("sync", json!({ "name": "checks/both", "version": "v1", "receiver": "open-a" })),
        ("sync", json!({ "name": "checks/alone", "version": "v1", "receiver": "open-a" })),
        ("request", json!({ "name": "checks/ask", "version": "v1" })),
    ]
}

fn with(call: &Value, data: Value) -> Value {
    let mut call = call.clone();
    call["data"] = data;
    call
}

/// What an answer says: its status, and the code if it is refused.
fn said(answer: &Value) -> String {
    match answer["status"].as_str() {
        Some("success") => "success".to_owned(),
        _ => format!("{} {}", answer["httpStatus"], answer["errorCode"].as_str().unwrap_or("no code")),
    }
}

#[tokio::test]
async fn a_check_that_refuses_panics_or_takes_too_long_comes_before_the_handler() {
    let server = TestServer::start().await;
    let mut caller = server.connect_as(Identity::token(&server.token(member("ada", "deliver", None)).await)).await;
    caller.join("open-a").await;
    for (event, call) in checked() {
        // The route without a server file has the configured limit, which is long.
        let hangs = (call["name"] != "checks/alone").then_some(("hang", "504 sync-timeout"));
        let cases = [
            ("yes", "success"),
            ("no", "403 checks-may-not"),
            ("panic", "500 sync-server-failed"),
            ("open-b", "403 checks-may-not"),
        ];
        for (may, expected) in cases.into_iter().chain(hangs) {
            let answer = caller.call(event, with(&call, json!({ "may": may }))).await;
            assert_eq!(said(&answer), expected, "{call} {may}");
        }
        let in_room = if event == "sync" { "success" } else { "403 checks-may-not" };
        let answer = caller.call(event, with(&call, json!({ "may": "open-a" }))).await;
        assert_eq!(said(&answer), in_room, "the check sees the room: {call}");
        let refused = caller.call(event, with(&call, json!({ "may": "no" }))).await;
        assert_eq!(refused["message"], "ada may not do this here.");
    }
    assert_eq!(*server.app().begun.borrow(), 3, "only for `yes`, and for the room that may be sent to");
    let refused = caller.call("request", json!({ "name": "checks/early", "version": "v1" })).await;
    assert_eq!(said(&refused), "403 checks-may-not");
}

#[tokio::test]
async fn what_comes_before_a_check_is_told_before_it() {
    let server = TestServer::start().await;
    let mut stranger = server.connect(guest()).await;
    let refused = json!({ "may": "panic" });
    for (event, call) in checked() {
        let answer = stranger.call(event, with(&call, json!({ "may": 5 }))).await;
        let expected = if event == "sync" { "403 sync-not-in-room" } else { "400 sync-invalid-input" };
        assert_eq!(said(&answer), expected, "{call}");
    }
    stranger.join("open-a").await;
    for (event, call) in checked() {
        let answer = stranger.call(event, with(&call, json!({ "may": 5 }))).await;
        assert_eq!(said(&answer), "400 sync-invalid-input", "an input that is wrong is not shown to the check: {call}");
        assert_eq!(said(&stranger.call(event, with(&call, refused.clone())).await), "500 sync-server-failed");
    }
}

#[tokio::test]
async fn a_check_is_asked_at_every_door_but_not_of_the_app_itself() {
    let server = TestServer::start().await;
    let mut listener = server.connect(guest()).await;
    listener.join("open-a").await;
    let http = reqwest::Client::new();
    let url = format!("http://{}/api/checks/ask/v1", server.address());
    let asked = [
        http.get(format!("{url}?may=no")),
        http.post(&url).header("content-type", "application/json").body(r#"{"may":"no"}"#),
    ];
    for request in asked {
        assert_eq!(request.send().await.expect("an answer").status(), 403);
    }
    let rooms = server.running().handle().rooms();
    let published =
        rooms.publish_named("checks/both", "v1", "open-a", &json!({ "may": "no" })).await.expect("an answer");
    assert_eq!(published.get(), r#"{"ran":true}"#);
    assert_eq!(listener.frame().await["cb"], "checks/both/v1");
}

#[tokio::test]
async fn calls_with_checks_are_answered_in_their_order() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    let (event, call) = &checked()[0];
    let mut ids = Vec::new();
    for may in ["yes", "no", "yes"] {
        ids.push(caller.start(event, with(call, json!({ "may": may }))).await);
    }
    let mut told = Vec::new();
    for id in ids {
        told.push(said(&caller.ack(id).await));
    }
    assert_eq!(told, ["success", "403 checks-may-not", "success"]);
}
