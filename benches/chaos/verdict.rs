//! Whether what was promised was kept.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use crate::calls::{Calls, Outcome};
use crate::member::{Member, Stretch};
use crate::room::Room;

/// What there was, and what was wrong with it, in one room.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) members: u64,
    /// Events that members have heard, each for each.
    pub(crate) deliveries: u64,
    pub(crate) events: u64,
    pub(crate) calls: u64,
    /// How often calls were sent again.
    pub(crate) repeats: u64,
    /// Calls whose outcome is unknown, and how many of them have happened.
    pub(crate) unknown: u64,
    pub(crate) unknown_done: u64,
    pub(crate) losses: u64,
    pub(crate) recovered: u64,
    /// How often somebody was told of a gap, over the end of the process and otherwise.
    pub(crate) told: u64,
    pub(crate) told_otherwise: u64,
    /// Calls that were done, and of which nobody has heard since the process ended.
    pub(crate) gone: u64,
    pub(crate) faults: Faults,
}

/// What must not happen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Events that a member should have heard and was not told of.
    pub(crate) gaps: u64,
    /// Events that a member has heard twice.
    pub(crate) doubled: u64,
    /// Members that have not heard the last event.
    pub(crate) behind: u64,
    /// Members that were told of a gap where nothing may be missing.
    pub(crate) unrecovered: u64,
    /// Calls that were done, and of which nobody has heard.
    pub(crate) lost: u64,
    /// Calls that have no answer.
    pub(crate) unanswered: u64,
}

impl Faults {
    pub(crate) fn total(&self) -> u64 {
        self.gaps + self.doubled + self.behind + self.unrecovered + self.lost + self.unanswered
    }
}

impl Verdict {
    /// Judges a room. Nobody was away when the first event happened; the server was killed once, and was back at `restarted`.
    pub(crate) fn of(room: Room, members: &[Member], calls: &Calls, restarted: Instant) -> Self {
        let members = members.iter().filter(|member| member.room == room).collect::<Vec<_>>();
        let order = Order::of(&members);
        let mut verdict = Self { members: members.len() as u64, events: order.events.len() as u64, ..Self::default() };
        verdict.faults.gaps = order.disagreements;
        for member in &members {
            verdict.member(room, member, &order, calls, restarted);
        }
        for (number, call) in calls.of(room) {
            verdict.calls += 1;
            verdict.repeats += u64::from(call.sent.saturating_sub(1));
            let has_happened = order.events.contains(&number);
            match &call.outcome {
                Some((Outcome::Done, _)) if has_happened => {}
                Some((Outcome::Done, at)) if room == Room::Passing && *at < restarted => verdict.gone += 1,
                Some((Outcome::Done, _)) => verdict.faults.lost += 1,
                Some((Outcome::Unknown, _)) => {
                    verdict.unknown += 1;
                    verdict.unknown_done += u64::from(has_happened);
                }
                None => verdict.faults.unanswered += 1,
            }
        }
        verdict
    }

    fn member(&mut self, room: Room, member: &Member, order: &Order, calls: &Calls, restarted: Instant) {
        let mut heard = HashSet::new();
        for number in member.stretches.iter().flat_map(|stretch| &stretch.heard) {
            self.deliveries += 1;
            self.faults.doubled += u64::from(!heard.insert(*number));
        }
        self.faults.gaps += member.stretches.iter().map(|stretch| order.missed_before(stretch, calls)).sum::<u64>();
        self.faults.behind += u64::from(member.last().is_none_or(|last| order.next.contains_key(&last)));
        self.losses += member.losses;
        self.recovered += member.recovered;
        self.told += member.gaps.len() as u64;
        // The first time after the end of the process is about that.
        let after = member.gaps.iter().filter(|at| **at >= restarted).count();
        self.told_otherwise += (member.gaps.len() - after + after.saturating_sub(1)) as u64;
        if room == Room::Lasting {
            self.faults.unrecovered += member.gaps.len() as u64;
        }
    }
}

/// The order of a room's events, as its members have heard it.
struct Order {
    events: HashSet<u32>,
    next: HashMap<u32, u32>,
    before: HashMap<u32, u32>,
    /// How often a member has heard something else behind an event, or before it, than another one.
    disagreements: u64,
}

impl Order {
    fn of(members: &[&Member]) -> Self {
        let mut order = Self { events: HashSet::new(), next: HashMap::new(), before: HashMap::new(), disagreements: 0 };
        for stretch in members.iter().flat_map(|member| &member.stretches) {
            order.events.extend(&stretch.heard);
            for pair in stretch.heard.windows(2) {
                let next = *order.next.entry(pair[0]).or_insert(pair[1]);
                let before = *order.before.entry(pair[1]).or_insert(pair[0]);
                order.disagreements += u64::from(next != pair[1] || before != pair[0]);
            }
        }
        order
    }

    /// Counts the events that somebody has not heard who was already there when they were called for.
    fn missed_before(&self, stretch: &Stretch, calls: &Calls) -> u64 {
        let earlier = std::iter::successors(stretch.heard.first(), |number| self.before.get(number));
        let made_later = |number: &&u32| calls.get(**number).is_some_and(|call| call.made > stretch.began);
        // Where members disagree, the way back may be a circle.
        earlier.take(self.events.len()).skip(1).filter(made_later).count() as u64
    }
}
