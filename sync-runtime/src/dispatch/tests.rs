//! The pipeline without a network: what is counted here is what the transport is handed.

mod cluster;
mod resume;
mod simulation;
mod streams;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::LocalKey;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize, Serializer};
use sync_schema::{Day, Shape};
use tokio::sync::Notify;

use crate::clock::{Instant, advance, calendar, sleep, timeout, today};
use crate::config::Config;
use crate::dispatch::{Answer, Caller, Departure, Dispatcher, Turn, authorize};
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::id::Id;
use crate::rooms::{
    Beginning, Bundle, CloseReason, Entering, Given, Identity, NotPlaced, NowOrLater, Outbox, RemoteEvents, Room,
    RoomServices, SenderKey, Sequencer, Socket, Submitted,
};
use crate::route::{
    Auth, ChunkType, ClientHandler, Ctx, FilterKind, Filtered, Keep, Member, Paired, Pattern, People, RoomCtx,
    RoomKind, RoomRule, Route, RouteId, RouteOptions, Routes, Segment, ServerChunk, ServerHandler, ServerOnly, Table,
    TestApp, Verdict,
};
use crate::schema::{Empty, Model, Wire};
use crate::session::{LiveSession, MemoryStore, Sessions, Token};
use crate::wire::{Location, Message, Packet, Position, PositionKey, event, frame_json};

/// Counts how often it is written as JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
struct Counted;

impl From<String> for Counted {
    fn from(text: String) -> Self {
        assert_eq!(text, "counted");
        Self
    }
}

thread_local! {
    // Of one test: each has a thread of its own.
    static ENCODED: Cell<usize> = const { Cell::new(0) };
    static FILTERED: Cell<usize> = const { Cell::new(0) };
    static STREAMED: Cell<usize> = const { Cell::new(0) };
    static BLOCKED: Cell<bool> = const { Cell::new(false) };
}

/// Returns how often something was counted since the last time.
fn taken(counter: &'static LocalKey<Cell<usize>>) -> usize {
    counter.take()
}

fn count(counter: &'static LocalKey<Cell<usize>>) {
    counter.set(counter.get() + 1);
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        count(&ENCODED);
        serializer.serialize_str("counted")
    }
}

impl Wire for Counted {
    fn shape(_: &mut Model) -> Shape {
        Shape::String
    }
}

/// Makes a handler that does nothing but answer.
macro_rules! answering {
    ($handler:ident, $options:expr) => {
        impl ServerHandler for $handler {
            type App = TestApp;
            type Input = Empty;
            type Output = Counted;
            const DOCS: &'static str = "";
            const OPTIONS: RouteOptions = $options;

            fn auth() -> Auth<TestApp> {
                Auth::public()
            }

            async fn call<'a>(_: Ctx<'a, TestApp>, _: &'a Empty) -> Result<Counted, SyncError> {
                Ok(Counted)
            }
        }
    };
}

struct Handler;

answering!(Handler, RouteOptions::NONE);

/// Is sent to everybody.
struct Tell;

answering!(Tell, RouteOptions { room: Some(RoomKind::Everyone), ..RouteOptions::NONE });

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
        count(&FILTERED);
        Filtered::Ready(Verdict::Deliver(member.is_sending_socket()))
    }
}

/// Members are grouped by the page that they show; each group gets an output of its own.
struct ByPage;

impl ClientHandler for ByPage {
    type App = TestApp;
    type Input = Empty;
    type ServerOutput = Counted;
    type Output = Counted;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::Group;
    type Group = String;

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    fn group(member: Member<'_, TestApp>) -> String {
        member.location().path_name.clone()
    }

    fn filter<'a>(_: Member<'a, TestApp>, _: &String, _: &'a Empty, _: &'a Counted) -> Filtered<'a, Counted> {
        count(&FILTERED);
        Filtered::Ready(Verdict::Deliver(Counted))
    }
}

/// A rule that lets everybody in.
struct Open {
    pattern: Pattern,
    /// Whether members see who is there.
    has_presence: bool,
}

static OPEN: Open =
    Open { pattern: Pattern(&[Segment::Literal("open-"), Segment::Parameter("name")]), has_presence: false };
static SEEN_BY_ALL: Open =
    Open { pattern: Pattern(&[Segment::Literal("seen-"), Segment::Parameter("name")]), has_presence: true };

impl RoomRule<TestApp> for Open {
    fn pattern(&self) -> Pattern {
        self.pattern
    }

    fn auth(&self) -> Auth<TestApp> {
        Auth::public()
    }

    fn anyone_may_send(&self) -> bool {
        false
    }

    fn has_presence(&self) -> bool {
        self.has_presence
    }

    fn join<'a>(
        &'a self,
        _: RoomCtx<'a, TestApp>,
        _: &'a [&'a str],
    ) -> crate::route::BoxFuture<'a, Result<(), SyncError>> {
        Box::pin(async { Ok(()) })
    }
}

/// Its filter waits for [`GO`].
struct Waiting;

static GO: Notify = Notify::const_new();

impl ClientHandler for Waiting {
    type App = TestApp;
    type Input = Empty;
    type ServerOutput = Counted;
    type Output = Counted;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::Async;
    type Group = ();

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    fn group(_: Member<'_, TestApp>) {}

    fn filter<'a>(member: Member<'a, TestApp>, (): &(), _: &'a Empty, _: &'a Counted) -> Filtered<'a, Counted> {
        let is_sender = member.is_sending_socket();
        Filtered::later(async move {
            if !is_sender {
                GO.notified().await;
            }
            Verdict::Deliver(Counted)
        })
    }
}

/// Its filter waits for as long as the test [blocks](BLOCKED) it.
struct Blocked;

