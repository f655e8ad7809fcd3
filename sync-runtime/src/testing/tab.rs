//! Somebody at a screen: one socket, whoever it belongs to.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::id::Id;
use crate::route::{App, EventRoute, RequestRoute};
use crate::schema::Wire;
use crate::testing::TestApp;
use crate::testing::call::{Call, HttpReply, Refusal, Reply, value_of};
use crate::testing::frame::{Frame, Heard};
use crate::testing::line::Line;

/// One tab: a socket of a session, or of a guest. Two tabs of one session are two members.
///
/// It is closed when it is dropped.
pub struct Tab<A: App>(Arc<Screen<A>>);

/// What a tab is, for those who look at it beside the test.
pub(super) struct Screen<A: App> {
    app: TestApp<A>,
    line: Line<A>,
    who: Who,
    name: String,
    /// What has come and was not asked for yet.
    received: Mutex<Vec<Frame>>,
    /// How many mutations it has asked for.
    mutations: AtomicU64,
}

impl<A: App> Screen<A> {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn is_closed(&self) -> bool {
        self.line.is_closed()
    }

    /// Returns what has come in since this was asked last, and keeps it for the test.
    pub(super) async fn look(&self) -> Vec<Frame> {
        self.line.catch_up().await;
        let new = self.line.inbox().drain();
        self.received.lock().extend(new.iter().cloned());
        new
    }
}

impl<A: App> Drop for Screen<A> {
    fn drop(&mut self) {
        if self.is_closed() || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        match (self.app.notes(), &self.line) {
            (Some(notes), line) => notes.dropped(&self.name, line.begin_close()),
            (None, Line::Inner(line)) => line.close(),
            // It is cut off with its task.
            (None, Line::Wired(_)) => {}
        }
    }
}

/// Whose tab it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Who {
    /// How recordings call them.
    pub(super) name: String,
    /// The name of the tab in which they have signed in.
    pub(super) signed_in_as: Option<String>,
    pub(super) token: Option<String>,
    /// The session as it was given, for recordings.
    pub(super) session: Option<Value>,
    pub(super) language: Option<String>,
}

impl<A: App> Tab<A> {
    pub(super) fn new(app: TestApp<A>, line: Line<A>, who: Who, name: String) -> Self {
        Self(Arc::new(Screen { app, line, who, name, received: Mutex::default(), mutations: AtomicU64::default() }))
    }

    /// Returns another hold on the same tab.
    pub(super) fn share(&self) -> Self {
        Self(self.0.clone())
    }

    pub(super) fn screen(&self) -> &Arc<Screen<A>> {
        &self.0
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    pub(super) fn who(&self) -> &Who {
        &self.0.who
    }

    /// Opens another tab of the same session; for a guest, one of another guest.
    pub async fn another_tab(&self) -> Self {
        self.0.app.open(self.0.who.clone()).await
    }

    /// Returns the token of the session, as a cookie or a header has it; `None` for a guest.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.0.who.token.as_deref()
    }

    /// Enters a room, and returns the answer: `rooms`, `pos`, and `presence` where the rule of the room has it.
    ///
    /// # Errors
    ///
    /// What keeps this member out.
    pub async fn join(&self, room: &str) -> Result<Reply, Refusal> {
        self.emit("joinRoom", json!({ "room": room })).await.checked()
    }

    /// Enters a room to hear who is there, and who comes and goes.
    ///
    /// # Errors
    ///
    /// What keeps this member out.
    pub async fn join_to_see(&self, room: &str) -> Result<Reply, Refusal> {
        self.emit("joinRoom", json!({ "room": room, "presence": true })).await.checked()
    }

    /// Enters a room again where this page was before, on another socket: behind the event whose `pos` this is.
    ///
    /// # Errors
    ///
    /// What keeps this member out.
    pub async fn join_after(&self, room: &str, pos: &str) -> Result<Reply, Refusal> {
        self.emit("joinRoom", json!({ "room": room, "after": pos })).await.checked()
    }

    /// Leaves a room.
    ///
    /// # Errors
    ///
    /// Hardly any: leaving a room that one is not in is allowed.
    pub async fn leave(&self, room: &str) -> Result<Reply, Refusal> {
        self.emit("leaveRoom", json!({ "room": room })).await.checked()
    }

    /// Shows another page: `/chess`. Filters see it as the member's `location()`.
    ///
    /// # Errors
    ///
    /// For a path that is none.
    pub async fn show(&self, path: &str) -> Result<Reply, Refusal> {
        self.emit("updateLocation", json!({ "pathName": path, "searchParams": {} })).await.checked()
    }

