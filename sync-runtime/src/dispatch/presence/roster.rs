//! The people in one room, and what is still to be told of them. It knows no clock, no sockets and no tasks.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::clock::Instant;
use crate::contain::Guarded;
use crate::dispatch::presence::awaited::{Awaited, Whom};
use crate::error::SyncError;
use crate::id::Id;
use crate::route::{App, Present};
use crate::schema::encode_raw;
use crate::tables::shrink;
use crate::wire::{Packet, PresenceChange, PresenceKind, PresentPerson, Roster as RosterAnswer};

/// The shortest time between two frames of one room.
const INTERVAL: Duration = Duration::from_millis(200);
/// How many bytes one frame has, about; what is beyond goes with the next.
const FRAME_BYTES: usize = 64 * 1024;
/// How often other servers are told of all who are here, at most.
const TOLD_AGAIN: Duration = Duration::from_secs(1);
/// How many people are listed for who asks, and in how many bytes, about.
const LISTED: usize = 1000;
const LISTED_BYTES: usize = 256 * 1024;
/// How many of those who are gone may come back unnoticed in one room, and how many of them may be of one address; those beyond have left.
const AWAITED: usize = 1000;
const AWAITED_OF_ADDRESS: usize = AWAITED / 4;
/// What an entry has besides what the app says.
const ENTRY_BYTES: usize = 100;

/// What other servers are to be told.
struct News {
    /// This server.
    server: Id,
    people: Vec<PersonNews>,
    /// Whether they are to be asked who is there.
    asks: bool,
    /// Whether they are to be told of all who are here, and when they were last.
    tells_again: bool,
    told_again: Option<Instant>,
}

/// Somebody in a room, as one process hands them to the next.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::dispatch) struct HandedPerson {
    pub(super) key: PersonKey,
    pub(super) user: Box<RawValue>,
    pub(super) said: Option<Box<RawValue>>,
    told_away: Option<bool>,
    tabs: Vec<HandedTab>,
}

/// What somebody has open here, or is waited for.
#[derive(Debug, Serialize, Deserialize)]
struct HandedTab {
    socket: Id,
    session: Id,
    address: Option<IpAddr>,
    away: bool,
    /// For how long it is waited for, if it is gone.
    awaited: Option<Duration>,
}

/// What one server tells others of somebody in a room.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::dispatch) struct PersonNews {
    pub(super) key: PersonKey,
    /// What others may know of them, and whether they are away; `None` if they have nothing open there any more.
    pub(super) open: Option<(Box<RawValue>, bool)>,
    /// What they said of themselves last, anywhere.
    pub(super) said: Option<(SaidAt, Option<Box<RawValue>>)>,
}

impl PersonNews {
    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let open = self.open.as_ref().map(|(user, away)| (user.get(), away));
        (open, self.said.as_ref().map(|(at, _)| at)).hash(&mut hasher);
        hasher.finish()
    }
}

/// The same, as it was read.
pub(super) struct ToldPerson<A: App> {
    pub(super) key: PersonKey,
    pub(super) id: Id,
    pub(super) open: Option<(Shown<A>, bool)>,
    pub(super) said: Option<(SaidAt, Option<Said<A>>)>,
}

/// By what the tabs and sessions of one person are known to be of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum PersonKey {
    /// Somebody who has signed in.
    User(Box<str>),
    /// The page of somebody who has not.
    Page(Id),
}

/// What others may know of somebody.
pub(super) struct Shown<A: App>(Part<A::Public>);

/// What somebody says of themselves.
pub(in crate::dispatch) struct Said<A: App>(Part<A::Presence>);

/// A value of the app's, with the JSON that it is on the wire.
struct Part<T> {
    value: Arc<Guarded<T>>,
    json: Box<RawValue>,
}

/// Somebody in a room, without the room.
pub(super) struct Snapshot<A: App> {
    user: Arc<Guarded<A::Public>>,
    away: bool,
    data: Option<Arc<Guarded<A::Presence>>>,
}

/// What is to be done next.
pub(in crate::dispatch) enum Step {
    /// To tell the members.
    Tell(Packet),
    /// To wait for this, or for a change.
    Wait(Instant),
    /// Nothing, until something changes.
    Done,
}

/// The people in one room.
pub(in crate::dispatch) struct Roster<A: App> {
    /// By the number of their coming.
    people: BTreeMap<u64, Person<A>>,
    numbers: HashMap<PersonKey, u64>,
    /// Whose socket it is.
    sockets: HashMap<Id, u64>,
    /// The sockets that are gone and are waited for, with until when.
    lost: BTreeSet<(Instant, Id)>,
    /// The people of whom something may be to be told, in the order of what they have done.
    changed: VecDeque<u64>,
    last_number: u64,
    next_frame: Option<Instant>,
    /// How many of them are of each address.
    lost_of: HashMap<IpAddr, usize>,
    room: Arc<str>,
    /// Those who are waited for in all rooms, those of this one included.
    awaited: Arc<Awaited>,
    /// The sockets that stand for what somebody has open on another server, and that server.
    elsewhere: HashMap<Id, Id>,
    /// What other servers are to be told, where there are any.
    news: Option<News>,
    /// Whether a task tells and waits.
    has_task: bool,
    is_over: bool,
}

