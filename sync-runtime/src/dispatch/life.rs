//! The life of a socket: let in, entered, in and out of rooms, gone. The doors have no rule of their own about it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;

use crate::clock::{Instant, soon, timeout};
use crate::config::HistoryPlace;
use crate::dispatch::dispatcher::{BehindAnswer, contained_stages};
use crate::dispatch::hooks::Joining;
use crate::dispatch::leaving::left;
use crate::dispatch::view::view;
use crate::dispatch::{Answer, Caller, Departure, Dispatcher, Presented, attendance, authorize, server_stage};
use crate::error::SyncError;
use crate::rooms::{After, CloseReason, Entering, HeldSeat, Identity, Outbox, SenderKey, Socket};
use crate::route::{App, Keep, RoomCtx};
use crate::session::LiveSession;
use crate::wire::{
    JoinedRoom, Location, Packet, Position, PresenceUpdate, RoomName, answer_plain, answer_rooms, answer_rooms_joined,
    bad_request,
};

/// How long somebody who enters or leaves a room with `history = durable` waits until that is in the file.
const NOTED_WITHIN: Duration = Duration::from_secs(2);

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
        if let Some(end) = socket.session().end() {
            socket.outbox().close(end.into());
        }
    }

    /// Takes out a socket that is gone: it is a member of nothing from now on. What it sent before still counts as sent by a member.
    /// Others hear that its person has gone when the time is over in which they may come back, which depends on the kind of departure.
    pub fn disconnect(&self, socket: &Arc<Socket<A>>, departure: Departure) {
        self.unseat_all(socket, departure);
        self.parts().scopes.leave_all(socket.id());
        self.parts().recent.hang_up(socket.sender_key().session, socket.id());
        self.sessions().touch(socket.session());
    }

    /// Closes every socket of a session that has ended.
    pub fn close_session(&self, session: &LiveSession<A>) {
        let why = session.end().map_or(CloseReason::SessionEnded, CloseReason::from);
        attendance::expect_nowhere(self.parts(), session.id());
        for socket in self.hub().of_session(session.id()) {
            self.unseat_all(&socket, Departure::OnPurpose);
            self.parts().scopes.leave_all(socket.id());
            socket.outbox().close(why);
        }
    }

    /// Shows who somebody is whose session has changed, to those who see who is in their rooms.
    pub fn show_session(&self, session: &LiveSession<A>) {
        attendance::refresh(self.parts(), self.hub().of_session(session.id()));
        self.show_views(session);
        self.hub().of_session(session.id()).iter().for_each(|socket| self.parts().scopes.topics.distrust(socket.id()));
    }

    /// Takes out all sockets: the server has stopped.
    pub fn disconnect_all(&self) {
        self.hub().sockets().iter().for_each(|socket| self.unseat_all(socket, Departure::Closed));
    }

    /// Enters a room, whatever its rule says, in the time of a handler.
    pub(super) async fn seat(
        &self,
        socket: &Arc<Socket<A>>,
        room: &str,
        after: Option<After>,
    ) -> Result<HeldSeat<A>, SyncError> {
        let keep = self.keep(room);
        if keep == Keep::Durably && !self.hub().histories_have_room() {
            return Err(SyncError::new("sync-unavailable"));
        }
        let entering = Entering { limit: self.config().room_limit, after, keep };
        let seating = self.hub().join(socket, room, entering, |at, text| self.kept(room, at, text));
        let seated = soon(Instant::now() + self.config().handler_timeout, seating).await;
        let held = seated.ok_or_else(|| SyncError::new("sync-timeout"))??;
        attendance::settle(self.parts(), socket, room, Departure::None);
        if keep == Keep::Durably {
            self.noted().await;
        }
        Ok(held)
    }

    /// Waits until it is on the disk who is in rooms that outlive the process, so that whoever is told that they are there, or not there any
    /// more, are so in the next one, too. A file that cannot be written keeps nobody out, nor in.
    async fn noted(&self) {
        soon(Instant::now() + NOTED_WITHIN, self.hub().histories_settled()).await;
    }

    /// For how long, and where, the events of a room are kept.
    pub(super) fn keep(&self, room: &str) -> Keep {
        let said = authorize::rule(self.table(), room).map_or(Keep::AsConfigured, |found| found.rule.history());
        match (said, self.config().history) {
            (Keep::AsConfigured, HistoryPlace::Durable) => Keep::Durably,
            (said, _) => said,
        }
    }

    /// Leaves a room, and returns whether the socket was there, when it is sent nothing of it any more.
    pub(super) async fn unseat(&self, socket: &Arc<Socket<A>>, room: &str) -> bool {
        // Before it is left: a room that nobody is in has no place here.
        let end = self.hub().end_of_order(room);
        let Some((room, quiet)) = self.hub().leave(socket, room) else { return false };
        attendance::settle(self.parts(), socket, &room, Departure::OnPurpose);
        left(self.parts(), socket, &room);
        quiet.await;
        if let Some(behind) = end {
            self.forget_membership(socket, &room, behind).await;
        }
        true
    }

    /// Has other servers know that somebody is no member any more, whatever they were told when they joined.
    async fn forget_membership(&self, socket: &Socket<A>, room: &str, behind: Position) {
        if !self.hub().is_shared() || !socket.identity().can_come_back() {
            return;
        }
        let key = socket.sender_key();
        let told = self.hub().forget_membership(&key, room, behind);
        soon(Instant::now() + NOTED_WITHIN, told).await;
    }

    fn unseat_all(&self, socket: &Arc<Socket<A>>, departure: Departure) {
        let may_come_back = departure != Departure::OnPurpose && !socket.session().is_revoked();
        for room in self.hub().remove(socket, may_come_back) {
            attendance::settle(self.parts(), socket, &room, departure);
            left(self.parts(), socket, &room);
        }
    }

    /// Takes a socket out of a room, and tells it why, behind the last that it is sent of the room.
    pub(super) async fn expel(&self, socket: &Arc<Socket<A>>, room: &str, why: &SyncError) -> bool {
        let was_there = self.unseat(socket, room).await;
        // Who has come back meanwhile is let in by the rule, and has been told so.
        if was_there && !socket.is_in(room) {
            let locale = Caller::of_socket(socket.clone()).locale(self.catalog());
            let lost = Packet::room_lost(room, why, &self.catalog().sentence(why, locale));
            socket.outbox().send(&lost.into());
        }
        was_there
    }

    /// Asks the rule of a room whether a socket may be there.
    pub(super) async fn ask_rule(&self, socket: &Arc<Socket<A>>, room: &str) -> Result<(), SyncError> {
        let caller = Caller::of_socket(socket.clone());
        let session = self.check_session(&caller)?;
        let found = authorize::rule(self.table(), room)?;
        authorize::condition(&found.rule.auth(), &session)?;
        let source = view(self.parts(), &caller, &session, room);
        let view = source.view();
        let time = self.config().handler_timeout;
        let ask = || found.rule.join(RoomCtx::new(&view), &found.parameters);
        server_stage::within(time, room, "room rule", ask).await
    }

    /// Waits until a room can be entered: while its rule does what is to be done when it is empty, it cannot.
    pub(super) async fn entrance(&self, room: &str) -> Result<Option<Joining<'_, A>>, SyncError> {
        if !authorize::rule(self.table(), room).is_ok_and(|found| found.rule.has_hooks()) {
            return Ok(None);
        }
        let until = Instant::now() + self.config().handler_timeout;
        let joining = soon(until, self.parts().hooks.joining(room)).await;
        joining.map(Some).ok_or_else(|| SyncError::new("sync-timeout"))
    }

    /// Enters a room; `after` is the last position there that the client has seen, `follows` whether it wants to hear who is there.
    /// What it was told when it joined there proves to a server that does not know it that it was there then.
    pub(super) async fn join(
        &self,
        caller: &Caller<A>,
        room: &str,
        said: (Option<&str>, Option<&str>),
        follows: bool,
    ) -> Answer {
        let answered = async { self.enter_room(caller, room, said, follows).await };
        let (answer, behind) = match contained_stages(Box::pin(answered)).await {
            Ok((rooms, held)) => (Ok(rooms), Some(BehindAnswer::new(held))),
            Err(error) => (Err(error), None),
        };
        let code = answer.as_ref().map_or_else(SyncError::code, |_| "ok");
        self.metrics().joined(code);
        if code == "room-limit" {
            self.parts().rooms.count();
        }
        self.answer(caller, answer).before(behind)
    }

    async fn enter_room(
        &self,
        caller: &Caller<A>,
        room: &str,
        (after, membership): (Option<&str>, Option<&str>),
        follows: bool,
    ) -> Result<(Box<RawValue>, HeldSeat<A>), SyncError> {
        let session = self.check_message(caller)?;
        let socket = member(caller)?;
        let name = RoomName::to_enter(room)?.as_str();
        // Held until the socket is there.
        let mut entrance = None;
        if !socket.is_in(name) {
            // Who may not ask waits for nobody; the rule asks once more, after the wait.
            let found = authorize::rule(self.table(), name)?;
            authorize::condition(&found.rule.auth(), &session)?;
            socket.check_room_limit(self.config().room_limit)?;
            entrance = self.entrance(name).await?;
            self.ask_rule(socket, name).await?;
        }
        let key = socket.sender_key();
        let after = match after.and_then(|after| self.positions().open(after)) {
            Some(place) => Some(After { place, member_since: self.member_since(&key, name, membership).await? }),
            None => None,
        };
        let mut held = self.seat(socket, name, after).await?;
        // Others wait behind it, and a client may take its time with what it missed.
        drop(entrance);
        // Who takes longer is closed by what is dropped here, and goes on where it was.
        let shown = timeout(self.config().handler_timeout, held.show_missed(&self.parts().replays)).await;
        let shown = shown.map_err(|_| SyncError::new("sync-timeout"))?;
        self.charge_socket(socket, shown);
        let pos = self.positions().seal(held.position());
        let people = self.follow(socket, name, &held, follows);
        let is_shared = self.hub().is_shared() && socket.identity().can_come_back();
        let membership = is_shared.then(|| key.seal_membership(self.positions(), name, held.member_since()));
        let joined = JoinedRoom { pos: &pos, recovered: held.is_recovered(), membership, presence: people.as_deref() };
        Ok((answer_rooms_joined(&socket.room_names(), &joined), held))
    }

    /// Returns since when somebody has been a member, as far as they prove it to this server and have not left since; whoever is known here has
    /// nothing to prove.
    ///
    /// # Errors
    ///
    /// `sync-unavailable` where it cannot be found out whether they have left: they come again, and lose nothing.
    async fn member_since(
        &self,
        key: &SenderKey,
        room: &str,
        proof: Option<&str>,
    ) -> Result<Option<Position>, SyncError> {
        let is_asked = self.hub().is_shared() && !self.hub().knows(key, room);
        let Some(proof) = proof.filter(|_| is_asked) else { return Ok(None) };
        let since = soon(Instant::now() + NOTED_WITHIN, self.hub().member_since(key, room, proof)).await;
        since.unwrap_or_else(|| Err(SyncError::new("sync-unavailable")))
    }

    /// Lets a member hear who is in a room, if it wants to, and returns who is; `None` where the rule of the room has no `presence`.
    fn follow(&self, socket: &Socket<A>, room: &str, held: &HeldSeat<A>, follows: bool) -> Option<Box<RawValue>> {
        // First: what changes while the list is written comes behind the answer.
        held.follow(follows);
        let is_shown = follows && attendance::is_seen(self.parts(), room);
        let people = is_shown.then(|| self.parts().presence.list(socket, room))?;
        self.charge_socket(socket, people.get().len());
        Some(people)
    }

    /// Takes over what a socket says of its person.
    pub(super) async fn update_presence(&self, caller: &Caller<A>, update: &PresenceUpdate<'_>) -> Answer {
        let updated = async {
            self.check_message(caller)?;
            let socket = member(caller)?;
            if let Some((room, data)) = &update.said {
                attendance::say(self.parts(), socket, RoomName::new(room)?.as_str(), data)?;
            }
            if let Some(away) = update.away {
                attendance::set_away(self.parts(), socket, away);
            }
            Ok(answer_plain())
        };
        // A rule of what is said is code of the app's.
        let updated = contained_stages(Box::pin(updated)).await;
        self.answer(caller, updated)
    }

    /// Leaves a room; leaving one that the socket is not in is allowed. Behind the answer comes nothing of the room any more.
    pub(super) async fn leave(&self, caller: &Caller<A>, room: &str) -> Answer {
        let left = match self.check_message(caller).and_then(|_| member(caller)) {
            Ok(socket) => {
                if self.unseat(socket, room).await && self.keep(room) == Keep::Durably {
                    self.noted().await;
                }
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
            answer_plain()
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
pub(super) fn member<A: App>(caller: &Caller<A>) -> Result<&Arc<Socket<A>>, SyncError> {
    caller.socket().ok_or_else(|| bad_request("event"))
}
