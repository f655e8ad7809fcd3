//! The way to a server's parts, for the app's own routes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::dispatch::{Dispatcher, RoomState, Rooms, StateHealth};
use crate::error::SyncError;
use crate::log::{Registered, Registration};
use crate::rooms::Hub;
use crate::route::{App, SharedState};
use crate::session::{LiveSession, Sessions, Token};
use crate::states::{Backup, BackupError};
use crate::transport::{
    HeaderMap, Response, arriving_address, caller, cookie_token, error_response, session_cookie, stranger, token,
};

/// What an app's own HTTP routes can ask of the server. Cheap to clone.
pub struct Handle<A: App>(Arc<Dispatcher<A>>);

impl<A: App> Handle<A> {
    /// Returns the clients of durable data that are registered.
    #[must_use]
    pub fn clients(&self) -> Clients<'_, A> {
        Clients(self)
    }

    pub(super) fn new(dispatcher: Arc<Dispatcher<A>>) -> Self {
        Self(dispatcher)
    }

    pub(crate) fn dispatcher(&self) -> &Arc<Dispatcher<A>> {
        &self.0
    }

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

    /// Returns the rooms.
    #[must_use]
    pub fn rooms(&self) -> Rooms<A> {
        Rooms::new(self.0.clone())
    }

    /// Returns the value that a room shares, of the state whose value type is `S`.
    ///
    /// ```ignore
    /// let notes = handle.state::<routes::board::_state::notes_v1::State>("board-7");
    /// notes.update(|notes| { notes.locked = true; Ok(()) }).await?;
    /// ```
    #[must_use]
    pub fn state<S: SharedState<App = A>>(&self, room: impl Into<String>) -> RoomState<S> {
        RoomState::new(self.0.clone(), room.into())
    }

    /// Says how the values are that rooms share: how many there are, and which cannot be saved.
    #[must_use]
    pub fn state_health(&self) -> StateHealth {
        self.0.state_health()
    }

    /// Writes the stored values of rooms into a new file in `folder`, while the server runs: each as it was at one moment, whatever is changed
    /// meanwhile. The oldest such files in the folder go, beyond as many as [`backup_keep`](Config::backup_keep) says.
    ///
    /// `app-server restore FILE` brings them back. States with `store = memory` or `store = app` are not in it.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or a store does not answer; there is no new file then.
    pub async fn backup(&self, folder: impl AsRef<Path>) -> Result<Backup, BackupError> {
        self.0.back_up_states(folder.as_ref()).await
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
    /// are closed. With [`single_session`](Config::single_session), so is every other session of the user.
    ///
    /// # Errors
    ///
    /// `session-unavailable` when the session store does not answer; `sync-rate-limited` when too many sign in from the address of the
    /// request ([`Config::sign_in_rate_limit`]), which is known as long as this is called in the task that answers it. Nothing has changed
    /// then.
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
    /// # let running = sync::Server::new(async |_config| Ok(Chess)).sessions_in_memory().start(&TABLE, config).await?;
    /// # let answer = enter(State(running.handle().clone()), HeaderMap::new()).await;
    /// # assert!(answer.headers()[SET_COOKIE].to_str()?.starts_with("__Host-session="));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sign_in(&self, headers: &HeaderMap, session: A::Session) -> Result<Token, SyncError> {
        // Before the store is asked for anything.
        self.0.limits().sign_in(arriving_address())?;
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
    /// # let running = sync::Server::new(async |_config| Ok(Chess)).sessions_in_memory().start(&TABLE, config).await?;
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

    /// Ends all sessions of a user, as an app's own id of them says ([`App::user_id`]): after a change of their password, for example. Their
    /// sockets here are closed at once; on other servers within a minute.
    ///
    /// # Errors
    ///
    /// `session-unavailable` when the session store does not answer: what is in use on this server has ended all the same, and the rest
    /// may go on. It can be called again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sync::Handle;
    /// use sync::SyncError;
    /// use sync::axum::http::HeaderMap;
    ///
    /// async fn sign_out_everywhere(handle: &Handle<Chess>, headers: &HeaderMap) -> Result<(), SyncError> {
    ///     let session = handle.session(headers).await?.get();
    ///     handle.end_user(&session.user_id).await
    /// }
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
    /// # let server = sync::Server::new(async |_config| Ok(Chess)).sessions_in_memory();
    /// # let running = server.start(&TABLE, config).await?;
    /// # let handle = running.handle().clone();
    /// # let mut tokens = Vec::new();
    /// # for _ in 0..2 {
    /// #     let token = handle.sign_in(&HeaderMap::new(), Session { user_id: "ada".to_owned() }).await?;
    /// #     tokens.push(HeaderMap::from_iter([("authorization".parse()?, format!("Bearer {}", token.as_str()).parse()?)]));
    /// # }
    /// # sign_out_everywhere(&handle, &tokens[0]).await.map_err(|error| error.code().to_owned())?;
    /// # for headers in &tokens {
    /// #     assert!(handle.session(headers).await.is_err());
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn end_user(&self, user_id: &str) -> Result<(), SyncError> {
        Ok(self.sessions().end_user(user_id).await?)
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

/// The clients of durable data that are registered: whose they are, and how far each has come, whether it is connected or not.
///
/// One that has given no sign for a day (`registry_age_ms`) is not known any more: it begins with a snapshot when it comes back.
#[derive(Debug)]
pub struct Clients<'h, A: App>(&'h Handle<A>);

impl<A: App> Clients<'_, A> {
    /// Returns a client; `None` for one that is not registered.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn get(&self, client: &str) -> Result<Option<Registration>, SyncError> {
        let found = self.0.0.registrations(client, false, 1).await?.into_iter().next();
        Ok(found.filter(|found| *found.client == *client))
    }

    /// Returns the clients behind one of this name, sorted by name, at most `limit` of them; `""` is before all. Fewer than `limit` means that those
    /// were the last.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn all(&self, after: &str, limit: usize) -> Result<Vec<Registration>, SyncError> {
        self.0.0.registrations(after, true, limit).await
    }

    /// Registers a client of a user that is not connected yet; returns what it was before.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn register(&self, client: &str, user: &str) -> Result<Registered, SyncError> {
        self.0.0.register_client(client, user).await
    }

    /// Forgets a client, which begins with a snapshot when it comes back; returns whether it was registered.
    ///
    /// # Errors
    ///
    /// `store-unavailable`.
    pub async fn unregister(&self, client: &str) -> Result<bool, SyncError> {
        self.0.0.unregister_client(client).await
    }
}

/// Waits until rows of a database may be read, for tests and benchmarks.
#[doc(hidden)]
pub async fn rows_live<A: App>(handle: &Handle<A>) {
    if let Some(rows) = handle.0.rows() {
        rows.live().await;
    }
}

/// Has the scopes rest to which nothing has come for so long, and returns how many rest then. Not part of what apps use.
#[doc(hidden)]
pub async fn rest_scopes<A: App>(handle: &Handle<A>, quiet: Duration) -> usize {
    handle.0.rest_scopes_of(quiet).await
}

/// Returns the index of sockets and rooms, for tests and benchmarks.
#[doc(hidden)]
#[must_use]
pub fn hub<A: App>(handle: &Handle<A>) -> &Hub<A> {
    handle.0.hub()
}
