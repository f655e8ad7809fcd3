//! A change of a value on its way to those who follow it: it has its place in the order of the room, like an event.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::MutexGuard;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::dispatch::parts::Parts;
use crate::dispatch::states::follow::Watching;
use crate::dispatch::states::slot::{Inner, Slot};
use crate::metrics::Visited;
use crate::rooms::{Deferred, Delivery, Facts, Kept, NewValue, Placed, Reach, Row, waited_for};
use crate::route::{App, GroupChange, Shown, StateChange, Update};
use crate::wire::{Packet, Position, StateUpdate, Topic};

/// What a frame takes besides what it tells, about.
const ENVELOPE: usize = 160;
/// How large a value may be that others are told as it is, in bytes.
const TOLD_WHOLE: usize = 32 << 10;

/// A change of a value.
pub(super) struct StateDelivery<A: App> {
    slot: Arc<Slot<A>>,
    change: StateChange,
}

impl<A: App> StateDelivery<A> {
    pub(super) fn new(slot: Arc<Slot<A>>, change: StateChange) -> Self {
        Self { slot, change }
    }
}

impl<A: App> Delivery<A> for StateDelivery<A> {
    fn size(&self) -> usize {
        size(&self.change)
    }

    /// Those who come back ask for the value: of the change, there is nothing to keep but its place.
    fn text(&self) -> Option<String> {
        Some(state_text(self.slot.cb()))
    }

    fn place(self: Box<Self>, position: Position) -> Box<dyn Placed<A>> {
        let Self { slot, change } = *self;
        let pos = slot.positions.seal(position);
        let told = Arc::new(Told { slot, change, pos });
        Box::new(InPlace { told, packets: Vec::new(), visited: Visited::default() })
    }
}

/// A change that servers share, on its way: what it is for those who follow here is found out at its place.
pub(super) struct SharedDelivery<A: App> {
    parts: Arc<Parts<A>>,
    slot: Arc<Slot<A>>,
    value: NewValue,
    /// Whether it was made here, and is only to be committed.
    is_own: bool,
}

/// What servers tell each other of a change.
#[derive(Serialize, Deserialize)]
pub(in crate::dispatch) struct ChangeText<'a> {
    /// `<page>/<name>/<version>`.
    #[serde(borrow)]
    pub(in crate::dispatch) state: Cow<'a, str>,
    /// The number of what it was made of.
    #[serde(default)]
    pub(in crate::dispatch) before: u64,
    /// Its own number.
    #[serde(default)]
    pub(in crate::dispatch) number: u64,
    /// The value; fetched where it is large.
    #[serde(default, borrow)]
    pub(in crate::dispatch) value: Option<&'a RawValue>,
}

impl<A: App> SharedDelivery<A> {
    pub(super) fn own(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>, value: NewValue) -> Self {
        Self { parts, slot, value, is_own: true }
    }

    pub(super) fn of_another(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>, value: NewValue) -> Self {
        Self { parts, slot, value, is_own: false }
    }
}

impl<A: App> Delivery<A> for SharedDelivery<A> {
    fn size(&self) -> usize {
        ENVELOPE + self.value.json.len()
    }

    fn text(&self) -> Option<String> {
        let NewValue { before, number, json, .. } = &self.value;
        let value = if json.len() <= TOLD_WHOLE { serde_json::from_str(json).ok()? } else { None };
        serde_json::to_string(&ChangeText { state: self.slot.cb().into(), before: *before, number: *number, value })
            .ok()
    }

    fn value(&self) -> Option<NewValue> {
        Some(self.value.clone())
    }

    fn place(self: Box<Self>, position: Position) -> Box<dyn Placed<A>> {
        let Self { parts, slot, value, is_own } = *self;
        let change = if is_own { slot.commit_own(value.number) } else { slot.adopt(&parts, &value) };
        let nothing = || StateChange { before: value.number, number: value.number, groups: Vec::new() };
        Box::new(StateDelivery::new(slot, change.unwrap_or_else(nothing))).place(position)
    }
}

/// Returns how many bytes a follower gets of a change, about.
fn size(change: &StateChange) -> usize {
    ENVELOPE + change.groups.iter().map(GroupChange::size).max().unwrap_or_default()
}

/// What a room with `history = durable` writes of a change.
pub(in crate::dispatch) fn state_text(cb: &str) -> String {
    serde_json::json!({ "state": cb }).to_string()
}

/// A change that has its place.
struct Told<A: App> {
    slot: Arc<Slot<A>>,
    change: StateChange,
    pos: String,
}

/// Frames that were written already: of a group, from a version if they are no wholes, to a version.
type Written = Vec<(usize, Option<Arc<str>>, Arc<str>, Packet)>;

/// A change whose followers are being visited.
struct InPlace<A: App> {
    told: Arc<Told<A>>,
    packets: Written,
    visited: Visited,
}

