//! What a running handler streams, and that it is told when its caller has given it up.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::{Instant, sleep, sleep_until, timeout};
use crate::contain::contained;
use crate::dispatch::Caller;
use crate::dispatch::news::{News, RoomChunks, tell_once};
use crate::dispatch::parts::Parts;
use crate::error::SyncError;
use crate::rooms::{Bundle, Seat, Socket, is_left_out, waited_for};
use crate::route::{App, BoxFuture, StreamTo, Streams};
use crate::wire::{IgnoreSelf, Packet};

/// What is streamed in this time goes out together, unless it is as much as this: a screen shows no more than sixty pictures a second.
const TOGETHER: Duration = Duration::from_millis(15);
const TOGETHER_BYTES: usize = 16 * 1024;
/// How long members are waited for that are slower than what is streamed to their room.
const SLOW_FOR: Duration = Duration::from_millis(100);
const SLOW_AT_MOST: usize = 256;
/// How long a handler may go on whose caller has given it up.
const GRACE: Duration = Duration::from_secs(3);

/// The way out of one call.
pub(super) struct LiveStreams<'a, A: App> {
    parts: &'a Parts<A>,
    caller: &'a Caller<A>,
    cb: &'static str,
    room: &'a str,
    ignore_self: IgnoreSelf,
    /// Whether chunks are told to the caller: those of a newer version are not of the one that was called.
    is_told: bool,
    /// The caller's own name of the call, if it wants to hear chunks.
    hears: Option<&'a str>,
    cancelled: &'a CancellationToken,
    waiting: Mutex<Waiting<A>>,
    /// Rung when something waits, or nothing more will come.
    changed: Notify,
    /// Rung when what has waited was sent.
    sent: Notify,
    /// Whether the call is given up when nobody listens any more.
    needs_listener: bool,
}

/// What waits to go out with what comes next.
struct Waiting<A: App> {
    chunks: Vec<(Meant, Packet)>,
    bytes: usize,
    /// When something was sent last.
    last: Option<Instant>,
    /// Members that have much to take yet.
    slow: Vec<Arc<Seat<A>>>,
    /// Set when the handler has ended.
    is_over: bool,
}

/// Sends chunks of another server to those who are meant here: at once, since what happens next comes behind them.
pub(super) fn send_chunks<A: App>(parts: &Parts<A>, chunks: RoomChunks) {
    let RoomChunks { room, by, ignore_self, users, packets } = chunks;
    let is_meant = |socket: &Socket<A>| {
        let is_one = users.as_ref().is_none_or(|users| is_one_of(users, socket));
        is_one && !is_left_out(ignore_self, &by, &socket.sender_key())
    };
    let packets = packets.into_iter().map(Packet::written).collect::<Vec<_>>();
    parts.hub.stream_now(&room, &packets.into(), is_meant);
}

/// Who a chunk is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    Caller,
    Room,
    Users(Vec<String>),
}

