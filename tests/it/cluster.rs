//! One room over several servers that meet on a Redis.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync::__private::{Routes, Table};
use sync::{Config, Secret, Server};
use sync_tests::app::{TestServer, member};
use sync_tests::socket::{Client, Identity};
use test_app::App;
use test_app::routes::TABLE;

use crate::program::Program;
use crate::proxy::Proxy;
use crate::redis::Redis;

/// Starts a server that meets others on a Redis.
async fn node(redis: &Redis) -> TestServer {
    node_at(redis.url()).await
}

async fn node_at(bus: Secret) -> TestServer {
    let server = Server::new(async |_config| Ok(App::default()));
    TestServer::start_server(server, |config| config.bus = Some(bus)).await
}

async fn join(client: &mut Client, room: &str) -> Value {
    let answer = client.call("joinRoom", json!({ "room": room })).await;
    assert_eq!(answer["status"], "success", "{answer}");
    answer
}

async fn say(client: &mut Client, room: &str, index: u32) -> Value {
    client.sync("order/wait", "v1", room, json!({ "index": index, "waitMs": 0 })).await
}

fn indexes(frames: &[Value]) -> Vec<u64> {
    frames.iter().map(|frame| frame["serverOutput"]["index"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn members_on_two_servers_hear_one_order_with_the_same_places() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await];
    let mut speakers = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        let mut speaker = node.connect_as(Identity::page(number)).await;
        join(&mut speaker, "open-a").await;
        speakers.push(speaker);
    }
    let [first, second] = &mut *speakers else { panic!("two of them") };
    let both = async |client: &mut Client, from: u32| {
        for index in from..from + 50 {
            let answer = say(client, "open-a", index).await;
            assert_eq!(answer["status"], "success", "{answer}");
        }
    };
    tokio::join!(both(first, 0), both(second, 100));
    let [one, other] = [first.hear(100).await, second.hear(100).await];
    let places = |frames: &[Value]| frames.iter().map(|frame| frame["pos"].clone()).collect::<Vec<_>>();
    assert_eq!((indexes(&one), places(&one)), (indexes(&other), places(&other)));
    for from in [0, 100] {
        let own: Vec<_> = indexes(&one).into_iter().filter(|index| (from..from + 50).contains(index)).collect();
        assert_eq!(own, (from..from + 50).collect::<Vec<_>>(), "each caller's in its order");
    }
}

#[tokio::test]
async fn a_call_reaches_a_room_whose_members_are_all_elsewhere_and_none_that_is_empty_everywhere() {
    let Some(redis) = Redis::new() else { return };
    let (here, there) = (node(&redis).await, node(&redis).await);
    let mut member = there.connect_as(Identity::page(1)).await;
    let trigger = async |room: &str| {
        let call = reqwest::Client::new().post(format!("http://{}/sync/order/wait/v1", here.address()));
        let call = call.json(&json!({ "data": { "index": 7, "waitMs": 0 }, "receiver": room }));
        call.send().await.expect("an answer").json::<Value>().await.expect("JSON")
    };
    let refused = trigger("lasting-a").await;
    assert_eq!(refused["errorCode"], "sync-no-receivers", "{refused}");
    join(&mut member, "lasting-a").await;
    let answer = trigger("lasting-a").await;
    assert_eq!(answer["status"], "success", "{answer}");
    assert_eq!(indexes(&member.hear(1).await), [7]);
    member.call("leaveRoom", json!({ "room": "lasting-a" })).await;
    let refused = trigger("lasting-a").await;
    assert_eq!(refused["errorCode"], "sync-no-receivers", "{refused}");
}

