//! The scopes that somebody subscribes to, and what each subscriber was told.
//!
//! One that has been quiet for a while *rests*: of it there is no more than how far it is and who subscribes, and what each was told is left to the
//! registry. It is awake again when there is more of it, or somebody comes.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::clock::Instant;
use crate::contain::Guarded;
use crate::dispatch::caller::user_name;
use crate::id::Id;
use crate::rooms::Socket;
use crate::route::App;
use crate::tables::shrink;
use crate::wire::Asker;

/// For how long it is taken for granted that somebody may still read a scope.
pub(in crate::dispatch) const TRUSTED: Duration = Duration::from_secs(30);
/// For how long a scope is quiet before it rests: its subscribers have to be asked again by then whether they may read it.
pub(in crate::dispatch) const QUIET: Duration = Duration::from_secs(60);
/// With how many subscribers a scope does not rest: they would all come back at one time.
const MOST_RESTING: usize = 1000;
/// With how many of them it stays at rest though one of them leaves.
const FEW: usize = 16;
/// How many bytes a subscriber is told before it is looked whether there is room for more.
const UNCHECKED: usize = 4 << 10;

/// The scopes that somebody subscribes to.
pub(in crate::dispatch) struct Topics<A: App> {
    table: Mutex<Table<A>>,
    /// The scopes that each socket is poked about.
    of_sockets: Mutex<HashMap<Id, Vec<Arc<str>>>>,
    /// When it is looked whether a scope is quiet, in this order, and which of those of its name is meant.
    awake: Mutex<VecDeque<(Instant, Arc<str>, u64)>>,
    /// How many scopes have been awake.
    serial: AtomicU64,
}

type Table<A> = HashMap<Arc<str>, Place<A>>;

enum Place<A: App> {
    Awake(Arc<Topic<A>>),
    Resting(Resting<A>),
}

/// A scope that is quiet.
struct Resting<A: App> {
    /// The cursor that all have been told.
    head: u64,
    sleepers: Box<[Sleeper<A>]>,
}

/// Somebody who subscribes to one.
struct Sleeper<A: App> {
    socket: Arc<Socket<A>>,
    /// An id, without what it takes to align one.
    asker: [u8; 16],
}

/// One scope that somebody subscribes to, and that is awake.
pub(in crate::dispatch) struct Topic<A: App> {
    pub(in crate::dispatch) scope: Arc<str>,
    serial: u64,
    state: Mutex<TopicState<A>>,
    moved: Notify,
}

struct TopicState<A: App> {
    /// The cursor of the last commit that was told.
    head: u64,
    subscribers: HashMap<Id, Arc<Subscriber<A>>>,
    /// All of them, as long as nobody comes or goes.
    all: Option<Subscribers<A>>,
    /// How many look at it who are no sockets.
    watchers: usize,
    /// When something was told last, or somebody came.
    stirred: Instant,
}

/// Somebody who looks at a scope, and is no socket.
pub(in crate::dispatch) struct Watcher<A: App> {
    topic: Arc<Topic<A>>,
    topics: Arc<Topics<A>>,
}

/// What is subscribed to, and who does.
type Subscription<A> = (Arc<Topic<A>>, Arc<Subscriber<A>>);

type Subscribers<A> = Arc<[Arc<Subscriber<A>>]>;

/// Somebody who is poked about one scope.
pub(in crate::dispatch) struct Subscriber<A: App> {
    pub(in crate::dispatch) socket: Arc<Socket<A>>,
    asker: Id,
    told: Mutex<Told>,
}

/// A scope that a socket is poked about, as one process hands it to the next.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::dispatch) struct HandedScope {
    pub(in crate::dispatch) scope: Arc<str>,
    asker: Id,
    /// Up to which cursor it was told what there is; `None` where it is behind.
    pub(in crate::dispatch) told: Option<u64>,
}

