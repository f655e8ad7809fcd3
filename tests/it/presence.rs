//! Who is there: people who come and go, two tabs that are one person, grace, and what is told of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync::SyncError;
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

const ROOM: &str = "people-1";
/// Longer than any test.
const EVER: Duration = Duration::from_secs(3600);
/// As good as at once.
const SOON: Duration = Duration::from_millis(1);

/// A server where who has gone is waited for so long.
async fn server(closed: Duration, lost: Duration) -> TestServer {
    TestServer::start_with(|config| (config.presence_grace, config.presence_lost_grace) = (closed, lost)).await
}

async fn connect(server: &TestServer, name: &str) -> Client {
    server.connect(member(name, "deliver", None)).await
}

/// Enters and asks who is there: their names, with a star behind the one who asks.
async fn look(client: &mut Client) -> Vec<String> {
    let answer = client.call("joinRoom", json!({ "room": ROOM, "presence": true })).await;
    let people = answer["presence"]["people"].as_array().expect("people");
    let name = |person: &Value| {
        let mark = if person["id"] == answer["presence"]["me"] { "*" } else { "" };
        format!("{}{mark}", person["user"]["userId"].as_str().expect("a name"))
    };
    people.iter().map(name).collect()
}

/// What the next frames say, each as the kind and the name, until `last` is among them.
async fn hear(client: &mut Client, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    while heard.last().is_none_or(|said| said != last) {
        let frame = client.event("presence").await;
        assert_eq!(frame["room"], ROOM);
        let said = |change: &Value| {
            format!(
                "{} {}",
                change["kind"].as_str().expect("a kind"),
                change["user"]["userId"].as_str().expect("a name")
            )
        };
        heard.extend(frame["changes"].as_array().expect("changes").iter().map(said));
    }
    heard
}

/// Ada, who is alone in the room and has heard that.
async fn ada(server: &TestServer) -> Client {
    let mut ada = connect(server, "ada").await;
    assert_eq!(look(&mut ada).await, ["ada*"]);
    assert_eq!(hear(&mut ada, "joined ada").await, ["joined ada"]);
    ada
}

/// Somebody comes of whom Ada hears: what she has not heard before, she does not hear.
async fn marker(server: &TestServer, ada: &mut Client) -> Vec<String> {
    let mut eve = connect(server, "eve").await;
    eve.join(ROOM).await;
    let heard = hear(ada, "joined eve").await;
    eve.call("leaveRoom", json!({ "room": ROOM })).await;
    assert_eq!(hear(ada, "left eve").await, ["left eve"]);
    heard
}

#[tokio::test]
async fn who_asks_hears_who_comes_and_goes_and_who_does_not_hears_nothing() {
    let server = server(EVER, EVER).await;
    let mut ada = ada(&server).await;
    let mut bob = connect(&server, "bob").await;
    let answer = bob.join(ROOM).await;
    assert_eq!(answer.get("presence"), None);
    assert_eq!(hear(&mut ada, "joined bob").await, ["joined bob"]);
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    let mut carl = server.connect(guest()).await;
    let mut people = look(&mut carl).await;
    // Another server hears a moment later who has left, and begins with those who are there.
    while people.contains(&"eve".to_owned()) {
        people = look(&mut carl).await;
    }
    people[..2].sort();
    assert_eq!(people, ["ada", "bob", "*"]);
    assert_eq!(hear(&mut ada, "joined ").await, ["joined "]);
    bob.call("leaveRoom", json!({ "room": ROOM })).await;
    assert_eq!(hear(&mut ada, "left bob").await, ["left bob"]);
    assert!(bob.others_so_far().await.is_empty());
}

#[tokio::test]
async fn a_room_without_presence_has_no_roster() {
    let server = server(EVER, EVER).await;
    let mut ada = connect(&server, "ada").await;
    let answer = ada.call("joinRoom", json!({ "room": "open-a", "presence": true })).await;
    assert_eq!(answer["status"], "success");
    assert_eq!(answer.get("presence"), None);
    let refused = ada.call("updatePresence", json!({ "room": "open-a", "data": {} })).await;
    assert_eq!(refused["errorCode"], "sync-bad-request");
}

#[tokio::test]
async fn two_tabs_and_two_sessions_are_one_person() {
    let server = server(SOON, SOON).await;
    let mut ada = ada(&server).await;
    let token = server.token(member("bob", "deliver", None)).await;
    let mut tabs = vec![
        server.connect_as(Identity::token(&token)).await,
        server.connect_as(Identity::token(&token)).await,
        connect(&server, "bob").await,
    ];
    for tab in &mut tabs {
        tab.join(ROOM).await;
    }
    assert_eq!(hear(&mut ada, "joined bob").await, ["joined bob"]);
    assert_eq!(look(&mut ada).await, ["ada*", "bob"]);
    for _ in 0..2 {
        tabs.pop();
        assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    }
    tabs.pop();
    assert_eq!(hear(&mut ada, "left bob").await, ["left bob"]);
}

