//! Who may add an event to a room, and when, if there are more than it can deliver.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::id::Id;
use crate::rooms::Room;
use crate::route::App;

/// How much may wait in a room before callers wait, too.
pub(super) const BACKLOG: Load = Load { events: 1024, bytes: 16 * 1024 * 1024 };
/// How much of it may be one caller's, whose calls wait for each other above that: a quarter, which is
/// as much as goes out together.
const SHARE: Load = Load { events: 256, bytes: 4 * 1024 * 1024 };
/// How many calls of one caller may wait. A socket has one at a time: these are tabs, and requests over HTTP.
const IN_LINE: usize = 256;

/// So many events of so many bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Load {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

/// The callers of a room: what they have in it, and who waits.
///
/// When the room is full, callers get their turns one after the other, whatever each of them has waiting: somebody who calls once
/// waits for one turn of each of the others, and not for all that a flooder has sent.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// By the number of the session.
    callers: HashMap<Id, Share>,
    /// Those who wait for nothing but room in the room, in the order of their turns.
    round: VecDeque<Id>,
    /// How much waits for its delivery.
    backlog: Load,
}

#[derive(Debug, Default)]
struct Share {
    /// What is in the room: events that wait, and calls whose handlers run.
    held: Load,
    waiting: VecDeque<oneshot::Sender<()>>,
    is_in_round: bool,
}

/// What a caller is told who wants to add an event.
#[derive(Debug)]
pub(super) enum Asked {
    Now,
    Later(oneshot::Receiver<()>),
    /// Too many of its calls wait.
    Never,
}

/// A call that may add its event. What is not used is given back.
pub struct Permit<A: App> {
    room: Arc<Room<A>>,
    caller: Id,
    is_used: bool,
}

impl Load {
    fn reaches(self, limit: Self) -> bool {
        self.events >= limit.events || self.bytes >= limit.bytes
    }
}

impl Gate {
    /// Asks for a place for one event of a caller.
    pub(super) fn ask(&mut self, caller: Id) -> Asked {
        let is_full = self.backlog.reaches(BACKLOG);
        let share = self.callers.entry(caller).or_default();
        if !is_full && share.waiting.is_empty() && !share.held.reaches(SHARE) {
            share.held.events += 1;
            return Asked::Now;
        }
        if share.waiting.len() >= IN_LINE {
            share.waiting.retain(|tell| !tell.is_closed());
        }
        if share.waiting.len() >= IN_LINE {
            return Asked::Never;
        }
        let (tell, told) = oneshot::channel();
        share.waiting.push_back(tell);
        self.line_up(caller);
        Asked::Later(told)
    }

    /// Counts the event of a caller that was let in.
    pub(super) fn push(&mut self, caller: Id, bytes: usize) {
        self.backlog.events += 1;
        self.backlog.bytes += bytes;
        self.callers.entry(caller).or_default().held.bytes += bytes;
    }

    /// Counts in a caller whose event was let in elsewhere: in a room that has ended meanwhile, or on another server.
    pub(super) fn enter(&mut self, caller: Id) {
        self.callers.entry(caller).or_default().held.events += 1;
    }

    /// Notes that an event is being delivered.
    pub(super) fn take(&mut self, caller: Id, bytes: usize) {
        self.backlog.events -= 1;
        self.backlog.bytes -= bytes;
        self.give_back(caller, bytes);
    }

    /// Gives a place back that came to nothing.
    pub(super) fn give_back(&mut self, caller: Id, bytes: usize) {
        let Some(share) = self.callers.get_mut(&caller) else { return };
        share.held.events -= 1;
        share.held.bytes -= bytes;
        if share.waiting.is_empty() && share.held.events == 0 {
            self.callers.remove(&caller);
        } else {
            self.line_up(caller);
        }
    }

    /// Gives those a turn who wait, as far as there is room.
    pub(super) fn let_in(&mut self) {
        let mut room = BACKLOG.events.saturating_sub(self.backlog.events);
        while room > 0 && !self.backlog.reaches(BACKLOG) {
            let Some(caller) = self.round.pop_front() else { return };
            let Some(share) = self.callers.get_mut(&caller) else { continue };
            share.is_in_round = false;
            // Some have given up.
            if let Some(tell) = share.waiting.pop_front()
                && tell.send(()).is_ok()
            {
                share.held.events += 1;
                room -= 1;
            }
            if share.waiting.is_empty() && share.held.events == 0 {
                self.callers.remove(&caller);
            } else {
                self.line_up(caller);
            }
        }
    }