#[tokio::test]
async fn what_a_socket_says_is_on_its_way_together_and_what_it_does_next_waits_for_that() {
    let Some(redis) = Redis::new() else { return };
    let node = node(&redis).await;
    let mut member = node.connect_as(Identity::page(1)).await;
    join(&mut member, "open-a").await;
    let mut speaker = node.connect_as(Identity::page(0)).await;
    join(&mut speaker, "open-a").await;
    say(&mut speaker, "open-a", 0).await;
    redis.signal("-STOP");
    for index in 1..20 {
        let data = json!({ "index": index, "waitMs": 0 });
        let call = json!({ "name": "order/wait", "version": "v1", "receiver": "open-a", "data": data });
        speaker.start("sync", call).await;
    }
    let left = speaker.start("leaveRoom", json!({ "room": "open-a" })).await;
    // None of them has a place, and all handlers have run.
    node.has_begun(20).await;
    redis.signal("-CONT");
    let mut answers = Vec::new();
    while answers.len() < 20 {
        let text = speaker.next_answer().await;
        answers.extend(text.starts_with("43").then_some(text));
    }
    assert!(answers[..19].iter().all(|answer| answer.contains(r#""status":"success""#)), "{answers:?}");
    assert!(answers[19].starts_with(&format!("43{left}[")), "{answers:?}");
    assert_eq!(indexes(&member.hear(20).await), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_comes_back_on_another_server_finds_the_room_as_if_it_had_been_there() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await];
    let mut speaker = nodes[0].connect_as(Identity::page(0)).await;
    join(&mut speaker, "open-a").await;
    let mut member = nodes[0].connect_as(Identity::page(1)).await;
    let joined = join(&mut member, "open-a").await;
    for index in 0..3 {
        say(&mut speaker, "open-a", index).await;
    }
    let before = member.hear(3).await;
    drop(member);
    nodes[0].has_sockets(1).await;
    for index in 3..700 {
        say(&mut speaker, "open-a", index).await;
        speaker.frame().await;
    }
    let (after, membership) = (&before[2]["pos"], &joined["membership"]);
    let back = json!({ "room": "open-a", "after": after, "membership": membership });
    let mut member = nodes[1].connect_as(Identity::page(1)).await;
    let answer = member.call("joinRoom", back.clone()).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    let missed = member.frames_so_far().await;
    say(&mut speaker, "open-a", 700).await;
    let live = member.hear(1).await;
    assert_eq!(indexes(&[before.clone(), missed, live].concat()), (0..701).collect::<Vec<_>>());
    // What others have been told proves nothing for somebody else, nor does a place alone.
    for (number, back) in [(2, back), (1, json!({ "room": "open-a", "after": after }))] {
        let third = node(&redis).await;
        let mut stranger = third.connect_as(Identity::page(number)).await;
        let answer = stranger.call("joinRoom", back).await;
        assert_eq!(answer["recovered"], false, "{answer}");
        assert_eq!(stranger.frames_so_far().await, Vec::<Value>::new());
    }
}

/// Speaks until it is answered, and returns how often it was refused before.
async fn say_at_last(client: &mut Client, index: u32) -> u32 {
    for refusals in 0..600 {
        let answer = say(client, "open-a", index).await;
        if answer["status"] == "success" {
            return refusals;
        }
        assert!([503, 504].contains(&answer["httpStatus"].as_u64().unwrap_or_default()), "{answer}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing can be said any more");
}

/// What has happened while the bus was away, and after.
#[derive(Debug, PartialEq, Eq)]
struct Outage {
    /// What a member has heard.
    heard: Vec<u64>,
    /// How often it was told that something is missing.
    gaps: usize,
    /// How many calls were refused.
    refusals: u32,
}

/// Says ten things before the bus is away, and ten after, on one server; a member on another one hears them.
async fn over_an_outage(redis: &mut Redis, away: impl AsyncFnOnce(&mut Redis)) -> Outage {
    over_an_outage_at(redis.url(), async || away(redis).await).await
}

/// The same on a bus at any address.
async fn over_an_outage_at(bus: Secret, away: impl AsyncFnOnce()) -> Outage {
    let nodes = [node_at(bus.clone()).await, node_at(bus).await];
    let (mut speaker, mut member) =
        (nodes[0].connect_as(Identity::page(0)).await, nodes[1].connect_as(Identity::page(1)).await);
    join(&mut speaker, "open-a").await;
    join(&mut member, "open-a").await;
    for index in 0..10 {
        say_at_last(&mut speaker, index).await;
    }
    // What was said and not heard when it goes would be missing.
    let mut heard = member.hear(10).await;
    away().await;
    let mut refusals = 0;
    for index in 10..20 {
        refusals += say_at_last(&mut speaker, index).await;
    }
    while indexes(&heard).last() != Some(&19) {
        heard.push(member.frame().await);
    }
    let told = member.others_so_far().await;
    assert!(told.iter().all(|(event, _)| event == "gap"), "{told:?}");
    let gaps = told.iter().filter(|(_, told)| told["room"] == "open-a").count();
    Outage { heard: indexes(&heard), gaps, refusals }
}

#[tokio::test]
async fn a_bus_that_stands_still_for_a_while_loses_nothing() {
    let Some(mut redis) = Redis::new() else { return };
    let outage = over_an_outage(&mut redis, async |redis| {
        redis.signal("-STOP");
        tokio::time::sleep(Duration::from_secs(5)).await;
        redis.signal("-CONT");
    });
    let outage = outage.await;
    assert_eq!((outage.heard, outage.gaps), ((0..20).collect(), 0));
}

#[tokio::test]
async fn a_bus_that_was_started_again_is_a_gap_and_nothing_is_heard_twice() {
    let Some(mut redis) = Redis::new() else { return };
    let outage = over_an_outage(&mut redis, async |redis| {
        redis.kill();
        assert!(redis.start());
    });
    let Outage { mut heard, gaps, .. } = outage.await;
    // Of the one that was under way, nobody knows whether it was heard already.
    heard.retain(|index| *index != 10);
    assert_eq!((heard, gaps), ((0..10).chain(11..20).collect(), 1));
}

#[tokio::test]
async fn a_replica_that_takes_over_is_a_gap_and_nothing_is_heard_twice() {
    let (Some(mut primary), Some(replica)) = (Redis::new(), Redis::new()) else { return };
    replica.follow(&primary);
    let way = Proxy::start(primary.port(), 1);
    let bus = Secret::new(format!("redis://127.0.0.1:{}", way.port()));
    let outage = over_an_outage_at(bus, async || {
        // What it has said last may not have come to the other one.
        primary.kill();
        replica.command(&["REPLICAOF", "NO", "ONE"]);
        way.lead_to(replica.port());
    });
    let Outage { mut heard, gaps, .. } = outage.await;
    heard.retain(|index| *index != 10);
    assert_eq!((heard, gaps), ((0..10).chain(11..20).collect(), 1));
}

#[tokio::test]
async fn a_bus_that_has_forgotten_everything_is_a_gap_and_nothing_is_heard_twice() {
    let Some(mut redis) = Redis::new() else { return };
    let outage = over_an_outage(&mut redis, async |redis| drop(redis.command(&["FLUSHALL"]))).await;
    assert_eq!(outage, Outage { heard: (0..20).collect(), gaps: 1, refusals: 0 });
}

#[tokio::test]
async fn a_session_that_ends_or_changes_on_one_server_does_so_on_all_at_once() {
    let Some(redis) = Redis::new() else { return };
    let (one, other) = (node(&redis).await, node(&redis).await);
    let token = one.token(member("ada", "deliver", None)).await;
    let mut socket = other.connect_as(Identity::token(&token)).await;
    let live = one.sessions().find(&token).await.expect("a store").expect("a session");
    let there = other.sessions().find(&token).await.expect("a store").expect("a session");
    one.sessions().update(&live, |session| session.locale = Some("nl".to_owned())).await.expect("a session");
    let until = Instant::now() + Duration::from_secs(1);
    while there.get().locale.as_deref() != Some("nl") {
        assert!(Instant::now() < until, "the change comes within a second");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ended = Instant::now();
    one.sessions().end_token(&token).await.expect("a store");
    socket.closed().await;
    assert!(ended.elapsed() < Duration::from_secs(1), "{:?}", ended.elapsed());
    assert!(other.sessions().find(&token).await.expect("a store").is_none());
}

/// Waits for what is told of the people in a room, until there is as much: kinds, in their order.
async fn told_of_people(client: &mut Client, count: usize) -> Vec<String> {
    let mut kinds = Vec::new();
    while kinds.len() < count {
        let frame = client.event("presence").await;
        let changes = frame["changes"].as_array().expect("changes").clone();
        kinds.extend(changes.iter().map(|change| change["kind"].as_str().expect("a kind").to_owned()));
    }
    kinds
}

const PEOPLE: &str = "people-1";

async fn join_people(client: &mut Client) -> Vec<Value> {
    let answer = client.call("joinRoom", json!({ "room": PEOPLE, "presence": true })).await;
    answer["presence"]["people"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
}

#[tokio::test]
async fn the_people_in_a_room_are_those_of_all_servers() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await, node(&redis).await];
    let mut ada = nodes[0].connect_as(Identity::page(1)).await;
    assert_eq!(join_people(&mut ada).await.len(), 1);
    assert_eq!(told_of_people(&mut ada, 1).await, ["joined"], "of herself");
    let mut bob = nodes[1].connect_as(Identity::page(2)).await;
    assert_eq!(join_people(&mut bob).await.len(), 1, "who is elsewhere is told at once, but after the answer");
    assert_eq!(told_of_people(&mut bob, 2).await, ["joined", "joined"]);
    assert_eq!(told_of_people(&mut ada, 1).await, ["joined"]);
    // A person on two servers is one.
    let token = nodes[0].token(member("cleo", "deliver", None)).await;
    let mut cleo = nodes[2].connect_as(Identity::token(&token)).await;
    join_people(&mut cleo).await;
    assert_eq!(told_of_people(&mut cleo, 3).await, ["joined", "joined", "joined"]);
    assert_eq!(told_of_people(&mut ada, 1).await, ["joined"]);
    assert_eq!(told_of_people(&mut bob, 1).await, ["joined"]);
    let mut again = nodes[0].connect_as(Identity::token(&token)).await;
    assert_eq!(join_people(&mut again).await.len(), 3);
    // Who moves to another server was never away; who leaves everywhere has left.
    cleo.call("leaveRoom", json!({ "room": PEOPLE })).await;
    let saying = json!({ "room": PEOPLE, "data": { "text": "fine" } });
    assert_eq!(again.call("updatePresence", saying).await["status"], "success");
    assert_eq!(told_of_people(&mut bob, 1).await, ["updated"]);
    again.call("leaveRoom", json!({ "room": PEOPLE })).await;
    assert_eq!(told_of_people(&mut bob, 1).await, ["left"]);
    // A server that stops says so.
    let [one, other, third] = nodes;
    other.into_running().shutdown().await;
    assert_eq!(told_of_people(&mut ada, 3).await, ["updated", "left", "left"]);
    drop((one, third));
}

#[tokio::test]
async fn a_call_that_is_repeated_on_another_server_happens_once_and_is_answered_the_same() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await];
    let mut member = nodes[1].connect_as(Identity::page(9)).await;
    join(&mut member, "open-a").await;
    let call = |index: u32, wait: u32, sent_on: Option<&str>| {
        let mut call = json!({
            "name": "order/wait", "version": "v1", "receiver": "open-a", "id": "call-1",
            "data": { "index": index, "waitMs": wait },
        });
        if let Some(sent_on) = sent_on {
            call["sentOn"] = json!(sent_on);
        }
        call
    };
    let mut first = nodes[0].connect_as(Identity::page(1)).await;
    join(&mut first, "open-a").await;
    let sent_on = first.socket_id.clone();
    // It runs still when it is repeated elsewhere.
    let running = first.start("sync", call(7, 300, None)).await;
    nodes[0].app().begun.subscribe().wait_for(|begun| *begun > 0).await.expect("it begins");
    let mut second = nodes[1].connect_as(Identity::page(1)).await;
    join(&mut second, "open-a").await;
    let repeated = second.call("sync", call(7, 300, Some(&sent_on))).await;
    assert_eq!((&repeated["status"], &repeated["result"]["index"]), (&json!("success"), &json!(7)), "{repeated}");
    assert_eq!(first.ack(running).await, repeated);
    let other = second.call("sync", call(8, 0, Some(&sent_on))).await;
    assert_eq!(other["errorCode"], "sync-id-reused", "{other}");
    say(&mut first, "open-a", 9).await;
    assert_eq!(indexes(&member.hear(2).await), [7, 9]);
}

/// What a follower of a value has seen, put together as a front end does.
struct Follower {
    client: Client,
    name: &'static str,
    version: Value,
    value: Value,
}

impl Follower {
    async fn open(node: &TestServer, number: usize, room: &str, name: &'static str) -> Self {
        Self::of(node.connect_as(Identity::page(number)).await, room, name).await
    }

    async fn of(mut client: Client, room: &str, name: &'static str) -> Self {
        join(&mut client, room).await;
        let (path, version) = name.rsplit_once('/').expect("a name");
        let open = client.call("stateOpen", json!({ "name": path, "version": version, "room": room })).await;
        assert_eq!(open["status"], "success", "{open}");
        Self { client, name, version: open["stateVersion"].clone(), value: open["view"].clone() }
    }

    async fn act(&mut self, room: &str, action: Value) -> Value {
        let (path, version) = self.name.rsplit_once('/').expect("a name");
        let act = json!({ "name": path, "version": version, "room": room, "action": action });
        self.client.call("stateAct", act).await
    }

    /// Follows until the value is as wanted.
    async fn until(&mut self, is_so: impl Fn(&Value) -> bool) {
        while !is_so(&self.value) {
            let told = self.client.event("state").await;
            if let Some(view) = told.get("view") {
                self.value = view.clone();
            } else {
                assert_eq!(told["from"], self.version, "a patch fits: {told}");
                let patch: json_patch::Patch = serde_json::from_value(told["patch"].clone()).expect("a patch");
                json_patch::patch(&mut self.value, &patch).expect("it fits");
            }
            self.version = told["to"].clone();
        }
    }
}

#[tokio::test]
async fn a_value_is_one_on_all_servers_whoever_changes_it() {
    const EACH: u64 = 40;
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await, node(&redis).await];
    let mut followers = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        followers.push(Follower::open(node, number, "shared-1", "shared/kept/v1").await);
    }
    let acting = followers.iter_mut().enumerate().map(|(number, follower)| async move {
        for _ in 0..EACH {
            let answer = follower.act("shared-1", json!({ "add": { "amount": 1, "by": number.to_string() } })).await;
            assert_eq!(answer["status"], "success", "{answer}");
        }
    });
    futures_util::future::join_all(acting).await;
    for follower in &mut followers {
        follower.until(|value| value["count"] == 3 * EACH).await;
    }
    // Who comes later, where nobody was before, sees the same; so does one that starts when all others are gone.
    let late = Follower::open(&node(&redis).await, 7, "shared-1", "shared/kept/v1").await;
    assert_eq!(late.value, followers[0].value);
    drop(followers);
    for node in nodes {
        node.into_running().shutdown().await;
    }
    let anew = Follower::open(&node(&redis).await, 8, "shared-1", "shared/kept/v1").await;
    assert_eq!(anew.value, late.value);
}

