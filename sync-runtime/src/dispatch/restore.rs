//! Rooms that an earlier process has left.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::dispatch::states::{Place, state_named};
use crate::dispatch::{Dispatcher, authorize};
use crate::rooms::{Delivery, Kept, RoomLog, StoredEvent, StoredRoom};
use crate::route::{App, Keep};
use crate::storage::DataError;
use crate::wire::{Position, Topic};

/// How many rooms are read at a time: what is asked together waits for the disk once.
const TOGETHER: usize = 256;

impl<A: App> Dispatcher<A> {
    /// Goes on with the rooms of the log, called before anybody connects. Those whose rule keeps them no longer are forgotten, unless the process before may
    /// still go on with them: then the next one does that.
    ///
    /// # Errors
    ///
    /// When the log cannot be used.
    pub async fn restore_rooms(&self, log: &RoomLog<A>, is_shared: bool) -> Result<(), DataError> {
        let rooms = stream::iter(log.names().await?);
        rooms.map(Ok).try_for_each_concurrent(TOGETHER, |room| self.restore_room(log, room, is_shared)).await
    }

    async fn restore_room(&self, log: &RoomLog<A>, room: String, is_shared: bool) -> Result<(), DataError> {
        let is_durable = authorize::rule(self.table(), &room).is_ok() && self.keep(&room) == Keep::Durably;
        if !is_durable || !self.go_on(&room, log.begin_life(&room).await?) {
            return if is_shared { Ok(()) } else { log.forget(&room).await };
        }
        // There may be many.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Opens a room, and has it know what happened there; returns whether it is kept.
    pub(super) fn go_on(&self, room: &str, mut stored: StoredRoom) -> bool {
        let mut events = Vec::new();
        let mut unreadable = 0;
        for StoredEvent { at, happened, text } in stored.take_events() {
            match self.kept(room, at, &text) {
                Some(kept) => events.push((at, happened, kept)),
                None => {
                    events.clear();
                    stored.begin_behind(at);
                    unreadable += 1;
                }
            }
        }
        if unreadable > 0 {
            // Who has not heard of them is told that something is missing.
            tracing::warn!(room, events = unreadable, "this app cannot read what has happened in a room");
        }
        self.hub().restore(room, self.keep(room), stored, events.into_iter())
    }

    /// Reads what is kept of an event, or of a change of a value.
    pub(super) fn kept(&self, room: &str, at: Position, text: &str) -> Option<Arc<dyn Kept<A>>> {
        if let Some(fanout) = self.revive(room, text) {
            return Box::new(fanout).place(at).kept();
        }
        #[derive(serde::Deserialize)]
        struct StateMark<'a> {
            #[serde(borrow)]
            state: std::borrow::Cow<'a, str>,
        }
        let mark: StateMark<'_> = serde_json::from_str(text).ok()?;
        let route = self.table().states.all[state_named(self.table(), &mark.state)?];
        let topic = Topic { cb: route.id().cb, room: room.into() };
        Some(Arc::new(Place(Arc::new(topic))))
    }
}
