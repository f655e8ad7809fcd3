//! How many sockets the server closed, and why.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::rooms::CloseReason;

/// How many sockets the server closed, by reason.
#[derive(Debug, Default)]
pub struct ClosedSockets {
    send_queue_full: AtomicU64,
    write_timeout: AtomicU64,
    receive_queue_full: AtomicU64,
    filters_too_slow: AtomicU64,
    resume_failed: AtomicU64,
    delivery_failed: AtomicU64,
    rate_limited: AtomicU64,
    session_ended: AtomicU64,
    session_replaced: AtomicU64,
}

impl ClosedSockets {
    /// Returns how many sockets were closed for `reason` since the start.
    #[must_use]
    pub fn closed(&self, reason: CloseReason) -> u64 {
        self.counter(reason).load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, reason: CloseReason) {
        self.counter(reason).fetch_add(1, Ordering::Relaxed);
    }

    fn counter(&self, reason: CloseReason) -> &AtomicU64 {
        match reason {
            CloseReason::SendQueueFull => &self.send_queue_full,
            CloseReason::WriteTimeout => &self.write_timeout,
            CloseReason::ReceiveQueueFull => &self.receive_queue_full,
            CloseReason::FiltersTooSlow => &self.filters_too_slow,
            CloseReason::ResumeFailed => &self.resume_failed,
            CloseReason::DeliveryFailed => &self.delivery_failed,
            CloseReason::RateLimited => &self.rate_limited,
            CloseReason::SessionEnded => &self.session_ended,
            CloseReason::SessionReplaced => &self.session_replaced,
        }
    }
}
