//! Who says CONNECT, and what a packet is.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::{DisconnectReason, Str};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::clock::timeout;
use crate::config::Config;
use crate::contain::{Contained, Panicked};
use crate::dispatch::{Dispatcher, HandedClient, Presented};
use crate::error::SyncError;
use crate::i18n::accepted;
use crate::limits::Place;
use crate::rooms::Socket;
use crate::route::App;
use crate::transport::doors::credentials::{self, Credential};
use crate::transport::doors::socketio::carrier::{
    Carrier, Content, EngineSocket, Gone, InboundMessage, address, first_pipe,
};
use crate::transport::doors::socketio::engine_sockets::EngineSockets;
use crate::transport::doors::socketio::handover::returned;
use crate::transport::doors::socketio::inbound::{Inbound, InboundKind, begins_event};
use crate::transport::doors::socketio::line::Line;
use crate::transport::doors::socketio::ordinary::{announce, emit_announced};
use crate::transport::doors::socketio::outlet::Outlet;
use crate::wire::{Packet, event};

/// The largest `auth` of a handshake, in bytes.
const AUTH_LIMIT: usize = 8 * 1024;
/// The longest name of a namespace that is answered, in bytes.
const NAMESPACE_LIMIT: usize = 256;
/// The longest name of a tab, in bytes.
const TAB_LIMIT: usize = 64;
/// How many bytes the name of a client may have.
const CLIENT_LIMIT: usize = 64;
/// How many bytes are read from a WebSocket at once; every idle socket has a buffer of this size.
const READ_BUFFER: usize = 1024;
/// What the smallest packet takes: an acknowledgement. engineioxide's queue holds so many of them that our limit in bytes comes first.
const SMALLEST_PACKET: usize = 16;
/// How long it may take to bring a socket to where it was: nobody is served meanwhile.
const BACK_WITHIN: Duration = Duration::from_secs(2);
/// How many binary parts an event may announce; they are refused with it.
const ATTACHMENTS: usize = 16;

/// Returns how many bytes one message or one poll may have for the transport.
///
/// Above our own limit, so that a message that is a little too large gets an answer instead of a closed connection.
fn transport_limit(config: &Config) -> usize {
    config.message_limit * 2 + 4096
}

/// Returns how many bytes of packets one poll may take away: pings travel with them.
pub(super) fn poll_limit(config: &Config) -> usize {
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
    sockets: Arc<EngineSockets>,
}

impl<A: App> Door<A> {
    /// Puts the door before the pipeline.
    pub(super) fn new(dispatcher: Arc<Dispatcher<A>>, sockets: Arc<EngineSockets>) -> Self {
        Self { dispatcher, sockets }
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
        if let Some(pipe) = first_pipe(&engine) {
            engine.data.set_pipe(&pipe);
        }
        self.sockets.add(&engine);
        if let Some((client, tell)) = returned(&engine) {
            self.take_over(&engine, client, tell);
        }
    }

