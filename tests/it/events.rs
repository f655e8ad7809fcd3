//! Events over real sockets: who gets what, in which order, and whom a failure touches.

use std::time::Duration;

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn one_event_three_members_three_outcomes_three_languages() {
    let server = TestServer::start().await;
    let mut delivered = server.connect(member("ada", "deliver", Some("nl"))).await;
    let mut skipped = server.connect(member("bob", "skip", Some("de"))).await;
    let mut refused = server.connect(member("cem", "refuse", Some("fr"))).await;
    let mut sender = server.connect(member("dee", "deliver", None)).await;
    for client in [&mut delivered, &mut skipped, &mut refused, &mut sender] {
        client.join("open-a").await;
    }

    let answer = sender.sync("outcome/three", "v1", "open-a", json!({ "text": "hi" })).await;
    assert_eq!(answer, json!({ "status": "success", "result": { "text": "hi" } }));

    let frame = delivered.frame().await;
    assert_eq!(frame["cb"], "outcome/three/v1");
    assert_eq!(frame["room"], "open-a");
    assert_eq!(frame["serverOutput"], json!({ "text": "hi" }));
    assert_eq!(frame["clientOutput"], json!({ "locale": "nl", "mine": false }));
    let error = refused.frame().await;
    assert_eq!(error["status"], "error");
    assert_eq!(error["errorCode"], "outcome-refused");
    assert_eq!(error["errorParams"], json!({ "who": "cem" }));
    assert_eq!(error["message"], "Pas pour cem.");
    assert_eq!(error["pos"], frame["pos"], "all members see one position");
    assert!(error.get("serverOutput").is_none());
    let own = sender.frame().await;
    assert_eq!(own["clientOutput"], json!({ "locale": "en", "mine": true }));

    assert_eq!(skipped.frames_so_far().await, Vec::<Value>::new());
    assert!(skipped.log.is_empty(), "{:?}", skipped.log);
}

#[tokio::test]
async fn a_member_that_is_skipped_cannot_count_what_it_was_not_given() {
    let server = TestServer::start().await;
    let mut skipped = server.connect(member("bob", "skip", None)).await;
    let mut given = server.connect(member("ada", "deliver", None)).await;
    let joined = skipped.join("open-a").await;
    given.join("open-a").await;
    let mut joins = vec![joined["pos"].clone()];
    for _ in 0..6 {
        given.sync("outcome/three", "v1", "open-a", json!({ "text": "hi" })).await;
        let frame = given.frame().await;
        assert_eq!(given.join("open-a").await["pos"], frame["pos"], "that of the last frame");
        assert_eq!(skipped.join("open-a").await, joined, "nothing has changed");
    }
    // Nor by coming back, or on another socket: no two joins look the same, whether something happened between them or not.
    for _ in 0..3 {
        let mut other = server.connect(member("bob", "skip", None)).await;
        joins.push(other.join("open-a").await["pos"].clone());
        skipped.call("leaveRoom", json!({ "room": "open-a" })).await;
        joins.push(skipped.join("open-a").await["pos"].clone());
    }
    let texts: std::collections::BTreeSet<_> = joins.iter().map(Value::to_string).collect();
    assert_eq!(texts.len(), joins.len());
}

#[tokio::test]
async fn a_tab_that_has_moved_on_hears_nothing_of_the_page_that_it_has_left() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    let long = |length: usize| json!({ "pathName": "/new", "searchParams": { "q": "x".repeat(length) } });
    let moves = [
        (long(16_383), "success", true),
        (long(16_384), "success", true),
        (json!({ "pathName": "/".repeat(2049), "searchParams": {} }), "error", false),
        (json!({ "pathName": 5 }), "error", false),
    ];
    for (location, status, is_heard) in moves {
        let mut tab = server.connect(guest()).await;
        tab.join("open-a").await;
        tab.show("/old").await;
        assert_eq!(tab.call("updateLocation", location).await["status"], status);
        for path_name in ["/old", "/new"] {
            caller.sync("groups/page", "v1", "open-a", json!({ "pathName": path_name })).await;
        }
        // What needs no filter comes last.
        caller.sync("odd/bulk", "v1", "open-a", json!({ "bytes": 1 })).await;
        if is_heard {
            assert_eq!(tab.frame().await["cb"], "groups/page/v1");
        }
        assert_eq!(tab.frame().await["cb"], "odd/bulk/v1");
        tab.call("leaveRoom", json!({ "room": "open-a" })).await;
    }
}

