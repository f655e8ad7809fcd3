//! Values that several servers share.
//!
//! Each server has the values that it needs. One that changes a value proposes what it has become, as a message of the room that has its place
//! only if the value is still what it was made of: of two servers that change it at one time, one is first, and the other one does what it does
//! once more, with what has become of it. A server that stood still proposes what is made of an old value, and is refused. So no server owns a
//! value, and none has to take it over from one that dies.
//!
//! What another one has made of a value comes in the order of the room, and is told to those who follow here at its place. Where something was
//! missed, or nobody of the room is here to hear it, the bus is asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

use crate::clock::sleep;
use crate::dispatch::parts::Parts;
use crate::dispatch::states::delivery::{ChangeText, SharedDelivery};
use crate::dispatch::states::saving;
use crate::dispatch::states::slot::{Change, Changed, Inner, Proposed, Slot};
use crate::dispatch::states::slots::StateSlots;
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::{Delivery, NewValue, Submitted};
use crate::route::{App, Save, StateChange};

/// How often a change is tried that others are faster than: whoever was too late is let in first soon.
const TRIES: u32 = 256;
/// How long it is waited between two tries, at first.
const BREATH: Duration = Duration::from_millis(1);

impl<A: App> Slot<A> {
    /// Changes the value in its turn, among those of all servers.
    ///
    /// # Errors
    ///
    /// As [`change`](Slot::change); `state-unavailable` when others are faster all the time.
    pub(super) async fn change_shared(
        self: &Arc<Self>,
        parts: &Arc<Parts<A>>,
        change: Change<'_, A>,
    ) -> Result<Changed, SyncError> {
        let Change { apply, by, caller: (caller, mut permit), .. } = change;
        for attempt in 0..TRIES {
            if attempt > 1 {
                sleep(BREATH * attempt.min(8)).await;
            }
            let turn = self.turn.clone().lock_owned().await;
            let (held, proposal) = {
                let mut inner = self.inner();
                let group = by.as_ref().map(|by| inner.watched_by(by)).transpose()?;
                let mut held = Held { slot: self, group };
                if let Err(refused) = inner.cell.change(apply) {
                    drop(inner);
                    return Err(refused);
                }
                inner.cell.keep();
                if !inner.cell.differs() {
                    inner.cell.take_back();
                    return inner.changed(held.group.take());
                }
                (held, inner.propose(self.cb(), attempt > 1))
            };
            let number = proposal.number;
            let delivery = Box::new(SharedDelivery::own(parts.clone(), self.clone(), proposal));
            let event = Submitted { delivery, caller, permit: permit.take() };
            // In a task: whoever acts may give up, and leaves nothing half done.
            let settling = parts.states.work.spawn(settle(parts.clone(), self.clone(), event, number, turn));
            let settled = settling.await.unwrap_or_else(|_| Err(SyncError::new("state-unavailable")));
            if settled? {
                let group = held.into_group();
                return self.inner().changed(group);
            }
        }
        Err(SyncError::new("state-unavailable"))
    }

    /// Has a value saved that is kept: at once, where whoever acts waits for that. Others have been told of it then.
    async fn keep_shared(self: &Arc<Self>, parts: &Arc<Parts<A>>) -> Result<(), SyncError> {
        if self.said().save != Save::Each {
            saving::begin_later(parts, self, &mut self.inner());
            return Ok(());
        }
        if saving::save_shared(parts, self).await {
            return Ok(());
        }
        saving::begin_at_last(parts, self, &mut self.inner());
        Err(SyncError::new("sync-outcome-unknown"))
    }

    /// Takes what this server has proposed for told, and has the app be told.
    fn note_own(self: &Arc<Self>, parts: &Arc<Parts<A>>, number: u64) {
        let mut inner = self.inner();
        inner.settle_own(number);
        self.touch();
        inner.note_update(parts, self, number);
    }

