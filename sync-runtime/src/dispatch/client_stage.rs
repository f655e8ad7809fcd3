//! The filter, once for each member, and what each member gets.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio_util::task::TaskTracker;

use crate::dispatch::caller::reader_locale;
use crate::dispatch::contain::{Contained, Panicked, contained};
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::rooms::{Delivery, Seat};
use crate::route::{App, BoxFuture, Event, FilterKind, Judged, Judgement, Member, MemberView};
use crate::wire::{Frame, FrameHead, IgnoreSelf, Position, PositionKey, error_frame};

/// After how many members other tasks get their turn.
const MEMBERS_PER_TURN: usize = 256;

/// An event with all that its delivery needs.
pub(super) struct Fanout<A: App> {
    pub(super) event: Box<dyn Event<A>>,
    pub(super) cb: &'static str,
    pub(super) room: String,
    pub(super) origin: Origin<A>,
    pub(super) ignore_self: IgnoreSelf,
    pub(super) filter_timeout: Duration,
    pub(super) catalog: Arc<Catalog>,
    pub(super) positions: Arc<PositionKey>,
    /// Where the work of members that are behind is done.
    pub(super) tasks: TaskTracker,
}

/// Who caused an event.
pub(super) struct Origin<A: App> {
    /// The caller's session when it called.
    pub(super) session: Arc<A::Session>,
    /// The number of that session.
    pub(super) session_id: u64,
    /// The number of the calling socket; `None` over HTTP.
    pub(super) connection_id: Option<u64>,
}

impl<A: App> Delivery<A> for Fanout<A> {
    fn deliver(self: Box<Self>, position: Position, seats: Arc<Vec<Arc<Seat<A>>>>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let pos = self.positions.seal(position);
            let event = Arc::new(Placed { fanout: *self, pos, by_output: Mutex::default() });
            for (turn, seat) in seats.iter().enumerate() {
                if seat.hears(position.seq) && !event.fanout.leaves_out(seat) {
                    event.reach(seat).await;
                }
                if turn % MEMBERS_PER_TURN == MEMBERS_PER_TURN - 1 {
                    tokio::task::yield_now().await;
                }
            }
        })
    }
}

/// An event that has its place, with the frames that were made of it so far.
struct Placed<A: App> {
    fanout: Fanout<A>,
    pos: String,
    /// By the JSON of `clientOutput`: members with equal output hold one buffer.
    by_output: Mutex<HashMap<Box<str>, Frame>>,
}

impl<A: App> Placed<A> {
    /// Brings the event to one member: at once if that is possible, and else beside the others, behind what the member waits
    /// for already.
    async fn reach(self: &Arc<Self>, seat: &Arc<Seat<A>>) {
        if !seat.is_behind() && self.fanout.event.filter_kind() != FilterKind::Async {
            return self.send(seat, self.fanout.judge_now(seat));
        }
        let (event, member) = (self.clone(), seat.clone());
        let mut work: BoxFuture<'static, ()> = Box::pin(async move {
            let judgement = event.fanout.judge(&member).await;
            event.send(&member, judgement);
        });
        // Most filters that may wait do not: those are done here, without a task.
        if seat.is_behind() || futures_util::poll!(&mut work).is_pending() {
            seat.queue(work, &self.fanout.tasks);
        }
    }

    fn send(&self, seat: &Seat<A>, (judgement, own): (Judgement, Vec<u8>)) {
        let frame = match judgement {
            Judgement::Skip => return,
            Judgement::Deliver => self.frame(std::str::from_utf8(&own).expect("JSON is UTF-8")),
            Judgement::Refuse(error) => self.error(seat, &error),
        };
        // A member that left while its filter ran must not hear of it.
        if seat.is_taken() {
            seat.connection().outbox().send(&frame);
        }
    }

    fn frame(&self, own: &str) -> Frame {
        let key = if own.is_empty() { "{}" } else { own };
        let mut by_output = self.by_output.lock();
        if let Some(frame) = by_output.get(key) {
            return frame.clone();
        }
        let head = FrameHead {
            cb: self.fanout.cb,
            room: &self.fanout.room,
            pos: &self.pos,
            server_output: self.fanout.event.server_output(),
        };
        let own: &RawValue = serde_json::from_str(key).expect("filters write JSON");
        let frame = head.frame(own);
        by_output.insert(key.into(), frame.clone());
        frame
    }

    fn error(&self, seat: &Seat<A>, error: &SyncError) -> Frame {
        let connection = seat.connection();
        let catalog = &self.fanout.catalog;
        let locale = reader_locale::<A>(&connection.session().get(), connection.language(), catalog);
        error_frame(self.fanout.cb, &self.fanout.room, &self.pos, error, &catalog.sentence(error, locale))
    }
}

