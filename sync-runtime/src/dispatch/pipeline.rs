//! The stages in their order.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::Poll;

use serde_json::value::RawValue;
use tokio_util::task::TaskTracker;

use crate::clock::{Instant, timeout_at};
use crate::config::Config;
use crate::contain::{Contained, Guarded, Panicked};
use crate::dispatch::client_stage::{Fanout, Origin};
use crate::dispatch::{Caller, authorize, server_stage};
use crate::error::SyncError;
use crate::i18n::Catalog;
use crate::rooms::{Admission, Held, Hub, Socket};
use crate::route::{App, BoxFuture, CallerView, Ctx, Event, RoomCtx, Route, Table};
use crate::schema::InputSchema;
use crate::session::{LiveSession, Sessions};
use crate::wire::{
    ErrorAnswer, Location, PositionKey, RoomName, SyncCall, answer_location, answer_result, answer_rooms,
    answer_rooms_joined,
};

/// What a caller is told: JSON, and the status it has over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The envelope.
    pub json: Box<RawValue>,
    /// The HTTP status.
    pub status: u16,
    /// In how many seconds it is worth to call again, if that was said.
    pub retry_after: Option<u64>,
    /// Keeps back what must not be sent before the answer.
    #[expect(dead_code, reason = "it is there to be dropped, when the answer is on its way")]
    hold: Option<Hold>,
}

/// Keeps something back until it is dropped.
struct Hold(#[expect(dead_code, reason = "it is there to be dropped")] Box<dyn Send>);

impl std::fmt::Debug for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hold")
    }
}

/// The pipeline of one server, and everything that its stages look at.
pub struct Dispatcher<A: App> {
    app: Guarded<A>,
    config: Config,
    table: &'static Table<A>,
    // In step with the table's routes.
    schemas: Vec<InputSchema>,
    catalog: Arc<Catalog>,
    hub: Hub<A>,
    sessions: Sessions<A>,
    positions: Arc<PositionKey>,
    // Calls and deliveries in flight; shutdown closes it and waits.
    calls: TaskTracker,
}

impl<A: App> Dispatcher<A> {
    /// Combines the parts of a server.
    #[must_use]
    pub fn new(app: A, config: Config, table: &'static Table<A>, catalog: Catalog, sessions: Sessions<A>) -> Self {
        let mut key = [0; 16];
        getrandom::fill(&mut key).expect("the operating system has randomness");
        Self {
            app: Guarded::new(app),
            config,
            table,
            schemas: table.routes.iter().map(|route| route.input_schema()).collect(),
            catalog: Arc::new(catalog),
            hub: Hub::default(),
            sessions,
            positions: Arc::new(PositionKey::new(key)),
            calls: TaskTracker::new(),
        }
    }

    /// Returns the app.
    #[must_use]
    pub fn app(&self) -> &A {
        &self.app
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the messages.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Returns the index of sockets and rooms.
    #[must_use]
    pub fn hub(&self) -> &Hub<A> {
        &self.hub
    }

    /// Returns the sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions<A> {
        &self.sessions
    }

    /// Returns the tracker of calls in flight; a closed one means that the server takes no more calls.
    #[must_use]
    pub fn calls(&self) -> &TaskTracker {
        &self.calls
    }

    /// Calls a route.
    pub async fn call(&self, caller: &Caller<A>, call: Result<SyncCall<'_>, SyncError>) -> Answer {
        let answered = async { self.run(caller, &call?).await.map(|output| answer_result(&output)) };
        self.answer(caller, contained_stages(Box::pin(answered)).await)
    }

    /// Enters a room.
    pub async fn join(&self, socket: &Arc<Socket<A>>, room: Result<Cow<'_, str>, SyncError>) -> Answer {
        let caller = Caller::of_socket(socket.clone());
        let answered = async { self.enter(&caller, socket, &room?).await };
        let (answer, hold) = match contained_stages(Box::pin(answered)).await {
            Ok((rooms, held)) => (Ok(rooms), Some(Hold(Box::new(held)))),
            Err(error) => (Err(error), None),
        };
        Answer { hold, ..self.answer(&caller, answer) }
    }

