//! Values of rooms that are kept: over restarts and crashes, and with stores that are slow, down, full or changed by somebody else.

mod in_redis;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use sync::__private::{RedisStates, state_store_suite};
use sync::SyncError;
use sync::testing::{Call, Tab, TestApp};
use sync_tests::app::{TestServer, left_behind};
use test_app::App;
use test_app::routes::shared::_state::{filed_v1, kept_v1, kept_v2, own_v1, own_v2, secret_v1};

use crate::redis::Redis;

const ROOM: &str = "shared-1";

async fn start(data: &Path) -> TestServer {
    TestServer::start_with(|config| data.clone_into(&mut config.data)).await
}

/// Adds to the value of a state, as the app itself.
macro_rules! add {
    ($handle:expr, $state:ident, $amount:expr) => {
        async {
            let adding = $handle.state::<$state::State>(ROOM);
            let added = adding.update(|state| {
                state.count += $amount;
                Ok(state.count)
            });
            added.await
        }
    };
}

/// Returns the value of a state.
macro_rules! count {
    ($handle:expr, $state:ident) => {
        $handle.state::<$state::State>(ROOM).read(|state| state.count).await
    };
}

#[tokio::test]
async fn a_value_is_there_after_a_restart_and_its_versions_go_on() {
    let data = tempfile::tempdir().expect("a folder");
    let mut versions = Vec::new();
    for life in 1..=3 {
        let server = start(data.path()).await;
        let handle = server.running().handle().clone();
        let added = [add!(handle, kept_v1, 1).await, add!(handle, kept_v2, 1).await, add!(handle, filed_v1, 1).await];
        let added = added.map(|added| added.expect("a value"));
        // The first value of the newer version is made of the older one.
        assert_eq!(added, [life, life + 1, life]);
        let mut ada = server.connect_as(sync_tests::socket::Identity::default()).await;
        ada.join(ROOM).await;
        let open = json!({ "name": "shared/filed", "version": "v1", "room": ROOM });
        versions.push(ada.call("stateOpen", open).await["stateVersion"].clone());
        server.into_running().shutdown().await;
    }
    let numbers: Vec<_> =
        versions.iter().map(|version| version.as_str().and_then(|text| text.split('.').next())).collect();
    assert_eq!(numbers, [Some("2"), Some("3"), Some("4")]);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_whenever_the_process_ends() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let handle = server.running().handle().clone();
    for round in 1..=5 {
        let added = join_all((0..40).map(|_| add!(handle, kept_v1, 1))).await;
        assert!(added.iter().all(Result::is_ok));
        let copy = left_behind(data.path());
        let after = start(copy.path()).await;
        assert_eq!(count!(after.running().handle(), kept_v1).expect("a value"), round * 40);
    }
}

#[tokio::test]
async fn an_older_version_is_upgraded_and_stays_for_its_own() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let handle = server.running().handle();
    let older = handle.state::<kept_v1::State>(ROOM);
    older.act(kept_v1::Action::Add { amount: 7, by: "ada".to_owned() }).await.expect("a value");
    let newer = handle.state::<kept_v2::State>(ROOM);
    assert_eq!(
        newer.read(|state| (state.count, state.names.clone())).await.expect("a value"),
        (7, vec!["ada".to_owned()])
    );
    newer.act(kept_v1::Action::Add { amount: 1, by: "bob".to_owned() }).await.expect("a value");
    older.act(kept_v1::Action::Add { amount: 2, by: "eve".to_owned() }).await.expect("a value");
    server.into_running().shutdown().await;
    let server = start(data.path()).await;
    let handle = server.running().handle();
    assert_eq!((count!(handle, kept_v1).expect("a value"), count!(handle, kept_v2).expect("a value")), (9, 8));
}

#[tokio::test(start_paused = true)]
async fn what_was_made_of_an_older_version_is_kept_and_goes_as_any_other_value() {
    let app = test_app::test().start().await;
    let add = kept_v1::Action::Add { amount: 7, by: "ada".to_owned() };
    app.handle().state::<kept_v1::State>(ROOM).act(add).await.expect("a value");
    assert_eq!(count!(app.handle(), kept_v2).expect("a value"), 7);
    let health = app.handle().state_health();
    assert_eq!((health.values, health.unsaved), (2, 0));
    app.advance(Duration::from_secs(120)).await;
    assert_eq!(app.handle().state_health().values, 0);
    assert_eq!(count!(app.handle(), kept_v2).expect("a value"), 7);
}

