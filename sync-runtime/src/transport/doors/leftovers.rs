//! What callers had sent before they went.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::rooms::{Identity, SenderKey};
use crate::route::App;
use crate::tables::shrink;

/// How much may be left over by one caller, from one address, and in all.
const LIMITS: Limits = Limits {
    caller: LeftLoad { messages: 256, bytes: 256 * 1024 },
    address: LeftLoad { messages: 1024, bytes: 2 * 1024 * 1024 },
    all: LeftLoad { messages: 16 * 1024, bytes: 16 * 1024 * 1024 },
};

/// Messages of sockets that are gone. What a caller sent counts, whether it waits for the answer or not; but a caller who is gone is
/// not slowed down any more by what it has sent, so that somebody has to say where it ends. That goes for the message that is being
/// handled, too, but one caller has no more than one of those.
///
/// What a socket leaves is counted as it was when its socket went, until the last of its messages has been handled.
#[derive(Debug)]
pub(super) struct Leftovers {
    limits: Limits,
    /// How many sockets have been let in.
    sockets: AtomicU64,
    state: Mutex<LeftoversState>,
    /// Told whenever something has been given back.
    given_back: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    caller: LeftLoad,
    address: LeftLoad,
    all: LeftLoad,
}

/// So many messages of so many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LeftLoad {
    messages: usize,
    bytes: usize,
}

#[derive(Debug, Default)]
struct LeftoversState {
    all: LeftLoad,
    addresses: HashMap<Option<IpAddr>, LeftLoad>,
    /// Of callers who may come back, also those of whom only the call that runs is left.
    callers: HashMap<SenderKey, OfCaller>,
}

#[derive(Debug, Default)]
struct OfCaller {
    load: LeftLoad,
    /// The numbers of the sockets, which came one after the other.
    sockets: BTreeSet<u64>,
}

/// What one socket has left; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Leftover {
    leftovers: Arc<Leftovers>,
    sender: SocketSender,
    load: SocketLoad,
}

/// What one socket has left.
#[derive(Debug, Clone, Copy, Default)]
struct SocketLoad {
    /// Of the message that is being handled, which counts for the address and in all.
    handled: LeftLoad,
    /// Of those that wait, which count for the caller, too.
    waiting: LeftLoad,
}

/// Who sent something on a socket.
#[derive(Debug, Clone)]
pub(super) struct SocketSender {
    /// Which socket of this server it was: those of one caller come one after the other.
    pub(super) socket: u64,
    /// The caller, if it could come back.
    pub(super) caller: Option<SenderKey>,
    /// Where it is.
    pub(super) address: Option<IpAddr>,
}

impl Default for Leftovers {
    fn default() -> Self {
        Self { limits: LIMITS, sockets: AtomicU64::new(1), state: Mutex::default(), given_back: Notify::new() }
    }
}

impl Leftovers {
    /// Says who sends on a socket that is let in now.
    pub(super) fn sender<A: App>(&self, identity: &Identity<A>) -> SocketSender {
        let caller = identity.can_come_back().then(|| identity.key());
        SocketSender { socket: self.sockets.fetch_add(1, Ordering::Relaxed), caller, address: identity.address }
    }

    /// Takes what a socket leaves that waits, given by the sizes of its messages, oldest first, and returns how many of them may be handled.
    pub(super) fn take(
        self: &Arc<Self>,
        sender: &SocketSender,
        sizes: impl Iterator<Item = usize>,
    ) -> (usize, Leftover) {
        self.take_behind(None, sender, sizes)
    }

    /// Takes what a socket leaves: the message of so many bytes that is being `handled`, and those that wait behind it. Returns how many
    /// of all of them may be handled to their end.
    pub(super) fn take_behind(
        self: &Arc<Self>,
        handled: Option<usize>,
        sender: &SocketSender,
        waiting: impl Iterator<Item = usize>,
    ) -> (usize, Leftover) {
        let mut state = self.state.lock();
        let load = match handled.map(LeftLoad::of) {
            None => SocketLoad::default().and_waiting(waiting, state.room(sender, self.limits)),
            Some(handled) if handled.fits(state.place_room(sender, self.limits)) => {
                let room = state.place_room(sender, self.limits).without(handled);
                let room = room.least(state.caller_room(sender, self.limits));
                SocketLoad { handled, ..SocketLoad::default() }.and_waiting(waiting, room)
            }
            Some(_) => SocketLoad::default(),
        };
        state.add(sender, load);
        drop(state);
        (load.all().messages, Leftover { leftovers: self.clone(), sender: sender.clone(), load })
    }

