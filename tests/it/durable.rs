//! Rooms with `history = durable`, over the end of the process.

use std::path::Path;

use serde_json::{Value, json};
use sync::__private::{RoomRule, Routes, Table};
use sync::Config;
use sync_tests::app::{TestServer, left_behind};
use sync_tests::socket::{Client, Identity};
use tempfile::TempDir;
use test_app::App;

const ROOM: &str = "lasting-a";
const FILE: &str = "rooms.sqlite";
const AWAY: &str = "away.sqlite";

/// Somebody without a session, on a page that has a name; what it has heard on all of its sockets.
struct Page {
    client: Client,
    number: usize,
    pos: Value,
    heard: Vec<u64>,
}

impl Page {
    async fn enter(server: &TestServer, number: usize) -> Self {
        let mut client = connect(server, number).await;
        let pos = client.call("joinRoom", json!({ "room": ROOM })).await["pos"].clone();
        Self { client, number, pos, heard: Vec::new() }
    }

    /// Hears so many events.
    async fn hear(&mut self, count: usize) {
        for _ in 0..count {
            let frame = self.client.frame().await;
            self.note(&frame);
        }
    }

    /// Comes back on another socket, and returns whether it is told that it gets all that it missed.
    async fn come_back(&mut self, server: &TestServer) -> bool {
        self.client = connect(server, self.number).await;
        let answer = self.client.call("joinRoom", json!({ "room": ROOM, "after": self.pos })).await;
        assert_eq!(answer["status"], "success", "{answer}");
        let missed = self.client.frames_so_far().await;
        if missed.is_empty() {
            self.pos = answer["pos"].clone();
        }
        missed.iter().for_each(|frame| self.note(frame));
        answer["recovered"].as_bool().expect("it says so")
    }

    fn note(&mut self, frame: &Value) {
        self.pos = frame["pos"].clone();
        self.heard.push(frame["serverOutput"]["index"].as_u64().expect("a number"));
    }

    async fn say(&mut self, indexes: std::ops::Range<u32>) {
        for index in indexes {
            let answer = self.client.sync("order/wait", "v1", ROOM, json!({ "index": index, "waitMs": 0 })).await;
            assert_eq!(answer["status"], "success", "{answer}");
        }
    }
}

async fn connect(server: &TestServer, number: usize) -> Client {
    server.connect_as(Identity::page(number)).await
}

async fn start(data: &Path) -> TestServer {
    TestServer::start_with(|config| data.clone_into(&mut config.data)).await
}

/// Starts a server on a new folder.
async fn first_life() -> (TempDir, TestServer) {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    (data, server)
}

/// Moves the file away, where the server does not find it.
fn move_away(data: &TempDir) {
    std::fs::rename(data.path().join(FILE), data.path().join(AWAY)).expect("it is moved");
}

fn move_back(data: &TempDir) {
    std::fs::rename(data.path().join(AWAY), data.path().join(FILE)).expect("it is moved back");
}

