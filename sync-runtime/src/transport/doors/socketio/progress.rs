//! Waits until clients have what they were sent.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Told whenever a client may have taken something, or has gone; costs next to nothing while nobody waits for that.
#[derive(Debug, Default)]
pub(super) struct Progress {
    is_watched: AtomicBool,
    made: Notify,
}

impl Progress {
    /// Notes that something has changed of what others [wait for](Progress::until), which can be seen already.
    pub(super) fn made(&self) {
        if self.is_watched.load(Ordering::Acquire) {
            self.made.notify_waiters();
        }
    }

    /// Waits until `is_done`, which takes the locks under which that changes: whoever changes it later finds us watching.
    pub(super) async fn until(&self, is_done: impl Fn() -> bool) {
        self.is_watched.store(true, Ordering::Release);
        loop {
            let made = self.made.notified();
            if is_done() {
                return;
            }
            made.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_looked_again_when_something_was_told_and_not_before() {
        let (progress, is_done) = (Progress::default(), AtomicBool::new(false));
        let mut waiting = std::pin::pin!(progress.until(|| is_done.load(Ordering::Acquire)));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        progress.made();
        assert!(futures_util::poll!(waiting.as_mut()).is_pending(), "nothing was done");
        is_done.store(true, Ordering::Release);
        assert!(futures_util::poll!(waiting.as_mut()).is_pending(), "nobody has told it");
        progress.made();
        assert!(futures_util::poll!(waiting.as_mut()).is_ready());
    }
}
