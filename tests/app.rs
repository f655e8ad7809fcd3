//! Starts the test app on a free port, or, where `SYNC_TEST_BUS` names a Redis, twice: as two servers that meet there.

use std::fmt::Debug;
use std::iter::Sum;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::select_all;
use sync::__private::{Hub, Socket, hub, rest_scopes, rows_live};
use sync::{Config, Running, Secret, Server, Sessions};
use tempfile::TempDir;
use test_app::{App, Session};
use tokio::sync::watch;

use crate::socket::{Client, Identity, PATIENCE};

/// A running test app.
#[derive(Debug)]
pub struct TestServer {
    running: Running<App>,
    /// The other one, where there are two. Whoever connects comes to each in turn.
    other: Option<Running<App>>,
    connections: AtomicUsize,
    /// Their files, where a test has not named another folder.
    data: Vec<TempDir>,
}

/// A socket whose end a test waits for.
#[derive(Debug)]
pub struct Followed {
    socket: Weak<Socket<App>>,
    /// Its other end is in the session, which the socket holds and nobody else for long.
    tie: watch::Sender<()>,
}

impl Followed {
    /// Waits until nothing holds the socket and its session any more.
    pub async fn freed(self) {
        let freed = tokio::time::timeout(PATIENCE, self.tie.closed()).await;
        assert!(freed.is_ok(), "something holds a socket that is gone, or its session");
        assert_eq!(self.socket.strong_count(), 0);
    }
}

/// A session that is signed in; `outcome` is what the filter of `outcome/three` does with it.
#[must_use]
pub fn member(user_id: &str, outcome: &str, locale: Option<&str>) -> Option<Session> {
    let locale = locale.map(str::to_owned);
    Some(Session { user_id: user_id.to_owned(), outcome: outcome.to_owned(), locale, tie: None })
}

/// Nobody in particular.
#[must_use]
pub fn guest() -> Option<Session> {
    None
}