    /// Calls an event by its type, and returns what its handler answers.
    ///
    /// # Errors
    ///
    /// What the framework or the handler refuses.
    pub async fn call<E: EventRoute<App = A>>(
        &self,
        room: impl Into<E::Room>,
        input: E::Input,
    ) -> Result<E::Output, Refusal>
    where
        E::Input: Wire,
        E::Output: Wire,
        E::Room: Into<String>,
    {
        self.send(&Call::of_event::<E>(room, &input)).await.result()
    }

    /// Asks a request by its type, and returns what its handler answers.
    ///
    /// # Errors
    ///
    /// What the framework or the handler refuses.
    pub async fn ask<R: RequestRoute<App = A>>(&self, input: R::Input) -> Result<R::Output, Refusal>
    where
        R::Input: Wire,
        R::Output: Wire,
    {
        self.send(&Call::of_request::<R>(&input)).await.result()
    }

    /// Sends a call by this socket, and waits for its answer.
    pub async fn send(&self, call: &Call) -> Reply {
        let (event, payload) = call.by_socket();
        self.emit(event, payload).await
    }

    /// Sends a call by this socket, and does not wait: the answer is awaited later. Calls of one tab are handled in the order in which
    /// they were begun.
    ///
    /// # Panics
    ///
    /// While this is [recorded](TestApp::record): it would have to be known what comes first.
    pub fn begin(&self, call: &Call) -> Pending {
        assert!(self.0.app.notes().is_none(), "a call that is begun cannot be recorded: `send` it");
        let (event, payload) = call.by_socket();
        Pending(self.0.line.emit(event, &payload))
    }

    /// Asks for a mutation of a scope, such as `"todos/create"`, `"v1"`, and returns the cursor that it has led the scope to. A tab is one client:
    /// it numbers its mutations.
    ///
    /// # Errors
    ///
    /// What the framework, the scope or the mutation refuses.
    ///
    /// # Panics
    ///
    /// When the server answers what it never does.
    pub async fn mutate(&self, name: &str, version: &str, scope: &str, args: Value) -> Result<u64, Refusal> {
        let seq = self.0.mutations.fetch_add(1, Ordering::Relaxed) + 1;
        let mutation = json!({
            "id": format!("m{seq}"), "seq": seq, "name": name, "version": version, "scope": scope, "args": args,
        });
        let client = Id::of_texts(&["client of a test", self.name()]).to_string();
        let reply = self.emit("push", json!({ "client": client, "mutations": [mutation] })).await;
        let result = &reply.0["result"]["results"][0];
        if !reply.is_success() || result["settled"] == json!(false) {
            // It is sent again by whoever wants it: it has had no number.
            self.0.mutations.fetch_sub(1, Ordering::Relaxed);
        }
        if !reply.is_success() {
            return Err(Refusal::of(&reply.0));
        }
        result["cursor"].as_u64().ok_or_else(|| Refusal::of(result))
    }

    /// Reads all of a scope's data: by the name of the entity, and by key.
    ///
    /// # Errors
    ///
    /// What the framework or the scope refuses.
    pub async fn data(&self, scope: &str) -> Result<Value, Refusal> {
        let (mut data, mut page) = (serde_json::Map::new(), Value::Null);
        loop {
            let mut question = json!({ "scope": scope });
            if let Value::String(page) = page {
                question["page"] = page.into();
            }
            let mut reply = self.emit("snapshot", question).await.checked()?.0;
            let result = &mut reply["result"];
            for (entity, part) in result["data"].take().as_object_mut().into_iter().flatten() {
                let of = data.entry(entity.clone()).or_insert_with(|| json!({}));
                let parts = of.as_object_mut().zip(part.as_object_mut());
                parts.into_iter().for_each(|(of, part)| of.append(part));
            }
            page = result["next"].take();
            if page.is_null() {
                return Ok(Value::Object(data));
            }
        }
    }

    /// Gives up the call of this name.
    pub async fn cancel(&self, id: &str) -> Reply {
        self.emit("syncCancel", json!({ "id": id })).await
    }

    /// Says something of this person to those who see who is in a room.
    ///
    /// # Errors
    ///
    /// What the framework refuses.
    pub async fn say(&self, room: &str, data: &A::Presence) -> Result<Reply, Refusal> {
        self.emit("updatePresence", json!({ "room": room, "data": value_of(data) })).await.checked()
    }

    /// Says whether anybody does something at this screen.
    ///
    /// # Errors
    ///
    /// What the framework refuses.
    pub async fn set_away(&self, away: bool) -> Result<Reply, Refusal> {
        self.emit("updatePresence", json!({ "away": away })).await.checked()
    }

    /// Sends any event of Socket.IO with any payload, and waits for the answer.
    pub async fn emit(&self, event: &str, payload: Value) -> Reply {
        self.0.app.note_dropped().await;
        let answered = Pending(self.0.line.emit(event, &payload)).await;
        if let Some(notes) = self.0.app.notes() {
            self.0.app.settle().await;
            notes.emitted(self, event, &payload, &answered).await;
        }
        answered
    }

