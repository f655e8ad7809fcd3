//! What becomes of an event, for a caller who may ask.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, member};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity};

async fn with_outcome(server: &TestServer, outcome: &str) -> Client {
    let mut client = server.connect(member("ada", outcome, None)).await;
    client.join("open-a").await;
    client
}

fn asking(name: &str, data: Value) -> Value {
    let mut call = Lane::Event.call(name, "open-a", data);
    call["report"] = json!(true);
    call
}

#[tokio::test]
async fn who_asks_is_told_how_many_members_were_sent_the_event() {
    let server = TestServer::start().await;
    let mut caller = with_outcome(&server, "deliver").await;
    let mut others = Vec::new();
    for outcome in ["deliver", "skip", "skip", "refuse", "panic"] {
        others.push(with_outcome(&server, outcome).await);
    }
    let answer = caller.call("sync", asking("outcome/three", json!({ "text": "a" }))).await;
    assert_eq!(answer["report"], json!({ "delivered": 2, "skipped": 2, "failed": 2 }), "{answer}");
    let mut quiet = asking("outcome/three", json!({ "text": "a" }));
    (quiet["report"], quiet["ignoreSelf"]) = (json!(false), json!(true));
    assert_eq!(caller.call("sync", quiet.clone()).await.get("report"), None, "who does not ask");
    quiet["report"] = json!(true);
    assert_eq!(caller.call("sync", quiet).await["report"], json!({ "delivered": 1, "skipped": 3, "failed": 2 }));
    // A filter that waits counts when it is done.
    let answer = caller.call("sync", asking("streams/later", json!({ "words": ["a"] }))).await;
    assert_eq!(answer["report"], json!({ "delivered": 6, "skipped": 0, "failed": 0 }));
}

#[tokio::test]
async fn it_is_told_over_http_and_again_to_who_repeats_the_call() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut socket = server.connect_as(Identity::token(&token)).await;
    socket.join("open-a").await;
    for _ in 0..2 {
        let url = format!("http://{}/sync/outcome/three/v1", server.address());
        let body = json!({ "data": { "text": "a" }, "receiver": "open-a", "report": true }).to_string();
        let request = reqwest::Client::new().post(url).bearer_auth(&token).header("Idempotency-Key", "a-1");
        let answer = request.header("Content-Type", "application/json").body(body).send().await.expect("an answer");
        let answer: Value = serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON");
        assert_eq!(answer["report"], json!({ "delivered": 1, "skipped": 0, "failed": 0 }), "{answer}");
    }
}

#[tokio::test]
async fn a_route_that_does_not_say_so_tells_nothing_and_its_handler_does_not_run() {
    let server = TestServer::start().await;
    let mut caller = with_outcome(&server, "deliver").await;
    let refused = caller.call("sync", asking("repeats/once", json!({ "how": "answer" }))).await;
    assert_eq!(refused["errorCode"], "sync-bad-request");
    let wrong = json!({ "name": "outcome/three", "version": "v1", "receiver": "open-a", "data": {}, "report": 1 });
    assert_eq!(caller.call("sync", wrong).await["errorCode"], "sync-bad-request");
    assert_eq!(server.app().run(), 1);
}
