//! A client that was let in: its messages, one after the other, and their answers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use engineioxide::TransportType;
use futures_util::FutureExt;
use futures_util::future::{AbortRegistration, Abortable, BoxFuture, Either, select};
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::{RwLock, Semaphore};

use crate::clock::RealInstant;
use crate::dispatch::{Answer, Caller, Departure, Dispatcher, Followers, HandedClient, Passed, Turn};
use crate::error::SyncError;
use crate::limits::Place;
use crate::rooms::{CloseReason, Outbox, Socket};
use crate::route::App;
use crate::transport::doors::leftovers::{Running, RunningPlace, SocketSender};
use crate::transport::doors::socketio::carrier::{Content, EngineSocket, Gone, InboundMessage, Occupant};
use crate::transport::doors::socketio::engine_sockets::EngineSockets;
use crate::transport::doors::socketio::inbound::begins_event;
use crate::transport::doors::socketio::mailbox::{Mailbox, Pushed};
use crate::transport::doors::socketio::outlet::Outlet;
use crate::wire::{self, Misread, Packet, bad_request, event};

/// After what time answers are sent, and others get their turn, though the next message could be handled at once; it is looked between
/// two messages.
const TURN: Duration = Duration::from_micros(200);
/// How many calls of `concurrent` routes run at once for one socket, and beside them how many events are on their way to where the order is made;
/// and how many bytes of them count as one more. What is sent behind them waits.
const BESIDE: u32 = 100;
const BESIDE_BYTES: usize = 5 * 1024;

/// Everything that belongs to one client; kept by its carrier until it is gone.
pub(super) struct Line<A: App> {
    sender: SocketSender,
    dispatcher: Arc<Dispatcher<A>>,
    socket: Arc<Socket<A>>,
    outlet: Arc<Outlet>,
    sockets: Arc<EngineSockets>,
    mailbox: Mailbox<InboundMessage>,
    beside: Beside,
    /// That of its address, until it has left.
    place: Mutex<Option<Place>>,
    /// Whether the client has left the socket, which may still be open.
    is_gone: AtomicBool,
}

/// The calls that go on beside those that came after them.
struct Beside {
    places: Arc<Semaphore>,
    event_places: Arc<Semaphore>,
    calls: Mutex<BTreeMap<u64, Running>>,
    /// Shared by those that only events may come beside.
    events: Arc<RwLock<()>>,
}

/// A message that is being handled, whatever becomes of its socket.
type Answering = BoxFuture<'static, Answer>;

/// What became of a message in its turn.
enum Handled {
    Answered {
        answer: Answer,
        has_waited: bool,
    },
    /// It has passed its turn on, and is not done.
    Beside(Answering, Passed),
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

    fn receive(self: Arc<Self>, message: InboundMessage) {
        if message.content.gives_up() {
            return self.give_up(message);
        }
        let bytes = message.content.bytes();
        match self.mailbox.push(message, bytes) {
            Pushed::First(registration) => self.start_draining(registration),
            Pushed::Behind => {}
            Pushed::TooMuch => self.outlet.close(CloseReason::ReceiveQueueFull),
        }
    }

    fn is_idle(&self) -> bool {
        self.mailbox.is_idle() && self.beside.calls.lock().is_empty()
    }

    fn handed<'a>(&'a self, followers: &'a mut Followers) -> BoxFuture<'a, Option<HandedClient>> {
        Box::pin(self.dispatcher.handed_client(&self.socket, followers))
    }

