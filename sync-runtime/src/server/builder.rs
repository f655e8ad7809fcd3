//! Builds the parts of a server and connects them.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sync_schema::FRAMEWORK_CODES;

use crate::config::{Config, ConfigError, HistoryPlace};
use crate::dispatch::{Dispatcher, StoredCalls, Stores};
use crate::error::{BoxError, SyncError};
use crate::i18n::{Catalog, CatalogError};
#[cfg(feature = "redis")]
use crate::idempotency::SharedCalls;
use crate::idempotency::{CallBounds, DurableCalls};
use crate::rooms::{RoomLog, RoomServices};
use crate::route::{App, BoxFuture, FilterKind, StoreKind, Table};
use crate::server::handle::Handle;
use crate::server::logs::open_logs;
use crate::server::running::Running;
use crate::server::takeover::{Connections, Handed, Predecessor, TakeoverError};
#[cfg(feature = "redis")]
use crate::session::RedisStore;
use crate::session::{MemoryStore, SessionStore, Sessions, SqliteStore};
#[cfg(feature = "testing")]
use crate::states::MemoryStates;
#[cfg(feature = "redis")]
use crate::states::RedisStates;
use crate::states::{FileStates, SqliteStates, StateStore};
use crate::storage::DataError;
#[cfg(feature = "testing")]
use crate::transport::InnerDoors;
use crate::transport::{ClosedDoors, PipeListener, Router};

/// How much longer than its own time for it another server may take to stop.
const ENDING: Duration = Duration::from_secs(5);

type MakeApp<A> = Box<dyn FnOnce(Config) -> BoxFuture<'static, Result<A, BoxError>> + Send>;
type MakeRoutes<A> = Box<dyn FnOnce(Handle<A>) -> Router + Send>;

/// A server that has not started: how the app is built, and what it serves besides its handlers.
///
/// # Examples
///
/// ```no_run
/// # use sync::wire;
/// # #[sync::session] pub struct Session { pub user_id: String }
/// # #[wire] pub struct Person {}
/// pub struct Chess;
/// # impl sync::App for Chess {
/// #     type Session = Session;
/// #     type Public = Person;
/// #     type Presence = sync::Empty;
/// #     fn guest() -> Session { Session { user_id: String::new() } }
/// #     fn user_id(session: &Session) -> Option<&str> { Some(&session.user_id) }
/// #     fn public(_: &Session) -> Person { Person {} }
/// #     fn locale(_: &Session) -> Option<&str> { None }
/// # }
/// pub fn server() -> sync::Server<Chess> {
///     sync::Server::new(async |_config| Ok(Chess))
///         .routes(|_handle| sync::axum::Router::new().route("/hello", sync::axum::routing::get(async || "hello")))
/// }
/// ```
pub struct Server<A: App> {
    make_app: MakeApp<A>,
    make_routes: Vec<MakeRoutes<A>>,
    store: StoreChoice<A>,
    cookie_name: Option<String>,
    services: Option<RoomServices<A>>,
    /// Whether the values of rooms are kept in memory, whatever their states say.
    #[cfg(feature = "testing")]
    states_in_memory: bool,
}

impl<A: App> Server<A> {
    /// Creates a server whose app `make_app` builds, inside the runtime, when the server starts.
    pub fn new<F, R>(make_app: F) -> Self
    where
        F: FnOnce(Config) -> R + Send + 'static,
        R: Future<Output = Result<A, BoxError>> + Send + 'static,
    {
        let make_app: MakeApp<A> = Box::new(move |config| Box::pin(make_app(config)));
        Self {
            make_app,
            make_routes: Vec::new(),
            store: StoreChoice::Configured,
            cookie_name: None,
            services: None,
            #[cfg(feature = "testing")]
            states_in_memory: false,
        }
    }

    /// Adds HTTP routes, and with them a fallback for unknown paths if the router has one.
    #[must_use]
    pub fn routes(mut self, routes: impl FnOnce(Handle<A>) -> Router + Send + 'static) -> Self {
        self.make_routes.push(Box::new(routes));
        self
    }

