//! The Socket.IO door.
//!
//! socketioxide speaks the protocol; what it leaves to its users is done here: the order of a socket's messages, back-pressure,
//! a bound for what waits to be sent, and an answer to everything that has the wrong form.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use axum::extract::ConnectInfo;
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::SocketRef;
use socketioxide::handler::{ConnectHandler, FromConnectParts, MessageHandler};
use socketioxide::socket::Socket;
use socketioxide::{SocketIo, TransportType};
use socketioxide_core::{Str, Value};

use crate::config::Config;
use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::i18n::{Locale, accepted};
use crate::rooms::{CloseReason, Connection};
use crate::route::App;
use crate::session::LiveSession;
use crate::transport::credentials;
use crate::transport::link::{Link, Links};
use crate::transport::listener::WireInfo;
use crate::transport::mailbox::Mailbox;
use crate::transport::wire::Wire;
use crate::wire::{Packet, SyncCall, bad_request, event, read_location, read_room};

/// The tower layer that answers `/socket.io`.
type SocketLayer = socketioxide::layer::SocketIoLayer;

/// The largest `auth` of a handshake, in bytes.
const AUTH_LIMIT: usize = 8 * 1024;
/// How long a connection may be open without saying who it is.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How many bytes are read from a WebSocket at once; every idle socket has a buffer of this size.
const READ_BUFFER: usize = 1024;
/// After what time answers are sent though the next message could be handled at once; it is looked between two messages.
const CORKED_FOR: Duration = Duration::from_micros(200);
/// What the smallest packet takes: an acknowledgement. socketioxide's queue holds so many of them that our limit in bytes comes first.
const SMALLEST_PACKET: usize = 16;

/// Builds the Socket.IO layer, and what closes all sockets at the end.
pub fn attach<A: App>(dispatcher: Arc<Dispatcher<A>>, links: Arc<Links>) -> (SocketLayer, SocketIo) {
    let (layer, io) = builder(dispatcher.config()).build_layer();
    let authenticate = {
        let (dispatcher, links) = (dispatcher.clone(), links.clone());
        async move |knock: Knock| open(&dispatcher, &links, knock).await
    };
    let greet = async move |socket: SocketRef| {
        if let Some(line) = socket.extensions.get::<Arc<Line<A>>>() {
            line.enter(&socket);
        }
    };
    io.ns("/", greet.with(authenticate));
    (layer, io)
}

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

fn builder(config: &Config) -> socketioxide::SocketIoBuilder {
    let transport_limit = transport_limit(config);
    let parser = socketioxide::ParserConfig::common()
        .max_incoming_binary_buf_size(config.message_limit)
        .max_incoming_binaries(16);
    SocketIo::builder()
        .ping_interval(config.ping_interval)
        .ping_timeout(config.ping_timeout)
        .connect_timeout(CONNECT_TIMEOUT)
        .max_buffer_size((config.send_queue / SMALLEST_PACKET).max(128))
        .max_payload(transport_limit as u64)
        .ws_max_message_size(transport_limit)
        .ws_max_frame_size(transport_limit)
        .ws_read_buffer_size(READ_BUFFER)
        .with_parser(parser)
}

/// A socket that asks to be let in: a weak reference, since what we keep of it is kept by the socket itself.
struct Knock {
    socket: Weak<Socket>,
    auth: Result<Handshake, Refused>,
}

impl FromConnectParts<LocalAdapter> for Knock {
    type Error = Infallible;

    fn from_connect_parts(socket: &Arc<Socket>, auth: &Option<Value>) -> Result<Self, Infallible> {
        let auth = match auth {
            None => Ok(Handshake::default()),
            Some(Value::Str(text, None)) => Handshake::read(text),
            Some(_) => Err(Refused("sync-bad-request")),
        };
        Ok(Self { socket: Arc::downgrade(socket), auth })
    }
}

/// The `auth` object of a handshake.
#[derive(Default, Deserialize)]
struct Handshake {
    token: Option<String>,
    lang: Option<String>,
}

impl Handshake {
    fn read(text: &str) -> Result<Self, Refused> {
        // serde would take an array for the struct.
        if text.len() > AUTH_LIMIT || !text.trim_start().starts_with('{') {
            return Err(Refused("sync-bad-request"));
        }
        serde_json::from_str(text).map_err(|_| Refused("sync-bad-request"))
    }
}

/// Why a handshake was refused: the error code, since a Socket.IO connect error carries nothing but one text.
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Everything that belongs to one socket; kept in the socket's extensions until it is gone.
struct Line<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    connection: Arc<Connection<A>>,
    link: Arc<Link>,
    links: Arc<Links>,
    mailbox: Mailbox<Message>,
}

/// One message of a client, with the number under which it is answered if it asked for an answer.
struct Message {
    content: Content,
    id: Option<i64>,
}

enum Content {
    Text(Str),
    Refused(SyncError),
}

