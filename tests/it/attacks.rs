//! What somebody tries who means harm, and the test that shows what comes of it.

use std::path::Path;

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

/// Each attack, with a test that makes it: the file, and what the test says.
const ATTACKS: &[(&str, &str, &str)] = &[
    ("token guessing", "tests/it/attacks.rs", "guesses_at_tokens_are_all_answered_alike"),
    ("token guessing, often", "tests/it/limits.rs", "a_connect_that_is_refused_has_the_code_and_asks_no_store"),
    ("token guessing over HTTP, often", "tests/it/limits.rs", "an_address_is_counted_before_anybody_is_looked_up"),
    ("room guessing", "tests/it/attacks.rs", "guesses_at_rooms_are_answered_alike_whether_somebody_is_there_or_not"),
    ("cross-site WebSocket", "tests/node/handshake.test.ts", "of a page of another origin is refused with 403"),
    ("cross-site request with a cookie", "tests/node/auth.test.ts", "cross-site"),
    ("header spoofing", "tests/it/limits.rs", "nobody_chooses_an_address_by_a_header"),
    ("header spoofing to read the metrics", "tests/it/metrics.rs", "who_may_read_the_metrics_is_configured"),
    ("slow handshake", "tests/it/strain.rs", "a_client_that_takes_its_time_is_cut_off"),
    ("handshakes that go no further", "tests/it/strain.rs", "the_oldest_of_too_many_who_say_nothing_have_to_go"),
    ("oversized handshake", "tests/it/strain.rs", "a_head_that_is_too_long_is_refused"),
    ("oversized `auth`", "tests/it/bad_input/connections.rs", "a_handshake_of_another_form_is_refused_with_a_code"),
    (
        "10,000 half-open connections",
        "tests/it/limits.rs",
        "an_address_has_so_many_connections_and_the_quiet_ones_go_first",
    ),
    ("forged id of another's socket", "tests/it/attacks.rs", "the_id_of_another_s_socket_opens_nothing"),
    (
        "another's place on a socket",
        "tests/it/strain.rs",
        "who_comes_on_the_socket_of_another_does_not_get_its_answers",
    ),
    ("forged callback", "tests/it/bad_input/connections.rs", "nothing_that_a_caller_sends_chooses_a_callback"),
    ("forged position", "tests/it/bad_input/connections.rs", "a_position_that_nobody_can_read_is_no_error"),
    (
        "session fixation",
        "tests/it/cookies.rs",
        "signing_in_ends_the_session_that_the_cookie_named_where_the_cookie_counts",
    ),
    (
        "cookie of a sibling subdomain",
        "tests/it/cookies.rs",
        "in_production_a_neighbour_of_the_host_cannot_plant_a_session",
    ),
    (
        "another's position",
        "tests/it/resume.rs",
        "nothing_is_shown_of_a_room_that_keeps_nothing_nor_to_those_who_were_not_there",
    ),
    ("flood of what calls nothing", "tests/it/limits.rs", "frames_that_call_nothing_are_counted_too"),
    (
        "a new page for each call",
        "sync-runtime/src/limits/tests.rs",
        "guests_of_one_address_call_a_route_with_a_rate_ten_times_as_often_as_one_of_them_may",
    ),
    (
        "long answers to short messages",
        "sync-runtime/src/limits/tests.rs",
        "a_long_answer_counts_as_the_messages_that_it_would_be",
    ),
    (
        "all places of those who may come back",
        "sync-runtime/src/dispatch/presence/awaited.rs",
        "nobody_takes_all_places_and_whoever_is_not_waited_for_any_more_gives_them_back",
    ),
    (
        "departures that push out others'",
        "sync-runtime/src/dispatch/tests.rs",
        "who_leaves_again_and_again_waits_once_for_the_hook",
    ),
    ("flood of calls", "tests/it/strain.rs", "a_flood_of_calls_lets_others_have_their_turn"),
    (
        "flood that does not listen",
        "tests/it/limits.rs",
        "all_that_a_socket_sends_is_counted_and_who_does_not_listen_is_closed",
    ),
];

