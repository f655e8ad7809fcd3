//! The clients of durable data that are registered, through a real server: whose they are, how far each has come, and how it stands.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::socket::{Client, Identity};

const ADA: &str = "list-ada-1";

async fn start(data: &Path) -> TestServer {
    TestServer::start_with(|config| data.clone_into(&mut config.data)).await
}

/// Connects somebody, whose client says what it is with the handshake.
async fn connect(server: &TestServer, user: &str, client: &str) -> Client {
    let token = server.token(member(user, "deliver", None)).await;
    server.connect_as(Identity { auth: json!({ "token": token, "client": client }), headers: Vec::new() }).await
}

/// Puts an item into ada's list, as a client of its own.
async fn put(client: &mut Client, seq: u64) {
    let args = json!({ "id": format!("i{}", seq % 4), "text": format!("x{seq}") });
    let mutation = json!({ "id": format!("m{seq}"), "seq": seq, "name": "lists/put", "version": "v1", "scope": ADA, "args": args });
    let answer = client.call("push", json!({ "client": "writer", "mutations": [mutation] })).await;
    assert_eq!(answer["result"]["results"][0]["ok"], json!(true), "{answer}");
}

async fn pull(client: &mut Client, cursor: u64) -> Value {
    client.call("pull", json!({ "scope": ADA, "cursor": cursor })).await
}

/// Says how a client stands to ada's list: strategy, cursor, and how far behind; or why it is not said.
async fn status(client: &mut Client) -> String {
    let answer = client.call("syncStatus", json!({ "scopes": [ADA] })).await;
    let stands = &answer["scopes"][ADA];
    let told = [&stands["strategy"], &stands["cursor"], &stands["behind"]];
    match stands["errorCode"].as_str().or(answer["errorCode"].as_str()) {
        Some(code) => code.to_owned(),
        None => told.map(|value| value.to_string().replace('"', "")).join(" "),
    }
}

/// Says of a client that is registered whose it is, where it is, and whether it is connected.
async fn registered(server: &TestServer, client: &str) -> String {
    let handle = server.running().handle();
    let Some(found) = handle.clients().get(client).await.expect("a store") else { return "unknown".to_owned() };
    let positions: Vec<_> = found.positions.iter().map(|at| format!("{}@{}", at.scope, at.cursor)).collect();
    let place = if found.connected { "connected" } else { "away" };
    format!("{} [{}] {place}", found.user.as_deref().unwrap_or("nobody"), positions.join(" "))
}

#[tokio::test]
async fn a_client_is_known_with_how_far_it_has_come() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut writer = server.connect(member("ada", "deliver", None)).await;
    put(&mut writer, 1).await;
    put(&mut writer, 2).await;

    let mut ada = connect(&server, "ada", "phone").await;
    assert_eq!(status(&mut ada).await, "snapshot 0 2", "nothing is known of it");
    assert_eq!(registered(&server, "phone").await, "ada [] connected");
    ada.call("subscribe", json!({ "scopes": [ADA] })).await;
    assert_eq!(status(&mut ada).await, "snapshot 0 2", "it is told what comes, and has nothing of what was");
    ada.call("unsubscribe", json!({ "scopes": [ADA] })).await;
    ada.call("snapshot", json!({ "scope": ADA })).await;
    assert_eq!(status(&mut ada).await, "live 2 0");
    assert_eq!(registered(&server, "phone").await, "ada [list-ada-1@2] connected");
    // One of her tabs leaves: she is there with the other one.
    let tab = connect(&server, "ada", "phone").await;
    drop(tab);
    server.has_sockets(2).await;
    put(&mut writer, 3).await;
    assert_eq!(status(&mut ada).await, "catch-up 2 1");
    assert_eq!(registered(&server, "phone").await, "ada [list-ada-1@2] connected");

    // What it reads on is noted, with what it is told as it comes.
    assert_eq!(pull(&mut ada, 2).await["result"]["cursor"], json!(3));
    ada.call("subscribe", json!({ "scopes": [ADA] })).await;
    put(&mut writer, 4).await;
    assert_eq!(ada.event("poke").await["changes"][0]["cursor"], json!(4));
    assert_eq!(status(&mut ada).await, "live 4 0");
    drop(ada);
    server.has_sockets(1).await;
    assert_eq!(registered(&server, "phone").await, "ada [list-ada-1@4] away");

    // A server that begins knows what the one before it knew.
    drop(writer);
    server.into_running().shutdown().await;
    let server = start(data.path()).await;
    let mut ada = connect(&server, "ada", "phone").await;
    assert_eq!(status(&mut ada).await, "live 4 0");
    let mut writer = server.connect(member("ada", "deliver", None)).await;
    put(&mut writer, 5).await;
    assert_eq!(status(&mut ada).await, "catch-up 4 1");
    assert_eq!(pull(&mut ada, 4).await["result"]["changes"].as_array().map(Vec::len), Some(1));
    ada.call("unsubscribe", json!({ "scopes": [ADA] })).await;
    assert_eq!(registered(&server, "phone").await, "ada [] connected", "it does not read that scope any more");
}

