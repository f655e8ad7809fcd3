//! The messages of one socket, handled one after the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{AbortHandle, AbortRegistration};
use parking_lot::{Mutex, MutexGuard};

use crate::clock::Instant;
use crate::transport::doors::leftovers::Leftover;
use crate::transport::doors::socketio::outlet::Outlet;

/// Reading from a socket is held back above this many waiting bytes …
const HIGH_BYTES: usize = 512 * 1024;
/// … or this many waiting messages, and goes on below half of it.
const HIGH_COUNT: usize = 4096;
/// How often that may wait at most: a post cannot be held back for ever, and there may be ways to send on that nobody has thought of.
const BEYOND: usize = 16;
/// How long what a socket had sent is handled after it has gone.
const LEFT_FOR: Duration = Duration::from_secs(60);

/// What has arrived from one socket and waits for its turn.
///
/// A task drains it; it is started by the first message and ends when nothing waits, so that an idle socket has no task. Until it is
/// opened, a task may wait for that. Either is cut off when the socket goes and there is nothing that it would be needed for.
#[derive(Debug)]
pub(super) struct Mailbox<M> {
    outlet: Arc<Outlet>,
    state: Mutex<MailboxState<M>>,
}

#[derive(Debug)]
struct MailboxState<M> {
    waiting: VecDeque<(M, usize)>,
    bytes: usize,
    open: bool,
    task: Task,
    paused: bool,
    is_gone: bool,
    /// Set when the socket is gone, as long as anything of it is handled.
    left: Option<Left>,
}

/// The task of a mailbox.
#[derive(Debug)]
enum Task {
    None,
    /// It waits until the mailbox may be opened.
    Waiting(AbortHandle),
    /// It handles what waits; known is how many bytes the message has that is being handled, if it has begun with one.
    Draining(AbortHandle, Option<usize>),
}

/// What is known of a socket that is gone.
#[derive(Debug)]
struct Left {
    until: Instant,
    /// Held as long as anything of it is handled, for whoever waits for that.
    _leftover: Leftover,
}

/// What became of a message.
#[derive(Debug)]
pub(super) enum Pushed {
    /// A task has to be started that drains, which this ends.
    First(AbortRegistration),
    /// It waits for its turn.
    Behind,
    /// It was not taken: the socket cannot be slowed down, and is to be closed.
    TooMuch,
}

impl<M> Mailbox<M> {
    /// Creates a mailbox that keeps messages and does not hand them out before it is [opened](Mailbox::open).
    pub(super) fn new(outlet: Arc<Outlet>) -> Self {
        let waiting = VecDeque::new();
        let state = MailboxState {
            waiting,
            bytes: 0,
            open: false,
            task: Task::None,
            paused: false,
            is_gone: false,
            left: None,
        };
        Self { outlet, state: Mutex::new(state) }
    }

    /// Adds a message of `bytes`, and says what has to be done about it.
    #[must_use]
    pub(super) fn push(&self, message: M, bytes: usize) -> Pushed {
        let mut state = self.state();
        if state.bytes > HIGH_BYTES * BEYOND || state.waiting.len() > HIGH_COUNT * BEYOND {
            return Pushed::TooMuch;
        }
        state.waiting.push_back((message, bytes));
        state.bytes += bytes;
        if !state.paused && (state.bytes > HIGH_BYTES || state.waiting.len() > HIGH_COUNT) {
            state.paused = true;
            self.outlet.pause_reading(true);
        }
        let beginning = if state.open { state.begin_to_drain() } else { None };
        beginning.map_or(Pushed::Behind, Pushed::First)
    }

    /// Notes that a task waits until the mailbox may be opened, and returns what ends that task; `None` if nobody would miss it.
    pub(super) fn wait(&self) -> Option<AbortRegistration> {
        let mut state = self.state();
        if state.is_gone && state.waiting.is_empty() {
            return None;
        }
        let (task, registration) = AbortHandle::new_pair();
        state.task = Task::Waiting(task);
        Some(registration)
    }

    /// Lets messages be handed out. If a task has to be started that drains, returns what ends it.
    #[must_use]
    pub(super) fn open(&self) -> Option<AbortRegistration> {
        let mut state = self.state();
        state.open = true;
        // Whoever has waited opens it.
        state.task = Task::None;
        if state.waiting.is_empty() { None } else { state.begin_to_drain() }
    }