#[tokio::test]
async fn a_page_that_is_loaded_again_is_no_departure() {
    let server = server(EVER, SOON).await;
    let mut ada = ada(&server).await;
    let token = server.token(member("bob", "deliver", None)).await;
    for _ in 0..3 {
        let mut bob = server.connect_as(Identity::token(&token)).await;
        bob.join(ROOM).await;
        let sockets = server.socket_count();
        bob.close().await;
        server.has_sockets(sockets - 1).await;
    }
    assert_eq!(hear(&mut ada, "joined bob").await, ["joined bob"]);
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    assert_eq!(look(&mut ada).await, ["ada*", "bob"], "he is waited for");
}

#[tokio::test]
async fn who_disconnects_is_waited_for_as_long_as_it_takes_to_connect_again() {
    let server = server(EVER, EVER).await;
    let mut ada = ada(&server).await;
    let token = server.token(member("bob", "deliver", None)).await;
    let mut bob = server.connect_as(Identity::token(&token)).await;
    bob.join(ROOM).await;
    assert_eq!(hear(&mut ada, "joined bob").await, ["joined bob"]);
    let mut again = server.connect_as(Identity::token(&token)).await;
    bob.send("41").await;
    again.join(ROOM).await;
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    again.send("41").await;
    assert_eq!(hear(&mut ada, "left bob").await, ["left bob"]);
}

#[tokio::test]
async fn a_lost_connection_is_waited_for_longer_than_a_closed_one() {
    let server = server(SOON, EVER).await;
    let mut ada = ada(&server).await;
    let mut bob = connect(&server, "bob").await;
    bob.join(ROOM).await;
    assert_eq!(hear(&mut ada, "joined bob").await, ["joined bob"]);
    let sockets = server.socket_count();
    // Without a word, as when the network is gone.
    drop(bob);
    server.has_sockets(sockets - 1).await;
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    assert_eq!(look(&mut ada).await, ["ada*", "bob"]);
    let mut bob = connect(&server, "bob").await;
    bob.join(ROOM).await;
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    bob.close().await;
    assert_eq!(hear(&mut ada, "left bob").await, ["left bob"]);
}

#[tokio::test]
async fn nobody_waits_for_who_was_taken_out_or_signed_out() {
    let server = server(EVER, EVER).await;
    let mut ada = ada(&server).await;
    for is_signed_out in [false, true] {
        let token = server.token(member("bob", "deliver", None)).await;
        let mut bob = server.connect_as(Identity::token(&token)).await;
        bob.join(ROOM).await;
        assert_eq!(hear(&mut ada, "joined bob").await, ["joined bob"]);
        let handle = server.running().handle();
        let session = handle.sessions().find(&token).await.expect("a store").expect("a session");
        if is_signed_out {
            handle.end_session(&session).await.expect("a store");
        } else {
            let why = SyncError::new("checks-may-not").param("who", "bob");
            assert_eq!(handle.rooms().take_out(&session, ROOM, &why).await.expect("others answer"), 1);
        }
        assert_eq!(hear(&mut ada, "left bob").await, ["left bob"]);
    }
}

#[tokio::test]
async fn somebody_is_away_when_all_their_tabs_are() {
    // Of what two tabs say on two servers, others may hear the second first.
    let server = TestServer::start_alone_with(|config| {
        (config.presence_grace, config.presence_lost_grace) = (EVER, EVER);
    });
    let server = server.await;
    let mut ada = ada(&server).await;
    let token = server.token(member("bob", "deliver", None)).await;
    let mut here = server.connect_as(Identity::token(&token)).await;
    let mut hidden = server.connect_as(Identity::token(&token)).await;
    let ok = json!({ "status": "success" });
    // Before it is in any room.
    assert_eq!(hidden.call("updatePresence", json!({ "away": true })).await, ok);
    hidden.join(ROOM).await;
    let frame = ada.event("presence").await;
    assert_eq!(
        (&frame["changes"][0]["kind"], &frame["changes"][0]["away"]),
        (&json!("joined"), &json!(true)),
        "{frame}"
    );
    here.join(ROOM).await;
    assert_eq!(hear(&mut ada, "back bob").await, ["back bob"]);
    assert_eq!(here.call("updatePresence", json!({ "away": true })).await, ok);
    assert_eq!(hear(&mut ada, "afk bob").await, ["afk bob"]);
    let people = server.running().handle().rooms().people(ROOM);
    assert_eq!(
        people.iter().map(|one| (one.user.user_id.as_str(), one.away)).collect::<Vec<_>>(),
        [("ada", false), ("bob", true)]
    );
    assert_eq!(hidden.call("updatePresence", json!({ "away": false })).await, ok);
    assert_eq!(hear(&mut ada, "back bob").await, ["back bob"]);
    // One of two is no change of the person.
    assert_eq!(here.call("updatePresence", json!({ "away": false })).await, ok);
    assert_eq!(hidden.call("updatePresence", json!({ "away": true })).await, ok);
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
}

