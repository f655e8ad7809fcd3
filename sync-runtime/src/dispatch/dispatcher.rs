//! The dispatcher: the parts of one server, and the verbs by which doors and the app speak to it.

use std::path::Path;
use std::sync::{Arc, OnceLock, Weak};

use serde_json::value::RawValue;
use sync_schema::Day;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::contain::{Contained, Guarded, Panicked, log_panicked};
use crate::dispatch::lanes::{Lane, Lanes};
use crate::dispatch::parts::{Parts, StoredCalls};
use crate::dispatch::pipeline::{self, session};
use crate::dispatch::states::{StateHealth, Stores};
use crate::dispatch::{Caller, Turn};
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::limits::Limits;
use crate::log::{LogStore, RowReader, Watch};
use crate::metrics::ServerMetrics;
use crate::rooms::{Hub, Identity, RoomServices};
use crate::route::{App, BoxFuture, Table};
use crate::session::Sessions;
use crate::states::{Backup, BackupError};
use crate::wire::{ErrorAnswer, Message, Misread, PositionKey, answer_plain};

/// What a caller is told: JSON, and the status it has over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The envelope.
    pub json: Box<RawValue>,
    /// The HTTP status.
    pub status: u16,
    /// In how many seconds it is worth to call again, if that was said.
    pub retry_after: Option<u64>,
    /// The version of the value that it shows, if it does.
    pub version: Option<Arc<str>>,
    /// Whether the caller has this version, and asked for another one.
    pub is_unchanged: bool,
    /// The last day on which the route is answered, if one was announced.
    pub retires: Option<Day>,
    /// Keeps back what must not be sent before the answer.
    #[expect(dead_code, reason = "it is there to be dropped, when the answer is on its way")]
    behind: Option<BehindAnswer>,
}

/// Keeps something back until it is dropped.
pub(super) struct BehindAnswer(#[expect(dead_code, reason = "it is there to be dropped")] Box<dyn Send>);

impl BehindAnswer {
    pub(super) fn new(kept: impl Send + 'static) -> Self {
        Self(Box::new(kept))
    }
}

impl std::fmt::Debug for BehindAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BehindAnswer")
    }
}

impl Answer {
    pub(super) fn before(self, behind: Option<BehindAnswer>) -> Self {
        Self { behind, ..self }
    }

    /// Says that it shows this version of a value, and whether the caller has that already.
    pub(super) fn showing(self, version: Arc<str>, is_unchanged: bool) -> Self {
        Self { version: Some(version), is_unchanged, ..self }
    }

    /// Says until when the route is answered.
    pub(super) fn until(self, retires: Option<Day>) -> Self {
        Self { retires, ..self }
    }
}

/// The pipeline of one server, and everything that its stages look at.
pub struct Dispatcher<A: App> {
    /// Itself, once it meets others: what they ask is answered in a task.
    pub(super) this: OnceLock<Weak<Self>>,
    parts: Arc<Parts<A>>,
    lanes: Lanes<A>,
    sessions: Sessions<A>,
    limits: Arc<Limits>,
    // The app as a caller: one, whose events share the room's turns like those of any other.
    server: OnceLock<Identity<A>>,
}

impl<A: App> Dispatcher<A> {
    /// Combines the parts of a server.
    #[must_use]
    pub fn new(
        app: A,
        config: Config,
        table: &'static Table<A>,
        catalog: Catalog,
        sessions: Sessions<A>,
        services: RoomServices<A>,
    ) -> Self {
        let parts = Parts::new(app, config, table, catalog, services);
        let shared = parts.hub.is_shared().then(|| parts.positions.number_of(&["limits"]).to_bytes());
        let limits = Limits::new(&parts.config, &parts.metrics, shared);
        let parts = Arc::new(parts);
        parts.states.begin(Arc::downgrade(&parts));
        Self {
            this: OnceLock::new(),
            lanes: Lanes::new(table, &parts.config, &limits, &parts.metrics),
            parts,
            sessions,
            limits,
            server: OnceLock::new(),
        }
    }

    /// Returns the app.
    #[must_use]
    pub fn app(&self) -> &A {
        &self.parts.app
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.parts.config
    }

