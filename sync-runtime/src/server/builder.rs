//! Builds the parts of a server and connects them.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::http::{HeaderName, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::{Config, ConfigError};
use crate::dispatch::Dispatcher;
use crate::i18n::{Catalog, CatalogError};
use crate::rooms::CloseReason;
use crate::route::{App, BoxFuture, FilterKind, Table};
use crate::server::handle::Handle;
use crate::server::running::Running;
use crate::session::{MemoryStore, SessionStore, Sessions};
use crate::transport::{
    self, EngineSockets, HttpLimits, Origins, OutletLimits, PipeLimits, PipeListener, Ready, Renewal, check_origin,
    harden, keep_reserved, poll_limit, renew_cookie, routes, socket_routes,
};

/// Any error of an app's own code.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

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
    store: Option<Arc<dyn SessionStore<A::Session>>>,
    cookie_name: Option<String>,
}

impl<A: App> Server<A> {
    /// Creates a server whose app `make_app` builds, inside the runtime, when the server starts.
    pub fn new<F, R>(make_app: F) -> Self
    where
        F: FnOnce(Config) -> R + Send + 'static,
        R: Future<Output = Result<A, BoxError>> + Send + 'static,
    {
        let make_app: MakeApp<A> = Box::new(move |config| Box::pin(make_app(config)));
        Self { make_app, make_routes: Vec::new(), store: None, cookie_name: None }
    }

    /// Adds HTTP routes, and with them a fallback for unknown paths if the router has one.
    #[must_use]
    pub fn routes(mut self, routes: impl FnOnce(Handle<A>) -> Router + Send + 'static) -> Self {
        self.make_routes.push(Box::new(routes));
        self
    }

    /// Keeps sessions in `store` instead of in memory.
    #[must_use]
    pub fn session_store(mut self, store: Arc<dyn SessionStore<A::Session>>) -> Self {
        self.store = Some(store);
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

    /// Starts to listen, and returns when connections are accepted.
    ///
    /// # Errors
    ///
    /// When the configuration cannot be used, the app cannot be built, a message file is not Fluent, or the address cannot be
    /// listened on.
    pub async fn start(self, table: &'static Table<A>, config: Config) -> Result<Running<A>, StartError> {
        let config = config.with_cookie_of_app(self.cookie_name).checked()?;
        let catalog = Catalog::new(table.locales)?;
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new(config.session_ttl)));
        let app = (self.make_app)(config.clone()).await.map_err(StartError::App)?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| StartError::Listen { address: config.listen, source })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: config.listen, source })?;
        let (queue, poll) = (config.send_queue, poll_limit(&config));
        let (write_timeout, download_timeout) = (config.write_timeout, config.download_timeout);
        let limits = PipeLimits { write_timeout, download_timeout, ping_timeout: config.ping_timeout, queue };
        let http_limits = HttpLimits { head: config.head_timeout, body: config.body_timeout };
        let flushes = TaskTracker::new();
        let listener = PipeListener::new(listener, limits, flushes.clone());
        let sockets = Arc::new(EngineSockets::new(OutletLimits { queue, poll, direct: config.direct_delivery }));
        let handle = Handle(Arc::new(Dispatcher::new(app, config, table, catalog, Sessions::new(store))));
        keep_sessions(&handle.0);
        let ready: Ready = Arc::new(AtomicBool::new(true));
        let router = router(&handle, &sockets, &ready, self.make_routes);
        log_filters(table);
        let stop = CancellationToken::new();
        let served = tokio::spawn(transport::serve(listener, router, http_limits, stop.clone()));
        Ok(Running { address, handle, sockets, flushes, ready, stop, served })
    }
}

impl<A: App> std::fmt::Debug for Server<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("routes", &self.make_routes.len()).finish_non_exhaustive()
    }
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
    /// The app could not be built.
    #[error("the app could not be built")]
    App(#[source] BoxError),
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`: is another server running there? `SYNC_LISTEN` names another address")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

fn router<A: App>(
    handle: &Handle<A>,
    sockets: &Arc<EngineSockets>,
    ready: &Ready,
    make_routes: Vec<MakeRoutes<A>>,
) -> Router {
    let dispatcher = &handle.0;
    let origins = Arc::new(Origins::new(handle.config()));
    let socket_routes = socket_routes(dispatcher.clone(), sockets.clone(), ready.clone());
    let mut router = routes(dispatcher.clone(), ready.clone()).merge(socket_routes);
    for make in make_routes {
        router = router.merge(make(handle.clone()));
    }
    // The layer added last sees a request first.
    keep_reserved(dispatcher.clone(), router)
        .layer(from_fn_with_state(Renewal::new(dispatcher.clone()), renew_cookie::<A>))
        .layer(cors(origins.clone()))
        .layer(from_fn_with_state((dispatcher.clone(), origins), check_origin::<A>))
        .layer(from_fn(harden))
}

/// Closes the sockets of sessions that end, and keeps those that are in use.
fn keep_sessions<A: App>(dispatcher: &Arc<Dispatcher<A>>) {
    let closing = Arc::downgrade(dispatcher);
    dispatcher.sessions().when_ended(move |session| {
        if let Some(dispatcher) = closing.upgrade() {
            dispatcher.hub().close_session(session, CloseReason::SessionEnded);
        }
    });
    dispatcher.sessions().keep();
}

/// Lets pages of allowed origins read answers; whether an origin may send at all is decided before.
fn cors(origins: Arc<Origins>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |_, parts| origins.allow(&parts.headers)))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, HeaderName::from_static("idempotency-key")])
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