/// Makes a socket's line before the client is told that it is connected, so that its first message finds it.
async fn open<A: App>(dispatcher: &Arc<Dispatcher<A>>, links: &Arc<Links>, knock: Knock) -> Result<(), Refused> {
    let Handshake { token, lang } = knock.auth?;
    if dispatcher.calls().is_closed() {
        return Err(Refused("sync-shutting-down"));
    }
    let Some(socket) = knock.socket.upgrade() else { return Err(Refused("sync-disconnected")) };
    let headers = &socket.req_parts().headers;
    let session = identify(dispatcher, token.or_else(|| credentials::token(headers))).await?;
    let language = language(dispatcher, lang, headers);
    let link = links.open(&socket.id.to_string(), knock.socket, forget::<A>, first_wire(&socket));
    let line = Line {
        dispatcher: dispatcher.clone(),
        connection: dispatcher.hub().connection(session, language, link.clone()),
        mailbox: Mailbox::new(link.clone()),
        link,
        links: links.clone(),
    };
    socket.extensions.insert(Arc::new(line));
    socket.on_fallback(Inbox::<A>(PhantomData));
    socket.on_disconnect(async |socket: SocketRef| {
        if let Some(line) = socket.extensions.remove::<Arc<Line<A>>>() {
            line.leave(None);
        }
    });
    Ok(())
}

/// Takes a socket's line out: whoever does closes the socket.
fn forget<A: App>(socket: &Socket, reason: CloseReason) -> bool {
    let line = socket.extensions.remove::<Arc<Line<A>>>();
    line.inspect(|line| line.leave(Some(reason))).is_some()
}

/// Returns the connection of a socket that began as a WebSocket. A socket that began with polling was seen when it moved.
fn first_wire(socket: &Socket) -> Option<Arc<Wire>> {
    let request = socket.req_parts();
    let began_here = request.uri.query().is_some_and(|query| {
        // The first one counts, as it does for engineioxide.
        query.split('&').find(|pair| pair.starts_with("transport=")) == Some("transport=websocket")
    });
    let info = request.extensions.get::<ConnectInfo<WireInfo>>().filter(|_| began_here)?;
    info.0.0.upgrade()
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

impl<A: App> MessageHandler<LocalAdapter, InOrder> for Inbox<A> {
    fn call(&self, socket: Arc<Socket>, value: Value, id: Option<i64>) {
        let Some(line) = socket.extensions.get::<Arc<Line<A>>>() else { return };
        let limit = line.dispatcher.config().message_limit;
        let (content, bytes) = match value {
            Value::Str(text, None) if text.len() <= limit => {
                let bytes = text.len();
                (Content::Text(text), bytes)
            }
            Value::Str(_, None) => (Content::Refused(SyncError::new("sync-too-large").param("limit", limit)), 0),
            _ => (Content::Refused(bad_request("binary")), 0),
        };
        if line.mailbox.push(Message { content, id }, bytes) {
            line.start_draining();
        }
    }
}

impl<A: App> Line<A> {
    /// Makes the socket known, and begins with what it has sent already.
    fn enter(self: &Arc<Self>, socket: &Socket) {
        self.dispatcher.hub().enter(&self.connection);
        // It may have gone, or been signed out, before it was known.
        if socket.transport_type() == TransportType::Websocket
            && self.link.wire().is_none()
            && socket.extensions.remove::<Arc<Self>>().is_some()
        {
            self.leave(None);
        }
        if self.connection.session().is_revoked() {
            self.connection.outbox().close(CloseReason::SessionEnded);
        }
        if self.mailbox.open() {
            self.start_draining();
        }
    }

    /// Forgets a socket that is gone. What it had sent is still handled, and keeps the line until then.
    fn leave(&self, reason: Option<CloseReason>) {
        self.dispatcher.hub().remove(&self.connection);
        if let Some(reason) = reason.or_else(|| self.link.ended()) {
            tracing::info!(connection = self.connection.id(), reason = reason.as_str(), "closed a socket");
            self.links.counters().count(reason);
        }
        let (dispatcher, session) = (self.dispatcher.clone(), self.connection.session().clone());
        self.dispatcher.calls().spawn(async move {
            if let Err(error) = dispatcher.sessions().touch(&session).await {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        });
    }

    fn start_draining(self: &Arc<Self>) {
        let line = self.clone();
        self.dispatcher.calls().spawn(async move { line.drain().await });
    }

    /// Handles what waits, one after the other. Answers that are ready one behind the other go out together, but none waits for a
    /// handler that gives its thread away.
    async fn drain(&self) {
        let mut busy_since = Instant::now();
        while let Some(Message { content, id }) = self.mailbox.next() {
            // The pipeline contains the app's panics; one of our own must not leave the socket deaf.
            let answering = AssertUnwindSafe(self.answer(content)).catch_unwind();
            let (answered, has_waited) = self.uncorking(answering).await;
            let answer = answered.unwrap_or_else(|_| self.refuse(SyncError::new("sync-server-failed")));
            if let Some(id) = id {
                self.link.cork(Packet::acknowledgement(id, &answer.json));
            }
            // After a call that waited or took long, the next one may, too.
            if has_waited || busy_since.elapsed() > CORKED_FOR {
                self.link.send_corked();
                busy_since = Instant::now();
            }
        }
        self.link.send_corked();
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
            Content::Refused(error) => self.refuse(error),
        }
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
}

/// Splits `["event", payload, …]`; a message without payload has the payload `null`.
fn read_event(text: &str) -> Result<(Cow<'_, str>, &str), SyncError> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| bad_request("json"))?;
    let name = parts.first().ok_or_else(|| bad_request("event"))?;
    let name = serde_json::from_str(name.get()).map_err(|_| bad_request("event"))?;
    Ok((name, parts.get(1).map_or("null", |payload| payload.get())))
}
