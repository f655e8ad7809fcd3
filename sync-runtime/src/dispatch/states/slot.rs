//! One value in memory: whose turn it is, and what is still to be told and saved.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, oneshot};

use crate::clock::{Instant, sleep};
use crate::contain::contained;
use crate::dispatch::parts::Parts;
use crate::dispatch::states::delivery::StateDelivery;
use crate::dispatch::states::follow::Follower;
use crate::dispatch::states::saving;
use crate::dispatch::states::slots::LOOKS_AGAIN;
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::id::Id;
use crate::metrics::RouteMetrics;
use crate::rooms::{NowOrLater, Permit, Submitted};
use crate::route::{
    App, Member, Route, RouteId, SaidOfState, Save, Shown, State, StateCell, StateChange, StateValue, StoreKind,
};
use crate::wire::{PositionKey, Topic};

/// The value of one room.
pub(in crate::dispatch) struct Slot<A: App> {
    pub(super) index: usize,
    route: &'static dyn Route<A>,
    said: SaidOfState,
    room: Arc<str>,
    topic: Arc<Topic>,
    pub(super) metrics: Arc<RouteMetrics>,
    pub(super) positions: Arc<PositionKey>,
    pub(super) catalog: Arc<Catalog>,
    /// Who changes the value has it, one behind the other.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    inner: Mutex<Inner<A>>,
    /// Told whenever something has its place.
    placed: Notify,
    /// Held by whoever saves: an older value must not come behind a newer one.
    pub(super) saves: tokio::sync::Mutex<()>,
    /// Whether others may have changed it while nobody of its room was here to hear that.
    pub(super) is_unheard: AtomicBool,
    /// When it was used last, in milliseconds since it came.
    used: AtomicU64,
    came: Instant,
}

pub(super) struct Inner<A: App> {
    pub(super) cell: Box<dyn StateCell<A>>,
    /// Those who follow, by their sockets.
    pub(super) followers: HashMap<Id, Follower<A>>,
    /// The number of the follower that came last.
    pub(super) last_follower: u64,
    /// What is to be told, in its order.
    outgoing: VecDeque<Submitted<A>>,
    /// How much of that there was.
    queued: u64,
    /// How much of it has its place, or will never have one.
    placed: u64,
    is_publishing: bool,
    /// Whether something of it waits for the end of a handler.
    is_untold: bool,
    /// Whether those who follow are looked at again soon, since some were not told.
    is_reminding: bool,
    pub(super) saving: Saving,
    updates: Updates,
    /// What this server wants to make of a value that is shared.
    pub(super) proposed: Option<Proposed>,
}

/// A change of a value that servers share, which has its place or will be refused.
pub(super) struct Proposed {
    /// The number of the value then.
    pub(super) number: u64,
    /// What it is for those who follow here, once it is known that it has its place.
    pub(super) change: Option<StateChange>,
}

/// What is saved of a value.
pub(super) struct Saving {
    /// The number of the value that is stored.
    pub(super) saved: u64,
    /// Whether a task saves it.
    pub(super) is_running: bool,
    /// Whether a task saves it if nobody else does.
    pub(super) is_waiting: bool,
    /// Since when it cannot be saved, and why.
    pub(super) failing: Option<(Instant, String)>,
    /// The highest number under which the value may be stored: a save that has failed may have had its effect, or have it yet.
    pub(super) attempted: u64,
    /// Who waits until the value is saved.
    pub(super) waiting: Vec<Waiting>,
}

/// What the app is told of changes.
#[derive(Default)]
struct Updates {
    /// The value that it was told of last.
    before: Option<StateValue>,
    /// The newest that it has not been told of.
    next: Option<(StateValue, u64)>,
    is_running: bool,
}

/// What somebody wants to do to a value.
pub(in crate::dispatch) struct Change<'a, A: App> {
    /// Does it.
    pub(in crate::dispatch) apply: &'a mut (dyn FnMut(&mut dyn Any) -> Result<(), SyncError> + Send),
    /// Who wants to know which version shows it, and what the value must be for them, if they said so.
    pub(in crate::dispatch) by: Option<By<'a, A>>,
    /// Who does it, by the number of their session, and their turn in the room.
    pub(in crate::dispatch) caller: (Id, Option<Permit<A>>),
    /// Whether it is told later, with what else its handler does.
    pub(in crate::dispatch) is_told_later: bool,
}

