//! The Socket.IO door.
//!
//! socketioxide speaks the protocol; what it leaves to its users is done here: the order of a socket's messages, back-pressure,
//! a bound for what waits to be sent, and an answer to everything that has the wrong form.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::value::RawValue;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::{ConnectHandler, FromMessageParts, MessageHandler};
use socketioxide::socket::Socket;
use socketioxide_core::{Str, Value};

use crate::config::Config;
use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::i18n::{Locale, accepted};
use crate::rooms::{CloseReason, Connection, Outbox};
use crate::route::App;
use crate::session::LiveSession;
use crate::transport::credentials;
use crate::transport::link::{Link, Links};
use crate::transport::listener::WireInfo;
use crate::transport::mailbox::Mailbox;
use crate::wire::{Frame, SyncCall, bad_request, event, read_location, read_room};

/// The tower layer that answers `/socket.io`.
type SocketLayer = socketioxide::layer::SocketIoLayer;

/// How many packets engineioxide queues for one socket; our own limit in bytes is reached before.
fn packets_within(bytes: usize) -> usize {
    (bytes / 64).max(128)
}

/// Builds the Socket.IO layer, and what closes all sockets at the end.
pub fn attach<A: App>(dispatcher: Arc<Dispatcher<A>>, links: Arc<Links>) -> (SocketLayer, SocketIo) {
    let config = dispatcher.config();
    let (layer, io) = builder(config).build_layer();
    let authenticate = {
        let (dispatcher, links) = (dispatcher.clone(), links.clone());
        async move |socket: SocketRef, TryData(auth): TryData<serde_json::Value>| {
            let auth = Handshake::read(auth.unwrap_or(serde_json::Value::Null))?;
            open(&dispatcher, &links, &socket, auth).await
        }
    };
    let greet = async move |socket: SocketRef| {
        if let Some(line) = socket.extensions.get::<Arc<Line<A>>>() {
            dispatcher.hub().enter(&line.connection);
            if line.mailbox.open() {
                line.start_draining();
            }
        }
    };
    io.ns("/", greet.with(authenticate));
    (layer, io)
}

fn builder(config: &Config) -> socketioxide::SocketIoBuilder {
    // Above our own limit, so that a message that is a little too large gets an answer instead of a closed connection.
    let transport_limit = config.message_limit * 2 + 4096;
    SocketIo::builder()
        .ping_interval(config.ping_interval)
        .ping_timeout(config.ping_timeout)
        .max_buffer_size(packets_within(config.send_queue))
        .max_payload(transport_limit as u64)
        .ws_max_message_size(transport_limit)
        .ws_max_frame_size(transport_limit)
        .with_parser(
            socketioxide::ParserConfig::common()
                .max_incoming_binary_buf_size(config.message_limit)
                .max_incoming_binaries(16),
        )
}

/// The `auth` object of a handshake.
#[derive(Default)]
struct Handshake {
    token: Option<String>,
    lang: Option<String>,
}

impl Handshake {
    fn read(auth: serde_json::Value) -> Result<Self, Refused> {
        let text = |value: Option<&serde_json::Value>| match value {
            None | Some(serde_json::Value::Null) => Ok(None),
            Some(serde_json::Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refused("sync-bad-request")),
        };
        match auth {
            serde_json::Value::Null => Ok(Self::default()),
            serde_json::Value::Object(fields) => {
                Ok(Self { token: text(fields.get("token"))?, lang: text(fields.get("lang"))? })
            }
            _ => Err(Refused("sync-bad-request")),
        }
    }
}

/// Why a handshake was refused: the error code, since a Socket.IO connect error carries nothing but one text.
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Everything that belongs to one socket.
struct Line<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    connection: Arc<Connection<A>>,
    link: Arc<Link>,
    links: Arc<Links>,
    mailbox: Mailbox<Message>,
}

/// One message of a client, with the way to answer it.
struct Message {
    content: Content,
    ack: AckSender,
}

enum Content {
    Text(Str),
    Refused(SyncError),
}

