//! Signing out, with a store that is slow, down, or changed by somebody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sync::axum::Router;
use sync::axum::extract::State;
use sync::axum::http::HeaderMap;
use sync::axum::response::{IntoResponse, Response};
use sync::axum::routing::post;
use sync::{BoxFuture, CloseReason, Config, Handle, MemoryStore, SessionStore, StoreError, TokenHash};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};
use test_app::{App, Session};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

type Answer<'s, T> = BoxFuture<'s, Result<T, StoreError>>;

/// What goes wrong in a store.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    Nothing,
    /// Removing takes until there is another trouble.
    SlowToRemove,
    /// Nothing is removed.
    CannotRemove,
    /// Every answer is that there is none.
    Down,
    /// Nothing is answered at all.
    Silent,
}

/// A store that has trouble.
struct TroubledStore {
    kept: MemoryStore<Session>,
    trouble: watch::Sender<Trouble>,
    asked_to_remove: Notify,
    loaded: AtomicUsize,
}

impl TroubledStore {
    fn set(&self, trouble: Trouble) {
        self.trouble.send_replace(trouble);
    }

    async fn check(&self) -> Result<(), StoreError> {
        let now = *self.trouble.borrow();
        match now {
            Trouble::Down => Err(StoreError("down".into())),
            Trouble::Silent => std::future::pending().await,
            _ => Ok(()),
        }
    }

    async fn has(&self, token: &str) -> bool {
        self.kept.touch(vec![TokenHash::of(token)]).await.expect("a store").is_empty()
    }
}

impl SessionStore<Session> for TroubledStore {
    fn ttl(&self) -> Duration {
        self.kept.ttl()
    }

    fn create(&self, key: TokenHash, user: Option<String>, session: Session) -> Answer<'_, ()> {
        Box::pin(async move {
            self.check().await?;
            self.kept.create(key, user, session).await
        })
    }

    fn load(&self, key: TokenHash) -> Answer<'_, Option<Session>> {
        Box::pin(async move {
            self.loaded.fetch_add(1, Ordering::Relaxed);
            self.check().await?;
            self.kept.load(key).await
        })
    }

    fn update(&self, key: TokenHash, user: Option<String>, session: Session) -> Answer<'_, bool> {
        Box::pin(async move {
            self.check().await?;
            self.kept.update(key, user, session).await
        })
    }

    fn touch(&self, keys: Vec<TokenHash>) -> Answer<'_, Vec<TokenHash>> {
        Box::pin(async move {
            self.check().await?;
            self.kept.touch(keys).await
        })
    }

    fn remove(&self, key: TokenHash) -> Answer<'_, ()> {
        Box::pin(async move {
            self.asked_to_remove.notify_one();
            let mut trouble = self.trouble.subscribe();
            let now = *trouble.wait_for(|now| *now != Trouble::SlowToRemove).await.expect("a store");
            if now == Trouble::Nothing {
                self.kept.remove(key).await
            } else {
                Err(StoreError("the disk is full".into()))
            }
        })
    }

    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> Answer<'_, Vec<TokenHash>> {
        Box::pin(async move {
            self.check().await?;
            SessionStore::<Session>::remove_user(&self.kept, user, keep).await
        })
    }
}

/// A server with a troubled store, and somebody with a socket there.
struct Stage {
    store: Arc<TroubledStore>,
    server: TestServer,
    token: String,
    socket: Client,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let store = Arc::new(TroubledStore {
            kept: MemoryStore::new(Config::default().session_ttl),
            trouble: watch::Sender::new(Trouble::Nothing),
            asked_to_remove: Notify::new(),
            loaded: AtomicUsize::new(0),
        });
        let routes = |handle| Router::new().route("/out", post(sign_out)).with_state(handle);
        let server = test_app::server().session_store(store.clone()).routes(routes);
        let server = TestServer::start_server(server, change).await;
        let token = server.token(member("ada", "deliver", None)).await;
        let socket = server.connect_as(Identity::token(&token)).await;
        Self { store, server, token, socket }
    }

    async fn knock(&self) -> Result<(), String> {
        Client::connect(self.server.address(), Identity::token(&self.token)).await.map(drop)
    }

    /// Sends a request to sign out, without waiting for the answer.
    async fn ask_to_sign_out(&self) -> TcpStream {
        let Self { server, token, .. } = self;
        let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
        let head =
            format!("POST /out HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("a server that reads");
        stream
    }

    async fn sign_out(&self) -> (u16, String) {
        let address = format!("http://{}/out", self.server.address());
        let request = reqwest::Client::new().post(address).bearer_auth(&self.token).header("accept-language", "nl");
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }
}

