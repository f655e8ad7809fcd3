//! From the events that wait in a room to its members.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio_util::task::TaskTracker;

use crate::i18n::Locale;
use crate::rooms::seat::Row;
use crate::rooms::{Bundle, Deferred, Room};
use crate::route::{App, BoxFuture};
use crate::wire::{Location, Packet, Position};

/// How long members are visited before other rooms, calls and heartbeats get their turn.
const TURN: Duration = Duration::from_micros(500);
/// How often it is looked, at most, whether more events have come, before those that wait go out.
const LOOKS: usize = 4;
/// After how many members the clock is looked at.
const MEMBERS_PER_LOOK: usize = 32;

/// An event that waits for its turn in a room.
pub trait Delivery<A: App>: Send {
    /// Returns how many bytes each member will get of it, about.
    fn size(&self) -> usize;

    /// Prepares what is the same for all members.
    fn place(self: Box<Self>, position: Position) -> Box<dyn Placed<A>>;
}

/// An event whose members are being visited.
pub trait Placed<A: App>: Send {
    /// Says what a member gets; `facts` are the member's, once they have been asked for.
    fn reach(&mut self, member: &Row<A>, facts: &mut Option<Facts<A>>) -> Reach;

    /// Says what a member gets, when what it waits for is done.
    fn defer(&self, member: &Row<A>) -> Deferred;
}

/// Events that go out together, with their numbers, in their order.
pub(super) type Batch<A> = Vec<(u64, Box<dyn Placed<A>>)>;

/// What a member gets of an event.
pub enum Reach {
    /// This packet.
    Packet(Packet),
    /// Nothing.
    Nothing,
    /// Its filter waits for something.
    Later(Deferred),
}

/// What filters see of a member, the same for all events that it is visited with.
pub struct Facts<A: App> {
    /// The session, as it is now.
    pub session: Arc<A::Session>,
    /// The page that the socket shows, once a filter has asked for it.
    pub location: OnceLock<Arc<Location>>,
    /// The member's language, once somebody has asked for it.
    pub locale: OnceLock<Locale>,
}

/// Delivers what waits in `room` until nothing does.
pub(super) fn deliver_all<A: App>(room: Arc<Room<A>>, tasks: TaskTracker) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut members = Vec::new();
        loop {
            gather(&room).await;
            let Some(batch) = room.next_batch(&mut members) else { return };
            let visiting = visit_all(batch, &members, &tasks);
            // A delivery contains the app's panics itself; one of our own must not silence the room.
            if AssertUnwindSafe(visiting).catch_unwind().await.is_err() {
                tracing::error!(room = %room.name(), "a delivery panicked");
            }
        }
    })
}

/// Lets those go first who are about to add an event, so that theirs goes out with the others.
///
/// A look costs a microsecond, and a visit of all members many. It ends with the first look that finds nothing new.
async fn gather<A: App>(room: &Room<A>) {
    for _ in 0..LOOKS {
        let before = room.waiting();
        tokio::task::yield_now().await;
        if room.waiting() == before {
            return;
        }
    }
}

/// Visits each member once, in the order in which they joined.
async fn visit_all<A: App>(batch: Batch<A>, members: &[Row<A>], tasks: &TaskTracker) {
    let mut visit = Visit { batch, packets: Vec::new(), bundle: Bundle::default(), tasks };
    let mut turn = Instant::now();
    for members in members.chunks(MEMBERS_PER_LOOK) {
        members.iter().filter(|member| member.seat().is_taken()).for_each(|member| visit.member(member));
        if turn.elapsed() > TURN {
            tokio::task::yield_now().await;
            turn = Instant::now();
        }
    }
}

/// What goes from member to member.
struct Visit<'a, A: App> {
    batch: Batch<A>,
    packets: Vec<Packet>,
    /// What the last member got.
    bundle: Bundle,
    tasks: &'a TaskTracker,
}

impl<A: App> Visit<'_, A> {
    /// Brings all events of the batch to one member: in one piece, or in order behind what the member waits for.
    fn member(&mut self, member: &Row<A>) {
        let seat = member.seat();
        let mut behind = seat.is_behind();
        let mut facts = None;
        for (seq, event) in &mut self.batch {
            if !member.hears(*seq) {
                continue;
            }
            if behind {
                seat.defer(event.defer(member), self.tasks);
                continue;
            }
            match event.reach(member, &mut facts) {
                Reach::Packet(packet) => self.packets.push(packet),
                Reach::Nothing => {}
                Reach::Later(work) => {
                    send(member, &mut self.bundle, &mut self.packets);
                    seat.defer(work, self.tasks);
                    behind = true;
                }
            }
        }
        send(member, &mut self.bundle, &mut self.packets);
    }
}

fn send<A: App>(member: &Row<A>, bundle: &mut Bundle, packets: &mut Vec<Packet>) {
    if !packets.is_empty() {
        bundle.replace(packets);
        member.send(bundle);
    }
}
