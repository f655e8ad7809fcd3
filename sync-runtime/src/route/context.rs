//! What a handler, a filter and a room rule see of the world: borrowed views, cheap to copy.

use serde_json::value::RawValue;

use crate::error::SyncError;
use crate::route::{
    App, BoxFuture, ClientChunk, Present, Sent, ServerChunk, SharedState, StateOf, States, StreamTo, Streams,
};
use crate::schema::encode_raw;
use crate::wire::Location;

/// The caller of a route, as its server handler sees it.
pub struct Ctx<'a, A: App> {
    view: &'a CallerView<'a, A>,
}

/// The caller of `joinRoom`, as the rule of the room sees it.
pub struct RoomCtx<'a, A: App> {
    view: &'a CallerView<'a, A>,
}

/// One member of the room, as a filter sees it.
pub struct Member<'a, A: App> {
    view: &'a MemberView<'a, A>,
}

/// The facts behind [`Ctx`] and [`RoomCtx`]; made by `dispatch`.
pub struct CallerView<'a, A: App> {
    /// The app.
    pub app: &'a A,
    /// The room that is sent to or entered.
    pub room: &'a str,
    /// The caller's session.
    pub session: &'a A::Session,
    /// The caller's language.
    pub locale: &'a str,
    /// The page that the calling socket shows; empty over HTTP.
    pub location: &'a Location,
    /// The way out for what is streamed while the handler runs.
    pub streams: &'a dyn Streams,
    /// Who is in which room.
    pub people: &'a dyn People<A>,
    /// The values that rooms share.
    pub states: &'a dyn States<A>,
}

/// Who is in which room. Made by `dispatch`.
pub trait People<A: App>: Sync {
    /// Returns who is in a room, in the order in which they came.
    fn people(&self, room: &str) -> Vec<Present<A>>;
}

/// The facts behind [`Member`]; made by `dispatch`.
pub struct MemberView<'a, A: App> {
    /// The room of the event.
    pub room: &'a str,
    /// The member's session.
    pub session: &'a A::Session,
    /// What few filters ask for.
    pub late: &'a dyn LateFacts<A>,
    /// Whether caller and member are of the same session.
    pub is_sender: bool,
    /// Whether the member is the calling socket, or another one of the same page.
    pub is_sending_socket: bool,
}

/// Facts that are looked up when a filter asks for them.
pub trait LateFacts<A: App>: Sync {
    /// Returns what others may know of the caller.
    fn sender(&self) -> A::Public;

    /// Returns the member's language.
    fn locale(&self) -> &str;

    /// Returns the page that the member's socket shows.
    fn location(&self) -> &Location;

    /// Sends the member a chunk, and returns what waits until there is room for the next one.
    fn stream(&self, chunk: &RawValue) -> Sent<'_> {
        let _ = chunk;
        Sent::default()
    }
}

macro_rules! caller_methods {
    ($context:ident) => {
        impl<'a, A: App> $context<'a, A> {
            /// Wraps the facts.
            #[doc(hidden)]
            #[must_use]
            pub fn new(view: &'a CallerView<'a, A>) -> Self {
                Self { view }
            }

            /// Returns the app.
            #[must_use]
            pub fn app(&self) -> &'a A {
                self.view.app
            }

            /// Returns the name of the room; empty in a request, which has none.
            #[must_use]
            pub fn room(&self) -> &'a str {
                self.view.room
            }

            /// Returns the caller's session; a guest's session for a caller who has not logged in.
            #[must_use]
            pub fn session(&self) -> &'a A::Session {
                self.view.session
            }

            /// Returns what others may know of the caller.
            #[must_use]
            pub fn sender(&self) -> A::Public {
                A::public(self.view.session)
            }

            /// Returns the caller's language, one that the app has sentences in: `nl`.
            #[must_use]
            pub fn locale(&self) -> &'a str {
                self.view.locale
            }

            /// Returns who is in the room, in the order in which they came, two tabs of a user as one; nobody where the rule of the room has
            /// no `presence`.
            #[must_use]
            pub fn people(&self) -> Vec<Present<A>> {
                self.view.people.people(self.room())
            }

            /// Returns the page that the calling socket shows; empty over HTTP and until the client has sent one.
            #[must_use]
            pub fn location(&self) -> &'a Location {
                self.view.location
            }
        }

        impl<A: App> Clone for $context<'_, A> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<A: App> Copy for $context<'_, A> {}

        impl<A: App> std::fmt::Debug for $context<'_, A> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($context)).field("room", &self.room()).finish_non_exhaustive()
            }
        }
    };
}

caller_methods!(Ctx);
caller_methods!(RoomCtx);

