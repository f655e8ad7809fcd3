//! Builds the parts of a server, connects them, starts and stops them.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::{Config, ConfigError};
use crate::dispatch::Dispatcher;
use crate::error::SyncError;
use crate::i18n::{Catalog, CatalogError};
use crate::rooms::{CloseReason, Hub};
use crate::route::{App, BoxFuture, FilterKind, Table};
use crate::session::{LiveSession, MemoryStore, SessionStore, Sessions, Token};
use crate::transport::{self, caller, cookie_token, error_response, session_cookie, stranger, token};
use crate::transport::{
    HttpLimits, LinkCounters, LinkLimits, Links, Origins, Ready, Renewal, Traffic, WireLimits, WireListener,
    check_origin, harden, keep_reserved, poll_limit, raise_file_limit, renew_cookie, routes, socket_routes,
};

/// How long shutdown waits for polling clients to fetch what was sent to them.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);
/// What is kept of the time of a shutdown, at most a quarter, for telling those who are connected: handlers do not get it.
const TELLING: Duration = Duration::from_millis(2500);

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
    /// # static TABLE: sync::__private::Table<Chess> = sync::__private::Table {
    /// #     manifest_dir: "", routes: &[], find: |_, _| None, rooms: &[], error_codes: &[], locales: &[],
    /// # };
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
        let limits = WireLimits { write_timeout, download_timeout, ping_timeout: config.ping_timeout, queue };
        let http_limits = HttpLimits { head: config.head_timeout, body: config.body_timeout };
        let flushes = TaskTracker::new();
        let listener = WireListener::new(listener, limits, flushes.clone());
        let links = Arc::new(Links::new(LinkLimits { queue, poll, direct: config.direct_delivery }));
        let handle = Handle(Arc::new(Dispatcher::new(app, config, table, catalog, Sessions::new(store))));
        keep_sessions(&handle.0);
        let ready: Ready = Arc::new(AtomicBool::new(true));
        let router = router(&handle, &links, &ready, self.make_routes);
        log_filters(table);
        let stop = CancellationToken::new();
        let served = tokio::spawn(transport::serve(listener, router, http_limits, stop.clone()));
        Ok(Running { address, handle, links, flushes, ready, stop, served })
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

/// What an app's own HTTP routes can ask of the server. Cheap to clone.
pub struct Handle<A: App>(Arc<Dispatcher<A>>);

impl<A: App> Handle<A> {
    /// Returns the app.
    #[must_use]
    pub fn app(&self) -> &A {
        self.0.app()
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        self.0.config()
    }

