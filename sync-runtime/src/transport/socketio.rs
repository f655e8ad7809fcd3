//! The Socket.IO door.
//!
//! engineioxide speaks Engine.IO. What Socket.IO adds is done here: who says CONNECT, what a packet is, the order of a socket's messages,
//! back-pressure, and an answer to everything that has the wrong form.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::{DisconnectReason, Str, TransportType};
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::Config;
use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::i18n::{Locale, accepted};
use crate::rooms::{CloseReason, Outbox, Socket};
use crate::route::App;
use crate::session::LiveSession;
use crate::transport::carrier::{Carrier, Content, EngineSocket, Message, Occupant, address, first_wire};
use crate::transport::credentials::{self, Credential};
use crate::transport::leftovers::{CallerKey, Sender};
use crate::transport::link::{Link, Links, emit};
use crate::transport::mailbox::{Mailbox, Pushed};
use crate::wire::{Inbound, InboundKind, Packet, SyncCall, bad_request, event, read_location, read_room};

/// The largest `auth` of a handshake, in bytes.
const AUTH_LIMIT: usize = 8 * 1024;
/// The longest name of a namespace that is answered, in bytes.
const NAMESPACE_LIMIT: usize = 256;
/// The longest name of a tab, in bytes.
const TAB_LIMIT: usize = 64;
/// How many bytes are read from a WebSocket at once; every idle socket has a buffer of this size.
const READ_BUFFER: usize = 1024;
/// After what time answers are sent, and others get their turn, though the next message could be handled at once; it is looked between
/// two messages.
const TURN: Duration = Duration::from_micros(200);
/// What the smallest packet takes: an acknowledgement. engineioxide's queue holds so many of them that our limit in bytes comes first.
const SMALLEST_PACKET: usize = 16;
/// How many binary parts an event may announce; they are refused with it.
const ATTACHMENTS: usize = 16;

/// Returns how many bytes one message or one poll may have for the transport.
///
/// Above our own limit, so that a message that is a little too large gets an answer instead of a closed connection.
fn transport_limit(config: &Config) -> usize {
    config.message_limit * 2 + 4096
}

/// Returns how many bytes of packets one poll may take away: pings travel with them.
pub fn poll_limit(config: &Config) -> usize {
    transport_limit(config) - 64
}

pub(super) fn engine_config(config: &Config) -> EngineIoConfig {
    let transport_limit = transport_limit(config);
    EngineIoConfig::builder()
        .req_path("/socket.io")
        .ping_interval(config.ping_interval)
        .ping_timeout(config.ping_timeout)
        .max_buffer_size((config.send_queue / SMALLEST_PACKET).max(128))
        .max_payload(transport_limit as u64)
        .ws_max_message_size(transport_limit)
        .ws_max_frame_size(transport_limit)
        .ws_read_buffer_size(READ_BUFFER)
        .build()
}

/// Takes what engineioxide hands over.
pub(super) struct Door<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    links: Arc<Links>,
}

impl<A: App> Door<A> {
    /// Puts the door before the pipeline.
    pub(super) fn new(dispatcher: Arc<Dispatcher<A>>, links: Arc<Links>) -> Self {
        Self { dispatcher, links }
    }
}

impl<A: App> std::fmt::Debug for Door<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl<A: App> EngineIoHandler for Door<A> {
    type Data = Carrier;

    fn on_connect(self: Arc<Self>, engine: Arc<EngineSocket>) {
        if let Some(wire) = first_wire(&engine) {
            engine.data.set_wire(&wire);
        }
        self.links.add(&engine);
    }

    fn on_disconnect(&self, engine: Arc<EngineSocket>, _: DisconnectReason) {
        self.links.remove(&engine);
        if let Some(occupant) = engine.data.vacate() {
            occupant.leave(None);
        }
    }