/// What a subscriber was told.
struct Told {
    /// Up to which cursor.
    cursor: u64,
    /// From which cursor on it was told all of that, with the changes.
    since: u64,
    /// Whether it is told later, of all that has come by then.
    is_behind: bool,
    /// How many bytes it was told since it was looked whether there is room for more.
    unchecked: usize,
    /// When it was asked last whether it may read the scope; `None` where it is to be asked, or has become somebody else since.
    asked: Option<Instant>,
}

/// What somebody has who had all up to a cursor: all up to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) struct ToldRange {
    pub(in crate::dispatch) from: u64,
    pub(in crate::dispatch) to: u64,
}

impl<A: App> Watcher<A> {
    /// Waits until there is more than when this was called.
    pub(in crate::dispatch) fn moved(&self) -> impl Future<Output = ()> {
        self.topic.moved.notified()
    }
}

impl<A: App> Drop for Watcher<A> {
    fn drop(&mut self) {
        let mut table = self.topics.table.lock();
        let is_empty = {
            let mut state = self.topic.state.lock();
            state.watchers -= 1;
            state.is_empty()
        };
        if is_empty {
            table.remove(&self.topic.scope);
            shrink(&mut table);
        }
    }
}

impl<A: App> Default for Topics<A> {
    fn default() -> Self {
        let (table, of_sockets, awake) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { table, of_sockets, awake, serial: AtomicU64::new(0) }
    }
}

impl<A: App> Topics<A> {
    /// Returns whether somebody subscribes to a scope.
    pub(in crate::dispatch) fn has(&self, scope: &str) -> bool {
        self.table.lock().contains_key(scope)
    }

    /// Returns the names of all that somebody subscribes to.
    pub(in crate::dispatch) fn names(&self) -> Vec<Arc<str>> {
        self.table.lock().keys().cloned().collect()
    }

    /// Returns those who subscribe to a scope.
    pub(in crate::dispatch) fn subscribers(&self, scope: &str) -> Option<(Arc<Topic<A>>, Subscribers<A>)> {
        let topic = self.awake_one(&mut self.table.lock(), scope)?;
        let subscribers = topic.state.lock().all();
        Some((topic, subscribers))
    }

    /// Returns those who subscribe to a scope, whose head is another one now; `None` where nobody does, or all who do know.
    pub(in crate::dispatch) fn moved(&self, scope: &str, head: u64) -> Option<(Arc<Topic<A>>, Subscribers<A>)> {
        let topic = {
            let mut table = self.table.lock();
            match table.get(scope)? {
                Place::Resting(resting) if head <= resting.head => return None,
                _ => self.awake_one(&mut table, scope)?,
            }
        };
        let subscribers = {
            let mut state = topic.state.lock();
            state.head = state.head.max(head);
            state.stirred = Instant::now();
            state.all()
        };
        topic.moved.notify_waiters();
        Some((topic, subscribers))
    }

