//! What the app may do with rooms by itself.

use serde_json::{Value, json};
use sync::{Rooms, SyncError};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::Client;
use test_app::App;

fn users(rooms: &Rooms<App>, room: &str) -> Vec<String> {
    rooms.members(room).iter().map(|member| member.session.get().user_id.clone()).collect()
}

#[tokio::test]
async fn an_app_puts_people_in_takes_them_out_and_sees_who_is_there() {
    let server = TestServer::start_alone().await;
    let rooms = server.running().handle().rooms();
    let token = server.token(member("ada", "deliver", None)).await;
    let mut tabs = Vec::new();
    for _ in 0..2 {
        tabs.push(server.connect_as(sync_tests::socket::Identity::token(&token)).await);
    }
    let mut bob = server.connect(member("bob", "deliver", None)).await;
    bob.join("open-a").await;
    let session = server.sessions().find(&token).await.expect("a store").expect("a session");

    // No rule opens this name: that is no business of the app's.
    assert_eq!(rooms.put_in(&session, "nobody-opens-this").await.expect("a room"), 2);
    assert_eq!(rooms.put_in(&session, "open-a").await.expect("a room"), 2);
    assert_eq!(users(&rooms, "open-a"), ["bob", "ada", "ada"], "in the order in which they came");
    assert_eq!(users(&rooms, "nobody-opens-this"), ["ada", "ada"]);
    assert_eq!(users(&rooms, "open-nowhere"), Vec::<String>::new());

    bob.sync("outcome/three", "v1", "open-a", json!({ "text": "hi" })).await;
    for tab in &mut tabs {
        assert_eq!(tab.frame().await["serverOutput"], json!({ "text": "hi" }));
    }
    let why = sync::error!("checks-may-not", who = "Ada").status(403);
    assert_eq!(rooms.take_out(&session, "open-a", &why).await.expect("a server"), 2);
    assert_eq!(rooms.take_out(&session, "open-a", &why).await.expect("a server"), 0, "they are not there any more");
    assert_eq!(users(&rooms, "open-a"), ["bob"]);
    for tab in &mut tabs {
        let error = json!({ "status": "error", "errorCode": "checks-may-not", "errorParams": { "who": "Ada" },
                            "message": "Ada may not do this here.", "httpStatus": 403 });
        let told = json!({ "room": "open-a", "error": error });
        assert_eq!(tab.event("roomLost").await, told);
    }
    bob.sync("outcome/three", "v1", "open-a", json!({ "text": "alone" })).await;
    for tab in &mut tabs {
        assert_eq!(tab.frames_so_far().await, Vec::<Value>::new());
        let answer = tab.sync("outcome/three", "v1", "open-a", json!({ "text": "hi" })).await;
        assert_eq!(answer["errorCode"], "sync-not-in-room");
    }
}