    /// Lets a caller take part in the round, if it waits for nothing else.
    fn line_up(&mut self, caller: Id) {
        let Some(share) = self.callers.get_mut(&caller) else { return };
        if !share.waiting.is_empty() && !share.held.reaches(SHARE) && !std::mem::replace(&mut share.is_in_round, true) {
            self.round.push_back(caller);
        }
    }
}

impl<A: App> Permit<A> {
    pub(super) fn new(room: Arc<Room<A>>, caller: Id) -> Self {
        Self { room, caller, is_used: false }
    }

    /// Returns whether the place is one of this room.
    pub(super) fn is_of(&self, room: &Room<A>) -> bool {
        std::ptr::eq(&*self.room, room)
    }

    /// Uses the place: an event has taken it over.
    pub(super) fn redeem(mut self) {
        self.is_used = true;
    }
}

impl<A: App> Drop for Permit<A> {
    fn drop(&mut self) {
        if !self.is_used {
            self.room.with_gate(|gate| {
                gate.give_back(self.caller, 0);
                gate.let_in();
            });
        }
    }
}

impl<A: App> std::fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permit").field("caller", &self.caller).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(caller: u8) -> Id {
        Id::of([caller; 16])
    }

    /// Asks so often for one caller, and returns how many have to wait.
    fn ask(gate: &mut Gate, caller: u8, times: usize) -> VecDeque<oneshot::Receiver<()>> {
        (0..times)
            .filter_map(|_| match gate.ask(id(caller)) {
                Asked::Now => {
                    gate.push(id(caller), 1);
                    None
                }
                Asked::Later(told) => Some(told),
                Asked::Never => None,
            })
            .collect()
    }

    /// Counts those who have been told.
    fn let_in(gate: &mut Gate, waiting: &mut VecDeque<oneshot::Receiver<()>>, caller: u8) -> usize {
        let before = waiting.len();
        waiting.retain_mut(|told| told.try_recv().is_err());
        (waiting.len()..before).for_each(|_| gate.push(id(caller), 1));
        before - waiting.len()
    }

    #[test]
    fn one_caller_has_its_share_and_no_more() {
        let mut gate = Gate::default();
        let mut flood = ask(&mut gate, 1, 1000);
        assert_eq!(flood.len(), IN_LINE, "more need not wait: they are refused");
        assert!(ask(&mut gate, 2, 1).is_empty(), "others have their own");
        (0..10).for_each(|_| gate.take(id(1), 1));
        gate.let_in();
        assert_eq!(let_in(&mut gate, &mut flood, 1), 10);
    }

    #[test]
    fn when_the_room_is_full_callers_take_turns() {
        let mut gate = Gate::default();
        let mut floods: Vec<_> = (0..4).map(|caller| ask(&mut gate, caller, 1000)).collect();
        let mut late = ask(&mut gate, 99, 1);
        assert_eq!(late.len(), 1, "four callers fill the room");
        for caller in 0..4 {
            gate.take(id(caller), 1);
        }
        gate.let_in();
        assert_eq!(let_in(&mut gate, &mut late, 99), 1, "it need not wait for all that they have sent");
        let let_in: Vec<_> = (0..4).zip(&mut floods).map(|(caller, flood)| let_in(&mut gate, flood, caller)).collect();
        assert_eq!(let_in.iter().sum::<usize>(), 3);
        assert!(let_in.iter().all(|count| *count <= 1), "{let_in:?}");
    }

    #[test]
    fn nothing_is_kept_of_those_who_have_given_up_or_gone() {
        let mut gate = Gate::default();
        drop(ask(&mut gate, 1, 1000));
        (0..SHARE.events).for_each(|_| gate.take(id(1), 1));
        gate.let_in();
        assert_eq!((gate.callers.len(), gate.round.len(), gate.backlog.events, gate.backlog.bytes), (0, 0, 0, 0));
    }

    #[test]
    fn large_events_count_by_their_bytes() {
        let mut gate = Gate::default();
        assert!(matches!(gate.ask(id(1)), Asked::Now));
        gate.push(id(1), SHARE.bytes);
        assert_eq!(ask(&mut gate, 1, 1).len(), 1);
        assert!(ask(&mut gate, 2, 1).is_empty());
    }
}
