//! From the events that wait in a room to its members.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use crate::clock::RealInstant;
use crate::i18n::Locale;
use crate::rooms::seat::Row;
use crate::rooms::{Bundle, Deferred, Kept, Room};
use crate::route::{App, BoxFuture};
use crate::wire::{Location, Packet, Position};

/// How long members are visited, or one of them catches up, before other rooms, calls and heartbeats get their turn; on a visit it is
/// looked after 64 filters, or between two members if there are more events.
pub(crate) const TURN: Duration = Duration::from_micros(500);
/// How long at most members are visited where the others take long.
const LONG_TURN: Duration = Duration::from_millis(3);
/// What part of a visit of all members is worth waiting for more events to go out with it, and how long at most.
const WORTH_WAITING: u32 = 128;
const WAIT_LIMIT: Duration = Duration::from_millis(1);
/// How many events, each for one member, are judged before any is sent. Filters and sends in turns would each find the processor's
/// caches full of the other's code.
const JUDGED_TOGETHER: usize = 64;
/// How many bytes go out as one piece.
pub(super) const PIECE: usize = 64 * 1024;

/// An event that waits for its turn in a room.
pub trait Delivery<A: App>: Send {
    /// Returns how many bytes each member will get of it, about.
    fn size(&self) -> usize;

    /// Writes the event for other processes; `None` for one that cannot be written.
    fn text(&self) -> Option<String>;

    /// Returns what it makes of a value that processes share, if it does.
    fn value(&self) -> Option<NewValue> {
        None
    }

    /// Prepares what is the same for all members.
    fn place(self: Box<Self>, position: Position) -> Box<dyn Placed<A>>;
}

/// What something makes of a value that processes share.
#[derive(Debug, Clone)]
pub struct NewValue {
    /// By what the value is known in its room.
    pub name: &'static str,
    /// The number of what it was made of.
    pub before: u64,
    /// Its own number.
    pub number: u64,
    /// The value, as JSON.
    pub json: Arc<str>,
    /// Whether others were faster more than once: it comes first the next time then.
    pub is_late: bool,
}

/// An event whose members are being visited.
pub trait Placed<A: App>: Send {
    /// Says what a member gets; `facts` are the member's.
    fn reach(&mut self, member: &Row<A>, facts: &Facts) -> Reach;

    /// Says what a member gets, when what it waits for is done.
    fn defer(&self, member: &Row<A>) -> Deferred;

    /// Returns what is kept of it, to be shown again; `None` if it is about something that is missing, so that nothing is whole that begins
    /// before it.
    fn kept(&self) -> Option<Arc<dyn Kept<A>>>;

    /// Is told that all members were visited, and how long it took to say what they get: an equal share of it where several events
    /// went out together.
    fn visited(&mut self, judging: Duration);
}

/// Events that go out together.
pub(super) struct Batch<A: App> {
    /// The events, in their order, with their numbers.
    pub(super) events: Vec<(u64, Box<dyn Placed<A>>)>,
    /// How many had left the room when the list of members was brought up to date.
    pub(super) vacated: usize,
    /// Whether a session has changed since the last visit.
    pub(super) renew: bool,
}

/// What a member gets of an event.
pub enum Reach {
    /// This packet, or nothing.
    Now(Option<Packet>),
    /// Its filter waits for something.
    Later(Deferred),
}

/// What was looked up of a member, the same for all events that it is visited with.
#[derive(Debug, Default)]
pub struct Facts {
    /// The page that the socket shows, once a filter has asked for it.
    pub location: OnceLock<Arc<Location>>,
    /// The member's language, once somebody has asked for it.
    pub locale: OnceLock<Locale>,
    /// What a filter has streamed to the member, to be sent before what it gets of the event.
    pub chunks: Mutex<Vec<Packet>>,
    /// Whether that is sent while the filter runs, since everything before it has been.
    pub sends_chunks: bool,
}

impl Facts {
    /// Takes what a filter has streamed.
    pub(super) fn take_chunks(&mut self) -> Vec<Packet> {
        std::mem::take(self.chunks.get_mut())
    }
}

