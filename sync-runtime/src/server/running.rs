//! A server that runs, and how it stops.

use std::net::SocketAddr;
use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use crate::clock::{Instant, sleep, timeout, timeout_at};
use crate::route::App;
use crate::server::backups;
use crate::server::handle::Handle;
use crate::transport::{ClosedSockets, OpenDoors, Traffic};

/// How long shutdown waits for polling clients to fetch what was sent to them.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);
/// What is kept of the time of a shutdown, at most a quarter, for telling those who are connected: handlers do not get it.
const TELLING: Duration = Duration::from_millis(2500);
/// What is kept of it, at most an eighth, for writing at the very end what has happened.
const CLOSING: Duration = Duration::from_secs(1);

/// A server that accepts connections, until it is told to [`shutdown`](Running::shutdown): one that is dropped without ends as in a crash.
pub struct Running<A: App> {
    pub(super) handle: Handle<A>,
    pub(super) doors: OpenDoors,
    /// Makes backups until then.
    backups: AbortOnDropHandle<()>,
}

impl<A: App> Running<A> {
    pub(super) fn new(handle: Handle<A>, doors: OpenDoors) -> Self {
        let backups = AbortOnDropHandle::new(tokio::spawn(backups::keep(handle.clone())));
        Self { handle, doors, backups }
    }

    /// Serves until `stopped`, and [shuts down](Running::shutdown) then; or until another server has taken over, where
    /// [`Config::takeover`](crate::Config::takeover) lets one.
    pub async fn until(self, stopped: impl Future<Output = ()>) {
        if let Some(running) = self.unless_handed_over(stopped).await {
            running.shutdown().await;
        }
    }

    /// Returns the address, with the port that was chosen where the configuration said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.doors.address()
    }

    /// Returns the way to the app, its sessions and its rooms.
    #[must_use]
    pub fn handle(&self) -> &Handle<A> {
        &self.handle
    }

    /// Returns how many sockets the server closed, by reason.
    #[must_use]
    pub fn closed_sockets(&self) -> &ClosedSockets {
        self.doors.closed_sockets()
    }

    /// Returns what passes through the sockets that are open.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.doors.traffic()
    }

    /// Stops: takes no more calls, finishes those in flight, delivers what they caused, tells the clients, and returns; within
    /// the configured shutdown timeout whatever happens.
    ///
    /// A handler that takes longer than that is not cut off: it goes on as long as the runtime that it runs in, but its caller is gone by
    /// then, and nobody hears of its event.
    pub async fn shutdown(self) {
        let limit = self.handle.config().shutdown_timeout;
        let deadline = Instant::now() + limit;
        self.take_no_more();
        tracing::info!(?limit, "stopping");
        let for_calls = limit - TELLING.min(limit / 4);
        let handled = timeout(for_calls, self.calls_handled(for_calls / 2)).await;
        // Beside what follows: a store that does not answer holds up nobody's last frames.
        let dispatcher = self.handle.dispatcher().clone();
        let saving = AbortOnDropHandle::new(tokio::spawn(async move { dispatcher.save_states().await }));
        let told = timeout_at(deadline - CLOSING.min(limit / 8), self.tell_everybody()).await;
        if handled.is_err() || told.is_err() {
            tracing::warn!(?limit, "stopped with calls or connections still open");
        }
        self.end_everything();
        let saved = async {
            saving.await.map_or_else(drop, drop);
            // A handler that has ended meanwhile may have changed something.
            self.handle.dispatcher().save_states().await
        };
        match timeout_at(deadline, saved).await {
            Ok(0) => {}
            Ok(unsaved) => tracing::error!(unsaved, "stopped with values of rooms that could not be saved"),
            Err(_) => tracing::error!("stopped before all values of rooms were saved"),
        }
        if timeout_at(deadline, self.handle.dispatcher().store_clients()).await.is_err() {
            tracing::warn!("stopped before it was stored how far clients have come");
        }
        self.handle.dispatcher().close_stores();
        if timeout_at(deadline, self.handle.dispatcher().hub().leave_others()).await.is_err() {
            tracing::warn!("stopped before other servers were told so");
        }
        // The next process waits for this file.
        if timeout_at(deadline, self.handle.dispatcher().hub().close_histories()).await.is_err() {
            tracing::warn!("stopped before all that has happened in rooms with `history = durable` was kept");
        }
    }

    /// From now on whoever comes is turned away, and what is called is refused.
    pub(super) fn take_no_more(&self) {
        self.backups.abort();
        self.doors.turn_away();
        self.handle.dispatcher().close();
    }

    /// Waits for the handlers of the calls that were taken. Those that stream may go on for long: after `patience` they are given up, so that
    /// they come to an end of their own.
    async fn calls_handled(&self, patience: Duration) {
        let dispatcher = self.handle.dispatcher();
        let giving_up = async {
            sleep(patience).await;
            dispatcher.give_up_streams();
            std::future::pending::<()>().await
        };
        tokio::select! {
            () = dispatcher.handled() => {}
            () = giving_up => {}
        }
    }

    /// Sends everybody what is theirs, and closes the doors behind them.
    async fn tell_everybody(&self) {
        // Beside what follows: a store that does not answer holds up nobody's last frames.
        let handle = self.handle.clone();
        let sessions = AbortOnDropHandle::new(tokio::spawn(async move { handle.sessions().finish().await }));
        self.handle.dispatcher().hub().deliveries().wait().await;
        self.doors.announce_stop();
        self.doors.flushed(FLUSH_LIMIT).await;
        self.doors.close_sockets().await;
        // Slow readers get what was sent to them as long as there is time.
        self.doors.drained().await;
        sessions.await.unwrap_or_default();
        self.doors.close().await;
    }

    /// Serves nothing after this, not even where there was no time to tell; nobody is a member of anything any more.
    fn end_everything(&self) {
        self.doors.cut();
        self.handle.dispatcher().disconnect_all();
    }
}

impl<A: App> Drop for Running<A> {
    fn drop(&mut self) {
        // Without its runtime, it has ended; and hooks of the app's could not run, which closing a socket begins.
        if tokio::runtime::Handle::try_current().is_ok() {
            self.take_no_more();
            self.doors.cut();
        }
        // A handler that still runs must not keep files from the next server.
        self.handle.dispatcher().close_stores();
        drop(self.handle.dispatcher().hub().close_histories());
    }
}

impl<A: App> std::fmt::Debug for Running<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address()).finish_non_exhaustive()
    }
}