    /// Returns the oldest message; with `None` the draining task ends.
    pub(super) fn next(&self) -> Option<M> {
        let mut state = self.state();
        if state.left.as_ref().is_some_and(|left| left.until <= Instant::now()) {
            state.give_up();
        }
        let Some((message, bytes)) = state.waiting.pop_front() else {
            self.read_on(&mut state);
            state.task = Task::None;
            // Without the lock: whoever waits for this looks for more.
            let left = state.left.take();
            drop(state);
            drop(left);
            return None;
        };
        state.bytes -= bytes;
        if let Task::Draining(_, handled) = &mut state.task {
            *handled = Some(bytes);
        }
        self.read_on(&mut state);
        Some(message)
    }

    /// Returns whether nothing waits, and nothing is being handled.
    pub(super) fn is_idle(&self) -> bool {
        let state = self.state();
        state.open && state.waiting.is_empty() && matches!(state.task, Task::None)
    }

    /// Notes that the socket is gone: what it has sent is handled as far as `keep` takes it over, and for a while. `keep` is given the size
    /// of the message that is being handled and those of the messages that wait, oldest first, and returns how many it takes.
    pub(super) fn leave(&self, keep: impl FnOnce(Option<usize>, &mut dyn Iterator<Item = usize>) -> (usize, Leftover)) {
        let mut state = self.state();
        state.is_gone = true;
        let handled = if let Task::Draining(_, handled) = state.task { handled } else { None };
        let (kept, leftover) = keep(handled, &mut state.waiting.iter().map(|(_, bytes)| *bytes));
        state.drop_behind(kept.saturating_sub(usize::from(handled.is_some())));
        self.read_on(&mut state);
        if kept > 0 {
            state.left = Some(Left { until: Instant::now() + LEFT_FOR, _leftover: leftover });
        } else if let Task::Waiting(task) | Task::Draining(task, _) = &state.task {
            task.abort();
        }
    }

    /// Drops what waits if the socket is gone: nobody is there to be told that it will not be handled.
    pub(super) fn give_up_if_left(&self) {
        let mut state = self.state();
        if state.left.is_some() {
            state.give_up();
        }
    }

    /// Lets reading go on if it is held back for nothing any more. Somebody else may read from the same pipe when the socket is gone.
    fn read_on(&self, state: &mut MailboxState<M>) {
        if state.paused && state.bytes <= HIGH_BYTES / 2 && state.waiting.len() <= HIGH_COUNT / 2 {
            state.paused = false;
            self.outlet.pause_reading(false);
        }
    }

    fn state(&self) -> MutexGuard<'_, MailboxState<M>> {
        self.state.lock()
    }
}

impl<M> MailboxState<M> {
    /// Notes that a task drains, and returns what ends it; `None` if one does already.
    fn begin_to_drain(&mut self) -> Option<AbortRegistration> {
        if matches!(self.task, Task::Draining(..)) {
            return None;
        }
        let (task, registration) = AbortHandle::new_pair();
        self.task = Task::Draining(task, None);
        Some(registration)
    }

    fn give_up(&mut self) {
        self.drop_behind(0);
    }

    /// Drops all but the first messages, so many of them.
    fn drop_behind(&mut self, kept: usize) {
        let dropped = self.waiting.len().saturating_sub(kept);
        if dropped > 0 {
            tracing::debug!(messages = dropped, "dropped what a socket had sent before it went");
            self.waiting.truncate(kept);
            self.waiting.shrink_to_fit();
            self.bytes = self.waiting.iter().map(|(_, bytes)| bytes).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use futures_util::poll;

    use super::*;
    use crate::transport::doors::leftovers::{Leftovers, SocketSender};
    use crate::transport::doors::socketio::outlet::OutletLimits;

    #[tokio::test(start_paused = true)]
    async fn reading_goes_on_when_what_held_it_back_is_dropped() {
        let limits = OutletLimits { queue: 1000, poll: 1000, direct: true };
        let outlet = Arc::new(Outlet::new(limits, Weak::new(), Weak::new(), Arc::default(), Arc::default()));
        let mailbox = Mailbox::new(outlet.clone());
        for index in 0..=HIGH_COUNT {
            assert!(matches!(mailbox.push(index, 1), Pushed::Behind));
        }
        let mut reading = std::pin::pin!(outlet.reading(LEFT_FOR));
        assert!(poll!(reading.as_mut()).is_pending());
        let sender = SocketSender { socket: 1, caller: None, address: None };
        mailbox.leave(|_, _| (0, Arc::new(Leftovers::default()).take(&sender, std::iter::empty()).1));
        assert!(poll!(reading.as_mut()).is_ready(), "somebody else may come on the same pipe");
    }
}
