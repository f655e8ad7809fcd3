//! Connections that are lost, and what is shown to those who come back.

use std::sync::Arc;

use serde_json::{Value, json};
use sync_tests::app::TestServer;
use sync_tests::socket::{Client, Identity};
use tokio::sync::Barrier;

async fn say(client: &mut Client, room: &str, index: u32) {
    let answer = client.sync("order/wait", "v1", room, json!({ "index": index, "waitMs": 0 })).await;
    assert_eq!(answer["status"], "success", "{answer}");
}

fn indexes(frames: &[Value]) -> Vec<u64> {
    frames.iter().map(|frame| frame["serverOutput"]["index"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn who_was_gone_for_a_moment_finds_the_room_as_if_it_had_been_there() {
    let server = TestServer::start().await;
    let mut speaker = server.connect_as(Identity::page(0)).await;
    speaker.join("open-a").await;
    let mut member = server.connect_as(Identity::page(1)).await;
    let joined = member.join("open-a").await;
    for index in 0..3 {
        say(&mut speaker, "open-a", index).await;
    }
    let before = member.hear(3).await;
    drop(member);
    server.has_sockets(1).await;
    for index in 3..10 {
        say(&mut speaker, "open-a", index).await;
    }
    let mut member = server.connect_as(Identity::page(1)).await;
    let after = &before[2]["pos"];
    let mut back = json!({ "room": "open-a", "after": after });
    if let Some(membership) = joined.get("membership") {
        back["membership"] = membership.clone();
    }
    let answer = member.call("joinRoom", back).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    let missed = member.frames_so_far().await;
    say(&mut speaker, "open-a", 10).await;
    let live = member.hear(1).await;
    assert_eq!(indexes(&[before, missed, live].concat()), (0..11).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_is_shown_of_a_room_that_keeps_nothing_nor_to_those_who_were_not_there() {
    let server = TestServer::start().await;
    let mut speaker = server.connect_as(Identity::page(0)).await;
    let mut places = Vec::new();
    for room in ["forgetful-a", "open-a"] {
        speaker.join(room).await;
        say(&mut speaker, room, 0).await;
        places.push(speaker.frame().await["pos"].clone());
        say(&mut speaker, room, 1).await;
        speaker.frame().await;
    }
    // The same page, and one that has found a place somewhere.
    for (number, room, after) in [(0, "forgetful-a", &places[0]), (1, "open-a", &places[1]), (0, "open-a", &json!("?"))]
    {
        let mut again = server.connect_as(Identity::page(number)).await;
        let answer = again.call("joinRoom", json!({ "room": room, "after": after })).await;
        assert_eq!((&answer["status"], &answer["recovered"]), (&json!("success"), &json!(false)), "{room}");
        assert_eq!(again.frames_so_far().await, Vec::<Value>::new(), "{room}");
    }
}

/// Many whose connections are cut again and again while events go on: each of them hears each event once, and in order.
#[tokio::test]
async fn many_who_are_cut_off_again_and_again_hear_each_event_once_and_in_order() {
    const MEMBERS: usize = 60;
    const EVENTS: u32 = 200;
    let server = TestServer::start().await;
    let mut speaker = server.connect_as(Identity::page(9999)).await;
    speaker.join("open-a").await;
    let all_here = Arc::new(Barrier::new(MEMBERS + 1));
    let members: Vec<_> = (0..MEMBERS)
        .map(|number| {
            let (address, all_here) = (server.address(), all_here.clone());
            tokio::spawn(async move {
                let mut heard: Vec<Value> = Vec::new();
                let mut after = Value::Null;
                let mut lives = 0;
                while heard.len() < EVENTS as usize {
                    let mut client = Client::connect(address, Identity::page(number)).await.expect("a connection");
                    let join = if after.is_null() {
                        json!({ "room": "open-a" })
                    } else {
                        json!({ "room": "open-a", "after": after })
                    };
                    let answer = client.call("joinRoom", join).await;
                    assert_eq!(answer["recovered"], !after.is_null(), "{answer}");
                    if after.is_null() {
                        after = answer["pos"].clone();
                        all_here.wait().await;
                    }
                    lives += 1;
                    // A number of events of its own, and then the connection is lost.
                    for _ in 0..(3 + (number * 7 + lives * 13) % 40) {
                        if heard.len() == EVENTS as usize {
                            break;
                        }
                        let frame = client.frame().await;
                        after = frame["pos"].clone();
                        heard.push(frame);
                    }
                    drop(client);
                }
                assert!(lives > 3, "it was cut off");
                heard
            })
        })
        .collect();
    all_here.wait().await;
    for index in 0..EVENTS {
        say(&mut speaker, "open-a", index).await;
    }
    for member in members {
        assert_eq!(indexes(&member.await.expect("no panic")), (0..u64::from(EVENTS)).collect::<Vec<_>>());
    }
}