#[tokio::test]
async fn a_view_of_a_value_is_made_on_the_server_of_whoever_sees_it() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await];
    let mut one = Follower::open(&nodes[0], 1, "shared-2", "shared/secret/v1").await;
    let mut other = Follower::open(&nodes[1], 2, "shared-2", "shared/secret/v1").await;
    let hidden = json!({ "hide": { "name": "trap", "value": 7 } });
    assert_eq!(one.act("shared-2", hidden).await["status"], "success");
    let shown = json!({ "show": { "name": "door", "value": 1 } });
    assert_eq!(other.act("shared-2", shown).await["status"], "success");
    for follower in [&mut one, &mut other] {
        follower.until(|value| value["shown"]["door"] == 1).await;
        let raw = follower.client.log.concat() + &follower.value.to_string();
        assert!(!raw.contains("trap"), "{raw}");
    }
}

/// Asks something of a server over HTTP, and returns the answer.
async fn over_http(node: &TestServer, token: &str, path: &str, body: Value) -> Value {
    let http = reqwest::Client::new().post(format!("http://{}{path}", node.address()));
    let asked = http.bearer_auth(token).header("content-type", "application/json").body(body.to_string());
    let text = asked.send().await.expect("an answer").text().await.expect("a text");
    serde_json::from_str(&text).expect("an envelope")
}

