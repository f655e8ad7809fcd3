//! Those who send and go, who come and say nothing, who take their time: what they cost, and that nobody else notices.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sync_tests::app::{TestServer, guest, member};
use sync_tests::lane::Lane;
use sync_tests::socket::{Identity, PATIENCE, Polling};
use test_app::BUSY;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const UPGRADE: &str = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn wait_call(lane: Lane, index: u32, wait_ms: u32) -> Value {
    lane.call("order/wait", "open-a", json!({ "index": index, "waitMs": wait_ms }))
}

/// The packet of a call of `order/wait`, without a number: nobody waits for the answer.
fn wait(lane: Lane, index: u32, wait_ms: u32) -> String {
    format!("42{}", json!([lane.event(), wait_call(lane, index, wait_ms)]))
}

#[tokio::test]
async fn what_was_sent_before_the_end_is_handled_in_order_and_within_bounds() {
    const SENT: u32 = 2000;
    for (lane, is_anonymous) in Lane::ALL.into_iter().flat_map(|lane| [(lane, false), (lane, true)]) {
        let server = TestServer::start().await;
        let token = server.token(member("ada", "deliver", None)).await;
        // Who has no session is known by the name of the page.
        let auth = if is_anonymous { json!({ "tab": "the-name-of-page-1" }) } else { json!({ "token": token }) };
        let connect = || server.connect_as(Identity { auth: auth.clone(), headers: Vec::new() });
        let mut gone = connect().await;
        gone.join("open-a").await;
        // The first keeps its place until the others have come in and their sender has gone.
        let calls: Vec<_> = (0..SENT).map(|index| wait(lane, index, if index == 0 { 500 } else { 0 })).collect();
        gone.send_all(calls.iter().map(String::as_str)).await;
        drop(gone);
        server.has_sockets(0).await;
        let mut back = connect().await;
        back.join("open-a").await;
        assert_eq!(back.call(lane.event(), wait_call(lane, SENT, 0)).await["status"], "success");
        let ended = server.app().ended.lock().expect("not poisoned").clone();
        assert_eq!(ended.last(), Some(&SENT), "the new call did not overtake the old ones");
        assert!(ended.is_sorted());
        assert!((200..1000).contains(&ended.len()), "{} of {SENT} were handled", ended.len());
    }
}

#[tokio::test]
async fn who_goes_while_it_waits_behind_its_tab_and_has_sent_nothing_leaves_nothing() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let auth = json!({ "tab": "the-name-of-page-1" });
        let connect = || server.connect_as(Identity { auth: auth.clone(), headers: Vec::new() });
        let mut first = connect().await;
        first.join("open-a").await;
        // Longer than anybody is waited for here.
        first.send(&wait(lane, 0, 60_000)).await;
        server.has_begun(1).await;
        drop(first);
        server.has_sockets(0).await;
        let waits = connect().await;
        server.has_sockets(1).await;
        let followed = server.follow(&server.hub().sockets()[0]).await;
        drop(waits);
        followed.freed().await;
    }
}

#[tokio::test]
async fn many_who_have_gone_do_not_keep_the_server_from_stopping() {
    let server = TestServer::start_with(|config| config.shutdown_timeout = PATIENCE).await;
    for lane in Lane::ALL.repeat(10) {
        let mut gone = server.connect(guest()).await;
        gone.join("open-a").await;
        // Each would take a minute.
        let calls: Vec<_> = (0..200).map(|index| wait(lane, index, 300)).collect();
        gone.send_all(calls.iter().map(String::as_str)).await;
    }
    server.has_sockets(0).await;
    let stopping = server.into_running().shutdown();
    assert!(tokio::time::timeout(PATIENCE / 4, stopping).await.is_ok(), "only the calls that run are waited for");
}

