//! What is kept of the events of a room, in memory, so that who comes back is shown what it missed.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::Instant;
use crate::config::Config;
use crate::rooms::{Dropped, Histories, History, Kept, KeptEvents};
use crate::route::{App, Keep};
use crate::wire::{Position, Topic};

/// What an event takes in a list besides itself, about.
const ENTRY: usize = 64;

/// For how long events are kept at most: what is in memory is of one process.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The events of the last minutes of each room.
pub struct RecentEvents {
    bounds: Bounds,
    /// What all rooms together have kept, in bytes.
    total: Arc<AtomicUsize>,
}

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Of one room, in events.
    pub(super) events: usize,
    /// Of one room, in bytes of memory.
    pub(super) bytes: usize,
    /// For how long.
    pub(super) age: Duration,
    /// Of all rooms, in bytes of memory.
    pub(super) total: usize,
}

/// The events of one room, oldest first.
pub(super) struct Recent<E> {
    bounds: Bounds,
    total: Arc<AtomicUsize>,
    /// What its room takes besides the events.
    charged: AtomicUsize,
    past: Mutex<Events<E>>,
}

struct Events<E> {
    events: VecDeque<Past<E>>,
    bytes: usize,
    /// All that happened behind this number is here, but for what something newer has replaced.
    complete_behind: u64,
}

struct Past<E> {
    seq: u64,
    happened: Instant,
    bytes: usize,
    event: E,
}

impl RecentEvents {
    /// Keeps as much as the configuration says.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let Config {
            history_events: events, history_bytes: bytes, history_age: age, history_total_bytes: total, ..
        } = *config;
        Self { bounds: Bounds { events, bytes, age, total }, total: Arc::default() }
    }
}

impl RecentEvents {
    /// Opens the history of a room whose events are kept for so long; `None` if none are.
    pub(super) fn open_recent<E>(&self, start: Position, age: Duration) -> Option<Recent<E>> {
        let bounds = Bounds { age, ..self.bounds };
        let is_kept = !bounds.age.is_zero() && bounds.events > 0 && bounds.bytes > 0;
        is_kept.then(|| Recent::new(bounds, start, self.total.clone()))
    }
}

impl<A: App> Histories<A> for RecentEvents {
    fn open(&self, _: &str, start: Position, keep: Keep) -> Option<Box<dyn History<A>>> {
        let age = match keep {
            Keep::For(age) => age,
            Keep::AsConfigured | Keep::Durably => self.bounds.age,
        };
        Some(Box::new(self.open_recent::<Arc<dyn Kept<A>>>(start, age.min(LONGEST))?))
    }

    fn bytes(&self) -> usize {
        self.total.load(Ordering::Acquire)
    }
}

impl<E> Recent<E> {
    fn new(bounds: Bounds, start: Position, total: Arc<AtomicUsize>) -> Self {
        let events = Events { events: VecDeque::new(), bytes: 0, complete_behind: start.seq };
        Self { bounds, total, charged: AtomicUsize::new(0), past: Mutex::new(events) }
    }

    /// Keeps an event of so many bytes; one of a volatile route that `is_replaced` is of no use any more, and its number is returned.
    fn push(
        &self,
        seq: u64,
        happened: Instant,
        event: E,
        bytes: usize,
        is_replaced: Option<impl Fn(&E) -> bool>,
        dropped: &mut Vec<E>,
    ) -> Option<u64> {
        let bytes = bytes + ENTRY;
        let mut past = self.past.lock();
        let replaced = is_replaced.and_then(|is_replaced| past.remove_last(&self.total, |kept| is_replaced(kept)));
        let replaced = replaced.map(|Past { seq, event, .. }| {
            dropped.push(event);
            seq
        });
        past.events.push_back(Past { seq, happened, bytes, event });
        past.bytes += bytes;
        let total = self.total.fetch_add(bytes, Ordering::AcqRel) + bytes;
        while past.events.len() > self.bounds.events || past.bytes > self.bounds.bytes {
            dropped.extend(past.drop_oldest(&self.total));
        }
        // Others that keep more will be asked to give way; until they have, this room keeps no more than before.
        if total > self.bounds.total {
            dropped.extend([(); 2].into_iter().filter_map(|()| past.drop_oldest(&self.total)));
        }
        replaced
    }

    /// Returns behind which number everything is here.
    pub(super) fn complete_behind(&self) -> u64 {
        self.past.lock().complete_behind
    }

    fn behind(&self, seq: u64) -> Option<Vec<(u64, E)>>
    where
        E: Clone,
    {
        let past = self.past.lock();
        if seq < past.complete_behind {
            return None;
        }
        let first = past.events.partition_point(|kept| kept.seq <= seq);
        Some(past.events.range(first..).map(|kept| (kept.seq, kept.event.clone())).collect())
    }

    /// Takes what happened behind an event and before all that is here, as far as there is room for it; returns whether all of it is here
    /// now. `older` are the events, newest first, each with the number of its bytes.
    fn put_before(&self, behind: u64, older: impl Iterator<Item = (u64, Instant, E, usize)>) -> bool {
        let mut past = self.past.lock();
        for (seq, happened, event, bytes) in older {
            if past.events.len() == self.bounds.events || past.bytes + bytes > self.bounds.bytes {
                past.complete_behind = seq.max(behind);
                return false;
            }
            past.events.push_front(Past { seq, happened, bytes, event });
            past.bytes += bytes;
            self.total.fetch_add(bytes, Ordering::AcqRel);
        }
        past.complete_behind = behind;
        true
    }

