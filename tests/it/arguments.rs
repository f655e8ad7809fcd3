//! Each argument of an attribute does what it says, over real sockets; what has no effect is refused, see `tests/ui/handlers`.
//!
//! `volatile` is shown by `direct.rs`, `by` by `groups.rs`, a constant as `auth` by `bad_input`.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::Client;

const NO_TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(3600);

async fn server() -> TestServer {
    TestServer::start_with(|config| {
        config.handler_timeout = NO_TIME_LIMIT;
        config.filter_timeout = NO_TIME_LIMIT;
    })
    .await
}

async fn signed_in(server: &TestServer, name: &str) -> Client {
    server.connect(member(name, "deliver", None)).await
}

/// The code of a refusal; `null` for a success.
async fn code(client: &mut Client, name: &str, version: &str, room: &str) -> Value {
    client.sync(name, version, room, json!({})).await["errorCode"].clone()
}

#[tokio::test]
async fn auth_decides_who_may_call_and_who_may_enter() {
    let server = server().await;
    let (mut guest, mut user) = (server.connect(None).await, signed_in(&server, "ada").await);
    for (client, expected) in [(&mut guest, json!("auth-required")), (&mut user, Value::Null)] {
        assert_eq!(
            client.call("joinRoom", json!({ "room": "hall-a" })).await["errorCode"],
            expected,
            "the room: login by default"
        );
    }
    for (client, expected) in [(&mut guest, json!("auth-required")), (&mut user, Value::Null)] {
        assert_eq!(code(client, "arguments/doubt", "v1", "hall-a").await, expected, "a route: login by default");
        assert_eq!(code(client, "arguments/ring", "v1", "hall-a").await, Value::Null, "a public route");
    }
}

#[tokio::test]
async fn send_decides_who_may_send_from_outside() {
    let server = server().await;
    let (mut inside, mut outside) = (signed_in(&server, "ada").await, server.connect(None).await);
    for (room, expected) in [("hall-a", Value::Null), ("open-a", json!("sync-not-in-room"))] {
        inside.join(room).await;
        assert_eq!(code(&mut outside, "arguments/ring", "v1", room).await, expected, "{room}");
    }
    assert_eq!(inside.frame().await["cb"], "arguments/ring/v1");
}

#[tokio::test]
async fn empty_room_decides_whether_somebody_has_to_hear_it() {
    let server = server().await;
    let mut outside = server.connect(None).await;
    assert_eq!(code(&mut outside, "arguments/ring", "v1", "hall-a").await, "sync-no-receivers");
    assert_eq!(code(&mut outside, "arguments/ring", "v2", "hall-a").await, Value::Null);
}

#[tokio::test]
async fn timeout_ends_a_handler_and_a_filter_that_waits() {
    let server = server().await;
    let (mut caller, mut other) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    caller.join("hall-a").await;
    other.join("hall-a").await;
    assert_eq!(code(&mut caller, "arguments/hang", "v1", "hall-a").await, "sync-timeout");
    assert_eq!(code(&mut caller, "arguments/doubt", "v1", "hall-a").await, Value::Null);
    assert_eq!(other.frame().await["errorCode"], "sync-client-failed");
    assert_eq!(caller.frame().await["status"], "success");
}