#[tokio::test]
async fn a_handler_that_takes_too_long_does_not_keep_others_from_being_told() {
    for lane in Lane::ALL {
        let server = TestServer::start_with(|config| config.shutdown_timeout = Duration::from_millis(800)).await;
        let (mut slow, mut bystander) = (server.connect(guest()).await, server.connect(guest()).await);
        slow.join("open-a").await;
        bystander.join("open-a").await;
        slow.send(&wait(lane, 1, 60_000)).await;
        server.has_begun(1).await;
        let mut http = Http::open(server.address()).await;
        assert_eq!(http.get("/healthz").await.0, 200);
        server.into_running().shutdown().await;
        bystander.closed().await;
        assert_eq!(http.rest().await, "", "{lane:?}: nothing is served any more");
    }
}

#[tokio::test]
async fn the_oldest_of_too_many_who_say_nothing_have_to_go() {
    let server = TestServer::start().await;
    let (mut http, url) = (Http::open(server.address()).await, "/socket.io/?EIO=4&transport=polling");
    // One whom the server has shown out waits with them, and is older than all.
    let token = server.token(member("ada", "deliver", None)).await;
    let ended = Polling::open(server.address()).await;
    ended.post(&format!("40{}", json!({ "token": token }))).await;
    server.has_sockets(1).await;
    server.sessions().end_token(&token).await.expect("a store");
    let mut sids = Vec::new();
    for _ in 0..1030 {
        let open: Value = serde_json::from_str(&http.get(url).await.1[1..]).expect("an open packet");
        sids.push(open["sid"].as_str().expect("an id").to_owned());
        if sids.len() == 1 {
            // One of them has said who it is, and stays.
            assert_eq!(http.post(&format!("{url}&sid={}", sids[0]), "40").await, (200, "ok".to_owned()));
        }
    }
    let statuses = [0, 1, 5, 8, 1029].map(|index| format!("{url}&sid={}", sids[index]));
    let mut found = Vec::new();
    for path in &statuses {
        found.push(http.get(path).await.0);
    }
    assert_eq!(found, [200, 400, 400, 200, 200]);
    assert_eq!(http.get(&format!("{url}&sid={}", ended.sid())).await.0, 400);
}

/// One connection that is kept.
struct Http {
    stream: TcpStream,
}

impl Http {
    async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a connection") }
    }

    async fn get(&mut self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")).await
    }

    async fn post(&mut self, path: &str, body: &str) -> (u16, String) {
        let length = body.len();
        self.ask(&format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n{body}")).await
    }

    /// Sends a request, and returns status and body of the answer.
    async fn ask(&mut self, request: &str) -> (u16, String) {
        self.stream.write_all(request.as_bytes()).await.expect("a server that reads");
        tokio::time::timeout(PATIENCE, self.answer()).await.expect("no answer came")
    }

    async fn answer(&mut self) -> (u16, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.expect("more of a head"));
        }
        let head = String::from_utf8(head).expect("a text").to_ascii_lowercase();
        let status = head[9..12].parse().expect("a status");
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        self.stream.read_exact(&mut body).await.expect("a body");
        (status, String::from_utf8(body).expect("a text"))
    }

    /// Waits until the server hangs up, and returns what it has said before.
    async fn rest(mut self) -> String {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        // A reset is an end, too.
        read.expect("the connection is still open").unwrap_or_default();
        String::from_utf8(rest).expect("a text")
    }
}

#[tokio::test]
async fn a_client_that_takes_its_time_is_cut_off() {
    let limit = Duration::from_millis(100);
    let server = TestServer::start_with(|config| {
        config.head_timeout = limit;
        config.body_timeout = limit;
    })
    .await;
    let mut bystander = server.connect(guest()).await;
    let head = "HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100";
    let [event, request] = Lane::ALL.map(|lane| format!("POST {}/order/wait/v1 {head}\r\n\r\n{{", lane.folder()));
    let poll = "POST /socket.io/?EIO=4&transport=polling&sid=";
    let polling = Polling::open(server.address()).await;
    let poll = format!("{poll}{} HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n42", polling.sid());
    for said in ["", "GET /healthz HTTP/1.1\r\nhost", &event, &request, &poll] {
        let mut slow = Http::open(server.address()).await;
        slow.stream.write_all(said.as_bytes()).await.expect("a server that reads");
        let answer = slow.rest().await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{said}: {answer}");
    }
    let mut idle = Http::open(server.address()).await;
    assert_eq!(idle.get("/healthz").await, (200, "ok".to_owned()));
    assert_eq!(idle.rest().await, "", "between two requests");
    assert_eq!(bystander.call("joinedRooms", json!({})).await["status"], "success", "a WebSocket may be silent");
}

