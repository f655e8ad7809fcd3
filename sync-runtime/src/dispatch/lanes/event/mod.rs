//! The event lane: a call is sent to a room, waits for its turn there, and what happened gets its place in the room's order.

mod filter;
mod report;
mod text;

use std::task::Poll;

use tokio::sync::oneshot;

use crate::clock::{Instant, soon};
pub(in crate::dispatch) use crate::dispatch::lanes::event::filter::{Fanout, Sender, Shown};
pub(in crate::dispatch) use crate::dispatch::lanes::event::text::EventText;
use crate::dispatch::lanes::lane::{Entered, Found, Lane, Lanes, Ran};
use crate::dispatch::parts::Parts;
use crate::dispatch::{Caller, authorize};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::{Permit, Submitted};
use crate::route::{App, Effect, Route};
use crate::wire::{Call, IgnoreSelf, Report, SyncCall, bad_request};

impl<A: App> Lane<A> for SyncCall<'_> {
    /// `None` when nobody is in the room.
    type Held = Option<Permit<A>>;

    type Owned = SyncCall<'static>;

    fn owned(&self) -> SyncCall<'static> {
        self.to_owned()
    }

    fn fingerprint(&self) -> Id {
        let Call { path, version, data, .. } = &self.call;
        Id::of_texts(&["sync", path, version, &self.receiver, self.ignore_self.as_str(), data.text()])
    }

    fn ignore_self(&self) -> IgnoreSelf {
        self.ignore_self
    }

    fn call(&self) -> &Call<'_> {
        &self.call
    }

    fn room(&self) -> &str {
        &self.receiver
    }

    fn find<'d>(&self, lanes: &'d Lanes<A>) -> Result<Found<'d, A>, SyncError> {
        let found = lanes.events.find(&self.call)?;
        // It tells about others: not every route does.
        if self.report && !found.route.options().report { Err(bad_request("no-report")) } else { Ok(found) }
    }

    fn authorize(&self, parts: &Parts<A>, caller: &Caller<A>, route: &'static dyn Route<A>) -> Result<(), SyncError> {
        authorize::receiver(caller, &self.receiver, route.options(), parts.table, &parts.hub)
    }

    async fn enter(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        until: Instant,
    ) -> Result<Entered<Self::Held>, SyncError> {
        let mut has_waited = false;
        let reserving = parts.hub.reserve(&self.receiver, caller.sender_key().session);
        let waiting = async {
            let mut reserving = std::pin::pin!(reserving);
            if let Poll::Ready(permit) = futures_util::poll!(reserving.as_mut()) {
                return permit;
            }
            has_waited = true;
            reserving.await
        };
        let held = soon(until, waiting).await.ok_or_else(|| SyncError::new("sync-timeout"))?;
        let held = held.inspect_err(|_| parts.room_turns.count())?;
        Ok(Entered { held, has_waited })
    }

    /// Gives an event its place in the room's order. Who left before that hears nothing, and the caller need not know.
    async fn apply(
        &self,
        parts: &Parts<A>,
        ran: Ran<'_, A>,
        permit: Self::Held,
    ) -> Result<Option<oneshot::Receiver<Report>>, SyncError> {
        let event = match ran.effect {
            Effect::Event(event) => event,
            Effect::None => return Err(ran.has_no_such_effect()),
        };
        let caller = ran.caller;
        let sender = Sender { key: caller.sender_key(), shown: Shown::Session(ran.session) };
        let mut fanout = Fanout::new(parts, ran.route, ran.metrics, event, &self.receiver, sender, self.ignore_self);
        let told = self.report.then(|| fanout.reported());
        let event = Submitted { delivery: Box::new(fanout), caller: caller.sender_key().session, permit };
        parts.hub.push(&self.receiver, event).await?;
        Ok(told)
    }
}
