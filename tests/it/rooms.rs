//! What the app may do with rooms by itself.

use serde_json::{Value, json};
use sync::{Rooms, SyncError};
use sync_tests::app::{TestServer, guest, member};
use test_app::App;

fn users(rooms: &Rooms<App>, room: &str) -> Vec<String> {
    rooms.members(room).iter().map(|member| member.session.get().user_id.clone()).collect()
}

#[tokio::test]
async fn an_app_puts_people_in_takes_them_out_and_sees_who_is_there() {
    let server = TestServer::start().await;
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
    rooms.take_out(&session, "open-a").await;
    assert_eq!(users(&rooms, "open-a"), ["bob"]);
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
        let answer = rooms.publish(name, "v1", room, input).await;
        answer.map_err(|error: SyncError| error.code().to_owned()).expect_err("a refusal")
    };
    assert_eq!(refused("open-a", "outcome/three", &hello).await, "sync-no-receivers");
    ada.join("open-a").await;
    guest.join("open-a").await;
    assert_eq!(refused("open-a", "outcome/nothing", &hello).await, "sync-not-found");
    assert_eq!(refused("", "outcome/three", &hello).await, "room-invalid");
    assert_eq!(refused("open-a", "outcome/three", &json!({ "text": 1 })).await, "sync-invalid-input");
    assert_eq!(ada.frames_so_far().await, Vec::<Value>::new());

    let answer = rooms.publish("outcome/three", "v1", "open-a", &hello).await.expect("an event");
    assert_eq!(answer.get(), r#"{"text":"hello"}"#);
    for client in [&mut ada, &mut guest] {
        let frame = client.frame().await;
        assert_eq!((&frame["serverOutput"], &frame["clientOutput"]["mine"]), (&hello, &json!(false)));
    }
}