#[tokio::test]
async fn what_is_no_handshake_is_refused_at_once() {
    let server = TestServer::start().await;
    for headers in ["", "connection: upgrade\r\nupgrade: h2c\r\n", &UPGRADE.replace("13", "8")] {
        for sid in ["", "&sid=AAAAAAAAAAAAAAAA"] {
            let path = format!("/socket.io/?EIO=4&transport=websocket{sid}");
            let mut http = Http::open(server.address()).await;
            let (status, _) = http.ask(&format!("GET {path} HTTP/1.1\r\nhost: a\r\n{headers}\r\n")).await;
            assert_eq!(status, 400, "{headers}");
        }
    }
    // Of another version of Engine.IO, or of none.
    let polling = polling_member(&server).await;
    let path = format!("/socket.io/?transport=websocket&sid={}", polling.sid());
    let mut http = Http::open(server.address()).await;
    assert_eq!(http.ask(&format!("GET {path} HTTP/1.1\r\nhost: a\r\n{UPGRADE}\r\n")).await.0, 400);
    polls_on(&polling, 7).await;
}

/// Connects by polling and enters a room.
async fn polling_member(server: &TestServer) -> Polling {
    let polling = Polling::open(server.address()).await;
    for (packet, answer) in [("40", "40"), (r#"421["joinRoom",{"room":"open-a"}]"#, "431")] {
        polling.post(packet).await;
        while !polling.poll().await.split('\u{1e}').any(|packet| packet.starts_with(answer)) {}
    }
    polling
}

/// Calls and hears of it, by polling.
async fn polls_on(polling: &Polling, ack: u32) {
    let call = json!({ "name": "odd/bulk", "version": "v1", "receiver": "open-a", "data": { "bytes": 1 } });
    polling.post(&format!("42{ack}{}", json!(["sync", call]))).await;
    let mut heard = String::new();
    while !(heard.contains(&format!("43{ack}[")) && heard.contains("42[")) {
        heard += &polling.poll().await;
    }
}

#[tokio::test]
async fn a_socket_survives_every_move_that_fails() {
    let server = TestServer::start().await;
    let polling = polling_member(&server).await;
    let request =
        format!("GET /socket.io/?EIO=4&transport=websocket&sid={} HTTP/1.1\r\nhost: a\r\n{UPGRADE}\r\n", polling.sid());
    let probe = b"\x81\x86\0\0\0\x002probe";
    let ways: [&[u8]; 5] = [b"", &probe[..7], probe, b"\x81\x81\0\0\0\x005", b"\x81\x062probe"];
    for (ack, said) in (10..).zip(ways) {
        let mut network = Http::open(server.address()).await;
        assert_eq!(network.ask(&request).await.0, 101);
        network.stream.write_all(said).await.expect("a server that reads");
        // While it is tried, and when it has come to nothing.
        polls_on(&polling, ack).await;
        drop(network);
        polls_on(&polling, ack + 100).await;
    }
    let moved = polling_member(&server).await;
    let sid = moved.sid().to_owned();
    let mut client = moved.upgrade(async {}).await;
    client.join("open-b").await;
    let mut http = Http::open(server.address()).await;
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
    assert_eq!(http.get(&path).await.0, 400, "it is on its WebSocket now");
}

#[tokio::test]
async fn a_ping_may_come_in_the_middle_of_a_probe() {
    let server = TestServer::start().await;
    let polling = polling_member(&server).await;
    let path = format!("/socket.io/?EIO=4&transport=websocket&sid={}", polling.sid());
    let mut http = Http::open(server.address()).await;
    assert_eq!(http.ask(&format!("GET {path} HTTP/1.1\r\nhost: a\r\n{UPGRADE}\r\n")).await.0, 101);
    http.stream
        .write_all(b"\x01\x83\0\0\0\x002pr\x89\x80\0\0\0\0\x80\x83\0\0\0\0obe")
        .await
        .expect("a server that reads");
    let mut answer = [0; 10];
    http.stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"\x8a\0\x81\x063probe");
}

