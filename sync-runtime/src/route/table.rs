//! The table that generated code fills, and the erased form of a route.

use serde_json::value::RawValue;
use sync_schema::{Day, Lane, Payload, RouteTypes};

use crate::error::SyncError;
use crate::route::{
    Act, App, Auth, BoxFuture, Ctx, EntityType, Event, FilterKind, Keep, Mutate, OlderForm, Replica, RoomKind,
    RoomRule, RouteOptions, ScopeRule, State, StoreKind,
};
use crate::schema::{InputSchema, InvalidInput, Model};

/// What the runtime knows of an app: data and pointers, written by the generator.
pub struct Table<A: App> {
    /// The folder of the app's `Cargo.toml`.
    pub manifest_dir: &'static str,
    /// The routes of the event lane.
    pub events: Routes<A>,
    /// The routes of the request lane.
    pub requests: Routes<A>,
    /// The routes of the state lane.
    pub states: Routes<A>,
    /// The routes of the mutation lane.
    pub mutations: Routes<A>,
    /// All room rules.
    pub rooms: &'static [&'static dyn RoomRule<A>],
    /// All rules of scopes.
    pub scopes: &'static [&'static dyn ScopeRule<A>],
    /// What lives in scopes.
    pub entities: &'static [&'static dyn EntityType],
    /// Where rows of a database belong.
    pub replicas: &'static [&'static dyn Replica],
    /// The codes that the app's handlers return, sorted.
    pub error_codes: &'static [&'static str],
    /// The fingerprints of contracts that were released and hold.
    pub released: &'static [&'static str],
    /// The app's messages: language, file name, Fluent text.
    pub locales: &'static [(&'static str, &'static str, &'static str)],
}

impl<A: App> Table<A> {
    /// The table of an app without any file.
    pub const EMPTY: Self = Self {
        manifest_dir: "",
        events: Routes::EMPTY,
        requests: Routes::EMPTY,
        states: Routes::EMPTY,
        mutations: Routes::EMPTY,
        rooms: &[],
        scopes: &[],
        entities: &[],
        replicas: &[],
        error_codes: &[],
        released: &[],
        locales: &[],
    };

    /// Returns the routes of all lanes, lane after lane.
    pub fn routes(&self) -> impl Iterator<Item = &'static dyn Route<A>> {
        [&self.events, &self.requests, &self.states, &self.mutations]
            .into_iter()
            .flat_map(|lane| lane.all.iter().copied())
    }

    /// Returns whether the calls of any route are to be known in the next life of the server.
    #[must_use]
    pub fn has_durable_routes(&self) -> bool {
        self.routes().any(|route| route.options().durable)
    }

    /// Returns whether the events of any room are to be known in the next life of the server.
    #[must_use]
    pub fn has_durable_rooms(&self) -> bool {
        self.rooms.iter().any(|rule| rule.history() == Keep::Durably)
    }

    /// Returns whether any state is kept beyond the process.
    #[must_use]
    pub fn has_kept_states(&self) -> bool {
        let is_kept = |state: &dyn State<A>| state.said().store != StoreKind::Memory;
        self.states.all.iter().any(|route| route.state().is_some_and(is_kept))
    }

    /// Returns whether a route can be sent to everybody who is connected.
    #[must_use]
    pub fn speaks_to_everyone(&self) -> bool {
        self.events.all.iter().any(|route| route.options().room == Some(RoomKind::Everyone))
    }
}

/// The routes of one lane.
pub struct Routes<A: App> {
    /// All of them, sorted by page, name and version.
    pub all: &'static [&'static dyn Route<A>],
    /// Finds one by `<page>/<name>` and version, as an index into `all`.
    pub find: fn(&str, &str) -> Option<usize>,
}

impl<A: App> Routes<A> {
    /// A lane that nothing is in.
    pub const EMPTY: Self = Self { all: &[], find: |_, _| None };
}

/// The names of one route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteId {
    /// The page: `test/nestedTest`.
    pub page: &'static str,
    /// The name inside the page.
    pub name: &'static str,
    /// The version: `v1`.
    pub version: &'static str,
    /// `<page>/<name>`, the `name` of a call.
    pub path: &'static str,
    /// `<page>/<name>/<version>`, the `cb` of a frame.
    pub cb: &'static str,
    /// The handler files, relative to the app's folder, server first.
    pub sources: &'static [&'static str],
    /// The last day on which it is answered, if one was announced.
    pub retires: Option<Day>,
}