#[tokio::test]
async fn a_process_that_ends_at_any_moment_loses_nothing_of_them() {
    let (data, server) = first_life().await;
    let mut speaker = Page::enter(&server, 0).await;
    let mut gone = Page::enter(&server, 1).await;
    let mut there = Page::enter(&server, 2).await;
    speaker.say(0..3).await;
    gone.hear(2).await;
    there.hear(3).await;
    drop(gone.client);
    server.has_sockets(2).await;
    gone.client = connect(&server, 99).await;
    speaker.say(3..6).await;
    there.hear(2).await;
    // `there` has not read the last one, and nobody has noticed that it is gone.
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    assert!(gone.come_back(&server).await);
    assert_eq!(gone.heard, [0, 1, 2, 3, 4, 5]);
    let mut speaker = Page::enter(&server, 3).await;
    speaker.say(6..8).await;
    gone.hear(2).await;
    assert!(there.come_back(&server).await);
    assert_eq!(there.heard, (0..8).collect::<Vec<_>>());

    // And once more, with a place of the life before the last as well.
    let data = left_behind(data.path());
    let server = start(data.path()).await;
    let mut speaker = Page::enter(&server, 3).await;
    speaker.say(8..9).await;
    for page in [&mut gone, &mut there] {
        assert!(page.come_back(&server).await);
        assert_eq!(page.heard, (0..9).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_happens_before_anybody_is_back_is_kept_too() {
    let (data, server) = first_life().await;
    let mut page = Page::enter(&server, 1).await;
    page.say(0..1).await;
    page.hear(1).await;
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    let mut outside = connect(&server, 2).await;
    let call = json!({ "index": 7, "waitMs": 0 });
    let answer = outside.sync("order/wait", "v1", ROOM, call).await;
    assert_eq!(answer["errorCode"], "sync-no-receivers", "nobody is there");
    let answer = outside.sync("everyone/elsewhere", "v1", ROOM, json!({})).await;
    assert_eq!(answer["status"], "success", "{answer}");
    page.client = connect(&server, 1).await;
    let back = page.client.call("joinRoom", json!({ "room": ROOM, "after": page.pos })).await;
    assert_eq!(back["recovered"], true, "{back}");
    let missed = page.client.frames_so_far().await;
    assert_eq!(missed.iter().map(|frame| &frame["cb"]).collect::<Vec<_>>(), ["everyone/elsewhere/v1"]);
}

#[tokio::test]
async fn nobody_is_shown_what_was_before_their_time_or_after_they_left() {
    let (data, server) = first_life().await;
    let mut speaker = Page::enter(&server, 0).await;
    let mut left = Page::enter(&server, 1).await;
    speaker.say(0..1).await;
    left.hear(1).await;
    left.client.call("leaveRoom", json!({ "room": ROOM })).await;
    speaker.say(1..2).await;
    let mut late = Page::enter(&server, 2).await;
    speaker.say(2..3).await;
    late.hear(1).await;
    // A barrier: who joins is on the disk before it is told so, and with it all before.
    Page::enter(&server, 3).await;
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    let place = left.pos.clone();
    assert!(!left.come_back(&server).await, "it had left");
    late.pos = place;
    assert!(!late.come_back(&server).await, "it was not there then");
    assert_eq!((left.heard, late.heard), (vec![0], vec![2]));
}

#[tokio::test]
async fn whoever_has_heard_more_than_a_copy_that_was_put_back_is_told_so() {
    let (data, server) = first_life().await;
    let mut speaker = Page::enter(&server, 0).await;
    let mut page = Page::enter(&server, 1).await;
    speaker.say(0..3).await;
    page.hear(3).await;
    let copy = left_behind(data.path());
    speaker.say(3..6).await;
    page.hear(3).await;
    drop(server);

    let server = start(copy.path()).await;
    let mut speaker = Page::enter(&server, 2).await;
    // As many as are lost, and more: their numbers are the same.
    speaker.say(10..15).await;
    assert!(!page.come_back(&server).await, "what it has heard is of another life");
    assert_eq!(page.heard, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_server_that_stops_takes_what_everybody_was_told_into_the_next_life() {
    let (data, server) = first_life().await;
    let mut page = Page::enter(&server, 1).await;
    page.say(0..2).await;
    page.hear(2).await;
    let bytes = server.hub().history_bytes();
    server.into_running().shutdown().await;

    // The file is free as soon as the other one has stopped.
    let server = start(data.path()).await;
    let restored = server.hub().history_bytes();
    assert!(restored >= bytes, "what a room takes counts from the beginning: {restored} of {bytes}");
    assert!(page.come_back(&server).await);
    page.say(2..3).await;
    page.hear(1).await;
    assert_eq!(page.heard, [0, 1, 2]);
}

#[tokio::test]
async fn an_event_that_cannot_be_kept_does_not_happen_and_its_caller_is_told_so() {
    let (data, server) = first_life().await;
    let mut page = Page::enter(&server, 1).await;
    page.say(0..1).await;
    page.hear(1).await;
    move_away(&data);
    let call = json!({ "index": 1, "waitMs": 0 });
    let refused = page.client.sync("order/wait", "v1", ROOM, call).await;
    assert_eq!((&refused["errorCode"], &refused["httpStatus"]), (&json!("sync-unavailable"), &json!(503)));
    let begun = *server.app().begun.borrow();
    let call = json!({ "index": 1, "waitMs": 0 });
    let refused = page.client.sync("order/wait", "v1", ROOM, call).await;
    assert_eq!(refused["errorCode"], "sync-unavailable");
    assert_eq!(*server.app().begun.borrow(), begun, "now that is known before the handler runs");
    move_back(&data);
    page.say(2..3).await;
    page.hear(1).await;
    assert_eq!(page.heard, [0, 2], "and the next one takes its place");
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    assert!(page.come_back(&server).await);
}

#[tokio::test]
async fn two_servers_do_not_use_the_file_at_one_time() {
    let data = tempfile::tempdir().expect("a folder");
    let first = start(data.path()).await;
    let mut config = first.running().handle().config().clone();
    config.shutdown_timeout = std::time::Duration::from_millis(50);
    let refused = test_app::server().start(&test_app::routes::TABLE, config).await.expect_err("it is used");
    let refused = refused.to_string();
    assert!(refused.contains("rooms.sqlite` is used by another server: stop that one"), "{refused}");
}

/// Another version of the test app: one that has no route, and these rooms.
const fn another_version(rooms: &'static [&'static dyn RoomRule<App>]) -> Table<App> {
    Table {
        events: Routes::EMPTY,
        requests: Routes::EMPTY,
        states: Routes::EMPTY,
        manifest_dir: test_app::routes::TABLE.manifest_dir,
        mutations: Routes::EMPTY,
        rooms,
        scopes: &[],
        entities: &[],
        replicas: &[],
        error_codes: test_app::routes::TABLE.error_codes,
        released: &[],
        locales: test_app::routes::TABLE.locales,
    }
}

static WITHOUT_ROUTES: Table<App> = another_version(test_app::routes::TABLE.rooms);

#[tokio::test]
async fn events_that_another_version_of_the_app_cannot_read_are_told_as_missing() {
    let (data, server) = first_life().await;
    let mut early = Page::enter(&server, 1).await;
    let mut late = Page::enter(&server, 2).await;
    early.say(0..2).await;
    early.hear(1).await;
    late.hear(2).await;
    let mut config = server.running().handle().config().clone();
    let copy = left_behind(data.path());
    copy.path().clone_into(&mut config.data);
    let other = TestServer::of(test_app::server().start(&WITHOUT_ROUTES, config).await.expect("it starts"));
    assert!(late.come_back(&other).await, "it has heard everything");
    assert!(!early.come_back(&other).await);
    assert_eq!(early.heard, [0]);
}

#[tokio::test]
async fn of_what_is_volatile_the_newest_is_kept_and_no_more() {
    let data = tempfile::tempdir().expect("a folder");
    let start = async |data: &Path| {
        let change = |config: &mut Config| {
            data.clone_into(&mut config.data);
            config.history_events = 4;
        };
        TestServer::start_with(change).await
    };
    let server = start(data.path()).await;
    let mut speaker = Page::enter(&server, 0).await;
    let mut away = Page::enter(&server, 1).await;
    speaker.say(0..1).await;
    away.hear(1).await;
    drop(away.client);
    for index in 1..50 {
        let answer = speaker.client.sync("odd/cursor", "v1", ROOM, json!({ "index": index, "bytes": 10 })).await;
        assert_eq!(answer["status"], "success", "{answer}");
    }
    speaker.say(50..51).await;
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    away.client = connect(&server, 99).await;
    assert!(away.come_back(&server).await, "what was replaced is no hole, and takes nobody's place");
    assert_eq!(away.heard, [0, 49, 50]);
}

#[tokio::test]
async fn who_left_while_the_file_could_not_be_written_has_left() {
    let (data, server) = first_life().await;
    let mut speaker = Page::enter(&server, 0).await;
    let mut left = Page::enter(&server, 1).await;
    speaker.say(0..1).await;
    left.hear(1).await;
    move_away(&data);
    let mut late = Page::enter(&server, 2).await;
    left.client.call("leaveRoom", json!({ "room": ROOM })).await;
    move_back(&data);
    speaker.say(1..2).await;
    late.hear(1).await;
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    assert!(!left.come_back(&server).await);
    assert_eq!(left.heard, [0]);
    assert!(late.come_back(&server).await, "it came meanwhile");
}

#[tokio::test]
async fn who_has_been_told_that_they_have_left_is_not_there_in_the_next_life() {
    let (data, server) = first_life().await;
    let _speaker = Page::enter(&server, 0).await;
    let mut left = Page::enter(&server, 1).await;
    left.client.call("leaveRoom", json!({ "room": ROOM })).await;
    let data = left_behind(data.path());

    let server = start(data.path()).await;
    assert!(!left.come_back(&server).await);
}

/// Nothing of it is kept beyond the process.
static WITHOUT_ROOMS: Table<App> = another_version(&[]);

#[tokio::test]
async fn what_happened_while_nothing_was_written_is_told_as_missing() {
    let (data, server) = first_life().await;
    let mut page = Page::enter(&server, 1).await;
    page.say(0..1).await;
    page.hear(1).await;
    let config = server.running().handle().config().clone();
    server.into_running().shutdown().await;
    let other = test_app::server().start(&WITHOUT_ROOMS, config).await.expect("it starts");
    other.shutdown().await;

    let server = start(data.path()).await;
    assert!(!page.come_back(&server).await);
}

#[tokio::test]
async fn a_server_that_is_dropped_serves_nobody() {
    let (data, server) = first_life().await;
    let mut page = Page::enter(&server, 1).await;
    drop(server);
    page.client.closed().await;
    // Nor has it the file any more.
    let server = start(data.path()).await;
    assert!(page.come_back(&server).await);
}
