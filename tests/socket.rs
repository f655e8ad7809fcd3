//! A small Socket.IO client that shows every frame as it came in.
//!
//! It speaks Engine.IO v4 and Socket.IO v5 over a WebSocket, sends whatever text it is told to, and keeps what arrives, so that
//! a test can look at the raw log of a member.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tokio_util::task::TaskTracker;

/// How long a test waits for something that should come at once.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Small packets go out at once, as browsers send them: else each of them may wait 40 ms for the other side's acknowledgement of the last.
const NO_DELAY: bool = true;

const NOTHING: &str = "nothing came";

/// A connected socket.
#[derive(Debug)]
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The id of the socket, by which it could be polled if it were not a WebSocket.
    sid: String,
    /// What the server calls the client that was let in.
    pub socket_id: String,
    next_ack: u64,
    acks: HashMap<u64, Value>,
    frames: VecDeque<Value>,
    /// Every `sync` frame as text, in the order of arrival.
    pub log: Vec<String>,
    /// What the server says before it ends the connection.
    pub closing: Option<Value>,
    /// Events that are no frames, in the order of arrival: what they are called, and what they carry.
    others: VecDeque<(String, Value)>,
    /// The deliveries of its server, where a test has it.
    deliveries: Option<TaskTracker>,
}

/// What a client brings along.
#[derive(Debug, Default, Clone)]
pub struct Identity {
    /// The `auth` object of the handshake.
    pub auth: Value,
    /// Headers of the handshake.
    pub headers: Vec<(&'static str, String)>,
}

impl Identity {
    /// Somebody who is signed in.
    #[must_use]
    pub fn token(token: &str) -> Self {
        Self { auth: json!({ "token": token }), headers: Vec::new() }
    }

    /// Somebody without a session, on a page that has a name.
    #[must_use]
    pub fn page(number: usize) -> Self {
        Self { auth: json!({ "tab": format!("the-name-of-page-{number:04}") }), headers: Vec::new() }
    }
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    ///
    /// The message of the connect error, or what the HTTP handshake was answered with.
    pub async fn connect(address: SocketAddr, identity: Identity) -> Result<Self, String> {
        let mut request = format!("ws://{address}/socket.io/?EIO=4&transport=websocket")
            .into_client_request()
            .map_err(|error| error.to_string())?;
        for (name, value) in identity.headers {
            request.headers_mut().insert(name, value.parse().map_err(|_| "a header value")?);
        }
        let (socket, _) =
            connect_async_with_config(request, None, NO_DELAY).await.map_err(|error| error.to_string())?;
        let mut client = Self::on(socket);
        client.sid = client.text(|text| text.starts_with('0').then(|| sid_of(&text[1..]))).await?;
        let auth = if identity.auth.is_null() { String::new() } else { identity.auth.to_string() };
        client.send(&format!("40{auth}")).await;
        client.socket_id = client
            .text(|text| match text.get(..2)? {
                "40" => Some(Ok(sid_of(&text[2..]))),
                "44" => Some(Err(message_of(&text[2..]))),
                _ => None,
            })
            .await??;
        Ok(client)
    }

    /// Leaves the namespace and enters it again: what is sent before the answer to that would be sent to nobody.
    pub async fn connect_again(&mut self) {
        self.send_all(["41", "40"]).await;
        self.text(|text| text.starts_with("40").then_some(())).await.expect("an answer to CONNECT");
    }

    fn on(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        let (acks, frames) = (HashMap::new(), VecDeque::new());
        let sid = String::new();
        Self {
            socket,
            sid,
            socket_id: String::new(),
            next_ack: 0,
            acks,
            frames,
            log: Vec::new(),
            closing: None,
            others: VecDeque::new(),
            deliveries: None,
        }
    }

    /// Has `frames_so_far` and `others_so_far` wait until these deliveries have ended.
    #[must_use]
    pub fn behind(mut self, deliveries: &TaskTracker) -> Self {
        self.deliveries = Some(deliveries.clone());
        self
    }