#[tokio::test]
async fn who_is_in_a_room_on_one_server_may_call_there_over_http_on_any() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await, node(&redis).await];
    let token = nodes[0].token(member("ada", "deliver", None)).await;
    let mut ada = nodes[0].connect_as(Identity::token(&token)).await;
    let mut bob = nodes[1].connect(member("bob", "deliver", None)).await;
    join(&mut bob, "open-a").await;
    let body = json!({ "receiver": "open-a", "data": { "index": 1, "waitMs": 0 } });
    let call = async |node: &TestServer| over_http(node, &token, "/sync/order/wait/v1", body.clone()).await;
    for node in &nodes {
        assert_eq!(call(node).await["errorCode"], "sync-not-in-room", "nowhere");
    }
    join(&mut ada, "open-a").await;
    for node in &nodes {
        let answer = call(node).await;
        assert_eq!(answer["status"], "success", "{answer}");
    }
    assert_eq!(indexes(&bob.hear(3).await), [1, 1, 1]);
    // So do values, which belong to who is there.
    join(&mut ada, "shared-1").await;
    let state = json!({ "room": "shared-1", "action": "lock" });
    for node in &nodes {
        let answer = over_http(node, &token, "/state/shared/board/v1", state.clone()).await;
        assert_ne!(answer["errorCode"], "sync-not-in-room", "{answer}");
    }
}