    /// Subscribes a socket, which is told nothing before [`Topic::catch_up`]; `None` where that would be in more scopes than `limit`.
    pub(in crate::dispatch) fn enter(
        &self,
        socket: &Arc<Socket<A>>,
        scope: &Arc<str>,
        (session, asker): (&Arc<Guarded<A::Session>>, &Asker<'_>),
        limit: usize,
    ) -> Option<Subscription<A>> {
        self.enter_as(socket, scope, (session, whose(asker)), limit)
    }

    /// As [`enter`](Topics::enter), for somebody whose word is known by its number.
    fn enter_as(
        &self,
        socket: &Arc<Socket<A>>,
        scope: &Arc<str>,
        (session, asker): (&Arc<Guarded<A::Session>>, Id),
        limit: usize,
    ) -> Option<Subscription<A>> {
        let mut of_sockets = self.of_sockets.lock();
        // Most look at one.
        let own = of_sockets.entry(socket.id()).or_insert_with(|| Vec::with_capacity(1));
        let is_new = !own.contains(scope);
        if is_new && own.len() >= limit {
            return None;
        }
        let told = Told { cursor: 0, since: 0, is_behind: true, unchecked: 0, asked: Some(Instant::now()) };
        let subscriber = Arc::new(Subscriber { socket: socket.clone(), asker, told: Mutex::new(told) });
        let topic = {
            let mut table = self.table.lock();
            let topic = self.topic(&mut table, scope);
            let mut state = topic.state.lock();
            state.subscribers.insert(socket.id(), subscriber.clone());
            state.all = None;
            state.stirred = Instant::now();
            drop(state);
            topic
        };
        if is_new {
            own.push(topic.scope.clone());
        }
        // Whoever has become somebody else before it was here has not been distrusted.
        if !socket.session().is_still(session) {
            subscriber.told.lock().asked = None;
        }
        Some((topic, subscriber))
    }

    /// Returns what a socket is poked about, for the process that takes over.
    pub(in crate::dispatch) fn handed(&self, socket: Id) -> Vec<HandedScope> {
        let own = self.of_sockets.lock().get(&socket).cloned().unwrap_or_default();
        let handed = own.into_iter().filter_map(|scope| {
            let told = self.told(socket, &scope);
            let topic = match self.table.lock().get(&scope)? {
                Place::Resting(Resting { sleepers, .. }) => {
                    let sleeper = sleepers.iter().find(|sleeper| sleeper.socket.id() == socket)?;
                    return Some(HandedScope { scope, asker: Id::of(sleeper.asker), told });
                }
                Place::Awake(topic) => topic.clone(),
            };
            let asker = topic.state.lock().subscribers.get(&socket)?.asker;
            Some(HandedScope { scope, asker, told })
        });
        handed.collect()
    }

    /// Pokes a socket about a scope as the process before did; it is asked before that whether it may still read it.
    pub(in crate::dispatch) fn take_over(
        &self,
        socket: &Arc<Socket<A>>,
        handed: &HandedScope,
    ) -> Option<Subscription<A>> {
        let subscription = self.enter_as(socket, &handed.scope, (&socket.session().get(), handed.asker), usize::MAX)?;
        subscription.1.told.lock().asked = None;
        Some(subscription)
    }

    /// Has a socket be asked again whether it may read what it is poked about: its session is another one now.
    pub(in crate::dispatch) fn distrust(&self, socket: Id) {
        let own = self.of_sockets.lock().get(&socket).cloned().unwrap_or_default();
        for scope in own {
            // Who subscribes to one that rests is asked anyway.
            let topic = match self.table.lock().get(&scope) {
                Some(Place::Awake(topic)) => topic.clone(),
                _ => continue,
            };
            // Not under the lock of the topic, which others take while they hold that of a subscriber.
            let subscriber = topic.state.lock().subscribers.get(&socket).cloned();
            subscriber.into_iter().for_each(|subscriber| subscriber.told.lock().asked = None);
        }
    }

    /// Looks at a scope for as long as what this returns is there.
    pub(in crate::dispatch) fn watch(self: &Arc<Self>, scope: &Arc<str>) -> Watcher<A> {
        let mut table = self.table.lock();
        let topic = self.topic(&mut table, scope);
        topic.state.lock().watchers += 1;
        Watcher { topic, topics: self.clone() }
    }

    /// Pokes a socket no more about a scope.
    pub(in crate::dispatch) fn leave(&self, socket: Id, scope: &str) {
        let mut of_sockets = self.of_sockets.lock();
        if let Some(own) = of_sockets.get_mut(&socket) {
            own.retain(|other| **other != *scope);
            if own.is_empty() {
                of_sockets.remove(&socket);
                shrink(&mut of_sockets);
            }
        }
        self.forget(socket, scope);
    }

    /// Pokes a socket no more, and returns what it was told since that was left to the registry.
    pub(in crate::dispatch) fn leave_all(&self, socket: Id) -> Vec<(Arc<str>, ToldRange)> {
        let mut of_sockets = self.of_sockets.lock();
        let Some(own) = of_sockets.remove(&socket) else { return Vec::new() };
        shrink(&mut of_sockets);
        let forget = |scope: Arc<str>| {
            self.forget(socket, &scope).and_then(|subscriber| subscriber.range()).map(|told| (scope, told))
        };
        own.into_iter().filter_map(forget).collect()
    }

    /// Pokes a subscriber no more, unless it has subscribed anew since; returns whether it was poked.
    pub(in crate::dispatch) fn end(&self, topic: &Topic<A>, subscriber: &Arc<Subscriber<A>>) -> bool {
        // Whoever goes through a list that it is still on does not tell it any more.
        subscriber.told.lock().asked = None;
        let is_subscribed = topic.has(subscriber);
        if is_subscribed {
            self.leave(subscriber.socket.id(), &topic.scope);
        }
        is_subscribed
    }

    /// Returns up to which cursor a socket was told what a scope has; `None` where it is not poked about it, or not yet.
    pub(in crate::dispatch) fn told(&self, socket: Id, scope: &str) -> Option<u64> {
        let topic = match self.table.lock().get(scope)? {
            Place::Resting(Resting { head, sleepers }) => {
                return sleepers.iter().any(|sleeper| sleeper.socket.id() == socket).then_some(*head);
            }
            Place::Awake(topic) => topic.clone(),
        };
        let subscriber = topic.state.lock().subscribers.get(&socket)?.clone();
        let told = subscriber.told.lock();
        (!told.is_behind).then_some(told.cursor)
    }

    /// Returns how many scopes are to be looked at, now or later, whether they are quiet.
    pub(in crate::dispatch) fn awake(&self) -> usize {
        self.awake.lock().len()
    }

    /// Returns how many scopes rest.
    pub(in crate::dispatch) fn resting(&self) -> usize {
        self.table.lock().values().filter(|place| matches!(place, Place::Resting(_))).count()
    }

    /// Looks at scopes that have been awake for as long as makes them quiet, at most so many, and has those rest to which nothing has come since.
    /// Returns how many it has looked at; `tell` is called with what each socket was told of them.
    pub(in crate::dispatch) fn rest(
        &self,
        limit: usize,
        quiet: Duration,
        mut tell: impl FnMut(Id, &Arc<str>, ToldRange),
    ) -> usize {
        let now = Instant::now();
        let is_due = |(looked, ..): &(Instant, Arc<str>, u64)| now.saturating_duration_since(*looked) >= quiet;
        for count in 0..limit {
            let next = {
                let mut awake = self.awake.lock();
                let next = if awake.front().is_some_and(is_due) { awake.pop_front() } else { None };
                if awake.len() < awake.capacity() / 4 {
                    let few = 2 * awake.len();
                    awake.shrink_to(few);
                }
                next
            };
            let Some((_, scope, serial)) = next else { return count };
            let mut table = self.table.lock();
            let Some(place) = table.get_mut(&scope) else { continue };
            let resting = match place {
                Place::Awake(topic) if topic.serial == serial => Resting::of(topic, (now, quiet), &mut tell),
                // It has gone, or to rest, and another one has come since.
                _ => continue,
            };
            match resting {
                Some(resting) => *place = Place::Resting(resting),
                None => self.awake.lock().push_back((now, scope, serial)),
            }
        }
        limit
    }

    /// Returns the topic of a scope, which begins with this if there is none.
    fn topic(&self, table: &mut Table<A>, scope: &Arc<str>) -> Arc<Topic<A>> {
        self.awake_one(table, scope).unwrap_or_else(|| {
            let topic = self.begin(scope, 0, HashMap::new());
            table.insert(scope.clone(), Place::Awake(topic.clone()));
            topic
        })
    }

    /// Returns the topic of a scope that somebody subscribes to, awake.
    fn awake_one(&self, table: &mut Table<A>, scope: &str) -> Option<Arc<Topic<A>>> {
        let (name, place) = table.get_key_value(scope)?;
        let Resting { head, sleepers } = match place {
            Place::Awake(topic) => return Some(topic.clone()),
            Place::Resting(resting) => resting,
        };
        let subscribers = sleepers.iter().map(|sleeper| (sleeper.socket.id(), Arc::new(sleeper.wake(*head))));
        let topic = self.begin(name, *head, subscribers.collect());
        table.insert(topic.scope.clone(), Place::Awake(topic.clone()));
        Some(topic)
    }

    fn begin(&self, scope: &Arc<str>, head: u64, subscribers: HashMap<Id, Arc<Subscriber<A>>>) -> Arc<Topic<A>> {
        let (now, serial) = (Instant::now(), self.serial.fetch_add(1, Ordering::Relaxed));
        self.awake.lock().push_back((now, scope.clone(), serial));
        let state = TopicState { head, subscribers, all: None, watchers: 0, stirred: now };
        Arc::new(Topic { scope: scope.clone(), serial, state: Mutex::new(state), moved: Notify::new() })
    }

    /// Forgets that a socket subscribes to a scope; returns how it did if that was awake.
    fn forget(&self, socket: Id, scope: &str) -> Option<Arc<Subscriber<A>>> {
        let mut table = self.table.lock();
        if let Some(Place::Resting(resting)) = table.get_mut(scope)
            && resting.sleepers.len() <= FEW
        {
            let sleepers = mem::take(&mut resting.sleepers).into_iter();
            resting.sleepers = sleepers.filter(|sleeper| sleeper.socket.id() != socket).collect();
            if resting.sleepers.is_empty() {
                table.remove(scope);
                shrink(&mut table);
            }
            return None;
        }
        let topic = self.awake_one(&mut table, scope)?;
        let (removed, is_empty) = {
            let mut state = topic.state.lock();
            state.all = None;
            (state.subscribers.remove(&socket), state.is_empty())
        };
        if is_empty {
            table.remove(scope);
            shrink(&mut table);
        }
        removed
    }
}

impl<A: App> Sleeper<A> {
    fn wake(&self, head: u64) -> Subscriber<A> {
        let told = Told { cursor: head, since: head, is_behind: false, unchecked: 0, asked: None };
        Subscriber { socket: self.socket.clone(), asker: Id::of(self.asker), told: Mutex::new(told) }
    }
}

impl<A: App> Resting<A> {
    /// Returns what remains of a topic that is quiet, which nobody looks at; `None` for any other.
    fn of(
        topic: &mut Arc<Topic<A>>,
        (now, quiet): (Instant, Duration),
        tell: &mut impl FnMut(Id, &Arc<str>, ToldRange),
    ) -> Option<Self> {
        let Topic { scope, state, .. } = Arc::get_mut(topic)?;
        let TopicState { head, subscribers, all, watchers, stirred } = state.get_mut();
        let is_quiet = now.saturating_duration_since(*stirred) >= quiet && *watchers == 0;
        if !is_quiet || subscribers.len() > MOST_RESTING {
            return None;
        }
        *all = None;
        let knows = |subscriber: &mut Arc<Subscriber<A>>| {
            let told = Arc::get_mut(subscriber).map(|subscriber| subscriber.told.get_mut());
            told.is_some_and(|told| !told.is_behind && told.cursor >= *head)
        };
        if !subscribers.values_mut().all(knows) {
            return None;
        }
        let sleepers = subscribers.drain().map(|(socket, subscriber)| {
            subscriber.range().into_iter().for_each(|told| tell(socket, scope, told));
            Sleeper { socket: subscriber.socket.clone(), asker: subscriber.asker.to_bytes() }
        });
        Some(Self { head: *head, sleepers: sleepers.collect() })
    }
}

impl<A: App> TopicState<A> {
    fn is_empty(&self) -> bool {
        self.subscribers.is_empty() && self.watchers == 0
    }