    /// Waits until everything that the caller had sent on earlier sockets, which are gone, has been handled.
    pub(super) async fn handled(&self, sender: &SocketSender) {
        loop {
            let given_back = self.given_back.notified();
            if !self.hold(sender) {
                return;
            }
            given_back.await;
        }
    }

    /// Returns whether anything is left that the caller had sent on earlier sockets.
    pub(super) fn hold(&self, sender: &SocketSender) -> bool {
        let Some(caller) = &sender.caller else { return false };
        let state = self.state.lock();
        let first = state.callers.get(caller).and_then(|held| held.sockets.first());
        first.is_some_and(|first| *first < sender.socket)
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        self.leftovers.state.lock().remove(&self.sender, self.load);
        self.leftovers.given_back.notify_waiters();
    }
}

impl LeftoversState {
    /// Returns how much more may be left.
    fn room(&self, sender: &SocketSender, limits: Limits) -> LeftLoad {
        self.place_room(sender, limits).least(self.caller_room(sender, limits))
    }

    /// Returns how much more of the caller may be left.
    fn caller_room(&self, sender: &SocketSender, limits: Limits) -> LeftLoad {
        let of_caller = sender.caller.as_ref().and_then(|caller| self.callers.get(caller));
        limits.caller.without(of_caller.map_or(LeftLoad::default(), |held| held.load))
    }

    /// Returns how much more may be left of whoever is at the address, and in all.
    fn place_room(&self, sender: &SocketSender, limits: Limits) -> LeftLoad {
        let of_address = self.addresses.get(&sender.address).copied();
        limits.address.without(of_address.unwrap_or_default()).least(limits.all.without(self.all))
    }

    fn add(&mut self, sender: &SocketSender, load: SocketLoad) {
        self.all = self.all.with(load.all());
        let of_address = self.addresses.entry(sender.address).or_default();
        *of_address = of_address.with(load.all());
        if let Some(caller) = &sender.caller {
            let held = self.callers.entry(*caller).or_default();
            held.load = held.load.with(load.waiting);
            held.sockets.insert(sender.socket);
        }
    }

    fn remove(&mut self, sender: &SocketSender, load: SocketLoad) {
        self.all = self.all.without(load.all());
        if let Entry::Occupied(mut of_address) = self.addresses.entry(sender.address) {
            *of_address.get_mut() = of_address.get().without(load.all());
            if *of_address.get() == LeftLoad::default() {
                of_address.remove();
                shrink(&mut self.addresses);
            }
        }
        let Some(caller) = &sender.caller else { return };
        if let Entry::Occupied(mut held) = self.callers.entry(*caller) {
            held.get_mut().load = held.get().load.without(load.waiting);
            held.get_mut().sockets.remove(&sender.socket);
            if held.get().sockets.is_empty() {
                held.remove();
                shrink(&mut self.callers);
            }
        }
    }
}

/// A call in a task of its own, whose caller may go before its end; what then becomes of it is said when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    leftovers: Arc<Leftovers>,
    address: Option<IpAddr>,
    bytes: usize,
    /// Given up where there is no room for what is left of callers.
    task: AbortHandle,
    place: RunningPlace,
}

/// Holds what a call takes whose caller has gone.
#[derive(Debug, Clone, Default)]
pub(super) struct RunningPlace(Arc<Mutex<Place>>);

#[derive(Debug, Default)]
enum Place {
    #[default]
    Called,
    Left(#[expect(dead_code, reason = "it is there to be dropped")] Leftover),
    Ended,
}

impl RunningPlace {
    /// Gives back what the call takes: it has ended.
    pub(super) fn end(&self) {
        let left = std::mem::replace(&mut *self.0.lock(), Place::Ended);
        drop(left);
    }

    fn has_ended(&self) -> bool {
        matches!(*self.0.lock(), Place::Ended)
    }
}

impl Running {
    /// Watches a call of so many bytes, which [ends](RunningPlace::end) its `place` by itself. `task` is cut off when the caller goes and
    /// there is no room for the call.
    pub(super) fn new(
        leftovers: Arc<Leftovers>,
        address: Option<IpAddr>,
        bytes: usize,
        task: AbortHandle,
        place: RunningPlace,
    ) -> Self {
        Self { leftovers, address, bytes, task, place }
    }

    fn leave(&self) {
        // Nobody waits behind such a call, so it need not be known whose it is.
        let sender = SocketSender { socket: 0, caller: None, address: self.address };
        let (kept, left) = self.leftovers.take(&sender, std::iter::once(self.bytes));
        if kept == 0 {
            return self.task.abort();
        }
        let mut place = self.place.0.lock();
        if matches!(*place, Place::Called) {
            *place = Place::Left(left);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.place.has_ended() {
            self.leave();
        }
    }
}

impl SocketLoad {
    fn all(self) -> LeftLoad {
        self.handled.with(self.waiting)
    }