#[tokio::test]
async fn a_damaged_value_is_refused_and_kept_until_it_is_mended() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    add!(server.running().handle(), filed_v1, 5).await.expect("a value");
    server.into_running().shutdown().await;
    let folder = data.path().join("states/shared%2ffiled/v1");
    let file = folder.join("shared-1.json");
    let whole = std::fs::read_to_string(&file).expect("a value");
    let broken = whole.replace("\"count\":5", "\"count\":\"five\"");
    assert_ne!(broken, whole);
    for damaged in ["{", &broken] {
        std::fs::write(&file, damaged).expect("a file");
        let server = start(data.path()).await;
        let mut ada = server.connect_as(sync_tests::socket::Identity::default()).await;
        ada.join(ROOM).await;
        let open = json!({ "name": "shared/filed", "version": "v1", "room": ROOM });
        let refused = ada.call("stateOpen", open.clone()).await;
        assert_eq!((&refused["errorCode"], &refused["httpStatus"]), (&json!("state-unavailable"), &json!(503)));
        assert_eq!(std::fs::read_to_string(&file).expect("a value"), damaged, "nobody has written over it");
        let aside = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("a file").path());
        let aside = aside.filter(|path| path.to_string_lossy().contains("damaged-"));
        assert!(aside.map(|path| std::fs::read_to_string(path).expect("a copy")).any(|copy| copy == damaged));
        // Whoever comes next tries again.
        std::fs::write(&file, &whole).expect("a file");
        assert_eq!(ada.call("stateOpen", open).await["view"]["count"], 5);
    }
}

#[tokio::test]
async fn two_servers_on_one_folder_are_told_apart() {
    let data = tempfile::tempdir().expect("a folder");
    let _first = start(data.path()).await;
    let mut config = sync::Config::default();
    config.listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    data.path().clone_into(&mut config.data);
    // What holds the file might be about to end.
    let patience = Duration::from_millis(50);
    config.shutdown_timeout = patience;
    tokio::time::pause();
    let refused = test_app::server().start(&test_app::routes::TABLE, config).await.expect_err("the folder is used");
    assert!(refused.to_string().contains("is used by another server"), "{refused}");
}

/// A tab in the room, over an app whose own store is in the test's hands.
async fn with_own_store() -> (TestApp<App>, Tab<App>) {
    let app = test_app::test().start().await;
    let ada = app.guest().await;
    ada.join(ROOM).await.expect("a room");
    (app, ada)
}

fn place(version: &str) -> Value {
    json!({ "name": "shared/own", "version": version, "room": ROOM })
}

async fn add_as(tab: &Tab<App>, version: &str, amount: u32) -> String {
    let acted =
        tab.send(&Call::action("shared/own", version).to(ROOM).with(json!({ "add": { "amount": amount } }))).await;
    if acted.is_success() { "done".to_owned() } else { acted.code().to_owned() }
}

/// Waits until somebody waits for the store.
async fn held(app: &TestApp<App>) {
    app.app().own.held.subscribe().wait_for(|held| *held > 0).await.map(drop).expect("an app");
}

#[tokio::test(start_paused = true)]
async fn two_who_come_at_once_load_once() {
    let (app, ada) = with_own_store().await;
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    app.app().own.holds.send_replace(true);
    let letting = async {
        held(&app).await;
        app.app().own.holds.send_replace(false);
    };
    let (first, second, acted, ()) = tokio::join!(
        ada.emit("stateOpen", place("v1")),
        bob.emit("stateOpen", place("v1")),
        add_as(&bob, "v1", 1),
        letting
    );
    assert!(first.is_success() && second.is_success());
    assert_eq!((acted.as_str(), app.app().own.loads.load(Ordering::Acquire)), ("done", 1));
}

