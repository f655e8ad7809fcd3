//! Standing still for a moment, while another process takes over: what has begun ends, and what comes waits.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use crate::clock::{Instant, sleep, timeout_at};
use crate::dispatch::{Caller, CallerKind, Dispatcher};
use crate::route::App;

/// After what time it is looked again whether what has begun has ended.
const LOOKS_AGAIN: Duration = Duration::from_millis(1);

tokio::task_local! {
    /// Set in a call: what its handler calls in turn belongs to it.
    static IN_A_CALL: ();
}

/// Calls that come by no socket pass here: those of sockets wait where they are read.
#[derive(Debug, Default)]
pub(super) struct Gate {
    passing: Arc<RwLock<()>>,
    /// Whether nothing is to begin, nor to come from other servers.
    is_closed: Arc<AtomicBool>,
}

/// A call that has passed, until it ends.
pub(super) struct Passing(#[expect(dead_code, reason = "it is there to be dropped")] Option<OwnedRwLockReadGuard<()>>);

impl Gate {
    /// Waits until a call may begin.
    pub(super) async fn pass<A: App>(&self, caller: &Caller<A>) -> Passing {
        let is_waited_for = match caller.kind() {
            CallerKind::Socket(_) => false,
            CallerKind::Http | CallerKind::Server => IN_A_CALL.try_with(|()| ()).is_err(),
        };
        Passing(if is_waited_for { Some(self.passing.clone().read_owned().await) } else { None })
    }

    /// Returns whether nothing is to begin.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }
}

/// Runs a call: what it calls in turn is let through.
pub(super) fn in_a_call<F: Future>(call: F) -> impl Future<Output = F::Output> {
    IN_A_CALL.scope((), call)
}

/// Nothing begins as long as this is there.
#[derive(Debug)]
pub struct Paused {
    is_closed: Arc<AtomicBool>,
    gate: Option<OwnedRwLockWriteGuard<()>>,
}

impl Drop for Paused {
    fn drop(&mut self) {
        self.is_closed.store(false, Ordering::Release);
        drop(self.gate.take());
    }
}

impl<A: App> Dispatcher<A> {
    /// Waits until the app itself may begin something.
    pub(super) async fn passing(&self) -> Passing {
        self.parts().gate.pass(&self.server()).await
    }

    /// Has calls wait that come by no socket, and returns when those that had begun have ended, and everybody has been told of what they did: or at
    /// the latest at `until`, when what still runs is left behind. Sockets are kept from calling by whoever reads from them. All that is to be
    /// stored is stored then, as far as it can be.
    pub async fn pause(&self, until: Instant) -> Paused {
        let Gate { passing, is_closed } = &self.parts().gate;
        is_closed.store(true, Ordering::Release);
        let mut paused = Paused { is_closed: is_closed.clone(), gate: None };
        paused.gate = timeout_at(until, passing.clone().write_owned()).await.ok();
        let is_idle =
            || self.calls().is_empty() && self.parts().hooks.work().is_empty() && self.hub().deliveries().is_empty();
        while !is_idle() && Instant::now() < until {
            sleep(LOOKS_AGAIN).await;
        }
        let stored = async {
            tokio::join!(self.save_states(), self.store_clients(), self.hub().histories_settled());
        };
        if !is_idle() || timeout_at(until.max(Instant::now() + STORED_WITHIN), stored).await.is_err() {
            tracing::warn!("not all that had begun has ended before another process takes over");
        }
        paused
    }
}

/// How long stores may take, at least.
const STORED_WITHIN: Duration = Duration::from_secs(1);
