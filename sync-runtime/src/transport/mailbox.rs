//! The messages of one socket, handled one after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use crate::transport::link::Link;

/// Reading from a socket is held back above this many waiting bytes …
const HIGH_BYTES: usize = 512 * 1024;
/// … or this many waiting messages, and goes on below half of it.
const HIGH_COUNT: usize = 4096;

/// What has arrived from one socket and waits for its turn.
///
/// A task drains it; it is started by the first message and ends when nothing waits, so that an idle socket has no task.
#[derive(Debug)]
pub(super) struct Mailbox<M> {
    link: Arc<Link>,
    state: Mutex<State<M>>,
}

#[derive(Debug)]
struct State<M> {
    waiting: VecDeque<(M, usize)>,
    bytes: usize,
    open: bool,
    draining: bool,
    paused: bool,
}

impl<M> Mailbox<M> {
    /// Creates a mailbox that keeps messages and does not hand them out before it is [opened](Mailbox::open).
    pub(super) fn new(link: Arc<Link>) -> Self {
        let state = State { waiting: VecDeque::new(), bytes: 0, open: false, draining: false, paused: false };
        Self { link, state: Mutex::new(state) }
    }

    /// Adds a message of `bytes`, and returns whether a task has to be started that drains.
    #[must_use]
    pub(super) fn push(&self, message: M, bytes: usize) -> bool {
        let mut state = self.state();
        state.waiting.push_back((message, bytes));
        state.bytes += bytes;
        if !state.paused && (state.bytes > HIGH_BYTES || state.waiting.len() > HIGH_COUNT) {
            state.paused = true;
            self.link.pause_reading(true);
        }
        state.open && !std::mem::replace(&mut state.draining, true)
    }

    /// Lets messages be handed out, and returns whether a task has to be started that drains.
    #[must_use]
    pub(super) fn open(&self) -> bool {
        let mut state = self.state();
        state.open = true;
        !state.waiting.is_empty() && !std::mem::replace(&mut state.draining, true)
    }

    /// Returns the oldest message; with `None` the draining task ends.
    pub(super) fn next(&self) -> Option<M> {
        let mut state = self.state();
        let Some((message, bytes)) = state.waiting.pop_front() else {
            state.draining = false;
            return None;
        };
        state.bytes -= bytes;
        if state.paused && state.bytes <= HIGH_BYTES / 2 && state.waiting.len() <= HIGH_COUNT / 2 {
            state.paused = false;
            self.link.pause_reading(false);
        }
        Some(message)
    }

    fn state(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock()
    }
}
