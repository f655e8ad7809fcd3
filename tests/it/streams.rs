//! What a handler and a filter stream while they run, and how a call is given up.

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::lane::Lane;
use sync_tests::socket::Client;

async fn user(server: &TestServer, name: &str) -> Client {
    let mut client = server.connect(member(name, "deliver", None)).await;
    client.join("open-a").await;
    client
}

/// A call of `streams/say` with an id, whose caller listens.
fn say(lane: Lane, data: Value) -> Value {
    let mut call = lane.call("streams/say", "open-a", data);
    (call["id"], call["stream"]) = (json!("a-1"), json!(true));
    call
}

/// What is in a frame: the word of a chunk, or else how many were said.
fn said(frame: &Value) -> Value {
    if frame["status"] == "stream" { frame["stream"]["word"].clone() } else { frame["serverOutput"]["said"].clone() }
}

async fn frames(client: &mut Client, count: usize) -> Vec<Value> {
    let mut frames = Vec::new();
    for _ in 0..count {
        frames.push(said(&client.frame().await));
    }
    frames
}

#[tokio::test]
async fn chunks_for_the_caller_come_in_order_before_the_answer_and_nobody_else_hears_them() {
    let words: Vec<String> = (0..300).map(|word| format!("word {word}")).collect();
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let (mut caller, mut other) = (user(&server, "ada").await, user(&server, "bob").await);
        let mut data = json!({ "words": words });
        if lane == Lane::Event {
            data["to"] = json!("caller");
        }
        let answer = caller.call(lane.event(), say(lane, data.clone())).await;
        assert_eq!(answer["status"], "success", "{answer}");
        let heard = caller.others_so_far().await;
        let chunk = |word: &String| ("syncStream".to_owned(), json!({ "id": "a-1", "stream": { "word": word } }));
        assert_eq!(heard, words.iter().map(chunk).collect::<Vec<_>>());
        let chunks = other.frames_so_far().await.iter().filter(|frame| frame["status"] == "stream").count();
        assert_eq!((chunks, other.others_so_far().await.len()), (0, 0));
        // Who does not listen gets the answer alone.
        let mut silent = say(lane, data);
        (silent["stream"], silent["id"]) = (json!(false), json!("a-2"));
        assert_eq!(caller.call(lane.event(), silent).await["status"], "success");
        assert_eq!(caller.others_so_far().await.len(), 0);
    }
}