    /// Returns what a change of this server is for those who follow here: it has its place.
    pub(super) fn commit_own(&self, number: u64) -> Option<StateChange> {
        let mut inner = self.inner();
        inner.settle_own(number);
        inner.proposed.as_mut().filter(|proposed| proposed.number == number)?.change.take()
    }

    /// Takes over what another server has made of the value, and returns what that is for those who follow here.
    pub(super) fn adopt(self: &Arc<Self>, parts: &Arc<Parts<A>>, value: &NewValue) -> Option<StateChange> {
        let mut inner = self.inner();
        let NewValue { before, number, json, .. } = value;
        if inner.knows(*number, json) {
            return None;
        }
        // What it was made of may be ours, of which we have not heard yet that it has its place.
        inner.settle_own(*before);
        inner.adopt(parts, self, json, *number)?
    }

    /// Asks what has become of the value on other servers; where nobody knows any more, they are told what it is here.
    ///
    /// # Errors
    ///
    /// `state-unavailable` when that cannot be found out.
    pub(in crate::dispatch) async fn refresh(self: &Arc<Self>, parts: &Arc<Parts<A>>) -> Result<(), SyncError> {
        // From here on it is heard, if anybody is here; who goes meanwhile says so again.
        self.is_unheard.store(false, Ordering::Release);
        if !parts.hub.has_members(self.room()) {
            self.is_unheard.store(true, Ordering::Release);
        }
        let asked = parts.hub.shared_value(self.room(), self.cb()).await;
        let known = asked.map_err(|_| {
            self.is_unheard.store(true, Ordering::Release);
            SyncError::new("state-unavailable")
        })?;
        let (is_newer, offer) = {
            let mut inner = self.inner();
            let own = inner.cell.number();
            // Of what is proposed here, it is about to be known what becomes of it.
            let is_settled = !inner.cell.has_changed();
            match known {
                Some((number, json)) if number >= own => {
                    let is_adopted =
                        is_settled && !inner.knows(number, &json) && inner.adopt(parts, self, &json, number).is_some();
                    (is_adopted && !inner.followers.is_empty(), None)
                }
                _ => (false, (own > 1 && is_settled).then(|| (own, inner.cell.json()))),
            }
        };
        if is_newer {
            self.remind(parts, Id::NOBODY);
        }
        if let Some((number, json)) = offer {
            self.offer(parts, number, json);
        }
        Ok(())
    }

    /// Tells other servers what the value is here, since the bus has lost that.
    fn offer(self: &Arc<Self>, parts: &Arc<Parts<A>>, number: u64, json: Arc<str>) {
        let value = NewValue { name: self.cb(), before: number, number, json, is_late: false };
        let delivery = Box::new(SharedDelivery::own(parts.clone(), self.clone(), value));
        let offered = parts.hub.submit(self.room(), Submitted { delivery, caller: Id::NOBODY, permit: None });
        // Where somebody has made another one meanwhile, that is it.
        parts.states.work.spawn(async move { offered.known().await.map_or_else(drop, drop) });
    }
}

/// The view of whoever acts, which is kept up to date until it is known what came of that.
struct Held<'s, A: App> {
    slot: &'s Arc<Slot<A>>,
    group: Option<usize>,
}

impl<A: App> Held<'_, A> {
    fn into_group(mut self) -> Option<usize> {
        self.group.take()
    }
}

impl<A: App> Drop for Held<'_, A> {
    fn drop(&mut self) {
        if let Some(group) = self.group.take() {
            self.slot.inner().cell.release(group);
        }
    }
}

impl<A: App> Inner<A> {
    /// Returns whether a value is older than the one here, or the same. Where the bus has lost something, two may have one number.
    fn knows(&self, number: u64, json: &str) -> bool {
        let own = self.cell.number();
        number < own || (number == own && *self.cell.json() == *json)
    }

    /// Proposes what the value has become; `is_late` says that others were faster before.
    fn propose(&mut self, name: &'static str, is_late: bool) -> NewValue {
        let before = self.cell.number();
        let number = before + 1;
        self.proposed = Some(Proposed { number, change: None });
        NewValue { name, before, number, json: self.cell.json(), is_late }
    }

