//! Standing still for a moment, while another process takes over: what has begun ends, and what comes waits.

use std::time::Duration;

use crate::clock::{Instant, sleep, timeout};
use crate::dispatch::gate::{Closed, Passing};
use crate::dispatch::{Caller, Dispatcher};
use crate::route::App;

/// After what time it is looked again whether what has begun has ended.
const LOOKS_AGAIN: Duration = Duration::from_millis(1);
/// How long stores may take then.
const STORED_WITHIN: Duration = Duration::from_secs(1);

impl<A: App> Dispatcher<A> {
    /// Has calls wait that come by no socket, and returns when those that had begun have ended, and everybody has been told of what they did: or at
    /// the latest at `until`, when what still runs is left behind. Sockets are kept from calling by whoever reads from them. All that is to be
    /// stored is stored then, as far as it can be.
    pub async fn pause(&self, until: Instant) -> Closed {
        let parts = self.parts();
        let closed = parts.gate.close();
        let is_idle = || {
            let has_ended = parts.gate.is_idle() && self.calls().is_empty() && parts.hooks.work().is_empty();
            has_ended && self.hub().deliveries().is_empty()
        };
        while !is_idle() && Instant::now() < until {
            sleep(LOOKS_AGAIN).await;
        }
        let stored = async {
            tokio::join!(self.save_states(), self.store_clients(), self.hub().histories_settled());
        };
        if timeout(STORED_WITHIN, stored).await.is_err() || !is_idle() {
            tracing::warn!("not all that had begun has ended before another process takes over");
        }
        closed
    }

    /// Waits until a call over HTTP may begin that changes something.
    pub async fn pass(&self, caller: &Caller<A>) -> Passing {
        self.parts().gate.pass(caller).await
    }

    /// Waits until the app itself may begin something.
    pub(super) async fn passing(&self) -> Passing {
        self.parts().gate.pass(&self.server()).await
    }
}