struct Person<A: App> {
    key: PersonKey,
    id: Id,
    tabs: Vec<Tab>,
    user: Shown<A>,
    data: Option<Said<A>>,
    /// Whether they are away, as others have been told; `None` if nobody has been told that they are there.
    told_away: Option<bool>,
    /// Whether what is shown or said is another thing than what was told.
    is_updated: bool,
    /// Whether somebody was shown a list that was ahead of what was told: there is something to tell, even if it is again as it was.
    is_listed_ahead: bool,
    /// Whether they are in `changed`.
    is_changed: bool,
    /// Which of all that they have said of themselves, on any server, `data` is.
    said: Option<SaidAt>,
    /// What other servers were told of them last, as a hash.
    others_know: Option<u64>,
}

/// Of what somebody says of themselves on two servers, the later one counts: by its number, or by its server where that is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct SaidAt {
    number: u64,
    server: Id,
}

/// A socket, and the session that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TabKey {
    pub(super) socket: Id,
    pub(super) session: Id,
    /// Where it is.
    pub(super) address: Option<IpAddr>,
    /// The server that it is on, if that is another one: it stands for all that somebody has open there.
    pub(super) server: Option<Id>,
}

impl TabKey {
    fn awaited_in(self, room: &Arc<str>) -> Whom<'_> {
        Whom { session: self.session, address: self.address, room }
    }
}

/// One socket of somebody.
struct Tab {
    key: TabKey,
    away: bool,
    /// Until when it is waited for, if it is gone.
    lost: Option<Instant>,
}

impl<T: Serialize> Part<T> {
    fn new(value: T, what: &'static str) -> Result<Self, SyncError> {
        let value = Guarded::new(value);
        let json = encode_raw(&*value).map_err(|error| {
            tracing::error!(what, %error, "has no JSON form");
            SyncError::new("sync-server-failed")
        })?;
        Ok(Self { value: Arc::new(value), json })
    }
}

impl<A: App> Shown<A> {
    pub(super) fn new(public: A::Public) -> Result<Self, SyncError> {
        Part::new(public, "the public part of a session").map(Self)
    }

    /// Reads what another process has written; `None` if another version of the app has.
    pub(super) fn read(json: &RawValue) -> Option<Self> {
        Self::new(serde_json::from_str(json.get()).ok()?).ok()
    }
}

impl<A: App> Said<A> {
    pub(super) fn new(said: A::Presence) -> Result<Self, SyncError> {
        Part::new(said, "what somebody says of themselves").map(Self)
    }

    /// Reads what another process has written; `None` if another version of the app has.
    pub(super) fn read(json: &RawValue) -> Option<Self> {
        Self::new(serde_json::from_str(json.get()).ok()?).ok()
    }
}

impl<A: App> Snapshot<A> {
    /// Copies what the handler gets.
    pub(in crate::dispatch) fn present(&self) -> Present<A> {
        let data = self.data.as_ref().map(|data| A::Presence::clone(data));
        Present { user: A::Public::clone(&self.user), away: self.away, data }
    }
}

impl<A: App> Person<A> {
    fn is_here(&self) -> bool {
        !self.tabs.is_empty()
    }

    fn is_away(&self) -> bool {
        self.tabs.iter().all(|tab| tab.away)
    }

    /// Returns what is to be told of them, if anything.
    fn change(&self) -> Option<PresenceKind> {
        match (self.told_away, self.is_here()) {
            (None, false) => self.is_listed_ahead.then_some(PresenceKind::Left),
            (None, true) => Some(PresenceKind::Joined),
            (Some(_), false) => Some(PresenceKind::Left),
            (Some(false), true) if self.is_away() => Some(PresenceKind::Afk),
            (Some(true), true) if !self.is_away() => Some(PresenceKind::Back),
            _ => (self.is_updated || self.is_listed_ahead).then_some(PresenceKind::Updated),
        }
    }

    /// Returns what other servers are to know of them.
    fn news(&self) -> PersonNews {
        let mut here = self.tabs.iter().filter(|tab| tab.key.server.is_none()).peekable();
        let open = here.peek().is_some().then(|| (self.user.0.json.clone(), here.all(|tab| tab.away)));
        let data = self.data.as_ref().map(|Said(said)| said.json.clone());
        PersonNews { key: self.key.clone(), open, said: self.said.map(|at| (at, data)) }
    }

    fn present(&self) -> PresentPerson<'_> {
        let data = self.data.as_ref().map(|Said(said)| &*said.json);
        PresentPerson { id: self.id, user: &self.user.0.json, away: self.is_away(), data }
    }

    fn bytes(&self) -> usize {
        let data = self.data.as_ref().map_or(0, |Said(said)| said.json.get().len());
        self.user.0.json.get().len() + data + ENTRY_BYTES
    }
}

impl<A: App> Roster<A> {
    /// Nobody is here yet; those who are waited for are counted together with those of other rooms.
    pub(super) fn new(room: Arc<str>, awaited: Arc<Awaited>) -> Self {
        Self {
            people: BTreeMap::new(),
            numbers: HashMap::new(),
            sockets: HashMap::new(),
            lost: BTreeSet::new(),
            changed: VecDeque::new(),
            last_number: 0,
            next_frame: None,
            lost_of: HashMap::new(),
            room,
            awaited,
            elsewhere: HashMap::new(),
            news: None,
            has_task: false,
            is_over: false,
        }
    }

    /// Has others be told of those who are here on this server.
    pub(super) fn shared(self, server: Id) -> Self {
        Self {
            news: Some(News { server, people: Vec::new(), asks: false, tells_again: false, told_again: None }),
            ..self
        }
    }

    /// Returns whether another roster takes the place of this one.
    pub(in crate::dispatch) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Ends it if nobody is here, and returns whether it has ended now; it ends once.
    pub(in crate::dispatch) fn end_if_empty(&mut self) -> bool {
        let ends = !self.is_over && self.is_idle();
        self.is_over |= ends;
        ends
    }