    /// Keeps sessions in `store` instead of where the configuration says.
    #[must_use]
    pub fn session_store(mut self, store: Arc<dyn SessionStore<A::Session>>) -> Self {
        self.store = StoreChoice::Own(store);
        self
    }

    /// Keeps sessions in memory instead of where the configuration says: gone when the server stops. For tests and demonstrations.
    #[must_use]
    pub fn sessions_in_memory(mut self) -> Self {
        self.store = StoreChoice::Memory;
        self
    }

    /// Names the session cookie, unless the configuration does.
    ///
    /// Browsers share cookies between the ports of a host, and copies of an app call their cookies the same: in development, the port of
    /// the server comes behind the name, as in `chess_3000`. In production it does not, since several servers may be one app there;
    /// two apps on one host need two names then.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[sync::session] pub struct Session { pub user_id: String }
    /// # #[sync::wire] pub struct Person {}
    /// # pub struct Chess;
    /// # impl sync::App for Chess {
    /// #     type Session = Session;
    /// #     type Public = Person;
    /// #     type Presence = sync::Empty;
    /// #     fn guest() -> Session { Session { user_id: String::new() } }
    /// #     fn user_id(session: &Session) -> Option<&str> { Some(session.user_id.as_str()).filter(|id| !id.is_empty()) }
    /// #     fn public(_: &Session) -> Person { Person {} }
    /// #     fn locale(_: &Session) -> Option<&str> { None }
    /// # }
    /// # static TABLE: sync::__private::Table<Chess> = sync::__private::Table::EMPTY;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sync::BoxError> {
    /// # let variables = [("SYNC_LISTEN", "127.0.0.1:0"), ("SYNC_ENV", "production")];
    /// # let config = sync::Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
    /// let server = sync::Server::new(async |_config| Ok(Chess)).cookie_name("chess");
    /// # let server = server.sessions_in_memory();
    /// # let running = server.start(&TABLE, config).await?;
    /// # let handle = running.handle();
    /// assert!(handle.session_cookie("t").starts_with("__Host-chess=t;")); // in production
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie_name = Some(name.into());
        self
    }

    /// Gives rooms another order than that of this process, or another history than that of the last minutes.
    #[doc(hidden)]
    #[must_use]
    pub fn room_services(mut self, services: RoomServices<A>) -> Self {
        self.services = Some(services);
        self
    }

    /// Starts to listen, and returns when connections are accepted.
    ///
    /// # Errors
    ///
    /// When the configuration or the folder of the server's files cannot be used, the app cannot be built, a message file is not Fluent, or the address cannot be
    /// listened on.
    pub async fn start(self, table: &'static Table<A>, config: Config) -> Result<Running<A>, StartError> {
        let config = config.with_cookie_of_app(self.cookie_name.clone()).checked()?;
        let (mut predecessor, listener) = match config.takeover {
            true => Predecessor::find(&config).await?.unzip(),
            false => (None, None),
        };
        let Built { dispatcher, routes, listener, connections } =
            self.build(table, config, Listening::Outside(listener.map(Box::new)), predecessor.as_mut()).await?;
        let mut doors = ClosedDoors::new(listener.expect("a server that listens has a listener"), &dispatcher);
        if let (Some(connections), Some(predecessor)) = (connections, predecessor) {
            let (connections, brought_back) = connections.bring_back(&mut doors).await;
            dispatcher.miss_absent();
            predecessor.taken().await?;
            tracing::info!(connections, brought_back, "took over from the server before");
        }
        Ok(Running::new(Handle::new(dispatcher), doors.open(routes)))
    }

    /// Starts without a network: what is served is asked in this process.
    #[cfg(feature = "testing")]
    pub(crate) async fn start_inside(
        self,
        table: &'static Table<A>,
        config: Config,
    ) -> Result<(Handle<A>, InnerDoors), StartError> {
        let config = config.with_cookie_of_app(self.cookie_name.clone()).checked()?;
        let built = self.build(table, config, Listening::Nowhere, None).await?;
        let doors = InnerDoors::open(&built.dispatcher, built.routes);
        Ok((Handle::new(built.dispatcher), doors))
    }

    /// Keeps sessions in memory where only the configuration says where they are kept.
    #[cfg(feature = "testing")]
    pub(crate) fn configured_sessions_in_memory(self) -> Self {
        match self.store {
            StoreChoice::Configured => self.sessions_in_memory(),
            StoreChoice::Memory | StoreChoice::Own(_) => self,
        }
    }

    /// Keeps the values of rooms in memory, whatever their states say but `store = app`.
    #[cfg(feature = "testing")]
    pub(crate) fn states_in_memory(self) -> Self {
        Self { states_in_memory: true, ..self }
    }

    /// Builds all that stands behind the doors. What takes time of its own comes first; what files and connections are needed for, when whoever has
    /// them has handed over.
    async fn build(
        self,
        table: &'static Table<A>,
        config: Config,
        listening: Listening,
        predecessor: Option<&mut Predecessor>,
    ) -> Result<Built<A>, StartError> {
        let catalog = Catalog::new(table.locales)?;
        let sessions = self.store.open(&config).await?;
        let app = (self.make_app)(config.clone()).await.map_err(StartError::App)?;
        let address = config.listen;
        let listener = match listening {
            Listening::Outside(Some(handed)) => Some(*handed),
            Listening::Outside(None) => {
                let bound = PipeListener::bind(&config).await;
                Some(bound.map_err(|source| StartError::Listen { address, source })?)
            }
            #[cfg(feature = "testing")]
            Listening::Nowhere => None,
        };
        let handed = match predecessor {
            Some(predecessor) => predecessor.ready().await?,
            None => None,
        };
        let (estate, connections) = handed.map(|Handed { estate, connections }| (estate, connections)).unzip();
        let key = estate.as_ref().map(|estate| estate.positions);
        let (services, log) = room_services(self.services, table, &config, key).await?;
        let dispatcher = Arc::new(Dispatcher::new(app, config, table, catalog, sessions, services));
        dispatcher.meet_others();
        #[cfg(feature = "testing")]
        let in_memory = self.states_in_memory;
        #[cfg(not(feature = "testing"))]
        let in_memory = false;
        open_stores(&dispatcher, table, in_memory).await?;
        if let Some(log) = log {
            dispatcher.restore_rooms(&log, estate.is_some()).await?;
        }
        if let Some(estate) = estate {
            dispatcher.take_over(*estate, &codes(table)).await;
        }
        if table.speaks_to_everyone() {
            dispatcher.hub().open_to_everyone().await.map_err(StartError::Rooms)?;
        }
        keep_sessions(&dispatcher);
        share_limits(&dispatcher);
        dispatcher.limits().keep();
        log_filters(table);
        let handle = Handle::new(dispatcher.clone());
        let routes = self.make_routes.into_iter().map(|make| make(handle.clone()));
        let routes = routes.fold(Router::new(), Router::merge);
        Ok(Built { dispatcher, routes, listener, connections })
    }
}