#[tokio::test]
async fn an_app_puts_people_in_and_takes_them_out_on_whichever_server_they_are() {
    let Some(redis) = Redis::new() else { return };
    let nodes = [node(&redis).await, node(&redis).await, node(&redis).await];
    let token = nodes[0].token(member("ada", "deliver", None)).await;
    let mut tabs = Vec::new();
    for node in [0, 1, 1] {
        tabs.push(nodes[node].connect_as(Identity::token(&token)).await);
    }
    // Nobody is connected to the one that is told to.
    let rooms = nodes[2].running().handle().rooms();
    let session = nodes[2].sessions().find(&token).await.expect("a store").expect("a session");
    // It may have started so lately that it does not know them yet.
    let mut count = 0;
    while count < 3 {
        count = rooms.put_in(&session, "open-a").await.expect("others answer");
    }
    assert_eq!(rooms.put_in(&session, "all").await.expect_err("nobody enters it").code(), "room-forbidden");
    for tab in &mut tabs {
        assert_eq!(tab.call("joinedRooms", json!({})).await["rooms"], json!(["open-a"]));
    }
    let why = sync::error!("checks-may-not", who = "Ada").status(403);
    assert_eq!(rooms.take_out(&session, "open-a", &why).await.expect("others answer"), 3);
    assert_eq!(rooms.take_out(&session, "open-a", &why).await.expect("others answer"), 0);
    for tab in &mut tabs {
        let lost = tab.event("roomLost").await;
        assert_eq!((&lost["room"], &lost["error"]["message"]), (&json!("open-a"), &json!("Ada may not do this here.")));
    }
    // Rules are asked again where their members are.
    for tab in &mut tabs {
        join(tab, "hooks-plain").await;
    }
    assert_eq!(rooms.recheck("hooks-plain").await.expect("rules"), 0);
    nodes[1].app().ban("ada", "refuse");
    assert_eq!(rooms.recheck("hooks-plain").await.expect("rules"), 2);
    nodes[0].app().ban("ada", "panic");
    assert_eq!(rooms.recheck("hooks-plain").await.expect_err("a panic").code(), "sync-server-failed");
}

