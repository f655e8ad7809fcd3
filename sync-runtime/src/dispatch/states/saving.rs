//! Saving a value: some time after a change, or before anybody hears of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, oneshot};

use crate::clock::{Instant, Seldom, sleep, timeout};
use crate::contain::{Contained, contained};
use crate::dispatch::parts::Parts;
use crate::dispatch::states::slot::{Inner, Slot, Waiting};
use crate::dispatch::states::slots::STORE_LIMIT;
use crate::error::{BoxError, SyncError, chain};
use crate::id::Id;
use crate::route::{App, BoxFuture, Save, StateValue, StoreKind};
use crate::states::{StateStoreError, StoreKey, StoredState};

/// How long it is waited at most before something is saved again that could not be.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After what time a value is saved that another server has made, in any case.
const AT_LAST: Duration = Duration::from_secs(5);
/// How long at least.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

/// What is to be saved of a value.
struct Snapshot {
    number: u64,
    json: Arc<str>,
    /// The value itself, for an app that stores it.
    value: Option<StateValue>,
}

impl Snapshot {
    fn of<A: App>(slot: &Slot<A>, inner: &Inner<A>, number: u64) -> Self {
        let value = (slot.said().store == StoreKind::App).then(|| inner.cell.copy().ok()).flatten();
        Self { number, json: inner.cell.json(), value }
    }

    async fn save<A: App>(&self, parts: &Parts<A>, slot: &Slot<A>) -> Result<(), BoxError> {
        let saving: BoxFuture<'_, Result<(), BoxError>> = match (slot.said().store, &self.value) {
            (StoreKind::App, Some(value)) => {
                contained(|| slot.state().persist(&parts.app, slot.room(), value, self.number))
                    .map_err(|_| "`persist` panicked")?
            }
            (StoreKind::App, None) => return Err("the value cannot be copied".into()),
            (kind, _) => {
                let store = parts.states.store(kind)?;
                let id = slot.id();
                let key = StoreKey { state: id.path, version: id.version, room: slot.room().clone() };
                let stored = StoredState { number: self.number, value: self.json.clone() };
                let is_shared = parts.hub.is_shared();
                Box::pin(async move {
                    match store.save(key, stored).await {
                        // Another server has saved what it has made of this.
                        Err(StateStoreError::Newer { .. }) if is_shared => Ok(()),
                        saved => Ok(saved?),
                    }
                })
            }
        };
        let saved = match timeout(STORE_LIMIT, Contained::new(saving)).await {
            Ok(Ok(saved)) => saved,
            Ok(Err(_)) => Err("saving it has panicked".into()),
            Err(_) => Err("the store does not answer".into()),
        };
        slot.metrics.saved(saved.is_ok());
        saved
    }
}

/// Has a value saved before anybody hears of what has changed, unless a task does that.
pub(super) fn begin_each<A: App>(parts: &Arc<Parts<A>>, slot: &Arc<Slot<A>>, inner: &mut Inner<A>) {
    if !std::mem::replace(&mut inner.saving.is_running, true) {
        parts.states.work.spawn(save_each(parts.clone(), slot.clone()));
    }
}

/// Saves what has been done, and then what was done meanwhile. Whoever acts while a value is saved waits for its turn, and all who wait are saved
/// together.
async fn save_each<A: App>(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>) {
    loop {
        let turn = slot.turn.lock().await;
        let (waiting, snapshot) = {
            let mut inner = slot.inner();
            let waiting = std::mem::take(&mut inner.saving.waiting);
            if waiting.is_empty() && !inner.cell.has_changed() {
                inner.saving.is_running = false;
                return;
            }
            // What was tried and failed may be stored all the same: nothing else gets its number.
            let number = inner.cell.number().max(inner.saving.attempted) + 1;
            let snapshot = inner.cell.differs().then(|| Snapshot::of(&slot, &inner, number));
            (waiting, snapshot)
        };
        let saved = match &snapshot {
            None => Ok(()),
            Some(snapshot) => snapshot.save(&parts, &slot).await,
        };
        let outcomes: Vec<_> = {
            let mut inner = slot.inner();
            let saved = match saved {
                Ok(()) => {
                    slot.commit(&parts, &mut inner, (Id::NOBODY, None));
                    inner.saving.saved = inner.cell.number();
                    inner.saving.failing = None;
                    Ok(())
                }
                Err(error) => {
                    let tried = snapshot.as_ref().map_or(0, |tried| tried.number);
                    inner.saving.attempted = inner.saving.attempted.max(tried);
                    inner.cell.take_back();
                    note_failure(&slot, &mut inner, &*error);
                    Err(SyncError::new("state-unavailable"))
                }
            };
            let each = waiting.into_iter().map(|Waiting { group, tell }| {
                let changed = inner.changed(group);
                (tell, saved.clone().and(changed))
            });
            each.collect()
        };
        drop(turn);
        slot.publish(&parts);
        for (tell, outcome) in outcomes {
            tell.send(outcome).map_or_else(drop, drop);
        }
    }
}

/// Has a value saved some time after it has changed, unless a task does that.
pub(super) fn begin_later<A: App>(parts: &Arc<Parts<A>>, slot: &Arc<Slot<A>>, inner: &mut Inner<A>) {
    if !std::mem::replace(&mut inner.saving.is_running, true) {
        parts.states.work.spawn(save_later(parts.clone(), slot.clone()));
    }
}