#[tokio::test]
async fn what_people_say_of_themselves_is_checked_and_told() {
    let server = server(EVER, EVER).await;
    let mut ada = ada(&server).await;
    let mut bob = connect(&server, "bob").await;
    let say = |data: Value| json!({ "room": ROOM, "data": data });
    let told = |code: &str, params: Value| (json!(code), params);
    let refused = bob.call("updatePresence", say(json!({ "text": "hi" }))).await;
    assert_eq!(refused["errorCode"], "sync-not-in-room");
    bob.join(ROOM).await;
    hear(&mut ada, "joined bob").await;
    for (data, (code, params)) in [
        (json!({ "text": 5 }), told("sync-invalid-input", json!({ "path": "text", "reason": "expected-string" }))),
        (json!({ "text": "x".repeat(21) }), told("sync-invalid-input", json!({ "path": "text", "reason": "length" }))),
        (json!({ "other": 1 }), told("sync-invalid-input", json!({ "path": "other", "reason": "unknown-field" }))),
        (json!([]), told("sync-invalid-input", json!({ "path": "", "reason": "expected-object" }))),
        (json!({ "text": "x".repeat(2000) }), told("sync-too-large", json!({ "limit": 1024 }))),
    ] {
        let refused = bob.call("updatePresence", say(data.clone())).await;
        assert_eq!((refused["errorCode"].clone(), refused["errorParams"].clone()), (code, params), "{data}");
    }
    for (message, subject) in [
        (json!({}), "away"),
        (json!({ "away": "yes" }), "away"),
        (json!({ "room": ROOM }), "data"),
        (json!({ "data": {} }), "room"),
        (json!([]), "object"),
    ] {
        let refused = bob.call("updatePresence", message.clone()).await;
        assert_eq!(refused["errorCode"], "sync-bad-request", "{message}");
        assert!(refused["message"].as_str().is_some_and(|text| text.contains(subject)), "{message}: {refused}");
    }
    let said = json!({ "text": "at lunch", "color": null });
    assert_eq!(bob.call("updatePresence", say(json!({ "text": "at lunch" }))).await["status"], "success");
    let frame = ada.event("presence").await;
    assert_eq!((&frame["changes"][0]["kind"], &frame["changes"][0]["data"]), (&json!("updated"), &said), "{frame}");
    // The same again is no change.
    bob.call("updatePresence", say(json!({ "text": "at lunch" }))).await;
    assert_eq!(marker(&server, &mut ada).await, ["joined eve"]);
    let answer = ada.call("sync", json!({ "name": "people/count", "version": "v1", "receiver": ROOM })).await;
    assert_eq!(
        answer["result"]["people"],
        json!([
            { "user": { "userId": "ada" }, "away": false, "mood": null },
            { "user": { "userId": "bob" }, "away": false, "mood": said },
        ])
    );
    bob.call("updatePresence", say(Value::Null)).await;
    let frame = ada.event("presence").await;
    assert_eq!(frame["changes"][0]["data"], Value::Null, "{frame}");
}

#[tokio::test]
async fn a_changed_session_shows_at_once() {
    let server = server(EVER, EVER).await;
    let mut ada = ada(&server).await;
    let token = server.token(member("bob", "deliver", None)).await;
    let mut bob = server.connect_as(Identity::token(&token)).await;
    bob.join(ROOM).await;
    hear(&mut ada, "joined bob").await;
    let sessions = server.running().handle().sessions();
    let session = sessions.find(&token).await.expect("a store").expect("a session");
    // Another user id is another person.
    sessions.update(&session, |session| session.user_id = "rob".to_owned()).await.expect("a store");
    let mut heard = hear(&mut ada, "joined rob").await;
    if heard.len() < 2 {
        heard.extend(hear(&mut ada, "left bob").await);
    }
    heard.sort();
    assert_eq!(heard, ["joined rob", "left bob"]);
}

#[tokio::test]
async fn a_thousand_who_come_and_go_at_once_cost_few_frames() {
    const MEMBERS: usize = 1000;
    let server = server(SOON, SOON).await;
    let mut ada = ada(&server).await;
    let begun = Instant::now();
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let mut one = server.connect(member(&format!("user {number}"), "deliver", None)).await;
        one.join(ROOM).await;
        members.push(one);
    }
    let mut there = BTreeSet::new();
    let mut frames = 0;
    while there.len() < MEMBERS {
        frames += 1;
        take_over(&mut there, &ada.event("presence").await);
    }
    drop(members);
    while !there.is_empty() {
        frames += 1;
        take_over(&mut there, &ada.event("presence").await);
    }
    // At most five a second, the first at once; however long this has taken.
    let most = begun.elapsed().as_millis() / 200 + 2;
    assert!(frames <= most, "{frames} frames where {most} may be");
    assert_eq!(look(&mut ada).await, ["ada*"]);
}

/// Notes who has come and gone with a frame: nobody twice.
fn take_over(there: &mut BTreeSet<String>, frame: &Value) {
    assert!(frame.to_string().len() < 80 * 1024);
    for change in frame["changes"].as_array().expect("changes") {
        let id = change["id"].to_string();
        let is_news = match change["kind"].as_str() {
            Some("joined") => there.insert(id),
            Some("left") => there.remove(&id),
            other => panic!("{other:?}"),
        };
        assert!(is_news, "{change}");
    }
}