impl ClientHandler for Blocked {
    type App = TestApp;
    type Input = Empty;
    type ServerOutput = Counted;
    type Output = Empty;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::Async;
    type Group = ();

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    fn group(_: Member<'_, TestApp>) {}

    fn filter<'a>(_: Member<'a, TestApp>, (): &(), _: &'a Empty, _: &'a Counted) -> Filtered<'a, Empty> {
        Filtered::later(async {
            while BLOCKED.get() {
                tokio::task::yield_now().await;
            }
            Verdict::Deliver(Empty {})
        })
    }
}

/// Shows its events to those alone who look at the page `/shown`.
struct Shown;

impl ClientHandler for Shown {
    type App = TestApp;
    type Input = Empty;
    type ServerOutput = Counted;
    type Output = Empty;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions::NONE;
    const FILTER: FilterKind = FilterKind::Sync;
    type Group = ();

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    fn group(_: Member<'_, TestApp>) {}

    fn filter<'a>(member: Member<'a, TestApp>, (): &(), _: &'a Empty, _: &'a Counted) -> Filtered<'a, Empty> {
        let is_shown = member.location().path_name == "/shown";
        Filtered::Ready(if is_shown { Verdict::Deliver(Empty {}) } else { Verdict::Skip })
    }
}

/// Its newest event is the one that counts.
struct Latest;

answering!(Latest, RouteOptions { volatile: true, ..RouteOptions::NONE });

/// Streams to its caller and to the room until it is told that it was given up, and then for as long as it likes.
struct Endless;

impl ServerHandler for Endless {
    type App = TestApp;
    type Input = Empty;
    type Output = Counted;
    const DOCS: &'static str = "";
    const OPTIONS: RouteOptions = RouteOptions { timeout: Some(Duration::from_secs(3600)), ..RouteOptions::NONE };
    const STREAM: Option<ChunkType> = <Chunk as ServerChunk>::TYPE;

    fn auth() -> Auth<TestApp> {
        Auth::public()
    }

    async fn call<'a>(ctx: Ctx<'a, TestApp>, _: &'a Empty) -> Result<Counted, SyncError> {
        while ctx.stream(Chunk("c".repeat(1000))).await.is_ok()
            && ctx.broadcast_stream(Chunk("r".repeat(1000))).await.is_ok()
        {
            count(&STREAMED);
        }
        std::future::pending().await
    }
}

/// What it streams.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Chunk(String);

impl Wire for Chunk {
    fn shape(_: &mut Model) -> Shape {
        Shape::String
    }
}

impl ServerChunk for Chunk {}

static ENDLESS: ServerOnly<Endless> = ServerOnly::new(route_id("test/endless", "test/endless/v1"));
static SHOWN: Paired<Handler, Shown> = Paired::new(route_id("test/shown", "test/shown/v1"));
static LATEST: ServerOnly<Latest> = ServerOnly::new(route_id("test/latest", "test/latest/v1"));
static WAITING: Paired<Handler, Waiting> = Paired::new(route_id("test/waiting", "test/waiting/v1"));
static BLOCKING: Paired<Handler, Blocked> = Paired::new(route_id("test/blocked", "test/blocked/v1"));
static COUNT: Paired<Handler, Filter> = Paired::new(route_id("test/count", "test/count/v1"));
static TELL: Paired<Tell, Filter> = Paired::new(route_id("test/tell", "test/tell/v1"));
static BY_PAGE: Paired<Handler, ByPage> = Paired::new(route_id("test/byPage", "test/byPage/v1"));

const fn route_id(path: &'static str, cb: &'static str) -> RouteId {
    RouteId { page: "test", name: "", version: "v1", path, cb, sources: &[], retires: None }
}

static TABLE: Table<TestApp> = Table {
    events: Routes {
        all: &[&BY_PAGE, &COUNT, &WAITING, &TELL, &SHOWN, &LATEST, &ENDLESS, &BLOCKING],
        find: |path, version| match path {
            _ if version != "v1" => None,
            "test/waiting" => Some(2),
            "test/tell" => Some(3),
            "test/shown" => Some(4),
            "test/latest" => Some(5),
            "test/endless" => Some(6),
            "test/blocked" => Some(7),
            "test/byPage" => Some(0),
            "test/count" => Some(1),
            _ => None,
        },
    },
    rooms: &[&OPEN, &SEEN_BY_ALL],
    ..Table::EMPTY
};

/// Keeps what it is handed, one list for each piece.
#[derive(Default)]
struct Collected(Mutex<Vec<Vec<Packet>>>, Notify);

impl Collected {
    /// Waits until it has been handed so many packets.
    async fn has(&self, packets: usize) {
        told(&self.1, || self.0.lock().concat().len() >= packets).await;
    }
}

impl Outbox for Collected {
    fn send(&self, bundle: &Bundle) {
        self.0.lock().push(bundle.packets().to_vec());
        self.1.notify_one();
    }

    fn close(&self, _: CloseReason) {}
}

/// Counts what it is handed.
#[derive(Default)]
struct Sink(AtomicUsize, Notify);

impl Sink {
    /// Waits until it has been handed something.
    async fn has_some(&self) {
        told(&self.1, || self.0.load(Ordering::Relaxed) > 0).await;
    }
}

impl Outbox for Sink {
    fn send(&self, bundle: &Bundle) {
        self.0.fetch_add(bundle.packets().len(), Ordering::Relaxed);
        self.1.notify_one();
    }

    fn close(&self, _: CloseReason) {}
}

/// Waits until something is so that is told of whenever it may have become so.
async fn told(told: &Notify, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            told.notified().await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.expect("it never came to that");
}

struct Stage {
    dispatcher: Arc<Dispatcher<TestApp>>,
}