#[tokio::test]
async fn chunks_for_the_room_come_before_the_event_to_everybody_whom_the_caller_does_not_leave_out() {
    let server = TestServer::start().await;
    let (mut caller, mut other) = (user(&server, "ada").await, user(&server, "bob").await);
    let mut elsewhere = server.connect(guest()).await;
    elsewhere.join("open-b").await;
    for (ignore_self, own) in [(json!(false), vec![json!("a"), json!("b"), json!(2)]), (json!(true), Vec::new())] {
        let mut call = say(Lane::Event, json!({ "words": ["a", "b"], "to": "room" }));
        (call["ignoreSelf"], call["id"]) = (ignore_self.clone(), json!(ignore_self.to_string()));
        caller.call("sync", call).await;
        assert_eq!(frames(&mut other, 3).await, [json!("a"), json!("b"), json!(2)]);
        let heard = caller.frames_so_far().await;
        assert_eq!(heard.iter().map(said).collect::<Vec<_>>(), own, "ignoreSelf: {ignore_self}");
    }
    let frame = json!({ "cb": "streams/say/v1", "room": "open-a", "status": "stream", "stream": { "word": "a" } });
    assert_eq!(serde_json::from_str::<Value>(&other.log[0][2..]).expect("JSON"), json!(["sync", frame]));
    assert_eq!(elsewhere.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn chunks_for_users_come_to_all_of_their_sockets_in_the_room() {
    let server = TestServer::start().await;
    let mut clients = Vec::new();
    for name in ["ada", "bob", "bob", "eve"] {
        clients.push(user(&server, name).await);
    }
    let call = say(Lane::Event, json!({ "words": ["a"], "to": { "users": ["bob", "nobody"] } }));
    clients[0].call("sync", call).await;
    for (client, heard) in clients.iter_mut().zip([false, true, true, false]) {
        let expected = if heard { vec![json!("a"), json!(1)] } else { vec![json!(1)] };
        assert_eq!(frames(client, expected.len()).await, expected);
    }
}

#[tokio::test]
async fn a_filter_streams_to_its_member_before_the_event_and_behind_what_came_before() {
    let server = TestServer::start().await;
    let (mut caller, mut other) = (user(&server, "ada").await, user(&server, "bob").await);
    for route in ["now", "later"] {
        let call = Lane::Event.call(&format!("streams/{route}"), "open-a", json!({ "words": ["a", "b"] }));
        for _ in 0..3 {
            caller.start("sync", call.clone()).await;
        }
        for (client, name) in [(&mut caller, "ada"), (&mut other, "bob")] {
            for _ in 0..3 {
                for word in ["a", "b"] {
                    let frame = client.frame().await;
                    assert_eq!(frame["cb"], format!("streams/{route}/v1"));
                    assert_eq!(frame["stream"], json!({ "to": name, "word": word }), "{route}");
                }
                assert_eq!(client.frame().await["status"], "success", "{route}");
            }
        }
    }
}

#[tokio::test]
async fn a_call_is_given_up_by_its_caller_and_by_its_end_and_nobody_else() {
    for lane in Lane::ALL {
        let server = TestServer::start_alone().await;
        let (mut caller, mut other) = (user(&server, "ada").await, user(&server, "bob").await);
        let mut data = json!({ "words": [], "endless": true });
        if lane == Lane::Event {
            data["to"] = json!("room");
        }
        let running = caller.start(lane.event(), say(lane, data.clone())).await;
        server.app().noted(1).await;
        assert_eq!(other.call("syncCancel", json!({ "id": "a-1" })).await["status"], "success", "it has no such call");
        // It holds up nothing, and what is behind it is handled.
        assert_eq!(caller.call("joinedRooms", json!({})).await["status"], "success");
        assert_eq!(server.app().noted(1).await.len(), 1);
        assert_eq!(caller.call("syncCancel", json!({ "id": "a-1" })).await, json!({ "status": "success" }));
        let answer = caller.ack(running).await;
        assert_eq!(server.app().noted(2).await[1], "given up", "{answer}");
        if lane == Lane::Event {
            assert_eq!((&answer["errorCode"], &answer["httpStatus"]), (&json!("sync-cancelled"), &json!(499)));
        }

        // One without a name is given up, too, when its caller goes.
        for id in [json!("a-2"), Value::Null] {
            let mut caller = user(&server, "ada").await;
            let mut call = say(lane, data.clone());
            match id {
                Value::Null => {
                    call.as_object_mut().expect("an object").retain(|name, _| name != "id" && name != "stream")
                }
                id => call["id"] = id,
            }
            let before = server.app().notes.borrow().len();
            caller.start(lane.event(), call).await;
            server.app().noted(before + 1).await;
            drop(caller);
            assert_eq!(server.app().noted(before + 2).await[before + 1], "given up");
        }
    }
}

/// What comes over HTTP: each event with its data.
async fn events(response: reqwest::Response) -> Vec<(String, Value)> {
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.expect("a text");
    let events = text.split("\n\n").filter(|event| !event.is_empty());
    let read = |event: &str| {
        let (name, data) = event.strip_prefix("event: ")?.split_once("\ndata: ")?;
        Some((name.to_owned(), serde_json::from_str(data).ok()?))
    };
    events.map(|event| read(event).unwrap_or_else(|| panic!("no event: {event:?}"))).collect()
}

fn post(server: &TestServer, lane: Lane, query: &str, data: Value) -> reqwest::RequestBuilder {
    let url = format!("http://{}{}/streams/say/v1{query}", server.address(), lane.folder());
    let body = lane.body("open-a", data).to_string();
    reqwest::Client::new().post(url).header("Content-Type", "application/json").body(body)
}

#[tokio::test]
async fn over_http_chunks_are_server_sent_events() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut socket = server.connect_as(sync_tests::socket::Identity::token(&token)).await;
    socket.join("open-a").await;
    let data = |lane, change: fn(&mut Value)| {
        let mut data = json!({ "words": ["a", "b\nc"] });
        if lane == Lane::Event {
            data["to"] = json!("caller");
        }
        change(&mut data);
        data
    };
    for lane in Lane::ALL {
        let chunks = [("stream", json!({ "word": "a" })), ("stream", json!({ "word": "b\nc" }))];
        let result = if lane == Lane::Event { json!({ "said": 2 }) } else { json!({}) };
        let expected = [&chunks[..], &[("final", json!({ "status": "success", "result": result }))]].concat();
        let expected: Vec<_> = expected.into_iter().map(|(name, data)| (name.to_owned(), data)).collect();
        for request in [
            post(&server, lane, "?stream=true", data(lane, |_| {})),
            post(&server, lane, "", data(lane, |_| {})).header("Accept", "application/json, text/event-stream;q=0.9"),
        ] {
            let response = request.bearer_auth(&token).send().await.expect("an answer");
            assert_eq!(response.headers()["cache-control"], "no-cache");
            assert_eq!(events(response).await, expected, "{lane:?}");
        }
        // Who does not ask for chunks gets the envelope.
        let plain = post(&server, lane, "", data(lane, |_| {})).bearer_auth(&token).send().await.expect("an answer");
        assert_eq!(plain.headers()["content-type"], "application/json");
        // What is refused before anything was streamed has a status.
        let wrong = post(&server, lane, "?stream=true", json!({ "words": 1 })).bearer_auth(&token).send().await;
        let wrong = wrong.expect("an answer");
        assert_eq!(
            (wrong.status().as_u16(), &wrong.headers()["content-type"]),
            (400, &"application/json".parse().expect("a value"))
        );
    }
    let refused = data(Lane::Event, |data| data["refuses"] = json!(true));
    let refused =
        post(&server, Lane::Event, "?stream=true", refused).bearer_auth(&token).send().await.expect("an answer");
    let events = events(refused).await;
    let names: Vec<_> = events.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["stream", "stream", "error"]);
    assert_eq!(events[2].1["errorCode"], "order-lost");
}