/// Returns a day of the calendar, as generated code writes it.
///
/// # Panics
///
/// There is no such day; generated code names those that were read.
#[must_use]
pub const fn day(year: i32, month: u32, day: u32) -> Day {
    match Day::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => panic!("there is no such day"),
    }
}

impl RouteId {
    /// Describes the route for the front end.
    pub(crate) fn describe(
        &self,
        lane: Lane,
        docs: &str,
        room: Option<RoomKind>,
        payloads: Vec<Payload>,
    ) -> RouteTypes {
        RouteTypes {
            lane,
            page: self.page.to_owned(),
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            docs: docs.to_owned(),
            sources: self.sources.iter().map(|&source| source.to_owned()).collect(),
            room: room.map(|room| room.to_string()),
            payloads,
            stored: None,
            retires: self.retires,
        }
    }
}

/// One route, whatever its lane and its types.
pub trait Route<A: App>: Send + Sync {
    /// Returns its names.
    fn id(&self) -> &RouteId;

    /// Returns who may call it.
    fn auth(&self) -> Auth<A>;

    /// Returns what the attribute of the handler says; of the filter where there is no handler.
    fn options(&self) -> RouteOptions;

    /// Returns how the members of the room are filtered, which says what grows with the room: nothing without a filter, O(1)
    /// encodings; the runs of the filter with the members, O(members), or with the groups among them, O(groups).
    fn filter(&self) -> FilterKind {
        FilterKind::None
    }

    /// Returns whether its handler streams. Such a call holds up nothing behind it, and is given up when its caller goes.
    fn streams(&self) -> bool {
        false
    }

    /// Returns the state that its calls are actions on, if they are.
    fn state(&self) -> Option<&dyn State<A>> {
        None
    }

    /// Returns the route that its calls are events of, where that is a newer version: it has no handler itself.
    fn happens_as(&self) -> Option<&'static dyn Route<A>> {
        None
    }

    /// Returns the `cb` of the version that answers for it, with which it shares what its callers may do: its own for most.
    fn answered_as(&self) -> &'static str {
        self.id().cb
    }

    /// Returns how it tells what happens as a newer version of it.
    fn older_form(&'static self) -> Option<&'static dyn OlderForm> {
        None
    }

    /// Describes its types for the front end.
    fn types(&self, model: &mut Model) -> RouteTypes;

    /// Describes its input for [`Route::decode`].
    fn input_schema(&self) -> InputSchema;

    /// Reads and checks an input.
    ///
    /// # Errors
    ///
    /// Says where the input is wrong and why.
    fn decode(&self, schema: &InputSchema, json: &str) -> Result<Box<dyn TypedCall<A>>, InvalidInput>;

    /// Makes an event of its JSON forms once more, as it was kept; `None` where they are not of the types of today, or where the
    /// route causes none. A rule of the input is not asked again: it held when the event happened.
    fn revive(&self, input: &RawValue, output: &RawValue) -> Option<Box<dyn Event<A>>> {
        let _ = (input, output);
        None
    }
}

/// A call with its typed input, ready to run.
pub trait TypedCall<A: App>: Send + Sync {
    /// Asks whether this caller may send this input to this room; `None` where the route asks nothing but its `auth`.
    fn check<'a>(&'a self, ctx: Ctx<'a, A>) -> Option<BoxFuture<'a, Result<(), SyncError>>>;

    /// Runs the handler once and encodes its output once.
    fn run<'a>(self: Box<Self>, ctx: Ctx<'a, A>) -> BoxFuture<'a, Result<Done<A>, SyncError>>
    where
        Self: 'a;
}

/// What a handler has done: its answer, and what follows from it.
pub struct Done<A: App> {
    /// The output for the caller.
    pub output: Box<RawValue>,
    /// What the lane of the route does with it.
    pub effect: Effect<A>,
    /// What the caller is told in place of the output: it has happened, and cannot be told.
    pub untellable: Option<SyncError>,
}

impl<A: App> Done<A> {
    /// What is told as it is.
    pub(crate) fn new(output: Box<RawValue>, effect: Effect<A>) -> Self {
        Self { output, effect, untellable: None }
    }
}

/// What follows from a call for others than its caller.
pub enum Effect<A: App> {
    /// Nothing: nobody else hears of it.
    None,
    /// Something happened in the room.
    Event(Box<dyn Event<A>>),
    /// The value of the room is to be changed.
    Act(Box<dyn Act<A>>),
    /// The durable data of the scope is to be changed.
    Mutate(Box<dyn Mutate<A>>),
}
