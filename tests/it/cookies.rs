//! The session cookie: who may use it, what it is called, and when it is given out anew.

use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use sync::axum::Router;
use sync::axum::extract::State;
use sync::axum::response::{IntoResponse, Response};
use sync::axum::routing::{get, post};
use sync::{Config, Environment, Handle};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};
use test_app::App;

const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

async fn start(change: impl FnOnce(&mut Config)) -> TestServer {
    let routes = |handle| {
        Router::new()
            .route("/who", get(who))
            .route("/shared", get(shared))
            .route("/page", get(async || "nobody is asked"))
            .route("/in/{name}", post(sign_in))
            .route("/out", post(sign_out))
            .with_state(handle)
    };
    TestServer::start_server(test_app::server().cookie_name("chess").routes(routes), change).await
}

async fn who(State(handle): State<Handle<App>>, headers: HeaderMap) -> Response {
    match handle.session(&headers).await {
        Ok(session) => session.get().user_id.clone().into_response(),
        Err(error) => handle.error(&headers, error).await,
    }
}

async fn shared(state: State<Handle<App>>, headers: HeaderMap) -> Response {
    ([("cache-control", "public, max-age=60")], who(state, headers).await).into_response()
}

async fn sign_in(
    State(handle): State<Handle<App>>,
    sync::axum::extract::Path(name): sync::axum::extract::Path<String>,
    headers: HeaderMap,
) -> Response {
    let session = member(&name, "deliver", None).expect("a session");
    match handle.sign_in(&headers, session).await {
        Ok(token) => ([(SET_COOKIE, handle.session_cookie(token.as_str()))], token.as_str().to_owned()).into_response(),
        Err(error) => handle.error(&headers, error).await,
    }
}

async fn sign_out(State(handle): State<Handle<App>>, headers: HeaderMap) -> Response {
    match handle.sign_out(&headers).await {
        Ok(()) => ([(SET_COOKIE, handle.session_cookie(""))], "out").into_response(),
        Err(error) => handle.error(&headers, error).await,
    }
}

/// What a request was answered with: its status, its text, and the cookies that it set.
type Told = (u16, String, Vec<String>);

async fn send(request: RequestBuilder, headers: &[(&str, &str)]) -> Told {
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.expect("an answer");
    let cookies = answer.headers().get_all(SET_COOKIE).iter();
    let cookies = cookies.map(|value| value.to_str().expect("a text").to_owned()).collect();
    (answer.status().as_u16(), answer.text().await.expect("a text"), cookies)
}