    fn on_message(self: &Arc<Self>, text: Str, engine: Arc<EngineSocket>) {
        let Some(packet) = Inbound::read(&text) else { return engine.close(DisconnectReason::PacketParsingError) };
        if packet.namespace != "/" {
            match packet.kind {
                InboundKind::Connect if packet.namespace.len() <= NAMESPACE_LIMIT => {
                    tell(&engine, &Packet::refused(packet.namespace, "Invalid namespace"));
                }
                InboundKind::Connect => engine.close(DisconnectReason::PacketParsingError),
                _ => {}
            }
            return;
        }
        match packet.kind {
            InboundKind::Connect => self.connect(&engine, packet.json),
            InboundKind::Disconnect => self.disconnect(&engine),
            InboundKind::Event => {
                let content = self.event(&text, packet.json.len());
                receive(&engine, Message { content, id: packet.id });
            }
            InboundKind::BinaryEvent(count @ ..=ATTACHMENTS) => {
                engine.data.expect_attachments(count);
                receive(&engine, Message { content: Content::Binary, id: packet.id });
            }
            InboundKind::BinaryEvent(_) => engine.close(DisconnectReason::PacketParsingError),
            // Nothing that we send asks for an answer.
            InboundKind::Answer(count) => engine.data.expect_attachments(count),
        }
    }

    fn on_binary(self: &Arc<Self>, _: Bytes, engine: Arc<EngineSocket>) {
        if !engine.data.take_attachment() {
            engine.close(DisconnectReason::PacketParsingError);
        }
    }
}

impl<A: App> Door<A> {
    /// Takes the last `length` bytes of a packet. What is too large is refused in its turn, and not kept until then.
    fn event(&self, text: &Str, length: usize) -> Content {
        if length > self.dispatcher.config().message_limit {
            return Content::TooLarge;
        }
        Content::Text(last(text, length))
    }

    fn connect(self: &Arc<Self>, engine: &Arc<EngineSocket>, auth: &str) {
        // A second CONNECT changes nothing.
        if !engine.data.knock() {
            return;
        }
        let (door, engine, auth) = (self.clone(), engine.clone(), Handshake::read(auth));
        let letting_in = async move {
            if let Err(Refused(code)) = door.let_in(&engine, auth).await {
                engine.data.turn_away();
                tell(&engine, &Packet::refused("/", code));
            }
        };
        self.dispatcher.calls().spawn(letting_in);
    }

    /// Makes a socket's line before the client is told that it is connected, so that its first message finds it.
    async fn let_in(&self, engine: &Arc<EngineSocket>, auth: Result<Handshake, Refused>) -> Result<(), Refused> {
        let Handshake { token, lang, tab } = auth?;
        let dispatcher = &self.dispatcher;
        if dispatcher.calls().is_closed() {
            return Err(Refused("sync-shutting-down"));
        }
        let headers = &engine.req_parts.headers;
        let credential = token.map(Credential::Token).or_else(|| credentials::credential(headers, dispatcher.config()));
        let session = identify(dispatcher, credential).await?;
        let language = language(dispatcher, lang, headers);
        let link = self.links.open(engine);
        let caller = caller_key(&session, tab);
        let socket = dispatcher.hub().socket(session, language, link.clone());
        let line = Arc::new(Line {
            sender: Sender { socket: socket.id(), caller, address: address(engine) },
            dispatcher: dispatcher.clone(),
            socket,
            mailbox: Mailbox::new(link.clone()),
            link,
            links: self.links.clone(),
            is_gone: AtomicBool::new(false),
        });
        self.links.lobby().leave(engine);
        engine.data.occupy(line.clone());
        tell(engine, &Packet::connected(engine.id.as_str()));
        line.enter(engine);
        Ok(())
    }

    fn disconnect(&self, engine: &Arc<EngineSocket>) {
        if engine.data.is_knocked_at() {
            // Whoever is being looked up must not be let in any more.
            return engine.close(DisconnectReason::TransportClose);
        }
        if let Some(occupant) = engine.data.vacate() {
            occupant.leave(None);
            self.links.lobby().enter(engine);
        }
    }
}

/// Copies the last `length` bytes: a slice would keep all that was read together with them, up to the largest message.
fn last(text: &Str, length: usize) -> Str {
    Str::copy_from_slice(&text[text.len() - length..])
}

/// Sends a packet that is not counted: there is no client to whom anything is sent yet.
fn tell(engine: &EngineSocket, packet: &Packet) {
    if !engine.data.may_be_told() || emit(engine, packet).is_err() {
        engine.close(DisconnectReason::TransportClose);
    }
}

fn receive(engine: &EngineSocket, message: Message) {
    // Who has not said CONNECT is nobody.
    if let Some(occupant) = engine.data.occupant() {
        occupant.receive(message);
    }
}

/// The `auth` object of a handshake.
#[derive(Default, Deserialize)]
struct Handshake {
    token: Option<String>,
    lang: Option<String>,
    tab: Option<String>,
}

