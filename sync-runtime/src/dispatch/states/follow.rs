//! Those who follow a value: what each of them was told last, and as whom they are shown it.

use std::sync::{Arc, Weak};

use crate::contain::Guarded;
use crate::dispatch::Caller;
use crate::dispatch::caller::reader_locale;
use crate::dispatch::parts::Parts;
use crate::dispatch::states::slot::Slot;
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::{HeldSeat, Row};
use crate::route::{App, LateFacts, Member, MemberView, Shown, StateCell, StateChange};
use crate::wire::Location;

/// Somebody who follows a value.
pub(super) struct Follower<A: App> {
    /// Which of them: one that comes again is another one.
    ticket: u64,
    pub(super) group: usize,
    /// The session that it was put into its group by.
    session: Arc<Guarded<A::Session>>,
    /// Up to which change it has been told.
    pub(super) number: u64,
    /// The version that it has.
    pub(super) version: Arc<str>,
    /// Whether it lacks something, or may.
    pub(super) is_stale: bool,
}

impl<A: App> Follower<A> {
    /// Returns whether it has been told of this change, and sees what it saw before.
    pub(super) fn has_all(&self, change: &StateChange, member: &Row<A>) -> bool {
        self.number >= change.number && !self.is_stale && self.is_of(member)
    }

    /// Returns whether it was put into its group by the session that the member has now.
    pub(super) fn is_of(&self, member: &Row<A>) -> bool {
        Arc::ptr_eq(&self.session, member.shared_session())
    }

    /// Puts it into the group of its session as it is now.
    pub(super) fn move_to(&mut self, group: usize, member: &Row<A>, cell: &mut (impl StateCell<A> + ?Sized)) {
        self.session = member.shared_session().clone();
        if group != self.group {
            cell.hold(group);
            cell.release(self.group);
            (self.group, self.version, self.is_stale) = (group, "".into(), true);
        }
    }
}

/// A member's hold on a value, which ends with its seat.
struct Following<A: App> {
    slot: Weak<Slot<A>>,
    socket: Id,
    ticket: u64,
}

impl<A: App> Drop for Following<A> {
    fn drop(&mut self) {
        let Some(slot) = self.slot.upgrade() else { return };
        let mut inner = slot.inner();
        if inner.followers.get(&self.socket).is_some_and(|follower| follower.ticket == self.ticket)
            && let Some(follower) = inner.followers.remove(&self.socket)
        {
            inner.cell.release(follower.group);
        }
        drop(inner);
        slot.touch();
    }
}

impl<A: App> Slot<A> {
    /// Lets a member follow, who is sent nothing before the answer has gone out; returns what it is shown.
    ///
    /// # Errors
    ///
    /// As [`StateCell::shown`].
    pub(in crate::dispatch) fn follow(
        self: &Arc<Self>,
        held: &HeldSeat<A>,
        have: Option<&str>,
    ) -> Result<Shown, SyncError> {
        let row = held.row();
        let watching = Watching::of_row(self, &row);
        let socket = row.socket().id();
        let (shown, ticket) = {
            let mut inner = self.inner();
            let group = inner.cell.group_of(watching.view().member())?;
            let shown = inner.cell.shown(group, have)?;
            inner.last_follower += 1;
            let (ticket, number) = (inner.last_follower, inner.cell.number());
            inner.cell.hold(group);
            let session = row.shared_session().clone();
            let version = shown.version.clone();
            let follower = Follower { ticket, group, session, number, version, is_stale: false };
            if let Some(before) = inner.followers.insert(socket, follower) {
                inner.cell.release(before.group);
            }
            (shown, ticket)
        };
        // Not under the lock: what it had before may end here.
        held.own(self.number(), Box::new(Following { slot: Arc::downgrade(self), socket, ticket }));
        Ok(shown)
    }

    /// Returns by what a follower's hold on this value is known in its seat.
    pub(in crate::dispatch) fn number(&self) -> usize {
        self.index
    }

    /// Notes that the sessions of some who follow have changed; returns whether any of them does.
    pub(in crate::dispatch) fn is_followed_by(&self, socket: Id) -> bool {
        self.inner().followers.contains_key(&socket)
    }
}

/// Somebody who looks at a value, as the state's `by` sees them.
pub(in crate::dispatch) struct Watching<'a, A: App> {
    room: &'a str,
    session: &'a A::Session,
    location: Arc<Location>,
    locale: String,
}

/// What a view borrows from.
pub(in crate::dispatch) struct WatchingView<'a, A: App>(MemberView<'a, A>);

impl<'a, A: App> WatchingView<'a, A> {
    pub(in crate::dispatch) fn member(&self) -> Member<'_, A> {
        Member::new(&self.0)
    }
}

impl<'a, A: App> Watching<'a, A> {
    pub(super) fn of_row(slot: &'a Slot<A>, row: &'a Row<A>) -> Self {
        let (session, location) = (row.session(), row.socket().location());
        let locale = reader_locale::<A>(session, row.socket().language(), &slot.catalog);
        Self { room: slot.room(), session, location, locale: slot.catalog.name(locale).to_owned() }
    }

    pub(in crate::dispatch) fn of_caller(
        parts: &Parts<A>,
        caller: &Caller<A>,
        session: &'a A::Session,
        room: &'a str,
    ) -> Self {
        let location = caller.socket().map_or_else(Arc::default, |socket| socket.location());
        let locale = parts.catalog.name(caller.locale(&parts.catalog)).to_owned();
        Self { room, session, location, locale }
    }

    pub(in crate::dispatch) fn view(&self) -> WatchingView<'_, A> {
        let Self { room, session, .. } = self;
        WatchingView(MemberView { room, session, late: self, is_sender: false, is_sending_socket: false })
    }
}

impl<A: App> LateFacts<A> for Watching<'_, A> {
    fn sender(&self) -> A::Public {
        A::public(self.session)
    }

    fn locale(&self) -> &str {
        &self.locale
    }

    fn location(&self) -> &Location {
        &self.location
    }
}
