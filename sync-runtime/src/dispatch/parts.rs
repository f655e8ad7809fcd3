//! The parts of a server that stages and lanes look at; they know no dispatcher.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::config::{Config, MetricsAccess};
use crate::contain::Guarded;
use crate::dispatch::asking::Asking;
use crate::dispatch::contracts::Contracts;
use crate::dispatch::gate::Gate;
use crate::dispatch::hooks::Hooks;
use crate::dispatch::presence::Presence;
use crate::dispatch::scopes::Scopes;
use crate::dispatch::states::StateSlots;
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::id::Id;
use crate::idempotency::{CallStore, RecentCalls};
use crate::metrics::{ServerMetrics, Tally};
use crate::rooms::{Hub, RoomServices};
use crate::route::{App, OlderForm, RouteId, RouteOptions, Table};
use crate::wire::PositionKey;

/// How many members are shown at a time what they missed. Measured with 500 that had missed 3,000 events each: half of them are done four
/// times as soon as without a limit; with four it takes twice as long until all are.
const REPLAYS: usize = 16;

/// Calls that are known beyond a life of the server.
pub enum StoredCalls {
    /// Those of `durable` routes.
    Durable(Arc<dyn CallStore>),
    /// All, on all servers.
    Shared(Arc<dyn CallStore>),
}

impl StoredCalls {
    /// Returns where calls of a route are known, if they are.
    pub(super) fn of(&self, options: RouteOptions) -> Option<&Arc<dyn CallStore>> {
        match self {
            Self::Durable(calls) => options.durable.then_some(calls),
            Self::Shared(calls) => (options.durable || !options.volatile).then_some(calls),
        }
    }
}

/// The versions of events that have no handlers of their own, by the `cb` of the one that answers for them.
#[derive(Default)]
pub(super) struct OlderForms(HashMap<&'static str, Arc<[&'static dyn OlderForm]>>);

impl OlderForms {
    fn of<A: App>(table: &'static Table<A>) -> Self {
        let mut forms = HashMap::<_, Vec<_>>::new();
        for route in table.events.all {
            if let (Some(newest), Some(form)) = (route.happens_as(), route.older_form()) {
                forms.entry(newest.id().cb).or_default().push(form);
            }
        }
        Self(forms.into_iter().map(|(cb, forms)| (cb, forms.into())).collect())
    }

    /// Returns the versions that `route` answers for, oldest first.
    pub(super) fn of_route(&self, route: &RouteId) -> Option<Arc<[&'static dyn OlderForm]>> {
        if self.0.is_empty() { None } else { self.0.get(route.cb).cloned() }
    }
}

/// What a server consists of, besides its lanes and its sessions.
pub(super) struct Parts<A: App> {
    pub(super) app: Guarded<A>,
    pub(super) config: Config,
    pub(super) table: &'static Table<A>,
    /// The versions of events that newer ones answer for.
    pub(super) older: OlderForms,
    /// The contracts that pages may have been built with.
    pub(super) contracts: Contracts,
    pub(super) catalog: Arc<Catalog>,
    pub(super) hub: Hub<A>,
    pub(super) positions: Arc<PositionKey>,
    pub(super) hooks: Hooks<A>,
    pub(super) presence: Presence<A>,
    /// What other servers were asked.
    pub(super) asking: Asking,
    /// The values that rooms share.
    pub(super) states: StateSlots<A>,
    /// The durable data, and who is poked about it.
    pub(super) scopes: Scopes<A>,
    /// Lets few at a time be shown what they missed.
    pub(super) replays: Semaphore,
    /// What tells this life of the server from others.
    pub(super) run_name: String,
    /// The same of the processes that this one has taken over from: what they knew, it knows.
    pub(super) runs_before: OnceLock<Vec<String>>,
    /// What calls pass that come by no socket.
    pub(super) gate: Gate,
    /// Calls in flight; closed, it means that the server takes no more.
    pub(super) calls: TaskTracker,
    /// The calls that have names.
    pub(super) recent: Arc<RecentCalls>,
    /// Where those are known that this life of the server has not made.
    pub(super) call_store: OnceLock<StoredCalls>,
    pub(super) metrics: Arc<ServerMetrics>,
    /// Calls that were refused since too many of their caller wait for a room.
    pub(super) room_turns: Tally,
    /// Counts messages and bodies that are larger than they may be.
    pub(super) too_large: Tally,
    /// Counts who is in as many rooms as there may be.
    pub(super) rooms: Tally,
}

impl<A: App> Parts<A> {
    /// Puts them together.
    pub(super) fn new(
        app: A,
        config: Config,
        table: &'static Table<A>,
        catalog: Catalog,
        services: RoomServices<A>,
    ) -> Self {
        let metrics = Arc::new(ServerMetrics::new(config.metrics != MetricsAccess::Off, table.error_codes));
        let (catalog, positions) = (Arc::new(catalog), services.positions.clone());
        let presence = Presence::new(config.nesting_limit, positions.clone(), services.sequencer.is_shared());
        let states = StateSlots::new(positions.clone());
        let recent = RecentCalls::new(&config);
        Self {
            app: Guarded::new(app),
            config,
            table,
            older: OlderForms::of(table),
            contracts: Contracts::of(table),
            catalog,
            hub: Hub::new(services),
            positions,
            hooks: Hooks::default(),
            presence,
            asking: Asking::default(),
            states,
            scopes: Scopes::default(),
            replays: Semaphore::new(REPLAYS),
            room_turns: metrics.limit("room-turns"),
            too_large: metrics.limit("message-size"),
            rooms: metrics.limit("rooms"),
            run_name: Id::random().to_string()[..12].to_owned(),
            runs_before: OnceLock::new(),
            gate: Gate::default(),
            calls: TaskTracker::new(),
            recent,
            call_store: OnceLock::new(),
            metrics,
        }
    }

    /// Returns the names of this life of the server, and of those that it goes on with, oldest first.
    pub(super) fn runs(&self) -> impl Iterator<Item = &str> {
        self.runs_before.get().into_iter().flatten().chain([&self.run_name]).map(String::as_str)
    }

    /// Checks that the server takes calls.
    pub(super) fn check_open(&self) -> Result<(), SyncError> {
        if self.calls.is_closed() { Err(SyncError::new("sync-shutting-down")) } else { Ok(()) }
    }
}