    /// Takes in what the server has sent until now; what it has begun to deliver, too, where the deliveries are known.
    async fn catch_up(&mut self) {
        if let Some(deliveries) = &self.deliveries {
            // New ones may begin all the same.
            deliveries.close();
            let ended = tokio::time::timeout(PATIENCE, deliveries.wait()).await;
            assert!(ended.is_ok(), "a delivery does not end");
        }
        // Whatever was sent before is here before the answer.
        self.call("joinedRooms", json!({})).await;
    }

    /// Returns the id of the socket; empty for one that has moved here.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Sends one raw Engine.IO text.
    pub async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the connection is open");
    }

    /// Sends raw Engine.IO texts in one piece.
    pub async fn send_all<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        for text in texts {
            self.socket.feed(Message::text(text)).await.expect("the connection is open");
        }
        self.socket.flush().await.expect("the connection is open");
    }

    /// Sends one raw WebSocket message.
    ///
    /// # Errors
    ///
    /// When the connection is closed.
    pub async fn send_message(&mut self, message: Message) -> Result<(), String> {
        self.socket.send(message).await.map_err(|error| error.to_string())
    }

    /// Sends an event and waits for its acknowledgement.
    pub async fn call(&mut self, event: &str, payload: impl Into<Value>) -> Value {
        let id = self.start(event, payload).await;
        self.ack(id).await
    }

    /// Sends an event and returns the number under which its acknowledgement will come.
    pub async fn start(&mut self, event: &str, payload: impl Into<Value>) -> u64 {
        self.start_raw(&json!([event, payload.into()]).to_string()).await
    }

    /// Sends the JSON array of an event as it is.
    pub async fn start_raw(&mut self, array: &str) -> u64 {
        let id = self.next_ack;
        self.next_ack += 1;
        self.send(&format!("42{id}{array}")).await;
        id
    }

    /// Sends the JSON array of an event with one binary attachment.
    pub async fn start_binary(&mut self, array: &str, attachment: &[u8]) -> u64 {
        let id = self.next_ack;
        self.next_ack += 1;
        self.send(&format!("451-{id}{array}")).await;
        self.send_message(Message::binary(attachment.to_vec())).await.expect("the connection is open");
        id
    }

    /// Sends an event, several times at once, and returns the acknowledgements; `None` where the connection was lost before they came.
    pub async fn call_until_lost(&mut self, event: &str, payload: &Value, times: usize) -> Option<Vec<Value>> {
        let first = self.next_ack;
        for id in (first..).take(times) {
            self.next_ack += 1;
            self.send_message(Message::text(format!("42{id}{}", json!([event, payload])))).await.ok()?;
        }
        let mut answers = Vec::new();
        for id in (first..).take(times) {
            loop {
                match self.acks.remove(&id) {
                    Some(answer) => break answers.push(answer),
                    None => self.receive().await.ok()?,
                }
            }
        }
        Some(answers)
    }

    /// Waits for an acknowledgement.
    pub async fn ack(&mut self, id: u64) -> Value {
        loop {
            if let Some(answer) = self.acks.remove(&id) {
                return answer;
            }
            self.receive().await.expect("an acknowledgement");
        }
    }

    /// Calls a route.
    pub async fn sync(&mut self, name: &str, version: &str, receiver: &str, data: impl Into<Value>) -> Value {
        let call = json!({ "name": name, "version": version, "data": data.into(), "receiver": receiver });
        self.call("sync", call).await
    }

    /// Enters a room, which must succeed.
    pub async fn join(&mut self, room: &str) -> Value {
        let answer = self.call("joinRoom", json!({ "room": room })).await;
        assert_eq!(answer["status"], "success", "{answer}");
        answer
    }

    /// Says which page it shows.
    pub async fn show(&mut self, path: &str) {
        let answer = self.call("updateLocation", json!({ "pathName": path, "searchParams": {} })).await;
        assert_eq!(answer, json!({ "status": "success" }));
    }

    /// Waits for so many `sync` frames.
    pub async fn hear(&mut self, count: usize) -> Vec<Value> {
        let mut heard = Vec::new();
        while heard.len() < count {
            heard.push(self.frame().await);
        }
        heard
    }

    /// Waits for the next `sync` frame.
    pub async fn frame(&mut self) -> Value {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return frame;
            }
            self.receive().await.expect("a frame");
        }
    }

    /// Returns the frames that have come in so far, as far as they were read.
    pub fn frames_before(&mut self) -> impl Iterator<Item = Value> + '_ {
        self.frames.drain(..)
    }

    /// Waits for the next event of the server: what it is called, and what it carries.
    ///
    /// # Errors
    ///
    /// That the connection is lost.
    pub async fn next_told(&mut self) -> Result<(String, Value), String> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Ok(("sync".to_owned(), frame));
            }
            if let Some(told) = self.others.pop_front() {
                return Ok(told);
            }
            self.receive().await?;
        }
    }

    /// Sends an event, and returns what it is answered; `None` where the connection is lost, or the answer takes longer.
    pub async fn try_call(&mut self, event: &str, payload: &Value, limit: std::time::Duration) -> Option<Value> {
        let id = self.next_ack;
        self.next_ack += 1;
        let calling = async {
            let message = Message::text(format!("42{id}{}", json!([event, payload])));
            self.send_message(message).await.ok()?;
            loop {
                if let Some(answer) = self.acks.remove(&id) {
                    return Some(answer);
                }
                self.receive().await.ok()?;
            }
        };
        tokio::time::timeout(limit, calling).await.ok()?
    }

    /// Returns what the next event of this name carries.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(index) = self.others.iter().position(|(event, _)| event == name) {
                return self.others.remove(index).map(|(_, payload)| payload).expect("an event");
            }
            self.receive().await.expect("an event");
        }
    }

    /// Returns what has come in besides `sync`: the name of each event, and what it carries.
    pub async fn others_so_far(&mut self) -> Vec<(String, Value)> {
        self.catch_up().await;
        self.others.drain(..).collect()
    }

    /// Closes the connection, as a page does that is loaded again.
    pub async fn close(mut self) {
        self.socket.close(None).await.expect("the connection is open");
    }

    /// Returns the frames that have come in.
    pub async fn frames_so_far(&mut self) -> Vec<Value> {
        self.catch_up().await;
        self.frames.drain(..).collect()
    }

    /// Waits until the server closes the connection.
    pub async fn closed(&mut self) {
        let reason = loop {
            if let Err(reason) = self.receive().await {
                break reason;
            }
        };
        assert_ne!(reason, NOTHING, "the connection is still open");
    }

    /// Returns the next text that is no ping, as it is.
    pub async fn next_answer(&mut self) -> String {
        self.text(|text| (text != "2").then(|| text.to_owned())).await.expect("the connection is open")
    }

    /// Takes in one message.
    ///
    /// # Errors
    ///
    /// When the connection is closed.
    pub async fn receive(&mut self) -> Result<(), String> {
        let text = self.next_text().await?;
        if text == "2" {
            // The server may have hung up behind its ping.
            self.send_message(Message::text("3")).await?;
        } else if let Some(array) = text.strip_prefix("42") {
            let mut parts: Vec<Value> = serde_json::from_str(array).map_err(|error| error.to_string())?;
            match parts[0].as_str() {
                Some("sync") => {
                    self.log.push(text.clone());
                    self.frames.push_back(parts.remove(1));
                }
                Some("closing") => self.closing = parts.pop(),
                Some(event @ ("roomLost" | "gap" | "presence" | "state" | "poke" | "unsubscribed" | "syncStream")) => {
                    let event = event.to_owned();
                    self.others.push_back((event, parts.remove(1)));
                }
                _ => panic!("an event that there is not: {text}"),
            }
        } else if let Some(ack) = text.strip_prefix("43") {
            let digits = ack.find('[').ok_or("an acknowledgement without payload")?;
            let id = ack[..digits].parse().map_err(|_| "an acknowledgement without number")?;
            let mut parts: Vec<Value> = serde_json::from_str(&ack[digits..]).map_err(|error| error.to_string())?;
            self.acks.insert(id, parts.remove(0));
        }
        Ok(())
    }

    async fn next_text(&mut self) -> Result<String, String> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await.map_err(|_| NOTHING)?;
            match message.ok_or("closed")?.map_err(|error| error.to_string())? {
                Message::Text(text) => return Ok(text.to_string()),
                Message::Close(_) => return Err("closed".to_owned()),
                _ => {}
            }
        }
    }

    async fn text<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        loop {
            let text = self.next_text().await?;
            if text == "2" {
                self.send_message(Message::text("3")).await?;
            }
            if let Some(found) = wanted(&text) {
                return Ok(found);
            }
        }
    }
}

