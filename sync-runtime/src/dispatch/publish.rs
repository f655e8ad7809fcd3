//! The app as a caller, and what it may do with rooms: what a rule would refuse to others is the app's to decide.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::dispatch::gate::in_a_call;
use crate::dispatch::{Dispatcher, Turn};
use crate::error::SyncError;
use crate::id::Id;
use crate::route::{App, EventRoute, People, Present};
use crate::schema::{Wire, encode_raw};
use crate::session::LiveSession;
use crate::wire::{Call, Data, IgnoreSelf, RoomName, SyncCall};

/// The rooms of a server, as its app sees them.
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
/// /// Tells a game that its time is up, from a timer or a webhook.
/// async fn end_game(rooms: &sync::Rooms<Chess>, game: &str) -> Result<(), sync::SyncError> {
///     #[derive(serde::Serialize)]
///     struct Ended { reason: &'static str }
///     let answer = rooms.publish_named("chess/ended", "v1", &format!("chess-{game}"), &Ended { reason: "time" }).await;
///     match answer {
///         Err(error) if error.code() == "sync-no-receivers" => Ok(()), // nobody is watching any more
///         answer => answer.map(drop),
///     }
/// }
/// ```
pub struct Rooms<A: App>(Arc<Dispatcher<A>>);

/// One socket in a room.
pub struct RoomMember<A: App> {
    /// The number of the socket: two tabs of one user are two members.
    pub socket: Id,
    /// The session, shared with the other tabs.
    pub session: Arc<LiveSession<A>>,
}

impl<A: App> Rooms<A> {
    pub(crate) fn new(dispatcher: Arc<Dispatcher<A>>) -> Self {
        Self(dispatcher)
    }

    /// Returns the members of a room that are connected to this server, in the order in which they joined; none of a room that is not there. Where a route says `room = all`, those
    /// of `all` are all sockets.
    #[must_use]
    pub fn members(&self, room: &str) -> Vec<RoomMember<A>> {
        let sockets = self.0.hub().room(room).map(|room| room.sockets()).unwrap_or_default();
        let member = |socket: Arc<crate::rooms::Socket<A>>| RoomMember {
            socket: socket.id(),
            session: socket.session().clone(),
        };
        sockets.into_iter().map(member).collect()
    }

    /// Returns who is in a room, in the order in which they came, two tabs of a user as one; nobody where the rule of the room has no
    /// `presence`.
    #[must_use]
    pub fn people(&self, room: &str) -> Vec<Present<A>> {
        self.0.parts().presence.people(room)
    }

    /// Puts every socket of a session into a room, on whichever server it is, whatever the rule says, and returns how many are there now.
    ///
    /// # Errors
    ///
    /// `sync-unavailable` when other servers cannot be asked, which says nothing about the sockets of this one;
    /// `room-invalid` for a name that no room can have, and `room-forbidden` for `all`, which nobody enters; `room-limit` when one of the
    /// sockets is in too many rooms already, which says nothing about the others.
    pub async fn put_in(&self, session: &LiveSession<A>, room: &str) -> Result<usize, SyncError> {
        let name = RoomName::to_enter(room)?.as_str();
        let _passing = self.0.passing().await;
        self.0.put_in(session.id(), name).await
    }

    /// Takes every socket of a session out of a room, on whichever server it is, and returns how many were there, when they are sent nothing of it
    /// any more.
    ///
    /// Each is told `why`, in its language, as the last that it hears of the room: a front end's `onRoomLost` gets the code. Whether they
    /// may come back is for the room's rule to say.
    ///
    /// # Examples
    ///
    /// ```
    /// # use sync::{LiveSession, Rooms, SyncError};
    /// async fn kick<A: sync::App>(rooms: &Rooms<A>, session: &LiveSession<A>) -> Result<usize, SyncError> {
    ///     rooms.take_out(session, "chess-7", &sync::error!("chess-kicked", by = "the referee").status(403)).await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// `sync-unavailable` when other servers cannot be asked; those of this one are out.
    pub async fn take_out(&self, session: &LiveSession<A>, room: &str, why: &SyncError) -> Result<usize, SyncError> {
        let _passing = self.0.passing().await;
        self.0.take_out(session.id(), room, why).await
    }