    /// Returns the messages.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.parts.catalog
    }

    pub(super) fn parts(&self) -> &Arc<Parts<A>> {
        &self.parts
    }

    pub(super) fn table(&self) -> &'static Table<A> {
        self.parts.table
    }

    pub(super) fn lanes(&self) -> &Lanes<A> {
        &self.lanes
    }

    pub(super) fn positions(&self) -> &Arc<PositionKey> {
        &self.parts.positions
    }

    /// Returns the index of sockets and rooms.
    #[must_use]
    pub fn hub(&self) -> &Hub<A> {
        &self.parts.hub
    }

    /// Returns the sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions<A> {
        &self.sessions
    }

    /// Returns who may do how much.
    #[must_use]
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Returns what is counted.
    #[must_use]
    pub fn metrics(&self) -> &Arc<ServerMetrics> {
        &self.parts.metrics
    }

    /// Returns the tracker of calls in flight; a closed one means that the server takes no more calls.
    #[must_use]
    pub fn calls(&self) -> &TaskTracker {
        &self.parts.calls
    }

    /// Takes no more calls, and begins nothing more for those that have come in but deliveries of their events.
    pub fn close(&self) {
        self.calls().close();
        self.parts.scopes.stopping.cancel();
        self.hub().deliveries().close();
        self.parts.hooks.work().close();
        self.parts.presence.stop();
    }

    /// Waits until the calls that were taken have been handled, and the hooks of rooms that had begun.
    pub async fn handled(&self) {
        self.calls().wait().await;
        self.parts.hooks.work().wait().await;
    }

    /// Handles a message of a socket, and says when those behind it need not wait for its end.
    pub async fn handle(&self, caller: &Caller<A>, message: Message<'_>, turn: &Turn) -> Answer {
        match message {
            Message::Sync(call) => self.call(caller, &call, turn).await,
            Message::Request(call) => self.call(caller, &call, turn).await,
            Message::StateAct(act) => self.call(caller, &act, turn).await,
            Message::StateOpen(open) => self.open_state(caller, &open).await,
            Message::StateClose(place) => self.close_state(caller, &place).await,
            Message::Push(push) => self.push(caller, push).await,
            Message::Pull(pull) => self.pull(caller, &pull).await,
            Message::Snapshot(call) => self.snapshot(caller, &call).await,
            Message::Subscribe(call) => self.subscribe(caller, &call).await,
            Message::Unsubscribe(call) => self.unsubscribe(caller, &call),
            Message::SyncStatus(call) => self.sync_status(caller, &call).await,
            Message::Join { room, after, membership, presence } => {
                self.join(caller, &room, (after.as_deref(), membership.as_deref()), presence).await
            }
            Message::Leave { room } => self.leave(caller, &room).await,
            Message::Joined => self.joined(caller),
            Message::Locate(location) => self.locate(caller, location),
            Message::Listen { routes, contract } => self.listen(caller, &routes, contract.as_deref()),
            Message::Presence(update) => self.update_presence(caller, &update).await,
            Message::Cancel { id } => self.cancel(caller, &id),
        }
    }

    /// Returns whether a request of this name may be sent as a `GET`.
    #[must_use]
    pub fn takes_get(&self, path: &str, version: &str) -> bool {
        self.lanes.takes_get(path, version)
    }

    /// Gives up a call. It waits for nothing, least of all for what it cancels; one that has ended, or never was, is given up already.
    pub fn cancel(&self, caller: &Caller<A>, id: &str) -> Answer {
        let cancelled = self.check_message(caller).map(|_| {
            self.parts.recent.cancel(pipeline::namer(caller), id);
            answer_plain()
        });
        self.answer(caller, cancelled)
    }

    /// Gives up all calls whose handlers stream.
    pub fn give_up_streams(&self) {
        self.parts.recent.give_up_streams();
    }

    /// Keeps calls in a store; called once, before the first call.
    pub fn keep_calls(&self, calls: StoredCalls) {
        self.parts.call_store.get_or_init(|| calls);
    }

    /// Returns what the store of durable data is to tell its commits.
    #[must_use]
    pub fn log_watch(&self) -> Watch {
        self.parts.scopes.watch()
    }

    /// Keeps the durable data of scopes in this store; called once, before anybody asks for it.
    pub fn keep_log(&self, log: Arc<dyn LogStore>) {
        self.parts.scopes.keep_in(log);
    }

    /// Takes rows of a database from this reader; called once, before anybody asks for them.
    pub fn read_rows_by(&self, rows: Arc<dyn RowReader>) {
        self.parts.scopes.read_by(rows);
    }

    /// Returns whoever reads rows of a database, if somebody does.
    #[must_use]
    pub fn rows(&self) -> Option<Arc<dyn RowReader>> {
        self.parts.scopes.rows()
    }

    /// Returns how the reader of rows stands, as JSON; `None` where there is none.
    pub async fn replication_report(&self, shows_rows: bool) -> Option<String> {
        let rows = self.rows()?;
        Some(rows.report(self.clients_by_strategy().await.ok(), shows_rows).await)
    }

    /// Returns by how many bytes the reader of rows is behind, and whether something is in its way: nothing where there is none.
    #[must_use]
    pub fn replication_lag(&self) -> (u64, bool) {
        self.rows().map(|rows| rows.lag()).unwrap_or_default()
    }

    /// Keeps the values of rooms in these places; called once, before the first is asked for.
    pub fn keep_states(&self, stores: Stores) {
        self.parts.states.keep_in(stores);
    }

    /// Lets values go that nobody needs, for as long as this is awaited.
    pub async fn expire_states(&self) {
        self.parts.states.expire().await;
    }

    /// Says how the values of rooms are.
    #[must_use]
    pub fn state_health(&self) -> StateHealth {
        self.parts.states.health()
    }

    /// Writes the kept values of rooms into a new file in a folder, and removes the oldest such files beyond as many as the configuration
    /// says.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or a store does not answer.
    pub async fn back_up_states(&self, folder: &Path) -> Result<Backup, BackupError> {
        self.parts.states.back_up(folder, self.parts.config.backup_keep).await
    }

    /// Leaves the places where values and durable data are kept to others.
    pub fn close_stores(&self) {
        self.parts.states.close();
        self.parts.scopes.close();
    }

    /// Saves the values of rooms that are not saved, and returns how many could not be.
    pub async fn save_states(&self) -> usize {
        self.parts.states.finish().await
    }

    /// Returns how many bytes of memory is taken by what came of calls that have names, about.
    #[must_use]
    pub fn idempotency_bytes(&self) -> usize {
        self.parts.recent.bytes()
    }

    /// Forgets, for as long as this is awaited, what came of calls a while ago.
    pub async fn forget_calls(&self) {
        self.parts.recent.forget_old().await;
    }

    /// Answers a message that could not be read.
    pub fn refuse(&self, caller: &Caller<A>, misread: impl Into<Misread>) -> Answer {
        let Misread { error, is_location } = misread.into();
        self.metrics().unknown().refused(error.code());
        if error.code() == "sync-too-large" {
            self.parts.too_large.count();
        }
        if caller.socket().is_some() {
            // It counts like any other. What is wrong with it is said all the same: that is found before anybody is counted.
            self.limit_message(caller, caller.session().get().as_ref()).unwrap_or_default();
        }
        if is_location { self.lose_location(caller, error) } else { self.answer(caller, Err(error)) }
    }

    /// Answers a message of somebody of whom it cannot be found out who it is: a call of no route is told so, as it is to everybody.
    pub fn refuse_unidentified(&self, caller: &Caller<A>, message: &Message<'_>, why: SyncError) -> Answer {
        self.refuse(caller, self.find(message).err().unwrap_or(why))
    }

    /// Looks whether there is what a message calls, which does not depend on who calls.
    ///
    /// # Errors
    ///
    /// As the call is answered when there is not.
    pub fn find(&self, message: &Message<'_>) -> Result<(), SyncError> {
        match message {
            Message::Sync(call) => call.find(&self.lanes)?.check_retired(),
            Message::Request(call) => call.find(&self.lanes)?.check_retired(),
            Message::StateAct(act) => act.find(&self.lanes)?.check_retired(),
            Message::StateOpen(open) => self.lanes.state(&open.place.path, &open.place.version)?.1.check_retired(),
            _ => Ok(()),
        }
    }

    /// Returns the app as a caller, whose session is a guest's.
    pub(super) fn server(&self) -> Caller<A> {
        let identity = self.server.get_or_init(|| Identity::nobody(self.parts.catalog.negotiate([])));
        Caller::server(identity.clone())
    }

    /// Checks that the server takes calls.
    pub(super) fn check_open(&self) -> Result<(), SyncError> {
        self.parts.check_open()
    }

    /// Returns the caller's session as it is now, unless it has ended.
    pub(super) fn check_session(&self, caller: &Caller<A>) -> Result<Arc<Guarded<A::Session>>, SyncError> {
        session(&self.parts, caller)
    }

    pub(super) fn answer(&self, caller: &Caller<A>, outcome: Result<Box<RawValue>, SyncError>) -> Answer {
        let plain = |json, status| Answer {
            json,
            status,
            retry_after: None,
            version: None,
            is_unchanged: false,
            retires: None,
            behind: None,
        };
        match outcome {
            Ok(json) => plain(json, 200),
            Err(error) => {
                let sentence = self.parts.catalog.sentence(&error, caller.locale(&self.parts.catalog));
                let retry_after = error.params().get("seconds").and_then(serde_json::Value::as_u64);
                let retry_after = retry_after.filter(|_| error.code() == "sync-rate-limited");
                Answer { retry_after, ..plain(ErrorAnswer::new(&error, &sentence).to_json(), error.http_status()) }
            }
        }
    }
}

impl<A: App> std::fmt::Debug for Dispatcher<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher").field("hub", &self.parts.hub).finish_non_exhaustive()
    }
}

/// Runs stages in which code of the app runs here and there: conditions, rules of inputs, getters of the session.
pub(super) async fn contained_stages<T>(stages: BoxFuture<'_, Result<T, SyncError>>) -> Result<T, SyncError> {
    Contained::new(stages).await.unwrap_or_else(|Panicked| {
        log_panicked("", "a condition, a rule of an input, or a getter of the session");
        Err(SyncError::new("sync-server-failed"))
    })
}
