//! The pipeline without a network: what is counted here is what the transport is handed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize, Serializer};
use sync_schema::{Shape, Types};

use crate::config::Config;
use crate::dispatch::{Caller, Dispatcher};
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::rooms::{Bundle, CloseReason, Connection, Outbox};
use crate::route::{
    Auth, ClientHandler, Ctx, FilterKind, Filtered, Member, Paired, Pattern, RoomCtx, RoomRule, RouteId, RouteOptions,
    Segment, ServerHandler, Table, TestApp, Verdict,
};
use crate::schema::{Empty, Wire};
use crate::session::{LiveSession, MemoryStore, Sessions};
use crate::wire::{Packet, SyncCall, frame_json};

/// Counts how often it is written as JSON.
#[derive(Debug, Clone, Deserialize)]
struct Counted;

static ENCODED: AtomicUsize = AtomicUsize::new(0);

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ENCODED.fetch_add(1, Ordering::Relaxed);
        serializer.serialize_str("counted")
    }
}

impl Wire for Counted {
    fn shape(_: &mut Types) -> Shape {
        Shape::String
    }
}

struct Handler;

impl ServerHandler for Handler {
    type App = TestApp;
    type Input = Empty;
    type Output = Counted;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    async fn call<'a>(_: Ctx<'a, TestApp>, _: &'a Empty) -> Result<Counted, SyncError> {
        Ok(Counted)
    }
}

struct Filter;

impl ClientHandler for Filter {
    type App = TestApp;
    type Input = Empty;
    type ServerOutput = Counted;
    type Output = bool;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::Sync;
    type Group = ();

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    fn group(_: Member<'_, TestApp>) {}

    fn filter<'a>(member: Member<'a, TestApp>, (): &(), _: &'a Empty, _: &'a Counted) -> Filtered<'a, bool> {
        Filtered::Ready(Verdict::Deliver(member.is_sending_socket()))
    }
}

struct Open;

impl RoomRule<TestApp> for Open {
    fn pattern(&self) -> Pattern {
        Pattern(&[Segment::Literal("open-"), Segment::Parameter("name")])
    }

    fn auth(&self) -> Auth<TestApp> {
        Auth::public()
    }

    fn anyone_may_send(&self) -> bool {
        false
    }

    fn join<'a>(
        &'a self,
        _: RoomCtx<'a, TestApp>,
        _: &'a [&'a str],
    ) -> crate::route::BoxFuture<'a, Result<(), SyncError>> {
        Box::pin(async { Ok(()) })
    }
}

static COUNT: Paired<Handler, Filter> = Paired::new(RouteId {
    page: "test",
    name: "count",
    version: "v1",
    path: "test/count",
    cb: "test/count/v1",
    sources: &[],
});

static TABLE: Table<TestApp> = Table {
    manifest_dir: "",
    routes: &[&COUNT],
    find: |path, version| (path == "test/count" && version == "v1").then_some(0),
    rooms: &[&Open],
    error_codes: &[],
    locales: &[],
};

/// Keeps what it is handed.
#[derive(Default)]
struct Collected(Mutex<Vec<Packet>>);

impl Outbox for Collected {
    fn send(&self, bundle: &Bundle) {
        self.0.lock().extend_from_slice(bundle.packets());
    }

    fn close(&self, _: CloseReason) {}
}

struct Stage {
    dispatcher: Dispatcher<TestApp>,
}

impl Stage {
    fn new() -> Self {
        let config = Config::default();
        let sessions = Sessions::new(Arc::new(MemoryStore::new(config.session_ttl)));
        let catalog = Catalog::new(TABLE.locales).expect("valid messages");
        Self { dispatcher: Dispatcher::new(TestApp, config, &TABLE, catalog, sessions) }
    }

    async fn member(&self) -> (Arc<Connection<TestApp>>, Arc<Collected>) {
        let outbox = Arc::new(Collected::default());
        let language = self.dispatcher.catalog().negotiate([]);
        let connection = self.dispatcher.hub().connection(LiveSession::anonymous(), language, outbox.clone());
        self.dispatcher.hub().enter(&connection);
        let answer = self.dispatcher.join(&connection, Ok("open-a".into())).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        (connection, outbox)
    }

    async fn call(&self, connection: &Arc<Connection<TestApp>>) {
        let call = r#"{"name":"test/count","version":"v1","receiver":"open-a"}"#;
        let answer = self.dispatcher.call(&Caller::socket(connection.clone()), SyncCall::from_socket(call)).await;
        assert_eq!(answer.json.get(), r#"{"status":"success","result":"counted"}"#);
    }

    async fn delivered(&self) {
        self.dispatcher.hub().deliveries().close();
        self.dispatcher.hub().deliveries().wait().await;
    }
}

#[tokio::test]
async fn an_output_is_encoded_once_and_equal_frames_are_one_buffer() {
    const MEMBERS: usize = 1000;
    let stage = Stage::new();
    let mut members = Vec::new();
    for _ in 0..MEMBERS {
        members.push(stage.member().await);
    }
    let before = ENCODED.load(Ordering::Relaxed);
    stage.call(&members[0].0).await;
    stage.delivered().await;
    assert_eq!(ENCODED.load(Ordering::Relaxed) - before, 1, "one encoding of `serverOutput` for 1,000 members");

    let frames: Vec<Packet> = members.iter().flat_map(|(_, outbox)| outbox.0.lock().clone()).collect();
    assert_eq!(frames.len(), MEMBERS);
    let ends_with = |frame: &Packet, end: &str| frame_json(frame).is_some_and(|json| json.ends_with(end));
    assert!(ends_with(&frames[0], r#""serverOutput":"counted","clientOutput":true}"#), "{}", frames[0].text());
    assert!(ends_with(&frames[1], r#""serverOutput":"counted","clientOutput":false}"#), "{}", frames[1].text());
    assert!(frames[2..].iter().all(|frame| frame.is_same(&frames[1])), "equal outputs share one buffer");
}

#[tokio::test]
async fn a_member_hears_what_happens_between_its_joining_and_its_leaving() {
    let stage = Stage::new();
    let (caller, _) = stage.member().await;
    stage.call(&caller).await;
    let (late, heard) = stage.member().await;
    stage.call(&caller).await;
    while heard.0.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    stage.dispatcher.leave(&late, Ok("open-a".into()));
    stage.call(&caller).await;
    stage.delivered().await;
    assert_eq!(heard.0.lock().len(), 1);
}

#[tokio::test]
async fn a_room_that_was_empty_starts_a_new_epoch() {
    let stage = Stage::new();
    let (caller, _) = stage.member().await;
    let first = stage.dispatcher.hub().room("open-a").expect("a member").position();
    stage.dispatcher.leave(&caller, Ok("open-a".into()));
    assert!(stage.dispatcher.hub().room("open-a").is_none());
    let (_, _) = stage.member().await;
    let second = stage.dispatcher.hub().room("open-a").expect("a member").position();
    assert_ne!(first.epoch, second.epoch);
}

#[tokio::test]
async fn a_socket_is_in_at_most_so_many_rooms() {
    let stage = Stage::new();
    let (connection, _) = stage.member().await;
    for number in 1..50 {
        assert_eq!(stage.dispatcher.join(&connection, Ok(format!("open-{number}").into())).await.status, 200);
    }
    let refused = stage.dispatcher.join(&connection, Ok("open-one-too-many".into())).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json.get().contains(r#""errorCode":"room-limit","errorParams":{"limit":50}"#), "{}", refused.json);
    assert_eq!(stage.dispatcher.join(&connection, Ok("open-1".into())).await.status, 200, "again is allowed");
}