/// Starts a server as a process of its own, whose handlers have two seconds.
fn process(redis: &Redis) -> Program {
    let bus = redis.url();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a text");
    let time = ("SYNC_HANDLER_TIMEOUT_MS", "2000");
    Program::start(&[("SYNC_BUS", bus.as_str()), ("SYNC_DATA", data), ("SYNC_LIMITS", "off"), time])
}

async fn page(node: &Program, number: usize) -> Client {
    Client::connect(node.address(), Identity::page(number)).await.expect("a connection")
}

#[tokio::test]
async fn the_people_of_a_server_that_died_are_gone_after_its_lease_and_nobody_else() {
    let Some(redis) = Redis::new() else { return };
    let [living, dying, other] = [process(&redis), process(&redis), process(&redis)];
    let mut ada = page(&living, 1).await;
    join_people(&mut ada).await;
    let mut others = [page(&dying, 2).await, page(&other, 3).await];
    for other in &mut others {
        join_people(other).await;
    }
    assert_eq!(told_of_people(&mut ada, 3).await, ["joined", "joined", "joined"], "of herself, too");
    let died = Instant::now();
    dying.kill();
    assert_eq!(told_of_people(&mut ada, 1).await, ["left"]);
    let waited = died.elapsed();
    assert!((Duration::from_secs(8)..Duration::from_secs(14)).contains(&waited), "{waited:?}");
    assert_eq!(join_people(&mut ada).await.len(), 2);
}

