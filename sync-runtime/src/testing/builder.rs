//! How a test starts an app.

use std::time::Duration;

use crate::clock::{is_stopped, resume};
use crate::config::{Config, Environment};
use crate::error::chain;
use crate::id::Id;
use crate::route::{App, Table};
use crate::server::Server;
use crate::testing::TestApp;
use crate::testing::app::{Doors, Files};

type Change = Box<dyn FnOnce(&mut Config) + Send>;

/// An app that is about to be started by a test; `sync::app!` writes `test()`, which makes one.
///
/// Without more being said, it runs in the test's own process without a network; its sessions are in memory and what else it keeps in a
/// folder that goes with it; limits are those of the default configuration. Neither `sync.toml` nor the environment is read.
pub struct TestBuilder<A: App> {
    server: Server<A>,
    table: &'static Table<A>,
    changes: Vec<Change>,
    over_sockets: bool,
    sessions_as_configured: bool,
    states_as_said: bool,
}

impl<A: App> TestBuilder<A> {
    /// What `sync::app!` makes `test()` of.
    #[doc(hidden)]
    #[must_use]
    pub fn new(server: Server<A>, table: &'static Table<A>) -> Self {
        Self {
            server,
            table,
            changes: Vec::new(),
            over_sockets: false,
            sessions_as_configured: false,
            states_as_said: false,
        }
    }

    /// Listens on a free port, and lets everybody come in by real connections. All else stays as it is: what a test says does not depend
    /// on it.
    #[must_use]
    pub fn over_sockets(mut self) -> Self {
        self.over_sockets = true;
        self
    }

    /// Lets callers do what they like, as often as they like.
    #[must_use]
    pub fn without_limits(self) -> Self {
        self.config(|config| config.limits = false)
    }

    /// Answers versions whose last day has passed, too: a test of what they do is right on any day.
    #[must_use]
    pub(crate) fn answering_retired(self) -> Self {
        self.config(|config| config.answers_retired = true)
    }

    /// Keeps sessions where the configuration says, instead of in memory. A store that the app brings itself is used in any case.
    #[must_use]
    pub fn sessions_as_configured(mut self) -> Self {
        self.sessions_as_configured = true;
        self
    }

    /// Keeps the values of states where their attributes say, instead of in memory. With `store = app` they are in any case.
    #[must_use]
    pub fn states_as_said(mut self) -> Self {
        self.states_as_said = true;
        self
    }

    /// Changes the configuration.
    #[must_use]
    pub fn config(mut self, change: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    pub(super) fn table(&self) -> &'static Table<A> {
        self.table
    }

    /// Starts it.
    ///
    /// Under `#[tokio::test(start_paused = true)]` the test owns the time of an app in its process: it stands still while anything can run,
    /// and jumps to the end of the next wait when nothing can. A handler that waits for something outside of the process, such as a
    /// database, runs out of its time at once then; under plain `#[tokio::test]` time passes as it does. Either way
    /// [`TestApp::advance`] lets it pass at once. Where the time must be that of the machine, it is, whatever the test says: over sockets,
    /// and where something is kept in files.
    ///
    /// # Panics
    ///
    /// When it cannot be started, with why.
    pub async fn start(self) -> TestApp<A> {
        let Self { server, table, changes, over_sockets, sessions_as_configured, states_as_said } = self;
        let files = Files::new();
        let (environment, data) = (Environment::Development, files.folder().to_owned());
        let mut config = Config { environment, data, ..Config::default() };
        config.listen.set_port(0);
        if over_sockets {
            // A test that advances the time by an hour has not lost its connections.
            config.ping_interval = Duration::from_secs(24 * 3600);
        }
        changes.into_iter().for_each(|change| change(&mut config));
        let server = if sessions_as_configured { server } else { server.configured_sessions_in_memory() };
        let server = if states_as_said { server } else { server.states_in_memory() };
        let needs_machine = over_sockets
            || sessions_as_configured
            || (states_as_said && table.has_kept_states())
            || table.has_durable_routes()
            || table.has_durable_rooms();
        let owns_time = own_time(needs_machine);
        let started = if over_sockets {
            server.start(table, config).await.map(|running| (running.handle().clone(), Doors::Outer(running)))
        } else {
            server.start_inside(table, config).await.map(|(handle, doors)| (handle, Doors::Inner(doors)))
        };
        let (handle, doors) = started.unwrap_or_else(|error| panic!("the app cannot be started: {}", chain(&error)));
        TestApp::new(handle, doors, files, table, owns_time)
    }
}

impl<A: App> std::fmt::Debug for TestBuilder<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestBuilder").field("over_sockets", &self.over_sockets).finish_non_exhaustive()
    }
}

/// Lets the clock go on where what is waited for comes from outside; returns whether the time can be advanced.
fn own_time(needs_machine: bool) -> bool {
    use tokio::runtime::{Handle, RuntimeFlavor};
    if Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread {
        return false;
    }
    if needs_machine && is_stopped() {
        resume();
    }
    true
}

impl Files {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("sync-test-{}", Id::random())))
    }
}
