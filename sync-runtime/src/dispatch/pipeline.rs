//! The stages of a call in their order, the same for all lanes.

use serde_json::value::RawValue;

use crate::clock::{Instant, soon};
use crate::dispatch::dispatcher::contained_stages;
use crate::dispatch::lanes::{Entered, Lane, Ran};
use crate::dispatch::view::view;
use crate::dispatch::{Answer, Caller, Dispatcher, Turn, authorize, server_stage};
use crate::error::SyncError;
use crate::route::{App, Ctx, Done, Route};
use crate::wire::answer_result;

impl<A: App> Dispatcher<A> {
    /// Calls a route of a lane.
    pub(super) async fn call<L: Lane<A>>(&self, caller: &Caller<A>, call: &L, turn: &Turn) -> Answer {
        let answered = async { self.run(caller, call, turn).await.map(|output| answer_result(&output)) };
        self.answer(caller, contained_stages(Box::pin(answered)).await)
    }

    pub(super) async fn run<L: Lane<A>>(
        &self,
        caller: &Caller<A>,
        call: &L,
        turn: &Turn,
    ) -> Result<Box<RawValue>, SyncError> {
        let arrived = Instant::now();
        let found = call.find(self.lanes())?;
        let route = found.route;
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
        let Done { output, effect } = server_stage::run_once(input, Ctx::new(&view), left(), route.id().cb).await?;
        drop(source);
        let applied = call.apply(self.parts(), Ran { caller, route, session, effect }, held);
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
