//! Whose turn it is among the hooks of rooms: what their rules do when somebody has left.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tokio_util::task::TaskTracker;

use crate::clock::Seldom;
use crate::id::Id;
use crate::rooms::Socket;
use crate::route::App;
use crate::tables::shrink;

/// How many who have left may wait for the hook of one room. The hooks of those beyond are not run, which is logged.
const WAITING: usize = 4096;

/// The hooks that run or wait: those of one room run one after the other, in the order in which its members left.
pub(super) struct Hooks<A: App> {
    rooms: Mutex<HashMap<Arc<str>, RoomHooks<A>>>,
    work: TaskTracker,
}

/// What there is to do for one room; there while anything is.
struct RoomHooks<A: App> {
    left: VecDeque<Arc<Socket<A>>>,
    /// Who waits there: one that has come back and left again meanwhile does not wait twice.
    waiting: HashSet<Id>,
    is_running: bool,
    /// How many hold the entrance or wait for it.
    joining: usize,
    /// Held together by those who join, and alone by the hook of the empty room: who comes meanwhile waits, and finds it done.
    entrance: Arc<RwLock<()>>,
}

/// Somebody who joins: while this is held, the room is not taken for empty.
pub(super) struct Joining<'h, A: App> {
    #[expect(dead_code, reason = "it is there to be dropped, before the count")]
    entrance: OwnedRwLockReadGuard<()>,
    #[expect(dead_code, reason = "it is there to be dropped")]
    counted: Counted<'h, A>,
}

struct Counted<'h, A: App> {
    hooks: &'h Hooks<A>,
    room: Arc<str>,
}

impl<A: App> Default for Hooks<A> {
    fn default() -> Self {
        Self { rooms: Mutex::default(), work: TaskTracker::new() }
    }
}

impl<A: App> Default for RoomHooks<A> {
    fn default() -> Self {
        Self { left: VecDeque::new(), waiting: HashSet::new(), is_running: false, joining: 0, entrance: Arc::default() }
    }
}

impl<A: App> RoomHooks<A> {
    fn is_idle(&self) -> bool {
        !self.is_running && self.joining == 0
    }
}

impl<A: App> Hooks<A> {
    /// Returns the tracker of what runs; a closed one begins nothing more.
    pub(super) fn work(&self) -> &TaskTracker {
        &self.work
    }

    /// Waits until a room can be entered, whose rule does something when it is empty.
    pub(super) async fn joining(&self, room: &str) -> Joining<'_, A> {
        let room: Arc<str> = room.into();
        let entrance = {
            let mut rooms = self.rooms.lock();
            let hooks = rooms.entry(room.clone()).or_default();
            hooks.joining += 1;
            hooks.entrance.clone()
        };
        let counted = Counted { hooks: self, room };
        Joining { entrance: entrance.read_owned().await, counted }
    }

    /// Puts somebody who has left into the queue of the room, and returns whether a task is to be started for it.
    pub(super) fn push(&self, socket: &Arc<Socket<A>>, room: &Arc<str>) -> bool {
        let mut rooms = self.rooms.lock();
        let hooks = rooms.entry(room.clone()).or_default();
        if hooks.left.len() >= WAITING && !hooks.waiting.contains(&socket.id()) {
            static TOO_MANY: Seldom = Seldom::new();
            if let Some(times) = TOO_MANY.happened() {
                let what = "too many have left for the room's hook to be run for each of them";
                tracing::error!(%room, limit = WAITING, times, "{what}");
            }
            return false;
        }
        if hooks.waiting.insert(socket.id()) {
            hooks.left.push_back(socket.clone());
        }
        !std::mem::replace(&mut hooks.is_running, true)
    }

    /// Returns whether more have left a room, so that it is not time yet to say that it is empty.
    pub(super) fn is_awaited(&self, room: &str) -> bool {
        self.rooms.lock().get(room).is_some_and(|hooks| !hooks.left.is_empty())
    }

    /// Returns who left a room next; `None` when nobody waits, and then its task has ended.
    pub(super) fn next(&self, room: &Arc<str>) -> Option<Arc<Socket<A>>> {
        let mut rooms = self.rooms.lock();
        let Entry::Occupied(mut hooks) = rooms.entry(room.clone()) else { return None };
        let next = hooks.get_mut().left.pop_front();
        if let Some(socket) = &next {
            hooks.get_mut().waiting.remove(&socket.id());
        }
        if next.is_none() {
            hooks.get_mut().is_running = false;
            if hooks.get().is_idle() {
                hooks.remove();
                shrink(&mut rooms);
            }
        }
        next
    }

    /// Returns the entrance of a room.
    pub(super) fn entrance(&self, room: &str) -> Arc<RwLock<()>> {
        self.rooms.lock().get(room).map(|hooks| hooks.entrance.clone()).unwrap_or_default()
    }
}

impl<A: App> Drop for Counted<'_, A> {
    fn drop(&mut self) {
        let mut rooms = self.hooks.rooms.lock();
        if let Entry::Occupied(mut hooks) = rooms.entry(self.room.clone()) {
            hooks.get_mut().joining -= 1;
            if hooks.get().is_idle() {
                hooks.remove();
                shrink(&mut rooms);
            }
        }
    }
}
