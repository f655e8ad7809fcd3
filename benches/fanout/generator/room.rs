//! The requests of one room that have not reached all members.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use crate::control::Latency;

/// A room and what is under way in it.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: String,
    /// Its members; the first one sends.
    pub(super) members: Range<usize>,
    /// The number of the next request.
    pub(super) next: u64,
    /// How many requests of the running load are not sent yet.
    pub(super) left: u64,
    /// Requests that are under way, by their number; the first is `next - open.len()`.
    open: VecDeque<Open>,
    /// How many of them have not reached all members.
    pub(super) in_flight: u64,
    /// How many are not acknowledged.
    pub(super) unanswered: u64,
}

#[derive(Debug)]
struct Open {
    /// How many members have not got it.
    waiting: usize,
    /// When it was to be sent.
    due: Instant,
    /// Milliseconds until the first member had it.
    first: Option<f64>,
}

impl Room {
    pub(super) fn new(name: String, members: Range<usize>) -> Self {
        Self { name, members, next: 0, left: 0, open: VecDeque::new(), in_flight: 0, unanswered: 0 }
    }

    /// Notes that a request is being sent, and returns its number.
    pub(super) fn sent(&mut self, due: Instant) -> u64 {
        self.open.push_back(Open { waiting: self.members.len(), due, first: None });
        self.next += 1;
        self.left -= 1;
        self.in_flight += 1;
        self.unanswered += 1;
        self.next - 1
    }

    /// Notes that another member has got a frame; returns whether it was the last one.
    pub(super) fn arrived(&mut self, number: u64, now: Instant, times: Option<&mut Times>) -> bool {
        let first = self.next - self.open.len() as u64;
        let Some(at) = number.checked_sub(first) else { return false };
        let Some(open) = self.open.get_mut(at as usize) else { return false };
        open.waiting -= 1;
        if let Some(times) = times {
            let milliseconds = now.saturating_duration_since(open.due).as_secs_f64() * 1e3;
            times.all.push(milliseconds);
            open.first.get_or_insert(milliseconds);
            if open.waiting == 0 {
                times.requests.first.push(open.first.unwrap_or_default());
                times.requests.last.push(milliseconds);
            }
        }
        if open.waiting > 0 {
            return false;
        }
        self.in_flight -= 1;
        while self.open.front().is_some_and(|open| open.waiting == 0) {
            self.open.pop_front();
        }
        true
    }

    /// Forgets what is under way.
    pub(super) fn give_up(&mut self) {
        self.open.clear();
        (self.left, self.in_flight, self.unanswered) = (0, 0, 0);
    }
}

/// How long everything took.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) requests: Latency,
    /// Every delivery, in milliseconds.
    pub(super) all: Vec<f64>,
}
