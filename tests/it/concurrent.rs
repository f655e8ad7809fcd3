//! Calls that hold up nothing behind them, and how many of them there may be.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity};

/// How many calls of one socket run beside each other.
const BESIDE: u32 = 100;

/// A call of each lane that is held, with what it answers.
fn held_calls() -> [(&'static str, Value); 2] {
    let event = json!({ "name": "beside/hold", "version": "v1", "receiver": "open-a" });
    [("sync", event), ("request", json!({ "name": "beside/hold", "version": "v1" }))]
}

fn let_go(calls: u32) -> Value {
    json!({ "name": "beside/letGo", "version": "v1", "data": { "calls": calls } })
}

/// The number that an answer has; `None` for what is no answer.
fn number_of(text: &str) -> Option<u64> {
    text.strip_prefix("43")?.split('[').next()?.parse().ok()
}

/// The number of the next answer, whatever else comes before it.
async fn next_number(client: &mut Client) -> u64 {
    loop {
        if let Some(number) = number_of(&client.next_answer().await) {
            return number;
        }
    }
}

async fn caller(server: &TestServer) -> Client {
    let mut client = server.connect(guest()).await;
    client.join("open-a").await;
    client
}

fn success() -> Value {
    json!({ "status": "success", "result": { "held": true } })
}

#[tokio::test]
async fn nothing_waits_behind_a_concurrent_call_and_everything_behind_another() {
    for (event, call) in held_calls() {
        let server = TestServer::start().await;
        let mut client = caller(&server).await;
        let held = client.start(event, call).await;
        assert_eq!(client.call("joinedRooms", json!({})).await["rooms"], json!(["open-a"]), "{event}");
        server.holds(1).await;
        server.app().let_go(1);
        assert_eq!(client.ack(held).await, success());
    }
    let server = TestServer::start().await;
    let mut client = caller(&server).await;
    let blocking = client.start("request", json!({ "name": "beside/block", "version": "v1" })).await;
    let behind = client.start("joinedRooms", json!({})).await;
    server.holds(1).await;
    server.app().let_go(1);
    // The first answer is that of the first call.
    assert!(client.next_answer().await.starts_with(&format!("43{blocking}[")));
    assert_eq!(client.ack(behind).await["status"], "success");
}

#[tokio::test]
async fn answers_of_concurrent_calls_overtake_each_other_and_those_of_others_keep_their_order() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let (mut client, mut member) = (caller(&server).await, caller(&server).await);
        let mut sent = Vec::new();
        for (index, route) in (0..).zip(["turn", "turn", "turn", "queue", "queue"]) {
            let call = lane.call(&format!("beside/{route}"), "open-a", json!({ "index": index }));
            sent.push(client.start(lane.event(), call).await);
        }
        // The last one waits behind the one before it.
        server.holds(4).await;
        let order = [2, 0, 3, 4, 1];
        for (index, answered) in [(2, &order[..1]), (4, &[]), (0, &order[1..2]), (3, &order[2..4]), (1, &order[4..])] {
            server.app().call_up(index);
            // Whoever could go on has gone on by then.
            assert_eq!(member.call("joinedRooms", json!({})).await["status"], "success");
            for index in answered {
                assert_eq!(next_number(&mut client).await, sent[*index], "{lane:?}: {order:?}");
            }
        }
        // An event has its place when its handler has ended.
        let heard = member.frames_so_far().await;
        let heard: Vec<_> = heard.iter().map(|frame| frame["serverOutput"]["index"].clone()).collect();
        assert_eq!(heard, if lane == Lane::Event { order.map(|index| json!(index)).to_vec() } else { Vec::new() });
    }
}

#[tokio::test]
async fn what_comes_behind_too_many_concurrent_calls_waits_and_is_not_lost() {
    for (event, call) in held_calls() {
        let server = TestServer::start().await;
        let mut client = caller(&server).await;
        let mut held = Vec::new();
        // The last one finds no place: it runs, and what is behind it waits.
        for _ in 0..=BESIDE {
            held.push(client.start(event, call.clone()).await);
        }
        let behind = client.start("joinedRooms", json!({})).await;
        server.holds(BESIDE + 1).await;
        server.app().let_go(1);
        let first = client.next_answer().await;
        assert!(!first.starts_with(&format!("43{behind}[")), "{first}");
        assert_eq!(client.ack(behind).await["status"], "success", "there is a place again");
        server.app().let_go(BESIDE);
        let first = number_of(&first).expect("an answer");
        for id in held.into_iter().filter(|id| *id != first) {
            assert_eq!(client.ack(id).await, success());
        }
    }
}

#[tokio::test]
async fn a_call_that_finds_no_place_is_driven_on_all_the_same() {
    let server = TestServer::start().await;
    let mut client = caller(&server).await;
    let (event, call) = &held_calls()[1];
    let mut held = Vec::new();
    for _ in 0..BESIDE {
        held.push(client.start(event, call.clone()).await);
    }
    // All places are taken by those who wait for this one.
    let last = client.start("request", let_go(BESIDE)).await;
    for id in held {
        assert_eq!(client.ack(id).await, success());
    }
    assert_eq!(client.ack(last).await["status"], "success");
}

