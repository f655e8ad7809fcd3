//! The values in memory, as one list: each is loaded once, however many ask, and goes when nobody needs it.

use std::any::TypeId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::clock::{Instant, Seldom, sleep_until, timeout};
use crate::contain::Contained;
use crate::dispatch::parts::Parts;
use crate::dispatch::states::handover::{HandedValue, HandedValues};
use crate::dispatch::states::saving;
use crate::dispatch::states::slot::Slot;
use crate::error::{BoxError, SyncError, chain};
use crate::id::Id;
use crate::metrics::RouteMetrics;
use crate::route::{App, BoxFuture, CellPlace, State, StateCell, StoreKind, StoredValue, Table};
use crate::states::{Backup, BackupError, KeptState, StateStore, StateStoreError, StoreKey, StoredState, back_up};
use crate::tables::shrink;
use crate::wire::PositionKey;

/// How long a store may take to load a value, or to save it. Who waits for it is answered in the time of a handler.
pub(super) const STORE_LIMIT: Duration = Duration::from_secs(10);
/// After what time it is looked again whether a value can go that could not.
pub(super) const LOOKS_AGAIN: Duration = Duration::from_secs(1);
/// How many bytes of JSON a value may have.
const LARGEST: usize = 1 << 20;

/// The values of all rooms that are in memory.
pub(in crate::dispatch) struct StateSlots<A: App> {
    parts: OnceLock<Weak<Parts<A>>>,
    slots: Mutex<HashMap<SlotKey, Entry<A>>>,
    /// When it is to be looked whether a value can go, the earliest first.
    due: Mutex<BinaryHeap<Reverse<(Instant, SlotKey)>>>,
    due_changed: Notify,
    stores: Mutex<Stores>,
    /// What the process before has handed over, and nobody has asked for yet.
    pub(super) handed: Mutex<HandedValues>,
    pub(super) work: TaskTracker,
    positions: Arc<PositionKey>,
    /// How many values have changes that wait for the end of a handler.
    pub(super) untold: AtomicUsize,
    /// What is counted of each state.
    metrics: OnceLock<Box<[Arc<RouteMetrics>]>>,
}

/// Which value: the index of its state among those of the table, and the room.
type SlotKey = (usize, Arc<str>);

/// Where values are kept, by the word of the attribute.
pub(crate) type Stores = HashMap<StoreKind, Arc<dyn StateStore>>;

/// How the values of rooms are: `handle.state_health()`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StateHealth {
    /// How many values are in memory.
    pub values: usize,
    /// How many of them have changed and are not saved yet.
    pub unsaved: usize,
    /// Those that could not be saved when that was tried last: they stay in memory until they are.
    pub failing: Vec<FailingState>,
}

/// A value that cannot be saved.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FailingState {
    /// `<page>/<name>/<version>`.
    pub state: &'static str,
    /// The room.
    pub room: Arc<str>,
    /// For how long.
    pub since: Duration,
    /// Why.
    pub error: String,
}

/// A value that is being loaded, for all who wait for it.
type Loading<A> = Shared<BoxFuture<'static, Result<Arc<Slot<A>>, SyncError>>>;

/// What is known of one value.
enum Entry<A: App> {
    /// It is being loaded.
    Loading(Loading<A>),
    /// It is in memory.
    Live(Arc<Slot<A>>),
    /// It has gone, and its hook runs: whoever comes waits for that.
    Closing(Shared<BoxFuture<'static, ()>>),
}

/// What is waited for before a value can be used.
enum Coming<A: App> {
    Here(Arc<Slot<A>>),
    Loaded(Loading<A>),
    Closed(Shared<BoxFuture<'static, ()>>),
}

impl<A: App> StateSlots<A> {
    pub(in crate::dispatch) fn new(positions: Arc<PositionKey>) -> Self {
        Self {
            parts: OnceLock::new(),
            slots: Mutex::default(),
            due: Mutex::default(),
            due_changed: Notify::new(),
            stores: Mutex::default(),
            handed: Mutex::default(),
            work: TaskTracker::new(),
            positions,
            untold: AtomicUsize::new(0),
            metrics: OnceLock::new(),
        }
    }

    /// Hands over the parts of the server, whose part this is.
    pub(in crate::dispatch) fn begin(&self, parts: Weak<Parts<A>>) {
        self.parts.get_or_init(|| parts);
    }