impl Handshake {
    fn read(text: &str) -> Result<Self, Refused> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        // serde would take an array for the struct.
        if text.len() > AUTH_LIMIT || !text.trim_start().starts_with('{') {
            return Err(Refused("sync-bad-request"));
        }
        let read: Self = serde_json::from_str(text).map_err(|_| Refused("sync-bad-request"))?;
        let is_short = read.tab.as_ref().is_none_or(|tab| (1..=TAB_LIMIT).contains(&tab.len()));
        if is_short { Ok(read) } else { Err(Refused("sync-bad-request")) }
    }
}

/// Why a handshake was refused: the error code, since a Socket.IO connect error carries nothing but one text.
struct Refused(&'static str);

/// Everything that belongs to one client; kept by its carrier until it is gone.
struct Line<A: App> {
    sender: Sender,
    dispatcher: Arc<Dispatcher<A>>,
    socket: Arc<Socket<A>>,
    link: Arc<Link>,
    links: Arc<Links>,
    mailbox: Mailbox<Message>,
    /// Whether the client has left the socket, which may still be open.
    is_gone: AtomicBool,
}

impl<A: App> std::fmt::Debug for Line<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("socket", &self.socket.id()).finish_non_exhaustive()
    }
}

fn caller_key<A: App>(session: &LiveSession<A>, tab: Option<String>) -> Option<CallerKey> {
    let session = session.has_token().then(|| session.id());
    (session.is_some() || tab.is_some()).then_some(CallerKey { session, tab })
}

async fn identify<A: App>(
    dispatcher: &Dispatcher<A>,
    credential: Option<Credential>,
) -> Result<Arc<LiveSession<A>>, Refused> {
    let session = credentials::session_of(dispatcher, credential).await;
    let session = session.map_err(|error| Refused(SyncError::from(error).code()))?;
    if session.is_revoked() { Err(Refused("auth-required")) } else { Ok(session) }
}

fn language<A: App>(dispatcher: &Dispatcher<A>, lang: Option<String>, headers: &http::HeaderMap) -> Locale {
    match lang {
        Some(lang) => dispatcher.catalog().negotiate(accepted(&lang).iter().map(String::as_str)),
        None => credentials::language(headers, dispatcher.catalog()),
    }
}

impl<A: App> Occupant for Line<A> {
    fn link(&self) -> &Arc<Link> {
        &self.link
    }

    fn receive(self: Arc<Self>, message: Message) {
        let bytes = match &message.content {
            Content::Text(text) => text.len(),
            Content::Binary | Content::TooLarge => 0,
        };
        match self.mailbox.push(message, bytes) {
            Pushed::First => self.start_draining(),
            Pushed::Behind => {}
            Pushed::TooMuch => self.link.close(CloseReason::ReceiveQueueFull),
        }
    }

    fn leave(&self, reason: Option<CloseReason>) {
        self.is_gone.store(true, Ordering::Release);
        self.dispatcher.hub().remove(&self.socket);
        let leftovers = self.links.leftovers();
        self.mailbox.leave(|sizes| leftovers.take(&self.sender, sizes));
        if let Some(reason) = reason.or_else(|| self.link.ended()) {
            tracing::info!(socket = self.socket.id(), reason = reason.as_str(), "closed a socket");
            self.links.counters().count(reason);
        }
        self.dispatcher.sessions().touch(self.socket.session());
    }
}

impl<A: App> Line<A> {
    /// Makes the socket known, and begins with what it has sent already.
    fn enter(self: &Arc<Self>, engine: &EngineSocket) {
        self.dispatcher.hub().enter(&self.socket);
        // It may have gone, or been signed out, before it was known.
        let is_cut = engine.transport_type() == TransportType::Websocket && self.link.wire().is_none();
        if (is_cut || engine.is_closed()) && engine.data.vacate_link(&self.link).is_some() {
            self.leave(None);
        }
        if self.socket.session().is_revoked() {
            self.socket.outbox().close(CloseReason::SessionEnded);
        }
        self.open();
    }

    /// Begins with what the socket has sent, behind all that the same caller had sent on sockets that are gone.
    fn open(self: &Arc<Self>) {
        if self.links.leftovers().hold(&self.sender) {
            let line = self.clone();
            let opening = async move {
                line.links.leftovers().handled(&line.sender).await;
                line.open();
            };
            self.dispatcher.calls().spawn(opening);
        } else if self.mailbox.open() {
            self.start_draining();
        }
    }