#[tokio::test]
async fn a_large_call_takes_the_places_of_several() {
    let server = TestServer::start().await;
    let mut client = caller(&server).await;
    let large = json!({ "name": "beside/hold", "version": "v1", "padding": "x".repeat(500_000) });
    client.start("request", large.clone()).await;
    let second = client.start("request", large).await;
    let behind = client.start("joinedRooms", json!({})).await;
    server.holds(2).await;
    server.app().let_go(2);
    assert!(client.next_answer().await.starts_with("43"));
    assert_eq!(client.ack(second).await, success());
    assert_eq!(client.ack(behind).await["status"], "success");
}

#[tokio::test]
async fn who_leaves_behind_a_concurrent_call_does_not_undo_it() {
    let server = TestServer::start().await;
    let (mut client, mut member) = (caller(&server).await, caller(&server).await);
    let (event, call) = &held_calls()[0];
    let held = client.start(event, call.clone()).await;
    assert_eq!(client.call("leaveRoom", json!({ "room": "open-a" })).await["rooms"], json!([]));
    server.holds(1).await;
    server.app().let_go(1);
    assert_eq!(client.ack(held).await, success());
    assert_eq!(member.frame().await["cb"], "beside/hold/v1");
    assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn calls_of_sockets_that_have_gone_end_and_the_newest_of_too_many_are_dropped_which_nobody_else_notices() {
    /// How many of those who have gone go on at one address.
    const LEFT: u32 = 1024;
    let server = TestServer::start().await;
    let (_, call) = &held_calls()[1];
    let mut last = None;
    for round in 1..=11 {
        let mut client = server.connect(guest()).await;
        for _ in 0..BESIDE {
            client.start("request", call.clone()).await;
        }
        // Behind them: they have all begun.
        client.call("joinedRooms", json!({})).await;
        last = Some(server.follow(&server.hub().sockets()[0]).await);
        drop(client);
        server.has_sockets(0).await;
        server.holds(LEFT.min(round * BESIDE)).await;
    }
    let mut client = server.connect(guest()).await;
    let held = client.start("request", call.clone()).await;
    assert_eq!(client.call("joinedRooms", json!({})).await["status"], "success", "nothing has waited");
    server.holds(LEFT + 1).await;
    // What another had sent before it went is handled, too.
    let auth = json!({ "tab": "the-name-of-page-1" });
    let connect = || server.connect_as(Identity { auth: auth.clone(), headers: Vec::new() });
    let wait = |index: u32| json!({ "name": "order/wait", "version": "v1", "data": { "index": index, "waitMs": 50 } });
    let mut gone = connect().await;
    for index in 0..5 {
        gone.start("request", wait(index)).await;
    }
    server.has_begun(1).await;
    drop(gone);
    server.has_sockets(1).await;
    assert_eq!(connect().await.call("request", wait(5)).await["status"], "success");
    assert_eq!(*server.app().ended.lock().expect("not poisoned"), [0, 1, 2, 3, 4, 5]);
    server.app().let_go(LEFT + 1);
    assert_eq!(client.ack(held).await, success());
    server.holds(0).await;
    last.expect("a socket").freed().await;
}

#[tokio::test]
async fn a_stop_waits_for_the_calls_that_run_beside_others() {
    let server = TestServer::start().await;
    let mut client = caller(&server).await;
    let (event, call) = &held_calls()[0];
    let held = client.start(event, call.clone()).await;
    server.holds(1).await;
    let handle = server.running().handle().clone();
    let mut stopping = Box::pin(server.into_running().shutdown());
    assert!(futures_util::poll!(stopping.as_mut()).is_pending());
    handle.app().let_go(1);
    let (answer, ()) = tokio::join!(client.ack(held), stopping);
    assert_eq!(answer, success());
}

#[tokio::test]
async fn a_call_is_given_up_before_what_waits_behind_it() {
    let server = TestServer::start().await;
    let mut client = caller(&server).await;
    let blocking = client.start("request", json!({ "name": "beside/block", "version": "v1" })).await;
    let behind = client.start("joinedRooms", json!({})).await;
    server.holds(1).await;
    for _ in 0..1000 {
        let told = client.call("syncCancel", json!({ "id": "a-1" })).await;
        assert_eq!(told, json!({ "status": "success" }), "there is no such call, so it is given up already");
    }
    for wrong in [json!({}), json!({ "id": 1 }), json!({ "id": "a b" }), json!([]), json!("x".repeat(100_000))] {
        assert_eq!(client.call("syncCancel", wrong).await["errorCode"], "sync-bad-request");
    }
    server.app().let_go(1);
    assert!(client.next_answer().await.starts_with(&format!("43{blocking}[")));
    assert_eq!(client.ack(behind).await["status"], "success");
}
