//! A request of the template, from its file to its answer: by socket, by `POST` and by `GET`.

use crate::template::{self, Template};
use app::SyncApp;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sync::App;
use sync_tests::app::{TestServer, guest, member};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, Identity};

/// A running template and a member of `game-room-1`, whose counter stands at 5.
async fn counted() -> (Template, Client, String) {
    let running = template::start(|_| {}).await;
    let mut session = SyncApp::guest();
    session.user_id = "ada".to_owned();
    let token = running.handle().sessions().create(session).await.expect("a store").as_str().to_owned();
    let mut client = Client::connect(running.address(), Identity::token(&token)).await.expect("a connection");
    client.join("game-room-1").await;
    client.show("/examples").await;
    client.sync("examples/updateCounter", "v1", "game-room-1", json!({ "amount": 5 })).await;
    client.frame().await;
    (running, client, token)
}

async fn json_of(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON")
}

#[tokio::test]
async fn a_request_is_answered_at_both_doors_and_nobody_hears_of_it() {
    let (running, mut client, token) = counted().await;
    let answer = json!({ "status": "success", "result": { "value": 5 } });
    let call = json!({ "name": "examples/readCounter", "version": "v1", "data": { "room": "game-room-1" } });
    assert_eq!(client.call("request", call).await, answer);
    let url = format!("http://{}/api/examples/readCounter/v1", running.address());
    let http = reqwest::Client::new();
    for request in [
        http.post(&url).header("Content-Type", "application/json").body(r#"{"room":"game-room-1"}"#),
        http.get(format!("{url}?room=game-room-1")),
    ] {
        let request = request.bearer_auth(&token);
        assert_eq!(json_of(request.send().await.expect("an answer")).await, answer);
    }
    assert_eq!(client.frames_so_far().await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_wrong_with_its_input_is_said_as_for_an_event() {
    let (running, mut client, token) = counted().await;
    let call = json!({ "name": "examples/readCounter", "version": "v1", "data": { "rooms": "game-room-1" } });
    let told = client.call("request", call).await;
    let url = format!("http://{}/api/examples/readCounter/v1?rooms=game-room-1", running.address());
    let http = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
    for told in [told, json_of(http).await] {
        assert_eq!((&told["errorCode"], &told["errorParams"]["path"]), (&json!("sync-invalid-input"), &json!("rooms")));
    }
}

/// What a query of the test app's echo is answered: the query as it was read, or the code with its path and reason.
async fn echoed(server: &TestServer, query: &str) -> Value {
    let url = format!("http://{}/api/examples/echo/v1{query}", server.address());
    let answer = json_of(reqwest::get(url).await.expect("an answer")).await;
    match answer["status"].as_str() {
        Some("success") => answer["result"]["query"].clone(),
        _ => json!([answer["errorCode"], answer["errorParams"]["path"], answer["errorParams"]["reason"]]),
    }
}

#[tokio::test]
async fn a_query_is_read_by_the_types_of_the_fields_and_a_wrong_one_names_its_field() {
    let server = TestServer::start().await;
    let query = |change: &dyn Fn(&mut Value)| {
        let mut query =
            json!({ "text": "a", "number": null, "ratio": null, "flag": false, "color": null, "day": null });
        change(&mut query);
        query
    };
    for (sent, expected) in [
        ("?text=a", query(&|_| {})),
        ("?text=7&number=7", query(&|query| (query["text"], query["number"]) = (json!("7"), json!(7)))),
        ("?text=true&flag=true", query(&|query| (query["text"], query["flag"]) = (json!("true"), json!(true)))),
        ("?text=", query(&|query| query["text"] = json!(""))),
        ("?text", query(&|query| query["text"] = json!(""))),
        ("?text=a+b%20c%26%3D%C3%A9", query(&|query| query["text"] = json!("a b c&=é"))),
        ("?text=a&number=-1&ratio=1e-1", query(&|query| (query["number"], query["ratio"]) = (json!(-1), json!(0.1)))),
        ("?&&color=darkRed&text=a&", query(&|query| query["color"] = json!("darkRed"))),
        ("?text=a&day=2026-11-28", query(&|query| query["day"] = json!("2026-11-28"))),
        // Bytes that are no UTF-8 are a character that says so.
        ("?text=%FF", query(&|query| query["text"] = json!("\u{fffd}"))),
    ] {
        assert_eq!(echoed(&server, sent).await, expected, "{sent}");
    }
    for (sent, path, reason) in [
        ("", "text", "missing"),
        ("?", "text", "missing"),
        ("?text=a&number=x", "number", "expected-integer"),
        ("?text=a&number=", "number", "expected-integer"),
        ("?text=a&number=1.5", "number", "expected-integer"),
        ("?text=a&number=%2B1", "number", "expected-integer"),
        ("?text=a&number=2147483648", "number", "out-of-range"),
        ("?text=a&ratio=NaN", "ratio", "expected-number"),
        ("?text=a&ratio=11", "ratio", "range"),
        ("?text=a&flag=1", "flag", "expected-boolean"),
        ("?text=a&flag=True", "flag", "expected-boolean"),
        ("?text=a&color=DarkRed", "color", "unknown-variant"),
        ("?text=a&day=2026-02-30", "day", "invalid-format"),
        ("?text=a&text=b", "text", "duplicate-field"),
        ("?text=a&other=b", "other", "unknown-field"),
        ("?text=a&__proto__=b", "__proto__", "unknown-field"),
        ("?text=a&%22=b", "\"", "unknown-field"),
    ] {
        assert_eq!(echoed(&server, sent).await, json!(["sync-invalid-input", path, reason]), "{sent}");
    }
    let many: String = (0..1000).map(|number| format!("&f{number}=1")).collect();
    assert_eq!(echoed(&server, &format!("?text=a{many}")).await[0], "sync-invalid-input");
}

#[tokio::test]
async fn get_is_for_those_that_say_so_and_its_answers_are_kept_by_nobody() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let http = reqwest::Client::new();
    let address = server.address();
    let get = http.get(format!("http://{address}/api/examples/echo/v1?text=a")).send().await.expect("an answer");
    assert_eq!((get.status().as_u16(), &get.headers()["cache-control"]), (200, &"no-store".parse().expect("a value")));
    for (path, method, status) in [
        ("examples/updateCounter/v1", reqwest::Method::GET, 405),
        ("examples/echo/v1", reqwest::Method::PUT, 405),
        ("examples/echo/v1", reqwest::Method::HEAD, 200),
        ("examples/updateCounter/v1", reqwest::Method::HEAD, 405),
        ("examples/nothing/v1", reqwest::Method::GET, 404),
        // An event is no request, and a request no event.
        ("outcome/three/v1", reqwest::Method::GET, 404),
    ] {
        let query = if path == "examples/echo/v1" { "text=a" } else { "amount=1" };
        let url = format!("http://{address}/api/{path}?{query}");
        let answer = http.request(method.clone(), url).bearer_auth(&token).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{method} {path}");
        let allowed = if path == "examples/echo/v1" { "GET, HEAD, POST" } else { "POST" };
        let told = answer.headers().get("allow").map(|value| value.to_str().expect("a text"));
        assert_eq!(told, Some(allowed).filter(|_| status == 405), "{method} {path}");
    }
    // Nobody is told which methods a route has before it is known to be there, nor who may call it before the method is right.
    let url = format!("http://{address}/api/examples/updateCounter/v1?amount=1");
    assert_eq!(http.get(url).send().await.expect("an answer").status().as_u16(), 405);
}

/// What a request knows of its caller: the user of its session and of its sender, its language, its page and its room.
fn known(user: &str, locale: &str, path_name: &str, search_params: Value) -> Value {
    json!({ "userId": user, "sender": { "userId": user }, "locale": locale,
            "pathName": path_name, "searchParams": search_params, "room": "" })
}

fn told_of_caller(mut answer: Value) -> Value {
    let mut told = answer["result"].take();
    told.as_object_mut().and_then(|told| told.remove("query")).unwrap_or_else(|| panic!("{answer}"));
    told
}

#[tokio::test]
async fn a_request_of_a_socket_knows_its_caller_and_no_room() {
    let server = TestServer::start().await;
    let ada = Identity::token(&server.token(member("ada", "deliver", Some("nl"))).await);
    let bob = server.token(member("bob", "deliver", None)).await;
    let callers = [
        // The session's language goes before that of the handshake, and `lang` before the header.
        (Identity { headers: vec![("accept-language", "fr".to_owned())], ..ada }, "ada", "nl"),
        (Identity { auth: json!({ "token": bob, "lang": "de" }), headers: Vec::new() }, "bob", "de"),
        (Identity { auth: Value::Null, headers: vec![("accept-language", "fr".to_owned())] }, "", "fr"),
        (Identity::default(), "", "en"),
    ];
    for (identity, user, locale) in callers {
        let mut client = server.connect_as(identity).await;
        client.join("open-a").await;
        let call = Lane::Request.call("examples/echo", "", json!({ "text": "a" }));
        let answer = client.call("request", call.clone()).await;
        assert_eq!(told_of_caller(answer), known(user, locale, "", json!({})), "nothing was said of a page");
        client.call("updateLocation", json!({ "pathName": "/somewhere", "searchParams": { "tab": "2" } })).await;
        let answer = client.call("request", call).await;
        assert_eq!(told_of_caller(answer), known(user, locale, "/somewhere", json!({ "tab": "2" })));
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_not_the_one_before() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    let large = format!(r#"["updateLocation",{{"pathName":"/{}"}}]"#, "b".repeat(1_100_000));
    let cases = [
        (r#"["updateLocation",{}]"#, "sync-bad-request"),
        (r#"["updateLocation",{"pathName":"/b",}]"#, "sync-bad-request"),
        (r#"["updateLocation",{"pathName":"/b""#, "sync-bad-request"),
        (large.as_str(), "sync-too-large"),
    ];
    for (array, code) in cases {
        client.call("updateLocation", json!({ "pathName": "/a" })).await;
        let told = client.start_raw(array).await;
        assert_eq!(client.ack(told).await["errorCode"], code);
        assert_eq!(page(&mut client).await, "", "{code}");
    }
    client.call("updateLocation", json!({ "pathName": "/a" })).await;
    let told = client.start_binary(r#"["updateLocation",{"pathName":{"_placeholder":true,"num":0}}]"#, &[1]).await;
    assert_eq!(client.ack(told).await["errorCode"], "sync-bad-request");
    assert_eq!(page(&mut client).await, "");
    // What only begins like it says nothing of a page.
    client.call("updateLocation", json!({ "pathName": "/a" })).await;
    let told = client.start_raw(r#"["updateLocations",{"#).await;
    assert_eq!(client.ack(told).await["errorCode"], "sync-bad-request");
    let told = client.start_binary(r#"["sync",{"_placeholder":true,"num":0}]"#, &[1]).await;
    assert_eq!(client.ack(told).await["errorCode"], "sync-bad-request");
    assert_eq!(page(&mut client).await, "/a");
}

/// The page that a socket shows, as a handler sees it.
async fn page(client: &mut Client) -> Value {
    let call = Lane::Request.call("examples/echo", "", json!({ "text": "a" }));
    client.call("request", call).await["result"]["pathName"].take()
}

#[tokio::test]
async fn a_request_over_http_knows_its_caller_and_no_page() {
    let server = TestServer::start().await;
    let ada = server.token(member("ada", "deliver", Some("nl"))).await;
    let bob = server.token(member("bob", "deliver", None)).await;
    // A socket of the same session shows a page, which is that of the socket.
    let mut socket = server.connect_as(Identity::token(&ada)).await;
    socket.show("/somewhere").await;
    let get = || reqwest::Client::new().get(format!("http://{}/api/examples/echo/v1?text=a", server.address()));
    for ask in [&get as &dyn Fn() -> RequestBuilder, &|| post(&server, "examples/echo").body(r#"{"text":"a"}"#)] {
        let cookie = format!("session={bob}");
        let callers = [
            (ask().bearer_auth(&ada).header("accept-language", "fr"), "ada", "nl"),
            (ask().bearer_auth(&bob).header("accept-language", "de, en;q=0.5"), "bob", "de"),
            (ask().header("cookie", cookie).header("sec-fetch-site", "same-origin"), "bob", "en"),
            (ask().header("accept-language", "fr"), "", "fr"),
            (ask(), "", "en"),
        ];
        for (request, user, locale) in callers {
            let answer = json_of(request.send().await.expect("an answer")).await;
            assert_eq!(told_of_caller(answer), known(user, locale, "", json!({})));
        }
    }
}

fn post(server: &TestServer, route: &str) -> RequestBuilder {
    post_in(Lane::Request, server, route)
}

fn post_in(lane: Lane, server: &TestServer, route: &str) -> RequestBuilder {
    let url = format!("http://{}{}/{route}/v1", server.address(), lane.folder());
    reqwest::Client::new().post(url).header("content-type", "application/json")
}

/// In the reader's language, in both lanes, by both doors, and the server goes on.
#[tokio::test]
async fn what_goes_wrong_in_a_handler_is_contained() {
    let server = TestServer::start().await;
    let german = server.token(member("ada", "deliver", Some("de"))).await;
    let english = server.token(member("bob", "deliver", None)).await;
    let mut client = server.connect_as(Identity::token(&german)).await;
    let mut other = server.connect_as(Identity::token(&english)).await;
    client.join("open-a").await;
    other.join("open-a").await;
    let cases = [
        ("odd/panic", json!({}), json!("sync-server-failed"), 500),
        ("odd/guarded", json!({}), json!("sync-server-failed"), 500),
        // Its output has no JSON form.
        ("odd/endless", json!({}), json!("sync-server-failed"), 500),
        ("arguments/hang", json!({}), json!("sync-timeout"), 504),
        ("odd/bomb", json!({ "index": 1 }), Value::Null, 200),
    ];
    for lane in Lane::ALL {
        for (route, data, code, status) in &cases {
            let told = client.call(lane.event(), lane.call(route, "open-a", data.clone())).await;
            let post = || post_in(lane, &server, route).body(lane.body("open-a", data.clone()).to_string());
            let answer = post().bearer_auth(&german).send().await.expect("an answer");
            assert_eq!(answer.status(), *status, "{lane:?}: {route}");
            assert_eq!(json_of(answer).await, told, "{lane:?}: {route}");
            assert_eq!(told["errorCode"], *code, "{lane:?}: {route}: {told}");
            let answer = post().bearer_auth(&english).header("accept-language", "en").send().await.expect("an answer");
            let translated = json_of(answer).await;
            let is_translated = translated["message"] != told["message"];
            assert_eq!(is_translated, !code.is_null(), "{lane:?}: {route}: {told} {translated}");
        }
    }
    // Nobody hears of an event that failed.
    let heard = other.frames_so_far().await;
    assert!(heard.len() == 3 && heard.iter().all(|frame| frame["cb"] == "odd/bomb/v1"), "{heard:?}");
}

#[tokio::test]
async fn a_request_is_handled_to_its_end_though_the_caller_hangs_up() {
    let server = TestServer::start().await;
    let calling = tokio::spawn(post(&server, "beside/block").body("{}").send());
    server.holds(1).await;
    calling.abort();
    assert!(calling.await.is_err_and(|error| error.is_cancelled()));
    // The server has had its time to notice.
    for _ in 0..10 {
        let answer = post(&server, "examples/echo").body(r#"{"text":"a"}"#).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }
    server.holds(1).await;
    assert_eq!(server.running().handle().calls_in_flight(), 1);
    server.app().let_go(1);
    server.holds(0).await;
}

#[tokio::test]
async fn who_has_signed_out_asks_nothing_any_more() {
    let server = TestServer::start().await;
    let token = server.token(member("ada", "deliver", None)).await;
    let ask = || post(&server, "examples/echo").body(r#"{"text":"a"}"#).bearer_auth(&token).send();
    assert_eq!(ask().await.expect("an answer").status(), 200);
    server.sessions().end_token(&token).await.expect("a store");
    assert_eq!(json_of(ask().await.expect("an answer")).await["errorCode"], "auth-required");
}
