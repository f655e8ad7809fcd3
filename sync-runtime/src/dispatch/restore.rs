//! Rooms that an earlier process has left.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::dispatch::{Dispatcher, authorize};
use crate::rooms::{Delivery, RoomLog, StoredEvent, StoredRoom};
use crate::route::{App, Keep};
use crate::storage::DataError;

/// How many rooms are read at a time: what is asked together waits for the disk once.
const TOGETHER: usize = 256;

impl<A: App> Dispatcher<A> {
    /// Goes on with the rooms of the log, called before anybody connects. Those whose rule keeps them no longer are forgotten.
    ///
    /// # Errors
    ///
    /// When the log cannot be used.
    pub async fn restore_rooms(&self, log: &RoomLog<A>) -> Result<(), DataError> {
        let rooms = stream::iter(log.names().await?);
        rooms.map(Ok).try_for_each_concurrent(TOGETHER, |room| self.restore_room(log, room)).await
    }

    async fn restore_room(&self, log: &RoomLog<A>, room: String) -> Result<(), DataError> {
        let is_durable = authorize::rule(self.table(), &room).is_ok() && self.keep(&room) == Keep::Durably;
        if !is_durable || !self.go_on(&room, log.begin_life(&room).await?) {
            return log.forget(&room).await;
        }
        // There may be many.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Opens a room, and has it know what happened there; returns whether it is kept.
    fn go_on(&self, room: &str, mut stored: StoredRoom) -> bool {
        let mut events = Vec::new();
        let mut unreadable = 0;
        for StoredEvent { at, happened, text } in stored.take_events() {
            match self.revive(room, &text) {
                Some(fanout) => events.push((at, happened, Box::new(fanout).place(at).kept())),
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
        self.hub().restore(room, stored, events.into_iter())
    }
}