    /// Asks the rule of a room again for each of its members, on whichever server they are, takes those out who may not stay, and returns how many these were: when
    /// somebody was banned, or has lost a role. Each is told what the rule said.
    ///
    /// A rule does not know whom the app has [put in](Rooms::put_in): it decides about them, too.
    ///
    /// # Errors
    ///
    /// The first error of the rule, of status 500 and more, that says nothing about its member: a panic, too long a wait, a store that is
    /// down. Such a member stays; all others have been asked. `sync-unavailable` when other servers cannot be asked.
    pub async fn recheck(&self, room: &str) -> Result<usize, SyncError> {
        let _passing = self.0.passing().await;
        self.0.recheck(room).await
    }

    /// Asks the rule of a scope again for each socket that is told of its changes, and returns how many may not read it any more: they are told
    /// so, and of nothing else. Without this, it is asked every 30 seconds, and when a session changes.
    ///
    /// # Errors
    ///
    /// Where the rule could not be asked for somebody, who is told of changes until it can; the others were asked all the same.
    pub async fn recheck_scope(&self, scope: &str) -> Result<usize, SyncError> {
        self.0.recheck_scope(scope).await
    }

    /// Calls a route of the event lane with the app itself as the caller: a guest that nothing is refused to. Its input is checked, its handler
    /// runs and its members are filtered as for any other caller.
    ///
    /// `R` is the route, `crate::routes::<page>::<name>_v<n>::Event`. Where it says which kind of room it can be sent to, a room of another kind
    /// does not compile: its name is made by the `room_name` of the rule. One with `room = all` is sent to [`Everyone`](crate::Everyone).
    ///
    /// Returns what the handler answers, when the event has its place in the room's order.
    ///
    /// # Errors
    ///
    /// What a caller would get: `sync-no-receivers`, `sync-invalid-input`, what the handler says, and so on; never a refusal of the caller
    /// itself.
    pub async fn publish<R: EventRoute<App = A>>(
        &self,
        room: impl Into<R::Room>,
        input: &R::Input,
    ) -> Result<R::Output, SyncError>
    where
        R::Input: Wire + Sync,
        R::Output: Wire,
        R::Room: Into<String>,
    {
        let room: String = room.into().into();
        let output = self.publish_named(R::PATH, R::VERSION, &room, input).await?;
        // What a handler answers can be read as well: `#[wire]` writes both.
        serde_json::from_str(output.get()).map_err(|error| {
            tracing::error!(route = R::PATH, %error, "an output cannot be read");
            SyncError::new("sync-server-failed")
        })
    }

    /// As [`publish`](Rooms::publish), for a route that is known by its name alone: `<page>/<name>` in its `version`. Returns JSON.
    ///
    /// # Errors
    ///
    /// As for [`publish`](Rooms::publish), and `sync-not-found`.
    pub async fn publish_named(
        &self,
        name: &str,
        version: &str,
        room: &str,
        input: &(impl Serialize + Sync + ?Sized),
    ) -> Result<Box<RawValue>, SyncError> {
        let data = encode_raw(input).map_err(|_| SyncError::invalid_input("", "invalid-json"))?;
        let (dispatcher, name, version, room) = (self.0.clone(), name.to_owned(), version.to_owned(), room.to_owned());
        // In a task of its own, which shutdown waits for: whoever gives up waiting must not cut a handler in half.
        let passing = self.0.passing().await;
        let published = self.0.calls().spawn(in_a_call(async move {
            let _passing = passing;
            let call = Call {
                path: name.into(),
                version: version.into(),
                data: Data::Json(data.get()),
                id: None,
                stream: false,
                sent_on: None,
            };
            let call = SyncCall { call, receiver: room.into(), ignore_self: IgnoreSelf::No, report: false };
            dispatcher.run(&dispatcher.server(), &call, &Turn::default()).await.map(|answered| answered.output)
        }));
        published.await.unwrap_or_else(|_| Err(SyncError::new("sync-server-failed")))
    }
}

impl<A: App> Clone for Rooms<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A: App> std::fmt::Debug for Rooms<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rooms").field(self.0.hub()).finish()
    }
}

impl<A: App> std::fmt::Debug for RoomMember<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomMember").field("socket", &self.socket).finish_non_exhaustive()
    }
}