/// Somebody who acts, as the state's `by` sees them.
pub(in crate::dispatch) struct By<'a, A: App> {
    pub(in crate::dispatch) member: Member<'a, A>,
    /// The version that they have seen, where they act on no other one.
    pub(in crate::dispatch) expected: Option<&'a str>,
}

/// A change that has happened.
#[derive(Debug, Clone)]
pub(in crate::dispatch) struct Changed {
    /// The number of the value then.
    pub(in crate::dispatch) number: u64,
    /// The version that shows it to whoever has done it.
    pub(in crate::dispatch) version: Option<Arc<str>>,
}

/// Somebody who waits until a value is saved.
pub(super) struct Waiting {
    /// The group whose version they are told.
    pub(super) group: Option<usize>,
    pub(super) tell: oneshot::Sender<Result<Changed, SyncError>>,
}

impl<A: App> Slot<A> {
    pub(super) fn new(
        index: usize,
        (route, metrics): (&'static dyn Route<A>, Arc<RouteMetrics>),
        room: Arc<str>,
        cell: Box<dyn StateCell<A>>,
        parts: &Parts<A>,
    ) -> Arc<Self> {
        let said = state_of(route).said();
        // What a value is at first needs no store.
        let saving = Saving {
            saved: cell.number(),
            is_running: false,
            is_waiting: false,
            failing: None,
            attempted: 0,
            waiting: Vec::new(),
        };
        let before = if said.has.updated { cell.copy().ok() } else { None };
        let inner = Inner {
            cell,
            followers: HashMap::new(),
            last_follower: 0,
            outgoing: VecDeque::new(),
            queued: 0,
            placed: 0,
            is_publishing: false,
            is_untold: false,
            is_reminding: false,
            saving,
            updates: Updates { before, ..Updates::default() },
            proposed: None,
        };
        let cb = route.id().cb;
        let topic = Arc::new(Topic { cb, room: room.as_ref().into() });
        Arc::new(Self {
            index,
            route,
            said,
            topic,
            metrics,
            positions: parts.positions.clone(),
            catalog: parts.catalog.clone(),
            turn: Arc::default(),
            inner: Mutex::new(inner),
            placed: Notify::new(),
            saves: tokio::sync::Mutex::default(),
            is_unheard: AtomicBool::new(true),
            used: AtomicU64::new(0),
            came: Instant::now(),
            room,
        })
    }

    pub(in crate::dispatch) fn id(&self) -> &'static RouteId {
        self.route.id()
    }

