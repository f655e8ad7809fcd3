//! A server that stops: what runs comes to an end, and everybody is told when to come back.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest};
use sync_tests::socket::Client;

async fn told(mut client: Client) -> Value {
    client.closed().await;
    client.closing.expect("it is told")
}

#[tokio::test]
async fn everybody_is_told_when_to_come_back_and_not_all_at_once() {
    let server = TestServer::start().await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(server.connect(guest()).await);
    }
    let stopping = server.into_running().shutdown();
    let (told, ()) = tokio::join!(futures_util::future::join_all(clients.into_iter().map(told)), stopping);
    let pauses: BTreeSet<_> = told.iter().map(|closing| closing["reconnectInMs"].as_u64().expect("a time")).collect();
    assert_eq!(pauses, BTreeSet::from([500, 625, 750, 875]));
    assert!(told.iter().all(|closing| closing["reason"] == "server-stopping"), "{told:?}");
}

#[tokio::test]
async fn a_call_that_streams_is_given_up_and_comes_to_an_end_of_its_own() {
    let server = TestServer::start_with(|config| config.shutdown_timeout = Duration::from_secs(2)).await;
    let mut client = server.connect(guest()).await;
    client.join("open-a").await;
    let data = json!({ "words": ["a"], "to": "room", "endless": true });
    let call = json!({ "name": "streams/say", "version": "v1", "receiver": "open-a", "id": "a-1", "data": data });
    let running = client.start("sync", call).await;
    server.app().noted(1).await;
    let handle = server.running().handle().clone();
    let stopping = server.into_running().shutdown();
    let ((answer, closing), ()) = tokio::join!(
        async {
            let answer = client.ack(running).await;
            (answer, told(client).await)
        },
        stopping
    );
    assert_eq!(handle.app().noted(2).await[1], "given up");
    assert_eq!((&answer["errorCode"], &closing["reason"]), (&json!("sync-cancelled"), &json!("server-stopping")));
}
