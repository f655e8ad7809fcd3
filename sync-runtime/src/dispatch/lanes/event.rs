//! The event lane: a call is sent to a room, waits for its turn there, and what happened gets its place in the room's order.

use std::task::Poll;

use crate::clock::{Instant, soon};
use crate::dispatch::client_stage::{Fanout, Sender, Shown};
use crate::dispatch::lanes::lane::{Entered, Found, Lane, Lanes, Ran};
use crate::dispatch::parts::Parts;
use crate::dispatch::{Caller, authorize};
use crate::error::SyncError;
use crate::rooms::{Permit, Submitted};
use crate::route::{App, Effect, Route};
use crate::wire::{Call, SyncCall};

impl<A: App> Lane<A> for SyncCall<'_> {
    /// `None` when nobody is in the room.
    type Place = Option<Permit<A>>;

    fn call(&self) -> &Call<'_> {
        &self.call
    }

    fn room(&self) -> &str {
        &self.receiver
    }

    fn find<'d>(&self, lanes: &'d Lanes<A>) -> Result<Found<'d, A>, SyncError> {
        lanes.events.find(&self.call)
    }

    fn authorize(&self, parts: &Parts<A>, caller: &Caller<A>, route: &'static dyn Route<A>) -> Result<(), SyncError> {
        let allow_empty_room = route.options().allow_empty_room;
        authorize::receiver(caller, &self.receiver, allow_empty_room, parts.table, &parts.hub)
    }

    async fn enter(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        until: Instant,
    ) -> Result<Entered<Self::Place>, SyncError> {
        let mut has_waited = false;
        let turn = parts.hub.reserve(&self.receiver, caller.session().id());
        let waiting = async {
            let mut turn = std::pin::pin!(turn);
            if let Poll::Ready(place) = futures_util::poll!(turn.as_mut()) {
                return place;
            }
            has_waited = true;
            turn.await
        };
        let place = soon(until, waiting).await.ok_or_else(|| SyncError::new("sync-timeout"))??;
        Ok(Entered { place, has_waited })
    }

    /// Gives an event its place in the room's order. Who left before that hears nothing, and the caller need not know.
    async fn apply(&self, parts: &Parts<A>, ran: Ran<'_, A>, permit: Self::Place) -> Result<(), SyncError> {
        let Effect::Event(event) = ran.effect else { return Ok(()) };
        let caller = ran.caller;
        let sender = Sender { key: caller.key(), shown: Shown::Session(ran.session) };
        let fanout = Fanout::new(parts, ran.route, event, &self.receiver, sender, self.ignore_self);
        let event = Submitted { delivery: Box::new(fanout), caller: caller.session().id(), permit };
        parts.hub.push(&self.receiver, event).await.map(drop)
    }
}