/// Delivers what waits in `room` until nothing does.
pub(super) fn deliver_all<A: App>(room: Arc<Room<A>>, tasks: TaskTracker) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut rows = Vec::new();
        loop {
            gather(&room).await;
            let start = RealInstant::now();
            // A delivery contains the app's panics itself; one of our own must not silence the room.
            let delivered = match catch_unwind(AssertUnwindSafe(|| room.next_batch(&mut rows))) {
                Ok(None) => return,
                Ok(Some(batch)) => AssertUnwindSafe(visit_all(&room, batch, &mut rows, &tasks)).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            if delivered.is_err() {
                // Some of them may have been put back: all are without what was taken.
                room.take_back(&mut rows);
                rows.iter().for_each(|row| close(row));
            }
            room.visited(start.elapsed());
        }
    })
}

/// Lets those go first who are about to add an event, so that theirs goes out with the others.
///
/// How long that is worth depends on what a visit costs: where it takes ten milliseconds, eighty microseconds. Each new event
/// begins the wait again, up to sixteen times, or for as long as one caller may keep its thread.
async fn gather<A: App>(room: &Room<A>) {
    let worth = (room.last_visit() / WORTH_WAITING).min(WAIT_LIMIT);
    let limit = (worth * 16).max(TURN);
    let start = RealInstant::now();
    let mut newest = start;
    let mut waiting = room.waiting();
    while waiting > 0 {
        tokio::task::yield_now().await;
        let now = RealInstant::now();
        let more = room.waiting();
        if more > waiting {
            (waiting, newest) = (more, now);
        } else if now - newest >= worth {
            return;
        }
        if now - start >= limit {
            return;
        }
    }
}

/// Visits each member once, in the order in which they joined.
async fn visit_all<A: App>(room: &Room<A>, batch: Batch<A>, rows: &mut [Row<A>], tasks: &TaskTracker) {
    let Batch { events, vacated, renew } = batch;
    let together = (JUDGED_TOGETHER / events.len()).max(1);
    let mut visit =
        Visit { room, events, vacated, packets: Vec::new(), pieces: Vec::new(), bundle: Bundle::default(), tasks };
    let (mut turn, mut lasts, mut judging) = (RealInstant::now(), TURN, Duration::ZERO);
    for first in (0..rows.len()).step_by(together) {
        let end = rows.len().min(first + together);
        let members = &mut rows[first..end];
        if renew {
            members.iter_mut().for_each(Row::renew);
        }
        let visiting = room.visit().await;
        judging += visit.members(members);
        drop(visiting);
        if turn.elapsed() > lasts {
            let end = RealInstant::now();
            tokio::task::yield_now().await;
            lasts = turn_after(end.elapsed(), tasks.len());
            room.tell_who_ask(rows);
            turn = RealInstant::now();
        }
    }
    visit.ended(judging);
}

/// Returns how long members are visited next, after others have had their turns for so long: all deliveries together as long as everything
/// else. Where thousands come back at once, each turn is waited for behind a step of each of them, and a room of many would hardly ever be
/// through.
fn turn_after(waited: Duration, deliveries: usize) -> Duration {
    // `waited` is everything else and the turns of the other deliveries.
    let shares = (2 * deliveries).saturating_sub(1).max(1);
    (waited / u32::try_from(shares).unwrap_or(u32::MAX)).clamp(TURN, LONG_TURN)
}

/// What goes from member to member.
struct Visit<'a, A: App> {
    room: &'a Room<A>,
    events: Vec<(u64, Box<dyn Placed<A>>)>,
    /// How many had left the room when the visit began: the list has none of them.
    vacated: usize,
    /// What some members get, one after the other.
    packets: Vec<Packet>,
    /// Which of the packets go out together, in their order.
    pieces: Vec<Piece>,
    /// What was sent last.
    bundle: Bundle,
    tasks: &'a TaskTracker,
}

/// What one member gets in one write.
#[derive(Clone, Copy)]
struct Piece {
    /// The index of the member.
    row: usize,
    /// The end of its packets; they begin where those of the piece before end.
    end: usize,
}