impl<A: App> Fanout<A> {
    fn leaves_out(&self, seat: &Seat<A>) -> bool {
        match self.ignore_self {
            IgnoreSelf::No => false,
            IgnoreSelf::Socket => self.origin.connection_id == Some(seat.connection().id()),
            IgnoreSelf::Session => self.origin.session_id == seat.connection().session().id(),
        }
    }

    /// Runs the filter for one member, within its time limit if it waits.
    async fn judge(&self, seat: &Seat<A>) -> (Judgement, Vec<u8>) {
        match self.event.filter_kind() {
            FilterKind::Async => self.judge_later(seat).await,
            _ => self.judge_now(seat),
        }
    }

    fn judge_now(&self, seat: &Seat<A>) -> (Judgement, Vec<u8>) {
        let mut own = Vec::new();
        if self.event.filter_kind() == FilterKind::None {
            return (Judgement::Deliver, own);
        }
        let facts = MemberFacts::of(seat, &self.catalog);
        let view = facts.view(self, seat);
        let judged = contained(|| match self.event.judge(Member::new(&view), &mut own) {
            Judged::Ready(judgement) => Some(judgement),
            Judged::Later(_) | Judged::Group(..) => None,
        });
        (judged.ok().flatten().unwrap_or_else(|| self.panicked()), own)
    }

    async fn judge_later(&self, seat: &Seat<A>) -> (Judgement, Vec<u8>) {
        let facts = MemberFacts::of(seat, &self.catalog);
        let view = facts.view(self, seat);
        let mut own = Vec::new();
        let made = contained(|| self.event.judge(Member::new(&view), &mut own));
        let filter = match made {
            Ok(Judged::Later(filter)) => filter,
            Ok(Judged::Ready(judgement)) => return (judgement, own),
            _ => return (self.panicked(), own),
        };
        match tokio::time::timeout(self.filter_timeout, Contained::new(filter)).await {
            Ok(judged) => judged.unwrap_or_else(|Panicked| (self.panicked(), Vec::new())),
            Err(_) => {
                tracing::warn!(route = self.cb, limit = ?self.filter_timeout, "a filter was stopped: it took too long");
                (Judgement::Refuse(SyncError::new("sync-client-failed")), Vec::new())
            }
        }
    }

    fn panicked(&self) -> Judgement {
        tracing::error!(route = self.cb, what = "filter", "panicked");
        Judgement::Refuse(SyncError::new("sync-client-failed"))
    }
}

/// What a filter sees of a member, held while it runs: a session may change meanwhile.
struct MemberFacts<A: App> {
    session: Arc<A::Session>,
    location: Arc<crate::wire::Location>,
    locale: crate::i18n::Locale,
}

impl<A: App> MemberFacts<A> {
    fn of(seat: &Seat<A>, catalog: &Catalog) -> Self {
        let connection = seat.connection();
        let session = connection.session().get();
        let locale = reader_locale::<A>(&session, connection.language(), catalog);
        Self { session, location: connection.location(), locale }
    }

    fn view<'a>(&'a self, fanout: &'a Fanout<A>, seat: &Seat<A>) -> MemberView<'a, A> {
        let connection = seat.connection();
        MemberView {
            room: &fanout.room,
            caller: &fanout.origin.session,
            session: &self.session,
            locale: fanout.catalog.name(self.locale),
            location: &self.location,
            is_sender: fanout.origin.session_id == connection.session().id(),
            is_sending_socket: fanout.origin.connection_id == Some(connection.id()),
        }
    }
}