    /// Keeps values in these places; called once, before the first is asked for.
    pub(in crate::dispatch) fn keep_in(&self, stores: Stores) {
        *self.stores.lock() = stores;
    }

    /// Leaves the places where values are kept to others: nothing is loaded or saved any more.
    pub(in crate::dispatch) fn close(&self) {
        drop(std::mem::take(&mut *self.stores.lock()));
    }

    pub(super) fn parts(&self) -> Result<Arc<Parts<A>>, SyncError> {
        self.parts.get().and_then(Weak::upgrade).ok_or_else(|| SyncError::new("sync-shutting-down"))
    }

    pub(super) fn store(&self, kind: StoreKind) -> Result<Arc<dyn StateStore>, BoxError> {
        self.stores.lock().get(&kind).cloned().ok_or_else(|| "the store is closed".into())
    }

    /// Returns the value of a room, which is loaded if it is not here.
    ///
    /// # Errors
    ///
    /// `state-unavailable` when it cannot be loaded: whoever comes next tries again.
    pub(in crate::dispatch) async fn slot(&self, index: usize, room: &str) -> Result<Arc<Slot<A>>, SyncError> {
        loop {
            let coming = {
                let mut slots = self.slots.lock();
                let key: SlotKey = (index, room.into());
                match slots.get(&key) {
                    Some(Entry::Live(slot)) => {
                        slot.touch();
                        Coming::Here(slot.clone())
                    }
                    Some(Entry::Loading(loading)) => Coming::Loaded(loading.clone()),
                    Some(Entry::Closing(closing)) => Coming::Closed(closing.clone()),
                    None => {
                        let loading = self.begin_to_load(key.clone())?;
                        slots.insert(key, Entry::Loading(loading.clone()));
                        Coming::Loaded(loading)
                    }
                }
            };
            match coming {
                Coming::Here(slot) => {
                    // Whoever sees it sees nothing that others are not told of.
                    self.tell_at_once(&slot);
                    self.catch_up(&slot).await?;
                    return Ok(slot);
                }
                Coming::Loaded(loading) => return loading.await,
                Coming::Closed(closing) => closing.await,
            }
        }
    }

    /// Asks what has become of a value on other servers, where nobody of its room was here to hear it.
    async fn catch_up(&self, slot: &Arc<Slot<A>>) -> Result<(), SyncError> {
        let parts = self.parts()?;
        if parts.hub.is_shared() && slot.is_unheard.load(Ordering::Acquire) {
            slot.refresh(&parts).await?;
        }
        Ok(())
    }

    /// Returns the value of a room if it is in memory.
    fn live(&self, index: usize, room: &Arc<str>) -> Option<Arc<Slot<A>>> {
        match self.slots.lock().get(&(index, room.clone()))? {
            Entry::Live(slot) => Some(slot.clone()),
            Entry::Loading(_) | Entry::Closing(_) => None,
        }
    }

    /// Loads a value in a task of its own, whoever waits for it.
    fn begin_to_load(&self, key: SlotKey) -> Result<Loading<A>, SyncError> {
        let parts = self.parts()?;
        let loading = self.work.spawn(async move {
            let slot = load(&parts, &key).await;
            parts.states.came(&key, slot.as_ref().ok());
            let slot = slot?;
            if parts.hub.is_shared() {
                // From here on it is heard what others make of it; what they made of it meanwhile was not.
                slot.refresh(&parts).await?;
            }
            Ok(slot)
        });
        let loading: BoxFuture<'static, _> =
            Box::pin(async move { loading.await.unwrap_or_else(|_| Err(SyncError::new("state-unavailable"))) });
        Ok(loading.shared())
    }

    /// Notes that a value is there, or could not be loaded.
    fn came(&self, key: &SlotKey, slot: Option<&Arc<Slot<A>>>) {
        let mut slots = self.slots.lock();
        let Some(slot) = slot else { return drop(slots.remove(key)) };
        slot.touch();
        slots.insert(key.clone(), Entry::Live(slot.clone()));
        drop(slots);
        self.look_at(Instant::now() + slot.said().ttl, key.clone());
    }

    fn look_at(&self, when: Instant, key: SlotKey) {
        self.due.lock().push(Reverse((when, key)));
        self.due_changed.notify_one();
    }