async fn ask(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Told {
    send(reqwest::Client::new().get(format!("http://{}{path}", server.address())), headers).await
}

async fn post_to(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Told {
    send(reqwest::Client::new().request(Method::POST, format!("http://{}{path}", server.address())), headers).await
}

async fn token(server: &TestServer, name: &str) -> String {
    server.token(member(name, "deliver", None)).await
}

#[tokio::test]
async fn a_page_on_plain_http_under_any_name_is_who_its_socket_is() {
    let server = start(|_| {}).await;
    let cookie = format!("chess={}", token(&server, "ada").await);
    let port = server.address().port();
    let host = format!("phone.example:{port}");
    let (page, foreign) = (format!("http://{host}/chat?room=1"), "http://evil.example/".to_owned());
    for (said, name) in [
        (vec![("referer", page.as_str())], "ada"),
        (vec![("origin", page.trim_end_matches("/chat?room=1"))], "ada"),
        (vec![("referer", foreign.as_str())], ""),
        (vec![("referer", page.as_str()), ("sec-fetch-site", "cross-site")], ""),
        (vec![], ""),
    ] {
        let mut headers = vec![("host", host.as_str()), ("cookie", &cookie)];
        headers.extend(said);
        assert_eq!(ask(&server, "/who", &headers).await.1, name, "{headers:?}");
        let identity = Identity {
            auth: json!(null),
            headers: headers.iter().map(|(name, value)| (known(name), (*value).to_owned())).collect(),
        };
        Client::connect(server.address(), identity).await.expect("a connection");
        let connection = server.hub().sockets().pop().expect("a connection");
        assert_eq!(connection.session().get().user_id, name, "{headers:?} of a socket");
        server.hub().remove(&connection, false);
    }
}

/// A `HeaderMap` of a socket takes names that live as long as the program.
fn known(name: &str) -> &'static str {
    ["host", "cookie", "referer", "origin", "sec-fetch-site"].into_iter().find(|known| *known == name).expect("a name")
}

#[tokio::test]
async fn a_cookie_that_is_used_is_set_again_but_not_in_every_answer() {
    let server = start(|_| {}).await;
    let token = token(&server, "ada").await;
    let cookie = format!("chess={token}");
    let used = [("cookie", cookie.as_str()), SAME_ORIGIN];
    let bearer = format!("Bearer {token}");
    // Where the cookie is not what says who asks, it is not set.
    for (path, headers) in [
        ("/page", used.to_vec()),
        ("/who", vec![("cookie", cookie.as_str())]),
        ("/who", vec![("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")]),
        ("/who", vec![("authorization", bearer.as_str()), ("cookie", cookie.as_str()), SAME_ORIGIN]),
        ("/who", vec![("cookie", "chess=gone"), SAME_ORIGIN]),
        // A cache on the way would give it to others.
        ("/shared", used.to_vec()),
    ] {
        assert_eq!(ask(&server, path, &headers).await.2, [""; 0], "{path} {headers:?}");
    }
    let set = server.running().handle().session_cookie(&token);
    assert_eq!(ask(&server, "/who", &used).await, (200, "ada".to_owned(), vec![set]));
    assert_eq!(ask(&server, "/who", &used).await, (200, "ada".to_owned(), vec![]));
}

/// The headers of a WebSocket handshake, and those of a call; the one does not mind the other's.
const OF_ANY_DOOR: [(&str, &str); 5] = [
    ("content-type", "application/json"),
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Knocks at a door and returns how many cookies that set.
async fn set_by(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> usize {
    let method = if path.starts_with("/sync") { Method::POST } else { Method::GET };
    let request = reqwest::Client::new().request(method, format!("http://{}{path}", server.address()));
    let headers = headers.iter().chain(&OF_ANY_DOOR);
    let request = headers.fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer").headers().get_all(SET_COOKIE).iter().count()
}

#[tokio::test]
async fn the_call_of_a_route_and_the_handshake_of_a_socket_set_it_again_too() {
    let server = start(|_| {}).await;
    let socket = "/socket.io/?EIO=4&transport=";
    for path in ["/sync/order/wait/v1".to_owned(), format!("{socket}polling"), format!("{socket}websocket")] {
        let cookie = format!("chess={}", token(&server, "ada").await);
        let used = [("cookie", cookie.as_str()), SAME_ORIGIN];
        let unknown = [("cookie", "chess=gone"), SAME_ORIGIN];
        assert_eq!(set_by(&server, &path, &unknown).await, 0, "{path}: a cookie that names nobody");
        assert_eq!(set_by(&server, &path, &used[..1]).await, 0, "{path}: a cookie that does not count");
        assert_eq!(set_by(&server, &path, &used).await, 1, "{path}");
        assert_eq!(set_by(&server, &path, &used).await, 0, "{path}: once is enough");
    }
}

#[tokio::test]
async fn the_old_name_is_read_and_never_taken_for_a_session_of_ours_that_has_ended() {
    let server = start(|_| {}).await;
    let (ada, bob) = (token(&server, "ada").await, token(&server, "bob").await);
    for (cookies, name) in [
        (format!("session={ada}"), "ada"),
        (format!("session={ada}; chess={bob}"), "bob"),
        // That of another app on another port of this host.
        ("session=somebody-elses".to_owned(), ""),
        (format!("session=somebody-elses; chess={bob}"), "bob"),
    ] {
        let (status, who, _) = ask(&server, "/who", &[("cookie", &cookies), SAME_ORIGIN]).await;
        assert_eq!((status, who.as_str()), (200, name), "{cookies}");
    }
    assert_eq!(ask(&server, "/who", &[("cookie", "chess=gone"), SAME_ORIGIN]).await.0, 401);
    let moved =
        ask(&server, "/who", &[("cookie", &format!("session={}", token(&server, "eve").await)), SAME_ORIGIN]).await;
    assert!(moved.2[0].starts_with("chess="), "it goes on under the name of the app: {moved:?}");
}

#[tokio::test]
async fn in_production_a_neighbour_of_the_host_cannot_plant_a_session() {
    let server = start(|config| config.environment = Environment::Production).await;
    let (ada, mallory) = (token(&server, "ada").await, token(&server, "mallory").await);
    // Any host beside ours can set a cookie for both of us, but none with the prefix.
    for (cookies, name) in [
        (format!("session={mallory}"), ""),
        (format!("chess={mallory}"), ""),
        (format!("session={mallory}; chess={mallory}; __Host-chess={ada}"), "ada"),
    ] {
        let (status, who, set) = ask(&server, "/who", &[("cookie", &cookies), SAME_ORIGIN]).await;
        assert_eq!((status, who.as_str()), (200, name), "{cookies}");
        let promoted = set.iter().find(|cookie| cookie.contains(&mallory));
        assert_eq!(promoted, None, "{cookies}");
        post_to(&server, "/in/eve", &[("cookie", &cookies), SAME_ORIGIN]).await;
        let bearer = format!("Bearer {mallory}");
        assert_eq!(ask(&server, "/who", &[("authorization", &bearer)]).await.0, 200, "it is not even ended");
    }
}

#[tokio::test]
async fn the_configured_name_wins_over_that_of_the_app() {
    let server = start(|config| config.cookie_name = Some("checkers".to_owned())).await;
    assert!(post_to(&server, "/in/ada", &[]).await.2[0].starts_with("checkers="));
    let wrong = Config::read("", [("SYNC_COOKIE_NAME".to_owned(), "a b".to_owned())]).expect_err("no name").to_string();
    assert!(wrong.starts_with("`SYNC_COOKIE_NAME` is `a b`: expected a name for cookies"), "{wrong}");
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_cookie_named_where_the_cookie_counts() {
    let server = start(|_| {}).await;
    let before = token(&server, "ada").await;
    let cookie = format!("chess={before}");
    let mut socket = server.connect_as(Identity::token(&before)).await;
    let is_in = async || ask(&server, "/who", &[("authorization", &format!("Bearer {before}"))]).await.0 == 200;
    post_to(&server, "/in/bob", &[("cookie", &cookie), ("sec-fetch-site", "cross-site")]).await;
    assert!(is_in().await, "a foreign page signs nobody out");
    let other = post_to(&server, "/in/eve", &[("authorization", &format!("Bearer {before}"))]).await.1;
    assert!(is_in().await, "who brings a token keeps it");
    let (status, bob, _) = post_to(&server, "/in/bob", &[("cookie", &cookie), SAME_ORIGIN]).await;
    assert_eq!(status, 200);
    assert!(!is_in().await);
    socket.closed().await;
    for (token, name) in [(bob, "bob"), (other, "eve")] {
        assert_eq!(ask(&server, "/who", &[("authorization", &format!("Bearer {token}"))]).await.1, name);
    }
}

#[tokio::test]
async fn signing_in_and_out_sets_the_cookie_once_and_for_all() {
    let server = start(|_| {}).await;
    let (_, token, set) = post_to(&server, "/in/ada", &[]).await;
    assert_eq!(set, [server.running().handle().session_cookie(&token)]);
    let cookie = format!("chess={token}");
    let used = [("cookie", cookie.as_str()), SAME_ORIGIN];
    assert_eq!(ask(&server, "/who", &used).await, (200, "ada".to_owned(), vec![]), "it was set just now");
    let (_, _, ended) = post_to(&server, "/out", &used).await;
    assert_eq!(ended, [server.running().handle().session_cookie("")]);
    assert_eq!(ask(&server, "/who", &used).await.0, 401);
    for headers in [vec![], used.to_vec(), vec![("origin", "http://localhost:1")]] {
        assert_eq!(post_to(&server, "/out", &headers).await.0, 200, "{headers:?}: as signed out as can be");
    }
}