    /// Returns whether nobody is here, and nobody is told so any more.
    pub(in crate::dispatch) fn is_idle(&self) -> bool {
        self.people.is_empty() && !self.has_task
    }

    /// Returns whether a task is to be started: there is something to do, and none does it.
    pub(in crate::dispatch) fn begins_work(&mut self) -> bool {
        let has_work = !self.changed.is_empty() || !self.lost.is_empty();
        has_work && !std::mem::replace(&mut self.has_task, true)
    }

    /// Notes that a socket of somebody is here; it may have been before.
    pub(super) fn enter(&mut self, key: PersonKey, id: Id, tab: TabKey, shown: Shown<A>, away: bool) {
        if self.person_of(tab.socket).is_some_and(|person| person.key != key) {
            self.leave(tab.socket, None);
        }
        if tab.server.is_none()
            && self.is_nobody_present()
            && let Some(news) = &mut self.news
        {
            // Nothing was heard of others until now.
            news.asks = true;
        }
        let number = self.number(&key, id, shown);
        let is_here = self.sockets.insert(tab.socket, number).is_some();
        if let Some(server) = tab.server {
            self.elsewhere.insert(tab.socket, server);
        }
        let Some(person) = self.people.get_mut(&number) else { return };
        let mut waited_for = None;
        match person.tabs.iter_mut().find(|known| known.key == tab) {
            Some(known) => {
                known.away = away;
                waited_for = known.lost.take();
            }
            None => person.tabs.push(Tab { key: tab, away, lost: None }),
        }
        if let Some(until) = waited_for {
            self.expect_not(until, tab);
        }
        if !is_here {
            // They have come back: nobody waits for what they had open before.
            self.drop_lost(number, |_| true);
        }
        self.note(number);
    }

    /// Waits no longer for the sockets of a session that are gone.
    pub(in crate::dispatch) fn expect_no_more(&mut self, session: Id) {
        let sockets = self.lost.iter().filter_map(|(_, socket)| self.sockets.get(socket));
        let numbers: BTreeSet<u64> = sockets.copied().collect();
        for number in numbers {
            self.drop_lost(number, |tab| tab.session == session);
            self.note(number);
        }
        self.forget_others_if_alone();
    }

    /// Forgets those sockets of somebody that are gone and are meant.
    fn drop_lost(&mut self, number: u64, is_meant: impl Fn(TabKey) -> bool) {
        let Some(person) = self.people.get_mut(&number) else { return };
        let dropped = person.tabs.extract_if(.., |tab| tab.lost.is_some() && is_meant(tab.key));
        for Tab { key, lost, .. } in dropped.collect::<Vec<_>>() {
            self.sockets.remove(&key.socket);
            self.elsewhere.remove(&key.socket);
            if let Some(until) = lost {
                self.expect_not(until, key);
            }
        }
    }

    /// Waits for a socket, and returns whether there is a place for that.
    fn expect(&mut self, until: Instant, tab: TabKey) -> bool {
        if tab.server.is_some() {
            // Nobody can make up more of these than there are people elsewhere.
            return self.lost.insert((until, tab.socket));
        }
        let of_address = tab.address.map_or(0, |address| self.lost_of.get(&address).copied().unwrap_or_default());
        let has_place = self.lost.len() < AWAITED && of_address < AWAITED_OF_ADDRESS;
        if !has_place || !self.awaited.add(tab.awaited_in(&self.room)) {
            return false;
        }
        if let Some(address) = tab.address {
            *self.lost_of.entry(address).or_default() += 1;
        }
        self.lost.insert((until, tab.socket))
    }