#[tokio::test]
async fn who_leaves_at_once_is_not_let_in() {
    let server = TestServer::start().await;
    let polling = Polling::open(server.address()).await;
    polling.post("40\u{1e}41").await;
    let mut http = Http::open(server.address()).await;
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", polling.sid());
    assert_eq!(http.get(&path).await.0, 400);
    assert_eq!(server.hub().socket_count(), 0);
}

#[tokio::test]
async fn who_comes_on_the_socket_of_another_does_not_get_its_answers() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let polling = polling_member(&server).await;
        let call = |ack: u32, wait_ms: u32| wait(lane, ack, wait_ms).replacen("42", &format!("42{ack}"), 1);
        polling.post(&call(7, 100)).await;
        server.has_begun(1).await;
        let join = r#"425["joinRoom",{"room":"open-b"}]"#;
        polling.post(&["41", "40"].join("\u{1e}")).await;
        while !polling.poll().await.contains("40{") {}
        polling.post(join).await;
        polling.post(&call(8, 200).replace("open-a", "open-b")).await;
        let mut heard = String::new();
        while !heard.contains("438[") {
            heard += &polling.poll().await;
        }
        assert!(!heard.contains("437["), "{lane:?}: {heard}");
    }
}

#[tokio::test]
async fn a_poll_does_not_hang_while_its_client_moves() {
    let server = TestServer::start().await;
    let polling = polling_member(&server).await;
    let hanging = polling.poll_later().await;
    let mut client = polling.begin_upgrade().await;
    // A stock client says `5` when its poll has come back.
    let payload = hanging.await.expect("a poll");
    assert!(payload == "6" || payload == "2", "{payload}");
    client.send("5").await;
    client.join("open-b").await;
}