    fn leave(&self, gone: Gone) {
        self.is_gone.store(true, Ordering::Release);
        let place = self.place.lock().take();
        drop(place);
        let (departure, reason) = match gone {
            Gone::Disconnected => (Departure::Disconnected, None),
            Gone::Closed => (Departure::Closed, None),
            Gone::Lost => (Departure::Lost, None),
            Gone::Dismissed(reason) => (Departure::Lost, Some(reason)),
        };
        self.dispatcher.disconnect(&self.socket, departure);
        let leftovers = self.sockets.leftovers();
        self.mailbox.leave(|handled, waiting| leftovers.take_behind(handled, &self.sender, waiting));
        self.leave_beside();
        if let Some(reason) = reason.or_else(|| self.outlet.ended()) {
            tracing::info!(socket = %self.socket.id(), reason = reason.as_str(), "closed a socket");
            self.sockets.closed_sockets().count(reason);
            self.dispatcher.metrics().disconnected(reason.as_str());
        } else {
            let stops = self.dispatcher.calls().is_closed();
            self.dispatcher.metrics().disconnected(if stops { "server-stopping" } else { "client" });
        }
        self.sockets.progress().made();
    }
}

impl<A: App> Line<A> {
    /// Puts the parts together; the client is not [entered](Line::enter) yet.
    pub(super) fn new(
        dispatcher: Arc<Dispatcher<A>>,
        socket: Arc<Socket<A>>,
        outlet: Arc<Outlet>,
        sockets: Arc<EngineSockets>,
        place: Place,
    ) -> Self {
        Self {
            sender: sockets.leftovers().sender(socket.identity()),
            mailbox: Mailbox::new(outlet.clone()),
            beside: Beside::new(),
            place: Mutex::new(Some(place)),
            is_gone: AtomicBool::new(false),
            dispatcher,
            socket,
            outlet,
            sockets,
        }
    }

    /// Makes the socket known, and begins with what it has sent already.
    pub(super) fn enter(self: &Arc<Self>, engine: &EngineSocket) {
        self.dispatcher.enter(&self.socket);
        // It may have gone before it was known.
        let is_cut = engine.transport_type() == TransportType::Websocket && self.outlet.pipe().is_none();
        if (is_cut || engine.is_closed()) && engine.data.vacate_outlet(&self.outlet).is_some() {
            self.leave(Gone::Lost);
        }
        self.open();
    }

    /// Begins with what the socket has sent, behind all that the same caller had sent on sockets that are gone.
    fn open(self: &Arc<Self>) {
        if self.sockets.leftovers().hold(&self.sender) {
            self.wait();
        } else if let Some(registration) = self.mailbox.open() {
            self.start_draining(registration);
        }
    }

    /// Waits for that in a task, which ends with the client if it leaves nothing: clients come and go faster than calls end.
    fn wait(self: &Arc<Self>) {
        let Some(registration) = self.mailbox.wait() else { return };
        let line = self.clone();
        let opening = async move {
            line.sockets.leftovers().handled(&line.sender).await;
            line.open();
        };
        self.dispatcher.calls().spawn(Abortable::new(opening, registration));
    }

    /// Handles what waits in a task. It is cut off between two steps of a handler when the client leaves and so much is left of others
    /// that there is no room for what it has sent, as a call over HTTP is.
    fn start_draining(self: &Arc<Self>, registration: AbortRegistration) {
        let line = self.clone();
        let draining = async move { line.drain().await };
        self.dispatcher.calls().spawn(Abortable::new(draining, registration));
    }

    /// Handles what waits, one after the other. Answers that are ready one behind the other go out together, but none waits for a
    /// handler that gives its thread away, and none keeps others from running.
    async fn drain(self: &Arc<Self>) {
        let mut busy_since = RealInstant::now();
        let mut turn = Turn::default();
        while let Some(InboundMessage { content, id }) = self.next() {
            let bytes = content.bytes();
            if !content.brings_event() {
                self.events_are_placed().await;
            }
            let has_waited = match self.in_turn(&turn, self.clone().answering(content, turn.clone())).await {
                Handled::Answered { answer, has_waited } => {
                    self.reply(id, &answer);
                    has_waited
                }
                Handled::Beside(answering, passed) => {
                    // It may pass on its own once more.
                    turn = Turn::default();
                    self.set_aside(answering, passed, id, bytes).await;
                    true
                }
            };
            // After a call that waited or took long, the next one may, too.
            let is_long = busy_since.elapsed() > TURN;
            if has_waited || is_long {
                self.outlet.send_corked();
                if is_long && !has_waited {
                    tokio::task::yield_now().await;
                }
                busy_since = RealInstant::now();
            }
        }
        self.outlet.send_corked();
    }

