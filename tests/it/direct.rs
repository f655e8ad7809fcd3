//! The two ways out of the server, straight to the connection and through engineioxide: same bytes, same order.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync::__private::{Envelope, Packet};
use sync::CloseReason;
use sync_tests::app::{TestServer, guest, member};
use sync_tests::lane::Lane;
use sync_tests::socket::{Client, PATIENCE, Polling};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn both_ways_put_the_same_bytes_on_the_wire() {
    let (direct, ordinary) = (bytes_on_the_wire(true).await, bytes_on_the_wire(false).await);
    assert!(direct.len() > 200_000, "short, long and very long frames");
    // Not assert_eq: a difference would be printed as it is.
    let differs = direct.iter().zip(&ordinary).position(|(direct, ordinary)| direct != ordinary);
    assert_eq!((differs, direct.len()), (None, ordinary.len()));
}

/// Returns all that a member is sent behind the answer to its CONNECT; `pos`, which no two servers share, is blanked out.
async fn bytes_on_the_wire(direct: bool) -> Vec<u8> {
    let server = TestServer::start_with(|config| config.direct_delivery = direct).await;
    let token = server.token(member("ada", "deliver", Some("de"))).await;
    let mut raw = RawWebSocket::open(&server, &token).await;
    let mut bytes = raw.ask(r#"1["joinRoom",{"room":"open-a"}]"#, 1).await;
    let three = r#"["sync",{"name":"outcome/three","version":"v1","receiver":"open-a","data":{"text":"ä\"\n"}}]"#;
    bytes.extend(raw.ask(&format!("2{three}"), 2).await);
    for (ack, length) in [(3, 1), (4, 300), (57, 70_000), (1234, 150_000)] {
        let bulk = r#"["sync",{"name":"odd/bulk","version":"v1","receiver":"open-a","data":{"bytes":"#;
        bytes.extend(raw.ask(&format!("{ack}{bulk}{length}}}}}]"), 2).await);
    }
    bytes.extend(raw.ask(r#"6["sync",{"name":"nowhere","version":"v1","receiver":"open-a"}]"#, 1).await);
    without_positions(bytes)
}

/// A WebSocket of which every byte counts.
struct RawWebSocket {
    stream: TcpStream,
}

impl RawWebSocket {
    async fn open(server: &TestServer, token: &str) -> Self {
        let address = server.address();
        let head =
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n";
        let key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let mut raw = Self { stream: TcpStream::connect(address).await.expect("a connection") };
        let request = format!("{head}{key}host: {address}\r\n\r\n");
        raw.stream.write_all(request.as_bytes()).await.expect("a server that reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(raw.stream.read_u8().await.expect("more"));
        }
        raw.frame().await;
        raw.send(&format!("40{}", json!({ "token": token }))).await;
        raw.frame().await;
        raw
    }

    /// Sends an event, and returns the bytes of so many frames.
    async fn ask(&mut self, event: &str, frames: usize) -> Vec<u8> {
        self.send(&format!("42{event}")).await;
        let mut bytes = Vec::new();
        for _ in 0..frames {
            bytes.extend(self.frame().await);
        }
        bytes
    }

    /// Sends one text, masked with zeros.
    async fn send(&mut self, text: &str) {
        let length = u16::try_from(text.len()).expect("a short text");
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.write_all(&frame).await.expect("a server that reads");
    }

    /// Reads one frame that is no ping.
    async fn frame(&mut self) -> Vec<u8> {
        tokio::time::timeout(PATIENCE, self.next_frame()).await.expect("no frame came")
    }

    async fn next_frame(&mut self) -> Vec<u8> {
        loop {
            let mut frame = vec![0; 2];
            self.stream.read_exact(&mut frame).await.expect("a head");
            let extended = match frame[1] {
                126 => 2,
                127 => 8,
                _ => 0,
            };
            frame.resize(2 + extended, 0);
            self.stream.read_exact(&mut frame[2..]).await.expect("a length");
            let length = if extended == 0 { &frame[1..] } else { &frame[2..] };
            let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            let head = frame.len();
            frame.resize(head + length, 0);
            self.stream.read_exact(&mut frame[head..]).await.expect("a payload");
            if frame[head..] != *b"2" {
                return frame;
            }
        }
    }
}

fn without_positions(mut bytes: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = br#""pos":""#;
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(NAME.len()).position(|window| window == NAME) {
        at += found + NAME.len();
        let length = bytes[at..].iter().position(|byte| *byte == b'"').expect("the end of a text");
        bytes[at..at + length].fill(b'.');
    }
    bytes
}

#[tokio::test]
async fn a_client_whose_first_poll_was_early_is_answered_on_its_websocket() {
    let server = TestServer::start().await;
    let polling = Polling::open(server.address()).await;
    let early = polling.poll_later().await;
    polling.post("40").await;
    // It may be answered with a ping.
    if !early.await.expect("a poll").contains("40{") {
        assert!(polling.poll().await.contains("40{"));
    }
    let mut client = polling.upgrade(async {}).await;
    client.join("open-a").await;
}

#[tokio::test]
async fn nothing_is_overtaken_when_a_client_moves_to_a_websocket() {
    for direct in [true, false] {
        let server = TestServer::start_with(|config| config.direct_delivery = direct).await;
        let mut caller = server.connect(guest()).await;
        let polling = Polling::open(server.address()).await;
        connect_and_join(&polling).await;
        caller.join("open-a").await;
        // The first waits for a poll that does not come, the others find the client between polling and WebSocket.
        bulk(&mut caller, 1).await;
        let mut client = polling
            .upgrade(async {
                for bytes in 2..50 {
                    bulk(&mut caller, bytes).await;
                }
            })
            .await;
        for bytes in 50..100 {
            bulk(&mut caller, bytes).await;
        }
        for bytes in 1..100 {
            assert_eq!(
                client.frame().await["serverOutput"]["bulk"].as_str().map(str::len),
                Some(bytes),
                "direct: {direct}"
            );
        }
    }
}

/// One packet of each kind that there is.
fn every_kind() -> Vec<Packet> {
    let json = |value: Value| serde_json::value::to_raw_value(&value).expect("JSON");
    let event = Envelope::new("odd/bulk/v1", "open-a", "pos".to_owned(), &json(json!({ "bulk": "ä" })), false);
    vec![
        event.success(b""),
        event.error(&sync::error!("room-invalid"), "Nothing is called like this."),
        Packet::room_stream("odd/bulk/v1", "open-a", &json(json!([1, 2]))),
        Packet::caller_stream("a-call", &json(json!("x".repeat(300)))),
        Packet::presence("open-a", &[]),
        Packet::gap("open-a", "pos", None),
        Packet::poke("board-1", 7, None),
        Packet::acknowledgement(77, &json(json!({ "status": "success" }))),
        Packet::closing("session-ended"),
        Packet::connected("an-id"),
        Packet::refused("/other", "Invalid namespace"),
        Packet::disconnect(),
    ]
}

/// Sends one of each kind to the only socket, and returns their texts.
fn send_every_kind(server: &TestServer) -> Vec<String> {
    let sockets = server.hub().sockets();
    assert_eq!(sockets.len(), 1, "one client");
    let send = |packet: Packet| {
        let text = packet.text().to_owned();
        sockets[0].outbox().send(&packet.into());
        text
    };
    every_kind().into_iter().map(send).collect()
}

#[tokio::test]
async fn packets_of_every_kind_reach_a_websocket_in_their_order() {
    for direct in [true, false] {
        let server = TestServer::start_with(|config| config.direct_delivery = direct).await;
        let mut client = server.connect(guest()).await;
        client.join("open-a").await;
        for text in send_every_kind(&server) {
            assert_eq!(client.next_answer().await, text, "direct: {direct}");
        }
        assert_eq!(server.running().traffic().waiting, 0);
    }
}

#[tokio::test]
async fn packets_of_every_kind_reach_a_client_that_polls() {
    let server = TestServer::start().await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    for _ in 0..2 {
        let sent = send_every_kind(&server);
        let mut polled = Vec::new();
        while polled.len() < sent.len() {
            let payload = polling.poll().await;
            polled.extend(payload.split('\u{1e}').filter(|packet| *packet != "2").map(ToOwned::to_owned));
        }
        assert_eq!(polled, sent);
        assert_eq!(server.running().traffic().waiting, 0, "all of them were counted out");
    }
}

#[tokio::test]
async fn packets_of_every_kind_keep_their_order_when_a_client_moves_to_a_websocket() {
    for direct in [true, false] {
        let server = TestServer::start_with(|config| config.direct_delivery = direct).await;
        let polling = Polling::open(server.address()).await;
        connect_and_join(&polling).await;
        // The first wait for a poll that does not come, the others find the client between polling and WebSocket.
        let mut sent = send_every_kind(&server);
        let mut client = polling.upgrade(async { sent.extend(send_every_kind(&server)) }).await;
        sent.extend(send_every_kind(&server));
        for text in sent {
            assert_eq!(client.next_answer().await, text, "direct: {direct}");
        }
        assert_eq!(server.running().traffic().waiting, 0, "all of them were counted out");
    }
}

async fn connect_and_join(polling: &Polling) {
    for (packet, answer) in [("40", "40"), (r#"421["joinRoom",{"room":"open-a"}]"#, "431")] {
        polling.post(packet).await;
        // A poll may also be answered with a ping alone.
        while !polling.poll().await.split('\u{1e}').any(|packet| packet.starts_with(answer)) {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_answer_does_not_overtake_an_event_at_the_move() {
    let server = TestServer::start().await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    for _ in 0..10 {
        let polling = Polling::open(server.address()).await;
        connect_and_join(&polling).await;
        // Nothing waits when the move begins; the event finds the client between polling and WebSocket, the call comes with the `5`.
        let mut client = polling.begin_upgrade().await;
        bulk(&mut caller, 7).await;
        client.send_all(["5", r#"4277["joinedRooms",{}]"#]).await;
        assert!(client.next_answer().await.starts_with("42["), "the event was first");
        assert!(client.next_answer().await.starts_with("4377["));
    }
}

#[tokio::test]
async fn what_is_too_much_for_one_poll_is_not_lost_at_the_move() {
    let server = TestServer::start_with(|config| config.message_limit = 1000).await;
    let mut caller = server.connect(guest()).await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    caller.join("open-a").await;
    for bytes in 900..920 {
        bulk(&mut caller, bytes).await;
    }
    let polled = polling.poll().await.split('\u{1e}').filter(|packet| packet.starts_with("42")).count();
    assert!((1..20).contains(&polled), "{polled} of 20 in one poll");
    let mut client = polling.upgrade(async {}).await;
    for bytes in 900 + polled..920 {
        assert_eq!(client.frame().await["serverOutput"]["bulk"].as_str().map(str::len), Some(bytes));
    }
    assert_eq!(server.running().traffic().waiting, 0);
}

#[tokio::test]
async fn many_small_events_are_too_much_for_one_poll_too() {
    const EVENTS: usize = 600;
    let server = TestServer::start_with(|config| config.message_limit = 20_000).await;
    let mut caller = server.connect(guest()).await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    caller.join("open-a").await;
    for _ in 0..EVENTS {
        bulk(&mut caller, 1).await;
    }
    let polled = polling.poll().await.split('\u{1e}').filter(|packet| packet.starts_with("42")).count();
    assert!((100..EVENTS).contains(&polled), "{polled} in one poll");
    // Half of the rest comes out of engineioxide after the move, the other half when that is done.
    let mut client = polling.upgrade(async {}).await;
    for _ in polled..EVENTS {
        client.frame().await;
    }
    assert_eq!(server.running().traffic().waiting, 0);
}

#[tokio::test]
async fn a_socket_that_has_moved_can_connect_again() {
    let server = TestServer::start().await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    let mut client = polling.upgrade(async {}).await;
    client.join("open-a").await;
    client.connect_again().await;
    client.join("open-b").await;
}

#[tokio::test]
async fn a_refused_upgrade_takes_nobodys_place() {
    let server = TestServer::start().await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    // Without a key; the connection stays open.
    let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
    let path = format!("/socket.io/?EIO=4&transport=websocket&sid={}", polling.sid());
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await.expect("a server that reads");
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.expect("an answer");
    assert_eq!(&status, b"HTTP/1.1 400");
    polling.upgrade(async {}).await.join("open-a").await;
}

#[tokio::test]
async fn a_client_that_makes_the_stack_talk_and_does_not_listen_is_disconnected() {
    let server = TestServer::start_with(|config| config.send_queue = 100_000).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut raw = RawWebSocket::open(&server, &token).await;
    let ping = [&[0x89, 0x80 | 125, 0, 0, 0, 0][..], &[b'x'; 125]].concat();
    while raw.stream.write_all(&ping.repeat(1000)).await.is_ok() {
        assert!(server.running().traffic().waiting < 1_000_000);
    }
    server.has_sockets(0).await;
    assert_eq!(server.running().closed_sockets().closed(CloseReason::SendQueueFull), 1);
}

#[tokio::test]
async fn a_slow_reader_gets_what_was_sent_before_the_server_stopped() {
    const EVENTS: usize = 60;
    let server = TestServer::start_with(|config| config.send_queue = 1 << 26).await;
    let mut slow = server.connect(guest()).await;
    let mut caller = server.connect(guest()).await;
    slow.join("open-a").await;
    caller.join("open-a").await;
    for _ in 0..EVENTS {
        bulk(&mut caller, 200_000).await;
    }
    assert!(server.running().traffic().waiting > 1_000_000, "more than the kernel takes");
    let stopping = tokio::spawn(server.into_running().shutdown());
    while caller.receive().await.is_ok() {}
    while slow.receive().await.is_ok() {}
    assert_eq!(slow.log.len(), EVENTS);
    stopping.await.expect("a server that stops");
}

/// Stops a server whose only client has been sent something that it has not taken; `takes` is what the client does then.
async fn stop_while<R: Future<Output = ()>>(takes: impl FnOnce(Polling) -> R) {
    let server = TestServer::start().await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    send_every_kind(&server);
    let stopping = tokio::spawn(server.into_running().shutdown());
    let since = Instant::now();
    takes(polling).await;
    stopping.await.expect("a server that stops");
    assert!(since.elapsed() < Duration::from_millis(1900), "it waits for two seconds where nobody comes");
}

#[tokio::test]
async fn a_server_that_stops_is_told_when_its_clients_have_everything() {
    let last = Packet::disconnect().text().to_owned();
    let polls = async |polling: Polling| {
        while !polling.poll().await.split('\u{1e}').any(|packet| packet == last) {}
        // It comes back for more: it has everything.
        polling.poll().await;
    };
    stop_while(polls).await;
    let moves = async |polling: Polling| {
        let mut client = polling.upgrade(async {}).await;
        while client.next_answer().await != last {}
    };
    stop_while(moves).await;
    stop_while(async |polling: Polling| polling.post("41").await).await;
}

#[tokio::test]
async fn filters_of_a_member_that_has_gone_hold_up_nobody() {
    let server = TestServer::start_with(|config| config.filter_timeout = Duration::from_secs(3600)).await;
    let mut hanging = server.connect(member("ada", "hang", None)).await;
    let mut caller = server.connect(guest()).await;
    hanging.join("open-a").await;
    caller.join("open-a").await;
    for _ in 0..30 {
        caller.sync("outcome/three", "v1", "open-a", json!({ "text": "x" })).await;
    }
    drop(hanging);
    let deliveries = server.hub().deliveries().clone();
    deliveries.close();
    assert!(tokio::time::timeout(PATIENCE, deliveries.wait()).await.is_ok());
}

async fn bulk(client: &mut Client, bytes: usize) {
    client.sync("odd/bulk", "v1", "open-a", json!({ "bytes": bytes })).await;
    client.frame().await;
}

#[tokio::test]
async fn a_slow_member_of_a_volatile_route_gets_what_is_new() {
    const LAST: u32 = 400;
    let server = TestServer::start_with(|config| config.send_queue = 200_000).await;
    let mut slow = server.connect(guest()).await;
    let mut caller = server.connect(guest()).await;
    slow.join("open-a").await;
    caller.join("open-a").await;
    for index in 0..=LAST {
        move_cursor(&mut caller, index, 60_000).await;
        assert!(server.running().traffic().waiting < 500_000, "one frame of the route waits, and what has begun");
    }
    // What is no cursor is not dropped, and keeps its place.
    caller.sync("odd/bulk", "v1", "open-a", json!({ "bytes": 1 })).await;
    let seen = indexes_until_bulk(&mut slow).await;
    assert!(seen.is_sorted() && seen.len() < LAST as usize, "{} of {LAST} frames", seen.len());
    assert_eq!(seen.last(), Some(&u64::from(LAST)));
    assert_eq!(server.running().closed_sockets().closed(CloseReason::SendQueueFull), 0);
    assert_eq!(server.running().traffic().waiting, 0);
}

#[tokio::test]
async fn a_polling_member_of_a_volatile_route_gets_what_is_new() {
    let server = TestServer::start_with(|config| config.send_queue = 10_000).await;
    let mut caller = server.connect(guest()).await;
    caller.join("open-a").await;
    let polling = Polling::open(server.address()).await;
    connect_and_join(&polling).await;
    for index in 0..100 {
        move_cursor(&mut caller, index, 1000).await;
    }
    bulk(&mut caller, 1).await;
    let payload = polling.poll().await;
    let packets: Vec<_> = payload.split('\u{1e}').filter(|packet| *packet != "2").collect();
    assert_eq!(packets.len(), 2, "{payload:.200}");
    assert!(packets[0].contains(r#""index":99,"#) && packets[1].contains(r#""bulk":"x""#), "{payload:.200}");
}

async fn move_cursor(caller: &mut Client, index: u32, bytes: u32) {
    caller.sync("odd/cursor", "v1", "open-a", json!({ "index": index, "bytes": bytes })).await;
    assert_eq!(caller.frame().await["serverOutput"]["index"], index);
}

async fn indexes_until_bulk(client: &mut Client) -> Vec<u64> {
    let mut indexes = Vec::new();
    loop {
        let frame = client.frame().await;
        match frame["serverOutput"]["index"].as_u64() {
            Some(index) => indexes.push(index),
            None => return indexes,
        }
    }
}

#[tokio::test]
async fn events_that_wait_together_are_one_write_for_each_member() {
    const MEMBERS: u64 = 20;
    const EVENTS: usize = 8;
    // Nobody is pinged meanwhile.
    let server = TestServer::start_with(|config| config.ping_interval = Duration::from_secs(600)).await;
    let mut members = Vec::new();
    for _ in 0..MEMBERS {
        let mut member = server.connect(guest()).await;
        member.join("open-a").await;
        members.push(member);
    }
    let before = server.running().traffic().writes;
    let mut burst = String::new();
    for index in 0..EVENTS {
        let call =
            json!(["sync", { "name": "odd/bulk", "version": "v1", "receiver": "open-a", "data": { "bytes": 9 } }]);
        write!(burst, "{}42{index}{call}", if index == 0 { "" } else { "\u{1e}" }).expect("a text");
    }
    members[0].send_all(burst.split('\u{1e}')).await;
    for member in &mut members {
        for _ in 0..EVENTS {
            let frame: Value = member.frame().await;
            assert_eq!(frame["serverOutput"]["bulk"], "x".repeat(9));
        }
    }
    let writes = server.running().traffic().writes - before;
    // How many visits there are depends on how fast this machine is: a caller gives its thread away now and then. That events which wait
    // are one piece is counted without a clock in dispatch/tests.rs.
    let expected = MEMBERS + 1..MEMBERS * EVENTS as u64;
    assert!(expected.contains(&writes), "{writes}: fewer than one for each event and member");
}

#[tokio::test]
async fn answers_to_calls_that_came_together_go_out_together() {
    const CALLS: u64 = 200;
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    let before = server.running().traffic().writes;
    let calls: Vec<_> = (0..CALLS).map(|id| format!(r#"42{id}["joinedRooms",{{}}]"#)).collect();
    client.send_all(calls.iter().map(String::as_str)).await;
    for id in 0..CALLS {
        assert_eq!(client.ack(id).await["status"], "success");
    }
    let writes = server.running().traffic().writes - before;
    // How many depends on how fast this machine is.
    assert!((1..CALLS).contains(&writes), "{writes}");
}

#[tokio::test]
async fn answers_that_the_kernel_does_not_take_wait_in_their_order() {
    const ROOMS: usize = 20;
    // Ten megabytes of answers: more than two kernels keep for somebody who does not read.
    const ASKED: usize = 5000;
    let server = TestServer::start_with(|config| config.send_queue = 1 << 30).await;
    let token = server.token(member("ada", "deliver", None)).await;
    let mut raw = RawWebSocket::open(&server, &token).await;
    for index in 0..ROOMS {
        raw.ask(&format!(r#"1["joinRoom",{{"room":"open-{index:0100}"}}]"#), 1).await;
    }
    for id in 0..ASKED {
        raw.send(&format!(r#"42{id}["joinedRooms",{{}}]"#)).await;
    }
    // It begins when all that was asked before it has been answered.
    let last = Lane::Request.call("order/wait", "", json!({ "index": 0, "waitMs": 0 }));
    raw.send(&format!("42{}", json!(["request", last]))).await;
    server.has_begun(1).await;
    let waiting = server.running().traffic().waiting;
    assert!(waiting > 1 << 20, "only {waiting} bytes wait");
    for id in 0..ASKED {
        let frame = raw.frame().await;
        let text = String::from_utf8_lossy(&frame[4..]);
        assert!(text.starts_with(&format!(r#"43{id}[{{"status":"success","rooms":["#)), "{id}: {text}");
        assert!(text.ends_with(r#"]}]"#) && text.len() > ROOMS * 100, "{id}: {text}");
    }
}

#[tokio::test]
async fn an_answer_does_not_wait_for_a_handler_that_waits() {
    let server = TestServer::start().await;
    let mut client = server.connect(guest()).await;
    client.join("open-a").await;
    let data = json!({ "index": 1, "waitMs": 10_000 });
    let slow = json!(["sync", { "name": "order/wait", "version": "v1", "receiver": "open-a", "data": data }]);
    client.send_all([r#"421000["joinedRooms",{}]"#, &format!("421001{slow}")]).await;
    assert_eq!(client.ack(1000).await["status"], "success");
    assert!(server.app().ended.lock().expect("not poisoned").is_empty(), "the handler behind it still runs");
}

#[tokio::test]
async fn memory_of_a_stalled_member_is_bounded_and_given_back() {
    const LIMIT: usize = 1 << 20;
    let server = TestServer::start_with(|config| config.send_queue = LIMIT).await;
    let mut stalled = server.connect(guest()).await;
    let mut caller = server.connect(guest()).await;
    stalled.join("open-a").await;
    caller.join("open-a").await;
    let mut most = 0;
    while server.hub().socket_count() == 2 {
        bulk(&mut caller, 50_000).await;
        most = most.max(server.running().traffic().waiting);
    }
    assert!((LIMIT / 2..LIMIT + 200_000).contains(&most), "{most} bytes waited");
    let rest = server.running().traffic().waiting;
    assert!(rest < 51_000, "{rest} bytes wait: more than the event that had begun, and why it was closed");
    while stalled.receive().await.is_ok() {}
    assert_eq!(server.running().traffic().waiting, 0);
}
