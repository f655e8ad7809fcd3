//! Who may do what: every route of the template, for everybody who could ask, at both doors.

use std::net::SocketAddr;

use crate::template::{self, Template};
use app::SyncApp;
use app::routes::TABLE;
use expect_test::expect;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sync::App;
use sync_tests::socket::{Client, Identity};

/// A room of each page that opens some; others send to the first.
const ROOMS: [(&str, &str); 4] =
    [("examples", "game-room-1"), ("chat", "chat-1"), ("lobby", "lobby-1"), ("test/nestedTest", "nested-1")];

/// Nothing that a route takes for its input: who gets so far has been let in.
fn wrong() -> Value {
    json!({ "nothing": "that any route takes" })
}

/// Somebody with a socket, and with a token unless they are anonymous.
struct Caller {
    who: &'static str,
    socket: Client,
    token: Option<String>,
}

async fn caller(running: &Template, who: &'static str) -> Caller {
    let token = match who {
        "anonymous" => None,
        _ => {
            let mut session = SyncApp::guest();
            session.user_id = who.to_owned();
            Some(running.handle().sessions().create(session).await.expect("a store").as_str().to_owned())
        }
    };
    let identity = token.as_deref().map_or_else(Identity::default, Identity::token);
    let mut socket = Client::connect(running.address(), identity).await.expect("a connection");
    if who == "member" {
        for (_, room) in ROOMS {
            socket.join(room).await;
        }
    }
    Caller { who, socket, token }
}

fn code(answer: &Value) -> String {
    match answer["errorCode"].as_str() {
        Some(code) => format!("{} {code}", answer["httpStatus"]),
        None => "let in".to_owned(),
    }
}

impl Caller {
    fn http(&self, method: Method, url: &str) -> RequestBuilder {
        let request = reqwest::Client::new().request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Asks at every door, and returns what each says; once if all say the same.
    async fn ask(&mut self, address: SocketAddr, event: &str, call: &Value) -> String {
        let mut told = vec![code(&self.socket.call(event, call.clone()).await)];
        let (prefix, body) = if event == "sync" { ("sync", call.clone()) } else { ("api", call["data"].clone()) };
        let url = format!("http://{address}/{prefix}/{}/{}", text(&call["name"]), text(&call["version"]));
        let json = body.to_string();
        let mut requests = vec![self.http(Method::POST, &url).header("content-type", "application/json").body(json)];
        if event == "request" {
            requests.push(self.http(Method::GET, &format!("{url}?nothing=7")));
        }
        for request in requests {
            let answer = request.send().await.expect("an answer").text().await.expect("a text");
            told.push(code(&serde_json::from_str(&answer).expect("JSON")));
        }
        told.dedup();
        told.join(" / ")
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[tokio::test]
async fn every_route_lets_in_whom_it_should_at_every_door() {
    let running = template::start(|_| {}).await;
    let mut callers = Vec::new();
    for who in ["anonymous", "stranger", "member"] {
        callers.push(caller(&running, who).await);
    }
    let mut matrix = String::new();
    let lanes = [("sync", &TABLE.events), ("request", &TABLE.requests)];
    for (event, route) in lanes.iter().flat_map(|(event, lane)| lane.all.iter().map(move |route| (*event, route))) {
        let id = route.id();
        let room = ROOMS.iter().find(|(page, _)| *page == id.page).map_or(ROOMS[0].1, |(_, room)| room);
        let call = json!({ "name": id.path, "version": id.version, "receiver": room, "data": wrong() });
        matrix.push_str(&format!("{event} {}\n", id.cb));
        for caller in &mut callers {
            let told = caller.ask(running.address(), event, &call).await;
            matrix.push_str(&format!("  {}: {told}\n", caller.who));
        }
    }
    expect![[r#"
        sync board/cursor/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync chat/sendMessage/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync examples/fail/v1
          anonymous: 403 sync-not-in-room
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync examples/updateCounter/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync examples/updateCounter/v2
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync lobby/typing/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync root/announce/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync story/tell/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        sync test/nestedTest/room/v1
          anonymous: 401 auth-required
          stranger: 403 sync-not-in-room
          member: 400 sync-invalid-input
        request examples/readCounter/v1
          anonymous: 401 auth-required
          stranger: 400 sync-invalid-input
          member: 400 sync-invalid-input
    "#]]
    .assert_eq(&matrix);
}