#[tokio::test]
async fn a_server_that_stood_still_goes_on_with_what_others_have_made_of_a_value() {
    const EACH: u64 = 20;
    let Some(redis) = Redis::new() else { return };
    let nodes = [process(&redis), process(&redis)];
    let (room, name) = ("shared-1", "shared/kept/v1");
    let mut standing = Follower::of(page(&nodes[0], 1).await, room, name).await;
    let mut going = Follower::of(page(&nodes[1], 2).await, room, name).await;
    let add = |by: &str| json!({ "add": { "amount": 1, "by": by } });
    assert_eq!(standing.act(room, add("before")).await["status"], "success");
    going.until(|value| value["count"] == 1).await;
    nodes[0].stand_still();
    // They reach it when it goes on, and begin with the value that it had.
    let (path, version) = name.rsplit_once('/').expect("a name");
    let mut waiting = Vec::new();
    for _ in 0..EACH {
        let act = json!({ "name": path, "version": version, "room": room, "action": add("late") });
        waiting.push(standing.client.start("stateAct", act).await);
    }
    for _ in 0..EACH {
        let answer = going.act(room, add("meanwhile")).await;
        assert_eq!(answer["status"], "success", "{answer}");
    }
    // Longer than it may be silent.
    tokio::time::sleep(Duration::from_secs(4)).await;
    nodes[0].go_on();
    for act in waiting {
        let answer = standing.client.ack(act).await;
        assert_eq!(answer["status"], "success", "{answer}");
    }
    // Nothing of what others did was written over, and nothing happened twice.
    for follower in [&mut going, &mut standing] {
        follower.until(|value| value["count"] == 1 + 2 * EACH).await;
    }
    assert_eq!(going.value, standing.value);
    drop((going, standing));
    // Nor in the store: who starts when they have died finds the same.
    nodes.into_iter().for_each(Program::kill);
    let anew = Follower::of(page(&process(&redis), 3).await, room, name).await;
    assert_eq!(anew.value["count"], 1 + 2 * EACH);
}

/// The test app, of which events are found otherwise.
const fn of_another_build(find: fn(&str, &str) -> Option<usize>) -> Table<App> {
    Table {
        manifest_dir: TABLE.manifest_dir,
        events: Routes { all: TABLE.events.all, find },
        requests: Routes { all: TABLE.requests.all, find: TABLE.requests.find },
        states: Routes { all: TABLE.states.all, find: TABLE.states.find },
        mutations: Routes { all: TABLE.mutations.all, find: TABLE.mutations.find },
        rooms: TABLE.rooms,
        scopes: TABLE.scopes,
        entities: TABLE.entities,
        replicas: TABLE.replicas,
        error_codes: TABLE.error_codes,
        released: &[],
        locales: TABLE.locales,
    }
}

/// As it was before it had `order/wait`.
static BEFORE: Table<App> = of_another_build(|path, version| match path {
    "order/wait" => None,
    _ => (TABLE.events.find)(path, version),
});

/// As it was before `versions/step` had a third version, and the first one still had a handler: any will do.
static OLDER: Table<App> = of_another_build(|path, version| match path {
    "versions/step" => (version == "v1").then_some(0),
    _ => (TABLE.events.find)(path, version),
});

/// A server of another build of the app.
async fn node_of(table: &'static Table<App>, redis: &Redis) -> (TestServer, tempfile::TempDir) {
    let data = tempfile::tempdir().expect("a folder");
    let mut config = Config::default();
    data.path().clone_into(&mut config.data);
    (config.listen, config.limits) = ("127.0.0.1:0".parse().expect("an address"), false);
    config.bus = Some(redis.url());
    let server = Server::new(async |_config| Ok(App::default()));
    (TestServer::of(server.start(table, config).await.expect("it starts")), data)
}