    fn all(&mut self) -> Subscribers<A> {
        self.all.get_or_insert_with(|| self.subscribers.values().cloned().collect()).clone()
    }
}

/// What is to be done for a subscriber when there is more of its scope.
pub(in crate::dispatch) enum Due {
    /// Nothing: it knows, or is told later.
    Nothing,
    /// It is told now; with the changes, if those are the ones that come behind what it has.
    Now {
        /// Whether they are.
        follows: bool,
    },
    /// It is told later, since it is slow or has to be asked again whether it may read.
    Later {
        /// As for [`Now`](Due::Now), if nothing comes until then.
        follows: bool,
    },
}

impl<A: App> Topic<A> {
    /// Returns whether somebody is one of those who subscribe.
    pub(in crate::dispatch) fn has(&self, subscriber: &Arc<Subscriber<A>>) -> bool {
        let state = self.state.lock();
        state.subscribers.get(&subscriber.socket.id()).is_some_and(|one| Arc::ptr_eq(one, subscriber))
    }

    /// Begins to tell a subscriber what comes behind a cursor, or has come since; returns the head where that is another one.
    pub(in crate::dispatch) fn catch_up(&self, subscriber: &Subscriber<A>, cursor: u64) -> Option<u64> {
        let mut told = subscriber.told.lock();
        let mut state = self.state.lock();
        let before = state.head;
        state.head = before.max(cursor);
        told.is_behind = false;
        told.cursor = told.cursor.max(state.head);
        told.since = told.cursor;
        (before > cursor).then_some(before)
    }

