//! What a lane is to the pipeline, and the routes of all of them.

use std::sync::Arc;
use std::task::Poll;

use sync_schema::Day;
use tokio::sync::oneshot;

use crate::clock::{Instant, soon, today};
use crate::config::Config;
use crate::contain::Guarded;
use crate::dispatch::parts::Parts;
use crate::dispatch::{Caller, Turn};
use crate::error::SyncError;
use crate::id::Id;
use crate::limits::{Limits, RouteBudget};
use crate::metrics::{RouteMetrics, ServerMetrics};
use crate::rooms::Permit;
use crate::route::{self, App, Effect, Method, Route, Routes, Table};
use crate::schema::InputSchema;
use crate::wire::{Call, Data, IgnoreSelf, Report};

/// The routes of all lanes.
pub(in crate::dispatch) struct Lanes<A: App> {
    pub(super) events: Directory<A>,
    pub(super) requests: Directory<A>,
    pub(super) states: Directory<A>,
    pub(super) mutations: Directory<A>,
}

impl<A: App> Lanes<A> {
    pub(in crate::dispatch) fn new(
        table: &'static Table<A>,
        config: &Config,
        limits: &Limits,
        metrics: &ServerMetrics,
    ) -> Self {
        let events = Directory::new(&table.events, config, limits, |cb| metrics.route("event", cb));
        let requests = Directory::new(&table.requests, config, limits, |cb| metrics.route("request", cb));
        let states = Directory::new(&table.states, config, limits, |cb| metrics.route("state", cb));
        let mutations = Directory::new(&table.mutations, config, limits, |cb| metrics.route("mutation", cb));
        Self { events, requests, states, mutations }
    }

    /// Returns the route of an event.
    pub(in crate::dispatch) fn event(&self, path: &str, version: &str) -> Option<Found<'_, A>> {
        self.events.get(path, version)
    }

    /// Returns the route of a mutation.
    pub(in crate::dispatch) fn mutation(&self, path: &str, version: &str) -> Option<Found<'_, A>> {
        self.mutations.get(path, version)
    }

    /// Returns the index of a state among those of the table.
    ///
    /// # Errors
    ///
    /// `sync-not-found`.
    pub(in crate::dispatch) fn state(&self, path: &str, version: &str) -> Result<(usize, Found<'_, A>), SyncError> {
        let index = (self.states.routes.find)(path, version).ok_or_else(|| SyncError::new("sync-not-found"))?;
        Ok((index, self.states.at(index)))
    }

    /// Returns whether a request of this name may be sent as a `GET`.
    pub(in crate::dispatch) fn takes_get(&self, path: &str, version: &str) -> bool {
        let index = (self.requests.routes.find)(path, version);
        index.is_some_and(|index| self.requests.routes.all[index].options().method == Method::Get)
    }
}

/// The routes of one lane, each with what its input must look like, what callers may do there, and what is counted of it.
pub(in crate::dispatch) struct Directory<A: App> {
    routes: &'static Routes<A>,
    answers_retired: bool,
    // In step with the routes.
    schemas: Vec<InputSchema>,
    budgets: Vec<Option<RouteBudget>>,
    metrics: Vec<Arc<RouteMetrics>>,
}

/// A route that was called.
pub(in crate::dispatch) struct Found<'d, A: App> {
    pub(in crate::dispatch) route: &'static dyn Route<A>,
    /// What is counted of it.
    pub(in crate::dispatch) metrics: &'d Arc<RouteMetrics>,
    schema: &'d InputSchema,
    /// The last day on which it is answered, if that counts.
    retires: Option<Day>,
    /// What its callers may still do; `None` where nobody counts.
    pub(in crate::dispatch) budget: Option<&'d RouteBudget>,
}

impl<A: App> Found<'_, A> {
    /// Checks that the last day of this version, if one was announced, has not passed.
    ///
    /// # Errors
    ///
    /// `sync-retired`.
    pub(in crate::dispatch) fn check_retired(&self) -> Result<(), SyncError> {
        match self.retires {
            Some(day) if today() > day => Err(SyncError::new("sync-retired").param("day", day.to_string())),
            _ => Ok(()),
        }
    }

    /// Reads and checks the input of a call, however it was written.
    ///
    /// # Errors
    ///
    /// `sync-invalid-input`.
    pub(in crate::dispatch) fn decode(&self, call: &Call<'_>) -> Result<Box<dyn route::TypedCall<A>>, SyncError> {
        let decoded = match call.data {
            Data::Json(json) => self.route.decode(self.schema, json),
            Data::Query(query) => self.route.decode(self.schema, &self.schema.json_of_query(query)),
        };
        decoded.map_err(|invalid| SyncError::invalid_input(invalid.path, invalid.reason))
    }
}

impl<A: App> Directory<A> {
    fn new(
        routes: &'static Routes<A>,
        config: &Config,
        limits: &Limits,
        metrics: impl Fn(&'static str) -> Arc<RouteMetrics>,
    ) -> Self {
        let schemas = routes.all.iter().map(|route| route.input_schema().nested(config.nesting_limit)).collect();
        let budget = |route: &&'static dyn Route<A>| {
            let options = route.options();
            limits.of_route(route.answered_as(), options.rate_limit, options.volatile)
        };
        let budgets = routes.all.iter().map(budget).collect();
        let metrics = routes.all.iter().map(|route| metrics(route.id().cb)).collect();
        Self { routes, answers_retired: config.answers_retired, schemas, budgets, metrics }
    }

