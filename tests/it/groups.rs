//! Filters by group over real sockets: who gets what, and that one run makes it for a whole group.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::Client;

async fn room_of(server: &TestServer, outcomes: &[&str]) -> Vec<Client> {
    let mut clients = Vec::new();
    for (index, outcome) in outcomes.iter().enumerate() {
        let mut client = server.connect(member(&format!("user-{index}"), outcome, None)).await;
        client.join("open-a").await;
        clients.push(client);
    }
    clients
}

#[tokio::test]
async fn the_members_of_a_group_get_what_one_run_of_the_filter_made() {
    let server = TestServer::start_alone().await;
    let mut clients = room_of(&server, &["a", "b", "skip", "a", "b", "a"]).await;
    for text in ["one", "two"] {
        clients[0].sync("groups/side", "v1", "open-a", json!({ "text": text })).await;
        let mut runs = BTreeSet::new();
        for (index, side) in [(0, "a"), (1, "b"), (3, "a"), (4, "b"), (5, "a")] {
            let frame = clients[index].frame().await;
            assert_eq!((&frame["serverOutput"]["text"], &frame["clientOutput"]["side"]), (&json!(text), &json!(side)));
            runs.insert(frame["clientOutput"]["run"].as_u64());
        }
        assert_eq!(runs.len(), 2);
    }
    assert_eq!(clients[2].frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_group_is_refused_or_fails_as_a_whole() {
    let server = TestServer::start().await;
    let mut clients = room_of(&server, &["fine", "refuse", "panic", "refuse", "panic"]).await;
    for _ in 0..2 {
        clients[0].sync("groups/three", "v1", "open-a", json!({})).await;
        assert_eq!(clients[0].frame().await["clientOutput"], json!({ "outcome": "fine" }));
        for (index, code) in
            [(1, "outcome-refused"), (3, "outcome-refused"), (2, "sync-client-failed"), (4, "sync-client-failed")]
        {
            assert_eq!(clients[index].frame().await["errorCode"], code);
        }
    }
}

#[tokio::test]
async fn a_group_changes_with_what_its_members_show() {
    let server = TestServer::start().await;
    let mut clients = room_of(&server, &["a", "a", "a"]).await;
    clients[0].show("/chess").await;
    clients[1].show("/chess").await;
    let call = json!({ "pathName": "/chess" });
    clients[0].sync("groups/page", "v1", "open-a", call.clone()).await;
    clients[1].show("/").await;
    clients[0].sync("groups/page", "v1", "open-a", call).await;
    assert_eq!(clients[0].frames_so_far().await.len(), 2);
    assert_eq!(clients[1].frames_so_far().await.len(), 1);
    assert!(clients[2].frames_so_far().await.is_empty());
}
