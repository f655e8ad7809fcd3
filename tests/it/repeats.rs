//! A call that is repeated under the same id happens once, and is answered the same.

use std::path::Path;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity};

/// A call of `repeats` with this id.
fn call(lane: Lane, route: &str, how: &str, id: &str) -> Value {
    let mut call = lane.call(&format!("repeats/{route}"), "open-a", json!({ "how": how }));
    call["id"] = json!(id);
    call
}

fn ran(run: u32) -> Value {
    json!({ "status": "success", "result": { "run": run } })
}

async fn post(server: &TestServer, token: Option<&str>, lane: Lane, route: &str, how: &str, id: &str) -> Value {
    let url = format!("http://{}{}/repeats/{route}/v1", server.address(), lane.folder());
    let body = lane.body("open-a", json!({ "how": how })).to_string();
    let request = reqwest::Client::new().post(url).header("Content-Type", "application/json").body(body);
    let request = token.iter().fold(request.header("Idempotency-Key", id), |request, token| request.bearer_auth(token));
    let answer = request.send().await.expect("an answer").text().await.expect("a text");
    serde_json::from_str(&answer).expect("JSON")
}

/// Somebody who is signed in, on a socket in `open-a`, and their token.
async fn signed_in(server: &TestServer, user: &str) -> (Client, String) {
    let token = server.token(member(user, "deliver", None)).await;
    (again(server, &token).await, token)
}

async fn again(server: &TestServer, token: &str) -> Client {
    let mut client = server.connect_as(Identity::token(token)).await;
    client.join("open-a").await;
    client
}

#[tokio::test]
async fn a_repeated_call_is_answered_the_same_at_both_doors_on_any_socket_and_happens_once() {
    let server = TestServer::start_alone().await;
    let (mut watching, _) = signed_in(&server, "bob").await;
    let mut runs = 0;
    for lane in Lane::ALL {
        for route in ["once", "kept"] {
            let (mut client, token) = signed_in(&server, "ada").await;
            runs += 1;
            let first = client.call(lane.event(), call(lane, route, "answer", "a-1")).await;
            assert_eq!(first, ran(runs), "{lane:?} {route}");
            assert_eq!(client.call(lane.event(), call(lane, route, "answer", "a-1")).await, first);
            drop(client);
            let mut client = again(&server, &token).await;
            assert_eq!(client.call(lane.event(), call(lane, route, "answer", "a-1")).await, first, "another socket");
            assert_eq!(post(&server, Some(&token), lane, route, "answer", "a-1").await, first, "another door");

            runs += 1;
            let other = client.call(lane.event(), call(lane, route, "answer", "a-2")).await;
            assert_eq!(other, ran(runs), "another id");
            runs += 1;
            let (mut other, _) = signed_in(&server, "bob").await;
            assert_eq!(other.call(lane.event(), call(lane, route, "answer", "a-1")).await, ran(runs), "another caller");
            let reused = client.call(lane.event(), call(lane, route, "refuse", "a-1")).await;
            assert_eq!((&reused["errorCode"], &reused["httpStatus"]), (&json!("sync-id-reused"), &json!(409)));
        }
    }
    let heard =
        watching.frames_so_far().await.iter().map(|frame| frame["serverOutput"]["run"].clone()).collect::<Vec<_>>();
    assert_eq!(heard, [1, 2, 3, 4, 5, 6], "each event once");
}

#[tokio::test]
async fn what_came_of_a_call_that_failed_is_what_came_of_it() {
    let server = TestServer::start().await;
    let (mut client, _) = signed_in(&server, "ada").await;
    for lane in Lane::ALL {
        for route in ["once", "kept"] {
            for (how, code) in [("refuse", "room-limit"), ("panic", "sync-server-failed")] {
                let call = call(lane, route, how, &format!("{how}-{route}-{}", lane.event()));
                let first = client.call(lane.event(), call.clone()).await;
                assert_eq!(first["errorCode"], code);
                assert_eq!(client.call(lane.event(), call).await, first, "{lane:?} {route}");
            }
        }
    }
    assert_eq!(server.app().run(), 9);
}