#[tokio::test]
async fn the_app_calls_as_nobody_in_particular_and_is_refused_nothing_but_what_cannot_be_done() {
    let server = TestServer::start().await;
    let rooms = server.running().handle().rooms();
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let mut guest = server.connect(guest()).await;
    let hello = json!({ "text": "hello" });
    let refused = async |room: &str, name: &str, input: &Value| {
        let answer = rooms.publish_named(name, "v1", room, input).await;
        answer.map_err(|error: SyncError| error.code().to_owned()).expect_err("a refusal")
    };
    assert_eq!(refused("open-a", "outcome/three", &hello).await, "sync-no-receivers");
    ada.join("open-a").await;
    guest.join("open-a").await;
    assert_eq!(refused("open-a", "outcome/nothing", &hello).await, "sync-not-found");
    assert_eq!(refused("", "outcome/three", &hello).await, "room-invalid");
    assert_eq!(refused("open-a", "outcome/three", &json!({ "text": 1 })).await, "sync-invalid-input");
    assert_eq!(ada.frames_so_far().await, Vec::<Value>::new());

    let answer = rooms.publish_named("outcome/three", "v1", "open-a", &hello).await.expect("an event");
    assert_eq!(answer.get(), r#"{"text":"hello"}"#);
    for client in [&mut ada, &mut guest] {
        let frame = client.frame().await;
        assert_eq!((&frame["serverOutput"], &frame["clientOutput"]["mine"]), (&hello, &json!(false)));
    }
}

/// Somebody in the rooms of `hooks`.
async fn user(server: &TestServer, name: &str) -> Client {
    server.connect(member(name, "deliver", None)).await
}

#[tokio::test]
async fn a_rule_hears_who_has_left_in_their_order_and_when_nobody_is_there() {
    let server = TestServer::start_alone().await;
    let (mut ada, mut bob, mut cleo) =
        (user(&server, "ada").await, user(&server, "bob").await, user(&server, "cleo").await);
    for client in [&mut ada, &mut bob, &mut cleo] {
        client.join("hooks-plain").await;
    }
    // By their own will, with their socket, and by the app's.
    ada.call("leaveRoom", json!({ "room": "hooks-plain" })).await;
    drop(bob);
    server.has_sockets(2).await;
    let rooms = server.running().handle().rooms();
    let session = rooms.members("hooks-plain").first().expect("a member").session.clone();
    rooms.take_out(&session, "hooks-plain", &sync::error!("checks-may-not", who = "Cleo")).await.expect("a server");
    let noted = server.app().noted(8).await;
    assert_eq!(
        noted[3..],
        ["ada left plain", "bob left plain", "cleo left plain", "plain is empty", "plain was empty"]
    );
    cleo.join("hooks-plain").await;
    cleo.call("leaveRoom", json!({ "room": "hooks-plain" })).await;
    let noted = server.app().noted(12).await;
    assert_eq!(
        noted[8..],
        ["cleo asks for plain", "cleo left plain", "plain is empty", "plain was empty"],
        "once each time"
    );
}

#[tokio::test]
async fn who_comes_while_an_empty_room_is_put_away_waits_and_begins_anew() {
    let server = TestServer::start_alone().await;
    let (mut ada, mut bob) = (user(&server, "ada").await, user(&server, "bob").await);
    ada.join("hooks-slow").await;
    ada.call("leaveRoom", json!({ "room": "hooks-slow" })).await;
    server.app().noted(3).await;
    let joining = bob.start("joinRoom", json!({ "room": "hooks-slow" })).await;
    // Nobody else waits, in whichever room.
    let mut other = user(&server, "cleo").await;
    other.join("hooks-other").await;
    assert_eq!(server.app().noted(4).await[3], "cleo asks for other");
    server.app().let_go(1);
    assert_eq!(bob.ack(joining).await["status"], "success");
    assert_eq!(server.app().noted(6).await[4..], ["slow was empty", "bob asks for slow"]);
}

#[tokio::test]
async fn a_hook_that_fails_or_panics_keeps_nobody_from_anything() {
    let server = TestServer::start().await;
    for kind in ["panic", "error"] {
        let room = format!("hooks-{kind}");
        let (mut ada, mut bob) = (user(&server, "ada").await, user(&server, "bob").await);
        ada.join(&room).await;
        bob.join(&room).await;
        drop(ada);
        bob.call("leaveRoom", json!({ "room": room })).await;
        let was_empty = format!("{kind} was empty");
        server.app().notes.subscribe().wait_for(|notes| notes.contains(&was_empty)).await.expect("an app");
        bob.join(&room).await;
    }
}

#[tokio::test]
async fn a_rule_is_asked_again_and_who_may_not_stay_is_told_what_it_says() {
    let server = TestServer::start_alone().await;
    let rooms = server.running().handle().rooms();
    let (mut ada, mut bob, mut cleo) =
        (user(&server, "ada").await, user(&server, "bob").await, user(&server, "cleo").await);
    for client in [&mut ada, &mut bob, &mut cleo] {
        client.join("hooks-plain").await;
    }
    assert_eq!(rooms.recheck("hooks-plain").await.expect("a rule"), 0);
    server.app().ban("bob", "refuse");
    server.app().ban("cleo", "panic");
    let failed = rooms.recheck("hooks-plain").await.expect_err("Cleo's panic");
    assert_eq!(failed.code(), "sync-server-failed");
    assert_eq!(users(&rooms, "hooks-plain"), ["ada", "cleo"], "a rule that fails says nothing about its member");
    assert_eq!(bob.event("roomLost").await["error"]["errorCode"], "checks-may-not");
    assert_eq!(rooms.recheck("hooks-nowhere").await.expect("nobody"), 0);
}