fn ada() -> Option<String> {
    Some("ada".to_owned())
}

async fn sign_out(State(handle): State<Handle<App>>, headers: HeaderMap) -> Response {
    match handle.sign_out(&headers).await {
        Ok(()) => "out".into_response(),
        Err(error) => handle.error(&headers, error).await,
    }
}

#[tokio::test]
async fn signing_out_is_done_though_the_caller_hangs_up() {
    let mut stage = Stage::new().await;
    stage.store.set(Trouble::SlowToRemove);
    let caller = stage.ask_to_sign_out().await;
    stage.store.asked_to_remove.notified().await;
    drop(caller);
    stage.socket.closed().await;
    assert_eq!(stage.knock().await, Err("auth-required".to_owned()), "while the store takes its time");
    stage.store.set(Trouble::Nothing);
    let Stage { store, server, token, .. } = stage;
    server.into_running().shutdown().await;
    assert!(!store.has(&token).await, "shutdown waits for the store");
}

#[tokio::test]
async fn signing_out_counts_here_though_the_store_fails_and_the_caller_is_told() {
    let mut stage = Stage::new().await;
    stage.store.set(Trouble::CannotRemove);
    let (status, body) = stage.sign_out().await;
    assert_eq!(status, 503);
    assert!(body.contains("\"session-unavailable\"") && body.contains("Je aanmelding kan"), "{body}");
    stage.socket.closed().await;
    assert_eq!(stage.knock().await, Err("auth-required".to_owned()));
    stage.store.set(Trouble::Nothing);
    assert_eq!(stage.sign_out().await, (200, "out".to_owned()), "asking again is how one knows");
    assert!(!stage.store.has(&stage.token).await);
    assert_eq!(stage.knock().await, Err("auth-required".to_owned()));
}

#[tokio::test]
async fn a_session_that_an_operator_removes_ends_with_its_sockets() {
    let mut stage = Stage::new().await;
    stage.store.kept.remove(TokenHash::of(&stage.token)).await.expect("a store");
    assert_eq!(stage.knock().await, Err("auth-required".to_owned()));
    stage.socket.closed().await;
    assert!(!stage.store.has(&stage.token).await, "it is not written again by a socket that goes");
}

#[tokio::test]
async fn what_another_server_writes_shows_when_the_session_is_found_and_is_not_written_over() {
    let stage = Stage::new().await;
    let sessions = stage.server.sessions();
    let key = TokenHash::of(&stage.token);
    stage.store.update(key, ada(), member("ada", "skip", None).expect("a session")).await.expect("a store");
    let live = sessions.find(&stage.token).await.expect("a store").expect("a session");
    assert_eq!(live.get().outcome, "skip");
    stage.store.update(key, ada(), member("ada", "error", None).expect("a session")).await.expect("a store");
    let changed = sessions.update(&live, |session| session.locale = Some("nl".to_owned())).await.expect("a session");
    assert_eq!((changed.outcome.as_str(), changed.locale.as_deref()), ("error", Some("nl")));
    assert_eq!(live.get().outcome, "error");
}

