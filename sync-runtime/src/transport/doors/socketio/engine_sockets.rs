//! All sockets of Engine.IO, from their handshakes to their ends.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use engineioxide::DisconnectReason;
use engineioxide::socket::Sid;
use parking_lot::Mutex;

use crate::clock::{Slumber, sleep, timeout};
use crate::config::Config;
use crate::metrics::ServerMetrics;
use crate::rooms::Outbox;
use crate::tables::shrink;
use crate::transport::doors::leftovers::Leftovers;
use crate::transport::doors::socketio::carrier::EngineSocket;
use crate::transport::doors::socketio::closed_sockets::ClosedSockets;
use crate::transport::doors::socketio::door::poll_limit;
use crate::transport::doors::socketio::lobby::Lobby;
use crate::transport::doors::socketio::outlet::{Outlet, OutletLimits, Traffic};
use crate::transport::doors::socketio::progress::Progress;
use crate::wire::Packet;

/// How long it takes, about, until there is a server again, and then for each client to come back and be shown what it missed.
const RESTARTING: Duration = Duration::from_millis(500);
const RECONNECTING: Duration = Duration::from_micros(500);
/// Within what time all of them come back, at least and at most.
const SOONEST: Duration = Duration::from_millis(500);
const LATEST: Duration = Duration::from_secs(30);

/// How often it is looked whether the machine has slept, and what counts as a sleep: a clock that is set by less is none.
const LOOK: Duration = Duration::from_secs(1);
const NAP: Duration = Duration::from_secs(2);
/// How many sockets are asked in a row, before others have their turn.
const ASKED_TOGETHER: usize = 64;

/// All sockets of Engine.IO by their ids, and how many were closed for which reason.
#[derive(Debug)]
pub struct EngineSockets {
    limits: OutletLimits,
    sockets: Mutex<HashMap<Sid, Weak<EngineSocket>>>,
    lobby: Arc<Lobby>,
    leftovers: Arc<Leftovers>,
    left_beside: Arc<Leftovers>,
    closed_sockets: ClosedSockets,
    progress: Arc<Progress>,
    /// How long it takes, about, until there is a server again.
    restarting: Duration,
}

impl EngineSockets {
    /// Creates the index; `metrics` count who has to go without having been let in.
    #[must_use]
    pub fn new(config: &Config, metrics: &ServerMetrics) -> Self {
        let limits =
            OutletLimits { queue: config.send_queue, poll: poll_limit(config), direct: config.direct_delivery };
        Self {
            limits,
            sockets: Mutex::default(),
            lobby: Arc::new(Lobby::new(config, metrics)),
            leftovers: Arc::default(),
            left_beside: Arc::default(),
            closed_sockets: ClosedSockets::default(),
            progress: Arc::default(),
            // On a socket that is handed down, the next one is waited for where it is to come.
            restarting: if config.inherit_listener { Duration::ZERO } else { RESTARTING },
        }
    }

    /// Returns how many sockets were closed, by reason.
    #[must_use]
    pub fn closed_sockets(&self) -> &ClosedSockets {
        &self.closed_sockets
    }

    /// Waits until every client gets all that was sent even if its socket is closed now; for those that poll, no longer than
    /// `polling`: one that has gone away without a word would keep this waiting until its heartbeat ends.
    pub async fn flushed(&self, polling: Duration) {
        let sockets = self.sockets();
        let polled = self.flushed_of(&sockets, |outlet| outlet.polls());
        timeout(polling, polled).await.unwrap_or_default();
        self.flushed_of(&sockets, |outlet| !outlet.polls()).await;
    }

    /// Waits for those that `concerns` us, one after the other: nothing more is sent to one that has everything.
    async fn flushed_of(&self, sockets: &[Arc<EngineSocket>], concerns: fn(&Outlet) -> bool) {
        for socket in sockets {
            let has_all = || socket.data.outlet().is_none_or(|outlet| !concerns(&outlet) || outlet.is_flushed());
            self.progress.until(has_all).await;
        }
    }

