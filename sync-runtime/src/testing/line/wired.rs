//! A tab as a browser has it: Socket.IO over a WebSocket, and HTTP over connections of their own.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::task::AbortOnDropHandle;

use crate::testing::call::{HttpReply, Reply};
use crate::testing::line::{Closing, Inbox, Presenting, Sent, disconnected};

/// A socket with a task of its own, which answers pings and sorts what comes.
#[derive(Debug)]
pub(in crate::testing) struct WiredLine {
    inbox: Arc<Inbox>,
    is_closed: Arc<AtomicBool>,
    said: mpsc::UnboundedSender<Said>,
    /// Until it is closed by the drop of its tab.
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// What a test has its socket do.
#[derive(Debug)]
enum Said {
    Event { array: String, answered: oneshot::Sender<Value> },
    Close { closed: oneshot::Sender<()> },
}

impl WiredLine {
    /// Connects, or returns the code of the refusal.
    pub(in crate::testing) async fn connect(address: SocketAddr, presenting: Presenting) -> Result<Self, String> {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let request = url.into_client_request().expect("an address is a URL");
        let stream = TcpStream::connect(address).await.expect("a server that listens");
        // Small packets go out at once, as browsers send them.
        stream.set_nodelay(true).unwrap_or_default();
        let (mut socket, _) = client_async(request, stream).await.map_err(|error| error.to_string())?;
        let opened = next(&mut socket).await.unwrap_or_default();
        assert!(opened.starts_with('0'), "a socket that is opened by `{opened}`");
        let Presenting { token, language, tab } = presenting;
        let mut auth = json!({ "tab": tab });
        for (field, value) in [("token", token), ("lang", language)] {
            if let Some(value) = value {
                auth[field] = json!(value);
            }
        }
        socket.send(Message::text(format!("40{auth}"))).await.map_err(|error| error.to_string())?;
        loop {
            let text = next(&mut socket).await.ok_or("closed")?;
            match text.split_at_checked(2) {
                Some(("40", _)) => break,
                Some(("44", refused)) => {
                    let refused: Value = serde_json::from_str(refused).unwrap_or_default();
                    return Err(refused["message"].as_str().unwrap_or_default().to_owned());
                }
                _ if text == "2" => socket.send(Message::text("3")).await.unwrap_or_default(),
                _ => {}
            }
        }
        let (said, hears) = mpsc::unbounded_channel();
        let (inbox, is_closed) = (Arc::<Inbox>::default(), Arc::<AtomicBool>::default());
        let speaking = Speaking {
            socket,
            hears,
            inbox: inbox.clone(),
            is_closed: is_closed.clone(),
            answers: HashMap::new(),
            last: 0,
        };
        let task = AbortOnDropHandle::new(tokio::spawn(speaking.run()));
        Ok(Self { inbox, is_closed, said, task: Mutex::new(Some(task)) })
    }