/// Makes a socket's line before the client is told that it is connected, so that its first message finds it.
async fn open<A: App>(
    dispatcher: &Arc<Dispatcher<A>>,
    links: &Arc<Links>,
    socket: &SocketRef,
    auth: Handshake,
) -> Result<(), Refused> {
    if dispatcher.calls().is_closed() {
        return Err(Refused("sync-shutting-down"));
    }
    let headers = &socket.req_parts().headers;
    let token = auth.token.or_else(|| credentials::token(headers));
    let session = identify(dispatcher, token).await?;
    let language = language(dispatcher, auth.lang, headers);
    let wire = match socket.transport_type() {
        socketioxide::TransportType::Websocket => {
            socket.req_parts().extensions.get::<axum::extract::ConnectInfo<WireInfo>>()
        }
        socketioxide::TransportType::Polling => None,
    };
    let link = links.open(&socket.id.to_string(), wire.map(|info| info.0.0.clone()));
    let outbox =
        SocketOutbox::<A> { socket: socket.clone(), link: link.clone(), links: links.clone(), app: PhantomData };
    let connection = dispatcher.hub().connection(session, language, Arc::new(outbox));
    let line = Line {
        dispatcher: dispatcher.clone(),
        connection,
        link: link.clone(),
        links: links.clone(),
        mailbox: Mailbox::new(link),
    };
    socket.extensions.insert(Arc::new(line));
    socket.on_fallback(Inbox::<A>(PhantomData));
    socket.on_disconnect(async |socket: SocketRef| close::<A>(&socket));
    Ok(())
}

/// Forgets a socket that is gone. Its line goes with the last of its messages.
fn close<A: App>(socket: &SocketRef) {
    let Some(line) = socket.extensions.remove::<Arc<Line<A>>>() else { return };
    line.dispatcher.hub().remove(&line.connection);
    line.links.remove(&socket.id.to_string());
    let (dispatcher, session) = (line.dispatcher.clone(), line.connection.session().clone());
    line.dispatcher.calls().spawn(async move {
        if let Err(error) = dispatcher.sessions().touch(&session).await {
            tracing::warn!(%error, "the use of a session could not be noted");
        }
    });
    if line.link.has_timed_out() {
        line.links.count(CloseReason::WriteTimeout);
        tracing::info!(
            connection = line.connection.id(),
            reason = CloseReason::WriteTimeout.as_str(),
            "closed a socket"
        );
    }
}

async fn identify<A: App>(dispatcher: &Dispatcher<A>, token: Option<String>) -> Result<Arc<LiveSession<A>>, Refused> {
    let Some(token) = token else { return Ok(LiveSession::anonymous()) };
    match dispatcher.sessions().find(&token).await {
        Ok(Some(session)) => Ok(session),
        Ok(None) => Err(Refused("auth-required")),
        Err(error) => {
            tracing::error!(%error, "a socket could not be authenticated");
            Err(Refused("sync-server-failed"))
        }
    }
}

fn language<A: App>(dispatcher: &Dispatcher<A>, lang: Option<String>, headers: &http::HeaderMap) -> Locale {
    match lang {
        Some(lang) => dispatcher.catalog().negotiate(accepted(&lang).iter().map(String::as_str)),
        None => credentials::language(headers, dispatcher.catalog()),
    }
}

/// Takes a socket's messages in place, in the order in which they arrive; socketioxide's own handlers are a task each.
struct Inbox<A>(PhantomData<fn() -> A>);

/// Tells our implementation of [`MessageHandler`] apart from those for closures.
struct InOrder;

impl<A: App> MessageHandler<socketioxide::adapter::LocalAdapter, InOrder> for Inbox<A> {
    fn call(&self, socket: Arc<Socket>, mut value: Value, ack_id: Option<i64>) {
        let Some(line) = socket.extensions.get::<Arc<Line<A>>>() else { return };
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut value, &ack_id);
        let limit = line.dispatcher.config().message_limit;
        let (content, bytes) = match value {
            Value::Str(text, None) if text.len() <= limit => {
                let bytes = text.len();
                (Content::Text(text), bytes)
            }
            Value::Str(_, None) => (Content::Refused(SyncError::new("sync-too-large").param("limit", limit)), 0),
            _ => (Content::Refused(bad_request("binary")), 0),
        };
        if line.mailbox.push(Message { content, ack }, bytes) {
            line.start_draining();
        }
    }
}

