//! The messages in `tests/wire`, sent to and received from a real server: the Rust half of what keeps the two sides together.
//!
//! What a client sends is sent as it stands there, but for tokens; what a server sends must be what stands there, but for
//! positions and versions of values, which differ from run to run.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::template::{self, Template};
use app::SyncApp;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sync::__private::{Packet, PresenceChange, PresenceKind, PresentPerson};
use sync::{App, Environment, SyncError};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};

/// Sent by clients.
const SENT: &[&str] = &[
    "handshake",
    "http_call",
    "join_room",
    "join_room_after",
    "join_room_presence",
    "joined_rooms",
    "leave_room",
    "listen",
    "pull",
    "push",
    "request_call",
    "snapshot",
    "state_act",
    "state_act_full",
    "state_close",
    "state_open",
    "state_open_have",
    "subscribe",
    "sync_call",
    "sync_call_full",
    "sync_call_without_data",
    "sync_status",
    "unsubscribe",
    "update_location",
    "update_presence",
];

/// Sent by the server.
const RECEIVED: &[&str] = &[
    "closing",
    "handshake_refusal",
    "join_room_answer",
    "join_room_answer_presence",
    "joined_rooms_answer",
    "leave_room_answer",
    "listen_answer",
    "poke",
    "pull_answer",
    "push_answer",
    "push_answer_out_of_order",
    "snapshot_answer",
    "state_act_answer",
    "state_close_answer",
    "state_open_answer",
    "state_open_answer_patch",
    "state_patch",
    "state_view",
    "subscribe_answer",
    "sync_error_answer",
    "sync_error_answer_without_params",
    "sync_event_client_only",
    "sync_event_error",
    "sync_event_server_only",
    "sync_event_success",
    "sync_status_answer",
    "sync_success_answer",
    "sync_success_answer_empty",
    "unsubscribe_answer",
    "unsubscribed",
    "update_location_answer",
    "update_presence_answer",
];

/// Not sent by the server yet, but written by it.
const WRITTEN: &[&str] = &[
    "closing_for_restart",
    "gap",
    "poke_without_changes",
    "presence",
    "room_lost",
    "sync_event_stream",
    "sync_stream",
];

/// Not written by one server alone.
const LATER: &[&str] = &["join_room_answer_recovered"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("wire")
}

/// Returns the message in `tests/wire/<name>.json`.
fn golden(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(name).with_extension("json")).expect("a message");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    file["message"].clone()
}