impl<'a, A: App> Ctx<'a, A> {
    /// Returns the value that a room shares, of the state whose value type is `S`: `ctx.state::<notes_v1::State>("board-7")`.
    ///
    /// What a handler changes there takes its place in the room right before the handler's own event.
    #[must_use]
    pub fn state<S: SharedState<App = A>>(&self, room: impl Into<String>) -> StateOf<'a, S> {
        StateOf::new(*self, self.view.states, room.into())
    }

    /// Sends a chunk to the caller alone, before the answer, and returns when there is room for the next one.
    ///
    /// A front end hears it in the `onStream` of its call. Where the caller does not listen, nothing is sent. What is small waits for a few
    /// milliseconds, to go out with what comes next.
    ///
    /// # Errors
    ///
    /// `sync-cancelled` when the caller has given the call up, or is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// # mod app {
    /// # #[sync::session] pub struct Session { pub user_id: String }
    /// # #[sync::wire] pub struct Person {}
    /// # pub struct App;
    /// # impl sync::App for App {
    /// #     type Session = Session;
    /// #     type Public = Person;
    /// #     type Presence = sync::Empty;
    /// #     fn guest() -> Session { Session { user_id: String::new() } }
    /// #     fn user_id(session: &Session) -> Option<&str> { Some(&session.user_id) }
    /// #     fn public(_: &Session) -> Person { Person {} }
    /// #     fn locale(_: &Session) -> Option<&str> { None }
    /// # }
    /// # }
    /// use sync::{Ctx, SyncError, wire};
    ///
    /// #[wire]
    /// pub struct ServerStream {
    ///     pub percent: u8,
    /// }
    ///
    /// async fn work(ctx: Ctx<'_, app::App>) -> Result<(), SyncError> {
    ///     for percent in [25, 50, 75, 100] {
    ///         ctx.stream(ServerStream { percent }).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn stream<C: ServerChunk>(&self, chunk: C) -> BoxFuture<'a, Result<(), SyncError>> {
        self.send(StreamTo::Caller, &chunk)
    }

    /// Sends a chunk to every member of the room, but for those that the caller's `ignoreSelf` leaves out, and returns when there is room
    /// for the next one: a member that is slow is waited for, for a tenth of a second.
    ///
    /// A front end hears it in the `onStream` of its listeners. A chunk has no place in the order of the room and is not kept: who comes
    /// back hears what is streamed from then on, and the event in the end.
    ///
    /// # Errors
    ///
    /// As for [`stream`](Ctx::stream).
    pub fn broadcast_stream<C: ServerChunk>(&self, chunk: C) -> BoxFuture<'a, Result<(), SyncError>> {
        self.send(StreamTo::Room, &chunk)
    }

    /// Sends a chunk to those members of the room whose users have these ids, as [`broadcast_stream`](Ctx::broadcast_stream) does.
    ///
    /// # Errors
    ///
    /// As for [`stream`](Ctx::stream).
    pub fn stream_to<'u, C: ServerChunk>(&self, users: &'u [&'u str], chunk: C) -> BoxFuture<'u, Result<(), SyncError>>
    where
        'a: 'u,
    {
        self.send(StreamTo::Users(users), &chunk)
    }

    /// Waits until the caller has given the call up: by `syncCancel`, or, where the handler streams, by being gone. A handler that goes on
    /// for three more seconds is dropped then, between two of its steps.
    pub async fn cancelled(&self) {
        self.view.streams.cancelled().await;
    }

    // Its type says nothing of the chunk's: one that is none is one mistake, at the chunk.
    fn send<'u, C: ServerChunk>(&self, to: StreamTo<'u>, chunk: &C) -> BoxFuture<'u, Result<(), SyncError>>
    where
        'a: 'u,
    {
        let (streams, chunk) = (self.view.streams, encode_raw(chunk));
        Box::pin(async move {
            let chunk = chunk.map_err(|error| {
                tracing::error!(?error, "a chunk has no JSON form");
                SyncError::new("sync-server-failed")
            })?;
            streams.send(to, &chunk).await
        })
    }

    /// Returns the way out for chunks.
    #[doc(hidden)]
    #[must_use]
    pub fn streams(&self) -> &dyn Streams {
        self.view.streams
    }
}

impl<'a, A: App> Member<'a, A> {
    /// Wraps the facts.
    #[doc(hidden)]
    #[must_use]
    pub fn new(view: &'a MemberView<'a, A>) -> Self {
        Self { view }
    }

    /// Returns the member's session, as it is now.
    #[must_use]
    pub fn session(&self) -> &'a A::Session {
        self.view.session
    }

    /// Returns the member's language, one that the app has sentences in: `nl`.
    #[must_use]
    pub fn locale(&self) -> &'a str {
        self.view.late.locale()
    }

    /// Returns the page that the member's socket shows; two tabs of one user show two pages.
    #[must_use]
    pub fn location(&self) -> &'a Location {
        self.view.late.location()
    }

    /// Returns the name of the room.
    #[must_use]
    pub fn room(&self) -> &'a str {
        self.view.room
    }

    /// Returns what others may know of the caller.
    #[must_use]
    pub fn sender(&self) -> A::Public {
        self.view.late.sender()
    }

    /// Sends a chunk to this member alone, before what it gets of the event. An `async` filter that awaits the result goes on when there
    /// is room for the next one; one that has no JSON form is left out, with a line in the log.
    ///
    /// A front end hears it in the `onStream` of its listeners.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sync::Member;
    /// # fn translated(_: &str) -> Vec<String> { Vec::new() }
    /// #[sync::wire]
    /// pub struct ClientStream {
    ///     pub word: String,
    /// }
    ///
    /// async fn translate<A: sync::App>(member: Member<'_, A>) {
    ///     for word in translated(member.locale()) {
    ///         member.stream(ClientStream { word }).await;
    ///     }
    /// }
    /// ```
    pub fn stream<C: ClientChunk>(&self, chunk: C) -> Sent<'a> {
        match encode_raw(&chunk) {
            Ok(chunk) => self.view.late.stream(&chunk),
            Err(error) => {
                tracing::error!(?error, "a chunk has no JSON form");
                Sent::default()
            }
        }
    }

    /// Returns whether the member is of the caller's session; for callers without a session of their own, whether it is the same page.
    #[must_use]
    pub fn is_sender(&self) -> bool {
        self.view.is_sender
    }

    /// Returns whether the member is the very socket that called, or one of the same page that came after it; never true over HTTP.
    #[must_use]
    pub fn is_sending_socket(&self) -> bool {
        self.view.is_sending_socket
    }
}

impl<A: App> Clone for Member<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: App> Copy for Member<'_, A> {}

impl<A: App> std::fmt::Debug for Member<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("room", &self.room()).finish_non_exhaustive()
    }
}