#[tokio::test]
async fn a_failing_filter_touches_one_member_only() {
    let server = TestServer::start_with(|config| config.filter_timeout = Duration::from_millis(50)).await;
    let mut panicking = server.connect(member("ada", "panic", Some("de"))).await;
    let mut hanging = server.connect(member("bob", "hang", None)).await;
    let mut fine = server.connect(member("cem", "deliver", None)).await;
    for client in [&mut panicking, &mut hanging, &mut fine] {
        client.join("open-a").await;
    }
    for text in ["one", "two"] {
        fine.sync("outcome/three", "v1", "open-a", json!({ "text": text })).await;
        assert_eq!(fine.frame().await["serverOutput"]["text"], text);
        let failed = panicking.frame().await;
        assert_eq!(failed["errorCode"], "sync-client-failed");
        assert_eq!(failed["message"], "Dieses Ereignis konnte nicht für dich aufbereitet werden.");
        assert_eq!(hanging.frame().await["errorCode"], "sync-client-failed");
    }
}

#[tokio::test]
async fn calls_of_one_socket_run_in_the_order_sent() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    let mut other = server.connect(guest()).await;
    caller.join("open-a").await;
    other.join("open-a").await;
    let waits = [60, 40, 20, 10, 0];
    let mut acks = Vec::new();
    for (index, wait_ms) in waits.iter().enumerate() {
        acks.push(caller.start("sync", wait_call(index, *wait_ms)).await);
    }
    // Another caller is not held up by the first.
    let side = other.call("sync", wait_call(100, 0)).await;
    assert_eq!(side["result"]["index"], 100);
    for ack in acks {
        assert_eq!(caller.ack(ack).await["status"], "success");
    }
    let seen = indexes(&mut other, waits.len() + 1).await;
    assert_eq!(seen, [100, 0, 1, 2, 3, 4]);
    assert_eq!(indexes(&mut caller, waits.len() + 1).await, seen, "all members see one order");
}

#[tokio::test]
async fn joining_leaving_and_calling_keep_their_order_too() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    let slow = caller.start("joinRoom", json!({ "room": "open-a" })).await;
    let inside = caller.start("sync", wait_call(1, 20)).await;
    let left = caller.start("leaveRoom", json!({ "room": "open-a" })).await;
    let outside = caller.start("sync", wait_call(2, 0)).await;
    assert_eq!(caller.ack(slow).await["rooms"], json!(["open-a"]));
    assert_eq!(caller.ack(inside).await["status"], "success");
    assert_eq!(caller.ack(left).await, json!({ "status": "success", "rooms": [] }));
    assert_eq!(caller.ack(outside).await["errorCode"], "sync-not-in-room");
}

#[tokio::test]
async fn twenty_thousand_calls_in_a_burst_keep_their_order() {
    const CALLS: usize = 20_000;
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    caller.join("open-b").await;
    for index in 0..CALLS {
        // Into a room of its own and without an acknowledgement: the calls are measured, not the answers.
        caller.start("sync", wait_call(index, 0)).await;
    }
    let last = caller.start("joinedRooms", json!({})).await;
    assert_eq!(caller.ack(last).await["status"], "success");
    let ended = server.app().ended.lock().expect("not poisoned").clone();
    assert_eq!(ended.len(), CALLS);
    assert!(ended.is_sorted());
}

#[tokio::test]
async fn ignore_self_leaves_out_the_socket_or_the_session() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut calling = server.connect_as(Identity::token(&token)).await;
    let mut tab = server.connect_as(Identity::token(&token)).await;
    let mut anonymous = server.connect(guest()).await;
    for client in [&mut calling, &mut tab, &mut anonymous] {
        client.join("open-a").await;
    }
    let call = |index: u32, ignore: Value| {
        json!({ "name": "order/wait", "version": "v1", "receiver": "open-a", "ignoreSelf": ignore,
                "data": { "index": index, "waitMs": 0 } })
    };
    calling.call("sync", call(1, json!(true))).await;
    calling.call("sync", call(2, json!("session"))).await;
    calling.call("sync", call(3, json!(false))).await;
    anonymous.call("sync", call(4, json!(true))).await;
    anonymous.call("sync", call(5, json!("session"))).await;
    calling.call("sync", call(6, json!(false))).await;
    assert_eq!(indexes(&mut calling, 4).await, [3, 4, 5, 6]);
    assert_eq!(indexes(&mut tab, 5).await, [1, 3, 4, 5, 6]);
    assert_eq!(indexes(&mut anonymous, 4).await, [1, 2, 3, 6]);
}