    pub(super) fn emit(&self, event: &str, payload: &Value) -> oneshot::Receiver<Value> {
        let (answered, answer) = oneshot::channel();
        let array = json!([event, payload]).to_string();
        if let Err(mpsc::error::SendError(Said::Event { answered, .. })) =
            self.said.send(Said::Event { array, answered })
        {
            answered.send(disconnected()).unwrap_or_default();
        }
        answer
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(super) async fn close(&self) {
        let (closed, told) = oneshot::channel();
        if self.said.send(Said::Close { closed }).is_ok() {
            told.await.unwrap_or_default();
        }
    }

    pub(super) fn begin_close(&self) -> Closing {
        let (closed, told) = oneshot::channel();
        let told = self.said.send(Said::Close { closed }).is_ok().then_some(told);
        Closing { told, task: self.task.lock().take() }
    }
}

/// The other end of the line: the socket, and who waits for answers on it.
struct Speaking {
    socket: WebSocketStream<TcpStream>,
    hears: mpsc::UnboundedReceiver<Said>,
    inbox: Arc<Inbox>,
    is_closed: Arc<AtomicBool>,
    answers: HashMap<u64, oneshot::Sender<Value>>,
    last: u64,
}

impl Speaking {
    async fn run(mut self) {
        loop {
            tokio::select! {
                text = next(&mut self.socket) => match text {
                    Some(text) => self.take(&text).await,
                    None => break,
                },
                said = self.hears.recv() => match said {
                    Some(Said::Event { array, answered }) => {
                        self.last += 1;
                        self.answers.insert(self.last, answered);
                        let sent = self.socket.send(Message::text(format!("42{}{array}", self.last))).await;
                        if sent.is_err() {
                            break;
                        }
                    }
                    Some(Said::Close { closed }) => {
                        // An Engine.IO close, as a page says it that is closed; the server then ends the connection.
                        self.socket.send(Message::text("1")).await.unwrap_or_default();
                        while next(&mut self.socket).await.is_some() {}
                        self.is_closed.store(true, Ordering::Release);
                        closed.send(()).unwrap_or_default();
                        break;
                    }
                    None => return,
                },
            }
        }
        self.is_closed.store(true, Ordering::Release);
        self.hears.close();
        while let Some(said) = self.hears.recv().await {
            if let Said::Event { answered, .. } = said {
                answered.send(disconnected()).unwrap_or_default();
            }
        }
        for (_, answered) in self.answers {
            answered.send(disconnected()).unwrap_or_default();
        }
    }

    async fn take(&mut self, text: &str) {
        if text == "2" {
            self.socket.send(Message::text("3")).await.unwrap_or_default();
        } else if let Some(array) = text.strip_prefix("42") {
            self.inbox.take(array);
        } else if let Some(ack) = text.strip_prefix("43") {
            let digits = ack.bytes().take_while(u8::is_ascii_digit).count();
            let (id, array) = ack.split_at(digits);
            let mut array: Vec<Value> = serde_json::from_str(array).expect("an acknowledgement is an array");
            if let Some(answered) = id.parse().ok().and_then(|id: u64| self.answers.remove(&id)) {
                answered.send(array.swap_remove(0)).unwrap_or_default();
            }
        }
    }
}

/// Waits for the next text; `None` when there will be no more.
async fn next(socket: &mut WebSocketStream<TcpStream>) -> Option<String> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return Some(text.to_string()),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// Sends a request on a connection of its own.
pub(in crate::testing) async fn send_request(address: SocketAddr, sent: &Sent) -> HttpReply {
    let mut stream = TcpStream::connect(address).await.expect("a server that listens");
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", sent.method, sent.path);
    for (name, value) in &sent.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let request = format!("{head}content-length: {}\r\n\r\n{}", sent.body.len(), sent.body);
    let mut answer = Vec::new();
    // One who is refused for what the head says may be answered, and cut off, before all was read.
    let (mut reads, mut writes) = stream.split();
    let (_, read) = tokio::join!(writes.write_all(request.as_bytes()), reads.read_to_end(&mut answer));
    assert!(read.is_ok() || !answer.is_empty(), "no answer to {} {}", sent.method, sent.path);
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let is_chunked = headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked");
    let text = if is_chunked { unchunked(body) } else { body.to_owned() };
    let reply = Reply(serde_json::from_str(&text).unwrap_or_default());
    HttpReply { status: status.unwrap_or_default(), headers, text, reply }
}

/// Puts the chunks of a body together.
fn unchunked(body: &str) -> String {
    let (mut text, mut rest) = (String::new(), body);
    while let Some((size, behind)) = rest.split_once("\r\n") {
        let Some(chunk) = usize::from_str_radix(size, 16).ok().and_then(|size| behind.split_at_checked(size)) else {
            break;
        };
        text.push_str(chunk.0);
        rest = chunk.1.trim_start_matches("\r\n");
    }
    text
}