    fn expect_not(&mut self, until: Instant, tab: TabKey) {
        if !self.lost.remove(&(until, tab.socket)) || tab.server.is_some() {
            return;
        }
        self.awaited.remove(tab.awaited_in(&self.room));
        if let Some(address) = tab.address
            && let Some(count) = self.lost_of.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                self.lost_of.remove(&address);
            }
        }
    }

    /// Returns the number of somebody as they are shown now.
    fn number(&mut self, key: &PersonKey, id: Id, shown: Shown<A>) -> u64 {
        if let Some(number) = self.numbers.get(key).copied()
            && let Some(person) = self.people.get_mut(&number)
        {
            person.is_updated |= person.user.0.json.get() != shown.0.json.get();
            person.user = shown;
            return number;
        }
        self.last_number += 1;
        let person = Person {
            key: key.clone(),
            id,
            tabs: Vec::new(),
            user: shown,
            data: None,
            told_away: None,
            is_updated: false,
            is_listed_ahead: false,
            is_changed: false,
            said: None,
            others_know: None,
        };
        self.people.insert(self.last_number, person);
        self.numbers.insert(key.clone(), self.last_number);
        self.last_number
    }

    /// Notes that a socket is gone; until then it is waited for, whereupon it has left. One of a session is enough: whoever comes back is
    /// there again with all that is opened then.
    pub(in crate::dispatch) fn leave(&mut self, socket: Id, until: Option<Instant>) {
        let Some(number) = self.sockets.get(&socket).copied() else { return };
        let Some((tab, away)) = self.remove_tab(number, socket) else { return };
        if let Some(until) = until {
            let other = if tab.server.is_some() { None } else { self.take_lost(number, tab.session) };
            let (until, away) =
                other.map_or((until, away), |(other_until, other_away)| (until.max(other_until), away && other_away));
            if self.expect(until, tab)
                && let Some(person) = self.people.get_mut(&number)
            {
                person.tabs.push(Tab { key: tab, away, lost: Some(until) });
                self.sockets.insert(socket, number);
                if let Some(server) = tab.server {
                    self.elsewhere.insert(socket, server);
                }
            }
        }
        self.note(number);
        self.forget_others_if_alone();
    }

    /// Removes a socket, and returns which it was, and whether it was away.
    fn remove_tab(&mut self, number: u64, socket: Id) -> Option<(TabKey, bool)> {
        let tabs = &mut self.people.get_mut(&number)?.tabs;
        let Tab { key, away, lost } = tabs.remove(tabs.iter().position(|tab| tab.key.socket == socket)?);
        self.sockets.remove(&socket);
        self.elsewhere.remove(&socket);
        shrink(&mut self.sockets);
        if let Some(until) = lost {
            self.expect_not(until, key);
        }
        Some((key, away))
    }

    /// Takes the one socket of a session that is waited for, and returns until when it was, and whether it was away.
    fn take_lost(&mut self, number: u64, session: Id) -> Option<(Instant, bool)> {
        let tabs = &self.people.get(&number)?.tabs;
        let lost = tabs.iter().find(|tab| tab.key.session == session && tab.lost.is_some())?;
        let (socket, until) = (lost.key.socket, lost.lost?);
        let (_, away) = self.remove_tab(number, socket)?;
        Some((until, away))
    }

    /// Notes whether somebody does something at a socket.
    pub(in crate::dispatch) fn set_away(&mut self, socket: Id, away: bool) {
        let Some(number) = self.sockets.get(&socket).copied() else { return };
        let tabs = self.people.get_mut(&number).map(|person| &mut person.tabs);
        for tab in tabs.into_iter().flatten().filter(|tab| tab.key.socket == socket) {
            tab.away = away;
        }
        self.note(number);
    }

    /// Takes over what somebody says of themselves; `false` when the socket is not here.
    pub(in crate::dispatch) fn say(&mut self, socket: Id, said: Option<Said<A>>) -> bool {
        let Some(number) = self.sockets.get(&socket).copied() else { return false };
        let Some(person) = self.people.get_mut(&number) else { return false };
        let json = |said: &Option<Said<A>>| said.as_ref().map(|Said(said)| said.json.get().to_owned());
        person.is_updated |= json(&person.data) != json(&said);
        person.data = said;
        let last = person.said.map_or(0, |said| said.number);
        person.said = self.news.as_ref().map(|news| SaidAt { number: last + 1, server: news.server });
        self.note(number);
        true
    }

    /// Returns those who are here, for the process that takes over, in the order in which they came. Those on other servers are told of there.
    pub(in crate::dispatch) fn handed(&self, now: Instant) -> Vec<HandedPerson> {
        let person = |person: &Person<A>| {
            let tabs =
                person.tabs.iter().filter(|tab| tab.key.server.is_none()).map(|Tab { key, away, lost }| HandedTab {
                    socket: key.socket,
                    session: key.session,
                    address: key.address,
                    away: *away,
                    awaited: lost.map(|until| until.saturating_duration_since(now)),
                });
            HandedPerson {
                key: person.key.clone(),
                user: person.user.0.json.clone(),
                said: person.data.as_ref().map(|Said(said)| said.json.clone()),
                told_away: person.told_away,
                tabs: tabs.collect(),
            }
        };
        self.people.values().map(person).filter(|person| !person.tabs.is_empty()).collect()
    }

    /// Takes over somebody who was here in the process before, as others have been told of them.
    pub(super) fn take_over(
        &mut self,
        id: Id,
        person: HandedPerson,
        (shown, said): (Shown<A>, Option<Said<A>>),
        now: Instant,
    ) {
        let number = self.number(&person.key, id, shown);
        for HandedTab { socket, session, address, away, awaited } in person.tabs {
            let key = TabKey { socket, session, address, server: None };
            let lost = awaited.map(|left| now + left);
            if lost.is_some_and(|until| !self.expect(until, key)) {
                continue;
            }
            self.sockets.insert(socket, number);
            if let Some(person) = self.people.get_mut(&number) {
                person.tabs.push(Tab { key, away, lost });
            }
        }
        if let Some(known) = self.people.get_mut(&number) {
            (known.data, known.told_away) = (said, person.told_away);
            known.said = self.news.as_ref().map(|news| SaidAt { number: 1, server: news.server });
        }
        // Others have been told of most; of the rest, there is still something to tell.
        self.note(number);
    }

    /// Returns the sockets that are taken to be here.
    pub(in crate::dispatch) fn present(&self) -> Vec<Id> {
        let tabs = self.people.values().flat_map(|person| &person.tabs);
        tabs.filter(|tab| tab.lost.is_none() && tab.key.server.is_none()).map(|tab| tab.key.socket).collect()
    }

    /// Whether no socket of this server is here but those that are waited for.
    fn is_nobody_present(&self) -> bool {
        let lost_here = self.lost.iter().filter(|(_, socket)| !self.elsewhere.contains_key(socket)).count();
        self.sockets.len() - self.elsewhere.len() == lost_here
    }

    /// Is told that somebody comes in: while nobody was present, nothing was heard of others, who have to say again that they are there.
    pub(in crate::dispatch) fn expect_others(&mut self, until: Instant) {
        if self.is_nobody_present() {
            self.distrust(None, Some(until));
        }
    }

    /// Of a room that nobody is in here, nothing is heard.
    fn forget_others_if_alone(&mut self) {
        if self.sockets.len() > self.elsewhere.len() {
            return;
        }
        let others: Vec<Id> = self.elsewhere.keys().copied().collect();
        for socket in others {
            if let Some(number) = self.sockets.get(&socket).copied() {
                self.remove_tab(number, socket);
                self.note(number);
            }
        }
    }

    /// Takes over what another server says of somebody: they have something open there, or nothing any more.
    pub(super) fn hear(&mut self, server: Id, told: ToldPerson<A>) {
        if self.sockets.len() == self.elsewhere.len() {
            // Nobody here hears of them, nor would it be heard that they go.
            return;
        }
        let ToldPerson { key, id, open, said } = told;
        let socket = Id::of_texts(&[&server.to_string(), &id.to_string()]);
        let Some((shown, away)) = open else { return self.leave(socket, None) };
        let known = TabKey { socket, session: server, address: None, server: Some(server) };
        self.enter(key, id, known, shown, away);
        let Some(number) = self.sockets.get(&socket).copied() else { return };
        let Some(person) = self.people.get_mut(&number) else { return };
        if let Some((at, data)) = said
            && person.said.is_none_or(|known| at > known)
        {
            let json = |said: &Option<Said<A>>| said.as_ref().map(|Said(said)| said.json.get().to_owned());
            person.is_updated |= json(&person.data) != json(&data);
            (person.data, person.said) = (data, Some(at));
            self.note(number);
        }
    }

    /// Expects other servers, or one of them, to say again who is there; until then, or at once where there is no such time, they are as before.
    pub(in crate::dispatch) fn distrust(&mut self, server: Option<Id>, until: Option<Instant>) {
        let is_meant = |of: &Id| server.is_none_or(|server| server == *of);
        let sockets: Vec<Id> =
            self.elsewhere.iter().filter(|(_, of)| is_meant(of)).map(|(socket, _)| *socket).collect();
        for socket in sockets {
            self.leave(socket, until);
        }
    }

    /// Has others be asked who is there, and told who is here.
    pub(in crate::dispatch) fn ask_again(&mut self) {
        let is_anybody_present = !self.is_nobody_present();
        if let Some(news) = &mut self.news {
            news.asks |= is_anybody_present;
        }
        self.tell_again();
    }

    /// Returns whether others are to be asked who is there, once.
    pub(super) fn asks(&mut self) -> bool {
        self.news.as_mut().is_some_and(|news| std::mem::take(&mut news.asks))
    }

    /// Has others be told of all who are here on this server, soon: many may ask.
    pub(in crate::dispatch) fn tell_again(&mut self) {
        if let Some(news) = &mut self.news {
            news.tells_again = true;
        }
        // Whatever it is about, there is something to do.
        if let Some(number) = self.people.keys().next().copied() {
            self.note(number);
        }
    }

    fn tell_again_in_time(&mut self, now: Instant) {
        let Some(news) = &mut self.news else { return };
        if !news.tells_again || news.told_again.is_some_and(|told| told + TOLD_AGAIN > now) {
            return;
        }
        (news.tells_again, news.told_again) = (false, Some(now));
        let all: Vec<u64> = self.people.keys().copied().collect();
        for number in all {
            if let Some(person) = self.people.get_mut(&number) {
                person.others_know = None;
            }
            self.note(number);
        }
    }

    /// Takes what other servers are to be told of people, at most so many at once.
    pub(super) fn take_news(&mut self) -> Vec<PersonNews> {
        self.news.as_mut().map(|news| std::mem::take(&mut news.people)).unwrap_or_default()
    }

    /// Notes what others are to be told of somebody, if that is another thing than they know.
    fn note_news(&mut self, number: u64) {
        let (Some(news), Some(person)) = (&mut self.news, self.people.get_mut(&number)) else { return };
        let told = person.news();
        let known = (told.open.is_some() || person.others_know.is_some()).then(|| told.hash());
        if known.is_some() && known != person.others_know {
            person.others_know = told.open.is_some().then(|| told.hash());
            news.people.push(told);
        }
    }

    /// Returns who is here, in the order in which they came.
    pub(super) fn people(&self) -> Vec<Snapshot<A>> {
        let snapshot = |person: &Person<A>| Snapshot {
            user: person.user.0.value.clone(),
            away: person.is_away(),
            data: person.data.as_ref().map(|Said(said)| said.value.clone()),
        };
        self.here().map(snapshot).collect()
    }

    /// Writes who is here, for the one whose socket asks.
    ///
    /// Those who are not listed are counted if their coming was told: of the others, and of who is gone, frames are still to come.
    pub(super) fn list(&mut self, socket: Id) -> Box<RawValue> {
        let mut bytes = 0;
        let fits = |(_, person): &(&u64, &Person<A>)| {
            bytes += person.bytes();
            bytes <= LISTED_BYTES
        };
        let here = self.people.iter().filter(|(_, person)| person.is_here());
        let listed: Vec<u64> = here.take(LISTED).take_while(fits).map(|(number, _)| *number).collect();
        let told =
            |people: &mut dyn Iterator<Item = &Person<A>>| people.filter(|person| person.told_away.is_some()).count();
        let of_listed = || listed.iter().filter_map(|number| self.people.get(number));
        let more = told(&mut self.people.values()) - told(&mut of_listed());
        let me = self.person_of(socket).map(|person| person.id);
        let json = RosterAnswer { me, people: of_listed().map(Person::present).collect(), more }.to_json();
        for number in &listed {
            if let Some(person) = self.people.get_mut(number) {
                person.is_listed_ahead |= person.change().is_some();
            }
        }
        json
    }

    /// Says what is to be done at this time.
    pub(super) fn step(&mut self, room: &str, now: Instant) -> Step {
        while let Some((until, socket)) = self.lost.first().copied().filter(|(until, _)| *until <= now) {
            self.leave(socket, None);
            // Whatever became of the socket: it is waited for no longer.
            self.lost.remove(&(until, socket));
        }
        self.tell_again_in_time(now);
        if !self.changed.is_empty() {
            if let Some(next) = self.next_frame.filter(|next| now < *next) {
                return Step::Wait(next);
            }
            if let Some(packet) = self.frame(room) {
                self.next_frame = Some(now + INTERVAL);
                return Step::Tell(packet);
            }
        }
        let tells_again = self.news.as_ref().filter(|news| news.tells_again);
        let tells_again = tells_again.and_then(|news| Some(news.told_again? + TOLD_AGAIN));
        match self.lost.first().map(|(until, _)| *until).into_iter().chain(tells_again).min() {
            Some(until) => Step::Wait(until),
            None => {
                self.has_task = false;
                Step::Done
            }
        }
    }

    /// Writes the next frame; `None` when everything is again as it was told.
    fn frame(&mut self, room: &str) -> Option<Packet> {
        let told = self.next_changes();
        let changes: Vec<_> = told
            .iter()
            .filter_map(|(kind, number)| {
                Some(PresenceChange { kind: *kind, person: self.people.get(number)?.present() })
            })
            .collect();
        let packet = (!changes.is_empty()).then(|| Packet::presence(room, &changes));
        for (kind, number) in told {
            if kind == PresenceKind::Left {
                self.forget(number);
            } else if let Some(person) = self.people.get_mut(&number) {
                (person.told_away, person.is_updated, person.is_listed_ahead) = (Some(person.is_away()), false, false);
            }
        }
        packet
    }

    /// Takes the people out of the queue that the next frame is about.
    fn next_changes(&mut self) -> Vec<(PresenceKind, u64)> {
        let (mut told, mut bytes) = (Vec::new(), 0);
        while bytes < FRAME_BYTES
            && let Some(number) = self.changed.pop_front()
        {
            self.note_news(number);
            let Some(person) = self.people.get_mut(&number) else { continue };
            person.is_changed = false;
            match person.change() {
                Some(kind) => {
                    bytes += person.bytes();
                    told.push((kind, number));
                }
                // Nobody knew that they were here.
                None if !person.is_here() => self.forget(number),
                None => {}
            }
        }
        told
    }

    fn forget(&mut self, number: u64) {
        if let Some(person) = self.people.remove(&number) {
            self.numbers.remove(&person.key);
            shrink(&mut self.numbers);
        }
    }

    fn here(&self) -> impl Iterator<Item = &Person<A>> {
        self.people.values().filter(|person| person.is_here())
    }

    fn person_of(&self, socket: Id) -> Option<&Person<A>> {
        self.people.get(self.sockets.get(&socket)?)
    }

    /// Puts somebody into the queue of those of whom something may be to be told.
    fn note(&mut self, number: u64) {
        if let Some(person) = self.people.get_mut(&number)
            && !std::mem::replace(&mut person.is_changed, true)
        {
            self.changed.push_back(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::TestApp;
    use crate::schema::Empty;

    const SECOND: Duration = Duration::from_secs(1);

    /// A roster whose people are called by their numbers, and what was told of it.
    struct Stage {
        roster: Roster<TestApp>,
        now: Instant,
        last_socket: u8,
    }

    impl Stage {
        fn new() -> Self {
            Self { roster: Roster::new("r".into(), Arc::default()), now: Instant::now(), last_socket: 0 }
        }

        /// A tab of somebody comes in.
        fn enter(&mut self, person: u8, away: bool) -> Id {
            self.last_socket += 1;
            let socket = Id::of([self.last_socket; 16]);
            self.enter_again(person, socket, away);
            socket
        }

        fn enter_again(&mut self, person: u8, socket: Id, away: bool) {
            let shown = Shown::new(Empty {}).expect("it has a JSON form");
            let tab = TabKey { socket, session: Id::of([person + 100; 16]), address: None, server: None };
            self.roster.enter(PersonKey::User(person.to_string().into()), Id::of([person; 16]), tab, shown, away);
        }

        fn lose(&mut self, socket: Id, seconds: u32) {
            self.roster.leave(socket, Some(self.now + SECOND * seconds));
        }

        /// Lets time pass, and returns what is told then: kinds and people.
        fn after(&mut self, time: Duration) -> String {
            self.now += time;
            let mut told = Vec::new();
            while let Step::Tell(packet) = self.roster.step("r", self.now) {
                let array = packet.text().strip_prefix("42").expect("an event");
                let frame: serde_json::Value = serde_json::from_str(array).expect("JSON");
                let said = |change: &serde_json::Value| {
                    let person = u8::from_str_radix(&change["id"].as_str().expect("an id")[..2], 16).expect("a number");
                    format!("{person} {}", change["kind"].as_str().expect("a kind"))
                };
                told.push(
                    frame[1]["changes"].as_array().expect("changes").iter().map(said).collect::<Vec<_>>().join(", "),
                );
            }
            told.join(" | ")
        }

        fn at_once(&mut self) -> String {
            self.after(SECOND)
        }

        fn list(&mut self, socket: Id) -> serde_json::Value {
            serde_json::from_str(self.roster.list(socket).get()).expect("JSON")
        }

        fn listed(&self) -> usize {
            self.roster.people().len()
        }
    }

    #[test]
    fn what_ends_as_it_began_is_told_to_nobody() {
        let mut stage = Stage::new();
        let first = stage.enter(1, false);
        stage.roster.leave(first, None);
        assert_eq!(stage.at_once(), "");
        let first = stage.enter(1, false);
        assert_eq!(stage.at_once(), "1 joined");
        stage.roster.leave(first, None);
        let first = stage.enter(1, false);
        stage.roster.set_away(first, true);
        stage.roster.set_away(first, false);
        assert_eq!(stage.at_once(), "");
    }

    #[test]
    fn frames_have_time_between_them_and_take_everything_that_waits() {
        let mut stage = Stage::new();
        stage.enter(1, false);
        assert_eq!(stage.after(Duration::ZERO), "1 joined");
        let sockets: Vec<_> = (2..6).map(|person| stage.enter(person, person % 2 == 0)).collect();
        assert_eq!(stage.after(INTERVAL / 2), "");
        stage.roster.leave(sockets[3], None);
        assert_eq!(stage.after(INTERVAL / 2), "2 joined, 3 joined, 4 joined");
        stage.roster.set_away(sockets[0], false);
        stage.roster.leave(sockets[1], None);
        assert_eq!(stage.after(INTERVAL), "2 back, 3 left");
    }

    #[test]
    fn who_is_lost_is_there_until_their_time_is_over() {
        let mut stage = Stage::new();
        let first = stage.enter(1, false);
        assert_eq!(stage.at_once(), "1 joined");
        stage.lose(first, 10);
        assert_eq!((stage.after(9 * SECOND).as_str(), stage.listed()), ("", 1));
        let again = stage.enter(1, false);
        assert_eq!(stage.after(20 * SECOND), "");
        stage.lose(again, 10);
        assert_eq!((stage.after(10 * SECOND).as_str(), stage.listed()), ("1 left", 0));
        assert!(matches!(stage.roster.step("r", stage.now), Step::Done));
        assert!(stage.roster.end_if_empty());
        assert!(!stage.roster.end_if_empty(), "another one has taken its place");
    }

    #[test]
    fn a_lost_tab_counts_as_it_was_until_another_one_comes() {
        let mut stage = Stage::new();
        stage.enter(1, true);
        let shown = stage.enter(1, false);
        assert_eq!(stage.at_once(), "1 joined");
        stage.lose(shown, 10);
        assert_eq!(stage.at_once(), "", "the page that is loaded again was not away");
        let shown = stage.enter(1, false);
        assert_eq!(stage.after(30 * SECOND), "");
        stage.lose(shown, 10);
        assert_eq!(stage.after(10 * SECOND), "1 afk");
    }

    #[test]
    fn what_was_listed_is_told_though_it_is_again_as_it_was() {
        let mut stage = Stage::new();
        let first = stage.enter(1, false);
        assert_eq!(stage.at_once(), "1 joined");
        stage.roster.set_away(first, true);
        let second = stage.enter(2, false);
        assert_eq!(stage.list(second)["people"][0]["away"], true);
        stage.roster.set_away(first, false);
        stage.roster.leave(second, None);
        assert_eq!(stage.at_once(), "1 updated, 2 left");
        stage.roster.set_away(first, true);
        stage.roster.set_away(first, false);
        assert_eq!(stage.at_once(), "", "nobody has seen that");
    }

    #[test]
    fn who_has_gone_is_counted_until_that_is_told() {
        let mut stage = Stage::new();
        let (first, second) = (stage.enter(1, false), stage.enter(2, false));
        assert_eq!(stage.at_once(), "1 joined, 2 joined");
        stage.roster.leave(first, None);
        assert_eq!(stage.list(second)["more"], 1, "their departure takes them away");
        assert_eq!(stage.at_once(), "1 left");
        assert_eq!(stage.list(second)["more"], 0);
    }

    #[test]
    fn who_may_not_come_back_is_not_waited_for() {
        let mut stage = Stage::new();
        let sockets = [1, 2].map(|person| stage.enter(person, false));
        assert_eq!(stage.at_once(), "1 joined, 2 joined");
        sockets.iter().for_each(|socket| stage.lose(*socket, 10));
        stage.roster.expect_no_more(Id::of([101; 16]));
        assert_eq!((stage.at_once().as_str(), stage.listed()), ("1 left", 1));
        assert_eq!(stage.roster.awaited.len(), 1);
        assert_eq!(stage.after(10 * SECOND), "2 left");
        assert_eq!(stage.roster.awaited.len(), 0);
    }

    #[test]
    fn one_person_or_one_address_does_not_take_from_others_the_time_to_come_back() {
        let (address, elsewhere) = (Some(IpAddr::from([10, 0, 0, 1])), Some(IpAddr::from([10, 0, 0, 2])));
        let mut stage = Stage::new();
        let mut socket = 0;
        let mut lose = |stage: &mut Stage, person: usize, session: usize, address| {
            socket += 1;
            let id = |number: usize| Id::of((number as u128).to_be_bytes());
            let (tab, shown) =
                (TabKey { socket: id(socket), session: id(session), address, server: None }, Shown::new(Empty {}));
            let key = PersonKey::User(person.to_string().into());
            stage.roster.enter(key, id(person), tab, shown.expect("it has a JSON form"), false);
            stage.roster.leave(id(socket), Some(stage.now + SECOND));
            stage.roster.lost.len()
        };
        // All sockets of a session are waited for as one.
        let lost: Vec<_> = (0..2 * AWAITED).map(|_| lose(&mut stage, 1, 1, elsewhere)).collect();
        assert_eq!(lost.last(), Some(&1));
        let lost = (0..2 * AWAITED).map(|person| lose(&mut stage, 10 + person, 10 + person, address)).last();
        assert_eq!(lost, Some(1 + AWAITED_OF_ADDRESS));
        assert_eq!(lose(&mut stage, 2, 2, elsewhere), 2 + AWAITED_OF_ADDRESS, "there is a place for others");
        stage.after(2 * SECOND);
        assert_eq!((stage.roster.awaited.len(), stage.roster.lost_of.len()), (0, 0));
    }

    #[test]
    fn a_tab_that_was_there_all_the_time_is_not_the_one_that_is_waited_for() {
        let mut stage = Stage::new();
        let hidden = stage.enter(1, true);
        let shown = stage.enter(1, false);
        assert_eq!(stage.at_once(), "1 joined");
        stage.lose(shown, 10);
        stage.enter_again(1, hidden, true);
        assert_eq!(stage.at_once(), "", "the page that is loaded again is still waited for");
        assert_eq!(stage.after(10 * SECOND), "1 afk");
    }

    #[test]
    fn a_socket_may_become_somebody_else_s() {
        let mut stage = Stage::new();
        let socket = stage.enter(1, false);
        assert_eq!(stage.at_once(), "1 joined");
        stage.enter_again(2, socket, false);
        assert_eq!(stage.at_once(), "1 left, 2 joined");
        stage.enter_again(2, socket, false);
        assert_eq!((stage.at_once().as_str(), stage.listed()), ("", 1));
        stage.roster.leave(socket, None);
        assert_eq!(stage.at_once(), "2 left");
    }

    #[test]
    fn so_many_are_waited_for_and_so_many_are_listed() {
        let mut stage = Stage::new();
        let shown = || Shown::new(Empty {}).expect("it has a JSON form");
        let id = |number: usize| Id::of((number as u128).to_be_bytes());
        for number in 0..LISTED + 7 {
            let key = PersonKey::Page(id(number));
            stage.roster.enter(
                key,
                id(number),
                TabKey { socket: id(number), session: id(number), address: None, server: None },
                shown(),
                false,
            );
        }
        let list = stage.list(id(3));
        assert_eq!(list["people"].as_array().map(Vec::len), Some(LISTED));
        assert_eq!(
            (&list["more"], &list["me"]),
            (&0.into(), &id(3).to_string().into()),
            "the others are still to come"
        );
        while !stage.at_once().is_empty() {}
        assert_eq!(stage.list(id(3))["more"], 7);
        for number in 0..LISTED + 7 {
            stage.lose(id(number), 10);
        }
        assert_eq!(stage.listed(), AWAITED);
        while !stage.at_once().is_empty() {}
        stage.after(10 * SECOND);
        while !stage.at_once().is_empty() {}
        assert!(stage.roster.end_if_empty());
    }

    /// What another server tells of somebody.
    fn elsewhere(person: u8, is_open: bool) -> ToldPerson<TestApp> {
        let open = is_open.then(|| (Shown::new(Empty {}).expect("it has a JSON form"), false));
        ToldPerson { key: PersonKey::User(person.to_string().into()), id: Id::of([person; 16]), open, said: None }
    }

    #[test]
    fn who_is_on_another_server_is_there_until_that_says_otherwise_or_says_nothing_any_more() {
        let server = Id::of([200; 16]);
        let mut stage = Stage::new();
        stage.roster = Roster::new("r".into(), Arc::default()).shared(Id::of([100; 16]));
        stage.roster.hear(server, elsewhere(9, true));
        assert_eq!(stage.at_once(), "", "nobody is here to be told");
        let own = stage.enter(1, false);
        assert!(stage.roster.asks() && !stage.roster.asks());
        stage.roster.hear(server, elsewhere(9, true));
        assert_eq!(stage.at_once(), "1 joined, 9 joined");
        // Something may have been missed, and is said again in time.
        for _ in 0..3 {
            let until = stage.now + SECOND * 3;
            stage.roster.distrust(None, Some(until));
            assert_eq!(stage.at_once(), "");
            stage.roster.hear(server, elsewhere(9, true));
            assert_eq!(stage.after(SECOND * 10), "", "there all the time");
        }
        stage.roster.distrust(None, Some(stage.now + SECOND * 3));
        assert_eq!(stage.after(SECOND * 2), "");
        assert_eq!(stage.after(SECOND * 2), "9 left", "it has not said so again");
        stage.roster.hear(server, elsewhere(9, true));
        assert_eq!(stage.at_once(), "9 joined");
        stage.roster.distrust(Some(server), None);
        assert_eq!(stage.at_once(), "9 left", "its server is gone");
        stage.roster.hear(server, elsewhere(9, true));
        stage.roster.leave(own, None);
        stage.at_once();
        assert!(stage.roster.is_idle(), "of a room that nobody is in here, nothing is known");
    }

    #[test]
    fn others_are_told_of_all_who_are_here_once_a_second_however_many_ask() {
        let mut stage = Stage::new();
        stage.roster = Roster::new("r".into(), Arc::default()).shared(Id::of([100; 16]));
        stage.enter(1, false);
        stage.enter(2, false);
        stage.at_once();
        assert_eq!(stage.roster.take_news().len(), 2);
        stage.at_once();
        assert!(stage.roster.take_news().is_empty(), "they know");
        let mut told = 0;
        for _ in 0..100 {
            stage.roster.tell_again();
            stage.after(SECOND / 50);
            told += stage.roster.take_news().len();
        }
        assert!((4..=6).contains(&told), "{told} in two seconds");
    }
}