/// Where a server is reached.
#[derive(Debug)]
enum Listening {
    /// At the address of its configuration, or where another one has listened.
    Outside(Option<Box<PipeListener>>),
    /// In its process alone.
    #[cfg(feature = "testing")]
    Nowhere,
}

/// A server whose doors are closed yet.
struct Built<A: App> {
    dispatcher: Arc<Dispatcher<A>>,
    /// The app's own.
    routes: Router,
    listener: Option<PipeListener>,
    /// Those of the server before.
    connections: Option<Connections>,
}

impl<A: App> std::fmt::Debug for Server<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("routes", &self.make_routes.len()).finish_non_exhaustive()
    }
}

/// Where sessions are kept.
enum StoreChoice<A: App> {
    Configured,
    Memory,
    Own(Arc<dyn SessionStore<A::Session>>),
}

impl<A: App> StoreChoice<A> {
    async fn open(self, config: &Config) -> Result<Sessions<A>, DataError> {
        let store = match self {
            Self::Configured => configured_store::<A>(config).await?,
            Self::Memory => Arc::new(MemoryStore::new(config.session_ttl)),
            Self::Own(store) => store,
        };
        Ok(if config.single_session { Sessions::one_per_user(store) } else { Sessions::new(store) })
    }
}

async fn configured_store<A: App>(config: &Config) -> Result<Arc<dyn SessionStore<A::Session>>, DataError> {
    #[cfg(feature = "redis")]
    if let Some(url) = config.redis() {
        let store = RedisStore::new(url.as_str(), &config.redis_prefix, config.session_ttl)?;
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(SqliteStore::open(&config.data, config.session_ttl).await?))
}