impl TestServer {
    /// Starts it on a free port, with the default configuration but without limits: a test is faster than any caller should be. `limits`
    /// has those that are about them.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts it on a free port with a changed configuration.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let (mut config, data) = config(change);
        let Some(bus) = bus().filter(|_| config.bus.is_none()) else {
            return Self::start_one(test_app::server(), config, data).await;
        };
        config.bus = Some(bus);
        // Rooms of the same name in other tests are others.
        config.redis_prefix = format!("{}:", data.path().display());
        let others = tempfile::tempdir().expect("a folder");
        let mut other = config.clone();
        others.path().clone_into(&mut other.data);
        // Sessions are kept where the servers meet.
        let mut both = Self::start_one(test_app::server_with_files(), config, data).await;
        let Self { running, data, .. } = Self::start_one(test_app::server_with_files(), other, others).await;
        both.other = Some(running);
        both.data.extend(data);
        both
    }

    /// Starts one of them, whatever others are, for what is about the insides of a server, or its own handlers and hooks.
    pub async fn start_alone() -> Self {
        Self::start_alone_with(|_| {}).await
    }

    /// The same with a changed configuration.
    pub async fn start_alone_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_server(test_app::server(), change).await
    }

    /// Starts the test app, once, with what a test adds to its server.
    pub async fn start_server(server: Server<App>, change: impl FnOnce(&mut Config)) -> Self {
        let (config, data) = config(change);
        Self::start_one(server, config, data).await
    }

    async fn start_one(server: Server<App>, config: Config, data: TempDir) -> Self {
        let running = server.start(&test_app::routes::TABLE, config).await.expect("the test app starts");
        Self { running, other: None, connections: AtomicUsize::new(0), data: vec![data] }
    }

    /// Takes one that runs.
    ///
    /// # Panics
    ///
    /// When there is no folder for temporary files.
    #[must_use]
    pub fn of(running: Running<App>) -> Self {
        let data = vec![tempfile::tempdir().expect("a folder")];
        Self { running, other: None, connections: AtomicUsize::new(0), data }
    }

    /// Returns the server.
    #[must_use]
    pub fn running(&self) -> &Running<App> {
        &self.running
    }

    /// Gives up the server, to stop it.
    #[must_use]
    pub fn into_running(self) -> Running<App> {
        self.running
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Returns the app.
    #[must_use]
    pub fn app(&self) -> &App {
        self.running.handle().app()
    }

    /// Returns the index of members.
    #[must_use]
    pub fn hub(&self) -> &Hub<App> {
        hub(self.running.handle())
    }

    /// Returns the sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions<App> {
        self.running.handle().sessions()
    }

    /// Has every scope rest to which nothing is on its way, and returns how many do.
    pub async fn rest(&self) -> usize {
        rest_scopes(self.running.handle(), Duration::ZERO).await
    }

    /// Waits until rows of a database may be read.
    pub async fn has_rows(&self) {
        let live = tokio::time::timeout(PATIENCE, rows_live(self.running.handle())).await;
        assert!(live.is_ok(), "rows are never read");
    }

    /// Counts the sockets of the servers together.
    #[must_use]
    pub fn socket_count(&self) -> usize {
        [&self.running].into_iter().chain(&self.other).map(|server| hub(server.handle()).socket_count()).sum()
    }

    /// Waits until the servers have this many sockets together.
    pub async fn has_sockets(&self, wanted: usize) {
        self.has("sockets", wanted, |server| hub(server.handle()).socket_counts()).await;
    }

    /// Waits until this many calls of `order/wait` have begun.
    pub async fn has_begun(&self, wanted: u32) {
        self.has("calls that have begun", wanted, |server| server.handle().app().begun.subscribe()).await;
    }

    /// Waits until this many calls of `beside` are held.
    pub async fn holds(&self, wanted: u32) {
        self.has("calls that are held", wanted, |server| server.handle().app().holding.subscribe()).await;
    }

    /// Waits until what all servers count makes so many together.
    async fn has<N>(&self, what: &str, wanted: N, count: impl Fn(&Running<App>) -> watch::Receiver<N>)
    where
        N: Copy + PartialEq + Sum + Debug,
    {
        let mut counts = [&self.running].into_iter().chain(&self.other).map(count).collect::<Vec<_>>();
        let sum =
            |counts: &mut Vec<watch::Receiver<N>>| counts.iter_mut().map(|count| *count.borrow_and_update()).sum::<N>();
        let found = tokio::time::timeout(PATIENCE, async {
            while sum(&mut counts) != wanted {
                let changes = counts.iter_mut().map(|count| Box::pin(count.changed()));
                select_all(changes).await.0.expect("a server that runs");
            }
        });
        let found = found.await;
        assert!(found.is_ok(), "never {wanted:?} {what}, but {:?}", sum(&mut counts));
    }

    /// Ties a socket without a token to what its end can be waited for by.
    pub async fn follow(&self, socket: &Arc<Socket<App>>) -> Followed {
        assert!(!socket.session().has_token(), "the store would hold the tie");
        let (tie, tied) = watch::channel(());
        let update = move |session: &mut Session| session.tie = Some(tied);
        self.sessions().update(socket.session(), update).await.expect("a session");
        Followed { socket: Arc::downgrade(socket), tie }
    }

    /// Starts a session and returns its token.
    pub async fn token(&self, session: Option<Session>) -> String {
        let session = session.expect("a guest has no token");
        self.sessions().create(session).await.expect("a store").as_str().to_owned()
    }

    /// Connects a socket with a session of its own.
    pub async fn connect(&self, session: Option<Session>) -> Client {
        let identity = match session {
            None => Identity::default(),
            Some(session) => Identity::token(&self.token(Some(session)).await),
        };
        self.connect_as(identity).await
    }

    /// Connects a socket.
    pub async fn connect_as(&self, identity: Identity) -> Client {
        let is_odd = self.connections.fetch_add(1, Ordering::AcqRel) % 2 == 1;
        let server = self.other.as_ref().filter(|_| is_odd).unwrap_or(&self.running);
        let client = Client::connect(server.address(), identity).await.expect("a connection");
        client.behind(hub(server.handle()).deliveries())
    }
}

/// Where servers meet, if tests are run with two of each.
fn bus() -> Option<Secret> {
    std::env::var("SYNC_TEST_BUS").ok().map(Secret::new)
}

/// The configuration of a server with a folder of its own, as a test changes it.
fn config(change: impl FnOnce(&mut Config)) -> (Config, TempDir) {
    let mut config = Config::default();
    config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.limits = false;
    let data = tempfile::tempdir().expect("a folder");
    data.path().clone_into(&mut config.data);
    change(&mut config);
    // A production server has limits.
    config.limits |= !config.is_development();
    (config, data)
}

/// Copies the files of a server as they are: what a process leaves that ends at this moment.
///
/// # Panics
///
/// When a file cannot be copied.
#[must_use]
pub fn left_behind(data: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    copy_folder(data, copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).expect("a folder") {
        let file = file.expect("a file");
        let (from, to) = (file.path(), to.join(file.file_name()));
        if from.is_dir() {
            std::fs::create_dir(&to).expect("a folder");
            copy_folder(&from, &to);
        } else {
            std::fs::copy(from, to).expect("it is copied");
        }
    }
}
