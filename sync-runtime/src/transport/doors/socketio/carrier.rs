//! What we keep with each socket of Engine.IO, from its handshake to its end.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::ConnectInfo;
use engineioxide::TransportType;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::clock::sleep;
use crate::dispatch::{Followers, HandedClient};
use crate::rooms::CloseReason;
use crate::route::BoxFuture;
use crate::transport::doors::socketio::outlet::Outlet;
use crate::transport::pipes::{Direct, Passage, PipeInfo};

/// A socket of Engine.IO with what we keep for it.
pub(super) type EngineSocket = engineioxide::Socket<Carrier>;

/// How long a poll may hang while its socket tries to move to a WebSocket: the client waits for it before it does.
const HANG_WHILE_MOVING: Duration = Duration::from_millis(100);

/// How many answers to a CONNECT one socket gets: they wait for it uncounted.
const TOLD_LIMIT: usize = 64;

/// What carries a client: it exists before the client has said CONNECT, and outlives a DISCONNECT.
#[derive(Debug, Default)]
pub(super) struct Carrier {
    state: Mutex<CarrierState>,
    /// What is on its way to it through engineioxide.
    passage: Arc<Passage>,
    /// Told when a WebSocket is tried, for the poll that hangs.
    tried: Notify,
    /// Its number among those who have not said CONNECT; 0 when it has.
    ticket: AtomicU64,
}

#[derive(Debug, Default)]
struct CarrierState {
    stage: Stage,
    /// The pipe of its WebSocket.
    pipe: Option<Weak<dyn Direct>>,
    has_moved: bool,
    /// Whether a WebSocket is being tried.
    is_moving: bool,
    /// How often it was told something that is not counted by an outlet.
    told: usize,
    /// How many binary parts of an event are still to come, to be passed over.
    attachments: usize,
}

#[derive(Debug, Default)]
enum Stage {
    /// Nobody has said CONNECT.
    #[default]
    Vacant,
    /// It is being found out who that is.
    Knocking,
    Occupied(Arc<dyn Occupant>),
}

/// A client that was let in.
pub(super) trait Occupant: Send + Sync + std::fmt::Debug {
    /// Returns the way out to the client.
    fn outlet(&self) -> &Arc<Outlet>;

    /// Takes a message.
    fn receive(self: Arc<Self>, message: InboundMessage);

    /// Returns whether all that it has sent was answered.
    fn is_idle(&self) -> bool;

    /// Returns what there is to be known of it, for another process; `None` for one that goes.
    fn handed<'a>(&'a self, followers: &'a mut Followers) -> BoxFuture<'a, Option<HandedClient>>;

    /// Forgets the client, which is gone.
    fn leave(&self, gone: Gone);
}

/// How a client has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// It has said DISCONNECT, and may say CONNECT again.
    Disconnected,
    /// It has closed the connection.
    Closed,
    /// Its connection is no more.
    Lost,
    /// We have closed it.
    Dismissed(CloseReason),
}

/// One message of a client, with the number under which it is answered if it asked for an answer.
#[derive(Debug)]
pub(super) struct InboundMessage {
    pub(super) content: Content,
    pub(super) id: Option<i64>,
}

/// What a message says.
#[derive(Debug)]
pub(super) enum Content {
    /// The array of an event, if it is one.
    Text(engineioxide::Str),
    /// An event with binary parts: none of ours. What it begins with says whether it was to tell which page the socket shows.
    Binary { is_location: bool },
    /// More than a message may have; of that one, too, this is kept.
    TooLarge { is_location: bool },
}

impl Carrier {
    /// Notes that somebody has said CONNECT; `false` if somebody has before.
    pub(super) fn knock(&self) -> bool {
        let mut state = self.state.lock();
        let is_vacant = matches!(state.stage, Stage::Vacant);
        if is_vacant {
            state.stage = Stage::Knocking;
        }
        is_vacant
    }

    /// Returns whether somebody who has said CONNECT is being looked up.
    pub(super) fn is_knocked_at(&self) -> bool {
        matches!(self.state.lock().stage, Stage::Knocking)
    }

    /// Notes that whoever said CONNECT was not let in.
    pub(super) fn turn_away(&self) {
        self.state.lock().stage = Stage::Vacant;
    }

    /// Lets a client in; what it is sent goes to the WebSocket, if there is one.
    pub(super) fn occupy(&self, occupant: Arc<dyn Occupant>) {
        let pipe = {
            let mut state = self.state.lock();
            state.stage = Stage::Occupied(occupant.clone());
            state.pipe.as_ref().and_then(Weak::upgrade)
        };
        if let Some(pipe) = pipe {
            occupant.outlet().set_pipe(&pipe);
        }
    }

    /// Returns the client.
    pub(super) fn occupant(&self) -> Option<Arc<dyn Occupant>> {
        match &self.state.lock().stage {
            Stage::Occupied(occupant) => Some(occupant.clone()),
            Stage::Vacant | Stage::Knocking => None,
        }
    }

