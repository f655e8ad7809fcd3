//! Servers that share a Redis, while they and the Redis are killed, stopped and emptied again and again: members that move between them hear
//! everything in one order, once, or are told that something is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sync_tests::socket::{Client, Identity};

use crate::killed_log::kills;
use crate::program::Program;
use crate::redis::Redis;

const NODES: usize = 3;
const ROOM: &str = "lasting-moved";
/// How long a member stays on a server, in frames, at most.
const STAYS: usize = 40;
/// What happens, one after the other.
const FAULTS: [&str; 7] =
    ["node killed", "redis stopped", "node stopped", "redis killed", "node replaced", "redis emptied", "node killed"];
/// How long a test waits for what is sure to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many move: more where it is asked for many kills.
fn crowd() -> usize {
    if std::env::var_os("SYNC_KILLS").is_some() { 300 } else { 30 }
}

/// What a member was told, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Event(u64),
    Gap,
}

/// The servers that run, by their addresses.
type Addresses = Arc<Mutex<Vec<SocketAddr>>>;

fn start(redis: &Redis) -> Program {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a text").to_owned();
    let (bus, grace) = (redis.url(), ("SYNC_HISTORY_EVENTS", "2000"));
    let program = Program::start(&[("SYNC_BUS", bus.as_str()), ("SYNC_DATA", &data), ("SYNC_LIMITS", "off"), grace]);
    // It has its files open.
    drop(folder);
    program
}