    /// Sends a call over HTTP, in the name of this session.
    pub async fn send_by_http(&self, call: &Call) -> HttpReply {
        self.0.app.note_dropped().await;
        let (path, id, body) = call.by_http();
        let id = id.map(|id| ("idempotency-key", id));
        let reply = self.0.app.http_as("POST", &path, Some(body), self.token(), id.as_slice()).await;
        if let Some(notes) = self.0.app.notes() {
            self.0.app.settle().await;
            notes.posted(self, call, &reply).await;
        }
        reply
    }

    /// Asks a request by `GET`, in the name of this session; `None` where its input is none for a URL.
    pub(super) async fn ask_by_get(&self, call: &Call) -> Option<HttpReply> {
        let (path, id) = call.by_get()?;
        let id = id.map(|id| ("idempotency-key", id));
        Some(self.0.app.http_as("GET", &path, None, self.token(), id.as_slice()).await)
    }

    /// Sends any request in the name of this session: to the app's own routes, for example.
    ///
    /// # Panics
    ///
    /// While this is [recorded](TestApp::record): what an app's own routes do is not in the file.
    pub async fn http(&self, method: &str, path: &str, body: Value) -> HttpReply {
        self.0.app.refuse_while_recorded(method, path);
        self.0.app.http_as(method, path, Some(body).filter(|body| !body.is_null()), self.token(), &[]).await
    }

    /// Returns all that has come since this was asked last, in its order. What was caused before has come.
    pub async fn received(&self) -> Vec<Frame> {
        self.0.app.note_dropped().await;
        self.0.app.settle().await;
        self.0.line.catch_up().await;
        let mut received = std::mem::take(&mut *self.0.received.lock());
        received.extend(self.0.line.inbox().drain());
        received
    }

    /// As [`received`](Tab::received), of the events of one route alone; what else has come stays.
    ///
    /// # Panics
    ///
    /// When an event is not of the route's types.
    pub async fn heard<E: EventRoute<App = A>>(&self) -> Vec<Heard<E::Output, E::ClientOutput>>
    where
        E::Output: Wire,
        E::ClientOutput: Wire,
    {
        let cb = format!("{}/{}", E::PATH, E::VERSION);
        let (mut heard, mut others) = (Vec::new(), Vec::new());
        for frame in self.received().await {
            match frame {
                Frame::Event { route, room, server_output, client_output, .. } if route == cb => {
                    heard.push(Heard {
                        room,
                        server_output: typed(server_output),
                        client_output: typed(client_output),
                    });
                }
                other => others.push(other),
            }
        }
        self.keep(others);
        heard
    }

    /// Puts back what was looked at for a recording.
    pub(super) fn keep(&self, frames: Vec<Frame>) {
        let mut received = self.0.received.lock();
        let later = std::mem::replace(&mut *received, frames);
        received.extend(later);
    }

    /// Returns whether the server, or the test, has closed it.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Signs the session out: all its tabs are closed by the server.
    ///
    /// # Panics
    ///
    /// When the session's store does not answer.
    pub async fn log_out(&self) {
        self.0.app.note_dropped().await;
        if let Some(token) = self.token() {
            self.0.app.handle().sessions().end_token(token).await.expect("a store that removes a session");
        }
        self.0.app.settle().await;
        if let Some(notes) = self.0.app.notes() {
            notes.logged_out(self).await;
        }
    }

    /// Has the server see a client that is slow, from now on or no longer: what can wait until it has taken more does. As long as it is slow,
    /// [`received`](Tab::received) waits for it, whoever asks.
    ///
    /// # Panics
    ///
    /// Over sockets, where the network says how fast a client is.
    pub fn set_slow(&self, is_slow: bool) {
        match &self.0.line {
            Line::Inner(line) => line.set_slow(is_slow),
            Line::Wired(_) => panic!("over sockets, the network says how fast a client is"),
        }
    }

    /// Closes the tab.
    pub async fn close(&self) {
        self.0.app.note_dropped().await;
        self.0.line.close().await;
        self.0.app.settle().await;
        if let Some(notes) = self.0.app.notes() {
            notes.closed(self.name()).await;
        }
    }
}

impl<A: App> std::fmt::Debug for Tab<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tab").field(&self.0.name).finish()
    }
}

/// The answer to a call that was begun.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Value>);

impl Future for Pending {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        Pin::new(&mut self.0).poll(context).map(|answer| Reply(answer.expect("every call is answered")))
    }
}

fn typed<T: Wire>(value: Value) -> T {
    let read = serde_json::from_value(value.clone());
    read.unwrap_or_else(|error| panic!("`{value}` is no `{}`: {error}", std::any::type_name::<T>()))
}
