//! How often somebody may do something, and who that is.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use sync::__private::client_address;
use sync::axum::Router;
use sync::axum::extract::{Path, State};
use sync::axum::http::HeaderMap;
use sync::axum::response::{IntoResponse, Response};
use sync::axum::routing::post;
use sync::{BoxFuture, CloseReason, Config, Handle, MemoryStore, Rate, RateLimit, SessionStore, StoreError, TokenHash};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity, PATIENCE};
use test_app::{App, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// Where everybody may send.
const HALL: &str = "hall-limited";

/// A store that counts what it is asked.
struct Counting {
    store: MemoryStore<Session>,
    asked: AtomicUsize,
}

impl Counting {
    fn new() -> Arc<Self> {
        Arc::new(Self { store: MemoryStore::new(Duration::from_secs(3600)), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl SessionStore<Session> for Counting {
    fn ttl(&self) -> Duration {
        self.store.ttl()
    }

    fn create(&self, key: TokenHash, user: Option<String>, session: Session) -> BoxFuture<'_, Result<(), StoreError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.create(key, user, session)
    }

    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<Session>, StoreError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.load(key)
    }

    fn update(
        &self,
        key: TokenHash,
        user: Option<String>,
        session: Session,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.store.update(key, user, session)
    }

    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        self.store.touch(keys)
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        self.store.remove(key)
    }

    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        SessionStore::<Session>::remove_user(&self.store, user, keep)
    }
}

/// So many at once, and then one in an hour: a test is over before that.
fn burst(burst: u32) -> RateLimit {
    RateLimit::At(Rate::new(1, 3600, burst))
}

/// Starts the test app with limits, behind a proxy on this machine that is believed.
async fn start(change: impl FnOnce(&mut Config)) -> TestServer {
    start_with(test_app::server(), change).await
}

async fn start_with(server: sync::Server<App>, change: impl FnOnce(&mut Config)) -> TestServer {
    let routes = |handle| Router::new().route("/in/{name}", post(sign_in)).with_state(handle);
    TestServer::start_server(server.routes(routes), |config| {
        config.limits = true;
        config.trusted_proxies = vec!["127.0.0.1".to_owned()];
        change(config);
    })
    .await
}

async fn sign_in(State(handle): State<Handle<App>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match handle.sign_in(&headers, member(&name, "deliver", None).expect("a session")).await {
        Ok(token) => token.as_str().to_owned().into_response(),
        Err(error) => handle.error(&headers, error).await,
    }
}

/// What a request was answered with: its status, `Retry-After`, and its text.
#[derive(Debug)]
struct Told {
    status: u16,
    retry_after: Option<String>,
    text: String,
}

impl Told {
    /// Checks that it is a refusal, whole.
    fn check_refused(&self, seconds: u64) {
        let body: Value = serde_json::from_str(&self.text).expect("JSON");
        check_refused(&body, seconds);
        assert_eq!((self.status, self.retry_after.clone()), (429, Some(seconds.to_string())));
    }
}

fn check_refused(answer: &Value, seconds: u64) {
    let at = answer["errorParams"]["seconds"].as_u64().expect("a whole number");
    // A moment has passed since the budget was empty.
    assert!((seconds.saturating_sub(60).max(1)..=seconds).contains(&at), "{answer}");
    assert_eq!((answer["status"].as_str(), answer["errorCode"].as_str()), (Some("error"), Some("sync-rate-limited")));
    assert_eq!(answer["httpStatus"], 429);
    assert!(answer["message"].as_str().is_some_and(|text| text.starts_with("Too many requests")), "{answer}");
}

async fn ask(server: &TestServer, path: &str, body: Value, headers: &[(&str, &str)]) -> Told {
    let request = reqwest::Client::new().post(format!("http://{}{path}", server.address())).json(&body);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.expect("an answer");
    let retry_after = answer.headers().get(RETRY_AFTER).map(|value| value.to_str().expect("a text").to_owned());
    Told { status: answer.status().as_u16(), retry_after, text: answer.text().await.expect("a text") }
}

/// Asks a public request, and returns the status.
async fn status(server: &TestServer, headers: &[(&str, &str)]) -> u16 {
    ask(server, "/api/beside/letGo/v1", json!({ "calls": 0 }), headers).await.status
}

/// Returns how often a limit has refused, as the metrics say. They count whom they are shown to as little as anybody else does.
async fn limited(server: &TestServer, limit: &str) -> u64 {
    let text = reqwest::get(format!("http://{}/metrics", server.address())).await.expect("an answer");
    let text = text.text().await.expect("a text");
    let series = format!(r#"sync_limited_total{{limit="{limit}"}} "#);
    let line = text.lines().find_map(|line| line.strip_prefix(&series));
    line.unwrap_or_else(|| panic!("{text}")).parse().expect("a number")
}

fn forwarded(address: &str) -> Identity {
    Identity { headers: vec![("x-forwarded-for", address.to_owned())], ..Identity::default() }
}

#[tokio::test]
async fn a_route_says_how_often_one_caller_may_call_it_by_either_door() {
    for lane in Lane::ALL {
        let server = start(|_| {}).await;
        let token = server.token(member("ada", "deliver", None)).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let path = format!("{}/limited/few/v1", lane.folder());
        let call = lane.call("limited/few", HALL, json!({}));
        let mut ada = server.connect_as(Identity::token(&token)).await;
        assert_eq!(ada.call(lane.event(), call.clone()).await["status"], "success", "{lane:?}");
        assert_eq!(ask(&server, &path, lane.body(HALL, json!({})), &headers).await.status, 200, "{lane:?}");
        // Another socket of the same user, with another session.
        let mut tab = server.connect(member("ada", "deliver", None)).await;
        assert_eq!(tab.call(lane.event(), call.clone()).await["status"], "success", "{lane:?}");
        for client in [&mut ada, &mut tab] {
            check_refused(&client.call(lane.event(), call.clone()).await, 3600);
        }
        let told = ask(&server, &path, lane.body(HALL, json!({})), &headers).await;
        let body: Value = serde_json::from_str(&told.text).expect("JSON");
        let seconds = body["errorParams"]["seconds"].as_u64().expect("a whole number");
        told.check_refused(seconds);
        check_refused(&body, 3600);
        // Nobody else is concerned, and no other route.
        let mut bob = server.connect(member("bob", "deliver", None)).await;
        assert_eq!(bob.call(lane.event(), call).await["status"], "success", "{lane:?}");
        assert_eq!(ada.call("joinedRooms", json!({})).await["status"], "success", "{lane:?}");
        assert_eq!(limited(&server, "route").await, 3, "{lane:?}");
    }
}

#[tokio::test]
async fn a_volatile_route_without_a_server_file_has_its_own_rate() {
    let server = start(|_| {}).await;
    let mut ada = server.connect(member("ada", "deliver", None)).await;
    for expected in ["success", "success", "error"] {
        assert_eq!(ada.sync("limited/seen", "v1", HALL, json!({})).await["status"], expected);
    }
    assert!(limited(&server, "volatile").await > 0);
}

#[tokio::test]
async fn who_has_not_signed_in_is_a_page_or_an_address() {
    let server = start(|_| {}).await;
    let call = Lane::Request.call("limited/few", "", json!({}));
    let page = |name: &str| Identity { auth: json!({ "tab": name }), ..Identity::default() };
    let mut first = server.connect_as(page("a page with a long name")).await;
    let mut again = server.connect_as(page("a page with a long name")).await;
    let mut other = server.connect_as(page("a page with another name")).await;
    for client in [&mut first, &mut again] {
        assert_eq!(client.call("request", call.clone()).await["status"], "success");
    }
    assert_eq!(first.call("request", call.clone()).await["status"], "success");
    assert_eq!(again.call("request", call.clone()).await["errorCode"], "sync-rate-limited");
    assert_eq!(other.call("request", call).await["status"], "success");
    let ask = async |address: &str| {
        ask(&server, "/api/limited/few/v1", json!({}), &[("x-forwarded-for", address)]).await.status
    };
    for (address, expected) in [
        ("192.0.2.1", 200),
        ("192.0.2.1", 200),
        ("192.0.2.1", 200),
        ("192.0.2.1", 429),
        ("192.0.2.2", 200),
        // One network of IPv6 is one caller.
        ("2001:db8:0:1::1", 200),
        ("2001:db8:0:1::2", 200),
        ("2001:db8:0:1:ffff::3", 200),
        ("2001:db8:0:1::4", 429),
        ("2001:db8:0:2::1", 200),
    ] {
        assert_eq!(ask(address).await, expected, "{address}");
    }
}

#[tokio::test]
async fn the_session_is_looked_at_before_calls_are_counted_and_everything_else_after() {
    let server = start(|_| {}).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut ada = server.connect_as(Identity::token(&token)).await;
    let refusals = async |ada: &mut Client| {
        let unknown = ada.sync("limited/many", "v1", HALL, json!({})).await;
        let outside = ada.sync("limited/few", "v1", "open-a", json!({})).await;
        let wrong = ada.sync("limited/few", "v1", HALL, json!({ "x": 1 })).await;
        [unknown, outside, wrong].map(|answer| answer["errorCode"].as_str().expect("a code").to_owned())
    };
    assert_eq!(refusals(&mut ada).await, ["sync-not-found", "sync-not-in-room", "sync-invalid-input"]);
    assert_eq!(ada.sync("limited/few", "v1", HALL, json!({})).await["status"], "success");
    assert_eq!(refusals(&mut ada).await, ["sync-not-found", "sync-rate-limited", "sync-rate-limited"]);
    let wrong = [("authorization", "Bearer nonsense")];
    for _ in 0..5 {
        assert_eq!(ask(&server, "/api/limited/few/v1", json!({}), &wrong).await.status, 401);
    }
}

#[tokio::test]
async fn all_that_a_socket_sends_is_counted_and_who_does_not_listen_is_closed() {
    let server = start(|config| config.socket_rate_limit = burst(6)).await;
    let mut ada = server.connect(guest()).await;
    ada.join("open-a").await;
    ada.show("/a").await;
    assert_eq!(ada.call("joinedRooms", json!({})).await["rooms"], json!(["open-a"]));
    assert_eq!(ada.call("nonsense", json!({})).await["errorCode"], "sync-bad-request");
    assert_eq!(
        ada.call("request", json!({ "name": "beside/letGo", "version": "v1", "data": { "calls": 0 } })).await["status"],
        "success"
    );
    assert_eq!(ada.call("leaveRoom", json!({ "room": "open-a" })).await["rooms"], json!([]));
    // The socket stays open and is told why, each time.
    check_refused(&ada.call("joinRoom", json!({ "room": "open-a" })).await, 3600);
    check_refused(&ada.call("updateLocation", json!({ "pathName": "/b", "searchParams": {} })).await, 3600);
    check_refused(&ada.call("joinedRooms", json!({})).await, 3600);
    check_refused(
        &ada.call("request", json!({ "name": "beside/letGo", "version": "v1", "data": { "calls": 0 } })).await,
        3600,
    );
    check_refused(&ada.call("leaveRoom", json!({ "room": "open-a" })).await, 3600);
    check_refused(&ada.call("joinRoom", json!({ "room": "open-b" })).await, 3600);
    assert_eq!(server.running().closed_sockets().closed(CloseReason::RateLimited), 0);
    ada.start("joinedRooms", json!({})).await;
    ada.closed().await;
    assert_eq!(ada.closing, Some(json!({ "reason": "rate-limited" })));
    server.has_sockets(0).await;
    assert_eq!(server.running().closed_sockets().closed(CloseReason::RateLimited), 1);
    assert!(limited(&server, "socket").await > 0);
}

/// What calls nothing is answered by nobody, and is not for nothing either.
#[tokio::test]
async fn frames_that_call_nothing_are_counted_too() {
    let server = start(|_| {}).await;
    // An acknowledgement of nothing, CONNECT once more, another namespace, a pong of Engine.IO and a ping.
    for frame in ["431[1]", "40", "41/x,", "3", "2"] {
        let closed = || server.running().closed_sockets().closed(CloseReason::RateLimited);
        let before = closed();
        let mut ada = server.connect(guest()).await;
        ada.send_all(std::iter::repeat_n(frame, 2000)).await;
        assert_eq!(
            ada.call("joinedRooms", json!({})).await["rooms"],
            json!([]),
            "{frame}: a few are nobody's business"
        );
        // The connection may be closed before all of it is written.
        for _ in 0..20_000 {
            if ada.send_message(Message::text(frame)).await.is_err() {
                break;
            }
        }
        ada.closed().await;
        server.has_sockets(0).await;
        assert!(closed() > before, "{frame}");
    }
}

#[tokio::test]
async fn a_page_that_may_not_say_where_it_is_does_not_count_as_being_where_it_was() {
    let server = start(|config| config.socket_rate_limit = burst(2)).await;
    let mut ada = server.connect(guest()).await;
    ada.join("open-a").await;
    ada.show("/secret").await;
    let location = || server.hub().sockets()[0].location();
    assert_eq!(location().path_name, "/secret");
    ada.call("updateLocation", json!({ "pathName": "/b", "searchParams": {} })).await;
    assert_eq!((location().path_name.as_str(), location().truncated), ("", true));
}

#[tokio::test]
async fn an_address_is_counted_before_anybody_is_looked_up() {
    let store = Counting::new();
    let server = test_app::server().session_store(store.clone());
    let server = start_with(server, |config| config.address_rate_limit = burst(3)).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let (asked, bearer) = (store.asked(), format!("Bearer {token}"));
    let headers = [("authorization", bearer.as_str()), ("x-forwarded-for", "192.0.2.1")];
    for _ in 0..3 {
        assert_eq!(status(&server, &headers).await, 200);
    }
    let known = store.asked();
    assert!(known > asked, "who that is was looked up");
    for lane in Lane::ALL {
        let told = ask(&server, &format!("{}/limited/few/v1", lane.folder()), json!({}), &headers).await;
        assert_eq!(told.status, 429, "{told:?}");
    }
    // So are pages, sign-ins, and what is not there; but whether the server is well may always be asked.
    for path in ["/", "/in/ada", "/nothing"] {
        assert_eq!(ask(&server, path, json!({}), &headers).await.status, 429, "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        let url = format!("http://{}{path}", server.address());
        let answer = reqwest::Client::new().get(url).header("x-forwarded-for", "192.0.2.1").send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    // The connection of a proxy is that of many, and stays open; that of the client itself does not, see below.
    let url = format!("http://{}/", server.address());
    let refused =
        reqwest::Client::new().get(&url).header("x-forwarded-for", "192.0.2.1").send().await.expect("an answer");
    assert_eq!((refused.status().as_u16(), refused.headers().get("connection")), (429, None));
    let identity = Identity { headers: vec![("x-forwarded-for", "192.0.2.1".to_owned())], ..Identity::token(&token) };
    let refused = Client::connect(server.address(), identity).await.expect_err("the handshake is refused");
    assert!(refused.contains("429"), "{refused}");
    assert_eq!(store.asked(), known, "nobody was looked up");
    assert_eq!(status(&server, &[("x-forwarded-for", "192.0.2.2")]).await, 200, "another address");
}

#[tokio::test]
async fn a_connect_that_is_refused_has_the_code_and_asks_no_store() {
    let store = Counting::new();
    let server = test_app::server().session_store(store.clone());
    // The handshake is one, and its CONNECT another.
    let server = start_with(server, |config| config.address_rate_limit = burst(1)).await;
    let asked = store.asked();
    let identity = Identity { auth: json!({ "token": "nonsense" }), ..forwarded("192.0.2.1") };
    assert_eq!(Client::connect(server.address(), identity).await.expect_err("refused"), "sync-rate-limited");
    assert_eq!(store.asked(), asked);
}

#[tokio::test]
async fn messages_of_all_sockets_of_an_address_are_counted_together() {
    let server = start(|config| config.address_rate_limit = burst(7)).await;
    // Each takes two: its handshake and its CONNECT.
    let mut first = server.connect_as(forwarded("192.0.2.1")).await;
    let mut second = server.connect_as(forwarded("192.0.2.1")).await;
    let mut other = server.connect_as(forwarded("192.0.2.2")).await;
    for (client, expected) in [(&mut first, "success"), (&mut second, "success"), (&mut other, "success")] {
        assert_eq!(client.call("joinedRooms", json!({})).await["status"], expected);
    }
    assert_eq!(first.call("joinedRooms", json!({})).await["status"], "success");
    for client in [&mut first, &mut second] {
        assert_eq!(client.call("joinedRooms", json!({})).await["errorCode"], "sync-rate-limited");
    }
    assert_eq!(other.call("joinedRooms", json!({})).await["status"], "success");
    assert!(limited(&server, "address").await > 0);
}

#[tokio::test]
async fn one_user_is_counted_on_all_sockets_and_over_http() {
    let server = start(|config| config.user_rate_limit = burst(3)).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let bearer = format!("Bearer {token}");
    let mut first = server.connect(member("ada", "deliver", None)).await;
    let mut second = server.connect_as(Identity::token(&token)).await;
    assert_eq!(first.call("joinedRooms", json!({})).await["status"], "success");
    assert_eq!(second.call("joinedRooms", json!({})).await["status"], "success");
    assert_eq!(status(&server, &[("authorization", &bearer)]).await, 200);
    assert_eq!(status(&server, &[("authorization", &bearer)]).await, 429);
    assert_eq!(first.call("joinedRooms", json!({})).await["errorCode"], "sync-rate-limited");
    assert_eq!(
        server.connect(member("bob", "deliver", None)).await.call("joinedRooms", json!({})).await["status"],
        "success"
    );
    assert!(limited(&server, "user").await > 0);
}

#[tokio::test]
async fn what_is_kept_of_those_who_have_not_signed_in_is_counted() {
    let server = start(|config| config.address_rate_limit = burst(50)).await;
    let push = async |from: u32| {
        let mutation = |seq: u32| json!({ "id": format!("m{seq}"), "seq": seq, "name": "no/such", "version": "v1", "scope": "list-all-1", "args": {} });
        let mutations: Vec<_> = (from..from + 40).map(mutation).collect();
        let url = format!("http://{}/_sync/push", server.address());
        let request = reqwest::Client::new().post(url).header("x-forwarded-for", "192.0.2.1");
        let answer = request.json(&json!({ "client": "c1", "mutations": mutations })).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        let results = answer["result"]["results"].as_array().cloned().unwrap_or_default();
        results.iter().filter(|result| result["errorCode"] == "mutation-unknown").count()
    };
    // The request counts, and each refusal that is kept.
    assert_eq!([push(1).await, push(41).await], [40, 8]);
}

#[tokio::test]
async fn nobody_chooses_an_address_by_a_header() {
    let limit = |config: &mut Config| config.address_rate_limit = burst(2);
    // Behind a proxy that appends, what a client has written stands before its address, and changes nothing.
    let server = start(limit).await;
    for (index, forged) in ["6.6.6.6", "10.0.0.1, 6.6.6.7", "unknown", "\"", ""].into_iter().enumerate() {
        let line = format!("{forged}, 192.0.2.1");
        let expected = if index < 2 { 200 } else { 429 };
        assert_eq!(status(&server, &[("x-forwarded-for", &line)]).await, expected, "{line}");
    }
    assert_eq!(status(&server, &[("forwarded", "for=\"192.0.2.1:4711\";proto=https")]).await, 429, "the same client");
    assert_eq!(status(&server, &[("forwarded", "for=\"[2001:db8::1]\"")]).await, 200, "another one");
    // A header that the proxy does not know is the client's own: the two do not agree, and neither is believed.
    for expected in [200, 200] {
        let both = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=6.6.6.6")];
        assert_eq!(status(&server, &both).await, expected, "this machine has no limit in development");
    }
    // Without a proxy, and in production, this machine is an address like any other, whatever it says.
    let server = start(|config| {
        limit(config);
        config.trusted_proxies.clear();
        config.environment = sync::Environment::Production;
    })
    .await;
    for (name, line, expected) in [
        ("x-forwarded-for", "192.0.2.1", 200),
        ("forwarded", "for=192.0.2.2", 200),
        ("x-forwarded-for", "192.0.2.3", 429),
        ("forwarded", "for=192.0.2.4", 429),
        ("x-real-ip", "192.0.2.5", 429),
    ] {
        assert_eq!(status(&server, &[(name, line)]).await, expected, "{name}: {line}");
    }
    // Who is told so on a connection of its own has to come again for the next answer, however much it has asked on this one.
    let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
    let requests = "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    stream.write_all(requests.as_bytes()).await.expect("it is read");
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("in time").unwrap_or_default();
    assert_eq!(String::from_utf8_lossy(&answer).matches("HTTP/1.1 429").count(), 1);
}

#[tokio::test]
async fn whoever_sends_more_than_is_read_gets_the_answer() {
    const SENT: usize = 4 << 20;
    let server = start(|_| {}).await;
    for (path, expected) in [("/sync/echo/v1", 413), ("/api/nothing/v1", 413), ("/sync", 413), ("/nowhere", 404)] {
        let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n");
        // What comes with its head is read whether it is looked at or not, and the connection goes on.
        stream.write_all(format!("{head}content-length: 2\r\n\r\n{{}}").as_bytes()).await.expect("it is read");
        stream.write_all(format!("{head}content-length: {SENT}\r\n\r\n").as_bytes()).await.expect("it is read");
        stream.write_all(&vec![b' '; SENT]).await.expect("it is taken, read or not");
        let mut answers = String::new();
        let all = tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answers)).await;
        all.expect("in time").expect("an end in order");
        let (_, last) = answers.rsplit_once("HTTP/1.1 ").expect("an answer");
        assert!(last.starts_with(&expected.to_string()), "{path}: {answers}");
        assert!(last.contains("connection: close"), "{path}: {answers}");
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 2, "{path}: {answers}");
    }
}

#[tokio::test]
async fn people_sign_in_from_an_address_so_often() {
    let store = Counting::new();
    let server = test_app::server().session_store(store.clone());
    let server = start_with(server, |config| config.sign_in_rate_limit = burst(2)).await;
    let enter = async |address: &str| ask(&server, "/in/ada", json!({}), &[("x-forwarded-for", address)]).await;
    assert_eq!([enter("192.0.2.1").await.status, enter("192.0.2.1").await.status], [200, 200]);
    let asked = store.asked();
    let told = enter("192.0.2.1").await;
    assert_eq!((told.status, store.asked()), (429, asked));
    check_refused(&serde_json::from_str(&told.text).expect("JSON"), 3600);
    assert_eq!(enter("192.0.2.2").await.status, 200);
    assert!(limited(&server, "sign-in").await > 0);
}

#[tokio::test]
async fn an_address_has_so_many_sockets_and_gets_their_places_back() {
    let server = start(|config| config.address_connections = 2).await;
    let first = server.connect_as(forwarded("192.0.2.1")).await;
    let _second = server.connect_as(forwarded("192.0.2.1")).await;
    let refused = Client::connect(server.address(), forwarded("192.0.2.1")).await;
    assert_eq!(refused.expect_err("there are two"), "sync-rate-limited");
    let _other = server.connect_as(forwarded("192.0.2.2")).await;
    drop(first);
    server.has_sockets(2).await;
    server.connect_as(forwarded("192.0.2.1")).await;
    assert!(limited(&server, "sockets").await > 0);
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_the_quiet_ones_go_first() {
    const CONNECTIONS: usize = 20;
    let server = start(|config| {
        config.environment = sync::Environment::Production;
        config.trusted_proxies.clear();
        config.address_connections = CONNECTIONS;
    })
    .await;
    // Half-open, as many as anybody likes: only those that were opened last are kept.
    let mut open = VecDeque::new();
    for _ in 0..10_000 {
        let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
        stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap_or_default();
        open.push_back(stream);
        if open.len() > 3 * CONNECTIONS {
            let mut oldest = open.pop_front().expect("many");
            let ended = tokio::time::timeout(PATIENCE, oldest.read_to_end(&mut Vec::new())).await;
            assert!(ended.is_ok(), "the oldest are closed");
        }
    }
    // Whoever comes after them is served.
    let mut last = TcpStream::connect(server.address()).await.expect("a connection");
    last.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.expect("it is read");
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, last.read_to_string(&mut answer)).await.expect("in time").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Those that are busy are not: sockets take all places, and the next one is told so before anything is read of it.
    drop(open);
    let server = start(|config| {
        config.environment = sync::Environment::Production;
        config.trusted_proxies.clear();
        config.address_connections = 2;
    })
    .await;
    let (mut first, _second) = (server.connect(guest()).await, server.connect(guest()).await);
    let mut third = TcpStream::connect(server.address()).await.expect("a connection");
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, third.read_to_end(&mut answer)).await.expect("in time").unwrap_or_default();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 429 Too Many Requests\r\nretry-after: 5\r\n"), "{answer}");
    assert_eq!(first.call("joinedRooms", json!({})).await["status"], "success");
}