#[tokio::test]
async fn one_of_which_nothing_is_known_any_more_begins_with_a_snapshot() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = connect(&server, "ada", "phone").await;
    put(&mut ada, 1).await;
    put(&mut ada, 2).await;
    for _ in 0..2 {
        assert_eq!(pull(&mut ada, 1).await["errorCode"], json!("cursor-too-old"), "until it has begun");
    }
    let cursor = ada.call("snapshot", json!({ "scope": ADA })).await["result"]["cursor"].clone();
    assert_eq!(cursor, json!(2));
    assert_eq!(pull(&mut ada, 2).await["status"], json!("success"));
    // It is known now: a new connection goes on.
    drop(ada);
    server.has_sockets(0).await;
    let mut ada = connect(&server, "ada", "phone").await;
    assert_eq!(pull(&mut ada, 1).await["status"], json!("success"));
    drop(ada);
    server.has_sockets(0).await;

    // Until it has expired, or was forgotten.
    let handle = server.running().handle();
    assert!(handle.clients().unregister("phone").await.expect("a store"));
    assert!(!handle.clients().unregister("phone").await.expect("a store"));
    assert_eq!(registered(&server, "phone").await, "unknown");
    let mut ada = connect(&server, "ada", "phone").await;
    assert_eq!(status(&mut ada).await, "snapshot 0 2");
    assert_eq!(pull(&mut ada, 2).await["errorCode"], json!("cursor-too-old"));
    assert_eq!(pull(&mut ada, 0).await["status"], json!("success"), "from the beginning there is no gap");
    assert_eq!(pull(&mut ada, 2).await["status"], json!("success"));
    // Who says of no client that it is it, is not held to anything.
    let mut other = server.connect(member("ada", "deliver", None)).await;
    assert_eq!(pull(&mut other, 1).await["status"], json!("success"));
    assert_eq!(status(&mut other).await, "snapshot 0 2");
}

