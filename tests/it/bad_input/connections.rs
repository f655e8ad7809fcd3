//! What has no answer of its own: handshakes, tokens, and bytes that are not Socket.IO.

use app::SyncApp;
use serde_json::{Value, json};
use sync::Running;
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity, Polling};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::stage::LIMIT;
use super::{session, template, template_with};

async fn token(running: &Running<SyncApp>, name: &str) -> String {
    running.handle().sessions().create(session(name, None)).await.expect("a store").as_str().to_owned()
}

/// Connects somebody who hears of `examples/updateCounter` in `game-room-1`.
async fn player(running: &Running<SyncApp>, name: &str) -> Client {
    let identity = Identity::token(&token(running, name).await);
    let mut client = Client::connect(running.address(), identity).await.expect("a connection");
    client.join("game-room-1").await;
    client.show("/examples").await;
    client
}

/// Calls well, and returns the counter.
async fn play(client: &mut Client) -> Value {
    let answer = client.sync("examples/updateCounter", "v1", "game-room-1", json!({ "amount": 1 })).await;
    assert_eq!(answer["status"], "success", "{answer}");
    answer["result"]["newValue"].clone()
}

#[tokio::test]
async fn a_handshake_of_another_form_is_refused_with_a_code() {
    let running = template().await;
    let cases = [
        (json!("s3cret"), "sync-bad-request"),
        (json!(["s3cret"]), "sync-bad-request"),
        (json!({ "token": 5 }), "sync-bad-request"),
        (json!({ "token": ["s3cret"] }), "sync-bad-request"),
        (json!({ "lang": { "s3cret": 1 } }), "sync-bad-request"),
        (json!({ "tab": 5 }), "sync-bad-request"),
        (json!({ "tab": "" }), "sync-bad-request"),
        (json!({ "tab": "x".repeat(65) }), "sync-bad-request"),
        (json!({ "token": "" }), "auth-required"),
        (json!({ "token": "s3cret" }), "auth-required"),
        (json!({ "token": "x".repeat(100_000) }), "sync-bad-request"),
    ];
    for (auth, code) in cases {
        let refused = Client::connect(running.address(), Identity { auth: auth.clone(), headers: Vec::new() }).await;
        assert_eq!(refused.map(|_| ()), Err(code.to_owned()), "{auth}");
    }
    for auth in [json!({}), json!({ "token": null, "lang": null }), json!({ "lang": "not a language", "later": [1] })] {
        let welcome = Client::connect(running.address(), Identity { auth: auth.clone(), headers: Vec::new() }).await;
        assert!(welcome.is_ok(), "{auth}");
    }
}

#[tokio::test]
async fn a_token_that_has_expired_is_refused_by_both_doors() {
    // It has expired as soon as the clock has moved.
    let running = template_with(|config| config.session_ttl = std::time::Duration::ZERO).await;
    let token = token(&running, "ada").await;
    let made = tokio::time::Instant::now();
    while made.elapsed().is_zero() {}
    let refused = Client::connect(running.address(), Identity::token(&token)).await;
    assert_eq!(refused.map(|_| ()), Err("auth-required".to_owned()));

    let sentences = [
        ("en", "Please sign in first."),
        ("nl", "Meld je eerst aan."),
        ("de", "Bitte melde dich zuerst an."),
        ("fr", "Veuillez d’abord vous connecter."),
    ];
    let event = Lane::Event.body("game-room-1", json!({ "amount": 1 }));
    let routes = [
        ("/sync/examples/updateCounter/v1", event),
        ("/api/examples/readCounter/v1", json!({ "room": "game-room-1" })),
    ];
    for (language, sentence) in sentences {
        let expected = json!({
            "status": "error", "errorCode": "auth-required", "errorParams": {}, "message": sentence, "httpStatus": 401,
        });
        for (path, body) in &routes {
            let url = format!("http://{}{path}", running.address());
            let request = reqwest::Client::new().post(url).bearer_auth(&token).header("accept-language", language);
            let response = request.json(body).send().await.expect("an answer");
            assert_eq!(response.status(), 401);
            let answer: Value = response.json().await.expect("JSON");
            assert_eq!(answer, expected);
        }
    }
}