#[test]
fn every_attack_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (attack, file, test) in ATTACKS {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let is_there = if file.ends_with(".rs") { text.contains(&format!("fn {test}(")) } else { text.contains(test) };
        assert!(is_there, "{attack}: {file} has no test `{test}`");
    }
}

#[tokio::test]
async fn guesses_at_tokens_are_all_answered_alike() {
    let server = TestServer::start().await;
    let ended = server.token(member("ada", "deliver", None)).await;
    server.sessions().end_token(&ended).await.expect("a store");
    let right = server.token(member("ada", "deliver", None)).await;
    let mut near = right.clone().into_bytes();
    near[0] = if near[0] == b'A' { b'B' } else { b'A' };
    let near = String::from_utf8(near).expect("a text");
    let guesses =
        [ended, near, right[..right.len() - 1].to_owned(), format!("{right}A"), "x".to_owned(), "0".repeat(4000)];
    let mut answers = Vec::new();
    for guess in &guesses {
        let refused = Client::connect(server.address(), Identity::token(guess)).await.map(drop);
        let call = reqwest::Client::new().post(format!("http://{}/sync/groups/side/v1", server.address()));
        let call = call.bearer_auth(guess).json(&json!({ "data": {}, "receiver": "open-a" }));
        let answer = call.send().await.expect("an answer");
        answers.push((refused, answer.status(), answer.text().await.expect("a text")));
    }
    assert_eq!(answers[0].0, Err("auth-required".to_owned()));
    assert_eq!(answers[0].1, 401);
    for (guess, answer) in guesses.iter().zip(&answers) {
        assert_eq!(*answer, answers[0], "{guess}");
    }
}

#[tokio::test]
async fn guesses_at_rooms_are_answered_alike_whether_somebody_is_there_or_not() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut ada = server.connect_as(Identity::token(&token)).await;
    let handle = server.running().handle();
    let session = handle.sessions().find(&token).await.expect("a store").expect("a session");
    // One that no rule opens, one whose rule asks, and one that shows its people to members.
    for room in ["secret-1", "table-1-a", "people-1"] {
        assert_eq!(handle.rooms().put_in(&session, room).await, Ok(1));
    }
    let mut eve = server.connect(guest()).await;
    for (there, empty) in [("secret-1", "secret-2"), ("table-1-a", "table-2-a"), ("people-1", "people-2")] {
        let mut ask = async |room: &str| {
            let mut answers = vec![
                eve.sync("groups/side", "v1", room, json!({ "text": "hi" })).await,
                eve.call("updatePresence", json!({ "room": room, "data": {} })).await,
                eve.call("leaveRoom", json!({ "room": room })).await,
            ];
            if room.starts_with("secret") {
                answers.push(eve.call("joinRoom", json!({ "room": room, "presence": true })).await);
            }
            let call = reqwest::Client::new().post(format!("http://{}/sync/groups/side/v1", server.address()));
            let call = call.json(&json!({ "data": { "text": "hi" }, "receiver": room }));
            answers.push(call.send().await.expect("an answer").json::<Value>().await.expect("JSON"));
            answers
        };
        assert_eq!(ask(there).await, ask(empty).await, "{there}");
    }
    assert!(ada.frames_so_far().await.is_empty(), "and nobody there hears of it");
}

#[tokio::test]
async fn the_id_of_another_s_socket_opens_nothing() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut ada = server.connect_as(Identity::token(&token)).await;
    ada.join("open-a").await;
    // That of a WebSocket, and one that nobody has.
    let own = ada.sid().to_owned();
    for sid in [own.as_str(), "AAAAAAAAAAAAAAAA"] {
        let url = format!("http://{}/socket.io/?EIO=4&transport=polling&sid={sid}", server.address());
        let http = reqwest::Client::new();
        assert_eq!(http.get(&url).send().await.expect("an answer").status(), 400, "{sid}");
        let call = r#"420["sync",{"name":"groups/side","version":"v1","receiver":"open-a","data":{"text":"forged"}}]"#;
        assert_eq!(http.post(&url).body(call).send().await.expect("an answer").status(), 400, "{sid}");
    }
    assert!(ada.frames_so_far().await.is_empty());
}
