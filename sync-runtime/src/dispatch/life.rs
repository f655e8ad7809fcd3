//! The life of a socket: let in, entered, in and out of rooms, gone. The doors have no rule of their own about it.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::clock::{Instant, soon};
use crate::dispatch::dispatcher::{BehindAnswer, contained_stages};
use crate::dispatch::{Answer, Caller, Dispatcher, Presented, authorize, server_stage};
use crate::error::SyncError;
use crate::rooms::{CloseReason, HeldSeat, Identity, Outbox, Socket};
use crate::route::{App, RoomCtx};
use crate::session::LiveSession;
use crate::wire::{Location, RoomName, answer_location, answer_rooms, answer_rooms_joined, bad_request};

impl<A: App> Dispatcher<A> {
    /// Looks who somebody is who wants a socket.
    ///
    /// # Errors
    ///
    /// `sync-shutting-down`; `auth-required` for a token that is not valid (any more); `session-unavailable`.
    pub async fn admit(&self, presented: Presented) -> Result<Identity<A>, SyncError> {
        self.check_open()?;
        let identity = self.identify(presented).await?;
        authorize::session(&identity.session)?;
        Ok(identity)
    }

    /// Makes the socket of somebody who was admitted; nobody knows it before it has [entered](Dispatcher::enter).
    #[must_use]
    pub fn socket(&self, identity: Identity<A>, outbox: Arc<dyn Outbox>) -> Arc<Socket<A>> {
        let budget = self.limits().of_socket(identity.address);
        Arc::new(Socket::new(identity, outbox).with_budget(budget))
    }

    /// Makes a socket known, unless it has gone already. One whose session has ended meanwhile is closed.
    pub fn enter(&self, socket: &Arc<Socket<A>>) {
        self.hub().enter(socket);
        if socket.session().is_revoked() {
            socket.outbox().close(CloseReason::SessionEnded);
        }
    }

    /// Takes out a socket that is gone: it is a member of nothing from now on. What it sent before still counts as sent by a member.
    pub fn disconnect(&self, socket: &Arc<Socket<A>>) {
        self.hub().remove(socket);
        self.sessions().touch(socket.session());
    }

    /// Closes every socket of a session that has ended.
    pub fn close_session(&self, session: &LiveSession<A>) {
        for socket in self.hub().of_session(session) {
            self.hub().remove(&socket);
            socket.outbox().close(CloseReason::SessionEnded);
        }
    }

    /// Takes out all sockets: the server has stopped.
    pub fn disconnect_all(&self) {
        self.hub().sockets().iter().for_each(|socket| self.hub().remove(socket));
    }

    /// Enters a room; `after` is the last position there that the client has seen.
    pub(super) async fn join(&self, caller: &Caller<A>, room: &str, after: Option<&str>) -> Answer {
        let answered = async { self.enter_room(caller, room, after).await };
        let (answer, behind) = match contained_stages(Box::pin(answered)).await {
            Ok((rooms, held)) => (Ok(rooms), Some(BehindAnswer::new(held))),
            Err(error) => (Err(error), None),
        };
        self.answer(caller, answer).before(behind)
    }

    async fn enter_room(
        &self,
        caller: &Caller<A>,
        room: &str,
        after: Option<&str>,
    ) -> Result<(Box<RawValue>, HeldSeat<A>), SyncError> {
        let session = self.check_message(caller)?;
        let socket = member(caller)?;
        let name = RoomName::new(room)?.as_str();
        let limit = self.config().room_limit;
        if !socket.is_in(name) {
            let found = authorize::rule(self.table(), name)?;
            authorize::condition(&found.rule.auth(), &session)?;
            socket.check_room_limit(limit)?;
            let view = self.view(caller, &session, name);
            let view = view.view();
            let time = self.config().handler_timeout;
            server_stage::within(time, name, "room rule", || found.rule.join(RoomCtx::new(&view), &found.parameters))
                .await?;
        }
        let after = after.and_then(|after| self.positions().open(after));
        let joined = self.hub().join(socket, name, limit, after);
        let held = soon(Instant::now() + self.config().handler_timeout, joined).await;
        let held = held.ok_or_else(|| SyncError::new("sync-timeout"))??;
        let pos = self.positions().seal(held.position());
        Ok((answer_rooms_joined(&socket.room_names(), &pos, held.is_recovered()), held))
    }

    /// Leaves a room; leaving one that the socket is not in is allowed. Behind the answer comes nothing of the room any more.
    pub(super) async fn leave(&self, caller: &Caller<A>, room: &str) -> Answer {
        let left = match self.check_message(caller).and_then(|_| member(caller)) {
            Ok(socket) => {
                self.hub().leave(socket, room).await;
                Ok(answer_rooms(&socket.room_names()))
            }
            Err(error) => Err(error),
        };
        self.answer(caller, left)
    }

    /// Lists the rooms of a socket, in the order in which it entered them.
    pub(super) fn joined(&self, caller: &Caller<A>) -> Answer {
        let socket = self.check_message(caller).and_then(|_| member(caller));
        self.answer(caller, socket.map(|socket| answer_rooms(&socket.room_names())))
    }

    /// Sets the page that a socket shows.
    pub(super) fn locate(&self, caller: &Caller<A>, location: Location) -> Answer {
        if let Err(refused) = self.check_message(caller) {
            return self.lose_location(caller, refused);
        }
        let located = member(caller).map(|socket| {
            socket.set_location(location);
            answer_location()
        });
        self.answer(caller, located)
    }

    /// Notes that a socket shows another page than before, but not which one, for the reason that is answered: as if it showed the page
    /// before, it would go on hearing of what is not its business.
    pub(super) fn lose_location(&self, caller: &Caller<A>, why: SyncError) -> Answer {
        if let Ok(socket) = member(caller) {
            socket.set_location(Location { truncated: true, ..Location::default() });
        }
        self.answer(caller, self.check_session(caller).and(Err(why)))
    }
}

/// Returns the socket of a caller: nobody else can be in rooms.
fn member<A: App>(caller: &Caller<A>) -> Result<&Arc<Socket<A>>, SyncError> {
    caller.socket().ok_or_else(|| bad_request("event"))
}