impl<'a, A: App> LiveStreams<'a, A> {
    pub(super) fn new(
        parts: &'a Parts<A>,
        caller: &'a Caller<A>,
        cb: &'static str,
        (room, ignore_self): (&'a str, IgnoreSelf),
        (is_told, hears): (bool, Option<&'a str>),
        (cancelled, needs_listener): (&'a CancellationToken, bool),
    ) -> Self {
        let waiting = Waiting { chunks: Vec::new(), bytes: 0, last: None, slow: Vec::new(), is_over: false };
        Self {
            parts,
            caller,
            cb,
            room,
            ignore_self,
            is_told,
            hears,
            cancelled,
            waiting: Mutex::new(waiting),
            changed: Notify::new(),
            sent: Notify::new(),
            needs_listener,
        }
    }

    /// Runs a handler, and what it streams goes out; one whose caller has given it up is dropped after a while.
    pub(super) async fn run<T>(&self, handler: impl Future<Output = Result<T, SyncError>>) -> Result<T, SyncError> {
        let mut sending = std::pin::pin!(self.send_when_due());
        let done = {
            let mut handler = std::pin::pin!(handler);
            let mut given_up = std::pin::pin!(self.given_up());
            tokio::select! {
                biased;
                done = &mut handler => done,
                () = &mut given_up => Err(SyncError::new("sync-cancelled")),
                () = &mut sending => unreachable!("it goes on until the handler has ended"),
            }
        };
        // All of it goes out before the answer does.
        self.waiting.lock().is_over = true;
        self.changed.notify_one();
        sending.await;
        done
    }

    /// Waits until the caller has given the call up, and had its handler some time to end by itself.
    async fn given_up(&self) {
        match self.caller.chunks().filter(|_| self.needs_listener) {
            Some(chunks) => tokio::select! {
                () = self.cancelled.cancelled() => {}
                () = chunks.closed() => self.cancelled.cancel(),
            },
            None => self.cancelled.cancelled().await,
        }
        sleep(GRACE).await;
        tracing::debug!(route = self.cb, "a handler was dropped: its caller has given it up");
    }

    /// Sends what waits when it is due, until the handler has ended.
    async fn send_when_due(&self) {
        loop {
            let (due, is_over) = {
                let waiting = self.waiting.lock();
                (waiting.due(), waiting.is_over)
            };
            match due {
                _ if is_over => return self.send_waiting().await,
                Some(due) => {
                    tokio::select! {
                        () = sleep_until(due) => self.send_waiting().await,
                        () = self.changed.notified() => {}
                    }
                }
                None => self.changed.notified().await,
            }
        }
    }

    /// Sends what waits, in its order. Nobody but [`send_when_due`](Self::send_when_due) does: whoever streams may be dropped while it waits.
    async fn send_waiting(&self) {
        let chunks = {
            let mut waiting = self.waiting.lock();
            waiting.last = Some(Instant::now());
            waiting.bytes = 0;
            std::mem::take(&mut waiting.chunks)
        };
        let mut chunks = chunks.into_iter().peekable();
        while let Some((meant, packet)) = chunks.next() {
            let mut packets = vec![packet];
            while let Some((_, packet)) = chunks.next_if(|(next, _)| *next == meant) {
                packets.push(packet);
            }
            self.send_to(&meant, packets.into()).await;
        }
        self.sent.notify_waiters();
    }

    async fn send_to(&self, meant: &Meant, chunks: Bundle) {
        let hub = &self.parts.hub;
        let slow = match meant {
            Meant::Caller => {
                if let Some(socket) = self.caller.socket() {
                    socket.outbox().send(&chunks);
                }
                return;
            }
            Meant::Room => {
                let telling = self.tell_others(None, &chunks);
                telling.await;
                hub.stream(self.room, chunks, |socket| !self.leaves_out(socket)).await
            }
            Meant::Users(users) => {
                let telling = self.tell_others(Some(users), &chunks);
                telling.await;
                let is_meant = |socket: &Socket<A>| !self.leaves_out(socket) && is_one_of(users, socket);
                hub.stream(self.room, chunks, is_meant).await
            }
        };
        // Where many are slow, a few of them take as long as all.
        let mut waiting = self.waiting.lock();
        let few = SLOW_AT_MOST.saturating_sub(waiting.slow.len());
        waiting.slow.extend(slow.into_iter().take(few));
    }

    /// Has them sent to members of the room on other servers, and waits until they are on their way. Nobody waits for those that are slow there;
    /// while the bus is away, they are not told.
    fn tell_others(&self, users: Option<&[String]>, chunks: &Bundle) -> impl Future<Output = ()> + use<'_, 'a, A> {
        let news = self.parts.hub.is_shared().then(|| {
            News::Chunks(RoomChunks {
                room: self.room.to_owned(),
                by: self.caller.sender_key(),
                ignore_self: self.ignore_self,
                users: users.map(<[String]>::to_vec),
                packets: chunks.packets().iter().map(|packet| packet.text().to_owned()).collect(),
            })
        });
        async move {
            if let Some(news) = news {
                tell_once(self.parts, self.room, &news).await;
            }
        }
    }

    fn leaves_out(&self, socket: &Socket<A>) -> bool {
        is_left_out(self.ignore_self, &self.caller.sender_key(), &socket.sender_key())
    }

    /// Puts a chunk behind those that wait, and waits until they are few enough.
    async fn put(&self, meant: Meant, packet: Packet) {
        {
            let mut waiting = self.waiting.lock();
            waiting.bytes += packet.bytes().len();
            waiting.chunks.push((meant, packet));
        }
        self.changed.notify_one();
        loop {
            let sent = self.sent.notified();
            if !self.waiting.lock().is_full() {
                return;
            }
            sent.await;
        }
    }

    /// Waits until those who were streamed to have taken most of it.
    async fn taken(&self, meant_for_caller: bool) {
        if meant_for_caller {
            if let Some(socket) = self.caller.socket() {
                waited_for(socket, || self.cancelled.is_cancelled()).await;
            }
            return;
        }
        let slow = std::mem::take(&mut self.waiting.lock().slow);
        let all = async {
            for seat in slow {
                seat.settled().await;
                waited_for(seat.socket(), || !seat.is_taken() || self.cancelled.is_cancelled()).await;
            }
        };
        // Who is slower than that is no longer waited for: its queue fills, and it is closed as it would be for events.
        timeout(SLOW_FOR, all).await.unwrap_or_default();
    }

    async fn stream(&self, to: StreamTo<'_>, chunk: &RawValue) -> Result<(), SyncError> {
        let meant = match to {
            StreamTo::Caller if !self.is_told => return self.check_given_up(),
            StreamTo::Caller => match (self.caller.chunks(), self.hears) {
                (Some(chunks), _) => {
                    chunks.send(chunk.to_owned()).await;
                    return self.check_given_up();
                }
                (None, None) => return self.check_given_up(),
                (None, Some(_)) => Meant::Caller,
            },
            StreamTo::Room => Meant::Room,
            StreamTo::Users(users) => Meant::Users(users.iter().map(|user| (*user).to_owned()).collect()),
        };
        self.check_given_up()?;
        let packet = match (&meant, self.hears) {
            (Meant::Caller, Some(id)) => Packet::caller_stream(id, chunk),
            _ => Packet::room_stream(self.cb, self.room, chunk),
        };
        let is_for_caller = meant == Meant::Caller;
        self.put(meant, packet).await;
        self.taken(is_for_caller).await;
        self.check_given_up()
    }

    fn check_given_up(&self) -> Result<(), SyncError> {
        if self.cancelled.is_cancelled() { Err(SyncError::new("sync-cancelled")) } else { Ok(()) }
    }
}

impl<A: App> Waiting<A> {
    /// Returns when what waits is to go out, if anything does.
    fn due(&self) -> Option<Instant> {
        let next = self.last.map(|last| last + TOGETHER).filter(|_| !self.is_full());
        (!self.chunks.is_empty()).then(|| next.unwrap_or_else(Instant::now))
    }

    fn is_full(&self) -> bool {
        self.bytes >= TOGETHER_BYTES
    }
}

impl<A: App> Streams for LiveStreams<'_, A> {
    fn send<'a>(&'a self, to: StreamTo<'a>, chunk: &'a RawValue) -> BoxFuture<'a, Result<(), SyncError>> {
        Box::pin(self.stream(to, chunk))
    }

    fn cancelled(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.cancelled.cancelled())
    }
}

fn is_one_of<A: App>(users: &[String], socket: &Socket<A>) -> bool {
    let session = socket.session().get();
    let is_one = contained(|| A::user_id(&session).is_some_and(|id| users.iter().any(|user| user == id)));
    is_one.unwrap_or(false)
}
