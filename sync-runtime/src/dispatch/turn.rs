//! Whose turn it is on a socket.

use std::sync::atomic::{AtomicBool, Ordering};

/// The turn of a call: what the same socket has sent behind it waits until the call has ended, or [passes](Turn::pass) the turn on.
#[derive(Debug, Default)]
pub struct Turn(AtomicBool);

impl Turn {
    /// Lets go on what comes behind this call: its route is `concurrent`.
    pub fn pass(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Returns whether the turn was passed on since this was asked last.
    pub fn take_passed(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}
