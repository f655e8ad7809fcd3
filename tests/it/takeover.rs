//! A server that takes over from the one that runs: nobody who is connected notices.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use sync_tests::socket::{Client, Identity, PATIENCE};
use tempfile::TempDir;

use crate::killed_log::{SESSIONS, token};
use crate::program::{Program, command, shell};

const ORDER: &str = "open-1";
const PEOPLE: &str = "people-1";
const BOARD: &str = "shared-1";
/// Anybody may send there.
const OPEN_TO_ALL: &str = "lasting-a";
const SCOPE: &str = "list-all-1";

fn start(data: &Path) -> Program {
    let data = data.to_str().expect("UTF-8");
    Program::start(&[("SYNC_TAKEOVER", "on"), ("SYNC_DATA", data), SESSIONS])
}

/// Starts another server on the same files, and waits until the one before has ended.
fn replace(program: Program, data: &Path) -> Program {
    let next = start(data);
    assert_eq!(next.address(), program.address());
    let (is_orderly, log) = program.ended();
    assert!(is_orderly, "{log}");
    next
}

async fn count(client: &mut Client, index: u32) -> Value {
    client.sync("order/wait", "v1", ORDER, json!({ "index": index, "waitMs": 0 })).await
}

fn indices(frames: &[Value]) -> Vec<u64> {
    frames.iter().map(|frame| frame["serverOutput"]["index"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn nobody_who_is_connected_notices() {
    let data = TempDir::new().expect("a folder");
    let ada = Identity::token(&token(data.path()).await);
    let mut program = start(data.path());
    let address = program.address();
    let mut clients = Vec::new();
    for identity in [ada, Identity::page(1), Identity::default()] {
        let mut client = Client::connect(address, identity).await.expect("a connection");
        client.join(ORDER).await;
        client.join(BOARD).await;
        let people = json!({ "room": PEOPLE, "presence": true });
        assert_eq!(client.call("joinRoom", people).await["status"], "success");
        let board = json!({ "name": "shared/board", "version": "v1", "room": BOARD });
        assert_eq!(client.call("stateOpen", board).await["status"], "success");
        clients.push(client);
    }
    let mut life = None;
    for round in 0..3_u32 {
        let [ada, page, nobody] = &mut clients[..] else { panic!("three") };
        for (step, client) in [&mut *ada, &mut *page, &mut *nobody].into_iter().enumerate() {
            assert_eq!(count(client, round * 10 + step as u32).await["status"], "success");
        }
        let put = json!({ "put": { "id": format!("n{round}"), "note": { "text": "T", "x": 0.0, "y": 0.0 } } });
        let act = json!({ "name": "shared/board", "version": "v1", "room": BOARD, "action": put });
        assert_eq!(ada.call("stateAct", act).await["status"], "success");
        for client in [ada, page, nobody] {
            assert_eq!(indices(&client.hear(3).await), [0, 1, 2].map(|step| u64::from(round * 10 + step)));
            let told = client.event("state").await;
            let version = told["to"].as_str().and_then(|to| to.split_once('.')).expect("a version");
            assert_eq!(version.0, (round + 2).to_string());
            assert_eq!(*life.get_or_insert(version.1.to_owned()), version.1, "the value goes on");
        }
        if round == 0 {
            for client in &mut clients {
                // Until all have been told who is there.
                client.others_so_far().await;
            }
        }
        program = replace(program, data.path());
    }
    for client in &mut clients {
        let others = client.others_so_far().await;
        assert_eq!(others, [], "nobody came or went");
        assert!(client.frames_before().next().is_none(), "nothing came twice");
    }
    let log = program.stop();
    assert!(log.contains("took over from the server before"), "{log}");
}

/// Somebody in the room, as a page that has a name.
async fn page(program: &Program, number: usize) -> Client {
    let mut client = Client::connect(program.address(), Identity::page(number)).await.expect("a connection");
    client.join(ORDER).await;
    client
}

#[tokio::test]
async fn what_was_known_is_known() {
    let data = TempDir::new().expect("a folder");
    let ada = Identity::token(&token(data.path()).await);
    let mut program = start(data.path());
    let mut client = Client::connect(program.address(), ada).await.expect("a connection");
    client.join(ORDER).await;
    let mut lost = page(&program, 1).await;
    let subscribe = json!({ "scopes": [SCOPE], "client": "c1" });
    assert_eq!(client.call("subscribe", subscribe).await["status"], "success");
    let once = json!({ "name": "repeats/once", "version": "v1", "receiver": ORDER, "id": "once", "data": { "how": "answer" } });
    let first = client.call("sync", once.clone()).await;
    assert_eq!(first["status"], "success", "{first}");
    let heard = lost.frame().await;
    count(&mut client, 1).await;
    lost.close().await;
    for turn in 0..2 {
        program = replace(program, data.path());
        // A call is known by its name, and happens once.
        assert_eq!(client.call("sync", once.clone()).await, first);
        // Who was lost before comes back to what it missed since.
        let mut back = Client::connect(program.address(), Identity::page(1)).await.expect("a connection");
        let join = json!({ "room": ORDER, "after": heard["pos"] });
        let answer = back.call("joinRoom", join).await;
        assert_eq!(answer["recovered"], true, "{answer}");
        assert_eq!(indices(&back.hear(1).await), [1]);
        back.close().await;
        // Who subscribes is poked.
        let args = json!({ "id": format!("item-{turn}"), "text": "X" });
        let seq = turn + 1;
        let put = json!({ "id": format!("m-{seq}"), "seq": seq, "name": "lists/put", "version": "v1", "scope": SCOPE, "args": args });
        let pushed = client.call("push", json!({ "client": "c1", "mutations": [put] })).await;
        assert_eq!(pushed["result"]["results"][0]["cursor"], seq, "{pushed}");
        assert_eq!(client.event("poke").await["cursor"], seq);
    }
}

#[tokio::test]
async fn values_and_people_and_rooms_in_a_file_go_on_as_each_sees_them() {
    let data = TempDir::new().expect("a folder");
    let identity = Identity::token(&token(data.path()).await);
    let mut program = start(data.path());
    let mut ada = Client::connect(program.address(), identity.clone()).await.expect("a connection");
    let mut other = page(&program, 2).await;
    for client in [&mut ada, &mut other] {
        client.join("lasting-a").await;
        client.join(BOARD).await;
        assert_eq!(client.call("joinRoom", json!({ "room": PEOPLE, "presence": true })).await["status"], "success");
    }
    let states = [("shared/secret", "v1", BOARD), ("shared/kept", "v2", BOARD), ("lasting/tally", "v1", "lasting-a")];
    for (name, version, room) in states {
        let open = json!({ "name": name, "version": version, "room": room });
        assert_eq!(other.call("stateOpen", open).await["status"], "success");
    }
    let say = json!({ "room": PEOPLE, "data": { "text": "hello" } });
    assert_eq!(ada.call("updatePresence", say).await["status"], "success");
    let mut missed = Value::Null;
    for round in 1..=3_u32 {
        let actions = [
            json!({ "show": { "name": "n", "value": round } }),
            json!({ "add": { "amount": 1, "by": "ada" } }),
            json!("count"),
        ];
        for ((name, version, room), action) in states.into_iter().zip(actions) {
            let act = json!({ "name": name, "version": version, "room": room, "action": action });
            let answer = ada.call("stateAct", act).await;
            assert_eq!(answer["status"], "success", "{answer}");
            // Whatever leads there: it is what it was, and what was done to it since.
            let open = json!({ "name": name, "version": version, "room": room });
            let view = other.call("stateOpen", open).await["view"].clone();
            let seen = [&view["shown"]["n"], &view["count"]].into_iter().find(|seen| !seen.is_null());
            assert_eq!(seen, Some(&json!(round)), "{name}: {view}");
        }
        let said = ada.sync("order/wait", "v1", "lasting-a", json!({ "index": round, "waitMs": 0 })).await;
        assert_eq!(said["status"], "success");
        let frame = other.hear(1).await.remove(0);
        assert_eq!(indices(std::slice::from_ref(&frame)), [u64::from(round)]);
        missed = if missed.is_null() { frame["pos"].clone() } else { missed };
        let people = other.sync("people/count", "v1", PEOPLE, json!({})).await;
        let people = people["serverOutput"]["people"].as_array().or(people["result"]["people"].as_array()).cloned();
        let moods: Vec<_> = people.unwrap_or_default().iter().map(|person| person["mood"]["text"].clone()).collect();
        assert_eq!(moods, [json!("hello"), Value::Null]);
        other.hear(1).await;
        program = replace(program, data.path());
    }
    // A place of the first life is one in all lives after it.
    let mut back = Client::connect(program.address(), Identity::page(2)).await.expect("a connection");
    let answer = back.call("joinRoom", json!({ "room": "lasting-a", "after": missed })).await;
    assert_eq!(answer["recovered"], true, "{answer}");
    assert_eq!(indices(&back.hear(2).await), [2, 3]);
}

#[tokio::test]
async fn calls_that_run_are_answered_and_one_that_takes_too_long_costs_its_caller_alone() {
    let data = TempDir::new().expect("a folder");
    let program = start(data.path());
    let (mut quick, mut slow, mut other) = (page(&program, 1).await, page(&program, 2).await, page(&program, 3).await);
    let wait = |wait: u32| json!({ "name": "order/wait", "version": "v1", "receiver": ORDER, "data": { "index": wait, "waitMs": wait } });
    let call = quick.start("sync", wait(300)).await;
    let mut long = wait(20_000);
    (long["id"], long["sentOn"]) = (json!("long"), json!(slow.socket_id));
    slow.start("sync", long.clone()).await;
    // Both have been taken up when somebody else is answered.
    assert_eq!(count(&mut other, 1).await["status"], "success");
    let next = start(data.path());
    assert_eq!(quick.ack(call).await["status"], "success");
    assert_eq!(indices(&other.hear(2).await), [1, 300]);
    slow.closed().await;
    // It is sent again, as a client does, and does not happen twice.
    let mut slow = page(&next, 2).await;
    assert_eq!(slow.call("sync", long).await["errorCode"], "sync-outcome-unknown");
    assert_eq!(count(&mut quick, 2).await["status"], "success");
    assert_eq!(indices(&other.hear(1).await), [2]);
    drop(next);
}

/// A new server, as far as it goes.
struct Claimant(UnixStream);

impl Claimant {
    fn new(data: &Path, protocol: u32) -> Self {
        let mut claimant = Self(UnixStream::connect(data.join("takeover.sock")).expect("a server"));
        claimant.say(&json!({ "Hello": { "protocol": protocol } }));
        claimant
    }

    fn say(&mut self, said: &Value) {
        let json = said.to_string();
        let head = [json.len() as u64, 0].map(u64::to_be_bytes).concat();
        self.0.write_all(&[&head, json.as_bytes()].concat()).expect("a server");
    }

    /// Hears what is said next, without the files: nobody takes them, so they are closed.
    fn hear(&mut self) -> Value {
        let mut head = [0; 16];
        self.0.read_exact(&mut head).expect("a server");
        let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("eight")) as usize;
        let mut said = vec![0; number(&head[8..]).div_ceil(128) + number(&head[..8])];
        self.0.read_exact(&mut said).expect("a server");
        serde_json::from_slice(&said[number(&head[8..]).div_ceil(128)..]).expect("JSON")
    }
}

#[tokio::test]
async fn a_new_server_that_does_not_become_ready_leaves_the_old_one_running() {
    let data = TempDir::new().expect("a folder");
    let program = start(data.path());
    let (mut one, mut other) = (page(&program, 1).await, page(&program, 2).await);
    assert!(Claimant::new(data.path(), 0).hear()["Stay"]["why"].as_str().expect("why").contains("another version"));
    for (index, goes_as_far) in [0, 1, 2].into_iter().enumerate() {
        let mut claimant = Claimant::new(data.path(), 1);
        if goes_as_far > 0 {
            assert!(claimant.hear()["Welcome"]["locks"].as_array().is_some_and(|locks| !locks.is_empty()));
        }
        if goes_as_far > 1 {
            claimant.say(&json!("Ready"));
            // What is said while nobody reads it waits.
            let call = json!({ "name": "order/wait", "version": "v1", "receiver": ORDER, "data": { "index": 50, "waitMs": 0 } });
            let rest = claimant.hear();
            assert_eq!(rest["Rest"]["connections"].as_array().map(Vec::len), Some(2), "{rest}");
            let call = one.start("sync", call).await;
            drop(claimant);
            assert_eq!(one.ack(call).await["status"], "success");
            assert_eq!(indices(&other.hear(1).await), [50]);
            one.hear(1).await;
        }
        assert_eq!(count(&mut one, index as u32).await["status"], "success");
        assert_eq!(indices(&other.hear(1).await), [index as u64]);
    }
    // And the next one takes over.
    let next = replace(program, data.path());
    assert_eq!(count(&mut one, 9).await["status"], "success");
    assert_eq!(indices(&other.hear(1).await), [9]);
    drop(next);
}

/// Calls over HTTP, one after the other on connections of their own, until it is told to stop; returns how many there were.
fn call_on(address: SocketAddr, stops: &AtomicBool) -> usize {
    let body = json!({ "receiver": OPEN_TO_ALL, "data": { "index": 7, "waitMs": 0 } }).to_string();
    let mut count = 0;
    while !stops.load(Ordering::Acquire) {
        let mut pipe = TcpStream::connect(address).expect("a server");
        let length = body.len();
        let head = "POST /sync/order/wait/v1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json";
        write!(pipe, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").expect("a server");
        let mut answer = String::new();
        pipe.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        count += 1;
    }
    count
}

#[tokio::test]
async fn calls_over_http_happen_once_while_one_server_takes_over_after_the_other() {
    let data = TempDir::new().expect("a folder");
    let mut program = start(data.path());
    let mut member = page(&program, 1).await;
    member.join(OPEN_TO_ALL).await;
    let address = program.address();
    let stops = Arc::new(AtomicBool::new(false));
    let calling: Vec<_> = (0..3)
        .map(|_| {
            let stops = stops.clone();
            std::thread::spawn(move || call_on(address, &stops))
        })
        .collect();
    for _ in 0..5 {
        member.hear(20).await;
        program = replace(program, data.path());
    }
    stops.store(true, Ordering::Release);
    let calls: usize = calling.into_iter().map(|calling| calling.join().expect("no panic")).sum();
    assert_eq!(member.hear(calls - 5 * 20).await.len(), calls - 5 * 20);
    assert!(member.frames_so_far().await.is_empty(), "each happened once");
}

#[tokio::test]
async fn a_new_server_that_refuses_its_configuration_leaves_the_old_one_running() {
    let data = TempDir::new().expect("a folder");
    let program = start(data.path());
    let mut client = page(&program, 1).await;
    let folder = data.path().to_str().expect("UTF-8");
    let wrong = [("SYNC_TAKEOVER", "on"), ("SYNC_DATA", folder), SESSIONS, ("SYNC_PING_INTERVAL_MS", "often")];
    let refused = command(&wrong).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("SYNC_PING_INTERVAL_MS"));
    assert_eq!(count(&mut client, 1).await["status"], "success");
}

#[tokio::test]
async fn a_connection_between_two_requests_goes_on() {
    let data = TempDir::new().expect("a folder");
    let mut program = start(data.path());
    let mut kept = TcpStream::connect(program.address()).expect("a server");
    let ask = |pipe: &mut TcpStream, path: &str| {
        write!(pipe, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("a server");
        let (mut answer, mut byte) = (Vec::new(), [0]);
        while !answer.ends_with(b"ok") {
            pipe.read_exact(&mut byte).expect("an answer");
            answer.push(byte[0]);
        }
        String::from_utf8(answer).expect("a text")
    };
    for _ in 0..3 {
        assert!(ask(&mut kept, "/healthz").starts_with("HTTP/1.1 200"));
        program = replace(program, data.path());
    }
    let answer = ask(&mut kept, "/readyz");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// What a systemd is told.
struct Systemd {
    socket: UnixDatagram,
    path: String,
}

impl Systemd {
    fn new(folder: &Path) -> Self {
        let path = folder.join("notify").to_str().expect("UTF-8").to_owned();
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Self { socket, path }
    }

    fn told(&self) -> String {
        let mut told = [0; 256];
        let length = self.socket.recv(&mut told).expect("a server that says how it is");
        std::str::from_utf8(&told[..length]).expect("a text").trim_end().to_owned()
    }

    /// Returns the number of the process that serves, and is the one to watch from now on.
    fn ready(&self) -> String {
        let told = self.told();
        told.strip_prefix("READY=1\nMAINPID=").unwrap_or_else(|| panic!("{told}")).to_owned()
    }
}

#[tokio::test]
async fn systemd_is_told_and_a_signal_has_the_next_server_start() {
    let data = TempDir::new().expect("a folder");
    let systemd = Systemd::new(data.path());
    let folder = data.path().to_str().expect("UTF-8");
    let variables = [("SYNC_TAKEOVER", "on"), ("SYNC_DATA", folder), SESSIONS, ("NOTIFY_SOCKET", &systemd.path)];
    let program = Program::start(&variables);
    let first = systemd.ready();
    let (mut one, mut other) = (page(&program, 1).await, page(&program, 2).await);
    program.signal("-USR2");
    // By the one that ends, before it does, and by the one that goes on: in either order.
    let told = [systemd.told(), systemd.told()];
    let is_ready = |told: &&String| told.starts_with("READY=1");
    let second = told.iter().find(is_ready).and_then(|told| told.split_once("MAINPID=")).expect("it is ready").1;
    assert!(told.contains(&format!("MAINPID={second}")), "{told:?}");
    assert_ne!(first, second);
    assert_eq!(count(&mut one, 1).await["status"], "success");
    assert_eq!(indices(&other.hear(1).await), [1]);
    // It is nobody's child that this test has.
    assert!(Command::new("kill").arg(second).status().expect("kill runs").success());
    one.closed().await;
    // Its log is that of both.
    let (is_orderly, log) = program.ended();
    assert!(is_orderly, "{log}");
}

#[tokio::test]
async fn a_socket_that_systemd_has_opened_is_the_one_that_is_listened_on() {
    let data = TempDir::new().expect("a folder");
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    let folder = data.path().to_str().expect("UTF-8");
    let serve = || {
        let script = r#"LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" 3<&0 </dev/null"#;
        let mut command = shell(script, &[("SYNC_DATA", folder), SESSIONS]);
        command.stdin(OwnedFd::from(socket.try_clone().expect("a socket")));
        Program::run(command)
    };
    let program = serve();
    assert_eq!(program.address(), address);
    let mut client = page(&program, 1).await;
    assert_eq!(count(&mut client, 1).await["status"], "success");
    program.stop();
    // Who comes while there is none waits for the next one.
    let waiting = tokio::spawn(Client::connect(address, Identity::page(2)));
    let next = serve();
    assert!(waiting.await.expect("no panic").is_ok());
    drop(next);
}
