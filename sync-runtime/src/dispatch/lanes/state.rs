//! The state lane: an action waits for its turn at the value of its room, and those who follow see what it has changed.

use std::sync::Arc;

use crate::clock::Instant;
use crate::dispatch::lanes::lane::{Applied, Entered, Found, Lane, Lanes, Ran, room_turn};
use crate::dispatch::parts::Parts;
use crate::dispatch::states::{By, Change, Watching};
use crate::dispatch::view::view;
use crate::dispatch::{Caller, authorize};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::Permit;
use crate::route::{App, Ctx, Effect, Route, RouteOptions};
use crate::wire::{Call, IgnoreSelf, StateAct};

impl<A: App> Lane<A> for StateAct<'_> {
    /// `None` when nobody is in the room.
    type Held = Option<Permit<A>>;

    type Owned = StateAct<'static>;

    fn owned(&self) -> StateAct<'static> {
        self.to_owned()
    }

    fn fingerprint(&self) -> Id {
        let Call { path, version, data, .. } = &self.call;
        let expected = self.if_version.as_deref().unwrap_or_default();
        Id::of_texts(&["state", path, version, &self.room, expected, data.text()])
    }

    fn ignore_self(&self) -> IgnoreSelf {
        IgnoreSelf::No
    }

    fn call(&self) -> &Call<'_> {
        &self.call
    }

    fn room(&self) -> &str {
        &self.room
    }

    fn find<'d>(&self, lanes: &'d Lanes<A>) -> Result<Found<'d, A>, SyncError> {
        lanes.states.find(&self.call)
    }

    /// Whoever is in the room: that others are, nobody needs.
    async fn authorize(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        route: &'static dyn Route<A>,
        _: &A::Session,
    ) -> Result<(), SyncError> {
        let options = RouteOptions { allow_empty_room: true, ..route.options() };
        authorize::receiver(caller, &self.room, options, parts).await
    }

    async fn enter(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        until: Instant,
    ) -> Result<Entered<Self::Held>, SyncError> {
        room_turn(parts, caller, &self.room, until).await
    }

    async fn apply(&self, parts: &Arc<Parts<A>>, ran: Ran<'_, A>, permit: Self::Held) -> Result<Applied, SyncError> {
        let act = match ran.effect {
            Effect::Act(act) => act,
            Effect::None | Effect::Event(_) | Effect::Mutate(_) => return Err(ran.has_no_such_effect()),
        };
        let (caller, session) = (ran.caller, ran.session);
        let (path, version) = (&self.call.path, &self.call.version);
        let index = (parts.table.states.find)(path, version).ok_or_else(|| SyncError::new("sync-not-found"))?;
        let slot = parts.states.slot(index, &self.room).await?;
        let source = view(parts, caller, &session, &self.room);
        let view = source.view();
        let watching = Watching::of_caller(parts, caller, &session, &self.room);
        let member = watching.view();
        let change = Change {
            apply: &mut |value| act.apply(Ctx::new(&view), value),
            by: Some(By { member: member.member(), expected: self.if_version.as_deref() }),
            caller: (caller.sender_key().session, permit),
            is_told_later: false,
        };
        let changed = slot.change(parts, change).await?;
        let state_version = changed.version.map(|version| version.to_string());
        Ok(Applied { state_version, ..Applied::default() })
    }
}
