//! Versions that are announced to end, and those that have ended.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest};
use sync_tests::socket::Client;

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