#[tokio::test(start_paused = true)]
async fn a_load_that_fails_refuses_and_the_next_tries_again() {
    let (app, ada) = with_own_store().await;
    app.app().own.fails.store(true, Ordering::Release);
    assert_eq!(ada.emit("stateOpen", place("v1")).await.code(), "state-unavailable");
    assert_eq!(add_as(&ada, "v1", 1).await, "state-unavailable");
    let refused = app.handle().state::<own_v1::State>(ROOM).get().await;
    assert_eq!(
        refused.map(|state| state.count).map_err(|error| error.code().to_owned()),
        Err("state-unavailable".to_owned())
    );
    app.app().own.fails.store(false, Ordering::Release);
    assert_eq!(add_as(&ada, "v1", 1).await, "done");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_minute_loses_nothing_and_is_seen() {
    let (app, ada) = with_own_store().await;
    assert_eq!(add_as(&ada, "v1", 1).await, "done");
    app.advance(Duration::from_secs(2)).await;
    assert_eq!(app.app().own.kept("shared-1 v1"), Some((1, 2)));
    app.app().own.fails.store(true, Ordering::Release);
    for _ in 0..60 {
        assert_eq!(add_as(&ada, "v1", 1).await, "done");
        app.advance(Duration::from_secs(1)).await;
    }
    let health = app.handle().state_health();
    assert_eq!((health.values, health.unsaved, health.failing.len()), (1, 1, 1));
    let failing = &health.failing[0];
    assert_eq!((failing.state, &*failing.room), ("shared/own/v1", ROOM));
    assert!(failing.since > Duration::from_secs(50) && failing.error.contains("taken the store away"), "{failing:?}");
    // Beyond its time to live.
    ada.close().await;
    app.advance(Duration::from_secs(600)).await;
    assert_eq!(app.handle().state_health().values, 1);
    app.app().own.fails.store(false, Ordering::Release);
    app.advance(Duration::from_secs(60)).await;
    assert_eq!(app.app().own.kept("shared-1 v1"), Some((61, 62)));
    assert!(app.handle().state_health().failing.is_empty());
    app.advance(Duration::from_secs(60)).await;
    assert_eq!(app.handle().state_health().values, 0);
    assert_eq!(app.app().notes.borrow().clone(), ["closed shared-1 61"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_saved_before_it_is_told_has_not_happened() {
    let (app, ada) = with_own_store().await;
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    bob.emit("stateOpen", place("v2")).await;
    assert_eq!(add_as(&ada, "v2", 5).await, "done");
    assert_eq!(bob.received().await.len(), 1);
    app.app().own.fails.store(true, Ordering::Release);
    assert_eq!(add_as(&ada, "v2", 1).await, "state-unavailable");
    assert_eq!(bob.received().await.len(), 0, "nobody has heard of it");
    app.app().own.fails.store(false, Ordering::Release);
    assert_eq!(add_as(&ada, "v2", 1).await, "done");
    assert_eq!(app.app().own.kept("shared-1 v2"), Some((6, 4)));
    assert_eq!(app.handle().state::<own_v2::State>(ROOM).read(|state| state.count).await.expect("a value"), 6);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_saved_yet_is_shown_to_nobody_and_does_not_stay_where_it_fails() {
    let (app, ada) = with_own_store().await;
    let member = |outcome| sync_tests::app::member("mary", outcome, None).expect("a session");
    let mary = app.log_in(member("deliver")).await;
    mary.join(ROOM).await.expect("a room");
    let count = |shown: &Value| (shown["view"]["count"].clone(), shown["view"]["double"].clone());
    assert_eq!(count(mary.emit("stateOpen", place("v2")).await.json()), (json!(0), Value::Null));
    let own = &app.app().own;
    own.holds.send_replace(true);
    let meanwhile = async {
        held(&app).await;
        // Whoever comes, reads or becomes somebody else meanwhile sees what was told last, at once.
        assert_eq!(count(ada.emit("stateOpen", place("v2")).await.json()), (json!(0), Value::Null));
        let state = app.handle().state::<own_v2::State>(ROOM);
        assert_eq!(state.read(|state| state.count).await.expect("a value"), 0);
        let sessions = app.handle().sessions();
        let live = sessions.find(mary.token().expect("a token")).await.expect("a store").expect("a session");
        sessions.update(&live, |session| "master".clone_into(&mut session.outcome)).await.expect("a store");
        let frames = mary.received().await;
        let shown = frames.iter().find_map(|frame| match frame {
            sync::testing::Frame::State { update, .. } => Some(update.clone()),
            _ => None,
        });
        assert_eq!(shown, Some(json!({ "count": 0, "double": 0 })));
        own.fails.store(true, Ordering::Release);
        own.holds.send_replace(false);
    };
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    let (acted, ()) = tokio::join!(add_as(&bob, "v2", 5), meanwhile);
    assert_eq!(acted, "state-unavailable");
    assert_eq!(count(mary.emit("stateOpen", place("v2")).await.json()), (json!(0), json!(0)));
    own.fails.store(false, Ordering::Release);
    assert_eq!(add_as(&bob, "v2", 1).await, "done");
    assert_eq!(count(mary.emit("stateOpen", place("v2")).await.json()), (json!(1), json!(2)));
    // The number of what has failed is given to nothing else: it may be stored yet.
    assert_eq!(own.kept("shared-1 v2"), Some((1, 3)));
}

#[tokio::test]
async fn who_reads_is_shown_the_value_though_it_changes_all_the_time() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    let handle = server.running().handle().clone();
    let (tell, told) = tokio::sync::watch::channel(false);
    let acting = join_all((0..8).map(async |_| {
        let told = told.clone();
        while !*told.borrow() {
            add!(handle, kept_v1, 1).await.expect("a value");
        }
    }));
    let reading = async {
        for _ in 0..50 {
            let state = handle.state::<kept_v1::State>(ROOM);
            tokio::time::timeout(Duration::from_secs(5), state.read(|state| state.count))
                .await
                .expect("in time")
                .expect("a value");
        }
        tell.send_replace(true);
    };
    tokio::join!(acting, reading);
}

#[tokio::test(start_paused = true)]
async fn what_is_done_while_a_value_is_saved_is_saved_next() {
    let (app, ada) = with_own_store().await;
    let own = &app.app().own;
    assert_eq!(add_as(&ada, "v1", 1).await, "done");
    own.holds.send_replace(true);
    app.advance(Duration::from_secs(2)).await;
    held(&app).await;
    assert_eq!(add_as(&ada, "v1", 1).await, "done", "nobody waits for the store");
    own.holds.send_replace(false);
    app.advance(Duration::from_secs(3)).await;
    assert_eq!(own.kept("shared-1 v1"), Some((2, 3)));
}

#[tokio::test(start_paused = true)]
async fn who_acts_while_a_value_is_saved_that_is_told_later_waits_and_is_saved_next() {
    let (app, ada) = with_own_store().await;
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    assert_eq!(add_as(&ada, "v2", 1).await, "done");
    let own = &app.app().own;
    own.holds.send_replace(true);
    let later = async {
        held(&app).await;
        let letting = async { own.holds.send_replace(false) };
        tokio::join!(add_as(&bob, "v2", 1), letting).0
    };
    assert_eq!(tokio::join!(add_as(&ada, "v2", 1), later), ("done".to_owned(), "done".to_owned()));
    assert_eq!(own.kept("shared-1 v2"), Some((3, 4)));
}

#[tokio::test(start_paused = true)]
async fn the_last_one_leaves_while_the_value_is_loaded() {
    let app = test_app::test().start().await;
    let ada = app.log_in(sync_tests::app::member("ada", "deliver", None).expect("a session")).await;
    ada.join(ROOM).await.expect("a room");
    app.app().own.holds.send_replace(true);
    let leaving = async {
        held(&app).await;
        let session = app.handle().sessions().find(ada.token().expect("a token")).await;
        app.handle().end_session(&session.expect("a store").expect("a session")).await.expect("a store");
        app.app().own.holds.send_replace(false);
    };
    let (opened, ()) = tokio::join!(ada.emit("stateOpen", place("v1")), leaving);
    assert!(!opened.is_success(), "{}", opened.json());
    app.advance(Duration::from_secs(120)).await;
    assert_eq!(app.handle().state_health().values, 0, "nobody holds it");
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_a_value_goes_waits_for_that_and_has_it() {
    let (app, ada) = with_own_store().await;
    assert_eq!(add_as(&ada, "v1", 3).await, "done");
    app.advance(Duration::from_secs(2)).await;
    ada.close().await;
    app.app().own.holds.send_replace(true);
    app.advance(Duration::from_secs(62)).await;
    held(&app).await;
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    let letting = async { _ = app.app().own.holds.send_replace(false) };
    let (acted, ()) = tokio::join!(add_as(&bob, "v1", 1), letting);
    assert_eq!(acted, "done");
    assert_eq!(app.app().notes.borrow().clone(), ["closed shared-1 3"]);
    assert_eq!(app.app().own.loads.load(Ordering::Acquire), 2);
    assert_eq!(app.handle().state::<own_v1::State>(ROOM).read(|state| state.count).await.expect("a value"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_takes_nothing_with_it() {
    let (app, ada) = with_own_store().await;
    assert_eq!(add_as(&ada, "v1", 666).await, "done");
    app.advance(Duration::from_secs(2)).await;
    ada.close().await;
    app.advance(Duration::from_secs(120)).await;
    assert_eq!(app.app().notes.borrow().clone(), ["closed shared-1 666"]);
    assert_eq!(app.handle().state_health().values, 0);
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    assert_eq!(bob.emit("stateOpen", place("v1")).await.json()["view"]["count"], 666);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_values_that_end_at_once_all_end() {
    let app = test_app::test().start().await;
    let rooms: Vec<_> = (0..1000).map(|number| format!("shared-{number}")).collect();
    let shown = rooms.iter().map(async |room| {
        let state = app.handle().state::<secret_v1::State>(room);
        let show = |state: &mut secret_v1::State| Ok::<_, SyncError>(state.shown.insert("door".to_owned(), 1));
        state.update(show).await
    });
    assert!(join_all(shown).await.iter().all(Result::is_ok));
    assert_eq!(app.handle().state_health().values, 1000);
    app.advance(Duration::from_secs(59)).await;
    assert_eq!(app.handle().state_health().values, 1000);
    app.advance(Duration::from_secs(3)).await;
    assert_eq!(app.handle().state_health().values, 0);
    let closed = app.app().notes.borrow().iter().filter(|note| note.starts_with("closed ")).count();
    assert_eq!(closed, 1000);
}

#[tokio::test]
async fn a_shutdown_saves_what_waits_to_be_saved() {
    let data = tempfile::tempdir().expect("a folder");
    let server = start(data.path()).await;
    for amount in 1..=10 {
        add!(server.running().handle(), kept_v2, amount).await.expect("a value");
    }
    server.into_running().shutdown().await;
    let server = start(data.path()).await;
    assert_eq!(count!(server.running().handle(), kept_v2).expect("a value"), 55);
}

#[tokio::test]
async fn a_backup_is_made_while_values_change_and_brings_them_back() {
    let data = tempfile::tempdir().expect("a folder");
    let backups = data.path().join("backups");
    let server = start(data.path()).await;
    let handle = server.running().handle().clone();
    let acting = async {
        for _ in 0..50 {
            add!(handle, kept_v1, 1).await.expect("a value");
            add!(handle, filed_v1, 1).await.expect("a value");
        }
    };
    let (backup, ()) = tokio::join!(handle.backup(&backups), acting);
    let backup = backup.expect("a backup");
    assert!(backup.values <= 2);
    let whole = handle.backup(&backups).await.expect("a backup");
    assert_eq!((whole.values, whole.unsaved, whole.unreadable.len()), (2, 0, 0));
    assert_eq!(handle.state_health().unsaved, 0, "what was saved early is saved");
    let text = std::fs::read_to_string(&whole.file).expect("a backup");
    assert!(
        text.contains(r#""state":"shared/kept","version":"v1","room":"shared-1","number":51,"value":{"count":50,"#),
        "{text}"
    );
}

#[tokio::test]
async fn a_redis_keeps_the_contract_of_a_store() {
    let Some(redis) = Redis::new() else { return };
    let url = redis.url();
    state_store_suite::run(async || RedisStates::new(url.as_str(), "te*st").expect("an address")).await;
}

#[tokio::test]
async fn a_state_in_a_redis_says_so_where_there_is_none() {
    let config = sync::Config::default();
    let refused = test_app::server().start(&in_redis::TABLE, config).await.expect_err("there is no Redis").to_string();
    assert!(refused.starts_with("`shared/distant/v1` says `store = redis`: set `redis_url`"), "{refused}");
}

#[tokio::test]
async fn a_redis_that_is_taken_away_refuses_what_is_done_and_loses_nothing() {
    let Some(mut redis) = Redis::new() else { return };
    let start = async |url| {
        let mut config = sync::Config::default();
        config.listen.set_port(0);
        config.redis_url = Some(url);
        test_app::server().start(&in_redis::TABLE, config).await.expect("it starts")
    };
    let server = start(redis.url()).await;
    let count = async |server: &sync::Running<App>| {
        let state = server.handle().state::<in_redis::State>(ROOM);
        let counted = state.act(in_redis::Action::Count).await.map_err(|error| error.code().to_owned());
        (counted, state.read(|state| state.count).await.expect("a value"))
    };
    assert_eq!(count(&server).await, (Ok(2), 1));
    redis.kill();
    assert_eq!(count(&server).await, (Err("state-unavailable".to_owned()), 1));
    assert!(redis.start());
    // The connection is made anew a moment later.
    let (mut counted, mut value) = count(&server).await;
    while counted.is_err() {
        (counted, value) = count(&server).await;
    }
    assert_eq!(value, 2);
    server.shutdown().await;
    let server = start(redis.url()).await;
    assert_eq!(count(&server).await, (counted.map(|number| number + 1), 3));
}
