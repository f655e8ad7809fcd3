//! A server that runs, and how it stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::route::App;
use crate::server::handle::Handle;
use crate::transport::{ClosedSockets, EngineSockets, Ready, Traffic};

/// How long shutdown waits for polling clients to fetch what was sent to them.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);
/// What is kept of the time of a shutdown, at most a quarter, for telling those who are connected: handlers do not get it.
const TELLING: Duration = Duration::from_millis(2500);

/// A server that accepts connections.
pub struct Running<A: App> {
    pub(super) address: SocketAddr,
    pub(super) handle: Handle<A>,
    pub(super) sockets: Arc<EngineSockets>,
    pub(super) flushes: TaskTracker,
    pub(super) ready: Ready,
    pub(super) stop: CancellationToken,
    pub(super) served: JoinHandle<()>,
}

impl<A: App> Running<A> {
    /// Returns the address, with the port that was chosen where the configuration said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the way to the app, its sessions and its rooms.
    #[must_use]
    pub fn handle(&self) -> &Handle<A> {
        &self.handle
    }

    /// Returns how many sockets the server closed, by reason.
    #[must_use]
    pub fn closed_sockets(&self) -> &ClosedSockets {
        self.sockets.counters()
    }

    /// Returns what passes through the sockets that are open.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.sockets.traffic()
    }

    /// Stops: takes no more calls, finishes those in flight, delivers what they caused, tells the clients, and returns; within
    /// the configured shutdown timeout whatever happens.
    pub async fn shutdown(self) {
        let limit = self.handle.config().shutdown_timeout;
        self.ready.store(false, Ordering::Release);
        let dispatcher = &self.handle.0;
        dispatcher.calls().close();
        dispatcher.hub().deliveries().close();
        let (start, abort) = (Instant::now(), self.served.abort_handle());
        let calls = tokio::time::timeout(limit - TELLING.min(limit / 4), dispatcher.calls().wait()).await;
        let told = async {
            // Beside what follows: a store that does not answer holds up nobody's last frames.
            let handle = self.handle.clone();
            let sessions = tokio::spawn(async move { handle.sessions().finish().await });
            dispatcher.hub().deliveries().wait().await;
            self.sockets.flushed(FLUSH_LIMIT).await;
            self.sockets.closed().await;
            // Slow readers get what was sent to them as long as there is time.
            self.flushes.close();
            self.flushes.wait().await;
            sessions.await.unwrap_or_default();
            self.stop.cancel();
            self.served.await
        };
        let told = tokio::time::timeout_at(start + limit, told).await;
        if calls.is_err() || told.is_err() {
            tracing::warn!(?limit, "stopped with calls or connections still open");
        }
        // Nothing is served after this, not even where there was no time to tell.
        self.stop.cancel();
        self.sockets.close();
        abort.abort();
        for socket in dispatcher.hub().sockets() {
            dispatcher.hub().remove(&socket);
        }
    }
}

impl<A: App> std::fmt::Debug for Running<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}
