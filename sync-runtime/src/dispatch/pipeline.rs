//! The stages of a call in their order, the same for all lanes.

use serde_json::value::RawValue;
use tracing::Instrument;

use crate::clock::{Instant, soon};
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::lanes::{Entered, Found, Lane, Ran};
use crate::dispatch::view::view;
use crate::dispatch::watch::Watch;
use crate::dispatch::{Answer, Caller, Dispatcher, Turn, authorize, server_stage};
use crate::error::SyncError;
use crate::route::{App, Ctx, Done, Route};
use crate::wire::answer_result;

impl<A: App> Dispatcher<A> {
    /// Calls a route of a lane.
    pub(super) async fn call<L: Lane<A>>(&self, caller: &Caller<A>, call: &L, turn: &Turn) -> Answer {
        let output = self.run(caller, call, turn).await;
        self.answer(caller, output.map(|output| answer_result(&output)))
    }

    /// Finds the route and runs the stages, and says what came of it: to the metrics, and in the log.
    pub(super) async fn run<L: Lane<A>>(
        &self,
        caller: &Caller<A>,
        call: &L,
        turn: &Turn,
    ) -> Result<Box<RawValue>, SyncError> {
        let arrived = Instant::now();
        let found = call.find(self.lanes());
        let metrics = found.as_ref().map_or(self.metrics().unknown(), |found| found.metrics);
        let watch = Watch::new(metrics, call.room(), arrived);
        let stages = Box::pin(self.run_found(caller, call, turn, arrived, found));
        let output = contained_stages(stages).instrument(watch.span.clone()).await;
        watch.ended(output.as_ref().err());
        output
    }

    async fn run_found<L: Lane<A>>(
        &self,
        caller: &Caller<A>,
        call: &L,
        turn: &Turn,
        arrived: Instant,
        found: Result<Found<'_, A>, SyncError>,
    ) -> Result<Box<RawValue>, SyncError> {
        let found = found?;
        let (route, metrics) = (found.route, found.metrics);
        let mut session = self.check_session(caller)?;
        self.limit_call(caller, &session, found.budget, arrived)?;
        self.authorize_call(caller, call, route, &session)?;
        let input = found.decode(call.call())?;
        let options = route.options();
        if options.concurrent {
            turn.pass();
        }
        let limit = options.timeout.unwrap_or(self.config().handler_timeout);
        let Entered { held, has_waited } = call.enter(self.parts(), caller, arrived + limit).await?;
        if has_waited {
            // Much may have changed meanwhile: who has signed out calls nothing any more.
            session = self.check_session(caller)?;
            self.authorize_call(caller, call, route, &session)?;
        }
        let source = view(self.parts(), caller, &session, call.room());
        let view = source.view();
        // What it has waited for its turn, it has waited for its answer.
        let left = || limit.saturating_sub(arrived.elapsed());
        if caller.is_checked() {
            server_stage::check(&*input, Ctx::new(&view), left(), route.id().cb).await?;
        }
        let handling = Instant::now();
        let done = server_stage::run_once(input, Ctx::new(&view), left(), route.id().cb).await;
        metrics.handled(handling.elapsed());
        let Done { output, effect } = done?;
        drop(source);
        let applied = call.apply(self.parts(), Ran { caller, metrics, route, session, effect }, held);
        soon(arrived + limit, applied).await.ok_or_else(|| SyncError::new("sync-timeout"))??;
        Ok(output)
    }

    /// Looks what a route asks of its caller and what the lane does, in this order. The app may call what it likes, as long as it can be
    /// done.
    ///
    /// # Errors
    ///
    /// Why the call is refused, before any of its input is looked at.
    fn authorize_call<L: Lane<A>>(
        &self,
        caller: &Caller<A>,
        call: &L,
        route: &'static dyn Route<A>,
        session: &A::Session,
    ) -> Result<(), SyncError> {
        if caller.is_checked() {
            authorize::condition(&route.auth(), session)?;
        }
        call.authorize(self.parts(), caller, route)
    }
}