impl<A: App> Visit<'_, A> {
    /// Visits some members: judges them all, sends what they get, and returns how long the former took.
    fn members(&mut self, rows: &mut [Row<A>]) -> Duration {
        let start = RealInstant::now();
        // A panic of ours is one member's alone: it is closed, since it would be left with a gap, and nobody gets what was its.
        for (index, row) in rows.iter_mut().enumerate() {
            let first = self.packets.len();
            if catch_unwind(AssertUnwindSafe(|| self.judge(index, row))).is_err() {
                self.pieces.retain(|piece| piece.row != index);
                self.packets.truncate(first);
                close(row);
            }
        }
        let judging = start.elapsed();
        let mut start = 0;
        for index in 0..self.pieces.len() {
            let Piece { row, end } = self.pieces[index];
            if catch_unwind(AssertUnwindSafe(|| self.send(&rows[row], start, end))).is_err() {
                self.bundle = Bundle::default();
                close(&rows[row]);
            }
            start = end;
        }
        self.pieces.clear();
        self.packets.clear();
        judging
    }

    /// Tells the events that all members were visited.
    fn ended(mut self, judging: Duration) {
        let share = judging / u32::try_from(self.events.len()).unwrap_or(u32::MAX).max(1);
        self.events.iter_mut().for_each(|(_, event)| event.visited(share));
    }

    /// Collects what one member gets of all events: in pieces, or in order behind what the member waits for.
    fn judge(&mut self, index: usize, row: &mut Row<A>) {
        if !self.is_here(row) {
            return;
        }
        let mut behind = self.room.is_anybody_behind() && row.seat().is_behind();
        let mut facts = Facts::default();
        let first = self.packets.len();
        let mut bytes = 0;
        for number in 0..self.events.len() {
            let (seq, event) = &mut self.events[number];
            let seq = *seq;
            if !row.hears(seq) {
                continue;
            }
            if behind {
                row.seat().defer(seq, event.defer(row), self.tasks);
                continue;
            }
            let reach = event.reach(row, &facts);
            // Without a lock: it costs a fortieth of a delivery.
            self.packets.append(facts.chunks.get_mut());
            match reach {
                Reach::Now(Some(packet)) => {
                    row.sent(seq);
                    bytes += packet.size();
                    self.packets.push(packet);
                    if bytes >= PIECE {
                        self.end_piece(index);
                        bytes = 0;
                    }
                }
                Reach::Now(None) => {}
                Reach::Later(work) => {
                    // Its filter may be done at any time: what comes before it goes out now.
                    self.pieces.retain(|piece| piece.row != index);
                    self.send(row, first, self.packets.len());
                    self.packets.truncate(first);
                    row.seat().defer(seq, work, self.tasks);
                    behind = true;
                }
            }
        }
        self.end_piece(index);
    }

    /// Makes a piece of the packets behind the last one, if there are any.
    fn end_piece(&mut self, row: usize) {
        let end = self.packets.len();
        if self.pieces.last().map_or(0, |piece| piece.end) < end {
            self.pieces.push(Piece { row, end });
        }
    }

    /// Sends some of the packets; they are of no use then.
    fn send(&mut self, row: &Row<A>, start: usize, end: usize) {
        if start == end {
            return;
        }
        self.bundle.replace(&mut self.packets[start..end]);
        // A member that left while its filter ran must not hear of it.
        if self.is_here(row) {
            row.send(&self.bundle);
        }
    }

    /// Returns whether a member is still in the room; as long as nobody has left, without looking at the member.
    fn is_here(&self, row: &Row<A>) -> bool {
        self.room.vacated() == self.vacated || row.seat().is_taken()
    }
}

/// Closes a member after a panic, whatever happens.
fn close<A: App>(row: &Row<A>) {
    if catch_unwind(AssertUnwindSafe(|| row.seat().fail())).is_err() {
        tracing::error!(socket = %row.socket().id(), "a member could not be closed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_deliveries_together_take_as_long_as_everything_else() {
        let others = Duration::from_millis(2);
        for deliveries in [1, 2, 4] {
            let mut turn = TURN;
            for _ in 0..100 {
                turn = turn_after(others + turn * (deliveries - 1), deliveries as usize);
            }
            let all = turn * deliveries;
            assert!(all.abs_diff(others) < Duration::from_micros(10), "{deliveries} take {all:?}");
        }
    }

    #[test]
    fn nobody_waits_long_for_a_delivery_and_no_turn_is_shorter_than_one_that_is_worth_it() {
        assert_eq!(turn_after(Duration::from_secs(1), 1), LONG_TURN);
        assert_eq!(turn_after(Duration::from_secs(1), 10_000), TURN);
        assert_eq!(turn_after(Duration::ZERO, 0), TURN);
    }
}