    fn next(&self) -> Option<InboundMessage> {
        if self.dispatcher.calls().is_closed() {
            self.mailbox.give_up_if_left();
        }
        self.mailbox.next()
    }

    /// Waits until the events that this socket has brought are answered: what comes now may be about what they do.
    async fn events_are_placed(&self) {
        if self.beside.events.try_write().is_err() {
            self.outlet.send_corked();
            drop(self.beside.events.write().await);
        }
    }

    /// Handles a message until it is answered or has passed its turn on, and sends what is corked as soon as it has to wait.
    async fn in_turn(&self, turn: &Turn, mut answering: Answering) -> Handled {
        let mut has_waited = false;
        let answered = poll_fn(|context| match answering.poll_unpin(context) {
            Poll::Ready(answer) => Poll::Ready(Ok(answer)),
            Poll::Pending => {
                if !std::mem::replace(&mut has_waited, true) {
                    self.outlet.send_corked();
                }
                turn.watch(context.waker());
                turn.take_passed().map_or(Poll::Pending, |passed| Poll::Ready(Err(passed)))
            }
        });
        match answered.await {
            Ok(answer) => {
                // It had nothing to wait for after all.
                turn.take_passed();
                Handled::Answered { answer, has_waited }
            }
            Err(passed) => Handled::Beside(answering, passed),
        }
    }

    /// Lets a call go on in a task of its own. When there are too many of this socket, what is behind it waits, but not the call itself.
    async fn set_aside(self: &Arc<Self>, answering: Answering, passed: Passed, id: Option<i64>, bytes: usize) {
        // Nobody waits for all of them but who would bring the next one.
        let placing = (passed == Passed::ToEvents).then(|| self.beside.events.clone().try_read_owned());
        let weight = u32::try_from(1 + bytes / BESIDE_BYTES).unwrap_or(BESIDE).min(BESIDE);
        let places = match passed {
            Passed::ToEvents => &self.beside.event_places,
            Passed::ToAll => &self.beside.places,
        };
        let place = std::pin::pin!(places.clone().acquire_many_owned(weight));
        let (answering, place) = match select(answering, place).await {
            Either::Left((answer, _)) => return self.reply(id, &answer),
            Either::Right((place, answering)) => (answering, place),
        };
        self.go_on(bytes, |line, running, number| async move {
            let answer = answering.await;
            line.reply(id, &answer);
            line.outlet.send_corked();
            running.end();
            line.beside.calls.lock().remove(&number);
            drop((place, placing));
        });
        if self.is_gone.load(Ordering::Acquire) {
            self.leave_beside();
        }
    }