/// Calls over HTTP, one event behind the other, on whichever server answers. Returns which were acknowledged.
async fn speak(addresses: Addresses, stops: Arc<AtomicBool>) -> (u64, BTreeSet<u64>) {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build().expect("a client");
    let (mut index, mut acknowledged) = (0, BTreeSet::new());
    while !stops.load(Ordering::Acquire) {
        let all = addresses.lock().expect("no panic").clone();
        let Some(address) = all.get(usize::try_from(index).expect("a number") % all.len().max(1)) else { continue };
        let call = client.post(format!("http://{address}/sync/order/wait/v1"));
        let call = call.json(&json!({ "data": { "index": index, "waitMs": 0 }, "receiver": ROOM }));
        let answer = match call.send().await {
            Ok(answer) => answer.json::<Value>().await.unwrap_or_default(),
            Err(_) => Value::Null,
        };
        if answer["status"] == "success" {
            acknowledged.insert(index);
        }
        index += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (index, acknowledged)
}

/// A member that moves from server to server, and notes what it is told.
async fn roam(number: usize, addresses: Addresses, last: Arc<Mutex<Option<u64>>>) -> Vec<Told> {
    let mut chance = fastrand::Rng::with_seed(number as u64);
    let (mut told, mut pos, mut membership) = (Vec::new(), Value::Null, Value::Null);
    loop {
        let all = addresses.lock().expect("no panic").clone();
        let Some(address) = chance.choice(all) else { continue };
        let connecting = tokio::time::timeout(Duration::from_secs(3), Client::connect(address, Identity::page(number)));
        let Ok(Ok(mut client)) = connecting.await else { continue };
        let mut join = json!({ "room": ROOM });
        if !pos.is_null() {
            (join["after"], join["membership"]) = (pos.clone(), membership.clone());
        }
        let Some(answer) = client.try_call("joinRoom", &join, Duration::from_secs(5)).await else { continue };
        if answer["status"] != "success" {
            continue;
        }
        let missed = client.frames_before().collect::<Vec<_>>();
        if answer["recovered"] != true {
            assert!(missed.is_empty(), "{answer}");
            told.push(Told::Gap);
            pos = answer["pos"].clone();
        }
        membership = answer["membership"].clone();
        assert!(membership.is_string(), "{answer}");
        for frame in missed {
            told.push(Told::Event(frame["serverOutput"]["index"].as_u64().expect("a number")));
            pos = frame["pos"].clone();
        }
        for _ in 0..chance.usize(1..STAYS) {
            let next = tokio::time::timeout(Duration::from_millis(500), client.next_told()).await;
            if let Ok(Ok((event, frame))) = &next {
                pos = frame["pos"].clone();
                if event == "gap" {
                    membership = frame["membership"].clone();
                }
                told.push(match &**event {
                    "gap" => Told::Gap,
                    _ => Told::Event(frame["serverOutput"]["index"].as_u64().expect("a number")),
                });
            }
            let last = *last.lock().expect("no panic");
            let has_all = |told: &Told| matches!(told, Told::Event(index) if Some(*index) >= last);
            if last.is_some() && told.last().is_some_and(has_all) {
                return told;
            }
            if !matches!(next, Ok(Ok(_))) {
                break;
            }
        }
    }
}

/// Between two gaps, a member has heard all that was acknowledged, once and in order.
fn check(number: usize, told: &[Told], acknowledged: &BTreeSet<u64>) -> usize {
    let mut heard = BTreeSet::new();
    for stretch in told.split(|told| *told == Told::Gap) {
        let indexes: Vec<u64> =
            stretch.iter().map(|told| if let Told::Event(index) = told { *index } else { 0 }).collect();
        for index in &indexes {
            assert!(heard.insert(*index), "member {number} has heard {index} twice");
        }
        for pair in indexes.windows(2) {
            assert!(pair[0] < pair[1], "member {number}: {pair:?} are not in order");
            let missing: Vec<_> = acknowledged.range(pair[0] + 1..pair[1]).collect();
            assert!(missing.is_empty(), "member {number} has not heard {missing:?} between {pair:?}");
        }
    }
    told.iter().filter(|told| **told == Told::Gap).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_move_between_servers_that_die_hear_everything_in_order_or_are_told() {
    let Some(mut redis) = Redis::new() else { return };
    let mut nodes: Vec<Program> = (0..NODES).map(|_| start(&redis)).collect();
    let addresses: Addresses = Arc::new(Mutex::new(nodes.iter().map(Program::address).collect()));
    let (stops, last) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
    let members: Vec<_> =
        (0..crowd()).map(|number| tokio::spawn(roam(number, addresses.clone(), last.clone()))).collect();
    let speaking = tokio::spawn(speak(addresses.clone(), stops.clone()));
    let mut chance = fastrand::Rng::with_seed(1);
    let mut faults = BTreeMap::<&str, usize>::new();
    for kill in 0..kills() {
        tokio::time::sleep(Duration::from_millis(chance.u64(500..1500))).await;
        let fault = FAULTS[usize::try_from(kill).expect("a number") % FAULTS.len()];
        *faults.entry(fault).or_default() += 1;
        let node = chance.usize(0..NODES);
        match fault {
            "redis killed" => {
                redis.kill();
                tokio::time::sleep(Duration::from_millis(300)).await;
                assert!(redis.start());
            }
            "redis stopped" => {
                redis.signal("-STOP");
                tokio::time::sleep(Duration::from_secs(if kill < 6 { 4 } else { 10 })).await;
                redis.signal("-CONT");
            }
            "redis emptied" => drop(redis.command(&["FLUSHALL"])),
            "node stopped" => {
                let address = nodes[node].address();
                addresses.lock().expect("no panic").retain(|other| *other != address);
                nodes[node].stand_still();
                // Longer than its lease.
                tokio::time::sleep(Duration::from_secs(12)).await;
                nodes[node].go_on();
                addresses.lock().expect("no panic").push(address);
            }
            _ => {
                let old = nodes.swap_remove(node);
                let address = old.address();
                if fault == "node killed" {
                    old.kill();
                    addresses.lock().expect("no panic").retain(|other| *other != address);
                    nodes.push(start(&redis));
                } else {
                    // As a deploy does: the new one is there first, and the old one sends its clients away.
                    nodes.push(start(&redis));
                    addresses.lock().expect("no panic").retain(|other| *other != address);
                    old.stop();
                }
                let new = nodes.last().expect("it was started").address();
                addresses.lock().expect("no panic").push(new);
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    stops.store(true, Ordering::Release);
    let (_, acknowledged) = speaking.await.expect("no panic");
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    *last.lock().expect("no panic") = acknowledged.last().copied();
    let mut gaps = 0;
    for (number, member) in members.into_iter().enumerate() {
        let told = tokio::time::timeout(PATIENCE, member).await.expect("it hears the last").expect("no panic");
        gaps += check(number, &told, &acknowledged);
    }
    eprintln!("{faults:?}, {} events, {gaps} gaps of {} members", acknowledged.len(), crowd());
}
