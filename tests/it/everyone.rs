//! Routes that are sent to everybody who is connected: `room = all`.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::Client;
use test_app::routes::everyone;
use test_app::routes::everyone::_room::room_name;
use test_app::routes::everyone::tell_v1::server::{ClientInput, ServerOutput};

/// Ada in a room, Bob in none, and nobody in particular: all of them known to the server.
async fn three(server: &TestServer) -> [Client; 3] {
    let clients = [
        server.connect(member("ada", "deliver", None)).await,
        server.connect(member("bob", "deliver", None)).await,
        server.connect(guest()).await,
    ];
    server.has_sockets(3).await;
    clients
}

async fn post(server: &TestServer, token: Option<&str>, route: &str, body: Value) -> (u16, Value) {
    let http = reqwest::Client::new().post(format!("http://{}/sync/{route}", server.address()));
    let http = token.into_iter().fold(http, |http, token| http.bearer_auth(token));
    let answer =
        http.header("content-type", "application/json").body(body.to_string()).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("a body")).expect("an envelope"))
}

fn texts(frames: &[Value]) -> Vec<&Value> {
    frames.iter().map(|frame| &frame["serverOutput"]["text"]).collect()
}

#[tokio::test]
async fn an_event_reaches_everybody_once_whichever_rooms_they_are_in() {
    let server = TestServer::start().await;
    let [mut ada, mut bob, mut nobody] = three(&server).await;
    ada.join("open-a").await;
    for (index, text) in ["one", "two"].into_iter().enumerate() {
        // The caller need not be in any room, nor signed in.
        let caller = if index == 0 { &mut ada } else { &mut nobody };
        let answer = caller.sync("everyone/tell", "v1", "all", json!({ "text": text })).await;
        assert_eq!(answer["result"], json!({ "text": text, "to": "all" }), "{answer}");
    }
    for client in [&mut ada, &mut bob, &mut nobody] {
        let frames = [client.frame().await, client.frame().await];
        assert_eq!(texts(&frames), ["one", "two"]);
        for frame in &frames {
            assert_eq!((&frame["cb"], &frame["room"]), (&json!("everyone/tell/v1"), &json!("all")));
            assert!(frame["pos"].is_string(), "{frame}");
        }
        assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
    }
    let answer = ada.call("joinedRooms", json!({})).await;
    assert_eq!(answer["rooms"], json!(["open-a"]), "nobody has joined it");
}

