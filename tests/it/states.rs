//! The state lane: one value for each room, changed by actions, followed by patches.

use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use serde_json::{Value, json};
use sync::HistoryPlace;
use sync::testing::{Call, Frame, Tab, TestApp};
use test_app::{App, Session};

const ROOM: &str = "shared-1";

fn person(name: &str, outcome: &str) -> Session {
    Session { user_id: name.to_owned(), outcome: outcome.to_owned(), locale: None, tie: None }
}

/// Somebody who follows a value, as a front end does: by patches alone, once it has the whole.
struct Follower {
    tab: Arc<Tab<App>>,
    name: &'static str,
    version: String,
    value: Value,
    /// How many wholes and how many patches it was sent.
    sent: (usize, usize),
    /// All that it was sent, as text.
    raw: String,
    /// Whether it loses nothing, so that every patch has to fit.
    is_whole: bool,
}

fn place(name: &str) -> Value {
    let (path, version) = name.rsplit_once('/').expect("a name and a version");
    json!({ "name": path, "version": version, "room": ROOM })
}

impl Follower {
    async fn open(tab: impl Into<Arc<Tab<App>>>, name: &'static str) -> Self {
        let tab = tab.into();
        if tab.emit("joinedRooms", json!({})).await.json()["rooms"] == json!([]) {
            tab.join(ROOM).await.expect("a room");
        }
        let mut follower = Self {
            tab,
            name,
            version: String::new(),
            value: Value::Null,
            sent: (0, 0),
            raw: String::new(),
            is_whole: true,
        };
        follower.open_again(None).await;
        follower
    }

    /// Opens it, as one that has this version.
    async fn open_again(&mut self, have: Option<&str>) {
        let mut open = place(self.name);
        if let Some(have) = have {
            open["have"] = json!(have);
        }
        let opened = self.tab.emit("stateOpen", open).await;
        assert!(opened.is_success(), "{}", opened.json());
        self.raw.push_str(&opened.json().to_string());
        match opened.json().get("patch") {
            Some(patch) => self.apply(patch),
            None => self.value = opened.json()["view"].clone(),
        }
        self.version = opened.json()["stateVersion"].as_str().expect("a version").to_owned();
    }

    fn apply(&mut self, patch: &Value) {
        let patch: json_patch::Patch = serde_json::from_value(patch.clone()).expect("a patch");
        json_patch::patch(&mut self.value, &patch).expect("it fits");
    }

    /// Takes what has come.
    async fn hear(&mut self) {
        for frame in self.tab.received().await {
            self.take(&frame).await;
        }
    }

    /// Takes one thing that has come; where it lacks something, it asks again.
    async fn take(&mut self, frame: &Frame) {
        let Frame::State { route, from, to, update, .. } = frame else { return };
        if *route != self.name {
            return;
        }
        if from.as_ref().is_some_and(|from| *from != self.version) {
            assert!(!self.is_whole, "a patch of another version than it has: {from:?} {}", self.version);
            let have = self.version.clone();
            return self.open_again(Some(&have)).await;
        }
        self.raw.push_str(&update.to_string());
        if from.is_some() {
            self.apply(update);
            self.sent.1 += 1;
        } else {
            self.value = update.clone();
            self.sent.0 += 1;
        }
        self.version.clone_from(to);
    }

    /// Another one of the same tab.
    fn again(&self) -> Self {
        let (tab, raw) = (self.tab.clone(), String::new());
        Self { tab, raw, version: String::new(), value: Value::Null, ..*self }
    }

    async fn act(&self, action: Value) -> Value {
        act(&self.tab, self.name, action).await
    }
}

async fn act(tab: &Tab<App>, name: &str, action: Value) -> Value {
    let (path, version) = name.rsplit_once('/').expect("a name and a version");
    tab.send(&Call::action(path, version).to(ROOM).with(action)).await.json().clone()
}

fn note(text: &str) -> Value {
    json!({ "text": text, "x": 1.5, "y": 2 })
}

fn check(value: &Value, expected: Expect) {
    expected.assert_eq(&value.to_string());
}