    /// Leaves a room; leaving one that the socket is not in is allowed. Behind the answer comes nothing of the room any more.
    pub async fn leave(&self, socket: &Arc<Socket<A>>, room: Result<Cow<'_, str>, SyncError>) -> Answer {
        let left = match self.admit(socket.session()).and(room) {
            Ok(room) => {
                self.hub.leave(socket, &room).await;
                Ok(answer_rooms(&socket.room_names()))
            }
            Err(error) => Err(error),
        };
        self.answer(&Caller::of_socket(socket.clone()), left)
    }

    /// Lists the rooms of a socket, in the order in which it entered them.
    pub fn joined(&self, socket: &Arc<Socket<A>>) -> Answer {
        let rooms = self.admit(socket.session()).map(|()| answer_rooms(&socket.room_names()));
        self.answer(&Caller::of_socket(socket.clone()), rooms)
    }

    /// Sets the page that a socket shows. One that cannot be told shows another one than before all the same.
    pub fn locate(&self, socket: &Arc<Socket<A>>, location: Result<Location, SyncError>) -> Answer {
        if location.is_err() {
            socket.set_location(Location { truncated: true, ..Location::default() });
        }
        let located = self.admit(socket.session()).and(location).map(|location| {
            socket.set_location(location);
            answer_location()
        });
        self.answer(&Caller::of_socket(socket.clone()), located)
    }

    /// Answers a message that no stage can do anything with.
    pub fn refuse(&self, caller: &Caller<A>, error: SyncError) -> Answer {
        self.answer(caller, Err(error))
    }

    async fn run(&self, caller: &Caller<A>, call: &SyncCall<'_>) -> Result<Box<RawValue>, SyncError> {
        let arrived = Instant::now();
        let (route, schema) = self.find(call)?;
        let mut session = self.authorize(caller, call, *route)?;
        let options = route.options();
        let input = route
            .decode(schema, call.data)
            .map_err(|invalid| SyncError::invalid_input(invalid.path, invalid.reason))?;
        let limit = options.timeout.unwrap_or(self.config.handler_timeout);
        let Turn { admission, has_waited } = self.wait_for_turn(caller, &call.receiver, arrived + limit).await?;
        if has_waited {
            // Much may have changed meanwhile: who has signed out calls nothing any more.
            session = self.authorize(caller, call, *route)?;
        }
        let view = self.view(caller, &session, &call.receiver);
        // What it has waited for its turn, it has waited for its answer.
        let left = limit.saturating_sub(arrived.elapsed());
        let event = server_stage::run_once(input, Ctx::new(&view.view()), left, route.id().cb).await?;
        let output = event.server_output().to_owned();
        self.publish(caller, call, *route, session, event, admission);
        Ok(output)
    }

    /// Looks whether a caller may call: who it is, what the route asks for, and whether it may send to the room.
    fn authorize(
        &self,
        caller: &Caller<A>,
        call: &SyncCall<'_>,
        route: &'static dyn Route<A>,
    ) -> Result<Arc<Guarded<A::Session>>, SyncError> {
        let session = self.check_session(caller)?;
        authorize::condition(&route.auth(), &session)?;
        let allow_empty_room = route.options().allow_empty_room;
        authorize::receiver(caller, &call.receiver, allow_empty_room, self.table, &self.hub)?;
        Ok(session)
    }

    /// Waits until the room takes one more event of this caller.
    async fn wait_for_turn(&self, caller: &Caller<A>, room: &str, until: Instant) -> Result<Turn<A>, SyncError> {
        let mut turn = std::pin::pin!(self.hub.admit(room, caller.session().id()));
        // Mostly it need not wait, and no timer is needed.
        if let Poll::Ready(admission) = futures_util::poll!(turn.as_mut()) {
            return Ok(Turn { admission: admission?, has_waited: false });
        }
        let admission = timeout_at(until, turn).await.map_err(|_| SyncError::new("sync-timeout"))??;
        Ok(Turn { admission, has_waited: true })
    }

    /// Gives an event its place in the room's order. Who left before that hears nothing, and the caller need not know.
    fn publish(
        &self,
        caller: &Caller<A>,
        call: &SyncCall<'_>,
        route: &'static dyn Route<A>,
        session: Arc<Guarded<A::Session>>,
        event: Box<dyn Event<A>>,
        admission: Option<Admission<A>>,
    ) {
        let origin =
            Origin { session, session_id: caller.session().id(), socket_id: caller.socket().map(|socket| socket.id()) };
        let fanout = Fanout {
            event,
            cb: route.id().cb,
            room: call.receiver.to_string(),
            origin,
            ignore_self: call.ignore_self,
            volatile: route.options().volatile,
            filter_timeout: route.filter_timeout().unwrap_or(self.config.filter_timeout),
            catalog: self.catalog.clone(),
            positions: self.positions.clone(),
        };
        self.hub.push(&call.receiver, Box::new(fanout), caller.session().id(), admission);
    }

