//! The event lane: a call is sent to a room, waits for its turn there, and what happened gets its place in the room's order.

mod filter;
mod older;
mod report;
mod text;

use std::sync::Arc;

use crate::clock::Instant;
pub(in crate::dispatch) use crate::dispatch::lanes::event::filter::{Fanout, Sender, Shown};
pub(in crate::dispatch) use crate::dispatch::lanes::event::text::EventText;
use crate::dispatch::lanes::lane::{Applied, Entered, Found, Lane, Lanes, Ran, room_turn};
use crate::dispatch::parts::Parts;
use crate::dispatch::{Caller, Passed, authorize};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::{NowOrLater, Permit, Submitted};
use crate::route::{App, Effect, Route};
use crate::wire::{Call, IgnoreSelf, SyncCall, bad_request};

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

    async fn authorize(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        route: &'static dyn Route<A>,
        _: &A::Session,
    ) -> Result<(), SyncError> {
        authorize::receiver(caller, &self.receiver, route.options(), parts).await
    }

    async fn enter(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        until: Instant,
    ) -> Result<Entered<Self::Held>, SyncError> {
        room_turn(parts, caller, &self.receiver, until).await
    }

    /// Gives an event its place in the room's order. Who left before that hears nothing, and the caller need not know.
    async fn apply(&self, parts: &Arc<Parts<A>>, ran: Ran<'_, A>, permit: Self::Held) -> Result<Applied, SyncError> {
        let event = match ran.effect {
            Effect::Event(event) => event,
            Effect::None | Effect::Act(_) | Effect::Mutate(_) => return Err(ran.has_no_such_effect()),
        };
        let caller = ran.caller;
        let sender = Sender { key: caller.sender_key(), shown: Shown::Session(ran.session) };
        let route = ran.route.happens_as().unwrap_or(ran.route);
        let mut fanout = Fanout::new(parts, route, ran.metrics, event, &self.receiver, sender, self.ignore_self);
        let report = self.report.then(|| fanout.reported());
        let event = Submitted { delivery: Box::new(fanout), caller: caller.sender_key().session, permit };
        parts.states.tell_of_room(parts, &self.receiver);
        let given = match parts.hub.submit(&self.receiver, event) {
            NowOrLater::Now(given) => given,
            NowOrLater::Later(placing) => {
                // It has its turn where the order is made: the socket's next event is sent there, too, and is behind it.
                ran.turn.pass_to(Passed::ToEvents);
                placing.await?
            }
        };
        Ok(Applied { report, heard: given.and_then(|given| given.heard), ..Applied::default() })
    }
}