#[tokio::test]
async fn servers_of_two_builds_have_one_order_and_each_shows_what_it_knows() {
    let Some(redis) = Redis::new() else { return };
    let (old, _data) = node_of(&BEFORE, &redis).await;
    let new = node(&redis).await;
    let mut stays = old.connect_as(Identity::page(1)).await;
    let joined = join(&mut stays, "open-a").await;
    let mut speaker = new.connect_as(Identity::page(0)).await;
    join(&mut speaker, "open-a").await;
    let mut tell = async |index: u32| {
        say(&mut speaker, "open-a", index).await;
        let text = json!({ "text": index.to_string() });
        let answer = speaker.sync("outcome/three", "v1", "open-a", text).await;
        assert_eq!(answer["status"], "success", "{answer}");
    };
    for index in 0..3 {
        tell(index).await;
    }
    // It hears what its build knows, and of the rest neither an error nor a gap.
    let heard = stays.hear(3).await;
    assert!(heard.iter().all(|frame| frame["cb"] == "outcome/three/v1"), "{heard:?}");
    let answer = say(&mut stays, "open-a", 9).await;
    assert_eq!(answer["errorCode"], "sync-not-found", "{answer}");
    assert_eq!(stays.others_so_far().await, Vec::new());
    // Its server is replaced, and its page goes on where it was, with all that there is now.
    let (pos, membership) = (heard[2]["pos"].clone(), joined["membership"].clone());
    drop(stays);
    old.into_running().shutdown().await;
    tell(3).await;
    let mut moved = new.connect_as(Identity::page(1)).await;
    let back = json!({ "room": "open-a", "after": pos, "membership": membership });
    let answer = moved.call("joinRoom", back).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    let missed = moved.frames_so_far().await;
    let routes = missed.iter().map(|frame| frame["cb"].as_str().expect("a route")).collect::<Vec<_>>();
    assert_eq!(routes, ["order/wait/v1", "outcome/three/v1"]);
}

#[tokio::test]
async fn a_call_that_died_with_its_server_is_answered_elsewhere_in_its_own_time() {
    let Some(redis) = Redis::new() else { return };
    let [dying, living] = [process(&redis), process(&redis)];
    let data = json!({ "index": 1, "waitMs": 60_000 });
    let call = json!({ "name": "order/wait", "version": "v1", "receiver": "open-a", "data": data, "id": "once" });
    let mut ada = page(&dying, 1).await;
    join(&mut ada, "open-a").await;
    ada.start("sync", call.clone()).await;
    // It has begun when others know of it.
    while redis.command(&["KEYS", "sync:call:*"]).trim().is_empty() {}
    dying.kill();
    let mut again = page(&living, 1).await;
    join(&mut again, "open-a").await;
    let asked = Instant::now();
    let answer = again.call("sync", call).await;
    let codes = [json!("sync-outcome-unknown"), json!("sync-timeout")];
    assert!(codes.contains(&answer["errorCode"]), "{answer}");
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_bus_that_answers_and_takes_nothing_is_away() {
    let Some(redis) = Redis::new() else { return };
    let node = node(&redis).await;
    let mut first = node.connect_as(Identity::page(0)).await;
    let mut second = node.connect_as(Identity::page(1)).await;
    join(&mut first, "open-a").await;
    join(&mut second, "open-a").await;
    let mut third = node.connect_as(Identity::page(2)).await;
    redis.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let data = json!({ "index": 1, "waitMs": 0 });
    let call = json!({ "name": "order/wait", "version": "v1", "receiver": "open-a", "data": data });
    let waiting = first.start("sync", call.clone()).await;
    // One that comes before that is known waits, too. Then it is refused before its handler runs, and who would come into another room is told.
    loop {
        let answer = second.try_call("sync", &call, Duration::from_millis(200)).await;
        if answer.is_some_and(|answer| answer["errorCode"] == "sync-unavailable") {
            break;
        }
    }
    let begun = *node.app().begun.borrow();
    for _ in 0..20 {
        assert_eq!(say(&mut second, "open-a", 3).await["errorCode"], "sync-unavailable");
    }
    assert_eq!(third.call("joinRoom", json!({ "room": "open-b" })).await["errorCode"], "sync-unavailable");
    assert_eq!(*node.app().begun.borrow(), begun);
    redis.command(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(first.ack(waiting).await["status"], "success");
    say_at_last(&mut second, 4).await;
}

/// A server whose build has none of the newer versions tells its members that they have missed something, which they have.
#[tokio::test]
async fn what_happens_as_a_newer_version_is_a_gap_for_servers_that_have_the_older_one_alone() {
    let Some(redis) = Redis::new() else { return };
    let (old, _data) = node_of(&OLDER, &redis).await;
    let new = node(&redis).await;
    let mut member = old.connect_as(Identity::page(1)).await;
    join(&mut member, "versions-1").await;
    let mut speaker = new.connect_as(Identity::page(0)).await;
    join(&mut speaker, "versions-1").await;
    let answer = speaker.sync("versions/step", "v1", "versions-1", json!({ "to": "home" })).await;
    assert_eq!(answer["result"], json!({ "place": "home" }), "{answer}");
    assert_eq!(member.event("gap").await["room"], "versions-1");
}