    async fn enter(
        &self,
        caller: &Caller<A>,
        socket: &Arc<Socket<A>>,
        room: &str,
    ) -> Result<(Box<RawValue>, Held<A>), SyncError> {
        let session = self.check_session(caller)?;
        let name = RoomName::new(room)?.as_str();
        if !socket.is_in(name) {
            let found = authorize::rule(self.table, name)?;
            authorize::condition(&found.rule.auth(), &session)?;
            socket.check_room_limit(self.config.room_limit)?;
            let view = self.view(caller, &session, name);
            let view = view.view();
            let limit = self.config.handler_timeout;
            server_stage::within(limit, name, "room rule", || found.rule.join(RoomCtx::new(&view), &found.parameters))
                .await?;
        }
        let held = self.hub.join(socket, name, self.config.room_limit).await?;
        let pos = self.positions.seal(held.position());
        Ok((answer_rooms_joined(&socket.room_names(), &pos), held))
    }

    fn find(&self, call: &SyncCall<'_>) -> Result<(&'static &'static dyn Route<A>, &InputSchema), SyncError> {
        let index = (self.table.find)(&call.path, &call.version).ok_or_else(|| SyncError::new("sync-not-found"))?;
        Ok((&self.table.routes[index], &self.schemas[index]))
    }

    fn check_session(&self, caller: &Caller<A>) -> Result<Arc<Guarded<A::Session>>, SyncError> {
        self.admit(caller.session())?;
        Ok(caller.session().get())
    }

    fn admit(&self, session: &LiveSession<A>) -> Result<(), SyncError> {
        if self.calls.is_closed() {
            return Err(SyncError::new("sync-shutting-down"));
        }
        authorize::session(session)
    }

    fn view<'a>(&'a self, caller: &Caller<A>, session: &'a A::Session, room: &'a str) -> HeldView<'a, A> {
        let location = caller.socket().map_or_else(Arc::default, |socket| socket.location());
        let locale = self.catalog.name(caller.locale(&self.catalog));
        HeldView { app: &self.app, room, session, locale, location }
    }

    fn answer(&self, caller: &Caller<A>, outcome: Result<Box<RawValue>, SyncError>) -> Answer {
        match outcome {
            Ok(json) => Answer { json, status: 200, retry_after: None, hold: None },
            Err(error) => {
                let sentence = self.catalog.sentence(&error, caller.locale(&self.catalog));
                let json = ErrorAnswer::new(&error, &sentence).to_json();
                let retry_after = error.params().get("seconds").and_then(serde_json::Value::as_u64);
                let retry_after = retry_after.filter(|_| error.code() == "sync-rate-limited");
                Answer { json, status: error.http_status(), retry_after, hold: None }
            }
        }
    }
}

impl<A: App> std::fmt::Debug for Dispatcher<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher").field("hub", &self.hub).finish_non_exhaustive()
    }
}

/// The turn of a call.
struct Turn<A: App> {
    /// `None` when nobody is in the room.
    admission: Option<Admission<A>>,
    has_waited: bool,
}

/// What a caller's view borrows from, where part of it is shared and may be replaced while a handler runs.
struct HeldView<'a, A: App> {
    app: &'a A,
    room: &'a str,
    session: &'a A::Session,
    locale: &'a str,
    location: Arc<Location>,
}

impl<A: App> HeldView<'_, A> {
    fn view(&self) -> CallerView<'_, A> {
        let Self { app, room, session, locale, location } = self;
        CallerView { app, room, session, locale, location }
    }
}

/// Runs stages in which code of the app runs here and there: conditions, rules of inputs, getters of the session.
async fn contained_stages<T>(stages: BoxFuture<'_, Result<T, SyncError>>) -> Result<T, SyncError> {
    Contained::new(stages).await.unwrap_or_else(|Panicked| {
        tracing::error!(what = "a condition, a rule of an input, or a getter of the session", "panicked");
        Err(SyncError::new("sync-server-failed"))
    })
}