impl<A: App> Line<A> {
    fn start_draining(self: &Arc<Self>) {
        let line = self.clone();
        self.dispatcher.calls().spawn(async move {
            while let Some(message) = line.mailbox.next() {
                let answer = match &message.content {
                    Content::Text(text) => line.handle(text).await,
                    Content::Refused(error) => line.refuse(error.clone()),
                };
                line.acknowledge(message.ack, &answer);
            }
        });
    }

    async fn handle(&self, text: &str) -> Answer {
        let (name, payload) = match read_event(text) {
            Ok(parts) => parts,
            Err(error) => return self.refuse(error),
        };
        let (dispatcher, connection) = (&self.dispatcher, &self.connection);
        match &*name {
            event::SYNC => {
                let caller = Caller::socket(connection.clone());
                dispatcher.call(&caller, SyncCall::from_socket(payload)).await
            }
            event::JOIN_ROOM => dispatcher.join(connection, read_room(payload)).await,
            event::LEAVE_ROOM => dispatcher.leave(connection, read_room(payload)),
            event::JOINED_ROOMS => dispatcher.joined(connection),
            event::UPDATE_LOCATION => dispatcher.locate(connection, read_location(payload)),
            event::SYNC_CANCEL => self.refuse(bad_request("later")),
            _ => self.refuse(bad_request("event")),
        }
    }

    fn refuse(&self, error: SyncError) -> Answer {
        self.dispatcher.refuse(&Caller::socket(self.connection.clone()), error)
    }

    /// Answers a message, if its sender asked for an answer.
    fn acknowledge(&self, ack: AckSender, answer: &Answer) {
        if !self.link.reserve(answer.json.get().len()) {
            return self.connection.outbox().close(CloseReason::SendQueueFull);
        }
        if let Err(error) = ack.send(&*answer.json) {
            tracing::debug!(connection = self.connection.id(), %error, "an answer could not be sent");
        }
    }
}

/// Splits `["event", payload, …]`; a message without payload has the payload `null`.
fn read_event(text: &str) -> Result<(std::borrow::Cow<'_, str>, &str), SyncError> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| bad_request("json"))?;
    let name = parts.first().ok_or_else(|| bad_request("event"))?;
    let name = serde_json::from_str(name.get()).map_err(|_| bad_request("event"))?;
    Ok((name, parts.get(1).map_or("null", |payload| payload.get())))
}

/// Sends frames through socketioxide.
struct SocketOutbox<A> {
    socket: SocketRef,
    link: Arc<Link>,
    links: Arc<Links>,
    app: PhantomData<fn() -> A>,
}

impl<A: App> Outbox for SocketOutbox<A> {
    fn send(&self, frame: &Frame) {
        if !self.link.reserve(frame.get().len()) {
            return self.close(CloseReason::SendQueueFull);
        }
        match self.socket.emit(event::SYNC, &**frame) {
            Ok(()) => {}
            Err(socketioxide::SendError::Socket(socketioxide::SocketError::InternalChannelFull)) => {
                self.close(CloseReason::SendQueueFull);
            }
            // The socket is gone; its disconnect handler takes it out of its rooms.
            Err(error) => tracing::debug!(sid = %self.socket.id, %error, "a frame could not be sent"),
        }
    }

    fn close(&self, reason: CloseReason) {
        tracing::info!(sid = %self.socket.id, reason = reason.as_str(), "closing a socket");
        self.links.count(reason);
        // A lost connection is one that the client restores by itself; a polling client has none that could be cut.
        if !self.link.close() && self.socket.clone().disconnect().is_err() {
            tracing::debug!(sid = %self.socket.id, "the socket is left to its heartbeat");
        }
        // Not left to the disconnect handler: it may be long in coming, and a closed socket is no member.
        close::<A>(&self.socket);
    }
}