#[tokio::test]
async fn a_store_that_is_down_is_told_by_its_own_code_at_both_doors_and_ends_nothing() {
    let mut stage = Stage::new().await;
    stage.store.set(Trouble::Down);
    assert_eq!(stage.knock().await, Err("session-unavailable".to_owned()));
    let unavailable = (503, "session-unavailable");
    let cases = [
        ("sync/order/wait/v1", r#"{"receiver":"open-a"}"#, unavailable),
        ("api/examples/echo/v1", "{}", unavailable),
        // What is wrong before anybody asks who calls is told as ever.
        ("sync/order/wait/v9", r#"{"receiver":"open-a"}"#, (404, "sync-not-found")),
        ("api/examples/nothing/v1", "{}", (404, "sync-not-found")),
        ("api/examples/echo/v1", "{", (400, "sync-bad-request")),
    ];
    for (path, body, (status, code)) in cases {
        let call = reqwest::Client::new().post(format!("http://{}/{path}", stage.server.address()));
        let call = call.header("content-type", "application/json").body(body).bearer_auth(&stage.token);
        let answer = call.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{path}");
        let body = answer.text().await.expect("a text");
        assert!(body.contains(&format!("\"{code}\"")), "{path} {body}");
        assert_eq!(body.contains("Your sign-in cannot"), status == 503, "{path} {body}");
    }
    stage.store.set(Trouble::Nothing);
    assert_eq!(stage.knock().await, Ok(()));
    stage.socket.join("open-a").await;
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told_though_the_store_is_silent_and_in_the_caller_s_language_if_it_is_not() {
    let stage = Stage::new().await;
    let token = stage.server.token(member("eva", "deliver", Some("nl"))).await;
    let large = " ".repeat(Config::default().message_limit + 1);
    let json = "application/json";
    let cases = [
        ("PUT", "api/examples/echo/v1", json, "{}", 405),
        ("POST", "api/examples/echo/v1", "text/plain", "{}", 415),
        ("POST", "sync/order/wait/v9", json, r#"{"receiver":"open-a"}"#, 404),
        ("POST", "api/examples/nothing/v1", json, "{}", 404),
        ("POST", "api/examples/echo/v1", json, large.as_str(), 413),
        ("POST", "api/examples/echo/v1", json, "{", 400),
    ];
    for (trouble, (method, path, kind, body, status)) in
        [Trouble::Nothing, Trouble::Silent].into_iter().flat_map(|trouble| cases.map(|case| (trouble, case)))
    {
        stage.store.set(trouble);
        let url = format!("http://{}/{path}", stage.server.address());
        let call = reqwest::Client::new().request(method.parse().expect("a method"), url);
        let asking = call.header("content-type", kind).body(body.to_owned()).bearer_auth(&token).send();
        let answer = tokio::time::timeout(Duration::from_secs(3), asking).await.expect("an answer in good time");
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), status, "{method} {path}");
        let told: Value = serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON");
        let sentence = told["message"].as_str().expect("a sentence");
        let is_dutch = ["Dit ", "Deze ", "Het "].iter().any(|word| sentence.starts_with(word));
        assert_eq!(is_dutch, trouble == Trouble::Nothing, "{method} {path} {sentence}");
    }
}

#[tokio::test]
async fn a_handshake_does_not_wait_for_a_silent_store_to_renew_its_cookie() {
    let stage = Stage::new().await;
    stage.store.set(Trouble::Silent);
    let address = format!("http://{}/socket.io/?EIO=4&transport=polling", stage.server.address());
    let request = reqwest::Client::new().get(address).header("sec-fetch-site", "same-origin");
    let answering = request.header("cookie", format!("session={}", stage.token)).send();
    let answer = tokio::time::timeout(Duration::from_secs(3), answering).await.expect("an answer in good time");
    let answer = answer.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.headers().get("set-cookie")), (200, None));
}

impl Stage {
    /// Starts another session, and connects with it.
    async fn sign_in(&self, user: &str) -> (String, Client) {
        let token = self.server.token(member(user, "deliver", None)).await;
        let socket = self.server.connect_as(Identity::token(&token)).await;
        (token, socket)
    }

    async fn connects(&self, token: &str) -> bool {
        match Client::connect(self.server.address(), Identity::token(token)).await {
            Ok(_) => true,
            Err(refused) => {
                assert_eq!(refused, "auth-required");
                false
            }
        }
    }
}

async fn is_told(socket: &mut Client, reason: &str) {
    socket.closed().await;
    assert_eq!(socket.closing, Some(json!({ "reason": reason })));
}

