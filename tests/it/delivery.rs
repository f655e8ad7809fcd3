//! Slow readers, bursts and shutdown: what the transport must not lose and whom it must not wait for.

use std::time::Duration;

use serde_json::{Value, json};
use sync::CloseReason;
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

#[tokio::test]
async fn a_member_that_stops_reading_is_disconnected_and_slows_nobody() {
    let server = TestServer::start_with(|config| {
        config.write_timeout = Duration::from_secs(1);
        config.send_queue = 64 << 20;
    })
    .await;
    let mut stalled = server.connect(guest()).await;
    let mut reader = server.connect(guest()).await;
    stalled.join("open-a").await;
    reader.join("open-a").await;
    let room = server.hub().room("open-a").expect("two members");
    // From here on nobody reads `stalled`, but its connection stays open until the end of the test.
    while room.len() == 2 {
        bulk(&mut reader, 20_000).await;
    }
    assert_eq!(server.running().closed_sockets().closed(CloseReason::WriteTimeout), 1);
    assert_eq!(server.hub().socket_count(), 1);
    bulk(&mut reader, 10).await;
    drop(stalled);
}

#[tokio::test]
async fn a_full_send_queue_disconnects_with_a_reason() {
    let server = TestServer::start_with(|config| config.send_queue = 300_000).await;
    let mut stalled = server.connect(guest()).await;
    let mut reader = server.connect(guest()).await;
    stalled.join("open-a").await;
    reader.join("open-a").await;
    let room = server.hub().room("open-a").expect("two members");
    while room.len() == 2 {
        bulk(&mut reader, 100_000).await;
    }
    assert_eq!(server.running().closed_sockets().closed(CloseReason::SendQueueFull), 1);
    // The one that was closed got its events in order and without a gap, up to the point where it was closed.
    while stalled.receive().await.is_ok() {}
    assert_eq!(stalled.closing.expect("it is told as soon as it reads again")["reason"], "send-queue-full");
    assert!(!stalled.log.is_empty() && stalled.log.iter().all(|frame| frame.len() > 100_000));
}

#[tokio::test]
async fn four_hundred_events_reach_a_thousand_members_in_order() {
    const MEMBERS: usize = 1000;
    const EVENTS: usize = 400;
    // Nobody reads, and so nobody answers a ping, before all are connected.
    let server = TestServer::start_with(|config| config.ping_timeout = Duration::from_secs(300)).await;
    let mut members = Vec::new();
    for _ in 0..MEMBERS {
        let mut client = server.connect(guest()).await;
        client.join("open-a").await;
        members.push(client);
    }
    let mut sender = server.connect(guest()).await;
    sender.join("open-a").await;
    let readers: Vec<_> = members.into_iter().map(|client| tokio::spawn(read_all(client, EVENTS))).collect();
    let own = tokio::spawn(async move {
        for index in 0..EVENTS {
            let call = json!({ "name": "order/wait", "version": "v1", "receiver": "open-a",
                               "data": { "index": index, "waitMs": 0 } });
            sender.start("sync", call).await;
        }
        read_all(sender, EVENTS).await
    });
    let expected: Vec<u64> = (0..EVENTS as u64).collect();
    assert_eq!(own.await.expect("no panic"), expected);
    for reader in readers {
        assert_eq!(reader.await.expect("no panic"), expected);
    }
    assert_eq!(server.running().closed_sockets().closed(CloseReason::SendQueueFull), 0);
}

#[tokio::test]
async fn shutdown_finishes_what_is_in_flight_and_takes_no_more() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    let mut late = server.connect(guest()).await;
    late.join("open-a").await;
    caller.join("open-a").await;
    let call =
        json!({ "name": "order/wait", "version": "v1", "receiver": "open-a", "data": { "index": 7, "waitMs": 200 } });
    let slow = caller.start("sync", call).await;
    caller.start("joinedRooms", json!({})).await;
    let calls = server.running().handle().clone();
    server.has_begun(1).await;
    // That of the other socket has ended: it had its turn before the handler began.
    assert_eq!(calls.calls_in_flight(), 1);
    // It takes no more calls from its first step on, and waits for the one that it has.
    let mut stopping = Box::pin(server.into_running().shutdown());
    assert!(futures_util::poll!(&mut stopping).is_pending());
    assert!(calls.is_stopping());
    let stopping = tokio::spawn(stopping);
    assert_eq!(
        late.sync("order/wait", "v1", "open-a", json!({ "index": 8, "waitMs": 0 })).await["errorCode"],
        "sync-shutting-down"
    );
    assert_eq!(caller.ack(slow).await["result"]["index"], 7);
    assert_eq!(late.frame().await["serverOutput"]["index"], 7);
    stopping.await.expect("no panic");
    caller.closed().await;
}

async fn bulk(client: &mut Client, bytes: u32) {
    let answer = client.sync("odd/bulk", "v1", "open-a", json!({ "bytes": bytes })).await;
    assert_eq!(answer["status"], "success");
    assert_eq!(client.frame().await["serverOutput"]["bulk"].as_str().map(str::len), Some(bytes as usize));
}