    pub(super) fn find(&self, call: &Call<'_>) -> Result<Found<'_, A>, SyncError> {
        self.get(&call.path, &call.version).ok_or_else(|| SyncError::new("sync-not-found"))
    }

    fn get(&self, path: &str, version: &str) -> Option<Found<'_, A>> {
        (self.routes.find)(path, version).map(|index| self.at(index))
    }

    fn at(&self, index: usize) -> Found<'_, A> {
        let (schema, budget, metrics) = (&self.schemas[index], self.budgets[index].as_ref(), &self.metrics[index]);
        let route = self.routes.all[index];
        let retires = route.id().retires.filter(|_| !self.answers_retired);
        Found { route, retires, metrics, schema, budget }
    }
}

/// A call of one lane, and what the pipeline asks the lane about it, in this order.
pub(in crate::dispatch) trait Lane<A: App>: Sync {
    /// What a call holds from `enter` to `apply`: its place in the line of a room, for instance.
    type Held: Send;

    /// The call without what borrows from a message.
    type Owned: Lane<A> + Send + 'static;

    /// Returns the call without what borrows from a message; its input has been read.
    fn owned(&self) -> Self::Owned;

    /// Returns what tells it apart from other calls of its caller: all that its effect depends on.
    fn fingerprint(&self) -> Id;

    /// Returns which of the caller's own sockets hear nothing of the call.
    fn ignore_self(&self) -> IgnoreSelf;

    /// Returns what all calls have.
    fn call(&self) -> &Call<'_>;

    /// Returns the room of the call; empty in lanes without rooms.
    fn room(&self) -> &str;

    /// Finds the route.
    ///
    /// # Errors
    ///
    /// `sync-not-found`, and what else can be said of a call before anybody asks who sends it.
    fn find<'d>(&self, lanes: &'d Lanes<A>) -> Result<Found<'d, A>, SyncError>;

    /// Checks what the lane asks of a caller who fulfils the condition of the route.
    ///
    /// # Errors
    ///
    /// Why the caller may not call.
    fn authorize(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        route: &'static dyn Route<A>,
        session: &A::Session,
    ) -> impl Future<Output = Result<(), SyncError>> + Send;

    /// Waits until the handler may run.
    ///
    /// # Errors
    ///
    /// `sync-timeout` when that is not before `until`.
    fn enter(
        &self,
        parts: &Parts<A>,
        caller: &Caller<A>,
        until: Instant,
    ) -> impl Future<Output = Result<Entered<Self::Held>, SyncError>> + Send;

    /// Does what follows from the call for others, and says what else the caller is told.
    ///
    /// # Errors
    ///
    /// When that cannot be done: what is needed for it cannot be reached.
    fn apply(
        &self,
        parts: &Arc<Parts<A>>,
        ran: Ran<'_, A>,
        held: Self::Held,
    ) -> impl Future<Output = Result<Applied, SyncError>> + Send;
}

/// What a caller is told of what has followed from its call.
#[derive(Default)]
pub(in crate::dispatch) struct Applied {
    /// The version of the value that it has acted on.
    pub(in crate::dispatch) state_version: Option<String>,
    /// Ends when its event is on its way to the members here, if that is not so yet.
    pub(in crate::dispatch) heard: Option<oneshot::Receiver<()>>,
    /// Where it is told what becomes of an event, if the caller wants to know.
    pub(in crate::dispatch) report: Option<oneshot::Receiver<Report>>,
}

/// Waits until a room takes what a caller does there.
///
/// # Errors
///
/// `sync-timeout` when that is not before `until`; as [`Hub::reserve`](crate::rooms::Hub::reserve).
pub(in crate::dispatch) async fn room_turn<A: App>(
    parts: &Parts<A>,
    caller: &Caller<A>,
    room: &str,
    until: Instant,
) -> Result<Entered<Option<Permit<A>>>, SyncError> {
    let mut has_waited = false;
    let reserving = parts.hub.reserve(room, caller.sender_key().session);
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

/// A call whose handler may run.
pub(in crate::dispatch) struct Entered<P> {
    pub(in crate::dispatch) held: P,
    /// Whether it had to wait, so that much may have changed meanwhile.
    pub(in crate::dispatch) has_waited: bool,
}

/// A call whose handler has succeeded.
pub(in crate::dispatch) struct Ran<'c, A: App> {
    pub(in crate::dispatch) caller: &'c Caller<A>,
    pub(in crate::dispatch) turn: &'c Turn,
    pub(in crate::dispatch) metrics: &'c Arc<RouteMetrics>,
    pub(in crate::dispatch) route: &'static dyn Route<A>,
    /// The caller's session when it called.
    pub(in crate::dispatch) session: Arc<Guarded<A::Session>>,
    pub(in crate::dispatch) effect: Effect<A>,
}

impl<A: App> Ran<'_, A> {
    /// What is answered when a handler has an effect that its lane does not have: a bug of ours.
    pub(super) fn has_no_such_effect(&self) -> SyncError {
        tracing::error!(route = self.route.id().cb, "an effect that its lane does not have");
        SyncError::new("sync-server-failed")
    }
}
