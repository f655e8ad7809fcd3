//! The request lane: a question and its answer; there is no room, nobody waits for anybody, and nothing follows.

use std::sync::Arc;

use crate::clock::Instant;
use crate::dispatch::Caller;
use crate::dispatch::lanes::lane::{Applied, Entered, Found, Lane, Lanes, Ran};
use crate::dispatch::parts::Parts;
use crate::error::SyncError;
use crate::id::Id;
use crate::route::{App, Effect, Method, Route};
use crate::wire::{Call, Data, IgnoreSelf};

impl<A: App> Lane<A> for Call<'_> {
    type Held = ();

    type Owned = Call<'static>;

    fn owned(&self) -> Call<'static> {
        self.to_owned()
    }

    fn fingerprint(&self) -> Id {
        let Call { path, version, data, .. } = self;
        Id::of_texts(&["request", path, version, data.text()])
    }

    fn ignore_self(&self) -> IgnoreSelf {
        IgnoreSelf::No
    }

    fn call(&self) -> &Call<'_> {
        self
    }

    fn room(&self) -> &str {
        ""
    }

    fn find<'d>(&self, lanes: &'d Lanes<A>) -> Result<Found<'d, A>, SyncError> {
        let found = lanes.requests.find(self)?;
        let is_get = matches!(self.data, Data::Query(_));
        if is_get && found.route.options().method != Method::Get {
            return Err(SyncError::new("sync-method-not-allowed"));
        }
        Ok(found)
    }

    async fn authorize(
        &self,
        _: &Parts<A>,
        _: &Caller<A>,
        _: &'static dyn Route<A>,
        _: &A::Session,
    ) -> Result<(), SyncError> {
        Ok(())
    }

    async fn enter(&self, _: &Parts<A>, _: &Caller<A>, _: Instant) -> Result<Entered<()>, SyncError> {
        Ok(Entered { held: (), has_waited: false })
    }

    async fn apply(&self, _: &Arc<Parts<A>>, ran: Ran<'_, A>, (): ()) -> Result<Applied, SyncError> {
        match ran.effect {
            Effect::None => Ok(Applied::default()),
            Effect::Event(_) | Effect::Act(_) | Effect::Mutate(_) => Err(ran.has_no_such_effect()),
        }
    }
}
