//! The steps of the old server.

use std::time::Duration;

use crate::clock::{Instant, timeout};
use crate::dispatch::Closed;
use crate::route::App;
use crate::server::running::Running;
use crate::server::service;
use crate::server::takeover::{Offer, Successor};

/// How long what has begun may take to end, when another server takes over: everybody waits for it.
const ENDS_WITHIN: Duration = Duration::from_secs(1);
/// The same for a socket that is in the middle of a message.
const SAID_WITHIN: Duration = Duration::from_millis(300);

impl<A: App> Running<A> {
    /// Waits until the server is to stop; `None` if another one has taken over before.
    pub(in crate::server) async fn unless_handed_over(mut self, stopped: impl Future<Output = ()>) -> Option<Self> {
        // As long as this waits there, and no longer: one that stops is not to be found.
        let mut offer = if self.handle.config().takeover { Offer::open(self.handle.config()) } else { None };
        let mut stopped = std::pin::pin!(stopped);
        loop {
            let successor = tokio::select! {
                () = stopped.as_mut() => return Some(self),
                successor = self.successor(offer.as_ref()) => successor,
            };
            // Nothing interrupts this: at any time one server has the connections.
            if self.hand_over(successor).await {
                offer.iter_mut().for_each(Offer::hand_over);
                return None;
            }
        }
    }

    /// Waits until another server is ready to take over from this one; for ever where none may. Nothing has changed if that is given up.
    async fn successor(&self, offer: Option<&Offer>) -> Successor {
        match (offer, self.doors.descriptor()) {
            (Some(offer), Ok(listening)) => offer.successor(&listening, self.doors.is_handed_down()).await,
            (None, _) => std::future::pending().await,
            (_, Err(error)) => {
                tracing::warn!(%error, "no server can take over from this one");
                std::future::pending().await
            }
        }
    }

    /// Hands over to another server: the sockets of those who are connected, and all that this one knows. Returns whether the other one has taken it;
    /// this one goes on if not, and has ended if it has.
    async fn hand_over(&mut self, mut successor: Successor) -> bool {
        let (dispatcher, begun) = (self.handle.dispatcher().clone(), Instant::now());
        self.doors.stand_still(true);
        self.doors.still(begun + SAID_WITHIN).await;
        let paused = dispatcher.pause(begun + ENDS_WITHIN).await;
        // Whatever still runs changes nothing any more that the other one goes on with.
        let fence = dispatcher.hub().fence();
        // What was told until now is out, or waits where it can be handed over.
        self.doors.still(Instant::now() + SAID_WITHIN).await;
        let connections = self.doors.handing(dispatcher.handed_followers()).await;
        let pid = successor.pid();
        let taken = match successor.take(dispatcher.estate(), &connections).await {
            Ok(()) => successor.go().await,
            Err(error) => {
                successor.stay(error.to_string()).await;
                Err(error)
            }
        };
        if let Err(error) = taken {
            tracing::error!(%error, "another server could not take over: this one goes on");
            connections.take_back();
            drop((fence, paused));
            self.doors.stand_still(false);
            return false;
        }
        tracing::info!(connections = connections.len(), stood = ?begun.elapsed(), "another server has taken over");
        connections.let_go();
        service::tell_successor(pid);
        self.leave_the_rest(paused).await;
        true
    }

    /// Ends what the other server could not go on with, and touches nothing that it has.
    async fn leave_the_rest(&mut self, paused: Closed) {
        self.take_no_more();
        // Who waits there is told so.
        drop(paused);
        drop(self.handle.dispatcher().hub().close_histories());
        self.handle.dispatcher().close_stores();
        let left = async {
            self.doors.announce_stop();
            self.doors.close_sockets().await;
            self.doors.close().await;
            self.handle.dispatcher().hub().leave_others().await;
        };
        if timeout(ENDS_WITHIN, left).await.is_err() {
            tracing::warn!("ended with connections that another server could not go on with");
        }
        self.doors.cut();
    }
}