    /// Notes that somebody has left a room: its values live on for their time.
    pub(in crate::dispatch) fn left(&self, table: &Table<A>, room: &Arc<str>) {
        self.of_room(table, room).for_each(|slot| {
            slot.touch();
            // The last one may have gone: what others do is not heard any more.
            slot.is_unheard.store(true, Ordering::Release);
        });
    }

    /// Returns the values of a room that are in memory.
    pub(in crate::dispatch) fn of_room<'a>(
        &'a self,
        table: &Table<A>,
        room: &'a Arc<str>,
    ) -> impl Iterator<Item = Arc<Slot<A>>> + 'a {
        (0..table.states.all.len()).filter_map(|index| self.live(index, room))
    }

    /// Has told what waits for the end of a handler.
    fn tell_at_once(&self, slot: &Arc<Slot<A>>) {
        if self.untold.load(Ordering::Acquire) > 0
            && let Ok(parts) = self.parts()
        {
            slot.publish(&parts);
        }
    }

    /// Has told of the values of a room what waits for the end of a handler, before something else happens there.
    pub(in crate::dispatch) fn tell_of_room(&self, parts: &Arc<Parts<A>>, room: &str) {
        if self.untold.load(Ordering::Acquire) > 0 {
            let room: Arc<str> = room.into();
            self.of_room(parts.table, &room).for_each(|slot| slot.publish(parts));
        }
    }

