//! The rooms whose people are known, and who is on a socket.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::{Instant, sleep_until};
use crate::contain::{Guarded, Panicked, contained};
use crate::dispatch::presence::awaited::Awaited;
use crate::dispatch::presence::roster::{
    HandedPerson, PersonKey, PersonNews, Roster, Said, Shown, Step, TabKey, ToldPerson,
};
use crate::error::SyncError;
use crate::id::Id;
use crate::rooms::Socket;
use crate::route::{App, People, Present};
use crate::schema::{InputSchema, decode};
use crate::tables::shrink;
use crate::wire::PositionKey;

/// How many bytes of JSON somebody may say of themselves.
const DATA_LIMIT: usize = 1024;

/// Who is in the rooms whose rules ask for it.
pub(in crate::dispatch) struct Presence<A: App> {
    rooms: Mutex<HashMap<Arc<str>, Arc<RoomPresence<A>>>>,
    schema: InputSchema,
    /// Numbers people: their ids say nothing about who they are.
    key: Arc<PositionKey>,
    /// The sockets that are gone and are waited for, in all rooms.
    awaited: Arc<Awaited>,
    /// The name of this server, where others are told who is here.
    server: Option<Id>,
    /// Set when the server stops: nobody is told anything any more, nor waited for.
    stopped: CancellationToken,
}

/// Who is on a socket.
pub(in crate::dispatch) struct Who<A: App> {
    /// The session that says so.
    session: Arc<Guarded<A::Session>>,
    /// `None` when the app could not say it.
    person: Option<(PersonKey, Id, Shown<A>)>,
}

/// Who is in one room.
pub(in crate::dispatch) struct RoomPresence<A: App> {
    name: Arc<str>,
    roster: Mutex<Roster<A>>,
    /// Told when its task has something to do earlier than it thinks.
    changed: Notify,
}

impl<A: App> Presence<A> {
    pub(in crate::dispatch) fn new(nesting: usize, key: Arc<PositionKey>, is_shared: bool) -> Self {
        Self {
            rooms: Mutex::default(),
            schema: InputSchema::of::<A::Presence>().nested(nesting),
            key,
            awaited: Arc::default(),
            server: is_shared.then(Id::random),
            stopped: CancellationToken::new(),
        }
    }

    /// Ends what runs, and begins nothing more.
    pub(in crate::dispatch) fn stop(&self) {
        self.stopped.cancel();
    }

    /// Waits until it is stopped.
    pub(in crate::dispatch) async fn stopped(&self) {
        self.stopped.cancelled().await;
    }

    /// Changes what is known of a room; one of which nothing is known is skipped, unless somebody `enters`. Returns what the change returns,
    /// and the room if a task is to be started for it.
    pub(in crate::dispatch) fn change<R>(
        &self,
        room: &str,
        enters: bool,
        change: impl FnOnce(&mut Roster<A>) -> R,
    ) -> Option<(R, Option<Arc<RoomPresence<A>>>)> {
        loop {
            let here = self.room(room, enters)?;
            let mut roster = here.roster.lock();
            if roster.is_over() {
                // Whoever ended it took it out of the index under both locks: the next look finds another one.
                continue;
            }
            let changed = change(&mut roster);
            let begins = !self.stopped.is_cancelled() && roster.begins_work();
            let is_idle = roster.is_idle();
            drop(roster);
            here.changed.notify_one();
            if is_idle {
                self.forget_if_empty(&here);
            }
            return Some((changed, begins.then_some(here)));
        }
    }

    fn room(&self, room: &str, enters: bool) -> Option<Arc<RoomPresence<A>>> {
        let mut rooms = self.rooms.lock();
        if let Some(here) = rooms.get(room) {
            return Some(here.clone());
        }
        enters.then(|| {
            let name: Arc<str> = room.into();
            let roster = Roster::new(name.clone(), self.awaited.clone());
            let roster = match self.server {
                Some(server) => roster.shared(server),
                None => roster,
            };
            let (roster, changed) = (Mutex::new(roster), Notify::new());
            let here = Arc::new(RoomPresence { name: name.clone(), roster, changed });
            rooms.insert(name, here.clone());
            here
        })
    }

    /// Forgets a room that nobody is in.
    pub(in crate::dispatch) fn forget_if_empty(&self, here: &RoomPresence<A>) {
        let mut rooms = self.rooms.lock();
        if here.roster.lock().end_if_empty() {
            rooms.remove(&here.name);
            shrink(&mut rooms);
        }
    }

    /// Returns who is on a socket, as its session says now. It is the app that says so: to be asked without a lock.
    pub(in crate::dispatch) fn who(&self, socket: &Socket<A>, room: &str) -> Who<A> {
        let session = socket.session().get();
        let asked = contained(|| {
            let user = A::user_id(&session).map(Box::from);
            let key = user.map_or_else(|| PersonKey::Page(socket.sender_key().session), PersonKey::User);
            (key, Shown::<A>::new(A::public(&session)))
        });
        let asked = asked.inspect_err(|Panicked| tracing::error!(what = "the public part of a session", "panicked"));
        let person = asked.ok().and_then(|(key, shown)| Some((key, shown.ok()?)));
        let person = person.map(|(key, shown)| {
            let id = self.id_of(&key, room);
            (key, id, shown)
        });
        Who { session, person }
    }

    /// Returns by what somebody is known in a room, on every server.
    fn id_of(&self, key: &PersonKey, room: &str) -> Id {
        match key {
            PersonKey::User(user) => self.key.number_of(&["user", room, user]),
            PersonKey::Page(page) => self.key.number_of(&["page", room, &page.to_string()]),
        }
    }