/// A socket that polls, one request at a time as the test wants it.
#[derive(Debug)]
pub struct Polling {
    address: SocketAddr,
    sid: String,
}

impl Polling {
    /// Opens a session of Engine.IO; no CONNECT is sent yet.
    pub async fn open(address: SocketAddr) -> Self {
        let mut polling = Self { address, sid: String::new() };
        let open: Value = serde_json::from_str(&polling.poll().await[1..]).expect("an open packet");
        polling.sid = open["sid"].as_str().expect("an id").to_owned();
        polling
    }

    /// Polls once, and returns the payload of the answer.
    pub async fn poll(&self) -> String {
        self.poll_later().await.await.expect("the task of the poll")
    }

    /// Sends the request of a poll and returns as soon as it is on its way; the answer comes from the task.
    pub async fn poll_later(&self) -> tokio::task::JoinHandle<String> {
        let mut stream = self.request("GET", "").await;
        tokio::spawn(async move { read_answer(&mut stream).await })
    }

    /// Posts packets.
    pub async fn post(&self, payload: &str) {
        let mut stream = self.request("POST", payload).await;
        assert_eq!(read_answer(&mut stream).await, "ok");
    }

    /// Returns the id of the session.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Moves to a WebSocket; `meanwhile` runs when the client is between the two.
    pub async fn upgrade(self, meanwhile: impl Future<Output = ()>) -> Client {
        let mut client = self.begin_upgrade().await;
        meanwhile.await;
        client.send("5").await;
        client
    }