    fn on_disconnect(&self, engine: Arc<EngineSocket>, reason: DisconnectReason) {
        self.sockets.remove(&engine);
        if let Some(occupant) = engine.data.vacate() {
            let is_said = matches!(reason, DisconnectReason::TransportClose);
            occupant.leave(if is_said { Gone::Closed } else { Gone::Lost });
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
                let content = self.event(&text, packet.json);
                receive(&engine, InboundMessage { content, id: packet.id });
            }
            InboundKind::BinaryEvent(count @ ..=ATTACHMENTS) => {
                engine.data.expect_attachments(count);
                let content = Content::Binary { is_location: is_location(packet.json) };
                receive(&engine, InboundMessage { content, id: packet.id });
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
    /// Takes the JSON that a packet ends with. What is too large is refused in its turn, and not kept until then.
    fn event(&self, text: &Str, json: &str) -> Content {
        if json.len() > self.dispatcher.config().message_limit {
            return Content::TooLarge { is_location: is_location(json) };
        }
        Content::Text(last(text, json.len()))
    }

    fn connect(self: &Arc<Self>, engine: &Arc<EngineSocket>, auth: &str) {
        // A second CONNECT changes nothing.
        if !engine.data.knock() {
            return;
        }
        // Before the store of sessions is asked for anything.
        let arrived = self.dispatcher.limits().arrival(address(engine)).map_err(|error| Refused(error.code()));
        let auth = match arrived.and_then(|()| ConnectAuth::read(auth)) {
            Ok(auth) => auth,
            Err(refused) => return self.refuse(engine, refused),
        };
        let (door, engine) = (self.clone(), engine.clone());
        let letting_in = async move {
            match door.let_in(&engine, auth).await {
                Ok(()) => door.dispatcher.metrics().greeted("ok"),
                Err(refused) => door.refuse(&engine, refused),
            }
        };
        self.dispatcher.calls().spawn(letting_in);
    }

    /// Goes on with a socket that another process has had.
    fn take_over(
        self: &Arc<Self>,
        engine: &Arc<EngineSocket>,
        client: Option<HandedClient>,
        tell: oneshot::Sender<bool>,
    ) {
        // Nobody waits any more who is told too late.
        let Some(client) = client else { return tell.send(true).map_or_else(drop, drop) };
        engine.data.knock();
        let (door, engine) = (self.clone(), engine.clone());
        let taking_over = async move {
            let letting_in = Contained::new(Box::pin(door.let_back_in(&engine, client)));
            let taken = match timeout(BACK_WITHIN, letting_in).await {
                Ok(Ok(taken)) => taken,
                Ok(Err(Panicked)) => Err(SyncError::new("sync-server-failed")),
                Err(_) => Err(SyncError::new("sync-timeout")),
            };
            if let Err(error) = &taken {
                tracing::info!(code = error.code(), "a socket could not be taken over, and is closed");
                engine.close(DisconnectReason::ClosingServer);
            }
            tell.send(taken.is_ok()).unwrap_or_default();
        };
        self.dispatcher.calls().spawn(taking_over);
    }

    /// Makes the line of a client that was let in by another process, and brings it to where it was.
    async fn let_back_in(&self, engine: &Arc<EngineSocket>, client: HandedClient) -> Result<(), SyncError> {
        let dispatcher = &self.dispatcher;
        let place = dispatcher.limits().socket_place(client.address())?;
        let identity = dispatcher.handed_identity(&client).await?;
        let outlet = self.sockets.open(engine);
        let socket = dispatcher.handed_socket(&client, identity, outlet.clone());
        let line = self.line(engine, socket.clone(), outlet, place);
        engine.data.occupy(line.clone());
        line.enter(engine);
        dispatcher.bring_back(&socket, client).await
    }

    /// Makes the line of somebody who waits in the lobby no longer.
    fn line(&self, engine: &EngineSocket, socket: Arc<Socket<A>>, outlet: Arc<Outlet>, place: Place) -> Arc<Line<A>> {
        self.sockets.lobby().leave(engine);
        Arc::new(Line::new(self.dispatcher.clone(), socket, outlet, self.sockets.clone(), place))
    }

    /// Makes a socket's line before the client is told that it is connected, so that its first message finds it.
    async fn let_in(&self, engine: &Arc<EngineSocket>, auth: ConnectAuth) -> Result<(), Refused> {
        let (dispatcher, headers) = (&self.dispatcher, &engine.req_parts.headers);
        let address = address(engine);
        let place = dispatcher.limits().socket_place(address).map_err(|error| Refused(error.code()))?;
        let client = auth.client.clone();
        let presented = auth.presented(dispatcher, headers, address);
        let identity = dispatcher.admit(presented).await.map_err(|error| Refused(error.code()))?;
        let outlet = self.sockets.open(engine);
        let socket = dispatcher.socket(identity, outlet.clone());
        let prefix = dispatcher.socket_prefix(&socket);
        let speaking = socket.clone();
        let line = self.line(engine, socket, outlet, place);
        let connected = Packet::connected(&format!("{prefix}{}", engine.id.as_str()));
        // Before there is anybody to whom anything else is sent.
        announce(engine, &connected);
        engine.data.occupy(line.clone());
        tell_announced(engine, &connected);
        line.enter(engine);
        if let Some(client) = client {
            dispatcher.speak_for(&speaking, &client);
        }
        Ok(())
    }

    /// Answers a CONNECT that is refused; the client may try once more.
    fn refuse(&self, engine: &EngineSocket, Refused(code): Refused) {
        self.dispatcher.metrics().greeted(code);
        engine.data.turn_away();
        tell(engine, &Packet::refused("/", code));
    }

    fn disconnect(&self, engine: &Arc<EngineSocket>) {
        if engine.data.is_knocked_at() {
            // Whoever is being looked up must not be let in any more.
            return engine.close(DisconnectReason::TransportClose);
        }
        if let Some(occupant) = engine.data.vacate() {
            occupant.leave(Gone::Disconnected);
            self.sockets.lobby().enter(engine);
        }
    }
}

/// Returns whether an event was to tell which page the socket shows, as far as its beginning tells.
fn is_location(json: &str) -> bool {
    begins_event(json, event::UPDATE_LOCATION)
}

/// Copies the last `length` bytes: a slice would keep all that was read together with them, up to the largest message.
fn last(text: &Str, length: usize) -> Str {
    Str::copy_from_slice(&text[text.len() - length..])
}

/// Sends a packet for which there is no outlet: there is no client to whom anything else is sent yet.
fn tell(engine: &EngineSocket, packet: &Packet) {
    announce(engine, packet);
    tell_announced(engine, packet);
}

fn tell_announced(engine: &EngineSocket, packet: &Packet) {
    if !engine.data.may_be_told() || emit_announced(engine, packet).is_err() {
        engine.close(DisconnectReason::TransportClose);
    }
}

fn receive(engine: &EngineSocket, message: InboundMessage) {
    // Who has not said CONNECT is nobody.
    if let Some(occupant) = engine.data.occupant() {
        occupant.receive(message);
    }
}

/// The `auth` of a CONNECT.
#[derive(Default, Deserialize)]
struct ConnectAuth {
    token: Option<String>,
    lang: Option<String>,
    tab: Option<String>,
    /// The client of durable data that the socket speaks for.
    client: Option<String>,
}

impl ConnectAuth {
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
        let is_client = |client: &String| {
            (1..=CLIENT_LIMIT).contains(&client.len()) && client.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if is_short && read.client.as_ref().is_none_or(is_client) { Ok(read) } else { Err(Refused("sync-bad-request")) }
    }

    /// Adds what the request of the handshake says where this does not.
    fn presented<A: App>(
        self,
        dispatcher: &Dispatcher<A>,
        headers: &http::HeaderMap,
        address: Option<IpAddr>,
    ) -> Presented {
        let Self { token, lang, tab, .. } = self;
        let credential = token.map(Credential::Token).or_else(|| credentials::credential(headers, dispatcher.config()));
        let catalog = dispatcher.catalog();
        let language = match lang {
            Some(lang) => catalog.negotiate(accepted(&lang).iter().map(String::as_str)),
            None => credentials::language(headers, catalog),
        };
        let token = credential.map(Credential::presented);
        Presented { token, language, address, tab: tab.map(String::into_boxed_str) }
    }
}

/// Why a handshake was refused: the error code, since a Socket.IO connect error carries nothing but one text.
struct Refused(&'static str);

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
