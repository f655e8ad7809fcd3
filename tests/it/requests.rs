//! A request of the template, from its file to its answer: by socket, by `POST` and by `GET`.

use std::net::SocketAddr;

use app::SyncApp;
use serde_json::{Value, json};
use sync::{App, Config, Running};
use sync_tests::socket::{Client, Identity};

/// A running template and a member of `game-room-1`, whose counter stands at 5.
async fn counted() -> (Running<SyncApp>, Client, String) {
    let mut config = Config::default();
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = app::start(config).await.expect("the template starts");
    let mut session = SyncApp::guest();
    session.user_id = "ada".to_owned();
    let token = running.handle().sessions().create(session).await.expect("a store").as_str().to_owned();
    let mut client = Client::connect(running.address(), Identity::token(&token)).await.expect("a connection");
    client.join("game-room-1").await;
    client.show("/examples").await;
    client.sync("examples/updateCounter", "v1", "game-room-1", json!({ "amount": 5 })).await;
    client.frame().await;
    (running, client, token)
}

async fn json_of(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON")
}

#[tokio::test]
async fn a_request_is_answered_at_both_doors_and_nobody_hears_of_it() {
    let (running, mut client, token) = counted().await;
    let answer = json!({ "status": "success", "result": { "value": 5 } });
    let call = json!({ "name": "examples/readCounter", "version": "v1", "data": { "room": "game-room-1" } });
    assert_eq!(client.call("request", call).await, answer);
    let url = format!("http://{}/api/examples/readCounter/v1", running.address());
    let http = reqwest::Client::new();
    for request in [
        http.post(&url).header("Content-Type", "application/json").body(r#"{"room":"game-room-1"}"#),
        http.get(format!("{url}?room=game-room-1")),
    ] {
        let request = request.bearer_auth(&token);
        assert_eq!(json_of(request.send().await.expect("an answer")).await, answer);
    }
    assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_wrong_with_its_input_is_said_as_for_an_event() {
    let (running, mut client, token) = counted().await;
    let call = json!({ "name": "examples/readCounter", "version": "v1", "data": { "rooms": "game-room-1" } });
    let told = client.call("request", call).await;
    let url = format!("http://{}/api/examples/readCounter/v1?rooms=game-room-1", running.address());
    let http = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
    for told in [told, json_of(http).await] {
        assert_eq!((&told["errorCode"], &told["errorParams"]["path"]), (&json!("sync-invalid-input"), &json!("rooms")));
    }
}