#[tokio::test]
async fn ignore_self_leaves_out_the_socket_that_a_page_has_come_back_on() {
    let server = TestServer::start().await;
    let page = || server.connect_as(Identity { auth: json!({ "tab": "the-name-of-page-1" }), headers: Vec::new() });
    // The page does not know yet that its first socket is of no use: both are there.
    let (mut before, mut after, mut other) = (page().await, page().await, server.connect(guest()).await);
    for client in [&mut before, &mut after, &mut other] {
        client.join("open-a").await;
    }
    for (index, ignore) in [(1, json!(true)), (2, json!("session")), (3, json!(false))] {
        let mut call = wait_call(index, 0);
        call["ignoreSelf"] = ignore;
        before.call("sync", call).await;
    }
    assert_eq!(indexes(&mut other, 3).await, [1, 2, 3]);
    assert_eq!(indexes(&mut before, 1).await, [3]);
    assert_eq!(indexes(&mut after, 1).await, [3]);
}

#[tokio::test]
async fn a_call_that_was_sent_before_the_socket_went_is_handled() {
    let server = TestServer::start().await;
    let mut listener = server.connect(guest()).await;
    listener.join("open-a").await;
    let mut leaving = server.connect(guest()).await;
    leaving.join("open-a").await;
    leaving.start("sync", wait_call(1, 30)).await;
    leaving.start("sync", wait_call(2, 0)).await;
    leaving.send_message(Message::Close(None)).await.expect("open until now");
    assert_eq!(indexes(&mut listener, 2).await, [1, 2]);
}

#[tokio::test]
async fn a_socket_that_is_gone_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    client.join("open-a").await;
    client.join("open-b").await;
    client.call("sync", wait_call(1, 0)).await;
    let socket = server.follow(&server.hub().sockets()[0]).await;
    drop(client);
    socket.freed().await;
    assert_eq!(server.hub().socket_count(), 0);
}

#[tokio::test]
async fn a_session_that_ends_closes_its_sockets() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut client = server.connect_as(Identity::token(&token)).await;
    client.join("open-a").await;
    let session = server.sessions().find(&token).await.expect("a store").expect("a session");
    server.running().handle().end_session(&session).await.expect("a store");
    client.closed().await;
    assert_eq!(client.closing, Some(json!({ "reason": "session-ended" })));
    assert_eq!(server.hub().socket_count(), 0);
    assert!(server.hub().room("open-a").is_none());
    let refused = Client::connect(server.address(), Identity::token(&token)).await.expect_err("the token has ended");
    assert_eq!(refused, "auth-required");
}

#[tokio::test]
async fn a_changed_session_reaches_every_tab_at_its_next_event() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", Some("en"))).await;
    let mut tab = server.connect_as(Identity::token(&token)).await;
    let mut caller = server.connect(guest()).await;
    tab.join("open-a").await;
    caller.join("open-a").await;
    let session = server.sessions().find(&token).await.expect("a store").expect("a session");
    for locale in ["nl", "fr"] {
        let update = move |session: &mut test_app::Session| session.locale = Some(locale.to_owned());
        server.sessions().update(&session, update).await.expect("a store");
        caller.sync("outcome/three", "v1", "open-a", json!({ "text": "hi" })).await;
        assert_eq!(tab.frame().await["clientOutput"]["locale"], locale);
    }
}

fn wait_call(index: usize, wait_ms: u32) -> Value {
    json!({ "name": "order/wait", "version": "v1", "receiver": "open-a", "data": { "index": index, "waitMs": wait_ms } })
}

async fn indexes(client: &mut Client, count: usize) -> Vec<u64> {
    let mut indexes = Vec::new();
    for _ in 0..count {
        indexes.push(client.frame().await["serverOutput"]["index"].as_u64().expect("an index"));
    }
    indexes
}