#[tokio::test]
async fn a_client_is_of_one_user() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut ada = connect(&server, "ada", "phone").await;
    put(&mut ada, 1).await;
    ada.call("snapshot", json!({ "scope": ADA })).await;

    let foreign = json!(["auth-forbidden", { "key": "client" }]);
    let why = |answer: &Value| json!([answer["errorCode"], answer["errorParams"]]);
    let mut eve = connect(&server, "eve", "phone").await;
    for (event, payload) in [
        ("pull", json!({ "scope": "list-eve-1", "cursor": 0 })),
        ("snapshot", json!({ "scope": "list-eve-1" })),
        ("subscribe", json!({ "scopes": ["list-eve-1"] })),
        ("syncStatus", json!({ "scopes": ["list-eve-1"] })),
        ("syncStatus", json!({ "scopes": ["list-eve-1"], "client": "phone" })),
    ] {
        assert_eq!(why(&eve.call(event, payload).await), foreign, "{event}");
    }
    // She speaks for nobody who could leave a scope.
    assert_eq!(eve.call("unsubscribe", json!({ "scopes": [ADA] })).await["status"], "success");
    // A scope that she may not read says nothing of anybody.
    let told = eve.call("syncStatus", json!({ "scopes": ["list-ada-1000"], "client": "eve's" })).await;
    let closed = &told["scopes"]["list-ada-1000"];
    assert_eq!((&closed["errorCode"], &closed["cursor"]), (&json!("auth-forbidden"), &Value::Null));
    assert_eq!(registered(&server, "phone").await, "ada [list-ada-1@1] connected");
    // One that has pushed is its user's too, without having been registered.
    assert_eq!(why(&eve.call("syncStatus", json!({ "scopes": [], "client": "writer" })).await), foreign);

    let handle = server.running().handle();
    let clients = handle.clients();
    let names = async |after: &str, limit: usize| {
        let page = clients.all(after, limit).await.expect("a store");
        page.iter().map(|one| one.client.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("", 1).await, ["eve's"]);
    assert_eq!(names("eve's", 10).await, ["phone"]);
    // An app that knows of one before it comes says so.
    clients.register("tablet", "ada").await.expect("a store");
    assert_eq!(registered(&server, "tablet").await, "ada [] away");
    let mut guest = server.connect(guest()).await;
    assert_eq!(why(&guest.call("subscribe", json!({ "scopes": [], "client": "tablet" })).await), foreign);
    let bad = guest.call("subscribe", json!({ "scopes": [], "client": "" })).await;
    assert_eq!(bad["errorCode"], json!("sync-bad-request"));
}

#[tokio::test]
async fn a_handshake_with_a_name_that_is_none_is_refused() {
    let server = TestServer::start().await;
    for client in [json!(""), json!("x".repeat(65)), json!("two words"), json!(7)] {
        let refused =
            Client::connect(server.address(), Identity { auth: json!({ "client": client }), headers: Vec::new() })
                .await;
        assert_eq!(refused.err().as_deref(), Some("sync-bad-request"), "{client}");
    }
    let patience = Duration::from_secs(20);
    let fits = json!({ "client": "x".repeat(64) });
    let connected =
        tokio::time::timeout(patience, Client::connect(server.address(), Identity { auth: fits, headers: Vec::new() }))
            .await;
    assert!(connected.expect("an answer").is_ok());
}

/// Returns of which change a socket is poked next, and of how many changes; or why it is poked no more.
async fn poked(client: &mut Client) -> String {
    let poke = client.event("poke").await;
    format!("{} {}", poke["cursor"], poke["changes"].as_array().map_or(0, Vec::len))
}