    pub(in crate::dispatch) fn cb(&self) -> &'static str {
        self.id().cb
    }

    pub(in crate::dispatch) fn room(&self) -> &Arc<str> {
        &self.room
    }

    pub(super) fn topic(&self) -> &Arc<Topic> {
        &self.topic
    }

    pub(super) fn said(&self) -> SaidOfState {
        self.said
    }

    pub(super) fn state(&self) -> &'static dyn State<A> {
        state_of(self.route)
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner<A>> {
        self.inner.lock()
    }

    /// Returns whether some see something else than others.
    pub(in crate::dispatch) fn has_views(&self) -> bool {
        self.said.has.view
    }

    /// Notes that it is used.
    pub(super) fn touch(&self) {
        let now = u64::try_from(self.came.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.used.store(now, Ordering::Release);
    }

    /// Returns when it was used last.
    pub(super) fn used(&self) -> Instant {
        self.came + std::time::Duration::from_millis(self.used.load(Ordering::Acquire))
    }

    /// Returns whether it is kept anywhere but here.
    pub(super) fn is_kept(&self) -> bool {
        self.said.store != StoreKind::Memory
    }

    /// Returns whether nothing would be lost if the process ended.
    pub(super) fn is_saved(&self) -> bool {
        self.inner().is_saved(self.is_kept())
    }

    /// Returns whether nothing would be lost if it went, and nothing is done with it.
    pub(super) fn is_idle(&self) -> bool {
        let inner = self.inner();
        let is_busy = (self.is_kept() && inner.saving.is_running) || inner.is_publishing || inner.updates.is_running;
        inner.is_saved(self.is_kept()) && !is_busy
    }

    /// Returns since when it cannot be saved, and why.
    pub(in crate::dispatch) fn failing(&self) -> Option<(Instant, String)> {
        self.inner().saving.failing.clone()
    }

    /// Returns the value for the hook that is told that it goes; `None` where copying it panics.
    pub(super) fn last_copy(&self) -> Option<StateValue> {
        self.inner().cell.copy().ok()
    }

    /// Returns whether an action is answered when it is saved.
    fn waits_for_store(&self) -> bool {
        self.is_kept() && self.said.save == Save::Each
    }

    /// Reads the value, as everybody has been told of it.
    ///
    /// # Errors
    ///
    /// `sync-server-failed` when `read` panics.
    pub(in crate::dispatch) fn read(&self, read: impl FnOnce(&dyn Any)) -> Result<(), SyncError> {
        let inner = self.inner();
        contained(|| read(inner.cell.told())).map_err(|_| SyncError::new("sync-server-failed"))
    }

    /// Changes the value in its turn.
    ///
    /// # Errors
    ///
    /// What the change says; `state-conflict` when the value is not what it must be; `state-unavailable` when it cannot be saved.
    pub(in crate::dispatch) async fn change(
        self: &Arc<Self>,
        parts: &Arc<Parts<A>>,
        change: Change<'_, A>,
    ) -> Result<Changed, SyncError> {
        if parts.hub.is_fenced() {
            return Err(SyncError::new("sync-shutting-down"));
        }
        if parts.hub.is_shared() {
            return self.change_shared(parts, change).await;
        }
        let Change { apply, by, caller, is_told_later } = change;
        let turn = self.turn.lock().await;
        let done = {
            let mut inner = self.inner();
            let group = by.map(|by| inner.watched_by(&by)).transpose()?;
            let changed = inner.cell.change(apply);
            if let Err(refused) = changed {
                group.into_iter().for_each(|group| inner.cell.release(group));
                return Err(refused);
            }
            if self.waits_for_store() {
                inner.cell.keep();
                let (tell, told) = oneshot::channel();
                inner.saving.waiting.push(Waiting { group, tell });
                saving::begin_each(parts, self, &mut inner);
                Err(told)
            } else {
                self.commit(parts, &mut inner, caller);
                Ok(inner.changed(group))
            }
        };
        drop(turn);
        match done {
            Ok(changed) => {
                if is_told_later {
                    self.note_untold(parts);
                } else {
                    self.publish(parts);
                }
                changed
            }
            Err(told) => told.await.unwrap_or_else(|_| Err(SyncError::new("state-unavailable"))),
        }
    }

    /// Notes that something is to be told that waits for the end of a handler.
    fn note_untold(&self, parts: &Parts<A>) {
        let mut inner = self.inner();
        if !inner.outgoing.is_empty() && !std::mem::replace(&mut inner.is_untold, true) {
            parts.states.untold.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Takes what has changed for told; it is to be [published](Slot::publish) then.
    pub(super) fn commit(
        self: &Arc<Self>,
        parts: &Arc<Parts<A>>,
        inner: &mut Inner<A>,
        (caller, permit): (Id, Option<Permit<A>>),
    ) {
        let number = inner.cell.number().max(inner.saving.attempted) + 1;
        let Some(change) = inner.cell.commit(number) else { return };
        self.touch();
        inner.note_update(parts, self, change.number);
        if !inner.followers.is_empty() {
            let delivery = Box::new(StateDelivery::new(self.clone(), change));
            inner.queue(Submitted { delivery, caller, permit });
        }
        if self.is_kept() && !self.waits_for_store() {
            saving::begin_later(parts, self, inner);
        }
    }

    /// Has those looked at again who follow and may see something else now, or were not told.
    pub(in crate::dispatch) fn remind(self: &Arc<Self>, parts: &Arc<Parts<A>>, caller: Id) {
        {
            let mut inner = self.inner();
            let number = inner.cell.number();
            let change = StateChange { before: number, number, groups: Vec::new() };
            let delivery = Box::new(StateDelivery::new(self.clone(), change));
            inner.queue(Submitted { delivery, caller, permit: None });
        }
        self.publish(parts);
    }

    /// Gives what is to be told its places in the order of the room.
    pub(in crate::dispatch) fn publish(self: &Arc<Self>, parts: &Arc<Parts<A>>) {
        if std::mem::take(&mut self.inner().is_untold) {
            parts.states.untold.fetch_sub(1, Ordering::AcqRel);
        }
        loop {
            let next = {
                let mut inner = self.inner();
                if inner.is_publishing {
                    return;
                }
                let next = inner.outgoing.pop_front();
                inner.is_publishing = next.is_some();
                next
            };
            let Some(next) = next else { return };
            let caller = next.caller;
            match parts.hub.submit(&self.room, next) {
                NowOrLater::Now(_) => self.note_placed(),
                NowOrLater::Later(placing) => {
                    let (slot, parts) = (self.clone(), parts.clone());
                    let work = parts.states.work.clone();
                    work.spawn(async move {
                        let placed = placing.await;
                        slot.note_placed();
                        if placed.is_err() {
                            slot.remind_later(&parts, caller);
                        }
                        slot.publish(&parts);
                    });
                    return;
                }
            }
        }
    }

    /// Nobody was told of a change: they are when there is a place again.
    fn remind_later(self: &Arc<Self>, parts: &Arc<Parts<A>>, caller: Id) {
        let mut inner = self.inner();
        inner.followers.values_mut().for_each(|follower| follower.is_stale = true);
        if std::mem::replace(&mut inner.is_reminding, true) {
            return;
        }
        let (slot, work) = (self.clone(), parts.clone());
        parts.states.work.spawn(async move {
            sleep(LOOKS_AGAIN).await;
            slot.inner().is_reminding = false;
            slot.remind(&work, caller);
        });
    }

    fn note_placed(&self) {
        let mut inner = self.inner();
        inner.is_publishing = false;
        inner.placed += 1;
        drop(inner);
        self.placed.notify_waiters();
    }

    /// Waits until all that was to be told when this was called has its place.
    pub(super) async fn all_placed(&self) {
        let all = self.inner().queued;
        loop {
            let mut changed = std::pin::pin!(self.placed.notified());
            changed.as_mut().enable();
            if self.inner().placed >= all {
                return;
            }
            changed.await;
        }
    }

    /// Returns the whole of what a member sees, as everybody has been told of it, with its version.
    ///
    /// # Errors
    ///
    /// As [`StateCell::shown`].
    pub(in crate::dispatch) fn shown(&self, member: Member<'_, A>) -> Result<Shown, SyncError> {
        let mut inner = self.inner();
        let group = inner.cell.group_of(member)?;
        inner.cell.shown(group, None)
    }
}

fn state_of<A: App>(route: &'static dyn Route<A>) -> &'static dyn State<A> {
    route.state().expect("a route of the state lane has a state")
}

impl<A: App> Inner<A> {
    fn is_saved(&self, is_kept: bool) -> bool {
        let is_stored = !is_kept || self.saving.saved == self.cell.number();
        is_stored && !self.cell.has_changed() && self.saving.waiting.is_empty()
    }

    fn queue(&mut self, told: Submitted<A>) {
        self.outgoing.push_back(told);
        self.queued += 1;
    }

    /// Finds out which group somebody is of who acts, and keeps its view; looks whether the value is still what they have seen.
    pub(super) fn watched_by(&mut self, by: &By<'_, A>) -> Result<usize, SyncError> {
        let group = self.cell.group_of(by.member)?;
        if let Some(expected) = by.expected
            && !self.is_one_of(group, expected)?
        {
            let now = self.cell.version(group)?;
            return Err(SyncError::new("state-conflict").param("version", now.to_string()));
        }
        self.cell.hold(group);
        Ok(group)
    }

    /// Returns whether a group sees one of these versions, between which there are commas.
    fn is_one_of(&mut self, group: usize, versions: &str) -> Result<bool, SyncError> {
        for version in versions.split(',') {
            if self.cell.is_still(group, version)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns what has come of a change, and lets go of the view of whoever has done it.
    pub(super) fn changed(&mut self, group: Option<usize>) -> Result<Changed, SyncError> {
        let version = group.map(|group| self.cell.version(group));
        group.into_iter().for_each(|group| self.cell.release(group));
        Ok(Changed { number: self.cell.number(), version: version.transpose()? })
    }

    /// Has the app told of a change.
    pub(super) fn note_update(&mut self, parts: &Arc<Parts<A>>, slot: &Arc<Slot<A>>, number: u64) {
        if !slot.said.has.updated {
            return;
        }
        let Ok(after) = self.cell.copy() else { return };
        self.updates.next = Some((after, number));
        if !std::mem::replace(&mut self.updates.is_running, true) {
            parts.states.work.spawn(tell_app(parts.clone(), slot.clone()));
        }
    }
}

/// Tells the app of changes, one after the other.
async fn tell_app<A: App>(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>) {
    loop {
        let (before, after, number) = {
            let mut inner = slot.inner();
            let Some((after, number)) = inner.updates.next.take() else {
                inner.updates.is_running = false;
                return;
            };
            let before = inner.updates.before.replace(after.clone());
            (before.unwrap_or_else(|| after.clone()), after, number)
        };
        saving::run_hook(&parts, &slot, "updated", || {
            slot.state().updated(&parts.app, &slot.room, (&before, &after), number)
        })
        .await;
    }
}