#[tokio::test]
async fn a_caller_may_leave_itself_out_and_a_filter_chooses_among_all() {
    let server = TestServer::start().await;
    let [mut ada, mut bob, mut nobody] = three(&server).await;
    let call = json!({
        "name": "everyone/tell", "version": "v1", "data": { "text": "you" }, "receiver": "all", "ignoreSelf": true,
    });
    assert_eq!(ada.call("sync", call).await["status"], "success");
    // The condition of the route decides who may send.
    let to_bob = json!({ "user": "bob" });
    assert_eq!(nobody.sync("everyone/filtered", "v1", "all", to_bob.clone()).await["errorCode"], "auth-required");
    assert_eq!(ada.sync("everyone/filtered", "v1", "all", to_bob).await["status"], "success");
    assert_eq!([&bob.frame().await["cb"], &bob.frame().await["cb"]], ["everyone/tell/v1", "everyone/filtered/v1"]);
    assert_eq!(nobody.frame().await["cb"], "everyone/tell/v1");
    for client in [&mut ada, &mut bob, &mut nobody] {
        assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn only_a_route_that_says_so_is_sent_to_everybody_and_nowhere_else() {
    let server = TestServer::start().await;
    let [mut ada, mut bob, _nobody] = three(&server).await;
    ada.join("open-a").await;
    ada.join("alright").await;
    let (hello, tell) = (json!({ "text": "hello" }), "everyone/tell");
    // A pattern that the name fits does not open it, and neither does `send = anyone`, nor `empty_room = allow`.
    for (route, receiver, data, code) in [
        ("outcome/three", "all", &hello, "sync-not-in-room"),
        ("everyone/elsewhere", "all", &json!({}), "sync-not-in-room"),
        ("kinds/knock", "all", &json!({}), "room-invalid"),
        (tell, "open-a", &hello, "room-invalid"),
        (tell, "alright", &hello, "room-invalid"),
        (tell, "All", &hello, "room-invalid"),
        (tell, "", &hello, "room-invalid"),
    ] {
        let answer = ada.sync(route, "v1", receiver, data.clone()).await;
        assert_eq!(answer["errorCode"], code, "{route} {receiver}: {answer}");
        let (_, answer) =
            post(&server, None, &format!("{route}/v1"), json!({ "data": data, "receiver": receiver })).await;
        assert_eq!(answer["errorCode"], code, "{route} {receiver} over HTTP: {answer}");
        let rooms = server.running().handle().rooms();
        let refused = rooms.publish_named(route, "v1", receiver, data).await.expect_err("a refusal");
        assert_eq!(refused.code(), code, "{route} {receiver} by the app");
    }
    for client in [&mut ada, &mut bob] {
        assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn nobody_joins_or_leaves_it_or_is_put_in_or_taken_out() {
    let server = TestServer::start_with(|config| config.room_limit = 1).await;
    let [mut ada, mut bob, _nobody] = three(&server).await;
    let rooms = server.running().handle().rooms();
    assert_eq!(ada.call("joinRoom", json!({ "room": "all" })).await["errorCode"], "room-forbidden");
    assert_eq!(ada.call("leaveRoom", json!({ "room": "all" })).await, json!({ "status": "success", "rooms": [] }));
    let session = rooms.members("all").first().expect("a member").session.clone();
    assert_eq!(rooms.put_in(&session, "all").await.expect_err("a refusal").code(), "room-forbidden");
    let why = sync::error!("checks-may-not", who = "Ada");
    assert_eq!(rooms.take_out(&session, "all", &why).await.expect("a server"), 0);
    assert_eq!(rooms.recheck("all").await.expect("nobody is asked"), 0);
    assert_eq!(room_name("l").expect_err("no name of a room").code(), "room-invalid");
    // It takes nobody's only place.
    ada.join("open-a").await;
    assert_eq!(ada.call("joinRoom", json!({ "room": "open-b" })).await["errorCode"], "room-limit");
    assert_eq!(ada.call("joinedRooms", json!({})).await["rooms"], json!(["open-a"]));
    assert_eq!(server.hub().room_count(), (1, 1), "it is counted nowhere");
    assert_eq!(bob.sync("everyone/tell", "v1", "all", json!({ "text": "still" })).await["status"], "success");
    for client in [&mut ada, &mut bob] {
        assert_eq!(client.frame().await["serverOutput"]["text"], "still");
    }
}

#[tokio::test]
async fn the_app_and_callers_over_http_send_there_as_long_as_somebody_is_connected() {
    let server = TestServer::start_alone().await;
    let rooms = server.running().handle().rooms();
    let input = ClientInput { text: "hello".to_owned() };
    let body = json!({ "data": { "text": "hello" }, "receiver": "all" });
    let nobody = rooms.publish::<everyone::tell_v1::Event>(sync::Everyone, &input).await.expect_err("nobody there");
    assert_eq!(nobody.code(), "sync-no-receivers");
    let (status, answer) = post(&server, None, "everyone/tell/v1", body.clone()).await;
    assert_eq!((status, &answer["errorCode"]), (404, &json!("sync-no-receivers")));
    let (status, _) = post(&server, None, "everyone/nobody/v1", json!({ "receiver": "all" })).await;
    assert_eq!(status, 200, "the route allows it");

    let [mut ada, mut bob, mut guest] = three(&server).await;
    let told = rooms.publish::<everyone::tell_v1::Event>(sync::Everyone, &input).await.expect("an event");
    assert_eq!(told, ServerOutput { text: "hello".to_owned(), to: "all".to_owned() });
    let (status, answer) = post(&server, None, "everyone/tell/v1", body.clone()).await;
    assert_eq!((status, &answer["result"]["to"]), (200, &json!("all")), "{answer}");
    // All tabs of its session, whose socket is one of all.
    let token = server.token(member("cleo", "deliver", None)).await;
    let mut cleo = server.connect_as(sync_tests::socket::Identity::token(&token)).await;
    server.has_sockets(4).await;
    let mut without = body;
    without["ignoreSelf"] = json!("session");
    assert_eq!(post(&server, Some(&token), "everyone/tell/v1", without).await.0, 200);
    for client in [&mut ada, &mut bob, &mut guest] {
        assert_eq!(texts(&[client.frame().await, client.frame().await, client.frame().await]), ["hello"; 3]);
    }
    assert_eq!(cleo.frames_so_far().await, Vec::<Value>::new(), "nothing of before, and nothing of itself");
}

#[tokio::test]
async fn a_socket_that_goes_leaves_nothing_there() {
    let server = TestServer::start_alone().await;
    let mut stays = server.connect(guest()).await;
    server.has_sockets(1).await;
    for _ in 0..3 {
        let goes = server.connect(guest()).await;
        server.has_sockets(2).await;
        let socket = server.hub().room("all").expect("a room").sockets().pop().expect("two sockets");
        let followed = server.follow(&socket).await;
        drop((socket, goes));
        followed.freed().await;
        assert_eq!(server.hub().room("all").expect("a room").len(), 1);
        assert_eq!(stays.sync("everyone/tell", "v1", "all", json!({ "text": "alone" })).await["status"], "success");
        assert_eq!(stays.frame().await["serverOutput"]["text"], "alone");
    }
    drop(stays);
    server.has_sockets(0).await;
    assert!(server.hub().room("all").expect("it is always there").is_empty());
    // Who comes after the last one has gone is heard as before.
    let mut later = server.connect(guest()).await;
    assert_eq!(later.sync("everyone/tell", "v1", "all", json!({ "text": "anew" })).await["status"], "success");
    assert_eq!(later.frame().await["serverOutput"]["text"], "anew");
}