    /// Starts the task of a call that goes on when the client leaves, as far as there is room; it is given its number, under which it is
    /// noted before the task can take it out.
    fn go_on<F: Future<Output = ()> + Send + 'static>(
        self: &Arc<Self>,
        bytes: usize,
        call: impl FnOnce(Arc<Self>, RunningPlace, u64) -> F,
    ) {
        let (leftovers, place) = (self.sockets.left_beside().clone(), RunningPlace::default());
        let mut calls = self.beside.calls.lock();
        let number = calls.last_key_value().map_or(0, |(last, _)| last + 1);
        let task = self.dispatcher.calls().spawn(call(self.clone(), place.clone(), number)).abort_handle();
        calls.insert(number, Running::new(leftovers, self.sender.address, bytes, task, place));
    }

    /// Counts the calls that run beside others among what is left of the client, which is gone.
    fn leave_beside(&self) {
        let calls = std::mem::take(&mut *self.beside.calls.lock());
        drop(calls);
    }

    /// Answers a message, unless nobody asked for that. Somebody else may be on the socket of a client that has gone.
    fn reply(&self, id: Option<i64>, answer: &Answer) {
        if let Some(id) = id
            && !self.is_gone.load(Ordering::Acquire)
        {
            self.outlet.cork(Packet::acknowledgement(id, &answer.json));
        }
    }

    /// Handles a message that gives up a call: behind what it gives up, it would be too late.
    fn give_up(&self, message: InboundMessage) {
        let caller = Caller::of_socket(self.socket.clone());
        let answer = match message.content.read(self.dispatcher.config().message_limit) {
            Ok(wire::Message::Cancel { id }) => self.dispatcher.cancel(&caller, &id),
            Ok(_) => self.dispatcher.refuse(&caller, bad_request("event")),
            Err(misread) => self.dispatcher.refuse(&caller, misread),
        };
        self.reply(message.id, &answer);
        self.outlet.send_corked();
    }

    /// Handles a message. The pipeline contains the app's panics; one of our own must not leave the socket deaf.
    fn answering(self: Arc<Self>, content: Content, turn: Turn) -> Answering {
        let line = self.clone();
        let answering = AssertUnwindSafe(async move { line.answer(&content, &turn).await }).catch_unwind();
        async move { answering.await.unwrap_or_else(|_| self.refuse(SyncError::new("sync-server-failed"))) }.boxed()
    }

    async fn answer(&self, content: &Content, turn: &Turn) -> Answer {
        let caller = Caller::of_socket(self.socket.clone());
        match content.read(self.dispatcher.config().message_limit) {
            Ok(message) => self.dispatcher.handle(&caller, message, turn).await,
            Err(misread) => self.dispatcher.refuse(&caller, misread),
        }
    }

    fn refuse(&self, error: SyncError) -> Answer {
        self.dispatcher.refuse(&Caller::of_socket(self.socket.clone()), error)
    }
}

impl Beside {
    fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(BESIDE as usize)),
            event_places: Arc::new(Semaphore::new(BESIDE as usize)),
            calls: Mutex::default(),
            events: Arc::new(RwLock::new(())),
        }
    }
}

impl Content {
    /// Returns how many bytes it holds.
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary { .. } | Self::TooLarge { .. } => 0,
        }
    }

    /// Returns whether it is a call that brings an event, as far as its beginning tells.
    fn brings_event(&self) -> bool {
        let Self::Text(text) = self else { return false };
        begins_event(text, event::SYNC)
    }

    /// Returns whether it gives up a call, as far as its beginning tells.
    fn gives_up(&self) -> bool {
        let Self::Text(text) = self else { return false };
        begins_event(text, event::SYNC_CANCEL)
    }

    /// Reads the message; `limit` is how many bytes it may have.
    pub(super) fn read(&self, limit: usize) -> Result<wire::Message<'_>, Misread> {
        let text = match self {
            Self::Text(text) => text,
            &Self::Binary { is_location } => return Err(Misread { error: bad_request("binary"), is_location }),
            &Self::TooLarge { is_location } => {
                let error = SyncError::new("sync-too-large").param("limit", limit);
                return Err(Misread { error, is_location });
            }
        };
        // Of what is no JSON, nothing but the beginning tells what it was to be.
        let misread = |error| Misread { error, is_location: begins_event(text, event::UPDATE_LOCATION) };
        let (name, payload) = read_event(text).map_err(misread)?;
        wire::Message::read(&name, payload)
    }
}

/// Splits `["event", payload, …]`; a message without payload has the payload `null`.
fn read_event(text: &str) -> Result<(Cow<'_, str>, &str), SyncError> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| bad_request("json"))?;
    let name = parts.first().ok_or_else(|| bad_request("event"))?;
    let name = serde_json::from_str(name.get()).map_err(|_| bad_request("event"))?;
    Ok((name, parts.get(1).map_or("null", |payload| payload.get())))
}