#[tokio::test]
async fn over_http_a_call_is_given_up_when_its_caller_hangs_up() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let token = server.token(member("ada", "deliver", None)).await;
        let mut socket = server.connect_as(sync_tests::socket::Identity::token(&token)).await;
        socket.join("open-a").await;
        let mut data = json!({ "words": ["a"], "endless": true });
        if lane == Lane::Event {
            data["to"] = json!("caller");
        }
        let request = post(&server, lane, "?stream=true", data).bearer_auth(&token);
        let mut response = request.send().await.expect("an answer");
        let first = response.chunk().await.expect("bytes").expect("a chunk");
        assert_eq!(&*first, b"event: stream\ndata: {\"word\":\"a\"}\n\n");
        server.app().noted(1).await;
        drop(response);
        assert_eq!(server.app().noted(2).await[1], "given up");
    }
}

#[tokio::test]
async fn a_call_that_waits_behind_another_is_given_up_before_its_turn_comes() {
    let server = TestServer::start().await;
    let mut caller = user(&server, "ada").await;
    let blocking = caller.start("request", json!({ "name": "beside/block", "version": "v1" })).await;
    server.holds(1).await;
    let mut call = Lane::Event.call("repeats/once", "open-a", json!({ "how": "answer" }));
    call["id"] = json!("a-1");
    let behind = caller.start("sync", call).await;
    assert_eq!(caller.call("syncCancel", json!({ "id": "a-1" })).await, json!({ "status": "success" }));
    server.app().let_go(1);
    assert_eq!(caller.ack(blocking).await["status"], "success");
    assert_eq!(caller.ack(behind).await["errorCode"], "sync-cancelled");
    assert_eq!(server.app().run(), 1, "it has not run");
}

#[tokio::test]
async fn hanging_up_gives_up_only_what_streams() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let url = format!("http://{}/api/repeats/once/v1", server.address());
    let request = reqwest::Client::new().post(url).bearer_auth(&token).header("Idempotency-Key", "a-1");
    let request = request.header("Content-Type", "application/json").header("Accept", "text/event-stream");
    let calling = tokio::spawn(request.body(r#"{"how":"hold"}"#).send());
    server.holds(1).await;
    calling.abort();
    server.app().let_go(1);
    server.holds(0).await;
    let mut socket = server.connect_as(sync_tests::socket::Identity::token(&token)).await;
    let mut again = Lane::Request.call("repeats/once", "", json!({ "how": "hold" }));
    again["id"] = json!("a-1");
    assert_eq!(socket.call("request", again).await["result"]["run"], 1);
}