    /// Returns the sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions<A> {
        self.0.sessions()
    }

    /// Returns the index of sockets and rooms.
    #[must_use]
    pub fn hub(&self) -> &Hub<A> {
        self.0.hub()
    }

    /// Returns how many calls are being handled.
    #[must_use]
    pub fn calls_in_flight(&self) -> usize {
        self.0.calls().len()
    }

    /// Returns whether the server takes no more calls.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.calls().is_closed()
    }

    /// Returns the session of a request; a guest's where there is none.
    ///
    /// # Errors
    ///
    /// `auth-required` for a token that is not valid (any more), `session-unavailable` when the session store does not answer.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Arc<LiveSession<A>>, SyncError> {
        let session = caller(&self.0, headers).await?.session().clone();
        if session.is_revoked() { Err(SyncError::new("auth-required")) } else { Ok(session) }
    }

    /// Starts a session for whoever sends this request. The session that its cookie named is ended, and the sockets of that one
    /// are closed.
    ///
    /// # Errors
    ///
    /// `session-unavailable` when the session store does not answer; nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sync::Handle;
    /// use sync::axum::extract::State;
    /// use sync::axum::http::{HeaderMap, header::SET_COOKIE};
    /// use sync::axum::response::{IntoResponse, Response};
    ///
    /// async fn enter(State(handle): State<Handle<Chess>>, headers: HeaderMap) -> Response {
    ///     let session = Session { user_id: "ada".to_owned() }; // whoever the app has found this to be
    ///     match handle.sign_in(&headers, session).await {
    ///         Ok(token) => ([(SET_COOKIE, handle.session_cookie(token.as_str()))], "welcome").into_response(),
    ///         Err(error) => handle.error(&headers, error).await,
    ///     }
    /// }
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
    /// # static TABLE: sync::__private::Table<Chess> = sync::__private::Table {
    /// #     manifest_dir: "", routes: &[], find: |_, _| None, rooms: &[], error_codes: &[], locales: &[],
    /// # };
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sync::BoxError> {
    /// # let variables = [("SYNC_LISTEN", "127.0.0.1:0"), ("SYNC_ENV", "production")];
    /// # let config = sync::Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
    /// # let running = sync::Server::new(async |_config| Ok(Chess)).start(&TABLE, config).await?;
    /// # let answer = enter(State(running.handle().clone()), HeaderMap::new()).await;
    /// # assert!(answer.headers()[SET_COOKIE].to_str()?.starts_with("__Host-session="));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sign_in(&self, headers: &HeaderMap, session: A::Session) -> Result<Token, SyncError> {
        let token = self.sessions().create(session).await?;
        if let Some(before) = cookie_token(headers, self.config()) {
            self.sessions().end_token_later(&before);
        }
        Ok(token)
    }

    /// Ends the session of a request, as [`end_session`](Handle::end_session) does. Somebody whose session has ended already, or who
    /// never had one, is as signed out as they wish to be.
    ///
    /// # Errors
    ///
    /// As for [`end_session`](Handle::end_session).
    ///
    /// # Examples
    ///
    /// ```
    /// # use sync::Handle;
    /// use sync::axum::extract::State;
    /// use sync::axum::http::{HeaderMap, header::SET_COOKIE};
    /// use sync::axum::response::{IntoResponse, Response};
    ///
    /// async fn leave(State(handle): State<Handle<Chess>>, headers: HeaderMap) -> Response {
    ///     let answer = match handle.sign_out(&headers).await {
    ///         Ok(()) => "goodbye".into_response(),
    ///         Err(error) => handle.error(&headers, error).await,
    ///     };
    ///     // The browser forgets the session even if the store could not.
    ///     ([(SET_COOKIE, handle.session_cookie(""))], answer).into_response()
    /// }
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
    /// # static TABLE: sync::__private::Table<Chess> = sync::__private::Table {
    /// #     manifest_dir: "", routes: &[], find: |_, _| None, rooms: &[], error_codes: &[], locales: &[],
    /// # };
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), sync::BoxError> {
    /// # let variables = [("SYNC_LISTEN", "127.0.0.1:0"), ("SYNC_ENV", "production")];
    /// # let config = sync::Config::read("", variables.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
    /// # let running = sync::Server::new(async |_config| Ok(Chess)).start(&TABLE, config).await?;
    /// # let handle = running.handle().clone();
    /// # let token = handle.sign_in(&HeaderMap::new(), Session { user_id: "ada".to_owned() }).await?;
    /// # let headers = HeaderMap::from_iter([("authorization".parse()?, format!("Bearer {}", token.as_str()).parse()?)]);
    /// # assert!(handle.session(&headers).await.is_ok());
    /// # leave(State(handle.clone()), headers.clone()).await;
    /// # assert!(handle.session(&headers).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sign_out(&self, headers: &HeaderMap) -> Result<(), SyncError> {
        match token(headers, self.config()) {
            Some(token) => Ok(self.sessions().end_token(&token).await?),
            None => Ok(()),
        }
    }

    /// Ends a session: its token is not valid any more and its sockets are closed, at once and though the caller may hang up.
    ///
    /// # Errors
    ///
    /// `session-unavailable` when the session store does not agree in time. The session stays ended on this server, which goes on
    /// trying to remove it.
    pub async fn end_session(&self, session: &LiveSession<A>) -> Result<(), SyncError> {
        Ok(self.sessions().end(session).await?)
    }

    /// Writes the `Set-Cookie` value for a token; an empty one ends the cookie.
    #[must_use]
    pub fn session_cookie(&self, token: &str) -> String {
        session_cookie(token, self.sessions().ttl(), self.config())
    }

    /// Answers a request with an error envelope, in the language of its session or of its `Accept-Language`.
    pub async fn error(&self, headers: &HeaderMap, error: SyncError) -> Response {
        // A store that does not answer is not asked once more who asks.
        let asking = if error.code() == "session-unavailable" { None } else { caller(&self.0, headers).await.ok() };
        error_response(&self.0, &asking.unwrap_or_else(|| stranger(&self.0, headers)), error)
    }
}

impl<A: App> Clone for Handle<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A: App> std::fmt::Debug for Handle<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handle").field(&self.0).finish()
    }
}

/// A server that accepts connections.
pub struct Running<A: App> {
    address: SocketAddr,
    handle: Handle<A>,
    links: Arc<Links>,
    flushes: TaskTracker,
    ready: Ready,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl<A: App> Running<A> {
    /// Returns the address, with the port that was chosen where the configuration said 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the way to the app, its sessions and its rooms.
    #[must_use]
    pub fn handle(&self) -> &Handle<A> {
        &self.handle
    }

    /// Returns how many sockets the server closed, by reason.
    #[must_use]
    pub fn closed_sockets(&self) -> &LinkCounters {
        self.links.counters()
    }

    /// Returns what passes through the sockets that are open.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.links.traffic()
    }