    fn start_draining(self: &Arc<Self>) {
        let line = self.clone();
        self.dispatcher.calls().spawn(async move { line.drain().await });
    }

    /// Handles what waits, one after the other. Answers that are ready one behind the other go out together, but none waits for a
    /// handler that gives its thread away, and none keeps others from running.
    async fn drain(&self) {
        let mut busy_since = Instant::now();
        while let Some(Message { content, id }) = self.next() {
            // The pipeline contains the app's panics; one of our own must not leave the socket deaf.
            let answering = AssertUnwindSafe(self.answer(content)).catch_unwind();
            let (answered, has_waited) = self.uncorking(answering).await;
            let answer = answered.unwrap_or_else(|_| self.refuse(SyncError::new("sync-server-failed")));
            // Somebody else may be on its socket now.
            if let Some(id) = id
                && !self.is_gone.load(Ordering::Acquire)
            {
                self.link.cork(Packet::acknowledgement(id, &answer.json));
            }
            // After a call that waited or took long, the next one may, too.
            let is_long = busy_since.elapsed() > TURN;
            if has_waited || is_long {
                self.link.send_corked();
                if is_long && !has_waited {
                    tokio::task::yield_now().await;
                }
                busy_since = Instant::now();
            }
        }
        self.link.send_corked();
    }

    fn next(&self) -> Option<Message> {
        if self.dispatcher.calls().is_closed() {
            self.mailbox.give_up_if_left();
        }
        self.mailbox.next()
    }

    /// Does `work`, sends what is corked as soon as it has to wait, and returns whether it had to.
    async fn uncorking<T>(&self, work: impl Future<Output = T>) -> (T, bool) {
        let mut work = pin!(work);
        let mut has_waited = false;
        let done = poll_fn(|context| {
            let polled = work.as_mut().poll(context);
            if polled.is_pending() && !std::mem::replace(&mut has_waited, true) {
                self.link.send_corked();
            }
            polled
        });
        (done.await, has_waited)
    }

    async fn answer(&self, content: Content) -> Answer {
        match content {
            Content::Text(text) => self.handle(&text).await,
            Content::Binary => self.refuse(bad_request("binary")),
            Content::TooLarge => {
                let limit = self.dispatcher.config().message_limit;
                self.refuse(SyncError::new("sync-too-large").param("limit", limit))
            }
        }
    }

    async fn handle(&self, text: &str) -> Answer {
        let (name, payload) = match read_event(text) {
            Ok(parts) => parts,
            Err(error) => return self.refuse(error),
        };
        let (dispatcher, socket) = (&self.dispatcher, &self.socket);
        match &*name {
            event::SYNC => {
                let caller = Caller::of_socket(socket.clone());
                dispatcher.call(&caller, SyncCall::from_socket(payload)).await
            }
            event::JOIN_ROOM => dispatcher.join(socket, read_room(payload)).await,
            event::LEAVE_ROOM => dispatcher.leave(socket, read_room(payload)).await,
            event::JOINED_ROOMS => dispatcher.joined(socket),
            event::UPDATE_LOCATION => dispatcher.locate(socket, read_location(payload)),
            event::SYNC_CANCEL => self.refuse(bad_request("later")),
            _ => self.refuse(bad_request("event")),
        }
    }

    fn refuse(&self, error: SyncError) -> Answer {
        self.dispatcher.refuse(&Caller::of_socket(self.socket.clone()), error)
    }
}

/// Splits `["event", payload, …]`; a message without payload has the payload `null`.
fn read_event(text: &str) -> Result<(Cow<'_, str>, &str), SyncError> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| bad_request("json"))?;
    let name = parts.first().ok_or_else(|| bad_request("event"))?;
    let name = serde_json::from_str(name.get()).map_err(|_| bad_request("event"))?;
    Ok((name, parts.get(1).map_or("null", |payload| payload.get())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_waits_keeps_nothing_but_itself() {
        let read = Str::from(format!("2{}[]", "x".repeat(1000)));
        let kept = last(&read, 2);
        assert_eq!(kept, "[]");
        assert!(Bytes::from(kept).is_unique(), "what was read can be freed");
    }
}