#[tokio::test]
async fn nothing_that_a_caller_sends_chooses_a_callback() {
    let running = template().await;
    let (mut ada, mut bob) = (player(&running, "ada").await, player(&running, "bob").await);
    let forged = json!({
        "cb": "chat/sendMessage/v1", "room": "game-room-2", "pos": "s3cret", "status": "error",
        "serverOutput": { "newValue": 666 }, "clientOutput": { "mine": true },
        "name": "examples/updateCounter", "version": "v1", "data": { "amount": 1 }, "receiver": "game-room-1",
    });
    let answer = ada.call("sync", forged.clone()).await;
    assert_eq!(answer, json!({ "status": "success", "result": { "newValue": 1 } }));
    let frame = bob.frame().await;
    let pos = frame["pos"].as_str().expect("a position");
    assert_ne!(pos, "s3cret");
    let expected = json!({
        "cb": "examples/updateCounter/v1", "room": "game-room-1", "pos": pos, "status": "success",
        "serverOutput": { "newValue": 1 }, "clientOutput": { "mine": false },
    });
    assert_eq!(frame, expected);

    let mut frame_alone = forged;
    frame_alone.as_object_mut().expect("an object").remove("name");
    assert_eq!(ada.call("sync", frame_alone).await["errorCode"], "sync-bad-request");
    assert_eq!(bob.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_position_that_nobody_can_read_is_no_error() {
    let running = template().await;
    let mut ada = player(&running, "ada").await;
    for after in ["", "s3cret", "AAAAAAAAAAAAAAAAAAAAAA", &"x".repeat(10_240), "__proto__", "\u{0}é"] {
        let answer = ada.call("joinRoom", json!({ "room": "game-room-1", "after": after })).await;
        let pos = answer["pos"].as_str().expect("a position");
        assert!((1..=64).contains(&pos.len()), "{answer}");
        let expected = json!({ "status": "success", "rooms": ["game-room-1"], "pos": pos, "recovered": false });
        assert_eq!(answer, expected, "{after}");
    }
}

#[tokio::test]
async fn a_second_connect_changes_nothing() {
    let running = template().await;
    let (mut ada, mut bob) = (player(&running, "ada").await, player(&running, "bob").await);
    let other = token(&running, "cem").await;
    for connect in ["40".to_owned(), format!(r#"40{{"token":"{other}"}}"#), r#"40{"token":"s3cret"}"#.to_owned()] {
        ada.send(&connect).await;
        let value = play(&mut ada).await;
        for client in [&mut ada, &mut bob] {
            assert_eq!(client.frame().await["serverOutput"]["newValue"], value);
            assert_eq!(client.frames_so_far().await, Vec::<Value>::new(), "each event is heard once: {connect}");
        }
        let answer = ada.call("joinedRooms", json!({})).await;
        assert_eq!(answer, json!({ "status": "success", "rooms": ["game-room-1"] }));
    }
    let spoken = ada.sync("root/announce", "v1", "game-room-1", json!({ "text": "me" })).await;
    assert_eq!(spoken["result"]["by"]["userId"], "ada", "still the same person");
}

#[tokio::test]
async fn a_namespace_that_there_is_not_leaves_the_socket_alone() {
    let running = template().await;
    let mut ada = player(&running, "ada").await;
    for packet in ["40/admin,", "40/admin,{}", r#"42/admin,["sync",{}]"#, "41/admin,", "40/"] {
        ada.send(packet).await;
        play(&mut ada).await;
    }
}

/// A message whose sender does not ask for an answer gets none, and the next one is handled.
#[tokio::test]
async fn without_an_acknowledgement_a_bad_message_is_passed_over() {
    let running = template().await;
    let (mut ada, mut bob) = (player(&running, "ada").await, player(&running, "bob").await);
    let messages = [
        r#"42["sync"]"#,
        r#"42["sync",null]"#,
        r#"42["sync",{"name":"examples/updateCounter"}]"#,
        r#"42["s3cret",{}]"#,
        r#"42["joinRoom",[]]"#,
        r#"4299999999999999999999["sync",{}]"#,
        r#"430["s3cret"]"#,
    ];
    for message in messages {
        ada.send(message).await;
        let value = play(&mut ada).await;
        assert_eq!(bob.frame().await["serverOutput"]["newValue"], value, "{message}");
    }
}

/// The text of these packets can be read, and so their sender is told what is wrong with them.
#[tokio::test]
async fn an_event_that_is_no_event_is_answered() {
    let running = template().await;
    let mut ada = player(&running, "ada").await;
    let events = [
        r#"["sync",{"name":"#,
        r#"["sync",{"data":{"amount":NaN}}]"#,
        r#"["sync",{"data":{"amount":Infinity}}]"#,
        r#"["sync",{"a":1,}]"#,
        r#"["sync",{}] "#,
        r#"["joinRoom",{room:"game-room-1"}]"#,
        "[]",
        "[5,{}]",
        "[null,{}]",
        "[true]",
        r#"[["sync"],{}]"#,
        r#"[{"sync":1},{}]"#,
        "{}",
        "null",
        "s3cret",
        "",
    ];
    for event in events {
        let id = ada.start_raw(event).await;
        let answer = ada.ack(id).await;
        assert_eq!((&answer["errorCode"], &answer["errorParams"]), (&json!("sync-bad-request"), &json!({})), "{event}");
        play(&mut ada).await;
        ada.frame().await;
    }
    // An escaped name is the same name.
    let id = ada.start_raw(r#"["joined\u0052ooms",{}]"#).await;
    assert_eq!(ada.ack(id).await["rooms"], json!(["game-room-1"]));
}

#[tokio::test]
async fn a_polling_socket_is_answered_as_well() {
    let running = template().await;
    let polling = Polling::open(running.address()).await;
    polling.post("40").await;
    polling.post("420[5,{}]\u{1e}421[\"sync\",{\"a\":1,}]").await;
    let mut payload = String::new();
    while !payload.contains("431[") {
        payload += &polling.poll().await;
    }
    assert_eq!(payload.matches("sync-bad-request").count(), 2, "{payload}");
}

#[tokio::test]
async fn bytes_that_are_not_socket_io_close_that_connection_alone() {
    let invalid_utf8 = || {
        let frame = Frame::message(b"42[\"sync\",\"\xff\"]".to_vec(), OpCode::Data(Data::Text), true);
        Message::Frame(frame)
    };
    let far_too_large = || Message::text(format!(r#"420["sync",{{"x":"{}"}}]"#, "x".repeat(3 * LIMIT)));
    let messages = [
        ("invalid UTF-8", invalid_utf8()),
        ("far beyond the limit", far_too_large()),
        ("a packet of no type", Message::text("9")),
        ("a message of no type", Message::text("4x")),
        ("binary data that belongs to nothing", Message::binary(vec![1, 2, 3])),
        ("too many attachments", Message::text(r#"45999-0["sync",{}]"#)),
        ("attachments beyond all numbers", Message::text(r#"4599999999999999999999-0["sync",{}]"#)),
    ];
    let running = template().await;
    let mut bob = player(&running, "bob").await;
    for (what, message) in messages {
        let mut ada = player(&running, "ada").await;
        // The server may hang up before all of it is sent.
        ada.send_message(message).await.unwrap_or_default();
        ada.closed().await;
        let value = play(&mut bob).await;
        assert_eq!(bob.frame().await["serverOutput"]["newValue"], value, "{what}");
        assert!(player(&running, "ada").await.log.is_empty(), "{what}");
    }
}

#[tokio::test]
async fn a_poll_that_makes_no_sense_is_refused() {
    let running = template().await;
    let mut bob = player(&running, "bob").await;
    let http = reqwest::Client::new();
    let path = |query: &str| format!("http://{}/socket.io/?{query}", running.address());
    let queries =
        ["", "EIO=4", "EIO=3&transport=polling", "EIO=4&transport=s3cret", "EIO=4&transport=polling&sid=s3cret"];
    for query in queries {
        for request in [http.get(path(query)), http.post(path(query)).body("40")] {
            let status = request.send().await.expect("an answer").status();
            assert!(status.is_client_error(), "{query}: {status}");
            play(&mut bob).await;
        }
    }
}

#[tokio::test]
async fn a_polling_socket_that_posts_nonsense_is_closed_alone() {
    let running = template().await;
    let mut bob = player(&running, "bob").await;
    let http = reqwest::Client::new();
    let path = format!("http://{}/socket.io/?EIO=4&transport=polling", running.address());
    let far_too_large = format!(r#"420["sync",{{"x":"{}"}}]"#, "x".repeat(3 * LIMIT)).into_bytes();
    for nonsense in [b"42[\"sync\",\"\xff\"]".to_vec(), b"s3cret".to_vec(), b"\x1e\x1e".to_vec(), far_too_large] {
        let opened = http.get(&path).send().await.expect("an answer").text().await.expect("a text");
        let opened: Value = serde_json::from_str(opened.trim_start_matches('0')).expect("JSON");
        let path = format!("{path}&sid={}", opened["sid"].as_str().expect("an id"));
        http.post(&path).body("40").send().await.expect("an answer").error_for_status().expect("a connect packet");
        // The server may hang up before all of it is sent.
        if let Ok(answer) = http.post(&path).body(nonsense).send().await {
            assert!(answer.status().is_client_error(), "{}", answer.status());
        }
        let value = play(&mut bob).await;
        assert_eq!(bob.frame().await["serverOutput"]["newValue"], value);
    }
}
