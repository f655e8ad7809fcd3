//! Where calls wait that come by no socket, while another process takes over.

use std::future::Future;

use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::dispatch::{Caller, CallerKind};
use crate::route::App;

tokio::task_local! {
    /// Set in a call: what its handler calls in turn belongs to it.
    static IN_A_CALL: ();
}

/// Calls that come by no socket pass here: those of sockets wait where they are read.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_closed: watch::Sender<bool>,
    passing: TaskTracker,
}

/// A call that has passed, until it ends.
pub struct Passing(#[expect(dead_code, reason = "it is there to be dropped")] Option<TaskTrackerToken>);

/// Nothing begins as long as this is there.
#[derive(Debug)]
pub struct Closed(watch::Sender<bool>);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

impl Gate {
    /// Waits until a call may begin.
    pub(super) async fn pass<A: App>(&self, caller: &Caller<A>) -> Passing {
        let is_waited_for = match caller.kind() {
            CallerKind::Socket(_) => false,
            CallerKind::Http | CallerKind::Server => IN_A_CALL.try_with(|()| ()).is_err(),
        };
        if !is_waited_for {
            return Passing(None);
        }
        loop {
            let token = self.passing.token();
            // Counted before it is asked: whoever closes either sees this call, or is seen.
            if !self.is_closed() {
                return Passing(Some(token));
            }
            drop(token);
            // The gate itself holds the other end.
            self.is_closed.subscribe().wait_for(|is_closed| !is_closed).await.map_or_else(drop, drop);
        }
    }

    /// Has calls wait as long as what this returns is there.
    pub(super) fn close(&self) -> Closed {
        self.is_closed.send_replace(true);
        Closed(self.is_closed.clone())
    }

    /// Returns whether nothing is to begin, nor to come from other servers.
    pub(super) fn is_closed(&self) -> bool {
        *self.is_closed.borrow()
    }

    /// Returns whether all calls that have passed have ended.
    pub(super) fn is_idle(&self) -> bool {
        self.passing.is_empty()
    }
}

/// Runs a call: what it calls in turn is let through.
pub(super) fn in_a_call<F: Future>(call: F) -> impl Future<Output = F::Output> {
    IN_A_CALL.scope((), call)
}