    /// Tells a subscriber who was behind how far the scope is, with the changes up to a cursor if there are such; `None` where it knows.
    pub(in crate::dispatch) fn show(&self, subscriber: &Subscriber<A>, ready: Option<u64>) -> Option<u64> {
        let mut told = subscriber.told.lock();
        let head = self.state.lock().head;
        told.is_behind = false;
        let is_behind = head > told.cursor;
        told.unchecked = 0;
        told.cursor = told.cursor.max(head);
        if is_behind && ready != Some(head) {
            told.since = told.cursor;
        }
        is_behind.then_some(head)
    }
}

impl<A: App> Subscriber<A> {
    /// Returns whether it subscribes for this user; `None` is somebody who has not signed in.
    pub(in crate::dispatch) fn is_for(&self, user: Option<&str>) -> bool {
        [whose(&Asker::Unsaid), whose(&Asker::of(user))].contains(&self.asker)
    }

    /// Returns what it was told with the changes.
    fn range(&self) -> Option<ToldRange> {
        let told = self.told.lock();
        // Where it is behind, the last of it is not told yet.
        let is_whole = !told.is_behind && told.since < told.cursor;
        is_whole.then_some(ToldRange { from: told.since, to: told.cursor })
    }

    /// Says what is to be done about changes from `first` to `last`, of so many bytes as they are told, and notes that it is done.
    pub(in crate::dispatch) fn due(&self, (first, last): (u64, u64), bytes: usize, now: Instant) -> Due {
        let mut told = self.told.lock();
        if told.is_behind || told.cursor >= last {
            return Due::Nothing;
        }
        let follows = told.cursor + 1 == first;
        told.unchecked += bytes;
        // To look each time would cost as much as it does to tell.
        let is_to_be_checked = told.unchecked > UNCHECKED;
        if !told.is_trusted(now) || (is_to_be_checked && !self.socket.outbox().has_room()) {
            told.is_behind = true;
            return Due::Later { follows };
        }
        if is_to_be_checked {
            told.unchecked = 0;
        }
        told.cursor = last;
        if !follows {
            told.since = last;
        }
        Due::Now { follows }
    }

    /// Returns whether it has to be asked again whether it may read.
    pub(in crate::dispatch) fn is_to_be_asked(&self) -> bool {
        !self.told.lock().is_trusted(Instant::now())
    }

    /// Notes that it may read, unless it has become somebody else meanwhile.
    pub(in crate::dispatch) fn may_read(&self, session: &Arc<Guarded<A::Session>>) {
        let mut told = self.told.lock();
        told.asked = self.socket.session().is_still(session).then(Instant::now);
    }
}

impl Told {
    fn is_trusted(&self, now: Instant) -> bool {
        self.asked.is_some_and(|asked| now.saturating_duration_since(asked) < TRUSTED)
    }
}

/// Says in short whose store asks.
fn whose(asker: &Asker<'_>) -> Id {
    match asker {
        Asker::Unsaid => Id::of_texts(&["unsaid"]),
        Asker::Nobody => Id::of_texts(&["nobody"]),
        Asker::User(user) => user_name(user),
    }
}