/// Opens the log of rooms where any outlives the process, or meets other servers where the configuration says so, unless the app brings what gives events their order.
async fn room_services<A: App>(
    own: Option<RoomServices<A>>,
    table: &Table<A>,
    config: &Config,
    key: Option<[u8; 16]>,
) -> Result<(RoomServices<A>, Option<Arc<RoomLog<A>>>), DataError> {
    match own {
        #[cfg(feature = "redis")]
        None if config.bus.is_some() => {
            // As below: what happens now is not written there.
            forget_left::<A>(config, key.is_some()).await?;
            Ok((RoomServices::on_bus(config).await?, None))
        }
        None if table.has_durable_rooms() || config.history == HistoryPlace::Durable => {
            let (services, log) = RoomServices::with_durable(config).await?;
            Ok((services, Some(log)))
        }
        own => {
            // What happens now is not written: rooms that are there would not know of it, if they went on later.
            forget_left::<A>(config, key.is_some()).await?;
            let services = own.unwrap_or_else(|| RoomServices::of_one_process(config));
            Ok((key.into_iter().fold(services, RoomServices::keyed), None))
        }
    }
}

/// Forgets the rooms in the file. Where another server goes on with them if this one does not take over, that is done by the next server.
async fn forget_left<A: App>(config: &Config, takes_over: bool) -> Result<(), DataError> {
    if takes_over { Ok(()) } else { RoomLog::<A>::forget_left(config).await }
}

/// Opens what knows calls beyond a life of the server: all of them where there are several servers, else those of `durable` routes.
async fn stored_calls<A: App>(config: &Config, table: &Table<A>) -> Result<Option<StoredCalls>, DataError> {
    #[cfg(feature = "redis")]
    if let Some(url) = &config.bus {
        return Ok(Some(StoredCalls::Shared(SharedCalls::new(config, url.as_str(), codes(table))?)));
    }
    if !table.has_durable_routes() {
        return Ok(None);
    }
    let (age, of_one, of_all) = (config.durable_calls_age, config.durable_calls, config.durable_total_calls);
    let calls = DurableCalls::open(&config.data, CallBounds { age, of_one, of_all }, codes(table)).await?;
    Ok(Some(StoredCalls::Durable(calls)))
}

/// Returns the codes that the app can answer with.
pub(super) fn codes<A: App>(table: &Table<A>) -> Vec<&'static str> {
    FRAMEWORK_CODES.iter().map(|(code, _)| *code).chain(table.error_codes.iter().copied()).collect()
}

/// Opens what calls, values and durable data are kept in; values and durable data in memory, if a test wants it.
async fn open_stores<A: App>(
    dispatcher: &Arc<Dispatcher<A>>,
    table: &'static Table<A>,
    in_memory: bool,
) -> Result<(), StartError> {
    if let Some(calls) = stored_calls(dispatcher.config(), table).await? {
        dispatcher.keep_calls(calls);
    }
    let patience = dispatcher.config().shutdown_timeout + ENDING;
    dispatcher.keep_states(match in_memory {
        #[cfg(feature = "testing")]
        true => states_of_tests(),
        _ => state_stores(table, dispatcher.config(), patience).await?,
    });
    if !table.scopes.is_empty() {
        open_logs(dispatcher, table, in_memory, patience).await?;
    }
    Ok(())
}

