//! The way of handlers, hooks and the app to the values of rooms.

use std::any::{Any, TypeId};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::clock::{Instant, soon};
use crate::dispatch::parts::Parts;
use crate::dispatch::states::slot::{Change, Slot};
use crate::dispatch::states::slots::{StateSlots, index_of};
use crate::dispatch::{Caller, authorize};
use crate::error::SyncError;
use crate::id::Id;
use crate::route::{App, BoxFuture, ChangeValue, ReadValue, States};
use crate::wire::RoomName;

impl<A: App> StateSlots<A> {
    /// Returns the value of a room, of the state with this type.
    ///
    /// # Errors
    ///
    /// `room-invalid` for a room that has none; as [`slot`](StateSlots::slot).
    pub(in crate::dispatch) async fn of_type(&self, state: TypeId, room: &str) -> Result<Arc<Slot<A>>, SyncError> {
        let parts = self.parts()?;
        let invalid = || SyncError::new("room-invalid");
        let index = index_of(parts.table, state).ok_or_else(|| SyncError::new("sync-not-found"))?;
        let room = RoomName::new(room)?.as_str();
        let found = authorize::rule(parts.table, room).map_err(|_| invalid())?;
        let pattern = parts.table.states.all[index].state().map(|state| state.pattern());
        if pattern != Some(found.rule.pattern()) {
            return Err(invalid());
        }
        self.slot(index, room).await
    }

    async fn changed(
        &self,
        (state, room): (TypeId, &str),
        apply: &mut (dyn FnMut(&mut dyn Any) -> Result<(), SyncError> + Send),
        (caller, is_told_later): (Id, bool),
    ) -> Result<(Arc<Slot<A>>, u64), SyncError> {
        let parts = self.parts()?;
        // A handler that reads and changes has the time of a handler; others have as much.
        let until = Instant::now() + parts.config.handler_timeout;
        let slot = self.of_type(state, room).await?;
        let change = Change { apply, by: None, caller: (caller, None), is_told_later };
        let changed = soon(until, slot.change(&parts, change)).await;
        let changed = changed.ok_or_else(|| SyncError::new("sync-timeout"))??;
        Ok((slot, changed.number))
    }
}

impl<A: App> States<A> for StateSlots<A> {
    fn read<'a>(&'a self, state: TypeId, room: &'a str, read: ReadValue<'a>) -> BoxFuture<'a, Result<(), SyncError>> {
        Box::pin(async move {
            let until = Instant::now() + self.parts()?.config.handler_timeout;
            let slot = soon(until, self.of_type(state, room)).await;
            slot.ok_or_else(|| SyncError::new("sync-timeout"))??.read(read)
        })
    }

    fn change<'a>(
        &'a self,
        state: TypeId,
        room: &'a str,
        mut change: ChangeValue<'a>,
    ) -> BoxFuture<'a, Result<u64, SyncError>> {
        Box::pin(async move {
            let (_, number) = self.changed((state, room), &mut *change, (Id::NOBODY, false)).await?;
            Ok(number)
        })
    }
}

/// What one handler does to values: told when it has ended, or earlier where others act meanwhile, since it came first.
pub(in crate::dispatch) struct Changes<'p, A: App> {
    parts: &'p Arc<Parts<A>>,
    caller: Id,
    changed: Mutex<Vec<Arc<Slot<A>>>>,
}

impl<'p, A: App> Changes<'p, A> {
    pub(in crate::dispatch) fn new(parts: &'p Arc<Parts<A>>, caller: &Caller<A>) -> Self {
        Self { parts, caller: caller.sender_key().session, changed: Mutex::default() }
    }
}

impl<A: App> States<A> for Changes<'_, A> {
    fn read<'a>(&'a self, state: TypeId, room: &'a str, read: ReadValue<'a>) -> BoxFuture<'a, Result<(), SyncError>> {
        self.parts.states.read(state, room, read)
    }

    fn change<'a>(
        &'a self,
        state: TypeId,
        room: &'a str,
        mut change: ChangeValue<'a>,
    ) -> BoxFuture<'a, Result<u64, SyncError>> {
        Box::pin(async move {
            let changing = self.parts.states.changed((state, room), &mut *change, (self.caller, true));
            let (slot, number) = changing.await?;
            self.changed.lock().push(slot);
            Ok(number)
        })
    }
}

impl<A: App> Changes<'_, A> {
    /// Has what was done told, and waits until it has its places.
    pub(in crate::dispatch) async fn tell(self) {
        let changed = std::mem::take(&mut *self.changed.lock());
        changed.iter().for_each(|slot| slot.publish(self.parts));
        for slot in changed {
            slot.all_placed().await;
        }
    }
}

/// Also when the handler is given up.
impl<A: App> Drop for Changes<'_, A> {
    fn drop(&mut self) {
        self.changed.get_mut().drain(..).for_each(|slot| slot.publish(self.parts));
    }
}