    /// Adds the messages of these sizes, oldest first, as far as there is room.
    fn and_waiting(mut self, sizes: impl Iterator<Item = usize>, room: LeftLoad) -> Self {
        for bytes in sizes {
            let next = self.waiting.with(LeftLoad::of(bytes));
            if !next.fits(room) {
                break;
            }
            self.waiting = next;
        }
        self
    }
}

impl LeftLoad {
    /// One message of so many bytes.
    fn of(bytes: usize) -> Self {
        Self { messages: 1, bytes }
    }

    fn fits(self, room: Self) -> bool {
        self.messages <= room.messages && self.bytes <= room.bytes
    }

    fn least(self, other: Self) -> Self {
        Self { messages: self.messages.min(other.messages), bytes: self.bytes.min(other.bytes) }
    }

    fn with(self, more: Self) -> Self {
        Self { messages: self.messages + more.messages, bytes: self.bytes + more.bytes }
    }

    fn without(self, less: Self) -> Self {
        Self { messages: self.messages.saturating_sub(less.messages), bytes: self.bytes.saturating_sub(less.bytes) }
    }
}

#[cfg(test)]
mod tests {
    use crate::id::Id;

    use super::*;

    fn leftovers(caller: usize, address: usize, all: usize) -> Arc<Leftovers> {
        let load = |messages| LeftLoad { messages, bytes: 100 };
        let limits = Limits { caller: load(caller), address: load(address), all: load(all) };
        Arc::new(Leftovers { limits, ..Leftovers::default() })
    }

    fn sender(socket: u64, session: Option<u8>, last: u8) -> SocketSender {
        let caller = session.map(|session| SenderKey { session: Id::of([session; 16]), tab: None });
        SocketSender { socket, caller, address: Some(IpAddr::from([10, 0, 0, last])) }
    }

    #[test]
    fn what_is_left_over_is_bounded_for_a_caller_an_address_and_in_all() {
        let leftovers = leftovers(3, 5, 7);
        let take = |sender: SocketSender, sizes: &[usize]| leftovers.take(&sender, sizes.iter().copied());
        let (first, leftover) = take(sender(1, Some(1), 1), &[1; 9]);
        assert_eq!(first, 3, "of one caller");
        let (second, _held) = take(sender(2, Some(2), 1), &[1; 9]);
        assert_eq!(second, 2, "from one address");
        let (third, _held) = take(sender(3, None, 2), &[1; 9]);
        assert_eq!(third, 2, "in all");
        drop(leftover);
        let (fourth, _held) = take(sender(4, Some(1), 1), &[60, 60, 1]);
        assert_eq!(fourth, 1, "in bytes, oldest first");
    }

    #[test]
    fn what_is_being_handled_counts_for_its_address_and_not_for_its_caller() {
        let leftovers = leftovers(3, 5, 7);
        let take =
            |sender: SocketSender, sizes: &[usize]| leftovers.take_behind(Some(90), &sender, sizes.iter().copied());
        let (first, leftover) = take(sender(1, Some(1), 1), &[1; 9]);
        assert_eq!(first, 4, "with as many behind it as the caller may leave");
        let (second, _held) = take(sender(2, Some(2), 1), &[1]);
        assert_eq!(second, 0, "in bytes, for which nothing behind it is handled either");
        drop(leftover);
        let (third, _held) = take(sender(3, None, 1), &[1, 60]);
        assert_eq!(third, 2);
    }

    #[tokio::test]
    async fn a_caller_who_comes_back_waits_for_all_that_it_had_sent() {
        let leftovers = leftovers(3, 5, 7);
        let [first, second, third] = [1, 2, 3].map(|socket| sender(socket, Some(1), 1));
        let (_, of_first) = leftovers.take(&first, [1].into_iter());
        let (_, of_second) = leftovers.take(&second, std::iter::empty());
        // It may go before its own turn has come: it must not wait for itself.
        let (_, of_third) = leftovers.take(&third, [1].into_iter());
        let mut handled = std::pin::pin!(leftovers.handled(&third));
        assert!(futures_util::poll!(handled.as_mut()).is_pending());
        drop(of_first);
        assert!(futures_util::poll!(handled.as_mut()).is_pending(), "a call still runs");
        drop(of_second);
        handled.await;
        drop(of_third);
        let state = leftovers.state.lock();
        assert_eq!((state.addresses.len(), state.callers.len(), state.all), (0, 0, LeftLoad::default()));
    }
}
