//! Values, as one process hands them to the next: a value that is kept in memory alone is not lost, and whoever follows one has its newest version
//! already.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::dispatch::parts::Parts;
use crate::dispatch::states::follow::Follower;
use crate::dispatch::states::slot::Slot;
use crate::dispatch::states::slots::{StateSlots, state_named};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::HeldSeat;
use crate::route::{App, Shown, Update};
use crate::wire::{Packet, StateUpdate};

/// How many values are loaded at a time.
const LOADED_TOGETHER: usize = 64;

/// A value that is in memory.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::dispatch) struct HandedValue {
    /// `<page>/<name>/<version>`.
    cb: Box<str>,
    room: Box<str>,
    /// What tells its versions from those of other lives.
    pub(super) life: Box<str>,
    /// How often it has changed.
    pub(super) number: u64,
    pub(super) json: Box<RawValue>,
}

/// By the state and the room.
pub(super) type HandedValues = HashMap<(Box<str>, Box<str>), HandedValue>;

/// What a socket follows.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::dispatch) struct HandedFollower {
    /// `<page>/<name>/<version>`.
    pub(in crate::dispatch) cb: Box<str>,
    pub(in crate::dispatch) room: Box<str>,
    /// The version that it has.
    pub(in crate::dispatch) version: Box<str>,
}

impl<A: App> StateSlots<A> {
    /// Returns all values that are in memory. They are saved, and nothing happens to them meanwhile.
    pub(in crate::dispatch) fn handed(&self) -> Vec<HandedValue> {
        let value = |slot: &Arc<Slot<A>>| {
            let inner = slot.inner();
            Some(HandedValue {
                cb: slot.cb().into(),
                room: slot.room().as_ref().into(),
                life: inner.cell.life().into(),
                number: inner.cell.number(),
                json: serde_json::from_str(&inner.cell.json()).ok()?,
            })
        };
        self.all().iter().filter_map(value).collect()
    }

    /// Returns what each socket follows.
    pub(in crate::dispatch) fn handed_followers(&self) -> HashMap<Id, Vec<HandedFollower>> {
        let mut handed = HashMap::<_, Vec<_>>::new();
        for slot in self.all() {
            for (socket, Follower { version, .. }) in &slot.inner().followers {
                let follower = HandedFollower {
                    cb: slot.cb().into(),
                    room: slot.room().as_ref().into(),
                    version: version.as_ref().into(),
                };
                handed.entry(*socket).or_default().push(follower);
            }
        }
        handed
    }

    /// Goes on with these values: they are in memory when this is over.
    pub(in crate::dispatch) async fn take_over(&self, parts: &Parts<A>, values: Vec<HandedValue>) {
        let places: Vec<_> = values.iter().map(|value| (value.cb.clone(), value.room.clone())).collect();
        self.handed.lock().extend(places.iter().cloned().zip(values));
        // One that the app has no more is nobody's; one that cannot be loaded is tried again by whoever asks for it.
        let known = places.into_iter().filter_map(|(cb, room)| Some((state_named(parts.table, &cb)?, room)));
        let loading = known.map(async |(index, room)| drop(self.slot(index, &room).await));
        stream::iter(loading).buffer_unordered(LOADED_TOGETHER).collect::<()>().await;
        self.handed.lock().clear();
    }

    /// Takes what was handed over of a value.
    pub(super) fn take_handed(&self, cb: &str, room: &str) -> Option<HandedValue> {
        let mut handed = self.handed.lock();
        if handed.is_empty() { None } else { handed.remove(&(cb.into(), room.into())) }
    }
}

impl<A: App> Slot<A> {
    /// Lets a member go on to follow, and sends it what leads from the version that it has to the newest, if that is another one.
    ///
    /// # Errors
    ///
    /// As [`Slot::follow`].
    pub(in crate::dispatch) fn follow_on(self: &Arc<Self>, held: &HeldSeat<A>, version: &str) -> Result<(), SyncError> {
        let Shown { version: to, update } = self.follow(held, Some(version))?;
        if *to != *version {
            let update = match &update {
                Update::Patch(patch) => StateUpdate::Patch(version, patch),
                Update::Whole(view) => StateUpdate::Whole(view),
            };
            let pos = self.positions.seal(held.position());
            held.row().send_now(Packet::state(self.cb(), self.room(), &pos, &to, update));
        }
        Ok(())
    }
}