    /// Opens the WebSocket to move to, up to the answer to the probe; `5` ends the move.
    pub async fn begin_upgrade(self) -> Client {
        let Self { address, sid } = self;
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket&sid={sid}");
        let (socket, _) = connect_async_with_config(url, None, NO_DELAY).await.expect("the socket moves");
        let mut client = Client::on(socket);
        client.send("2probe").await;
        client.text(|text| (text == "3probe").then_some(())).await.expect("an answer to the probe");
        client
    }

    async fn request(&self, method: &str, body: &str) -> TcpStream {
        let Self { address, sid } = self;
        let sid = if sid.is_empty() { String::new() } else { format!("&sid={sid}") };
        let head = format!("{method} /socket.io/?EIO=4&transport=polling{sid} HTTP/1.1\r\nhost: {address}\r\n");
        let length = body.len();
        let request = format!("{head}connection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("a server that reads");
        stream
    }
}

async fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect(NOTHING);
    read.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

fn sid_of(json: &str) -> String {
    let opened: Value = serde_json::from_str(json).unwrap_or_default();
    opened["sid"].as_str().unwrap_or_default().to_owned()
}

fn message_of(json: &str) -> String {
    let error: Value = serde_json::from_str(json).unwrap_or_default();
    error["message"].as_str().unwrap_or_default().to_owned()
}