    /// Notes that what was proposed under this number has its place, if that was not known yet.
    fn settle_own(&mut self, number: u64) {
        let is_open = self.proposed.as_ref().is_some_and(|proposed| proposed.number == number);
        if is_open && self.cell.has_changed() {
            let change = self.cell.commit(number);
            if let Some(proposed) = &mut self.proposed {
                proposed.change = change;
            }
        }
    }

    /// Takes back what was proposed under this number, unless something has taken its place.
    fn give_up(&mut self, number: u64) {
        if self.proposed.take_if(|proposed| proposed.number == number).is_some() && self.cell.has_changed() {
            self.cell.take_back();
        }
    }

    /// Takes over a value; `None` when it cannot be read.
    fn adopt(
        &mut self,
        parts: &Arc<Parts<A>>,
        slot: &Arc<Slot<A>>,
        json: &str,
        number: u64,
    ) -> Option<Option<StateChange>> {
        self.proposed = None;
        let adopted = self.cell.adopt(json, number).ok()?;
        // Whoever has made it saves it, unless it is gone by then.
        self.saving.saved = self.saving.saved.min(number - 1);
        saving::begin_at_last(parts, slot, self);
        Some(adopted)
    }
}

/// Finds out what becomes of a proposal, and returns whether it has its place; where another server was faster, the value is that one's then.
async fn settle<A: App>(
    parts: Arc<Parts<A>>,
    slot: Arc<Slot<A>>,
    event: Submitted<A>,
    number: u64,
    _turn: OwnedMutexGuard<()>,
) -> Result<bool, SyncError> {
    match parts.hub.submit(slot.room(), event).known().await {
        Ok(_) => {
            slot.note_own(&parts, number);
            if slot.is_kept() {
                slot.keep_shared(&parts).await?;
            }
            Ok(true)
        }
        Err(error) => {
            slot.inner().give_up(number);
            slot.refresh(&parts).await?;
            if error.code() == "state-conflict" { Ok(false) } else { Err(SyncError::new("state-unavailable")) }
        }
    }
}

impl<A: App> StateSlots<A> {
    /// Makes what another server has told of a change something for those who follow here; `None` where nobody has the value here.
    pub(in crate::dispatch) fn hear(
        &self,
        parts: &Arc<Parts<A>>,
        room: &str,
        told: &ChangeText<'_>,
    ) -> Option<Box<dyn Delivery<A>>> {
        let room: Arc<str> = room.into();
        let slot = self.of_room(parts.table, &room).find(|slot| slot.cb() == told.state)?;
        if told.number == 0 {
            // It is only about who follows elsewhere.
            return None;
        }
        let own = slot.inner().cell.number();
        let Some(json) = told.value.filter(|_| told.number >= own) else {
            // It is large; or older, so that the bus may have lost what is known here.
            let (slot, parts, work) = (slot, parts.clone(), self.work.clone());
            work.spawn(async move { slot.refresh(&parts).await.unwrap_or_default() });
            return None;
        };
        let (before, number) = (told.before, told.number);
        // Who has begun to follow in between is shown what they lack, though it is known here.
        let value = NewValue { name: slot.cb(), before, number, json: json.get().into(), is_late: false };
        Some(Box::new(SharedDelivery::of_another(parts.clone(), slot, value)))
    }

    /// Asks what has become of the values of a room that are here, and has those who follow be shown it: something was missed.
    pub(in crate::dispatch) fn look_again(&self, parts: &Arc<Parts<A>>, room: &str) {
        let room: Arc<str> = room.into();
        for slot in self.of_room(parts.table, &room) {
            let parts = parts.clone();
            self.work.spawn(async move {
                slot.refresh(&parts).await.unwrap_or_default();
                let _turn = slot.turn.lock().await;
                slot.remind(&parts, Id::NOBODY);
            });
        }
    }
}
