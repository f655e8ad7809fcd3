//! When rooms have something to forget.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::clock::{Instant, sleep_until};
use crate::rooms::Room;
use crate::route::App;

/// The rooms that keep something, in the order in which the oldest of it becomes too old.
pub(super) struct Expiry<A: App> {
    rooms: Mutex<Queue<A>>,
    /// Set when all rooms together keep too much.
    is_crowded: AtomicBool,
    /// Rung when somebody who waits has to look again.
    changed: Notify,
}

struct Queue<A: App> {
    /// The number tells rooms apart whose time is the same.
    rooms: BTreeMap<(Instant, u64), Weak<Room<A>>>,
    last: u64,
}

/// A room whose turn it is.
pub(super) struct Due<A: App> {
    pub(super) room: Arc<Room<A>>,
    /// Whether it is to keep less, since all rooms together keep too much.
    pub(super) gives_way: bool,
}

impl<A: App> Default for Expiry<A> {
    fn default() -> Self {
        let rooms = Mutex::new(Queue { rooms: BTreeMap::new(), last: 0 });
        Self { rooms, is_crowded: AtomicBool::new(false), changed: Notify::new() }
    }
}

impl<A: App> Expiry<A> {
    /// Has it be a room's turn at this time.
    pub(super) fn at(&self, time: Instant, room: &Arc<Room<A>>) {
        let mut queue = self.rooms.lock();
        queue.last += 1;
        let key = (time, queue.last);
        queue.rooms.insert(key, Arc::downgrade(room));
        let is_first = queue.rooms.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(queue);
        if is_first {
            self.changed.notify_one();
        }
    }

    /// Notes that all rooms together keep too much: it is the turn of those that keep the oldest.
    pub(super) fn crowd(&self) {
        if !self.is_crowded.swap(true, Ordering::AcqRel) {
            self.changed.notify_one();
        }
    }

    /// Waits until it is the turn of a room.
    pub(super) async fn due(&self) -> Due<A> {
        loop {
            let gives_way = self.is_crowded.swap(false, Ordering::AcqRel);
            let next = {
                let mut queue = self.rooms.lock();
                let next = queue.rooms.first_key_value().map(|((time, _), _)| *time);
                if next.is_some_and(|time| gives_way || time <= Instant::now())
                    && let Some((_, room)) = queue.rooms.pop_first()
                {
                    match room.upgrade() {
                        Some(room) => return Due { room, gives_way },
                        None => {
                            self.is_crowded.fetch_or(gives_way, Ordering::AcqRel);
                            continue;
                        }
                    }
                }
                next
            };
            match next {
                Some(time) => {
                    tokio::select! {
                        () = sleep_until(time) => {}
                        () = self.changed.notified() => {}
                    }
                }
                None => self.changed.notified().await,
            }
        }
    }
}