#[tokio::test]
async fn a_scope_that_is_quiet_rests_and_nobody_notices() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut writer = server.connect(member("ada", "deliver", None)).await;
    let mut ada = connect(&server, "ada", "phone").await;
    let mut bob = connect(&server, "bob", "laptop").await;
    let mut guest = server.connect(guest()).await;
    ada.call("snapshot", json!({ "scope": ADA })).await;
    for client in [&mut ada, &mut bob] {
        client.call("subscribe", json!({ "scopes": [ADA] })).await;
    }
    guest.call("subscribe", json!({ "scopes": ["list-open-1"] })).await;
    assert_eq!(server.rest().await, 2);
    assert_eq!(server.rest().await, 2, "what rests goes on resting");

    // One is told with the changes, as if nothing had been.
    put(&mut writer, 1).await;
    assert_eq!((poked(&mut ada).await, poked(&mut bob).await), ("1 1".into(), "1 1".into()));
    put(&mut writer, 2).await;
    assert_eq!((poked(&mut ada).await, poked(&mut bob).await), ("2 1".into(), "2 1".into()));
    assert_eq!(server.rest().await, 2);
    assert_eq!(registered(&server, "phone").await, "ada [list-ada-1@2] connected", "what it was told is left there");
    assert_eq!(
        registered(&server, "laptop").await,
        "bob [] connected",
        "it has never said that it has what was before"
    );
    assert_eq!(status(&mut ada).await, "live 2 0");
    assert_eq!(server.rest().await, 2, "to ask does not wake");
    // One that somebody follows over HTTP does not rest; nobody waits for it.
    let following = format!("http://{}/_sync/pull?scope=list-open-1&cursor=0", server.address());
    let request = reqwest::Client::new().get(following).header("Accept", "text/event-stream");
    let mut stream = request.send().await.expect("an answer");
    assert!(stream.chunk().await.expect("a stream").is_some());
    assert_eq!(server.rest().await, 1);
    drop(stream);
    // It rests as soon as the server has seen that nobody is there any more.
    let resting = async { while server.rest().await < 2 {} };
    tokio::time::timeout(Duration::from_secs(20), resting).await.expect("it rests");

    // Who may not read any more is told so in place of what comes.
    server.app().ban("bob", "forbidden");
    put(&mut writer, 3).await;
    assert_eq!(poked(&mut ada).await, "3 1");
    assert_eq!(bob.event("unsubscribed").await["errorCode"], json!("scope-forbidden"));
    assert_eq!(server.rest().await, 2);
    server.app().ban("ada", "forbidden");
    assert_eq!(server.running().handle().rooms().recheck_scope(ADA).await.expect("a rule"), 1);
    assert_eq!(ada.event("unsubscribed").await["scope"], json!(ADA));
    server.app().forgive("ada");

    // Who comes anew begins where the scope is, and what is left of one that rests leaves with its socket.
    let told = ada.call("subscribe", json!({ "scopes": [ADA] })).await;
    assert_eq!(told["scopes"][ADA]["cursor"], json!(3));
    assert_eq!(server.rest().await, 2);
    ada.call("unsubscribe", json!({ "scopes": [ADA] })).await;
    assert_eq!(server.rest().await, 1);
    drop(guest);
    server.has_sockets(3).await;
    assert_eq!(server.rest().await, 0);
    put(&mut writer, 4).await;
    assert!(ada.others_so_far().await.is_empty());
}

#[tokio::test]
async fn whoever_subscribes_is_told_the_last_whatever_rests_meanwhile() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let mut writer = server.connect(member("ada", "deliver", None)).await;
    let mut readers = Vec::new();
    for number in 0..4 {
        let mut reader = connect(&server, "ada", &format!("reader-{number}")).await;
        reader.call("snapshot", json!({ "scope": ADA })).await;
        readers.push((reader, 0));
    }
    let (mut chance, mut seq) = (7_u64, 0);
    let mut next = move |below: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    for _ in 0..300 {
        let which = usize::try_from(next(4)).expect("one of four");
        let (reader, subscribed) = &mut readers[which];
        match next(5) {
            0 => {
                let told = reader.call("subscribe", json!({ "scopes": [ADA] })).await;
                *subscribed = told["scopes"][ADA]["cursor"].as_u64().expect("a cursor") + 1;
            }
            1 => {
                reader.call("unsubscribe", json!({ "scopes": [ADA] })).await;
                *subscribed = 0;
            }
            2 => drop(server.rest().await),
            _ => {
                seq += 1;
                put(&mut writer, seq).await;
            }
        }
    }
    seq += 1;
    put(&mut writer, seq).await;
    for (reader, subscribed) in &mut readers {
        if *subscribed == 0 {
            continue;
        }
        // Each is told all that has come since it subscribed: with the changes, or by a cursor behind them.
        let mut last = 0;
        while last < seq {
            let poke = reader.event("poke").await;
            let cursor = poke["cursor"].as_u64().expect("a cursor");
            assert!(cursor >= last, "{poke} behind {last}");
            last = cursor;
        }
        assert_eq!(reader.call("syncStatus", json!({ "scopes": [ADA] })).await["scopes"][ADA]["behind"], json!(0));
    }
}