#[tokio::test(start_paused = true)]
async fn those_who_follow_see_what_one_of_them_does() {
    for builder in [test_app::test, || test_app::test().over_sockets()] {
        let app = builder().start().await;
        let ada = Follower::open(app.guest().await, "shared/board/v1").await;
        let mut bob = Follower::open(app.guest().await, "shared/board/v1").await;
        assert_eq!(bob.value, json!({ "notes": {}, "order": [], "locked": false }));
        for id in ["a", "b", "c"] {
            let acted = ada
                .act(json!({ "put": { "id": id, "note": note("milk, and much more of what makes a note long") } }))
                .await;
            assert_eq!(acted["status"], "success");
        }
        bob.hear().await;
        ada.act(json!({ "raise": { "id": "a" } })).await;
        let last = ada.act(json!({ "move": { "id": "b", "x": 7, "y": 8.25 } })).await;
        bob.hear().await;
        assert_eq!(last["stateVersion"], bob.version.as_str());
        check(&bob.value["order"], expect![[r#"["b","c","a"]"#]]);
        assert_eq!(bob.value["notes"]["b"]["x"], json!(7.0));
        assert!(bob.sent.1 >= 2, "by patches: {:?}", bob.sent);
        // Who comes now has the same; so has who asks over HTTP.
        let carl = Follower::open(app.guest().await, "shared/board/v1").await;
        assert_eq!((&carl.value, &carl.version), (&bob.value, &bob.version));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_or_panics_leaves_the_value_as_it_was_and_nobody_hears() {
    let app = test_app::test().start().await;
    let ada = Follower::open(app.guest().await, "shared/board/v1").await;
    let mut bob = Follower::open(app.guest().await, "shared/board/v1").await;
    ada.act(json!({ "put": { "id": "a", "note": note("kept") } })).await;
    bob.hear().await;
    let (value, version, sent) = (bob.value.clone(), bob.version.clone(), bob.sent);
    let mut codes = Vec::new();
    for action in [
        json!("regret"),
        json!("panic"),
        json!({ "lose": { "id": "a" } }),
        json!({ "remove": { "id": "nobody" } }),
        json!({ "put": { "id": "b" } }),
        json!("unknown"),
        json!(7),
    ] {
        let refused = ada.act(action).await;
        codes.push(format!("{} {}", refused["httpStatus"], refused["errorCode"].as_str().unwrap_or_default()));
    }
    expect![[r#"
        400 note-regretted
        500 sync-server-failed
        500 sync-server-failed
        404 note-unknown
        400 sync-invalid-input
        400 sync-invalid-input
        400 sync-invalid-input"#]]
    .assert_eq(&codes.join("\n"));
    // Beyond its own rule of twenty.
    for number in 0..19 {
        assert_eq!(
            ada.act(json!({ "put": { "id": format!("n{number}"), "note": note("") } })).await["status"],
            "success"
        );
    }
    let refused = ada.act(json!({ "put": { "id": "too-much", "note": note("") } })).await;
    check(
        &refused,
        expect![[
            r#"{"errorCode":"state-invalid","errorParams":{"path":"order","reason":"length"},"httpStatus":400,"message":"This would break a rule of “order”.","status":"error"}"#
        ]],
    );
    for number in 0..19 {
        ada.act(json!({ "remove": { "id": format!("n{number}") } })).await;
    }
    bob.hear().await;
    assert_eq!(bob.value, value);
    assert_ne!((&bob.version, bob.sent), (&version, sent));
}

#[tokio::test(start_paused = true)]
async fn an_action_can_say_which_version_it_means() {
    let app = test_app::test().start().await;
    let ada = Follower::open(app.guest().await, "shared/board/v1").await;
    let first = ada.version.clone();
    let acted = ada.act(json!({ "put": { "id": "a", "note": note("one") } })).await;
    let call = Call::action("shared/board", "v1").to(ROOM).with(json!("lock"));
    let late = ada.tab.send(&call.clone().if_version(&first)).await;
    assert_eq!((late.code(), late.param("version")), ("state-conflict", &acted["stateVersion"]));
    assert_eq!(late.json()["httpStatus"], 409);
    let never = ada.tab.send(&call.clone().if_version("what is no version")).await;
    assert_eq!(never.code(), "state-conflict");
    let right = ada.tab.send(&call.if_version(acted["stateVersion"].as_str().expect("a version"))).await;
    assert!(right.is_success());
}

#[tokio::test(start_paused = true)]
async fn an_action_with_a_name_is_applied_once() {
    let app = test_app::test().start().await;
    let ada = Follower::open(app.log_in(person("ada", "deliver")).await, "shared/kept/v1").await;
    let call =
        Call::action("shared/kept", "v1").to(ROOM).with(json!({ "add": { "amount": 5, "by": "ada" } })).named("a-1");
    let first = ada.tab.send(&call).await;
    let replies = [ada.tab.send(&call).await, ada.tab.send_by_http(&call).await.reply];
    assert!(first.is_success() && replies.iter().all(|reply| *reply == first), "{replies:?}");
    let other = ada.tab.send(&call.with(json!({ "add": { "amount": 6, "by": "ada" } }))).await;
    assert_eq!(other.code(), "sync-id-reused");
    let seen = Follower::open(app.guest().await, "shared/kept/v1").await;
    assert_eq!(seen.value, json!({ "count": 5, "last": "ada" }));
}

#[tokio::test(start_paused = true)]
async fn a_view_hides_for_real() {
    let app = test_app::test().start().await;
    let mut master = Follower::open(app.log_in(person("mary", "master")).await, "shared/secret/v1").await;
    let mut player = Follower::open(app.log_in(person("paul", "deliver")).await, "shared/secret/v1").await;
    let mut other = Follower::open(app.guest().await, "shared/secret/v1").await;
    let before = player.version.clone();
    for number in 0..5 {
        let hidden = master.act(json!({ "hide": { "name": "treasure-of-gold", "value": number } })).await;
        assert_eq!(hidden["status"], "success");
    }
    master.hear().await;
    player.hear().await;
    assert_eq!(master.value["hidden"]["treasure-of-gold"], 4);
    assert_eq!((&player.version, player.sent), (&before, (0, 0)), "not even the number of a version");
    master.act(json!({ "show": { "name": "door", "value": 1 } })).await;
    for follower in [&mut master, &mut player, &mut other] {
        follower.hear().await;
        assert_eq!(follower.value["shown"]["door"], 1);
    }
    assert_eq!(player.version, other.version, "one group");
    assert!(!player.raw.contains("treasure") && !other.raw.contains("treasure"));
    // An action that the caller sees nothing of is no conflict, and tells it nothing.
    let call = Call::action("shared/secret", "v1").to(ROOM).with(json!({ "show": { "name": "door", "value": 2 } }));
    master.act(json!({ "hide": { "name": "treasure-of-gold", "value": 9 } })).await;
    assert!(player.tab.send(&call.if_version(&player.version)).await.is_success());
}

#[tokio::test(start_paused = true)]
async fn somebody_who_becomes_another_one_sees_something_else_at_once() {
    let app = test_app::test().start().await;
    let master = Follower::open(app.log_in(person("mary", "master")).await, "shared/secret/v1").await;
    let mut paul = Follower::open(app.log_in(person("paul", "deliver")).await, "shared/secret/v1").await;
    master.act(json!({ "hide": { "name": "treasure", "value": 1 } })).await;
    paul.hear().await;
    assert_eq!(paul.value["hidden"], Value::Null);
    let sessions = app.handle().sessions();
    for (outcome, expected) in [("master", json!({ "treasure": 1 })), ("deliver", Value::Null)] {
        let live = sessions.find(paul.tab.token().expect("a token")).await.expect("a store").expect("a session");
        sessions.update(&live, move |session| outcome.clone_into(&mut session.outcome)).await.expect("a store");
        paul.hear().await;
        assert_eq!(paul.value["hidden"], expected, "{outcome}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_view_that_panics_refuses_the_action() {
    let app = test_app::test().start().await;
    let mut master = Follower::open(app.log_in(person("mary", "master")).await, "shared/secret/v1").await;
    let refused = master.act(json!("break")).await;
    assert_eq!(refused["errorCode"], "sync-server-failed");
    assert_eq!(master.act(json!({ "show": { "name": "door", "value": 1 } })).await["status"], "success");
    master.hear().await;
    assert_eq!(master.value["shown"], json!({ "door": 1 }));
    for (name, value, expected) in [("double", 4, Some(8)), ("never", 1, None)] {
        master.act(json!({ "show": { "name": name, "value": value } })).await;
        master.hear().await;
        assert_eq!(master.value["shown"].get(name).and_then(Value::as_u64), expected, "prepared");
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_is_sent_what_it_lacks_and_nothing_where_it_lacks_nothing() {
    let app = test_app::test().start().await;
    let ada = Follower::open(app.guest().await, "shared/board/v1").await;
    for id in ["a", "b", "c", "d"] {
        ada.act(json!({ "put": { "id": id, "note": note("a text that makes the whole longer than a patch") } })).await;
    }
    let mut bob = Follower::open(app.guest().await, "shared/board/v1").await;
    let (version, value) = (bob.version.clone(), bob.value.clone());
    bob.open_again(Some(&version)).await;
    assert_eq!((&bob.version, &bob.value), (&version, &value));
    bob.tab.emit("stateClose", place("shared/board/v1")).await;
    for x in 0..3 {
        ada.act(json!({ "move": { "id": "a", "x": x, "y": 0 } })).await;
    }
    bob.hear().await;
    assert_eq!(bob.sent, (0, 0), "it follows no longer");
    bob.open_again(Some(&version)).await;
    let mut carl = Follower::open(app.guest().await, "shared/board/v1").await;
    assert_eq!((&bob.version, &bob.value), (&carl.version, &carl.value));
    // One of another life is no version.
    carl.open_again(Some("1.00000000")).await;
    assert_eq!(carl.value, bob.value);
}

#[tokio::test(start_paused = true)]
async fn over_http_a_value_has_a_tag() {
    let app = test_app::test().start().await;
    let ada = app.log_in(person("ada", "deliver")).await;
    ada.join(ROOM).await.expect("a room");
    let token = ada.token().expect("a token").to_owned();
    let get = async |tag: Option<&str>| {
        let headers: Vec<_> = tag.map(|tag| ("if-none-match", tag)).into_iter().collect();
        app.http_with("GET", "/state/shared/board/v1?room=shared-1", Value::Null, Some(&token), &headers).await
    };
    let first = get(None).await;
    assert_eq!((first.status, &first.reply.json()["view"]["locked"]), (200, &json!(false)));
    let tag = first.headers["etag"].clone();
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    assert_eq!((get(Some(&tag)).await.status, get(Some("\"other\"")).await.status), (304, 200));
    let post = async |tag: &str| {
        let body = json!({ "room": ROOM, "action": "lock" });
        app.http_with("POST", "/state/shared/board/v1", body, Some(&token), &[("if-match", tag)]).await
    };
    assert_eq!(post("\"other\"").await.reply.code(), "state-conflict");
    let locked = post(&tag).await;
    assert!(locked.reply.is_success());
    let second = get(Some(&tag)).await;
    assert_eq!((second.status, &second.reply.json()["view"]["locked"]), (200, &json!(true)));
    assert_eq!(second.reply.json()["stateVersion"], locked.reply.json()["stateVersion"]);
    for (path, code) in [
        ("/state/shared/board/v1", "sync-bad-request"),
        ("/state/shared/board/v1?room=shared-1&room=shared-2", "sync-bad-request"),
        ("/state/shared/board/v1?room=shared-2", "sync-not-in-room"),
        ("/state/shared/board/v1?room=lasting-1", "room-invalid"),
        ("/state/shared/nothing/v1?room=shared-1", "sync-not-found"),
    ] {
        let refused = app.http_with("GET", path, Value::Null, Some(&token), &[]).await;
        assert_eq!(refused.reply.code(), code, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_and_what_its_handler_changes_take_their_places_together() {
    for history in [HistoryPlace::Memory, HistoryPlace::Durable] {
        let app = test_app::test().config(move |config| config.history = history).start().await;
        let mut ada = Follower::open(app.guest().await, "shared/board/v1").await;
        for id in ["one", "last"] {
            let call = Call::event("shared/both", "v1").to(ROOM).with(json!({ "id": id }));
            assert!(ada.tab.send(&call).await.is_success());
        }
        let frames = ada.tab.received().await;
        let order: Vec<_> = frames.iter().map(|frame| frame.route().unwrap_or_default()).collect();
        let (state, event) = ("shared/board/v1", "shared/both/v1");
        assert_eq!(order, [state, event, state, state, event], "{history:?}");
        ada.open_again(None).await;
        assert_eq!((&ada.value["order"], &ada.value["locked"]), (&json!(["one", "last"]), &json!(true)));
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_send_to_a_room_and_is_not_in_it_sees_none_of_its_values() {
    let app = test_app::test().start().await;
    let ada = app.log_in(person("ada", "deliver")).await;
    let inside = json!({ "name": "lasting/tally", "version": "v1", "room": "lasting-1" });
    let call = Call::action("lasting/tally", "v1").to("lasting-1").with(json!("count"));
    // The rule of the room lets anybody send there over HTTP: that is no right to look.
    assert!(ada.send_by_http(&call).await.reply.is_success());
    let token = ada.token().expect("a token").to_owned();
    let get = async || {
        app.http_with("GET", "/state/lasting/tally/v1?room=lasting-1", Value::Null, Some(&token), &[]).await.reply
    };
    assert_eq!(get().await.code(), "sync-not-in-room");
    assert_eq!(ada.emit("stateOpen", inside.clone()).await.code(), "sync-not-in-room");
    ada.join("lasting-1").await.expect("a room");
    assert_eq!(get().await.json()["view"]["count"], 1);
    assert_eq!(ada.emit("stateOpen", inside).await.json()["view"]["count"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_value_lives_as_long_as_somebody_is_there_and_a_while_longer() {
    let app = test_app::test().start().await;
    let ada = Follower::open(app.guest().await, "shared/secret/v1").await;
    ada.act(json!({ "show": { "name": "door", "value": 1 } })).await;
    app.advance(Duration::from_secs(600)).await;
    ada.tab.close().await;
    app.advance(Duration::from_secs(50)).await;
    let bob = Follower::open(app.guest().await, "shared/secret/v1").await;
    assert_eq!(bob.value["shown"], json!({ "door": 1 }));
    bob.tab.close().await;
    app.advance(Duration::from_secs(200)).await;
    assert_eq!(app.app().notes.borrow().clone(), ["updated 1 2: 0 1", "closed shared-1 1"]);
    let carl = Follower::open(app.guest().await, "shared/secret/v1").await;
    assert_eq!(carl.value["shown"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn the_app_reads_and_changes_values_from_anywhere() {
    use test_app::routes::shared::_state::board_v1::{Action, State};
    let app = test_app::test().start().await;
    let handle = app.handle().clone();
    // From a task of the app's own, before anybody has come.
    let acted = tokio::spawn(async move {
        let board = handle.state::<State>(ROOM);
        board
            .update(|board| {
                board.order.push("from-the-app".to_owned());
                Ok(())
            })
            .await?;
        board.act(Action::Lock).await?;
        Ok::<_, sync::SyncError>((board.get().await?.locked, board.read(|board| board.order.len()).await?))
    });
    assert_eq!(acted.await.expect("no panic").expect("a value"), (true, 1));
    let mut ada = Follower::open(app.guest().await, "shared/board/v1").await;
    assert_eq!(ada.value["order"], json!(["from-the-app"]));
    let refused: Result<(), _> = app.handle().state::<State>(ROOM).update(|_| Err(sync::error!("board-locked"))).await;
    assert_eq!(refused.expect_err("it is refused").code(), "board-locked");
    app.handle()
        .state::<State>(ROOM)
        .update(|board| {
            board.locked = false;
            Ok(())
        })
        .await
        .expect("a value");
    ada.hear().await;
    assert_eq!(ada.value["locked"], false);
    let nowhere = app.handle().state::<State>("lasting-1").get().await;
    assert_eq!(nowhere.expect_err("no such room").code(), "room-invalid");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_message_is_said() {
    let app: TestApp<App> = test_app::test().start().await;
    let ada = app.guest().await;
    let said = async |event: &str, payload: Value| {
        let reply = ada.emit(event, payload).await;
        format!("{} {}", reply.json()["httpStatus"], reply.code())
    };
    let mut all = Vec::new();
    for (event, change) in [
        ("stateOpen", json!({})),
        ("stateAct", json!({ "action": "lock" })),
        ("stateOpen", json!({ "name": "shared/nothing" })),
        ("stateOpen", json!({ "room": "lasting-1" })),
        ("stateOpen", json!({ "room": "" })),
        ("stateOpen", json!({ "have": 7 })),
        ("stateAct", json!({})),
        ("stateClose", json!({})),
        ("stateClose", json!({ "version": "v9" })),
    ] {
        let mut payload = place("shared/board/v1");
        for (name, value) in change.as_object().expect("an object") {
            payload[name] = value.clone();
        }
        all.push(format!("{event} {change}: {}", said(event, payload).await));
    }
    expect![[r#"
        stateOpen {}: 403 sync-not-in-room
        stateAct {"action":"lock"}: 403 sync-not-in-room
        stateOpen {"name":"shared/nothing"}: 404 sync-not-found
        stateOpen {"room":"lasting-1"}: 400 room-invalid
        stateOpen {"room":""}: 400 room-invalid
        stateOpen {"have":7}: 400 sync-bad-request
        stateAct {}: 400 sync-bad-request
        stateClose {}: null 
        stateClose {"version":"v9"}: 404 sync-not-found"#]]
    .assert_eq(&all.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn of_changes_that_wait_for_somebody_slow_none_is_lost_behind_one_that_is_hidden() {
    let app = test_app::test().start().await;
    let master = Follower::open(app.log_in(person("mary", "master")).await, "shared/secret/v1").await;
    let mut player = Follower::open(app.log_in(person("paul", "deliver")).await, "shared/secret/v1").await;
    for round in 0..3 {
        player.tab.set_slow(true);
        // One that is under way, one that waits for it, and one that takes its place.
        for action in [
            json!({ "show": { "name": "first", "value": round } }),
            json!({ "show": { "name": "door", "value": round } }),
            json!({ "hide": { "name": "trap", "value": round } }),
        ] {
            assert_eq!(master.act(action).await["status"], "success");
        }
        player.tab.set_slow(false);
        player.hear().await;
        assert_eq!(player.value["shown"], json!({ "door": round, "first": round }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_could_not_be_read_again_is_refused() {
    let app = test_app::test().start().await;
    let ada = Follower::open(app.guest().await, "shared/nested/v1").await;
    let mut depth = 0;
    let refused = loop {
        let acted = ada.act(json!("wrap")).await;
        if acted["status"] == "error" {
            break acted;
        }
        depth += 1;
    };
    assert_eq!(refused["errorParams"], json!({ "path": "", "reason": "too-deep" }));
    assert_eq!(refused["message"], "This is nested too deeply.");
    assert!((40..60).contains(&depth), "{depth}");
    ada.tab.close().await;
    app.advance(Duration::from_secs(120)).await;
    assert_eq!(app.handle().state_health().values, 0);
    let bob = Follower::open(app.guest().await, "shared/nested/v1").await;
    assert_eq!(bob.value["depth"], depth);
}

#[tokio::test(start_paused = true)]
async fn an_event_of_somebody_else_does_not_overtake_what_it_can_see() {
    let app = test_app::test().start().await;
    let mut ada = Follower::open(app.guest().await, "shared/board/v1").await;
    let bob = app.guest().await;
    bob.join(ROOM).await.expect("a room");
    // The handler changes the board, and waits; meanwhile another one's event is heard.
    let held = Call::event("shared/both", "v1").to(ROOM).with(json!({ "id": "held" }));
    let meanwhile = async {
        app.app().holding.subscribe().wait_for(|holding| *holding > 0).await.map(drop).expect("a handler that waits");
        let other = Call::event("shared/said", "v1").to(ROOM).with(json!({}));
        assert!(bob.send(&other).await.is_success());
        app.app().let_go(1);
    };
    let (first, ()) = tokio::join!(ada.tab.send(&held), meanwhile);
    assert!(first.is_success());
    let frames = ada.tab.received().await;
    let order: Vec<_> = frames.iter().map(|frame| frame.route().unwrap_or_default()).collect();
    assert_eq!(order, ["shared/board/v1", "shared/said/v1", "shared/both/v1"]);
    ada.open_again(None).await;
}

/// Somebody in the simulation: a tab that follows both values.
struct Somebody {
    board: Follower,
    secret: Follower,
    is_slow: bool,
}

impl Somebody {
    async fn come(app: &TestApp<App>, session: Option<Session>, is_whole: bool) -> Self {
        let tab = match session {
            Some(session) => app.log_in(session).await,
            None => app.guest().await,
        };
        Self::follow(tab.into(), is_whole).await
    }

    /// One that `is_whole` hears everything, so that every patch has to fit.
    async fn follow(tab: Arc<Tab<App>>, is_whole: bool) -> Self {
        let board = Follower { is_whole, ..Follower::open(tab, "shared/board/v1").await };
        let secret = Follower { is_whole, ..Follower::open(board.tab.clone(), "shared/secret/v1").await };
        Self { board, secret, is_slow: false }
    }

    async fn hear(&mut self, chance: &mut fastrand::Rng, loses: bool) {
        // One inbox for both.
        for frame in self.board.tab.received().await {
            if loses && chance.u8(..10) == 0 {
                continue;
            }
            for follower in [&mut self.board, &mut self.secret] {
                follower.take(&frame).await;
            }
        }
    }
}

/// What somebody does next.
async fn something(chance: &mut fastrand::Rng, somebody: &Somebody) {
    let id = chance.u8(..6).to_string();
    let long = "words ".repeat(chance.usize(..60));
    let action = match chance.u8(..12) {
        0..=3 => json!({ "put": { "id": id, "note": note(&long) } }),
        4..=6 => json!({ "move": { "id": id, "x": chance.u8(..), "y": 0 } }),
        7 => json!({ "raise": { "id": id } }),
        8 => json!({ "remove": { "id": id } }),
        9 => json!("regret"),
        _ => {
            let (kind, value) = (if chance.u8(..3) == 0 { "show" } else { "hide" }, chance.u8(..));
            let action = json!({ kind: { "name": id, "value": value } });
            somebody.secret.act(action).await;
            return;
        }
    };
    somebody.board.act(action).await;
}

async fn simulate(seed: u64) {
    let mut chance = fastrand::Rng::with_seed(seed);
    let is_whole = seed.is_multiple_of(2);
    let app = test_app::test().start().await;
    let session = |chance: &mut fastrand::Rng| match chance.u8(..3) {
        0 => None,
        1 => Some(person("mary", "master")),
        _ => Some(person("paul", "deliver")),
    };
    let mut people = Vec::new();
    for _ in 0..3 {
        let session = session(&mut chance);
        people.push(Somebody::come(&app, session, is_whole).await);
    }
    for _ in 0..60 {
        let index = chance.usize(..people.len());
        let is_anybody_slow = people.iter().any(|somebody| somebody.is_slow);
        match chance.u8(..20) {
            0 if people.len() < 6 => {
                let session = session(&mut chance);
                people.push(Somebody::come(&app, session, is_whole).await);
            }
            // Whoever hears or closes waits for those who are slow.
            1 if people.len() > 1 && !is_anybody_slow => people.swap_remove(index).board.tab.close().await,
            2 => {
                let somebody = &mut people[index];
                somebody.is_slow = !somebody.is_slow;
                somebody.board.tab.set_slow(somebody.is_slow);
            }
            3 if !is_anybody_slow => {
                people[index].hear(&mut chance, false).await;
                let somebody = &people[index];
                somebody.board.tab.emit("stateClose", place("shared/board/v1")).await;
                somebody.board.tab.emit("leaveRoom", json!({ "room": ROOM })).await;
                let tab = somebody.board.tab.clone();
                tab.join(ROOM).await.expect("a room");
                people[index] = Somebody::follow(tab, is_whole).await;
            }
            4 => {
                if let Some(token) = people[index].board.tab.token() {
                    let sessions = app.handle().sessions();
                    let live = sessions.find(token).await.expect("a store").expect("a session");
                    let outcome = if chance.bool() { "master" } else { "deliver" };
                    sessions
                        .update(&live, move |session| outcome.clone_into(&mut session.outcome))
                        .await
                        .expect("a store");
                }
            }
            5 if !is_anybody_slow => {
                let loses = !is_whole && chance.bool();
                people[index].hear(&mut chance, loses).await;
            }
            6 => {
                let call = Call::event("shared/both", "v1").to(ROOM).with(json!({ "id": "7" }));
                people[index].board.tab.send(&call).await;
            }
            _ => something(&mut chance, &people[index]).await,
        }
    }
    people.iter().for_each(|somebody| somebody.board.tab.set_slow(false));
    for somebody in &mut people {
        somebody.hear(&mut chance, false).await;
        for follower in [&mut somebody.board, &mut somebody.secret] {
            let mut fresh = Follower { value: Value::Null, ..follower.again() };
            if is_whole {
                // Nothing was lost on the way: what has come is all there is, without asking again.
                fresh.open_again(None).await;
                assert_eq!((&fresh.value, &fresh.version), (&follower.value, &follower.version), "seed {seed}");
            }
            // What was lost before shows with the next that comes; here, nothing does.
            let have = follower.version.clone();
            let before = follower.value.clone();
            follower.open_again(Some(&have)).await;
            fresh.open_again(None).await;
            assert_eq!((&fresh.value, &fresh.version), (&follower.value, &follower.version), "seed {seed}");
            if have == follower.version {
                assert_eq!(before, follower.value, "seed {seed}: the same version is the same value");
            }
        }
    }
}

#[test]
fn whatever_happens_everybody_ends_with_what_the_server_has() {
    let seeds: u64 = std::env::var("SYNC_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(40);
    for seed in 0..seeds {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().expect("a runtime").block_on(simulate(seed));
    }
}