#[test]
fn every_message_is_known() {
    let files = std::fs::read_dir(folder()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let messages = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    let found: BTreeSet<String> = messages.filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    let known = [SENT, RECEIVED, WRITTEN, LATER].into_iter().flatten().map(|name| (*name).to_owned()).collect();
    assert_eq!(found, known);
}

fn raw(value: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn what_is_not_sent_yet_is_written_as_it_stands_here() {
    for name in WRITTEN {
        let message = golden(name);
        let room = message.get("room").map(text).unwrap_or_default();
        let (event, packet) = match *name {
            "closing_for_restart" => {
                let pause = message["reconnectInMs"].as_u64().expect("milliseconds");
                ("closing", Packet::stopping(Duration::from_millis(pause)))
            }
            "gap" => ("gap", Packet::gap(&room, &text(&message["pos"]), message["membership"].as_str())),
            "poke_without_changes" => {
                let cursor = message["cursor"].as_u64().expect("a cursor");
                ("poke", Packet::poke(&text(&message["scope"]), cursor, None))
            }
            "presence" => ("presence", presence(&room, message["changes"].as_array().expect("changes"))),
            "room_lost" => {
                let error = &message["error"];
                let why = SyncError::new("game-kicked").param("by", text(&error["errorParams"]["by"])).status(403);
                ("roomLost", Packet::room_lost(&room, &why, &text(&error["message"])))
            }
            "sync_event_stream" => {
                ("sync", Packet::room_stream(&text(&message["cb"]), &room, &raw(&message["stream"])))
            }
            _ => ("syncStream", Packet::caller_stream(&text(&message["id"]), &raw(&message["stream"]))),
        };
        let array = packet.text().strip_prefix("42").expect("an event");
        let written: Value = serde_json::from_str(array).expect("JSON");
        assert_eq!(written, json!([event, message]), "{name}");
    }
}

/// Writes the frame that says this.
fn presence(room: &str, changes: &[Value]) -> Packet {
    use PresenceKind::{Afk, Back, Joined, Left, Updated};
    let users: Vec<_> = changes.iter().map(|change| raw(&change["user"])).collect();
    let data: Vec<_> =
        changes.iter().map(|change| Some(raw(change.get("data").filter(|data| !data.is_null())?))).collect();
    let changes = changes.iter().zip(&users).zip(&data).map(|((change, user), data)| {
        let names = [("joined", Joined), ("left", Left), ("afk", Afk), ("back", Back), ("updated", Updated)];
        let (_, kind) = names.into_iter().find(|(name, _)| change["kind"] == *name).expect("a kind");
        let id = text(&change["id"]).parse().expect("a number");
        let away = change.get("away").is_some_and(|away| away == true);
        PresenceChange { kind, person: PresentPerson { id, user, away, data: data.as_deref() } }
    });
    Packet::presence(room, &changes.collect::<Vec<_>>())
}

async fn template() -> Template {
    template::start(|_| {}).await
}

async fn token(running: &Template, name: &str) -> String {
    let mut session = SyncApp::guest();
    session.user_id = name.to_lowercase();
    session.name = name.to_owned();
    running.handle().sessions().create(session).await.expect("a store").as_str().to_owned()
}

/// Brings the counter of the room to a number.
async fn count(running: &Template, value: i32) {
    let counter = running.handle().state::<app::routes::examples::_state::counter_v1::State>("game-room-123");
    let set = |counter: &mut app::routes::examples::_state::counter_v1::State| {
        counter.value = value;
        Ok(())
    };
    counter.update(set).await.expect("a counter");
}

async fn client(running: &Template, name: &str) -> Client {
    let identity = Identity::token(&token(running, name).await);
    Client::connect(running.address(), identity).await.expect("a connection")
}

/// A message is what `tests/wire/<name>.json` says; positions and versions are any.
#[track_caller]
fn check(name: &str, message: Value) {
    check_all_but(name, message, &[]);
}

/// As [`check`], but only the types of the fields in `free` count: they are the template’s business.
#[track_caller]
fn check_all_but(name: &str, mut message: Value, free: &[&str]) {
    let expected = golden(name);
    for &field in free {
        let of_one_type = std::mem::discriminant(&message[field]) == std::mem::discriminant(&expected[field]);
        assert!(of_one_type, "{name}: {field} of {message}");
        message[field] = expected[field].clone();
    }
    for opaque in ["pos", "from", "to", "stateVersion"] {
        if let (Some(here), Some(known)) = (message.get(opaque), expected.get(opaque)) {
            assert!(here.as_str().is_some_and(|here| (1..=64).contains(&here.len())), "{name}: {message}");
            message[opaque] = known.clone();
        }
    }
    assert_eq!(message, expected, "{name}");
}

#[tokio::test]
async fn rooms_and_places() {
    let running = template().await;
    let mut ada = client(&running, "Ada").await;
    check("update_location_answer", ada.call("updateLocation", golden("update_location")).await);
    check("join_room_answer", ada.call("joinRoom", golden("join_room")).await);
    ada.call("leaveRoom", golden("leave_room")).await;
    ada.call("joinRoom", json!({ "room": "lobby-main" })).await;
    // The position is none of this server’s: it is not recovered, and not refused.
    let answer = ada.call("joinRoom", golden("join_room_after")).await;
    assert_eq!(answer["recovered"], false);
    check("joined_rooms_answer", ada.call("joinedRooms", golden("joined_rooms")).await);
    check("leave_room_answer", ada.call("leaveRoom", golden("leave_room")).await);
}

#[tokio::test]
async fn what_a_page_relies_on() {
    // While one develops, nobody judges contracts.
    let server = TestServer::start_with(|config| config.environment = Environment::Production).await;
    let mut client = server.connect_as(Identity::page(1)).await;
    check("listen_answer", client.call("listen", golden("listen")).await);
}

#[tokio::test]
async fn who_is_there() {
    let running = template().await;
    let mut ada = client(&running, "Ada").await;
    let mut answer = ada.call("joinRoom", golden("join_room_presence")).await;
    let me = answer["presence"]["me"].take();
    assert_eq!(answer["presence"]["people"][0]["id"], me);
    let known = golden("join_room_answer_presence")["presence"]["me"].clone();
    (answer["presence"]["me"], answer["presence"]["people"][0]["id"]) = (known.clone(), known);
    check("join_room_answer_presence", answer);
    check("update_presence_answer", ada.call("updatePresence", golden("update_presence")).await);
    let mut told = vec![ada.event("presence").await];
    while told.last().expect("a frame")["changes"][0]["kind"] == "joined" {
        told.push(ada.event("presence").await);
    }
    let frame = told.pop().expect("a frame");
    let mut expected = golden("presence")["changes"][1].clone();
    for field in ["id", "user", "away"] {
        expected[field] = frame["changes"][0][field].clone();
    }
    assert_eq!(frame, json!({ "room": "chat-1", "changes": [expected] }));
    assert_eq!(frame["changes"][0]["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_call_its_answer_and_its_event() {
    for call in ["sync_call", "sync_call_full"] {
        let running = template().await;
        let (mut ada, mut bob) = (client(&running, "Ada").await, client(&running, "Bob").await);
        for client in [&mut ada, &mut bob] {
            client.call("joinRoom", golden("join_room")).await;
            client.call("updateLocation", golden("update_location")).await;
        }
        check("sync_success_answer", ada.call("sync", golden(call)).await);
        check("sync_event_success", bob.frame().await);
        let own = if call == "sync_call_full" { 0 } else { 1 };
        assert_eq!(ada.frames_so_far().await.len(), own, "{call}");
    }
}

/// What another member hears next of a value.
async fn told(client: &mut Client) -> Value {
    client.event("state").await
}

#[tokio::test]
async fn a_value_and_what_changes_it() {
    let running = template().await;
    let (mut ada, mut bob) = (client(&running, "Ada").await, client(&running, "Bob").await);
    for client in [&mut ada, &mut bob] {
        client.join("board-7").await;
    }
    check("state_open_answer", bob.call("stateOpen", golden("state_open")).await);
    // Two more notes, or the whole would be the shorter one.
    let acted = ada.call("stateAct", golden("state_act")).await;
    let mut version = acted["stateVersion"].clone();
    check("state_act_answer", acted);
    check("state_view", told(&mut bob).await);
    for id in ["n2", "n3"] {
        let mut more = golden("state_act");
        more["action"]["put"]["id"] = json!(id);
        version = ada.call("stateAct", more).await["stateVersion"].clone();
        told(&mut bob).await;
    }
    let mut full = golden("state_act_full");
    full["action"] = json!({ "paint": { "id": "n1", "color": "pink" } });
    assert_eq!(
        ada.call("stateAct", full.clone()).await["errorCode"],
        "state-conflict",
        "the version is none of this server’s"
    );
    (full["ifVersion"], full["action"]) = (version, golden("state_act_full")["action"].clone());
    full["id"] = json!("0f8e2a7b6c5d4e3f2a1b0c9d8e7f6a5b-2");
    let acted = ada.call("stateAct", full).await;
    let mut moved = told(&mut bob).await;
    // It has come to lie on top of the others, too.
    let order = moved["patch"].as_array_mut().expect("a patch").pop();
    assert_eq!(order, Some(json!({ "op": "move", "from": "/order/0", "path": "/order/2" })));
    check("state_patch", moved);
    let mut have = golden("state_open_have");
    have["have"] = acted["stateVersion"].clone();
    check("state_open_answer_patch", bob.call("stateOpen", have).await);
    check("state_close_answer", bob.call("stateClose", golden("state_close")).await);
}

/// Compares what is told of durable data, but for the time, the epoch and the sentences.
fn check_log(name: &str, mut message: Value) {
    fn settle(message: &mut Value, known: &Value) {
        match (message, known) {
            (Value::Object(fields), Value::Object(known)) => {
                for (name, field) in fields {
                    let Some(known) = known.get(name) else { continue };
                    let is_free = ["ts", "epoch", "message"].contains(&name.as_str());
                    if is_free && std::mem::discriminant(field) == std::mem::discriminant(known) {
                        *field = known.clone();
                    }
                    settle(field, known);
                }
            }
            (Value::Array(items), Value::Array(known)) => {
                items.iter_mut().zip(known).for_each(|(item, known)| settle(item, known))
            }
            _ => {}
        }
    }
    let expected = golden(name);
    settle(&mut message, &expected);
    assert_eq!(message, expected, "{name}");
}

#[tokio::test]
async fn durable_data() {
    let data = tempfile::tempdir().expect("a folder");
    let server = TestServer::start_with(|config| data.path().clone_into(&mut config.data)).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    let push = golden("push");
    let mut last = push.clone();
    last["mutations"].as_array_mut().expect("mutations").drain(..2);
    check_log("push_answer_out_of_order", ada.call("push", last).await);
    check_log("push_answer", ada.call("push", push.clone()).await);
    check_log("snapshot_answer", ada.call("snapshot", golden("snapshot")).await);
    check_log("subscribe_answer", ada.call("subscribe", golden("subscribe")).await);
    let clear =
        json!({ "id": "m4", "seq": 4, "name": "lists/clear", "version": "v1", "scope": push["mutations"][0]["scope"] });
    ada.call("push", json!({ "client": push["client"], "mutations": [clear] })).await;
    check_log("poke", ada.event("poke").await);
    server.app().ban("ada", "forbidden");
    server.running().handle().rooms().recheck_scope("list-ada-1").await.expect("a rule");
    check_log("unsubscribed", ada.event("unsubscribed").await);
    server.app().forgive("ada");
    check_log("pull_answer", ada.call("pull", golden("pull")).await);
    ada.call("subscribe", golden("subscribe")).await;
    check_log("sync_status_answer", ada.call("syncStatus", golden("sync_status")).await);
    check_log("unsubscribe_answer", ada.call("unsubscribe", golden("unsubscribe")).await);
}

#[tokio::test]
async fn the_last_word() {
    let running = template().await;
    let token = token(&running, "Ada").await;
    let mut ada = Client::connect(running.address(), Identity::token(&token)).await.expect("a connection");
    let session = running.handle().sessions().find(&token).await.expect("a store").expect("a session");
    running.handle().end_session(&session).await.expect("a store");
    ada.closed().await;
    check_all_but("closing", ada.closing.expect("a last word"), &["reason"]);
}

#[tokio::test]
async fn a_call_over_http() {
    let running = template().await;
    let token = token(&running, "Ada").await;
    let mut ada = Client::connect(running.address(), Identity::token(&token)).await.expect("a connection");
    ada.call("joinRoom", golden("join_room")).await;
    let url = format!("http://{}/sync/examples/updateCounter/v1", running.address());
    let request = reqwest::Client::new().post(url).json(&golden("http_call"));
    let call = || request.try_clone().expect("a body in memory");
    let answer = call().bearer_auth(&token).send().await.expect("an answer");
    check("sync_success_answer", answer.json().await.expect("JSON"));
    let refused = call().send().await.expect("an answer");
    check("sync_error_answer_without_params", refused.json().await.expect("JSON"));
}

#[tokio::test]
async fn a_request_by_socket_and_over_http() {
    let running = template().await;
    let token = token(&running, "Ada").await;
    let mut ada = Client::connect(running.address(), Identity::token(&token)).await.expect("a connection");
    count(&running, 42).await;
    let (call, answer) = (golden("request_call"), json!({ "status": "success", "result": { "value": 42 } }));
    assert_eq!(ada.call("request", call.clone()).await, answer);
    let text = |field: &str| call[field].as_str().expect("a text").to_owned();
    let url = format!("http://{}/api/{}/{}", running.address(), text("name"), text("version"));
    let http = reqwest::Client::new();
    let room = call["data"]["room"].as_str().expect("a room");
    for request in [http.post(&url).json(&call["data"]), http.get(format!("{url}?room={room}"))] {
        let answered = request.bearer_auth(&token).send().await.expect("an answer");
        assert_eq!(answered.json::<Value>().await.expect("JSON"), answer);
    }
}

#[tokio::test]
async fn data_that_is_left_out_is_an_empty_object() {
    let running = template().await;
    let mut ada = client(&running, "Ada").await;
    ada.join("nested-1").await;
    let answer = ada.call("sync", golden("sync_call_without_data")).await;
    assert_eq!(answer["errorParams"], json!({ "path": "message", "reason": "missing" }), "{answer}");
}

#[tokio::test]
async fn refusals() {
    let running = template().await;
    let mut ada = client(&running, "Ada").await;
    ada.call("joinRoom", golden("join_room")).await;
    count(&running, 999_999).await;
    check_all_but("sync_error_answer", ada.call("sync", golden("sync_call")).await, &["message"]);
    let mut guest = Client::connect(running.address(), Identity::default()).await.expect("a connection");
    check("sync_error_answer_without_params", guest.call("sync", golden("sync_call")).await);
}

#[tokio::test]
async fn events_of_every_kind_of_route() {
    let running = template().await;
    let mut ada = client(&running, "Ada").await;
    for room in ["lobby-main", "nested-1", "game-room-123"] {
        ada.join(room).await;
    }
    let answer = ada.sync("lobby/typing", "v1", "lobby-main", json!({ "active": true })).await;
    check("sync_success_answer_empty", answer);
    check("sync_event_client_only", ada.frame().await);

    ada.sync("test/nestedTest/room", "v1", "nested-1", json!({ "message": "hello" })).await;
    check("sync_event_server_only", ada.frame().await);

    let answer = ada.sync("examples/fail", "v1", "game-room-123", json!({ "kind": "filterError" })).await;
    check("sync_success_answer_empty", answer);
    check_all_but("sync_event_error", ada.frame().await, &["errorParams", "message"]);
}

#[tokio::test]
async fn a_handshake() {
    let running = template().await;
    let mut auth = golden("handshake");
    let socket_io = |query: &str| format!("http://{}/socket.io/?EIO=4&transport=polling{query}", running.address());
    let http = reqwest::Client::new();
    let opened = http.get(socket_io("")).send().await.expect("an answer").text().await.expect("a text");
    let opened: Value = serde_json::from_str(opened.trim_start_matches('0')).expect("JSON");
    let session = socket_io(&format!("&sid={}", opened["sid"].as_str().expect("an id")));
    http.post(&session).body(format!("40{auth}")).send().await.expect("an answer");
    let refused = loop {
        let packets = http.get(&session).send().await.expect("an answer").text().await.expect("a text");
        assert!(packets.is_empty() || packets.starts_with(|first: char| first.is_ascii_digit()), "{packets:?}");
        // Packets of one poll are separated by this character.
        if let Some(refused) = packets.split('\u{1e}').find_map(|packet| packet.strip_prefix("44")) {
            break serde_json::from_str(refused).expect("JSON");
        }
    };
    check("handshake_refusal", refused);

    auth["token"] = token(&running, "Ada").await.into();
    let welcome = Client::connect(running.address(), Identity { auth, headers: Vec::new() }).await;
    let answer = welcome.expect("a connection").call("joinRoom", json!({ "room": "" })).await;
    assert_eq!(answer["message"], "Er bestaat geen ruimte met deze naam.", "`lang` is heard");
}