async fn read_all(mut client: Client, events: usize) -> Vec<u64> {
    let mut indexes = Vec::new();
    for _ in 0..events {
        let frame: Value = client.frame().await;
        indexes.push(frame["serverOutput"]["index"].as_u64().expect("an index"));
    }
    indexes
}

#[tokio::test]
async fn answers_that_nobody_asked_for_count_for_nothing() {
    let server = TestServer::start_with(|config| config.send_queue = 200_000).await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    let call = json!(["sync", { "name": "odd/bulk", "version": "v1", "receiver": "open-a", "ignoreSelf": true,
                                "data": { "bytes": 100_000 } }]);
    for _ in 0..20 {
        caller.send(&format!("42{call}")).await;
    }
    assert_eq!(caller.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_caller_who_waits_for_us_is_not_taken_for_dead() {
    let server = TestServer::start_with(|config| {
        config.ping_interval = Duration::from_millis(500);
        config.ping_timeout = Duration::from_millis(500);
    })
    .await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    caller.join("open-b").await;
    // Reading is held back behind the first call, for longer than a ping may stay unanswered.
    let mut call = json!({ "name": "order/wait", "version": "v1", "receiver": "open-b", "ignoreSelf": true,
                           "data": { "index": 0, "waitMs": 2500 } });
    caller.start("sync", call.clone()).await;
    call["data"]["waitMs"] = json!(0);
    let calls = (1..10_000).map(|index| {
        call["data"]["index"] = json!(index);
        format!("42{}", json!(["sync", call]))
    });
    // All at once: nobody answers a ping before the last one is on its way.
    let calls: Vec<String> = calls.collect();
    caller.send_all(calls.iter().map(String::as_str)).await;
    let last = caller.start("joinedRooms", json!({})).await;
    assert_eq!(caller.ack(last).await["rooms"], json!(["open-a", "open-b"]));
    assert_eq!(server.app().ended.lock().expect("not poisoned").len(), 10_000);
}

#[tokio::test]
async fn a_reader_that_is_too_slow_for_the_stream_is_disconnected_however_much_it_reads() {
    let server = TestServer::start_with(|config| config.send_queue = 2_000_000).await;
    let mut slow = server.connect(guest()).await;
    let mut sender = server.connect(guest()).await;
    slow.join("open-a").await;
    sender.join("open-a").await;
    let room = server.hub().room("open-a").expect("two members");
    // It reads one frame for every two that are sent: it is always reading, and always further behind.
    let mut sent = 0;
    while room.len() == 2 {
        bulk(&mut sender, 100_000).await;
        sent += 1;
        if sent % 2 == 0 {
            slow.frame().await;
        }
        assert!(sent < 2000, "200 MB are neither read nor refused");
    }
    assert_eq!(server.running().closed_sockets().closed(CloseReason::SendQueueFull), 1);
}

#[tokio::test]
async fn a_socket_moves_to_one_websocket_only() {
    let server = TestServer::start().await;
    let polling = format!("http://{}/socket.io/?EIO=4&transport=polling", server.address());
    let http = reqwest::Client::new();
    let open = http.get(&polling).send().await.expect("an answer").text().await.expect("a text");
    let open: Value = serde_json::from_str(&open[1..]).expect("an open packet");
    let sid = open["sid"].as_str().expect("an id");
    let upgrade = format!("ws://{}/socket.io/?EIO=4&transport=websocket&sid={sid}", server.address());
    let (first, _) = tokio_tungstenite::connect_async(&upgrade).await.expect("the socket moves");
    let second = tokio_tungstenite::connect_async(&upgrade).await.expect_err("it has moved");
    assert!(second.to_string().contains("400"), "{second}");
    drop(first);
}

#[tokio::test]
async fn a_filter_that_waits_holds_up_its_member_alone() {
    let server = TestServer::start_with(|config| config.filter_timeout = Duration::from_secs(3600)).await;
    let token = server.token(member("ada", "hang", None)).await;
    // Not behind the deliveries, which do not end.
    let mut hanging = Client::connect(server.address(), Identity::token(&token)).await.expect("a connection");
    let mut fine = server.connect(member("bob", "deliver", None)).await;
    hanging.join("open-a").await;
    fine.join("open-a").await;
    for text in ["one", "two", "three"] {
        fine.sync("outcome/three", "v1", "open-a", json!({ "text": text })).await;
        assert_eq!(fine.frame().await["serverOutput"]["text"], text);
    }
    // What needs no filter waits behind the filter too: this member's order is the room's.
    fine.sync("odd/bulk", "v1", "open-a", json!({ "bytes": 1 })).await;
    assert_eq!(fine.frame().await["cb"], "odd/bulk/v1");
    assert_eq!(hanging.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_condition_that_panics_is_an_answer_and_not_the_end() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    for _ in 0..2 {
        let answer = caller.sync("odd/guarded", "v1", "open-a", json!({})).await;
        assert_eq!(answer["errorCode"], "sync-server-failed");
    }
}