#[tokio::test]
async fn a_flood_of_calls_lets_others_have_their_turn() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let mut flood = server.connect(guest()).await;
        flood.join("open-a").await;
        let first = flood.start(lane.event(), wait_call(lane, 0, 50)).await;
        // What waits behind it costs no time of its own: questions about rooms, or requests.
        let [event, call] = match lane {
            Lane::Event => [json!("joinedRooms"), json!({})],
            Lane::Request => [json!("request"), lane.call("odd/bomb", "", json!({ "index": 1 }))],
        };
        let calls: Vec<_> = (1..4000).map(|id| format!("42{}{}", id + 10, json!([event, call]))).collect();
        flood.send_all(calls.iter().map(String::as_str)).await;
        flood.ack(first).await;
        // All that waits is handled now, on this thread.
        let turns = Arc::new(AtomicUsize::new(0));
        let counted = turns.clone();
        let bystander = tokio::spawn(async move {
            loop {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
        flood.ack(4009).await;
        bystander.abort();
        assert!(turns.load(Ordering::Relaxed) > 20, "{lane:?}: {turns:?}");
    }
}

#[tokio::test]
async fn who_cannot_be_slowed_down_and_sends_on_is_told_why_it_must_go() {
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let polling = polling_member(&server).await;
        polling.post(&wait(lane, 0, 5000)).await;
        // What comes in one post cannot be held back any more.
        polling.post(&vec![r#"42["joinedRooms",{}]"#; 70_000].join("\u{1e}")).await;
        while !polling.poll().await.contains("receive-queue-full") {}
        server.has_sockets(0).await;
    }
}

#[tokio::test]
async fn who_asks_for_what_is_not_there_is_not_answered_for_ever() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    let asked: Vec<_> = (0..1000).map(|index| format!("40/admin-{index},")).collect();
    client.send_all(asked.iter().map(String::as_str)).await;
    client.closed().await;

    let mut client = server.connect(guest()).await;
    client.send("40/admin,").await;
    client.join("open-a").await;
    client.send(&format!("40/{},", "a".repeat(1000))).await;
    client.closed().await;
}

/// The event of a call whose filter keeps its thread for a millisecond, for each member but the caller.
fn busy(test: usize, index: usize) -> String {
    let call = json!({ "name": "order/busy", "version": "v1", "receiver": "open-a", "data": { "test": test, "index": index } });
    format!("42{}", json!(["sync", call]))
}

#[tokio::test]
async fn a_member_who_joins_again_does_not_wait_for_all_the_others() {
    const MEMBERS: usize = 24;
    const TOGETHER: usize = 32;
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    let mut members = Vec::new();
    for _ in 0..MEMBERS {
        let mut member = server.connect(guest()).await;
        member.join("open-a").await;
        members.push(member);
    }
    let calls: Vec<_> = (0..=TOGETHER).map(|index| busy(0, index)).collect();
    caller.send_all(calls.iter().map(String::as_str)).await;
    while caller.frame().await["serverOutput"]["index"] != TOGETHER {}
    let visited = || BUSY[0].load(Ordering::Relaxed);
    let before = visited();
    caller.join("open-a").await;
    let meanwhile = visited() - before;
    assert!(meanwhile < MEMBERS * TOGETHER / 2, "{meanwhile} filters ran before the answer");
    for member in &mut members {
        for index in 0..=TOGETHER {
            assert_eq!(member.frame().await["serverOutput"]["index"], index);
        }
    }
    assert_eq!(visited(), MEMBERS * (TOGETHER + 1));
}

#[tokio::test]
async fn a_member_who_catches_up_lets_others_have_their_turn() {
    const EVENTS: usize = 50;
    let server = TestServer::start().await;
    let mut caller = server.connect(member("ada", "deliver", None)).await;
    let mut behind = server.connect(guest()).await;
    caller.join("open-a").await;
    behind.join("open-a").await;
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = turns.clone();
    let bystander = tokio::spawn(async move {
        loop {
            if (1..EVENTS).contains(&BUSY[1].load(Ordering::Relaxed)) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            tokio::task::yield_now().await;
        }
    });
    // One is behind with the first, so that it gets the others by itself.
    caller.call("sync", json!({ "name": "arguments/doubt", "version": "v1", "receiver": "open-a" })).await;
    let calls: Vec<_> = (0..EVENTS).map(|index| busy(1, index)).collect();
    caller.send_all(calls.iter().map(String::as_str)).await;
    assert_eq!(behind.frame().await["status"], "error");
    for index in 0..EVENTS {
        assert_eq!(behind.frame().await["serverOutput"]["index"], index);
    }
    bystander.abort();
    assert!(turns.load(Ordering::Relaxed) >= EVENTS / 2, "{turns:?}");
}

#[tokio::test]
async fn calls_of_those_who_hung_up_end_within_bounds() {
    const SENT: u32 = 20;
    const BYTES: usize = 200 * 1024;
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let token = server.token(member("ada", "deliver", None)).await;
        let mut listener = server.connect_as(Identity::token(&token)).await;
        listener.join("hall-a").await;
        let request = |index: u32, wait_ms: u32, bytes: usize| {
            let body = lane.body("hall-a", json!({ "index": index, "waitMs": wait_ms })).to_string();
            let (folder, length) = (lane.folder(), body.len() + bytes);
            let head = format!("POST {folder}/order/wait/v1 HTTP/1.1\r\nhost: a\r\ncontent-type: application/json");
            let more = format!("authorization: Bearer {token}\r\ncontent-length: {length}");
            format!("{head}\r\n{more}\r\n\r\n{body}{}", " ".repeat(bytes))
        };
        let mut callers = Vec::new();
        for index in 0..SENT {
            let mut caller = TcpStream::connect(server.address()).await.expect("a connection");
            caller.write_all(request(index, 2000, BYTES).as_bytes()).await.expect("a server that reads");
            callers.push(caller);
        }
        server.has_begun(SENT).await;
        drop(callers);
        // Longer than theirs: when it has ended, so have they.
        let mut stays = Http::open(server.address()).await;
        let (status, answer) = stays.ask(&request(SENT, 3000, 0)).await;
        assert_eq!(status, 200, "{answer}");
        let ended = server.app().ended.lock().expect("not poisoned").clone();
        assert_eq!(ended.len(), 11, "{lane:?}: two megabytes of one address, and whoever waits: {ended:?}");
    }
}