impl Stage {
    fn new() -> Self {
        Self::with(RoomServices::default())
    }

    /// One that keeps the events of the last minutes.
    fn keeping() -> Self {
        Self::with(RoomServices::of_one_process(&Config::default()))
    }

    fn with(services: RoomServices<TestApp>) -> Self {
        Self::of(&TABLE, services)
    }

    fn of(table: &'static Table<TestApp>, services: RoomServices<TestApp>) -> Self {
        // What floods here does so on purpose.
        let config = Config { limits: false, ..Config::default() };
        let sessions = Sessions::new(Arc::new(MemoryStore::new(config.session_ttl)));
        let catalog = Catalog::new(TABLE.locales).expect("valid messages");
        Self { dispatcher: Arc::new(Dispatcher::new(TestApp, config, table, catalog, sessions, services)) }
    }

    /// Has it hear what happens on other servers.
    fn start(&self) {
        self.dispatcher.meet_others();
    }

    async fn member(&self) -> (Arc<Socket<TestApp>>, Arc<Collected>) {
        let outbox = Arc::new(Collected::default());
        (self.member_with(outbox.clone()).await, outbox)
    }

    async fn member_with(&self, outbox: Arc<dyn Outbox>) -> Arc<Socket<TestApp>> {
        self.member_of("open-a", outbox).await
    }

    /// Connects somebody who is in no room.
    fn member_of_nothing(&self) -> (Arc<Socket<TestApp>>, Arc<Collected>) {
        let outbox = Arc::new(Collected::default());
        (self.connect(outbox.clone()), outbox)
    }

    /// Connects a page that has given itself a name; it is in no room.
    fn page(&self, tab: &str) -> (Arc<Socket<TestApp>>, Arc<Collected>) {
        let outbox = Arc::new(Collected::default());
        (self.connect_as(LiveSession::anonymous(), Some(tab), outbox.clone()), outbox)
    }

    fn connect(&self, outbox: Arc<dyn Outbox>) -> Arc<Socket<TestApp>> {
        self.connect_as(LiveSession::anonymous(), None, outbox)
    }

    fn connect_as(
        &self,
        session: Arc<LiveSession<TestApp>>,
        tab: Option<&str>,
        outbox: Arc<dyn Outbox>,
    ) -> Arc<Socket<TestApp>> {
        let language = self.dispatcher.catalog().negotiate([]);
        let identity = Identity { session, language, address: None, tab: tab.map(Box::from) };
        let socket = self.dispatcher.socket(identity, outbox);
        self.dispatcher.enter(&socket);
        socket
    }

    async fn member_of(&self, room: &str, outbox: Arc<dyn Outbox>) -> Arc<Socket<TestApp>> {
        let socket = self.connect(outbox);
        let answer = self.join(&socket, room).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        socket
    }

    async fn call(&self, socket: &Arc<Socket<TestApp>>) {
        self.call_route(socket, "test/count", "open-a").await;
    }