#[tokio::test]
async fn without_limits_nobody_is_counted() {
    let server = start(|config| {
        config.limits = false;
        config.address_rate_limit = burst(1);
        config.socket_rate_limit = burst(1);
    })
    .await;
    let mut ada = server.connect_as(forwarded("192.0.2.1")).await;
    for _ in 0..300 {
        assert_eq!(ada.sync("limited/few", "v1", HALL, json!({})).await["status"], "success");
    }
}

#[tokio::test]
async fn what_may_be_said_in_a_head_is_configured() {
    let server = start(|config| config.head_limit = 8192).await;
    let long = "x".repeat(9000);
    assert_eq!(status(&server, &[("x-long", &long)]).await, 431);
    let server = start(|_| {}).await;
    assert_eq!(status(&server, &[("x-long", &long)]).await, 200);
}

/// What clients and proxies write into these headers, and what they had better not.
const PIECES: [&str; 20] = [
    "1.2.3.4",
    "10.0.0.1",
    "[2001:db8::1]",
    "for=",
    "For=",
    "\"",
    "\\",
    ",",
    ";",
    "=",
    " ",
    "\t",
    ":80",
    "]",
    "unknown",
    "_x",
    "by=",
    "é",
    "%",
    "",
];

#[test]
fn whatever_a_header_says_the_address_is_that_of_the_pipe_or_one_that_is_written_there() {
    let mut config = Config::default();
    config.trusted_proxies = vec!["10.0.0.0/8".to_owned()];
    let peer = "10.0.0.9".parse().expect("an address");
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize % below
    };
    let mut believed = 0;
    for _ in 0..20_000 {
        let mut headers = HeaderMap::new();
        let mut written = String::new();
        for _ in 0..=next(3) {
            let line: String = (0..next(8)).map(|_| PIECES[next(PIECES.len())]).collect();
            let name = ["x-forwarded-for", "forwarded"][next(2)];
            headers.append(name, sync::axum::http::HeaderValue::from_bytes(line.as_bytes()).expect("a value"));
            written.push_str(&line);
        }
        let found = client_address(peer, &headers, &config);
        assert!(found == peer || written.contains(&found.to_string()), "{headers:?}: {found}");
        believed += usize::from(found != peer);
    }
    assert!(believed > 100, "some of them are lists: {believed}");
}