    /// Lets values go that nobody needs, for as long as this is awaited.
    pub(in crate::dispatch) async fn expire(&self) {
        loop {
            let next = self.due.lock().peek().map(|Reverse((when, _))| *when);
            let changed = self.due_changed.notified();
            match next {
                None => changed.await,
                Some(when) => tokio::select! {
                    () = changed => continue,
                    () = sleep_until(when) => {}
                },
            }
            let mut looked = 0;
            while let Some(key) = self.next_due(Instant::now()) {
                self.look(key);
                looked += 1;
                if looked % 64 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    fn next_due(&self, now: Instant) -> Option<SlotKey> {
        let mut due = self.due.lock();
        if due.peek().is_none_or(|Reverse((when, _))| *when > now) {
            return None;
        }
        due.pop().map(|Reverse((_, key))| key)
    }

    /// Lets a value go, or says when it is to be looked at again.
    fn look(&self, key: SlotKey) {
        let Ok(parts) = self.parts() else { return };
        let Some(slot) = self.live(key.0, &key.1) else { return };
        let (now, ttl) = (Instant::now(), slot.said().ttl);
        let ends = slot.used() + ttl;
        if parts.hub.has_members(&key.1) {
            return self.look_at(now + ttl.max(LOOKS_AGAIN), key);
        }
        if ends > now {
            return self.look_at(ends, key);
        }
        if !slot.is_idle() {
            return self.look_at(now + LOOKS_AGAIN, key);
        }
        let mut slots = self.slots.lock();
        // Here, in the list, and nowhere else: nobody uses it.
        let is_used = Arc::strong_count(&slot) > 2 || parts.hub.has_members(&key.1) || slot.used() + ttl > now;
        if is_used || !slot.is_idle() {
            drop(slots);
            return self.look_at(now + LOOKS_AGAIN, key);
        }
        if !slot.said().has.closed {
            slots.remove(&key);
            return shrink(&mut slots);
        }
        let closing = self.work.spawn(close(parts, slot, key.clone()));
        let closing: BoxFuture<'static, ()> = Box::pin(async move { closing.await.unwrap_or_default() });
        slots.insert(key, Entry::Closing(closing.shared()));
    }

    /// Saves what is not saved, and returns how many values could not be.
    pub(in crate::dispatch) async fn finish(&self) -> usize {
        let Ok(parts) = self.parts() else { return 0 };
        let slots: Vec<_> = self.all();
        let saves = slots.into_iter().map(|slot| {
            let parts = parts.clone();
            async move {
                saving::save_now(&parts, &slot).await;
                usize::from(!slot.is_saved())
            }
        });
        let mut saved =
            std::pin::pin!(futures_util::StreamExt::buffer_unordered(futures_util::stream::iter(saves), 64));
        let mut unsaved = 0;
        while let Some(count) = futures_util::StreamExt::next(&mut saved).await {
            unsaved += count;
        }
        unsaved
    }

    /// Writes all that is kept into a new file in a folder, after it was saved.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or a store does not answer.
    pub(in crate::dispatch) async fn back_up(&self, folder: &Path, keep: usize) -> Result<Backup, BackupError> {
        let parts = self.parts().map_err(|error| BackupError::Server(error.code().to_owned()))?;
        let stores = self.stores.lock().clone();
        let unsaved = self.finish().await;
        if unsaved > 0 {
            tracing::warn!(unsaved, "a backup is made without what cannot be saved");
        }
        let backup = back_up(&kept_states(parts.table, &stores), folder, keep).await?;
        Ok(Backup { unsaved, ..backup })
    }

    /// Says how the values are that are in memory.
    pub(in crate::dispatch) fn health(&self) -> StateHealth {
        let now = Instant::now();
        let slots = self.all();
        let failing = slots.iter().filter_map(|slot| {
            let (since, error) = slot.failing()?;
            Some(FailingState { state: slot.cb(), room: slot.room().clone(), since: now - since, error })
        });
        StateHealth {
            values: slots.len(),
            unsaved: slots.iter().filter(|slot| !slot.is_saved()).count(),
            failing: failing.collect(),
        }
    }

    /// Returns all values that are in memory.
    pub(in crate::dispatch) fn all(&self) -> Vec<Arc<Slot<A>>> {
        let slots = self.slots.lock();
        let live = slots.values().filter_map(|entry| match entry {
            Entry::Live(slot) => Some(slot.clone()),
            Entry::Loading(_) | Entry::Closing(_) => None,
        });
        live.collect()
    }
}

/// Tells the app that a value has gone from memory; whoever comes meanwhile waits for that.
async fn close<A: App>(parts: Arc<Parts<A>>, slot: Arc<Slot<A>>, key: SlotKey) {
    if let Some(last) = slot.last_copy() {
        saving::run_hook(&parts, &slot, "closed", || slot.state().closed(&parts.app, &key.1, &last)).await;
    }
    parts.states.slots.lock().remove(&key);
}

/// Lists what the app's states keep in these places, what is left there of older versions included.
pub(crate) fn kept_states<A: App>(table: &Table<A>, stores: &Stores) -> Vec<KeptState> {
    let mut kept: Vec<KeptState> = Vec::new();
    for route in table.states.all {
        let Some(state) = route.state() else { continue };
        let kind = state.said().store;
        let Some(store) = stores.get(&kind) else { continue };
        for (path, version) in state.names() {
            if !kept.iter().any(|known| (known.state, known.version, known.kind) == (path, version, kind)) {
                kept.push(KeptState { state: path, version, kind, store: store.clone() });
            }
        }
    }
    kept
}

/// Finds a state by the type of its value.
pub(super) fn index_of<A: App>(table: &Table<A>, of: TypeId) -> Option<usize> {
    let states = table.states.all.iter().map(|route| route.state());
    states.enumerate().find(|(_, state)| state.is_some_and(|state| state.type_id() == of)).map(|(index, _)| index)
}

/// Finds a state by its name, `<page>/<name>/<version>`.
pub(in crate::dispatch) fn state_named<A: App>(table: &Table<A>, cb: &str) -> Option<usize> {
    table.states.all.iter().position(|route| route.id().cb == cb)
}

/// Loads a value, or makes the first one.
async fn load<A: App>(parts: &Arc<Parts<A>>, (index, room): &SlotKey) -> Result<Arc<Slot<A>>, SyncError> {
    let unavailable = || SyncError::new("state-unavailable");
    let route = parts.table.states.all[*index];
    let Some(state) = route.state() else { return Err(unavailable()) };
    let handed = parts.states.take_handed(route.id().cb, room);
    let loading = Box::pin(gone_on(parts, state, route.id().cb, room, handed));
    let loaded = match timeout(STORE_LIMIT, Contained::new(loading)).await {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(_)) => Err("loading it has panicked".into()),
        Err(_) => Err("the store does not answer".into()),
    };
    let loaded = match loaded {
        Ok(cell) if parts.hub.is_shared() => shared_by_now(parts, cell, route.id().cb, room).await,
        loaded => loaded,
    };
    match loaded {
        Ok(cell) => {
            let states = parts.table.states.all.iter();
            let make = || states.map(|state| parts.metrics.route("state", state.id().cb)).collect();
            let metrics = parts.states.metrics.get_or_init(make)[*index].clone();
            Ok(Slot::new(*index, (route, metrics), room.clone(), cell, parts))
        }
        Err(error) => {
            static FAILED: Seldom = Seldom::at_most(5);
            if let Some(times) = FAILED.happened() {
                tracing::error!(state = route.id().cb, %room, error = %chain(&*error), times, "a value cannot be loaded");
            }
            Err(unavailable())
        }
    }
}

/// Has a value be what other servers have made of it, which may not be stored yet.
async fn shared_by_now<A: App>(
    parts: &Arc<Parts<A>>,
    mut cell: Box<dyn StateCell<A>>,
    cb: &'static str,
    room: &str,
) -> Result<Box<dyn StateCell<A>>, BoxError> {
    if let Some((number, json)) = parts.hub.shared_value(room, cb).await?
        && number > cell.number()
    {
        cell.adopt(&json, number)?;
    }
    Ok(cell)
}

/// Makes the cell of a value. One that was handed over goes on in the life that it had, unless somebody else has changed what is stored.
async fn gone_on<A: App>(
    parts: &Arc<Parts<A>>,
    state: &'static dyn State<A>,
    cb: &'static str,
    room: &Arc<str>,
    handed: Option<HandedValue>,
) -> Result<Box<dyn StateCell<A>>, BoxError> {
    let positions = &parts.states.positions;
    let place = |life| CellPlace { cb, room: room.clone(), life, limit: LARGEST, positions: positions.clone() };
    let new_life = || Id::random().to_string()[..8].into();
    if let Some(handed) = handed {
        // What views have counted does not come along.
        let life = if state.said().has.view { new_life() } else { handed.life.clone() };
        let made = cell(parts, state, place(life), Some(&handed)).await?;
        if made.number() == handed.number {
            return Ok(made);
        }
    }
    cell(parts, state, place(new_life()), None).await
}

/// Makes the cell of a value. What is made of an older version is stored at once: it would be made of another one later.
async fn cell<A: App>(
    parts: &Arc<Parts<A>>,
    state: &'static dyn State<A>,
    place: CellPlace,
    handed: Option<&HandedValue>,
) -> Result<Box<dyn StateCell<A>>, BoxError> {
    let room = place.room.clone();
    match state.said().store {
        StoreKind::Memory => {}
        StoreKind::App => {
            if let Some(stored) = state.load(&parts.app, &room).await? {
                return state.go_on(place, stored);
            }
        }
        kind => {
            let store = parts.states.store(kind)?;
            let keys = state.names().into_iter();
            let keys = keys.map(|(state, version)| StoreKey { state, version, room: room.clone() }).collect::<Vec<_>>();
            for (version, key) in keys.iter().enumerate() {
                let Some(stored) = loaded(&store, key).await? else { continue };
                let value = StoredValue::Json { version, number: stored.number, json: &stored.value };
                let cell = match state.go_on(place, value) {
                    Ok(cell) => cell,
                    Err(error) => return Err(set_aside(&store, key.clone(), error).await),
                };
                if version > 0 {
                    store.save(keys[0].clone(), StoredState { number: cell.number(), value: cell.json() }).await?;
                }
                return Ok(cell);
            }
        }
    }
    match handed {
        // In no store: what it was at first, or what is kept in memory alone.
        Some(HandedValue { number, json, .. }) => {
            state.go_on(place, StoredValue::Json { version: 0, number: *number, json: json.get() })
        }
        None => state.begin(&parts.app, place),
    }
}

async fn loaded(store: &Arc<dyn StateStore>, key: &StoreKey) -> Result<Option<StoredState>, BoxError> {
    match store.load(key.clone()).await {
        Ok(found) => Ok(found),
        Err(error @ StateStoreError::Damaged { .. }) => Err(set_aside(store, key.clone(), error.into()).await),
        Err(error) => Err(error.into()),
    }
}

/// Keeps a copy of what cannot be read, whatever becomes of it in its place.
async fn set_aside(store: &Arc<dyn StateStore>, key: StoreKey, error: BoxError) -> BoxError {
    let named = key.to_string();
    match store.set_aside(key).await {
        Ok(place) => {
            format!("the stored value of {named} cannot be read ({}); a copy is in {place}", chain(&*error)).into()
        }
        Err(_) => error,
    }
}