    async fn call_route(&self, socket: &Arc<Socket<TestApp>>, route: &str, room: &str) {
        let call = format!(r#"{{"name":"{route}","version":"v1","receiver":"{room}"}}"#);
        let answer = self.say(socket, event::SYNC, &call).await;
        assert_eq!(answer.json.get(), r#"{"status":"success","result":"counted"}"#);
    }

    async fn join(&self, socket: &Arc<Socket<TestApp>>, room: &str) -> Answer {
        self.say(socket, event::JOIN_ROOM, &format!(r#"{{"room":"{room}"}}"#)).await
    }

    async fn leave(&self, socket: &Arc<Socket<TestApp>>, room: &str) -> Answer {
        self.say(socket, event::LEAVE_ROOM, &format!(r#"{{"room":"{room}"}}"#)).await
    }

    /// Handles a message of a socket.
    async fn say(&self, socket: &Arc<Socket<TestApp>>, event: &str, payload: &str) -> Answer {
        let message = Message::read(event, payload).expect("a message of the right form");
        self.dispatcher.handle(&Caller::of_socket(socket.clone()), message, &Turn::default()).await
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
    taken(&ENCODED);
    stage.call(&members[0].0).await;
    stage.delivered().await;
    assert_eq!(taken(&ENCODED), 1, "one encoding of `serverOutput` for 1,000 members");
    assert_eq!(taken(&FILTERED), MEMBERS);

    let frames: Vec<Packet> = members.iter().flat_map(|(_, outbox)| outbox.0.lock().concat()).collect();
    assert_eq!(frames.len(), MEMBERS);
    let ends_with = |frame: &Packet, end: &str| frame_json(frame).is_some_and(|json| json.ends_with(end));
    assert!(ends_with(&frames[0], r#""serverOutput":"counted","clientOutput":true}"#), "{}", frames[0].text());
    assert!(ends_with(&frames[1], r#""serverOutput":"counted","clientOutput":false}"#), "{}", frames[1].text());
    assert!(frames[2..].iter().all(|frame| frame.is_same(&frames[1])), "equal outputs share one buffer");
}

#[tokio::test]
async fn ten_thousand_members_in_four_groups_are_four_filter_runs_and_four_encodings() {
    const MEMBERS: usize = 10_000;
    let stage = Stage::new();
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let (socket, outbox) = stage.member().await;
        let location = Location { path_name: format!("/{}", number % 4), ..Location::default() };
        socket.set_location(location);
        members.push((socket, outbox));
    }
    taken(&ENCODED);
    stage.call_route(&members[0].0, "test/byPage", "open-a").await;
    stage.delivered().await;
    assert_eq!(taken(&FILTERED), 4);
    assert_eq!(taken(&ENCODED), 1 + 4, "`serverOutput`, and one `clientOutput` for each group");
    let frames: Vec<Packet> = members.iter().flat_map(|(_, outbox)| outbox.0.lock().concat()).collect();
    assert_eq!(frames.len(), MEMBERS);
    assert!(
        frames.iter().all(|frame| frame.is_same(&frames[0])),
        "equal outputs of several groups are one buffer, too"
    );
}

#[tokio::test]
async fn events_that_wait_together_are_one_piece_for_each_member() {
    let stage = Stage::new();
    let members = [stage.member().await, stage.member().await, stage.member().await];
    for _ in 0..5 {
        stage.call(&members[1].0).await;
    }
    stage.delivered().await;
    for (_, outbox) in &members {
        let pieces: Vec<usize> = outbox.0.lock().iter().map(Vec::len).collect();
        assert_eq!(pieces, [5]);
    }
}

#[test]
fn a_delivery_allocates_nothing_for_a_member_that_gets_what_another_got() {
    let allocations = |members| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let stage = Stage::new();
        let sockets = runtime.block_on(async {
            let mut sockets = Vec::new();
            for _ in 0..members {
                sockets.push(stage.member_with(Arc::new(Sink::default())).await);
            }
            stage.call(&sockets[0]).await;
            sockets
        });
        let counted = allocation_counter::measure(|| runtime.block_on(stage.delivered()));
        drop(sockets);
        counted.count_total
    };
    assert_eq!(allocations(100), allocations(1000));
}

#[tokio::test]
async fn ten_rooms_live_beside_a_huge_one() {
    const MEMBERS: usize = 20_000;
    const EVENTS: usize = 20;
    let stage = Stage::new();
    let huge = Arc::new(Sink::default());
    let mut caller = None;
    for _ in 0..MEMBERS {
        caller = Some(stage.member_with(huge.clone()).await);
    }
    let caller = caller.expect("members");
    let mut small = Vec::new();
    for room in 0..10 {
        let outbox = Arc::new(Sink::default());
        let name = format!("open-small-{room}");
        small.push((stage.member_of(&name, outbox.clone()).await, name, outbox));
    }
    for _ in 0..EVENTS {
        stage.call(&caller).await;
    }
    huge.has_some().await;
    // The huge room has begun; whoever calls now is answered and delivered before it has ended.
    for (member, name, _) in &small {
        stage.call_route(member, "test/count", name).await;
    }
    for (_, _, outbox) in &small {
        outbox.has_some().await;
    }
    assert!(huge.0.load(Ordering::Relaxed) < MEMBERS * EVENTS);
    stage.delivered().await;
    assert_eq!(huge.0.load(Ordering::Relaxed), MEMBERS * EVENTS);
}

#[tokio::test]
async fn callers_wait_while_a_room_has_more_than_enough_to_deliver() {
    let stage = Stage::new();
    let mut callers = Vec::new();
    for _ in 0..10 {
        callers.push(stage.member().await);
    }
    let (stage, outbox) = (&stage, &callers[0].1);
    // Nothing is delivered while this future does not wait: calls that run together are all placed first.
    let calls = futures_util::future::join_all((0..3000).map(|number| stage.call(&callers[number % 10].0)));
    let mut calls = Box::pin(calls);
    assert!(futures_util::poll!(&mut calls).is_pending(), "some wait");
    calls.await;
    stage.delivered().await;
    assert_eq!(outbox.0.lock().concat().len(), 3000);
}

#[tokio::test]
async fn a_member_hears_what_happens_between_its_joining_and_its_leaving() {
    let stage = Stage::new();
    let (caller, _) = stage.member().await;
    stage.call(&caller).await;
    let (late, heard) = stage.member().await;
    stage.call(&caller).await;
    heard.has(1).await;
    stage.leave(&late, "open-a").await;
    stage.call(&caller).await;
    stage.delivered().await;
    assert_eq!(heard.0.lock().concat().len(), 1);
}

#[tokio::test]
async fn nothing_of_a_room_is_sent_before_the_answer_to_its_join() {
    let stage = Stage::new();
    let (caller, own) = stage.member().await;
    let (late, heard) = stage.member_of_nothing();
    for again in [false, true] {
        let answer = stage.join(&late, "open-a").await;
        own.0.lock().clear();
        heard.0.lock().clear();
        for _ in 0..3 {
            stage.call(&caller).await;
        }
        own.has(3).await;
        assert!(heard.0.lock().is_empty(), "again: {again}");
        drop(answer);
        heard.has(3).await;
        stage.call(&caller).await;
        heard.has(4).await;
        assert_eq!(positions(&own), positions(&heard), "in the order of the room");
    }
}

/// Reads the positions of the frames.
fn positions(collected: &Collected) -> Vec<String> {
    let frames = collected.0.lock().concat();
    let json = |frame: &Packet| serde_json::from_str::<serde_json::Value>(frame_json(frame).expect("a frame"));
    frames.iter().map(|frame| json(frame).expect("JSON")["pos"].to_string()).collect()
}

#[tokio::test]
async fn a_member_that_joins_again_is_told_what_it_was_sent_last() {
    let stage = Stage::new();
    let (caller, heard) = stage.member().await;
    let again = || async {
        let answer = stage.join(&caller, "open-a").await;
        serde_json::from_str::<serde_json::Value>(answer.json.get()).expect("JSON")["pos"].to_string()
    };
    let joined = again().await;
    assert_eq!(again().await, joined);
    for count in 1..4 {
        stage.call(&caller).await;
        // Asked while the room is busy: what has not been sent by then comes behind the answer.
        let told = again().await;
        assert_eq!(&told, positions(&heard).last().unwrap_or(&joined));
        heard.has(count).await;
        assert_eq!(positions(&heard).last(), Some(&again().await));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_its_turn_no_longer_than_its_handler_may_take() {
    let stage = Stage::new();
    let (flooder, _) = stage.member().await;
    let (other, _) = stage.member().await;
    let mut held = Vec::new();
    while held.len() < 256 {
        held.push(stage.dispatcher.hub().reserve("open-a", flooder.session().id()).await.expect("a room"));
    }
    stage.call(&other).await;
    let start = Instant::now();
    let answer = stage.say(&flooder, event::SYNC, CALL_COUNT).await;
    assert_eq!(answer.status, 504, "{}", answer.json);
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(taken(&ENCODED), 1, "its handler has not run");
    held.pop();
    stage.call(&flooder).await;
}

#[tokio::test]
async fn a_call_that_has_waited_is_looked_at_again() {
    let stage = Stage::new();
    let (flooder, _) = stage.member().await;
    let (_other, _) = stage.member().await;
    let mut held = Vec::new();
    while held.len() < 256 {
        held.push(stage.dispatcher.hub().reserve("open-a", flooder.session().id()).await.expect("a room"));
    }
    let mut waiting = Box::pin(stage.say(&flooder, event::SYNC, CALL_COUNT));
    assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    stage.dispatcher.unseat(&flooder, "open-a").await;
    held.clear();
    let answer = waiting.await;
    assert!(answer.json.get().contains("sync-not-in-room"), "{}", answer.json);
    assert_eq!(taken(&ENCODED), 0, "its handler has not run");
}

#[tokio::test]
async fn too_many_calls_of_one_caller_do_not_even_wait() {
    let stage = Stage::new();
    let (flooder, _) = stage.member().await;
    let (other, _) = stage.member().await;
    let mut held = Vec::new();
    while held.len() < 256 {
        held.push(stage.dispatcher.hub().reserve("open-a", flooder.session().id()).await.expect("a room"));
    }
    let mut waiting: Vec<_> = (0..256).map(|_| Box::pin(stage.say(&flooder, event::SYNC, CALL_COUNT))).collect();
    for call in &mut waiting {
        assert!(futures_util::poll!(call.as_mut()).is_pending());
    }
    let refused = stage.say(&flooder, event::SYNC, CALL_COUNT).await;
    assert_eq!((refused.status, refused.retry_after), (429, Some(1)), "{}", refused.json);
    stage.call(&other).await;
    // Those who give up make room.
    waiting.clear();
    assert!(futures_util::poll!(Box::pin(stage.say(&flooder, event::SYNC, CALL_COUNT))).is_pending());
}

#[tokio::test]
async fn a_filter_that_is_running_does_not_speak_before_the_answer_to_a_join() {
    let stage = Stage::new();
    let (caller, own) = stage.member().await;
    let (member, heard) = stage.member().await;
    stage.call_route(&caller, "test/waiting", "open-a").await;
    own.has(1).await;
    let answer = stage.join(&member, "open-a").await;
    GO.notify_one();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(heard.0.lock().is_empty());
    drop(answer);
    heard.has(1).await;
    assert_eq!(positions(&own), positions(&heard));
}

#[tokio::test]
async fn a_room_that_was_empty_starts_a_new_epoch() {
    let stage = Stage::new();
    let (socket, _) = stage.member_of_nothing();
    let hub = stage.dispatcher.hub();
    let mut epochs = Vec::new();
    for _ in 0..2 {
        epochs.push(
            hub.join(&socket, "open-a", Entering { limit: 1, ..Entering::default() }, |_, _| None)
                .await
                .expect("room")
                .position()
                .epoch,
        );
        stage.dispatcher.unseat(&socket, "open-a").await;
        assert!(hub.room("open-a").is_none());
    }
    assert_ne!(epochs[0], epochs[1]);
}

#[tokio::test]
async fn a_socket_is_in_at_most_so_many_rooms() {
    let stage = Stage::new();
    let (socket, _) = stage.member().await;
    for number in 1..50 {
        assert_eq!(stage.join(&socket, &format!("open-{number}")).await.status, 200);
    }
    let refused = stage.join(&socket, "open-one-too-many").await;
    assert_eq!(refused.status, 409);
    assert!(refused.json.get().contains(r#""errorCode":"room-limit","errorParams":{"limit":50}"#), "{}", refused.json);
    assert_eq!(stage.join(&socket, "open-1").await.status, 200, "again is allowed");
}

fn shown(outbox: &Collected) -> Vec<String> {
    let packets = outbox.0.lock().concat();
    packets.iter().filter_map(|packet| Some(frame_json(packet)?.to_owned())).collect()
}

#[tokio::test]
async fn pages_are_known_by_their_names_within_a_session_and_anonymous_ones_by_long_names_alone() {
    const LONG: &str = "0123456789abcdef";
    let stage = Stage::new();
    let sessions = stage.dispatcher.sessions();
    let (ada, bob) = (sessions.create(Empty {}).await, sessions.create(Empty {}).await);
    let find = async |token: &Token| sessions.find(token.as_str()).await.expect("a store").expect("a session");
    let (ada, bob) = (find(&ada.expect("a store")).await, find(&bob.expect("a store")).await);
    let anonymous = LiveSession::anonymous;
    let key = |session: &Arc<LiveSession<TestApp>>, tab: Option<&str>| {
        let language = stage.dispatcher.catalog().negotiate([]);
        let identity = Identity { session: session.clone(), language, address: None, tab: tab.map(Box::from) };
        let outbox = Arc::new(Sink::default());
        (Socket::new(identity.clone(), outbox).sender_key(), identity.can_come_back())
    };
    let check = |one: (SenderKey, bool), other: (SenderKey, bool), is_same_session: bool, is_same_tab: bool| {
        assert_eq!(one.0.is_same_session(&other.0), is_same_session, "{one:?} {other:?}");
        assert_eq!(one.0.is_same_tab(&other.0), is_same_tab, "{one:?} {other:?}");
        assert!(one.1 || !is_same_session, "who is known again can come back");
    };
    check(key(&ada, Some("1")), key(&ada, Some("1")), true, true);
    check(key(&ada, Some("1")), key(&ada, Some("2")), true, false);
    check(key(&ada, None), key(&ada, None), true, false);
    check(key(&ada, Some(LONG)), key(&bob, Some(LONG)), false, false);
    check(key(&ada, Some(LONG)), key(&anonymous(), Some(LONG)), false, false);
    check(key(&anonymous(), Some(LONG)), key(&anonymous(), Some(LONG)), true, true);
    check(key(&anonymous(), Some(LONG)), key(&anonymous(), Some(&LONG[1..])), false, false);
    check(key(&anonymous(), Some("1")), key(&anonymous(), Some("1")), false, false);
    check(key(&anonymous(), None), key(&anonymous(), None), false, false);
}

/// Reads the position out of the answer to a join.
fn joined_at(answer: &Answer) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer.json.get()).expect("JSON");
    answer["pos"].as_str().expect("a position").to_owned()
}

#[tokio::test]
async fn a_member_is_held_until_the_last_answer_that_holds_it_is_on_its_way() {
    let stage = Stage::new();
    let (caller, _) = stage.member().await;
    let (late, heard) = stage.member_of_nothing();
    let answers = [stage.join(&late, "open-a").await, stage.join(&late, "open-a").await];
    let [first, second] = answers;
    drop(second);
    stage.call(&caller).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(heard.0.lock().is_empty(), "the first answer has not gone out");
    drop(first);
    heard.has(1).await;
}

/// An order that several servers share: an event gets its place when the test says so.
#[derive(Clone)]
struct Elsewhere {
    server: usize,
    submitted: Arc<Mutex<Vec<Shared>>>,
}

/// An event that waits for its place.
struct Shared {
    server: usize,
    /// What the other servers are told.
    text: String,
    place: Box<dyn FnOnce(Position) -> Result<(), NotPlaced> + Send>,
}

const EPOCH: u64 = 7;

impl Sequencer<TestApp> for Elsewhere {
    fn begin<'a>(&'a self, _: &'a str) -> NowOrLater<'a, Beginning> {
        NowOrLater::Later(Box::pin(async {
            tokio::task::yield_now().await;
            Ok(Position::of_event(EPOCH, 40).into())
        }))
    }

    fn submit(
        &self,
        _: &str,
        room: Option<Arc<Room<TestApp>>>,
        event: Submitted<TestApp>,
    ) -> NowOrLater<'static, Option<Given>> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let text = event.delivery.text().expect("an event that can be written");
        let place = Box::new(move |at| {
            let placed = room.map_or(Err(NotPlaced::NoRoom), |room| room.place_at(event, at).map_err(|(why, _)| why));
            tell.send(at).ok();
            placed
        });
        self.submitted.lock().push(Shared { server: self.server, text, place });
        NowOrLater::Later(Box::pin(async move {
            let at = told.await.map_err(|_| SyncError::new("sync-unavailable").status(503))?;
            Ok(Some(at.into()))
        }))
    }
}

/// Starts servers whose rooms have one order, and returns it.
fn sharing<const SERVERS: usize>() -> ([Stage; SERVERS], Elsewhere) {
    let order = Elsewhere { server: 0, submitted: Arc::default() };
    let positions = Arc::new(PositionKey::new([7; 16]));
    let stages = std::array::from_fn(|server| {
        let sequencer = Box::new(Elsewhere { server, ..order.clone() });
        Stage::with(RoomServices { positions: positions.clone(), sequencer, ..RoomServices::default() })
    });
    (stages, order)
}

#[tokio::test]
async fn rooms_of_several_servers_have_one_order_that_is_made_elsewhere() {
    let (stages, order) = sharing::<2>();
    let [(ada, heard_by_ada), (bob, heard_by_bob)] = [stages[0].member().await, stages[1].member().await];
    let mut calls =
        [(&stages[0], &ada), (&stages[1], &bob)].map(|(stage, by)| Box::pin(stage.say(by, event::SYNC, CALL_COUNT)));
    for call in &mut calls {
        assert!(futures_util::poll!(call.as_mut()).is_pending(), "no event has its place");
    }
    let mut submitted = std::mem::take(&mut *order.submitted.lock());
    // The second one is first.
    submitted.reverse();
    for (seq, Shared { server, text, place }) in (41..).zip(submitted) {
        let at = Position::of_event(EPOCH, seq);
        place(at).expect("the next place");
        stages[1 - server].dispatcher.place("open-a", at, &text).expect("the next place");
        assert_eq!(stages[1 - server].dispatcher.place("open-a", at, &text), Err(NotPlaced::Known));
    }
    for call in calls {
        assert_eq!(call.await.status, 200);
    }
    for stage in &stages {
        stage.delivered().await;
    }
    let own = |heard| shown(heard).iter().map(|frame| frame.ends_with(r#""clientOutput":true}"#)).collect::<Vec<_>>();
    assert_eq!(
        (own(&heard_by_ada), own(&heard_by_bob)),
        (vec![false, true], vec![true, false]),
        "Bob's event came first"
    );
    assert_eq!(positions(&heard_by_ada), positions(&heard_by_bob));
}

#[tokio::test]
async fn everybody_on_several_servers_hears_one_order() {
    let (stages, order) = sharing::<2>();
    for stage in &stages {
        stage.dispatcher.hub().open_to_everyone().await.expect("an order");
    }
    let [(ada, heard_by_ada), (_, heard_by_bob)] = stages.each_ref().map(Stage::member_of_nothing);
    let call = r#"{"name":"test/tell","version":"v1","receiver":"all"}"#;
    let mut calling = Box::pin(stages[0].say(&ada, event::SYNC, call));
    assert!(futures_util::poll!(calling.as_mut()).is_pending(), "the event has no place");
    let Shared { text, place, .. } = order.submitted.lock().pop().expect("an event");
    let at = Position::of_event(EPOCH, 41);
    place(at).expect("the next place");
    stages[1].dispatcher.place("all", at, &text).expect("the next place");
    assert_eq!(calling.await.status, 200);
    for (stage, heard) in stages.iter().zip([&heard_by_ada, &heard_by_bob]) {
        heard.has(1).await;
        stage.delivered().await;
    }
    assert_eq!(positions(&heard_by_ada), positions(&heard_by_bob));
}

#[tokio::test]
async fn a_server_without_a_room_of_everybody_has_nobody_there() {
    let stage = Stage::new();
    let (caller, heard) = stage.member_of_nothing();
    let rule = authorize::rule(&TABLE, "all").map(drop).expect_err("no rule");
    assert_eq!(rule.code(), "room-forbidden");
    assert!(!stage.dispatcher.hub().has_members("all") && stage.dispatcher.hub().room("all").is_none());
    assert_eq!(stage.join(&caller, "all").await.status, 403);
    stage.delivered().await;
    assert!(heard.0.lock().is_empty());
}

#[tokio::test]
async fn an_event_that_gets_no_place_is_not_answered_as_if_it_had_one() {
    let ([stage], order) = sharing::<1>();
    let (caller, _) = stage.member().await;
    let mut lost = Box::pin(stage.say(&caller, event::SYNC, CALL_COUNT));
    assert!(futures_util::poll!(lost.as_mut()).is_pending());
    order.submitted.lock().clear();
    assert_eq!(lost.await.status, 503);
}

#[tokio::test]
async fn what_comes_from_elsewhere_is_taken_in_its_place_or_not_at_all() {
    let ([stage], order) = sharing::<1>();
    let (caller, heard) = stage.member().await;
    let mut calling = Box::pin(stage.say(&caller, event::SYNC, CALL_COUNT));
    assert!(futures_util::poll!(calling.as_mut()).is_pending());
    let text = order.submitted.lock().pop().expect("an event").text;
    let next = Position::of_event(EPOCH, 41);
    let check = |room: &str, at: Position, text: &str, why: NotPlaced| {
        assert_eq!(stage.dispatcher.place(room, at, text), Err(why), "{room} {at:?} {text}");
    };
    check("open-b", next, &text, NotPlaced::NoRoom);
    check("open-a", Position::of_event(EPOCH, 40), &text, NotPlaced::Known);
    check("open-a", Position::of_event(EPOCH, 42), &text, NotPlaced::Early { next });
    check("open-a", Position::of_event(8, 41), &text, NotPlaced::OtherEpoch);
    stage.dispatcher.place("open-a", next, &text).expect("the next place");
    heard.has(1).await;
}

#[tokio::test]
async fn what_another_version_of_the_app_has_written_takes_its_place_and_members_are_told_what_they_miss() {
    let ([stage], order) = sharing::<1>();
    let (caller, heard) = stage.member().await;
    let mut calling = Box::pin(stage.say(&caller, event::SYNC, CALL_COUNT));
    assert!(futures_util::poll!(calling.as_mut()).is_pending());
    let text = order.submitted.lock().pop().expect("an event").text;
    let others = [
        ("test/count", "test/counted", 0),
        ("\"v1\"", "\"v2\"", 0),
        ("{", "[", 0),
        // A route that this version has, too.
        ("\"input\":{}", "\"input\":7", 1),
    ];
    let mut told = 0;
    for (seq, (right, wrong, gaps)) in (41..).zip(others) {
        let at = Position::of_event(EPOCH, seq);
        stage.dispatcher.place("open-a", at, &text.replacen(right, wrong, 1)).expect("the next place");
        stage.delivered().await;
        told += gaps;
        let frames = heard.0.lock().concat();
        let pos = stage.dispatcher.positions().seal(at);
        // Nobody knows this page again, so it has nothing to prove.
        let gap = format!(r#"42["gap",{{"room":"open-a","pos":"{pos}"}}]"#);
        assert_eq!(frames.len(), told, "{wrong}");
        assert!(frames.last().is_none_or(|frame| frame.text() == gap), "{frames:?}");
    }
    stage.dispatcher.place("open-a", Position::of_event(EPOCH, 45), &text).expect("the next place");
    heard.has(told + 1).await;
}

/// A call of the event that counts, in the room of the stage.
const CALL_COUNT: &str = r#"{"name":"test/count","version":"v1","receiver":"open-a"}"#;
const SEEN: &str = r#"{"room":"seen-a","presence":true}"#;

/// Returns what a member was told of the people in its room: kinds, and how many of each in a frame.
fn told_of_people(outbox: &Collected) -> Vec<String> {
    let packets = outbox.0.lock().concat();
    let frames = packets.iter().filter_map(|packet| packet.text().strip_prefix(r#"42["presence","#));
    let kind = |rest: &str| rest.split('"').next().unwrap_or_default().to_owned();
    frames.map(|frame| frame.split(r#""kind":""#).skip(1).map(kind).collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_of_the_people_in_a_room_comes_before_the_answer_that_lists_them() {
    let stage = Stage::new();
    let (ada, heard) = stage.page("the-name-of-page-1");
    let answer = stage.say(&ada, event::JOIN_ROOM, SEEN).await;
    assert!(answer.json.get().contains(r#""more":0"#), "{}", answer.json);
    let (bob, _) = stage.page("the-name-of-page-2");
    stage.join(&bob, "seen-a").await;
    sleep(Duration::from_secs(1)).await;
    stage.dispatcher.disconnect(&bob, Departure::Closed);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(told_of_people(&heard), Vec::<String>::new());
    drop(answer);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(told_of_people(&heard), ["joined joined", "left"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_and_goes_in_whichever_order_nothing_is_left_of_them() {
    let stage = Stage::new();
    let (watcher, heard) = stage.page("the-name-of-the-one-who-looks");
    stage.say(&watcher, event::JOIN_ROOM, SEEN).await;
    let pages: Vec<_> = (0..20).map(|number| stage.page(&format!("the-name-of-page-{number}"))).collect();
    // At the same time: each comes and goes as it likes, and the last thing that it does counts.
    let come_and_go = pages.iter().enumerate().map(async |(number, (socket, _))| {
        for turn in 0..50 {
            // What comes behind the answer waits for it.
            let join = async { drop(stage.join(socket, "seen-a").await) };
            let leave = async { drop(stage.say(socket, event::LEAVE_ROOM, SEEN).await) };
            if (number + turn) % 3 == 0 {
                futures_util::future::join(leave, join).await;
            } else {
                futures_util::future::join(join, leave).await;
            }
            let away = format!(r#"{{"away":{}}}"#, turn % 2 == 0);
            stage.say(socket, event::UPDATE_PRESENCE, &away).await;
            sleep(Duration::from_millis(7)).await;
        }
    });
    futures_util::future::join_all(come_and_go).await;
    sleep(Duration::from_secs(1)).await;
    let here = pages.iter().filter(|(socket, _)| socket.is_member("seen-a")).count();
    let people = stage.dispatcher.parts().presence.people("seen-a");
    assert_eq!(people.len(), here + 1, "those who are members, and who looks");
    let told = told_of_people(&heard).join(" ");
    let count = |kind: &str| told.split(' ').filter(|told| *told == kind).count();
    assert_eq!(count("joined") - count("left"), here + 1);
    for (socket, _) in &pages {
        stage.dispatcher.disconnect(socket, Departure::Lost);
    }
    stage.dispatcher.disconnect(&watcher, Departure::Closed);
    assert_eq!(stage.dispatcher.parts().presence.room_count(), 1, "who may come back is waited for");
    sleep(Duration::from_secs(31)).await;
    assert_eq!(stage.dispatcher.parts().presence.room_count(), 0);
}

#[tokio::test]
async fn who_leaves_again_and_again_waits_once_for_the_hook() {
    let stage = Stage::new();
    let ((ada, _), (bob, _)) = (stage.member_of_nothing(), stage.member_of_nothing());
    let (hooks, room) = (&stage.dispatcher.parts().hooks, Arc::from("open-a"));
    assert!(hooks.push(&ada, &room));
    for socket in [&ada, &bob, &bob, &ada] {
        assert!(!hooks.push(socket, &room), "its task is there");
    }
    let next = || hooks.next(&room).map(|socket| socket.id());
    assert_eq!([next(), next(), next()], [Some(ada.id()), Some(bob.id()), None]);
    assert!(hooks.push(&ada, &room), "once more");
}

#[tokio::test]
async fn a_push_that_is_sent_again_is_no_reason_to_think_that_those_behind_it_are_new() {
    let stage = Stage::new();
    let (scopes, client, [ada, bob]) = (&stage.dispatcher.parts().scopes, Arc::from("c1"), ["ada", "bob"]);
    let [ada, bob] = [ada, bob].map(|name| Id::of_texts(&[name]));
    scopes.note_settled(&client, ada, 5);
    scopes.note_settled(&client, ada, 3);
    assert!(scopes.is_next(&client, ada, 6) && !scopes.is_next(&client, ada, 4));
    scopes.note_settled(&client, bob, 1);
    assert!(scopes.is_next(&client, bob, 2) && !scopes.is_next(&client, ada, 6));
}

#[tokio::test(start_paused = true)]
async fn what_has_happened_on_the_last_day_of_a_version_is_told_after_it() {
    let last = today().succ_opt().expect("a day");
    let id = RouteId { retires: Some(last), ..route_id("test/ends", "test/ends/v1") };
    let all: [&'static dyn Route<TestApp>; 1] = [Box::leak(Box::new(Paired::<Handler, Filter>::new(id)))];
    let events = Routes { all: Box::leak(Box::new(all)), find: |_, _| Some(0) };
    let table = Box::leak(Box::new(Table { events, rooms: TABLE.rooms, ..Table::EMPTY }));
    let stage = Stage::of(table, RoomServices::default());
    let socket = stage.member_with(Arc::new(Sink::default())).await;
    let ends = i64::from(last.signed_duration_since(Day::default()).num_days() as i32 + 1) * 86_400_000;
    advance(Duration::from_millis(u64::try_from(ends - calendar()).expect("it is to come") - 1_000)).await;
    let mut told = Vec::new();
    for id in ["before", "before", "behind"] {
        let call = format!(r#"{{"name":"test/ends","version":"v1","receiver":"open-a","data":{{}},"id":"{id}"}}"#);
        told.push(stage.say(&socket, event::SYNC, &call).await.json.get().to_owned());
        advance(Duration::from_secs(2)).await;
    }
    assert_eq!(told[0], told[1]);
    assert!(told[0].contains(&format!(r#""retires":"{last}""#)), "{told:?}");
    assert!(told[2].contains("sync-retired"), "{told:?}");
}
