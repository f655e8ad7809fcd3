//! A client that was let in: its messages, one after the other, and their answers.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engineioxide::TransportType;
use futures_util::FutureExt;
use serde_json::value::RawValue;

use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::error::SyncError;
use crate::rooms::{CloseReason, Outbox, Socket};
use crate::route::App;
use crate::transport::doors::leftovers::Sender;
use crate::transport::doors::socketio::carrier::{Content, EngineSocket, Message, Occupant};
use crate::transport::doors::socketio::engine_sockets::EngineSockets;
use crate::transport::doors::socketio::mailbox::{Mailbox, Pushed};
use crate::transport::doors::socketio::outlet::Outlet;
use crate::wire::{Packet, SyncCall, bad_request, event, read_location, read_room};

/// After what time answers are sent, and others get their turn, though the next message could be handled at once; it is looked between
/// two messages.
const TURN: Duration = Duration::from_micros(200);

/// Everything that belongs to one client; kept by its carrier until it is gone.
pub(super) struct Line<A: App> {
    sender: Sender,
    dispatcher: Arc<Dispatcher<A>>,
    socket: Arc<Socket<A>>,
    outlet: Arc<Outlet>,
    sockets: Arc<EngineSockets>,
    mailbox: Mailbox<Message>,
    /// Whether the client has left the socket, which may still be open.
    is_gone: AtomicBool,
}

impl<A: App> std::fmt::Debug for Line<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("socket", &self.socket.id()).finish_non_exhaustive()
    }
}

impl<A: App> Occupant for Line<A> {
    fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }

    fn receive(self: Arc<Self>, message: Message) {
        let bytes = match &message.content {
            Content::Text(text) => text.len(),
            Content::Binary | Content::TooLarge => 0,
        };
        match self.mailbox.push(message, bytes) {
            Pushed::First => self.start_draining(),
            Pushed::Behind => {}
            Pushed::TooMuch => self.outlet.close(CloseReason::ReceiveQueueFull),
        }
    }

    fn leave(&self, reason: Option<CloseReason>) {
        self.is_gone.store(true, Ordering::Release);
        self.dispatcher.hub().remove(&self.socket);
        let leftovers = self.sockets.leftovers();
        self.mailbox.leave(|sizes| leftovers.take(&self.sender, sizes));
        if let Some(reason) = reason.or_else(|| self.outlet.ended()) {
            tracing::info!(socket = self.socket.id(), reason = reason.as_str(), "closed a socket");
            self.sockets.counters().count(reason);
        }
        self.dispatcher.sessions().touch(self.socket.session());
    }
}

impl<A: App> Line<A> {
    /// Puts the parts together; the client is not [entered](Line::enter) yet.
    pub(super) fn new(
        sender: Sender,
        dispatcher: Arc<Dispatcher<A>>,
        socket: Arc<Socket<A>>,
        outlet: Arc<Outlet>,
        sockets: Arc<EngineSockets>,
    ) -> Self {
        let (mailbox, is_gone) = (Mailbox::new(outlet.clone()), AtomicBool::new(false));
        Self { sender, dispatcher, socket, outlet, sockets, mailbox, is_gone }
    }

    /// Makes the socket known, and begins with what it has sent already.
    pub(super) fn enter(self: &Arc<Self>, engine: &EngineSocket) {
        self.dispatcher.hub().enter(&self.socket);
        // It may have gone, or been signed out, before it was known.
        let is_cut = engine.transport_type() == TransportType::Websocket && self.outlet.pipe().is_none();
        if (is_cut || engine.is_closed()) && engine.data.vacate_outlet(&self.outlet).is_some() {
            self.leave(None);
        }
        if self.socket.session().is_revoked() {
            self.socket.outbox().close(CloseReason::SessionEnded);
        }
        self.open();
    }

    /// Begins with what the socket has sent, behind all that the same caller had sent on sockets that are gone.
    fn open(self: &Arc<Self>) {
        if self.sockets.leftovers().hold(&self.sender) {
            let line = self.clone();
            let opening = async move {
                line.sockets.leftovers().handled(&line.sender).await;
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
                self.outlet.cork(Packet::acknowledgement(id, &answer.json));
            }
            // After a call that waited or took long, the next one may, too.
            let is_long = busy_since.elapsed() > TURN;
            if has_waited || is_long {
                self.outlet.send_corked();
                if is_long && !has_waited {
                    tokio::task::yield_now().await;
                }
                busy_since = Instant::now();
            }
        }
        self.outlet.send_corked();
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
                self.outlet.send_corked();
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