    /// Adds up what passes through the sockets that are open.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let mut traffic = Traffic::default();
        for outlet in self.outlets() {
            outlet.add_to(&mut traffic);
        }
        traffic
    }

    /// Tells all clients that they will be closed, and when to come back: one after the other, no faster than a server takes them.
    pub fn announce_stop(&self) {
        let outlets = self.outlets();
        let all_back = RECONNECTING.saturating_mul(u32::try_from(outlets.len()).unwrap_or(u32::MAX));
        let within = all_back.clamp(SOONEST, LATEST);
        for (index, outlet) in outlets.iter().enumerate() {
            // In the order of a hash map, which is as good as chance.
            let share = within.mul_f64(index as f64 / outlets.len() as f64);
            outlet.send(&Packet::stopping(self.restarting + share).into());
        }
    }

    /// Asks all WebSockets for a sign of life when the machine has slept: by the clocks that count for pings, no time has passed for those who
    /// have gone meanwhile. Whoever polls is found by the next ping, which nobody but engineioxide can send there.
    pub async fn watch_sleep(&self) {
        let mut slumber = Slumber::new();
        loop {
            sleep(LOOK).await;
            let slept = slumber.since_last();
            if slept >= NAP {
                tracing::info!(
                    ?slept,
                    "the machine has slept, or its clock was set: all sockets are asked whether they are there"
                );
                self.ask_all().await;
            }
        }
    }

    async fn ask_all(&self) {
        for some in self.sockets().chunks(ASKED_TOGETHER) {
            some.iter().filter_map(|socket| socket.data.pipe()).for_each(|pipe| pipe.ask());
            tokio::task::yield_now().await;
        }
    }

    /// Closes all sockets, so that their clients connect again.
    pub fn close(&self) {
        self.sockets().iter().for_each(|socket| socket.close(DisconnectReason::ClosingServer));
    }

    /// Closes all sockets, and returns when they are closed.
    pub async fn close_all(&self) {
        let sockets = self.sockets();
        self.close();
        for socket in sockets {
            socket.closed().await;
        }
    }

    /// Adds a socket that has shaken hands.
    pub(super) fn add(&self, socket: &Arc<EngineSocket>) {
        self.sockets.lock().insert(socket.id, Arc::downgrade(socket));
        self.lobby.enter(socket);
    }

    /// Forgets a socket.
    pub(super) fn remove(&self, socket: &EngineSocket) {
        self.lobby.leave(socket);
        let mut sockets = self.sockets.lock();
        sockets.remove(&socket.id);
        shrink(&mut sockets);
    }

    /// Returns what is told when a client has taken something, or has gone.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns those who have not said CONNECT.
    pub(super) fn lobby(&self) -> &Arc<Lobby> {
        &self.lobby
    }

    /// Returns what callers had sent before they went.
    pub(super) fn leftovers(&self) -> &Arc<Leftovers> {
        &self.leftovers
    }

    /// Returns those of their calls that ran beside others, counted apart: they are many, and must not take the places of the rest.
    pub(super) fn left_beside(&self) -> &Arc<Leftovers> {
        &self.left_beside
    }

    /// Makes the outlet of a client that is let in.
    pub(super) fn open(&self, socket: &Arc<EngineSocket>) -> Arc<Outlet> {
        let (passage, progress) = (socket.data.passage().clone(), self.progress.clone());
        Arc::new(Outlet::new(self.limits, Arc::downgrade(socket), Arc::downgrade(&self.lobby), passage, progress))
    }

    /// Returns the socket with this id.
    pub(super) fn find(&self, sid: &str) -> Option<Arc<EngineSocket>> {
        self.sockets.lock().get(&sid.parse().ok()?)?.upgrade()
    }

    fn outlets(&self) -> Vec<Arc<Outlet>> {
        self.sockets().iter().filter_map(|socket| socket.data.outlet()).collect()
    }

    pub(super) fn sockets(&self) -> Vec<Arc<EngineSocket>> {
        self.sockets.lock().values().filter_map(Weak::upgrade).collect()
    }
}