    /// Reads what another server has told of somebody; `None` if another version of the app has written it.
    pub(in crate::dispatch) fn read_told(&self, room: &str, told: PersonNews) -> Option<Heard<A>> {
        let PersonNews { key, open, said } = told;
        // What is read is the app's: its `Deserialize` may panic.
        let read = contained(|| {
            let open = match open {
                Some((user, away)) => Some((Shown::read(&user)?, away)),
                None => None,
            };
            let said = match said {
                Some((at, Some(data))) => Some((at, Some(Said::read(&data)?))),
                Some((at, None)) => Some((at, None)),
                None => None,
            };
            Some((open, said))
        });
        let (open, said) = read.ok()??;
        Some(Heard(ToldPerson { id: self.id_of(&key, room), key, open, said }))
    }

    /// Returns who is in a room, for the process that takes over.
    pub(in crate::dispatch) fn handed(&self, room: &str) -> Vec<HandedPerson> {
        self.room(room, false).map(|here| here.roster.lock().handed(Instant::now())).unwrap_or_default()
    }

    /// Reads somebody of the process before; `None` if another version of the app has written it, which shows them anew.
    pub(in crate::dispatch) fn read_handed(&self, room: &str, person: HandedPerson) -> Option<TakenOver<A>> {
        // What is read is the app's: its `Deserialize` may panic.
        let read = contained(|| Some((Shown::read(&person.user)?, person.said.as_deref().and_then(Said::read))));
        Some(TakenOver { id: self.id_of(&person.key, room), shown: read.ok()??, person })
    }

    /// Returns the rooms of which something is known.
    pub(in crate::dispatch) fn rooms(&self) -> Vec<Arc<str>> {
        self.rooms.lock().keys().cloned().collect()
    }

    /// Reads what somebody says of themselves; `None` for `null`, which takes back what they have said.
    ///
    /// # Errors
    ///
    /// `sync-too-large`, `sync-invalid-input`.
    pub(in crate::dispatch) fn read(&self, data: &RawValue) -> Result<Option<Said<A>>, SyncError> {
        if data.get().len() > DATA_LIMIT {
            return Err(SyncError::new("sync-too-large").param("limit", DATA_LIMIT));
        }
        if data.get() == "null" {
            return Ok(None);
        }
        let read = decode::<A::Presence>(&self.schema, data.get());
        let value = read.map_err(|invalid| SyncError::invalid_input(invalid.path, invalid.reason))?;
        Said::new(value).map(Some)
    }

    /// Returns who is in a room, as JSON for the one who asks.
    pub(in crate::dispatch) fn list(&self, socket: &Socket<A>, room: &str) -> Box<RawValue> {
        match self.room(room, false) {
            Some(here) => here.roster.lock().list(socket.id()),
            // Nobody is there who could be shown.
            None => Roster::<A>::new(room.into(), Arc::default()).list(socket.id()),
        }
    }

    /// Returns the rooms where a session is waited for whose sockets are gone.
    pub(in crate::dispatch) fn awaiting(&self, session: Id) -> Vec<Arc<str>> {
        self.awaited.rooms_of(session)
    }

    /// Returns of how many rooms something is known.
    #[cfg(test)]
    pub(in crate::dispatch) fn room_count(&self) -> usize {
        self.rooms.lock().len()
    }
}

impl<A: App> Who<A> {
    /// Notes that the socket is in a room as this person; `false` when it is another person meanwhile, since the session has changed.
    pub(in crate::dispatch) fn enter(self, roster: &mut Roster<A>, socket: &Socket<A>) -> bool {
        if !Arc::ptr_eq(&self.session, &socket.session().get()) {
            return false;
        }
        let address = socket.identity().address;
        let tab = TabKey { socket: socket.id(), session: socket.session().id(), address, server: None };
        match self.person {
            Some((key, id, shown)) => roster.enter(key, id, tab, shown, socket.is_away()),
            // Nobody can be shown who it is.
            None => roster.leave(socket.id(), None),
        }
        true
    }
}

/// What another server has told of somebody.
pub(in crate::dispatch) struct Heard<A: App>(ToldPerson<A>);

/// Somebody of the process before.
pub(in crate::dispatch) struct TakenOver<A: App> {
    id: Id,
    shown: (Shown<A>, Option<Said<A>>),
    person: HandedPerson,
}

impl<A: App> Roster<A> {
    /// Takes over somebody of the process before.
    pub(in crate::dispatch) fn go_on_with(&mut self, TakenOver { id, shown, person }: TakenOver<A>) {
        self.take_over(id, person, shown, Instant::now());
    }

    /// Takes over what another server has told.
    pub(in crate::dispatch) fn hear_of(&mut self, server: Id, Heard(told): Heard<A>) {
        self.hear(server, told);
    }
}

impl<A: App> RoomPresence<A> {
    /// Takes what other servers are to be told of the people here, and whether they are to be asked who is there.
    pub(in crate::dispatch) fn take_news(&self) -> (Vec<PersonNews>, bool) {
        let mut roster = self.roster.lock();
        (roster.take_news(), roster.asks())
    }

    pub(in crate::dispatch) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Says what is to be done now.
    pub(in crate::dispatch) fn step(&self) -> Step {
        self.roster.lock().step(&self.name, Instant::now())
    }

    /// Waits until a time, or until something has changed.
    pub(in crate::dispatch) async fn changed_before(&self, until: Instant) {
        tokio::select! {
            () = sleep_until(until) => {}
            () = self.changed.notified() => {}
        }
    }
}

impl<A: App> People<A> for Presence<A> {
    fn people(&self, room: &str) -> Vec<Present<A>> {
        let people = self.room(room, false).map(|here| here.roster.lock().people()).unwrap_or_default();
        // What is the app's is copied without a lock: its `Clone` may do anything.
        people.into_iter().map(|person| person.present()).collect()
    }
}
