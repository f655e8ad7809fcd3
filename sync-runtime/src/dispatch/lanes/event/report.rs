//! What becomes of one event, for a caller who wants to know.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::oneshot;

use crate::wire::Report;

/// Counts members until nobody is to be judged any more, and tells how many there were.
pub(super) struct Reporter {
    delivered: AtomicU32,
    skipped: AtomicU32,
    failed: AtomicU32,
    tell: Option<oneshot::Sender<Report>>,
}

/// What one member gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Got {
    Event,
    Nothing,
    Error,
}

impl Reporter {
    pub(super) fn new() -> (Arc<Self>, oneshot::Receiver<Report>) {
        let (tell, told) = oneshot::channel();
        let (delivered, skipped, failed) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
        (Arc::new(Self { delivered, skipped, failed, tell: Some(tell) }), told)
    }

    pub(super) fn count(&self, got: Got) {
        let counter = match got {
            Got::Event => &self.delivered,
            Got::Nothing => &self.skipped,
            Got::Error => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Those who are still to be judged hold it, too.
impl Drop for Reporter {
    fn drop(&mut self) {
        let Self { delivered, skipped, failed, tell } = self;
        let report = Report { delivered: *delivered.get_mut(), skipped: *skipped.get_mut(), failed: *failed.get_mut() };
        if let Some(tell) = tell.take() {
            // Who has asked may not wait any more: it comes back unread.
            tell.send(report).unwrap_or_default();
        }
    }
}
