//! Sessions in a file and in a Redis: over a restart, and with the store taken away and given back.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use sync::{Config, Server, StartError};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};
use test_app::App;

use crate::redis::Redis;

/// Starts the test app with sessions where the configuration says.
async fn start(change: impl FnOnce(&mut Config)) -> TestServer {
    TestServer::start_server(Server::new(async |_config| Ok(App::default())), change).await
}

async fn start_in(folder: &Path) -> TestServer {
    start(|config| config.data = folder.to_owned()).await
}

async fn knock(server: &TestServer, token: &str) -> Result<(), String> {
    Client::connect(server.address(), Identity::token(token)).await.map(drop)
}

/// Calls over HTTP, and returns the status.
async fn call(server: &TestServer, token: &str) -> u16 {
    let call = reqwest::Client::new().post(format!("http://{}/api/examples/echo/v1", server.address()));
    let call = call.header("content-type", "application/json").body(r#"{"text":"hi"}"#).bearer_auth(token);
    call.send().await.expect("an answer").status().as_u16()
}

/// Calls all the time while something happens, and returns how many calls were answered, and how many were not since the store was away.
async fn under_load(server: &TestServer, token: &str, happening: impl Future<Output = ()>) -> [usize; 2] {
    let load = async {
        let mut answers = [0; 2];
        for _ in 0..40 {
            for status in futures_util::future::join_all((0..8).map(|_| call(server, token))).await {
                assert!([200, 503].contains(&status), "{status}");
                answers[usize::from(status == 503)] += 1;
            }
        }
        answers
    };
    tokio::join!(load, happening).0
}

async fn says(socket: &mut Client, text: &str) {
    let answer = socket.sync("outcome/three", "v1", "open-a", json!({ "text": text })).await;
    assert_eq!(answer["result"]["text"], text, "{answer}");
}

#[tokio::test]
async fn sessions_outlive_the_server_and_those_that_were_signed_out_do_not_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = start_in(&data).await;
    let token = server.token(member("ada", "deliver", Some("nl"))).await;
    let out = server.token(member("bob", "deliver", None)).await;
    server.sessions().end_token(&out).await.expect("a store");
    server.into_running().shutdown().await;
    let server = start_in(&data).await;
    assert_eq!(knock(&server, &token).await, Ok(()));
    assert_eq!(knock(&server, &out).await, Err("auth-required".to_owned()));
    let session = server.sessions().find(&token).await.expect("a store").expect("a session");
    assert_eq!((session.get().user_id.as_str(), session.get().locale.as_deref()), ("ada", Some("nl")));
    server.running().handle().end_user("ada").await.expect("a store");
    assert_eq!(knock(&server, &token).await, Err("auth-required".to_owned()), "whose it is was kept, too");
}

#[tokio::test]
async fn a_server_whose_folder_cannot_be_used_does_not_start_and_says_which_setting_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    std::fs::write(folder.path().join("sessions.sqlite"), "no database".repeat(100)).expect("a file");
    for (data, expected) in [(file.as_path(), "`SYNC_DATA` names another folder"), (folder.path(), "is damaged")] {
        let mut config = Config::default();
        (config.data, config.listen) = (data.to_owned(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let server: Server<App> = Server::new(async |_config| Ok(App::default()));
        let refused = server.start(&test_app::routes::TABLE, config).await.expect_err("it cannot");
        assert!(matches!(refused, StartError::Data(_)) && refused.to_string().contains(expected), "{refused}");
    }
}

#[tokio::test]
async fn a_file_that_is_taken_away_under_load_is_told_to_who_needs_it_and_nothing_to_who_is_connected() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start_in(folder.path()).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut socket = server.connect_as(Identity::token(&token)).await;
    socket.join("open-a").await;
    assert_eq!(call(&server, &token).await, 200);
    let (here, away) = (folder.path().join("sessions.sqlite"), folder.path().join("away"));
    let taken = async {
        std::fs::rename(&here, &away).expect("moved");
        assert_eq!(knock(&server, &token).await, Err("session-unavailable".to_owned()));
        assert_eq!(call(&server, &token).await, 503);
        says(&mut socket, "while it is away").await;
        std::fs::rename(&away, &here).expect("moved");
        assert_eq!(call(&server, &token).await, 200);
    };
    let answers = under_load(&server, &token, taken).await;
    assert!(answers.iter().all(|count| *count > 0), "{answers:?}");
    assert_eq!(knock(&server, &token).await, Ok(()));
    says(&mut socket, "when it is back").await;
}

async fn server_on(redis: &Redis) -> TestServer {
    start(|config| config.redis_url = Some(redis.url())).await
}

#[tokio::test]
async fn servers_with_one_redis_have_the_same_sessions_and_their_ends() {
    let Some(redis) = Redis::new() else { return };
    let (one, other) = (server_on(&redis).await, server_on(&redis).await);
    let token = one.token(member("ada", "deliver", None)).await;
    assert_eq!(knock(&other, &token).await, Ok(()));
    let live = other.sessions().find(&token).await.expect("a store").expect("a session");
    other.sessions().update(&live, |session| session.locale = Some("nl".to_owned())).await.expect("a session");
    let found = one.sessions().find(&token).await.expect("a store").expect("a session");
    assert_eq!(found.get().locale.as_deref(), Some("nl"));
    other.running().handle().end_user("ada").await.expect("a store");
    assert_eq!(knock(&one, &token).await, Err("auth-required".to_owned()));
}

#[tokio::test]
async fn a_redis_that_is_taken_away_under_load_is_told_to_who_needs_it_and_comes_back_by_itself() {
    let Some(mut redis) = Redis::new() else { return };
    let server = server_on(&redis).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut socket = server.connect_as(Identity::token(&token)).await;
    socket.join("open-a").await;
    for end in ["killed", "stopped"] {
        assert_eq!(call(&server, &token).await, 200);
        let taken = async {
            if end == "killed" {
                redis.kill()
            } else {
                redis.signal("-STOP")
            }
            assert_eq!(knock(&server, &token).await, Err("session-unavailable".to_owned()), "{end}");
            assert_eq!(call(&server, &token).await, 503, "{end}");
            says(&mut socket, "while it is away").await;
            if end == "killed" { assert!(redis.start()) } else { redis.signal("-CONT") }
        };
        let answers = under_load(&server, &token, taken).await;
        assert!(answers[1] > 0, "{end}: {answers:?}");
        let back = async { while call(&server, &token).await != 200 {} };
        tokio::time::timeout(Duration::from_secs(5), back).await.expect("it comes back by itself");
        assert_eq!(knock(&server, &token).await, Ok(()), "{end}");
        says(&mut socket, "when it is back").await;
    }
    assert_eq!(call(&server, "no token").await, 401);
}

#[tokio::test]
async fn a_server_starts_without_its_redis_and_needs_it_for_nothing_but_sessions() {
    let Some(mut redis) = Redis::new() else { return };
    redis.kill();
    let server = server_on(&redis).await;
    assert_eq!(knock(&server, "a token").await, Err("session-unavailable".to_owned()));
    let mut guest = server.connect(sync_tests::app::guest()).await;
    guest.join("open-a").await;
    says(&mut guest, "hi").await;
    assert!(redis.start());
    let back = async { while server.sessions().find("a token").await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(5), back).await.expect("it comes back by itself");
}