#[tokio::test]
async fn calls_that_run_when_their_sockets_go_end_within_bounds() {
    const SENT: u32 = 20;
    for lane in Lane::ALL {
        let server = TestServer::start().await;
        let mut callers = Vec::new();
        for index in 0..SENT {
            let mut caller = server.connect(guest()).await;
            caller.join("open-a").await;
            let mut call = wait_call(lane, index, 2000);
            call["padding"] = "x".repeat(200 * 1024).into();
            caller.send(&format!("42{}", json!([lane.event(), call]))).await;
            callers.push(caller);
        }
        server.has_begun(SENT).await;
        drop(callers);
        server.has_sockets(0).await;
        // Longer than theirs: when it has ended, so have they.
        let mut stays = server.connect(guest()).await;
        stays.join("open-a").await;
        assert_eq!(stays.call(lane.event(), wait_call(lane, SENT, 3000)).await["status"], "success");
        let ended = server.app().ended.lock().expect("not poisoned").clone();
        assert_eq!(ended.len(), 11, "{lane:?}: two megabytes of one address, and whoever stays: {ended:?}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = TestServer::start().await;
    let handshake = |bytes: usize| {
        let path = "/socket.io/?EIO=4&transport=polling";
        format!("GET {path} HTTP/1.1\r\nhost: a\r\ncookie: a={}\r\n\r\n", "a".repeat(bytes))
    };
    for (bytes, status) in [(16 * 1024, 200), (300 * 1024, 431)] {
        let mut http = Http::open(server.address()).await;
        assert_eq!(http.ask(&handshake(bytes)).await.0, status);
    }
}

#[tokio::test]
async fn values_that_cannot_end_well_harm_nobody() {
    const EVENTS: u32 = 8;
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    let mut members = Vec::new();
    caller.join("open-a").await;
    for _ in 0..3 {
        let mut member = server.connect(guest()).await;
        member.join("open-a").await;
        members.push(member);
    }
    // All in one batch: the end of one must not meet that of another.
    for lane in Lane::ALL {
        let call = |index| lane.call("odd/bomb", "open-a", json!({ "index": index }));
        let calls: Vec<_> = (0..EVENTS).map(|index| format!("42{}", json!([lane.event(), call(index)]))).collect();
        caller.send_all(calls.iter().map(String::as_str)).await;
        assert_eq!(caller.call("joinedRooms", json!({})).await["status"], "success", "{lane:?}");
    }
    for member in members.iter_mut().chain([&mut caller]) {
        for index in 0..EVENTS {
            let frame = member.frame().await;
            assert_eq!((&frame["status"], &frame["serverOutput"]["index"]), (&json!("success"), &json!(index)));
        }
    }
    let refused = json!({ "name": "odd/bomb", "version": "v1", "receiver": "nowhere", "data": { "index": 1 } });
    assert_eq!(caller.call("sync", refused).await["errorCode"], "sync-not-in-room");
    let refused = json!({ "name": "odd/bomb", "version": "v1", "data": { "index": 1, "more": 1 } });
    assert_eq!(caller.call("request", refused).await["errorCode"], "sync-invalid-input");
    assert_eq!(server.hub().socket_count(), 4);
}