impl<A: App> Placed<A> for InPlace<A> {
    fn reach(&mut self, member: &Row<A>, _: &Facts) -> Reach {
        let Self { told, packets, visited } = self;
        let mut inner = told.slot.inner();
        let Some(follower) = inner.followers.get(&member.socket().id()) else { return Reach::Now(None) };
        if follower.has_all(&told.change, member) {
            visited.skipped += 1;
            return Reach::Now(None);
        }
        if !member.socket().outbox().has_room() {
            drop(inner);
            return Reach::Later(told.later(member));
        }
        let packet = told.next(&mut inner, member, packets);
        visited.delivered += u32::from(packet.is_some());
        Reach::Now(packet)
    }

    fn defer(&self, member: &Row<A>) -> Deferred {
        self.told.later(member)
    }

    fn kept(&self) -> Option<Arc<dyn Kept<A>>> {
        Some(Arc::new(Place(self.told.slot.topic().clone())))
    }

    fn visited(&mut self, judging: Duration) {
        self.told.slot.metrics.visited(self.visited, judging);
    }
}

impl<A: App> Told<A> {
    /// Says what a member gets when it has taken most of what it was sent: all that has changed by then, in one piece. What has come after
    /// this takes its place.
    fn later(self: &Arc<Self>, member: &Row<A>) -> Deferred {
        let (told, member) = (self.clone(), member.clone());
        let packet = Box::pin(async move {
            waited_for(member.socket(), || member.has_left()).await;
            let member = member.renewed();
            let packet = {
                let mut inner = told.slot.inner();
                let follower = inner.followers.get(&member.socket().id())?;
                if follower.has_all(&told.change, &member) {
                    None
                } else {
                    told.next(&mut inner, &member, &mut Vec::new())
                }
            };
            told.slot.metrics.visited_alone(packet.is_some());
            packet
        });
        Deferred { topic: Some(self.slot.topic().clone()), size: size(&self.change), packet }
    }

    /// Returns what leads a follower on: the operations of this change, or from wherever it is to where the value is now.
    fn next(&self, inner: &mut MutexGuard<'_, Inner<A>>, member: &Row<A>, packets: &mut Written) -> Option<Packet> {
        let Inner { cell, followers, .. } = &mut **inner;
        let follower = followers.get_mut(&member.socket().id())?;
        if !follower.is_of(member) {
            // Its session is another one than before: it may see something else.
            let watching = Watching::of_row(&self.slot, member);
            match cell.group_of(watching.view().member()) {
                Ok(group) => follower.move_to(group, member, &mut **cell),
                Err(_) => {
                    follower.is_stale = true;
                    return None;
                }
            }
        }
        let number = self.change.number;
        let told = self.change.groups.iter().find(|told| told.group == follower.group);
        // A change before this one may never have come here: of those that wait, the newest takes the place of the others.
        let has_those_before = follower.number >= self.change.before;
        if !follower.is_stale {
            if told.is_none() && has_those_before {
                follower.number = follower.number.max(number);
                return None;
            }
            let what = told.and_then(|told| match &told.update {
                Update::Patch(patch) if *told.from == *follower.version => Some((told, Some(told.from.clone()), patch)),
                Update::Patch(_) => None,
                Update::Whole(view) => Some((told, None, view)),
            });
            if let Some((told, from, what)) = what {
                (follower.number, follower.version) = (number, told.to.clone());
                return Some(self.written(packets, told.group, told.to.clone(), from, what));
            }
        }
        // It lacks what came before, so that it is shown what is so now.
        match cell.shown(follower.group, Some(&follower.version)) {
            Ok(Shown { version, update }) => {
                let from = std::mem::replace(&mut follower.version, version.clone());
                (follower.number, follower.is_stale) = (cell.number(), false);
                match update {
                    Update::Patch(_) if from == version => None,
                    Update::Patch(patch) => Some(self.written(packets, follower.group, version, Some(from), &patch)),
                    Update::Whole(view) => Some(self.written(packets, follower.group, version, None, &view)),
                }
            }
            Err(_) => {
                follower.is_stale = true;
                None
            }
        }
    }

    /// Writes a frame, or finds the one that another member of the group got.
    fn written(&self, packets: &mut Written, group: usize, to: Arc<str>, from: Option<Arc<str>>, what: &str) -> Packet {
        let known = packets.iter().find(|(known, start, end, _)| *known == group && *start == from && *end == to);
        if let Some((.., packet)) = known {
            return packet.clone();
        }
        let update = match &from {
            Some(from) => StateUpdate::Patch(from, what),
            None => StateUpdate::Whole(what),
        };
        let packet = Packet::state(self.slot.cb(), self.slot.room(), &self.pos, &to, update);
        packets.push((group, from, to, packet.clone()));
        packet
    }
}

/// The place of a change, which is all that is kept of it; of one value, the last.
pub(in crate::dispatch) struct Place(pub(in crate::dispatch) Arc<Topic>);

impl<A: App> Kept<A> for Place {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }

    fn topic(&self) -> Option<&Arc<Topic>> {
        Some(&self.0)
    }

    fn text(&self) -> Option<String> {
        Some(state_text(self.0.cb))
    }

    fn show(self: Arc<Self>, _: &Row<A>, _: &Facts) -> Reach {
        Reach::Now(None)
    }
}