    /// Drops what is too old, and returns until when the oldest of the rest is kept.
    fn drop_old(&self, now: Instant, dropped: &mut Vec<E>) -> Option<Instant> {
        let mut past = self.past.lock();
        loop {
            let ends = past.events.front()?.happened + self.bounds.age;
            if ends > now {
                return Some(ends);
            }
            dropped.extend(past.drop_oldest(&self.total));
        }
    }

    /// Drops the older half.
    fn halve(&self, dropped: &mut Vec<E>) {
        let mut past = self.past.lock();
        for _ in 0..past.events.len().div_ceil(2) {
            dropped.extend(past.drop_oldest(&self.total));
        }
        past.events.shrink_to_fit();
    }
}

impl<E> Drop for Recent<E> {
    fn drop(&mut self) {
        self.total.fetch_sub(self.past.get_mut().bytes + *self.charged.get_mut(), Ordering::AcqRel);
    }
}

impl<E> Events<E> {
    fn drop_oldest(&mut self, total: &AtomicUsize) -> Option<E> {
        let oldest = self.events.pop_front()?;
        self.complete_behind = oldest.seq;
        self.forget(oldest.bytes, total);
        if self.events.is_empty() {
            self.events = VecDeque::new();
        }
        Some(oldest.event)
    }

    /// Removes the last one that is meant.
    fn remove_last(&mut self, total: &AtomicUsize, is_meant: impl Fn(&E) -> bool) -> Option<Past<E>> {
        let index = self.events.iter().rposition(|kept| is_meant(&kept.event))?;
        let removed = self.events.remove(index)?;
        self.forget(removed.bytes, total);
        Some(removed)
    }

    fn forget(&mut self, bytes: usize, total: &AtomicUsize) {
        self.bytes -= bytes;
        total.fetch_sub(bytes, Ordering::AcqRel);
    }
}

impl<A: App> Recent<Arc<dyn Kept<A>>> {
    /// Keeps an event, and returns the number of the one that it has replaced.
    pub(super) fn keep_in_place(
        &self,
        seq: u64,
        happened: Instant,
        event: Arc<dyn Kept<A>>,
        dropped: &mut Dropped<A>,
    ) -> Option<u64> {
        let bytes = event.bytes();
        let topic = event.topic().cloned();
        let is_replaced = topic.map(|topic| move |kept: &Arc<dyn Kept<A>>| kept.topic() == Some(&topic));
        self.push(seq, happened, event, bytes, is_replaced, dropped)
    }
}

impl<A: App> History<A> for Recent<Arc<dyn Kept<A>>> {
    fn keep(&self, seq: u64, happened: Instant, event: Arc<dyn Kept<A>>, dropped: &mut Dropped<A>) {
        self.keep_in_place(seq, happened, event, dropped);
    }

    fn lose(&self, seq: u64, dropped: &mut Dropped<A>) {
        let mut past = self.past.lock();
        while let Some(event) = past.drop_oldest(&self.total) {
            dropped.push(event);
        }
        past.complete_behind = seq;
    }

    fn complete_behind(&self) -> u64 {
        self.complete_behind()
    }

    fn recall(&self, behind: u64, events: Vec<(u64, Instant, Arc<dyn Kept<A>>)>) -> bool {
        let known = self.complete_behind();
        let reached = events.last().map_or(behind, |(seq, ..)| *seq);
        if behind >= known || reached < known {
            return behind >= known;
        }
        // Of a topic, the newest one is enough.
        let mut topics: HashSet<Arc<Topic>> = {
            let past = self.past.lock();
            past.events.iter().filter_map(|kept| kept.event.topic().cloned()).collect()
        };
        let older = events.into_iter().rev().filter(|(seq, ..)| *seq <= known);
        let newest = older.filter(|(.., event)| event.topic().is_none_or(|topic| topics.insert(topic.clone())));
        self.put_before(
            behind,
            newest.map(|(seq, happened, event)| {
                let bytes = event.bytes() + ENTRY;
                (seq, happened, event, bytes)
            }),
        )
    }

    fn all(&self) -> Vec<(u64, Instant, Arc<dyn Kept<A>>)> {
        let past = self.past.lock();
        past.events.iter().map(|Past { seq, happened, event, .. }| (*seq, *happened, event.clone())).collect()
    }

    fn after(&self, seq: u64) -> Option<KeptEvents<A>> {
        self.behind(seq)
    }

    fn drop_old(&self, now: Instant, dropped: &mut Dropped<A>) -> Option<Instant> {
        self.drop_old(now, dropped)
    }

    fn charge(&self, bytes: usize) {
        let before = self.charged.swap(bytes, Ordering::AcqRel);
        self.total.fetch_add(bytes, Ordering::AcqRel);
        self.total.fetch_sub(before, Ordering::AcqRel);
    }

    fn is_crowded(&self) -> bool {
        // Before it is full, so that who keeps something new does not have to give way itself.
        self.total.load(Ordering::Acquire) > self.bounds.total - self.bounds.total / 8
    }

    fn give_way(&self, dropped: &mut Dropped<A>) {
        self.halve(dropped);
    }

    fn age(&self) -> Duration {
        self.bounds.age
    }
}