    /// Stops: takes no more calls, finishes those in flight, delivers what they caused, tells the clients, and returns; within
    /// the configured shutdown timeout whatever happens.
    pub async fn shutdown(self) {
        let limit = self.handle.config().shutdown_timeout;
        self.ready.store(false, Ordering::Release);
        let dispatcher = &self.handle.0;
        dispatcher.calls().close();
        dispatcher.hub().deliveries().close();
        let (start, abort) = (Instant::now(), self.served.abort_handle());
        let calls = tokio::time::timeout(limit - TELLING.min(limit / 4), dispatcher.calls().wait()).await;
        let told = async {
            // Beside what follows: a store that does not answer holds up nobody's last frames.
            let handle = self.handle.clone();
            let sessions = tokio::spawn(async move { handle.sessions().finish().await });
            dispatcher.hub().deliveries().wait().await;
            self.links.flushed(FLUSH_LIMIT).await;
            self.links.closed().await;
            // Slow readers get what was sent to them as long as there is time.
            self.flushes.close();
            self.flushes.wait().await;
            sessions.await.unwrap_or_default();
            self.stop.cancel();
            self.served.await
        };
        let told = tokio::time::timeout_at(start + limit, told).await;
        if calls.is_err() || told.is_err() {
            tracing::warn!(?limit, "stopped with calls or connections still open");
        }
        // Nothing is served after this, not even where there was no time to tell.
        self.stop.cancel();
        self.links.close();
        abort.abort();
        for socket in dispatcher.hub().sockets() {
            dispatcher.hub().remove(&socket);
        }
    }
}

impl<A: App> std::fmt::Debug for Running<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Runs a server until SIGINT or SIGTERM; what `sync::app!` makes `serve()` of.
pub fn serve<A: App>(server: Server<A>, table: &'static Table<A>) -> ExitCode {
    start_log();
    raise_file_limit();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let code = runtime.block_on(async {
        let started = match read_config() {
            Ok(config) => server.start(table, config).await,
            Err(error) => Err(error.into()),
        };
        match started {
            Ok(running) => {
                // Heard from now on: who reads where the server listens may stop it.
                let stopped = signalled();
                announce(running.address());
                stopped.await;
                running.shutdown().await;
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error),
        }
    });
    // A handler that blocks its thread does not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

fn router<A: App>(handle: &Handle<A>, links: &Arc<Links>, ready: &Ready, make_routes: Vec<MakeRoutes<A>>) -> Router {
    let dispatcher = &handle.0;
    let origins = Arc::new(Origins::new(handle.config()));
    let sockets = socket_routes(dispatcher.clone(), links.clone(), ready.clone());
    let mut router = routes(dispatcher.clone(), ready.clone()).merge(sockets);
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
    for route in table.routes {
        let cost = match route.filter() {
            FilterKind::None => "one frame for all",
            FilterKind::Sync | FilterKind::Async => "O(members): a filter for each member",
            FilterKind::Group => "O(groups): a filter for each group of members",
        };
        tracing::debug!(route = route.id().cb, cost, "route");
    }
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // A log that is there already belongs to whoever runs us.
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init().unwrap_or_default();
}

fn read_config() -> Result<Config, ConfigError> {
    let toml = match std::fs::read_to_string("sync.toml") {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(ConfigError::Syntax(error.to_string())),
    };
    Config::read(
        &toml,
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}

fn announce(address: SocketAddr) {
    // Programs that start us read this line; one that has closed our output does not want it.
    writeln!(std::io::stdout(), "listening on http://{address}").unwrap_or_default();
}

/// Listens for SIGINT and SIGTERM, and returns what waits for them.
fn signalled() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let [interrupted, terminated] = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
            let heard = signal(kind);
            async move {
                match heard {
                    Ok(mut heard) => drop(heard.recv().await),
                    Err(error) => {
                        tracing::warn!(%error, ?kind, "a signal cannot be heard");
                        std::future::pending().await
                    }
                }
            }
        })
    };
    #[cfg(not(unix))]
    let (interrupted, terminated) =
        (async { tokio::signal::ctrl_c().await.unwrap_or_default() }, std::future::pending());
    async move {
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    let mut message = format!("error: {error}");
    let mut cause = error.source();
    while let Some(source) = cause {
        message.push_str(&format!(": {source}"));
        cause = source.source();
    }
    writeln!(std::io::stderr(), "{message}").unwrap_or_default();
    ExitCode::FAILURE
}