#[tokio::test]
async fn what_is_refused_before_the_handler_can_be_called_again() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    let call = call(Lane::Event, "once", "answer", "a-1");
    assert_eq!(client.call("sync", call.clone()).await["errorCode"], "sync-not-in-room");
    let mut wrong = call.clone();
    wrong["data"] = json!({ "how": "else" });
    client.join("open-a").await;
    assert_eq!(client.call("sync", wrong).await["errorCode"], "sync-invalid-input");
    assert_eq!(client.call("sync", call.clone()).await, ran(1));
    // Who may not do it any more is still told that it has happened.
    client.call("leaveRoom", json!({ "room": "open-a" })).await;
    assert_eq!(client.call("sync", call).await, ran(1));
    for (id, code) in
        [(json!(""), "sync-bad-request"), (json!("a b"), "sync-bad-request"), (json!(7), "sync-bad-request")]
    {
        let call = json!({ "name": "repeats/once", "version": "v1", "receiver": "open-a", "id": id });
        assert_eq!(client.call("sync", call).await["errorCode"], code, "{id}");
    }
}

#[tokio::test]
async fn a_repeat_waits_for_the_first_call_and_the_first_goes_on_when_its_caller_has_gone() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let (mut client, token) = signed_in(&server, "ada").await;
        client.start(lane.event(), call(lane, "once", "hold", "a-1")).await;
        server.holds(1).await;
        drop(client);
        server.has_sockets(0).await;
        let posting = post(&server, Some(&token), lane, "once", "hold", "a-1");
        let repeating = async {
            let mut client = again(&server, &token).await;
            client.call(lane.event(), call(lane, "once", "hold", "a-1")).await
        };
        let letting_go = async {
            // They wait, or come later and are told at once.
            server.app().let_go(1);
        };
        let (posted, repeated, ()) = tokio::join!(posting, repeating, letting_go);
        assert_eq!([posted, repeated], [ran(1), ran(1)], "{lane:?}");
        assert_eq!(server.app().run(), 2);
    }
}

#[tokio::test]
async fn pages_without_a_session_are_told_apart_by_their_names_and_requests_by_their_addresses() {
    let server = TestServer::start_alone().await;
    let page = |name: &str| Identity { auth: json!({ "tab": name }), ..Identity::default() };
    let (one, other) = (page("a-name-of-one-page-1"), page("a-name-of-one-page-2"));
    for (identity, run) in [(one.clone(), 1), (other, 2), (one, 1), (Identity::default(), 3), (Identity::default(), 4)]
    {
        let mut client = server.connect_as(identity).await;
        client.join("open-a").await;
        assert_eq!(client.call("sync", call(Lane::Event, "once", "answer", "a-1")).await, ran(run));
    }
    for _ in 0..2 {
        assert_eq!(post(&server, None, Lane::Request, "once", "answer", "a-1").await, ran(5));
    }
}

#[tokio::test]
async fn one_caller_keeps_no_more_than_its_share_and_too_many_at_once_are_refused() {
    let server = TestServer::start_alone_with(|config| config.idempotency_bytes = 4096).await;
    let (mut client, _) = signed_in(&server, "ada").await;
    for number in 0..100 {
        client.call("request", call(Lane::Request, "once", "answer", &number.to_string())).await;
    }
    assert_eq!(client.call("request", call(Lane::Request, "once", "answer", "99")).await, ran(100));
    assert_eq!(client.call("request", call(Lane::Request, "once", "answer", "0")).await, ran(101), "it was forgotten");

    // Beside each other over HTTP; one more than may run of one caller.
    let (server, calls) = (TestServer::start().await, 129);
    let token = server.token(member("ada", "deliver", None)).await;
    let ids: Vec<_> = (0..calls).map(|number: u32| number.to_string()).collect();
    let mut calling: FuturesUnordered<_> =
        ids.iter().map(|id| post(&server, Some(&token), Lane::Request, "once", "hold", id)).collect();
    assert_eq!(calling.next().await.expect("an answer")["errorCode"], "sync-rate-limited");
    server.app().let_go(calls);
    assert!(calling.all(async |answer| answer["status"] == "success").await);
}

/// Starts with the files that another one has left behind.
async fn anew(data: &Path) -> TestServer {
    TestServer::start_server(test_app::server_with_files(), |config| data.clone_into(&mut config.data)).await
}