/// Opens the stores that the app's states name.
///
/// Another process that uses them may be about to end: it is waited for so long.
pub(super) async fn state_stores<A: App>(
    table: &Table<A>,
    config: &Config,
    patience: Duration,
) -> Result<Stores, StartError> {
    let mut stores = Stores::new();
    for route in table.states.all {
        let Some(kind) = route.state().map(|state| state.said().store) else { continue };
        if stores.contains_key(&kind) {
            continue;
        }
        let store: Arc<dyn StateStore> = match kind {
            StoreKind::Memory | StoreKind::App => continue,
            // What several servers share is in no folder of one of them.
            StoreKind::File | StoreKind::Sqlite if config.bus.is_some() => {
                redis_states(config).ok_or(StartError::NoRedis { state: route.id().cb })??
            }
            StoreKind::File => Arc::new(FileStates::open(&config.data, patience).await?),
            StoreKind::Sqlite => Arc::new(SqliteStates::open(&config.data, patience).await?),
            StoreKind::Redis => redis_states(config).ok_or(StartError::NoRedis { state: route.id().cb })??,
        };
        stores.insert(kind, store);
    }
    Ok(stores)
}

/// One store in memory for all of them.
#[cfg(feature = "testing")]
fn states_of_tests() -> Stores {
    let store: Arc<dyn StateStore> = Arc::new(MemoryStates::default());
    [StoreKind::File, StoreKind::Sqlite, StoreKind::Redis].map(|kind| (kind, store.clone())).into()
}

#[cfg(feature = "redis")]
pub(super) fn redis_states(config: &Config) -> Option<Result<Arc<dyn StateStore>, DataError>> {
    let url = config.redis()?;
    Some(RedisStates::new(url.as_str(), &config.redis_prefix).map(|store| Arc::new(store) as _))
}

#[cfg(not(feature = "redis"))]
pub(super) fn redis_states(_: &Config) -> Option<Result<Arc<dyn StateStore>, DataError>> {
    None
}

/// A server that could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A message file of the app cannot be used.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The folder of the server's files, or a file in it, cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The app could not be built.
    #[error("the app could not be built")]
    App(#[source] BoxError),
    /// The order of events is made elsewhere, and that cannot be reached.
    #[error("what gives events their order cannot be reached")]
    Rooms(#[source] SyncError),
    /// A state is kept in a Redis, and there is none.
    #[error(
        "`{state}` says `store = redis`: set `redis_url`, and switch the cargo feature `redis` of `sync-runtime` on"
    )]
    NoRedis {
        /// The state.
        state: &'static str,
    },
    /// Another server runs on the same files, and has not handed over.
    #[error("cannot take over")]
    Takeover(#[from] TakeoverError),
    /// Rows of a database cannot be read.
    #[error("rows of the database cannot be read")]
    Replication(#[source] BoxError),
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`: is another server running there? `SYNC_LISTEN` names another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// Closes the sockets of sessions that end, shows what changes in the others, and keeps those that are in use.
fn keep_sessions<A: App>(dispatcher: &Arc<Dispatcher<A>>) {
    let closing = Arc::downgrade(dispatcher);
    dispatcher.sessions().when_ended(move |session| {
        if let Some(dispatcher) = closing.upgrade() {
            dispatcher.close_session(session);
        }
    });
    let showing = Arc::downgrade(dispatcher);
    dispatcher.sessions().when_updated(move |session| {
        if let Some(dispatcher) = showing.upgrade() {
            dispatcher.show_session(session);
        }
    });
    let telling = Arc::downgrade(dispatcher);
    dispatcher.sessions().when_others_must_know(move |news| {
        if let Some(dispatcher) = telling.upgrade() {
            dispatcher.tell_of_session(news);
        }
    });
    dispatcher.sessions().keep();
}

/// Tells other servers what callers have used up here.
fn share_limits<A: App>(dispatcher: &Arc<Dispatcher<A>>) {
    if !dispatcher.hub().is_shared() {
        return;
    }
    let telling = Arc::downgrade(dispatcher);
    dispatcher.limits().when_others_must_know(move |spent| {
        if let Some(dispatcher) = telling.upgrade() {
            dispatcher.tell_of_limits(spent);
        }
    });
}

/// Says what an event of each route costs, for those who ask for it with `RUST_LOG=sync=debug`.
fn log_filters<A: App>(table: &Table<A>) {
    for route in table.routes() {
        let cost = match route.filter() {
            FilterKind::None => "one frame for all",
            FilterKind::Sync | FilterKind::Async => "O(members): a filter for each member",
            FilterKind::Group => "O(groups): a filter for each group of members",
        };
        tracing::debug!(route = route.id().cb, cost, "route");
    }
}
