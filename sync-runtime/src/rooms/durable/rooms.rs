//! The order and the history of rooms of which some are in a file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Instant;
use crate::config::Config;
use crate::rooms::durable::RoomLog;
use crate::rooms::durable::changes::Note;
use crate::rooms::durable::file::StoredMember;
use crate::rooms::history::Recent;
use crate::rooms::{
    Beginning, Dropped, Given, Histories, History, Kept, KeptEvents, LocalSequencer, NoOthers, NowOrLater, OneKnown,
    RecentEvents, Room, RoomServices, SenderKey, Sequencer, Submitted,
};
use crate::route::{App, Keep};
use crate::storage::DataError;
use crate::wire::Position;

/// How many events are dropped in memory before those in the file are.
const TRIMMED_AT_ONCE: u64 = 256;

impl<A: App> RoomServices<A> {
    /// Rooms of one process, of which those that are to outlive it are in a file of the server's folder; what an earlier process has left
    /// there is in the log. Waits a while for one that still uses the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub async fn with_durable(config: &Config) -> Result<(Self, Arc<RoomLog<A>>), DataError> {
        let (log, key) = RoomLog::open(config).await?;
        let rooms = Arc::new(DurableRooms {
            recent: RecentEvents::new(config),
            log: log.clone(),
            order: LocalSequencer::new(),
        });
        let (sequencer, histories) = (Box::new(rooms.clone()), Box::new(rooms));
        Ok((Self { positions: Arc::new(key), sequencer, histories, others: Box::new(NoOthers) }, log))
    }
}

/// The order and the history of rooms of which some are in a file.
struct DurableRooms<A: App> {
    recent: RecentEvents,
    log: Arc<RoomLog<A>>,
    /// The order of those that are in memory alone.
    order: LocalSequencer,
}

impl<A: App> Sequencer<A> for Arc<DurableRooms<A>> {
    fn begin<'a>(&'a self, room: &'a str) -> NowOrLater<'a, Beginning> {
        // One that is in the file has been restored when the server started.
        Sequencer::<A>::begin(&self.order, room)
    }

    fn is_ready<'a>(&'a self, room: Option<&'a Room<A>>) -> NowOrLater<'a, ()> {
        if room.is_some_and(Room::is_durable) { self.log.is_ready() } else { NowOrLater::Now(()) }
    }

    fn submit(
        &self,
        name: &str,
        room: Option<Arc<Room<A>>>,
        event: Submitted<A>,
    ) -> NowOrLater<'static, Option<Given>> {
        match room {
            Some(room) if room.is_durable() => self.log.submit(room, event).map(|at| at.map(Given::from)),
            room => self.order.submit(name, room, event),
        }
    }
}

impl<A: App> Histories<A> for Arc<DurableRooms<A>> {
    fn open(&self, room: &str, start: Position, keep: Keep) -> Option<Box<dyn History<A>>> {
        if keep != Keep::Durably {
            return self.recent.open(room, start, keep);
        }
        let history = self.reopen(room, start, keep)?;
        self.log.note(Note::Opened { room: room.into(), start });
        Some(history)
    }

    fn reopen(&self, room: &str, start: Position, keep: Keep) -> Option<Box<dyn History<A>>> {
        if keep != Keep::Durably {
            return self.recent.reopen(room, start, keep);
        }
        let recent = self.recent.open_recent(start, self.log.age())?;
        let (room, trimmed) = (Arc::from(room), AtomicU64::new(start.seq));
        Some(Box::new(DurableHistory { recent, room, trimmed, log: self.log.clone() }))
    }

    fn has_room(&self) -> bool {
        self.log.has_room()
    }

    fn settled(&self) -> NowOrLater<'static, ()> {
        self.log.settled()
    }

    fn close(&self) -> NowOrLater<'static, ()> {
        self.log.close()
    }

    fn bytes(&self) -> usize {
        Histories::<A>::bytes(&self.recent)
    }
}

/// The history of a room that is in the file; what can be shown of it is in memory, too.
struct DurableHistory<A: App> {
    recent: Recent<Arc<dyn Kept<A>>>,
    room: Arc<str>,
    /// Up to which event nothing is in the file any more.
    trimmed: AtomicU64,
    log: Arc<RoomLog<A>>,
}

impl<A: App> DurableHistory<A> {
    /// Has the file keep no more than the memory does.
    fn trim(&self) {
        let behind = self.recent.complete_behind();
        if self.trimmed.swap(behind, Ordering::AcqRel) != behind {
            self.log.note(Note::Trimmed { room: self.room.clone(), behind });
        }
    }
}

impl<A: App> History<A> for DurableHistory<A> {
    fn keep(&self, seq: u64, happened: Instant, event: Arc<dyn Kept<A>>, dropped: &mut Dropped<A>) {
        if let Some(seq) = self.recent.keep_in_place(seq, happened, event, dropped) {
            self.log.note(Note::Replaced { room: self.room.clone(), seq });
        }
        if self.recent.complete_behind() >= self.trimmed.load(Ordering::Acquire) + TRIMMED_AT_ONCE {
            self.trim();
        }
    }

    fn lose(&self, seq: u64, dropped: &mut Dropped<A>) {
        self.recent.lose(seq, dropped);
        self.trim();
    }

    fn complete_behind(&self) -> u64 {
        self.recent.complete_behind()
    }

    /// What is kept in a file is kept nowhere else.
    fn recall(&self, _: u64, _: Vec<(u64, Instant, Arc<dyn Kept<A>>)>) -> bool {
        false
    }

    fn after(&self, seq: u64) -> Option<KeptEvents<A>> {
        self.recent.after(seq)
    }

    fn age(&self) -> Duration {
        History::<A>::age(&self.recent)
    }

    fn drop_old(&self, now: Instant, dropped: &mut Dropped<A>) -> Option<Instant> {
        let next = History::<A>::drop_old(&self.recent, now, dropped);
        self.trim();
        next
    }

    fn charge(&self, bytes: usize) {
        History::<A>::charge(&self.recent, bytes);
    }

    fn is_crowded(&self) -> bool {
        History::<A>::is_crowded(&self.recent)
    }

    fn give_way(&self, dropped: &mut Dropped<A>) {
        self.recent.give_way(dropped);
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn note(&self, key: &SenderKey, known: Option<&OneKnown>) {
        let known = known.map(StoredMember::new);
        self.log.note(Note::Known { room: self.room.clone(), key: *key, known });
    }

    fn ended(&self) {
        self.log.note(Note::Ended { room: self.room.clone() });
    }
}
