//! Rooms that an earlier process has left.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::dispatch::{Dispatcher, authorize};
use crate::rooms::{NotPlaced, RemoteEvents, RoomLog, StoredRoom};
use crate::route::{App, Keep};
use crate::storage::DataError;
use crate::wire::Position;

/// How many rooms are read at a time.
const TOGETHER: usize = 16;

impl<A: App> Dispatcher<A> {
    /// Goes on with the rooms of the log, called before anybody connects. Those whose rule keeps them no longer are forgotten.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub async fn restore_rooms(&self, log: &RoomLog<A>) -> Result<(), DataError> {
        let rooms = stream::iter(log.names().await?);
        // Some at a time: what is read together waits for the disk once.
        rooms.map(Ok).try_for_each_concurrent(TOGETHER, |room| self.restore_room(log, room)).await
    }

    async fn restore_room(&self, log: &RoomLog<A>, room: String) -> Result<(), DataError> {
        let is_kept = authorize::rule(self.table(), &room).is_ok_and(|found| found.rule.history() == Keep::Durably);
        if !is_kept {
            return log.forget(&room).await;
        }
        self.go_on(&room, log.begin_life(&room).await?);
        // There may be many.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Opens a room, and has it know what happened there.
    fn go_on(&self, room: &str, mut stored: StoredRoom) {
        let events: Vec<(Position, String)> = stored.take_events().collect();
        self.hub().restore(room, &stored);
        for (at, text) in events {
            if self.place(room, at, &text) == Err(NotPlaced::Unreadable) {
                // Written by another version of the app: whoever has not heard of it is told that something is missing.
                tracing::warn!(room, "an event that an earlier version of this app has kept cannot be read");
                self.hub().restore(room, &stored.behind(at));
            }
        }
    }
}