#[tokio::test]
async fn all_sessions_of_a_user_end_with_all_their_sockets_and_those_of_others_do_not() {
    let mut stage = Stage::new().await;
    let mut second_tab = stage.server.connect_as(Identity::token(&stage.token)).await;
    let (elsewhere, mut socket_elsewhere) = stage.sign_in("ada").await;
    let unused = stage.server.token(member("ada", "deliver", None)).await;
    let (bob, mut socket_of_bob) = stage.sign_in("bob").await;
    stage.server.running().handle().end_user("ada").await.expect("a store");
    for socket in [&mut stage.socket, &mut second_tab, &mut socket_elsewhere] {
        is_told(socket, "session-ended").await;
    }
    for token in [&stage.token, &elsewhere, &unused] {
        assert!(!stage.connects(token).await);
        assert!(!stage.store.has(token).await);
    }
    assert!(stage.connects(&bob).await);
    socket_of_bob.join("open-a").await;
    let (again, _) = stage.sign_in("ada").await;
    assert!(stage.connects(&again).await, "who signs in afterwards is let in");
}

#[tokio::test]
async fn the_sessions_of_a_user_that_are_in_use_end_though_the_store_is_down() {
    let mut stage = Stage::new().await;
    let unused = stage.server.token(member("ada", "deliver", None)).await;
    stage.store.set(Trouble::Down);
    let ended = stage.server.running().handle().end_user("ada").await;
    assert_eq!(ended.expect_err("the store is down").code(), "session-unavailable");
    is_told(&mut stage.socket, "session-ended").await;
    stage.store.set(Trouble::Nothing);
    assert!(!stage.connects(&stage.token).await);
    assert!(stage.connects(&unused).await, "this is what the caller was told");
    stage.server.running().handle().end_user("ada").await.expect("a store");
    assert!(!stage.connects(&unused).await);
}

#[tokio::test]
async fn a_user_may_have_many_sessions_unless_the_configuration_says_one() {
    let mut stage = Stage::new().await;
    let (second, _socket) = stage.sign_in("ada").await;
    assert!(stage.connects(&second).await && stage.connects(&stage.token).await);
    stage.socket.join("open-a").await;
}

#[tokio::test]
async fn a_new_session_of_a_user_who_may_have_one_replaces_the_older_one_whose_tabs_are_told_so() {
    let mut stage = Stage::with(|config| config.single_session = true).await;
    let mut second_tab = stage.server.connect_as(Identity::token(&stage.token)).await;
    let (bob, mut socket_of_bob) = stage.sign_in("bob").await;
    let (newer, mut newer_socket) = stage.sign_in("ada").await;
    is_told(&mut stage.socket, "session-replaced").await;
    is_told(&mut second_tab, "session-replaced").await;
    assert!(!stage.connects(&stage.token).await && !stage.store.has(&stage.token).await);
    newer_socket.join("open-a").await;
    socket_of_bob.join("open-a").await;
    assert!(stage.connects(&newer).await && stage.connects(&bob).await);
    let closed = stage.server.running().closed_sockets();
    assert_eq!(closed.closed(CloseReason::SessionReplaced), 2);
}

#[tokio::test]
async fn of_sign_ins_at_one_time_of_a_user_who_may_have_one_session_one_is_left() {
    let stage = Stage::with(|config| config.single_session = true).await;
    let tokens =
        futures_util::future::join_all((0..8).map(|_| stage.server.token(member("ada", "deliver", None)))).await;
    let mut valid = 0;
    for token in &tokens {
        valid += usize::from(stage.connects(token).await);
    }
    assert_eq!(valid, 1);
    assert!(!stage.connects(&stage.token).await);
}

#[tokio::test]
async fn an_event_to_a_thousand_members_asks_the_store_nothing() {
    const MEMBERS: usize = 1000;
    let mut stage = Stage::new().await;
    let tokens: Vec<String> = futures_util::future::join_all(
        (0..10).map(|number| stage.server.token(member(&format!("user {number}"), "deliver", None))),
    )
    .await;
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let mut socket = stage.server.connect_as(Identity::token(&tokens[number % 10])).await;
        socket.join("open-a").await;
        members.push(socket);
    }
    stage.socket.join("open-a").await;
    let before = stage.store.loaded.load(Ordering::Relaxed);
    assert!(before > MEMBERS, "each of them was looked up");
    // Down as well: who is connected needs it for nothing.
    stage.store.set(Trouble::Down);
    let answer = stage.socket.sync("outcome/three", "v1", "open-a", json!({ "text": "hi" })).await;
    assert_eq!(answer["status"], "success", "{answer}");
    for member in &mut members {
        member.frame().await;
    }
    assert_eq!(stage.store.loaded.load(Ordering::Relaxed), before);
}