    /// Takes the client out: whoever does says that it leaves.
    pub(super) fn vacate(&self) -> Option<Arc<dyn Occupant>> {
        self.take_out(|_| true)
    }

    /// Takes out the client whose outlet this is.
    pub(super) fn vacate_outlet(&self, outlet: &Outlet) -> Option<Arc<dyn Occupant>> {
        self.take_out(|occupant| std::ptr::eq(&**occupant.outlet(), outlet))
    }

    fn take_out(&self, is_meant: impl FnOnce(&dyn Occupant) -> bool) -> Option<Arc<dyn Occupant>> {
        let mut state = self.state.lock();
        match &state.stage {
            Stage::Occupied(occupant) if is_meant(&**occupant) => {
                let occupant = occupant.clone();
                state.stage = Stage::Vacant;
                Some(occupant)
            }
            _ => None,
        }
    }

    /// Returns the way out to the client.
    pub(super) fn outlet(&self) -> Option<Arc<Outlet>> {
        self.occupant().map(|occupant| occupant.outlet().clone())
    }

    /// Makes `pipe` the WebSocket that the socket is on from now on.
    pub(super) fn set_pipe(&self, pipe: &Arc<dyn Direct>) {
        pipe.clone().follow(self.passage.clone());
        {
            let mut state = self.state.lock();
            state.pipe = Some(Arc::downgrade(pipe));
            state.has_moved = true;
        }
        // Without the lock, which closing the client takes; who is let in meanwhile finds the pipe.
        if let Some(outlet) = self.outlet() {
            outlet.set_pipe(pipe);
        }
    }

    /// Returns the WebSocket that the socket is on.
    pub(super) fn pipe(&self) -> Option<Arc<dyn Direct>> {
        self.state.lock().pipe.as_ref()?.upgrade()
    }

    /// Returns whether the socket is on a WebSocket, or has been.
    pub(super) fn has_moved(&self) -> bool {
        self.state.lock().has_moved
    }

    /// Notes that a WebSocket is being tried; `false` if one is already, or if the socket has moved to one.
    pub(super) fn begin_move(&self) -> bool {
        let mut state = self.state.lock();
        let begun = !state.has_moved && !std::mem::replace(&mut state.is_moving, true);
        drop(state);
        if begun {
            self.tried.notify_waiters();
        }
        begun
    }

    /// Notes that the try is over.
    pub(super) fn end_move(&self) {
        self.state.lock().is_moving = false;
    }

    fn is_moving(&self) -> bool {
        self.state.lock().is_moving
    }

    /// Waits until a poll should be answered, though nothing is there for it, so that the client can move.
    pub(super) async fn asks_to_move(&self) {
        loop {
            let tried = self.tried.notified();
            if self.is_moving() {
                sleep(HANG_WHILE_MOVING).await;
                if self.is_moving() {
                    return;
                }
            } else {
                tried.await;
            }
        }
    }

    /// Returns what is on its way to it through engineioxide.
    pub(super) fn passage(&self) -> &Arc<Passage> {
        &self.passage
    }

    /// Counts in an answer to a CONNECT; `false` if there were so many that something is wrong with whoever asks.
    pub(super) fn may_be_told(&self) -> bool {
        let mut state = self.state.lock();
        state.told += 1;
        state.told <= TOLD_LIMIT
    }

    /// Expects so many binary parts.
    pub(super) fn expect_attachments(&self, count: usize) {
        self.state.lock().attachments = count;
    }

    /// Takes a binary part, and returns whether one was expected.
    pub(super) fn take_attachment(&self) -> bool {
        let mut state = self.state.lock();
        let is_expected = state.attachments > 0;
        state.attachments = state.attachments.saturating_sub(1);
        is_expected
    }

    /// Returns its number in the lobby; 0 when it is not there.
    pub(super) fn ticket(&self) -> u64 {
        self.ticket.load(Ordering::Acquire)
    }

    /// Sets its number in the lobby, and returns the one before.
    pub(super) fn set_ticket(&self, ticket: u64) -> u64 {
        self.ticket.swap(ticket, Ordering::AcqRel)
    }
}

/// Returns the pipe of the handshake.
pub(super) fn handshake_info(socket: &EngineSocket) -> Option<&PipeInfo> {
    socket.req_parts.extensions.get::<ConnectInfo<PipeInfo>>().map(|info| &info.0)
}

/// Returns the pipe of a socket that began as a WebSocket. One that began with polling has shown only where it polled.
pub(super) fn first_pipe(socket: &EngineSocket) -> Option<Arc<dyn Direct>> {
    let info = handshake_info(socket).filter(|_| socket.transport_type() == TransportType::Websocket)?;
    Some(info.pipe.upgrade()?)
}

/// Returns the [host](PipeInfo::host) that the handshake came from.
pub(super) fn address(socket: &EngineSocket) -> Option<IpAddr> {
    handshake_info(socket).map(PipeInfo::host)
}