async fn save_later<A: App>(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>) {
    let Save::After(delay) = slot.said().save else { return };
    let mut pause = delay;
    loop {
        sleep(pause).await;
        let _saves = slot.saves.lock().await;
        let snapshot = {
            let _turn = turn_of_shared(&parts, &slot).await;
            let mut inner = slot.inner();
            if inner.saving.saved == inner.cell.number() {
                inner.saving.is_running = false;
                return;
            }
            Snapshot::of(&slot, &inner, inner.cell.number())
        };
        pause = match note_saved(&slot, &snapshot, snapshot.save(&parts, &slot).await) {
            true => delay,
            false => (pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE),
        };
    }
}

/// Saves a value that servers share, and returns whether it is saved. Called in its turn: what is proposed is not what it is.
pub(super) async fn save_shared<A: App>(parts: &Arc<Parts<A>>, slot: &Arc<Slot<A>>) -> bool {
    let snapshot = {
        let inner = slot.inner();
        Snapshot::of(slot, &inner, inner.cell.number())
    };
    note_saved(slot, &snapshot, snapshot.save(parts, slot).await)
}

/// Has a value be saved in a while that another server has made and will save, if it can; or that could not be saved.
pub(super) fn begin_at_last<A: App>(parts: &Arc<Parts<A>>, slot: &Arc<Slot<A>>, inner: &mut Inner<A>) {
    if slot.is_kept() && !std::mem::replace(&mut inner.saving.is_waiting, true) {
        parts.states.work.spawn(save_at_last(parts.clone(), slot.clone()));
    }
}

async fn save_at_last<A: App>(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>) {
    loop {
        // Not all servers at once.
        sleep(AT_LAST + AT_LAST * u32::from(Id::random().to_bytes()[0]) / 256).await;
        // It may be an old one by now, of which nobody was here to hear.
        slot.refresh(&parts).await.unwrap_or_default();
        let _saves = slot.saves.lock().await;
        let snapshot = {
            let _turn = turn_of_shared(&parts, &slot).await;
            let mut inner = slot.inner();
            if inner.saving.saved == inner.cell.number() {
                inner.saving.is_waiting = false;
                return;
            }
            Snapshot::of(&slot, &inner, inner.cell.number())
        };
        note_saved(&slot, &snapshot, snapshot.save(&parts, &slot).await);
    }
}

/// Waits until nothing is proposed of a value that servers share.
async fn turn_of_shared<A: App>(parts: &Parts<A>, slot: &Slot<A>) -> Option<OwnedMutexGuard<()>> {
    if parts.hub.is_shared() { Some(slot.turn.clone().lock_owned().await) } else { None }
}

/// Saves a value at once, if it is not, or waits until the task has that saves it.
pub(super) async fn save_now<A: App>(parts: &Arc<Parts<A>>, slot: &Arc<Slot<A>>) {
    if !slot.is_kept() {
        return;
    }
    if slot.said().save == Save::Each && !parts.hub.is_shared() {
        let saved = {
            let mut inner = slot.inner();
            if !inner.saving.is_running {
                return;
            }
            let (tell, told) = oneshot::channel();
            inner.saving.waiting.push(Waiting { group: None, tell });
            told
        };
        return saved.await.map_or_else(drop, drop);
    }
    let _saves = slot.saves.lock().await;
    let snapshot = {
        let _turn = turn_of_shared(parts, slot).await;
        let inner = slot.inner();
        if inner.saving.saved == inner.cell.number() {
            return;
        }
        Snapshot::of(slot, &inner, inner.cell.number())
    };
    note_saved(slot, &snapshot, snapshot.save(parts, slot).await);
}

/// Notes what came of a save, and returns whether it is saved.
fn note_saved<A: App>(slot: &Slot<A>, snapshot: &Snapshot, saved: Result<(), BoxError>) -> bool {
    let mut inner = slot.inner();
    match saved {
        Ok(()) => {
            inner.saving.saved = inner.saving.saved.max(snapshot.number);
            inner.saving.failing = None;
            true
        }
        Err(error) => {
            note_failure(slot, &mut inner, &*error);
            false
        }
    }
}

fn note_failure<A: App>(slot: &Slot<A>, inner: &mut Inner<A>, error: &(dyn std::error::Error + 'static)) {
    static FAILED: Seldom = Seldom::at_most(2);
    let error = chain(error);
    if let Some(times) = FAILED.happened() {
        tracing::error!(state = slot.cb(), room = %slot.room(), error, times, "a value cannot be saved, and is kept in memory");
    }
    let since = inner.saving.failing.take().map_or_else(Instant::now, |(since, _)| since);
    inner.saving.failing = Some((since, error));
}

/// Runs a hook of the app's within the time of a handler.
pub(super) async fn run_hook<'a, A: App>(
    parts: &Parts<A>,
    slot: &Slot<A>,
    what: &'static str,
    make: impl FnOnce() -> BoxFuture<'a, ()>,
) {
    let ran = match contained(make) {
        Ok(running) => timeout(parts.config.handler_timeout, Contained::new(running)).await,
        Err(panicked) => Ok(Err(panicked)),
    };
    if !matches!(ran, Ok(Ok(()))) {
        tracing::warn!(state = slot.cb(), room = %slot.room(), what, "a hook of a state has panicked, or took too long");
    }
}
