//! Whose turn it is on a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Waker;

use futures_util::task::AtomicWaker;

/// The turn of a call: what the same socket has sent behind it waits until the call has ended, or [passes](Turn::pass) the turn on.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// To whom it was passed since that was asked last.
    passed: AtomicU8,
    /// Whoever handles what the socket sends.
    waker: AtomicWaker,
}

/// Who goes on beside a call that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// Calls that bring events, which come behind it in the order of a room whatever they wait for. All else waits for its end.
    ToEvents,
    /// Whatever comes behind it.
    ToAll,
}

impl Turn {
    /// Lets go on what comes behind this call: its route is `concurrent`.
    pub fn pass(&self) {
        self.pass_to(Passed::ToAll);
    }

    /// Lets go on what may come behind this call as it is now.
    pub fn pass_to(&self, whom: Passed) {
        self.0.passed.fetch_max(whom as u8 + 1, Ordering::AcqRel);
        self.0.waker.wake();
    }

    /// Returns to whom the turn was passed since this was asked last.
    pub fn take_passed(&self) -> Option<Passed> {
        match self.0.passed.swap(0, Ordering::AcqRel) {
            0 => None,
            passed if passed == Passed::ToEvents as u8 + 1 => Some(Passed::ToEvents),
            _ => Some(Passed::ToAll),
        }
    }

    /// Is told when the turn is passed on.
    pub fn watch(&self, waker: &Waker) {
        self.0.waker.register(waker);
    }
}