#[tokio::test]
async fn calls_of_durable_routes_are_known_when_the_server_has_started_anew() {
    let data = tempfile::tempdir().expect("a folder");
    let server = anew(data.path()).await;
    let (mut client, token) = signed_in(&server, "ada").await;
    let ways = Lane::ALL.iter().flat_map(|lane| ["answer", "refuse"].map(|how| (*lane, how)));
    let mut told = Vec::new();
    for (lane, how) in ways {
        let call = call(lane, "kept", how, &format!("{how}-{}", lane.event()));
        told.push((lane, call.clone(), client.call(lane.event(), call).await));
    }
    client.call("sync", call(Lane::Event, "once", "answer", "a-1")).await;
    // It is cut off: nobody will ever know what it has done.
    let cut = call(Lane::Request, "kept", "hold", "cut");
    client.start("request", cut.clone()).await;
    server.holds(1).await;
    drop(server);

    let server = anew(data.path()).await;
    let mut client = again(&server, &token).await;
    for (lane, call, answer) in told {
        assert_eq!(client.call(lane.event(), call.clone()).await, answer, "{call}");
    }
    let unknown = client.call("request", cut).await;
    assert_eq!((&unknown["errorCode"], &unknown["httpStatus"]), (&json!("sync-outcome-unknown"), &json!(409)));
    let reused = client.call("sync", call(Lane::Event, "kept", "refuse", "answer-sync")).await;
    assert_eq!(reused["errorCode"], "sync-id-reused");
    assert_eq!(server.app().run(), 1, "none of them ran");
    assert_eq!(client.call("sync", call(Lane::Event, "once", "answer", "a-1")).await, ran(2), "it is not durable");
}

#[tokio::test]
async fn a_durable_call_does_not_run_where_it_cannot_be_noted() {
    let data = tempfile::tempdir().expect("a folder");
    let server = anew(data.path()).await;
    let (mut client, _) = signed_in(&server, "ada").await;
    std::fs::remove_file(data.path().join("calls.sqlite")).expect("a file");
    let refused = client.call("sync", call(Lane::Event, "kept", "answer", "a-1")).await;
    assert_eq!((&refused["errorCode"], &refused["httpStatus"]), (&json!("sync-unavailable"), &json!(503)));
    assert_eq!(server.app().run(), 1);
}

#[tokio::test]
async fn what_was_sent_in_another_life_of_the_server_does_not_happen_twice() {
    let data = tempfile::tempdir().expect("a folder");
    let server = anew(data.path()).await;
    let (mut client, token) = signed_in(&server, "ada").await;
    let repeat = |lane: Lane, route: &str, id: &str, socket: &str| {
        let mut call = call(lane, route, "answer", id);
        call["sentOn"] = json!(socket);
        call
    };
    let first = client.socket_id.clone();
    client.call("sync", call(Lane::Event, "kept", "answer", "kept-1")).await;
    assert_eq!(client.call("sync", repeat(Lane::Event, "once", "a-1", &first)).await, ran(2), "it had not arrived");
    drop(client);
    drop(server);

    let server = anew(data.path()).await;
    let mut client = again(&server, &token).await;
    for lane in Lane::ALL {
        let unknown = client.call(lane.event(), repeat(lane, "once", "a-1", &first)).await;
        assert_eq!(unknown["errorCode"], "sync-outcome-unknown", "nobody knows here whether it has happened");
    }
    assert_eq!(client.call("sync", repeat(Lane::Event, "kept", "kept-1", &first)).await, ran(1), "it is known");
    assert_eq!(client.call("sync", repeat(Lane::Event, "kept", "kept-2", &first)).await, ran(1), "it never began");
    // Nor in another session: it is another caller there.
    let (mut other, _) = signed_in(&server, "ada").await;
    for route in ["once", "kept"] {
        let unknown = other.call("sync", repeat(Lane::Event, route, "other-1", &client.socket_id)).await;
        assert_eq!(unknown["errorCode"], "sync-outcome-unknown", "{route}");
    }
    let wrong = client
        .call("sync", json!({ "name": "repeats/once", "version": "v1", "receiver": "open-a", "sentOn": 7 }))
        .await;
    assert_eq!(wrong["errorCode"], "sync-bad-request");
}
