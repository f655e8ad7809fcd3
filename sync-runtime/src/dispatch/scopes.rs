//! Where the durable data of scopes is, and those who want to be poked when there is more of it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::clock::{Instant, Seldom};
use crate::contain::Guarded;
use crate::dispatch::commits::Commits;
use crate::dispatch::readers::Readers;
use crate::error::SyncError;
use crate::id::Id;
use crate::log::{LogError, LogStore, News, RowReader, Watch};
use crate::rooms::Socket;
use crate::route::App;
use crate::tables::shrink;
use crate::wire::Asker;

/// For how long it is taken for granted that somebody may still read a scope.
pub(in crate::dispatch) const TRUSTED: Duration = Duration::from_secs(30);
/// How many bytes a subscriber is told before it is looked whether there is room for more.
const UNCHECKED: usize = 4 << 10;
/// How often it is said at most that a push could not be stored, and within what time.
const SAID: (u64, Duration) = (6, Duration::from_secs(60));
/// How many of those who follow over HTTP read at once.
const READING: usize = 2;
/// How many are asked at once whether they may.
const ASKED_AT_ONCE: usize = 32;
/// Of how many clients it is known what they have pushed here, without asking the store; beyond that, all of them are forgotten.
const CLIENTS: usize = 10_000;

/// The scopes of a server.
pub(in crate::dispatch) struct Scopes<A: App> {
    log: Mutex<Option<Arc<dyn LogStore>>>,
    /// Whoever reads rows of a database into it, if somebody does.
    rows: Mutex<Option<Arc<dyn RowReader>>>,
    pub(in crate::dispatch) commits: Arc<Commits>,
    topics: Arc<Topics<A>>,
    /// The scopes that each socket is poked about.
    of_sockets: Mutex<HashMap<Id, Vec<Arc<str>>>>,
    pub(in crate::dispatch) asking: Semaphore,
    pub(in crate::dispatch) readers: Arc<Readers>,
    /// Those who follow over HTTP read few at a time: everybody else reads in the same line.
    pub(in crate::dispatch) reading: Semaphore,
    /// How many scopes each follows over HTTP.
    followers: Arc<Mutex<HashMap<Id, usize>>>,
    /// What is said of pushes that could not be stored.
    pub(in crate::dispatch) failures: Mutex<Seldom>,
    /// The server stops: nobody looks at anything any more.
    pub(in crate::dispatch) stopping: CancellationToken,
    /// The number of the mutation that each client cannot get done, and how often that was tried.
    tries: Mutex<HashMap<Arc<str>, (u64, u32)>>,
    /// Whose each client is that has pushed here, and the number of the last push that was settled here.
    settled: Mutex<HashMap<Arc<str>, (Id, u64)>>,
}

type Topics<A> = Mutex<HashMap<Arc<str>, Arc<Topic<A>>>>;

/// One scope that somebody subscribes to.
pub(in crate::dispatch) struct Topic<A: App> {
    pub(in crate::dispatch) scope: Arc<str>,
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
}

/// Somebody who looks at a scope, and is no socket.
pub(in crate::dispatch) struct Watcher<A: App> {
    topic: Arc<Topic<A>>,
    topics: Arc<Topics<A>>,
}

impl<A: App> Watcher<A> {
    /// Waits until there is more than when this was called.
    pub(in crate::dispatch) fn moved(&self) -> impl Future<Output = ()> {
        self.topic.moved.notified()
    }
}

impl<A: App> Drop for Watcher<A> {
    fn drop(&mut self) {
        let mut topics = self.topics.lock();
        let is_empty = {
            let mut state = self.topic.state.lock();
            state.watchers -= 1;
            state.is_empty()
        };
        if is_empty {
            topics.remove(&self.topic.scope);
            shrink(&mut topics);
        }
    }
}

/// A scope that is followed over HTTP.
pub(in crate::dispatch) struct Follower {
    owner: Id,
    followers: Arc<Mutex<HashMap<Id, usize>>>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut followers = self.followers.lock();
        if let Some(count) = followers.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                followers.remove(&self.owner);
                shrink(&mut followers);
            }
        }
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

/// What is subscribed to, and who does.
type Subscription<A> = (Arc<Topic<A>>, Arc<Subscriber<A>>);

type Subscribers<A> = Arc<[Arc<Subscriber<A>>]>;

/// Somebody who is poked about one scope.
pub(in crate::dispatch) struct Subscriber<A: App> {
    pub(in crate::dispatch) socket: Arc<Socket<A>>,
    pub(in crate::dispatch) asker: Asker<'static>,
    told: Mutex<Told>,
}

/// What a subscriber was told.
struct Told {
    /// Up to which cursor.
    cursor: u64,
    /// Whether it is told later, of all that has come by then.
    is_behind: bool,
    /// How many bytes it was told since it was looked whether there is room for more.
    unchecked: usize,
    /// When it was asked last whether it may read the scope; `None` where it is to be asked, or has become somebody else since.
    asked: Option<Instant>,
}

impl<A: App> Default for Scopes<A> {
    fn default() -> Self {
        Self {
            log: Mutex::default(),
            rows: Mutex::default(),
            commits: Arc::default(),
            topics: Arc::default(),
            of_sockets: Mutex::default(),
            asking: Semaphore::new(ASKED_AT_ONCE),
            readers: Arc::default(),
            reading: Semaphore::new(READING),
            followers: Arc::default(),
            failures: Mutex::new(Seldom::within(SAID.0, SAID.1)),
            stopping: CancellationToken::new(),
            tries: Mutex::default(),
            settled: Mutex::default(),
        }
    }
}

impl<A: App> Scopes<A> {
    /// Returns what the store is to tell its commits. Of a scope that nobody subscribes to there is nothing to tell: whoever begins to looks
    /// afterwards how far it is.
    pub(in crate::dispatch) fn watch(&self) -> Watch {
        let (topics, commits) = (self.topics.clone(), self.commits.clone());
        Arc::new(move |told| match told {
            News::Committed(committed) if topics.lock().contains_key(&committed.scope) => commits.add(committed),
            News::Committed(_) => {}
            News::Missed => commits.miss(),
        })
    }

    /// Keeps the data in this store; called once, before anybody asks for it.
    pub(in crate::dispatch) fn keep_in(&self, log: Arc<dyn LogStore>) {
        *self.log.lock() = Some(log);
    }

    /// Takes rows of a database from this reader.
    pub(in crate::dispatch) fn read_by(&self, rows: Arc<dyn RowReader>) {
        *self.rows.lock() = Some(rows);
    }

    /// Returns whoever reads rows.
    pub(in crate::dispatch) fn rows(&self) -> Option<Arc<dyn RowReader>> {
        self.rows.lock().clone()
    }

    /// Checks that what is stored of a scope is of one moment.
    ///
    /// # Errors
    ///
    /// `store-unavailable` for one of rows that are being copied.
    pub(in crate::dispatch) fn check_whole(&self, scope: &str) -> Result<(), SyncError> {
        let is_half = self.rows.lock().as_ref().is_some_and(|rows| !rows.is_live() && rows.is_of_rows(scope));
        if is_half { Err(SyncError::new("store-unavailable")) } else { Ok(()) }
    }

    /// Leaves the store to others.
    pub(in crate::dispatch) fn close(&self) {
        drop(self.rows.lock().take());
        drop(self.log.lock().take());
    }

    /// Returns the store.
    ///
    /// # Errors
    ///
    /// `store-unavailable` where there is none.
    pub(in crate::dispatch) fn log(&self) -> Result<Arc<dyn LogStore>, SyncError> {
        self.log.lock().clone().ok_or_else(|| SyncError::new("store-unavailable"))
    }

    /// Counts that the next mutation of a client was tried in vain, and returns how often that was.
    pub(in crate::dispatch) fn tried(&self, client: &Arc<str>, number: u64) -> u32 {
        let mut tries = self.tries.lock();
        make_room(&mut tries, client);
        let (of, count) = tries.entry(client.clone()).or_insert((number, 0));
        if *of != number {
            (*of, *count) = (number, 0);
        }
        *count += 1;
        *count
    }

    /// Returns whether a client's push is most likely its next: the last one that was settled here was the one before. The store knows.
    pub(in crate::dispatch) fn is_next(&self, client: &Arc<str>, owner: Id, number: u64) -> bool {
        self.settled.lock().get(client) == Some(&(owner, number.wrapping_sub(1)))
    }

    /// Notes that a client's push was settled, or one behind it: what is sent again comes after what it was sent before.
    pub(in crate::dispatch) fn note_settled(&self, client: &Arc<str>, owner: Id, number: u64) {
        let mut settled = self.settled.lock();
        make_room(&mut settled, client);
        let before = settled.get(client).filter(|(of, _)| *of == owner).map_or(0, |(_, number)| *number);
        settled.insert(client.clone(), (owner, number.max(before)));
    }

    /// Counts a scope more that somebody follows over HTTP, for as long as what this returns is there; `None` beyond `limit`.
    pub(in crate::dispatch) fn follow(&self, owner: Id, limit: usize) -> Option<Follower> {
        let mut followers = self.followers.lock();
        let count = followers.entry(owner).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Follower { owner, followers: self.followers.clone() })
    }

    /// Returns the names of all that somebody subscribes to.
    pub(in crate::dispatch) fn names(&self) -> Vec<Arc<str>> {
        self.topics.lock().keys().cloned().collect()
    }

    /// Returns those who subscribe to a scope.
    pub(in crate::dispatch) fn subscribers(&self, scope: &str) -> Option<(Arc<Topic<A>>, Subscribers<A>)> {
        let topic = self.topics.lock().get(scope)?.clone();
        let subscribers = topic.state.lock().all();
        Some((topic, subscribers))
    }

    /// Returns those who subscribe to a scope, whose head is another one now; `None` where nobody does.
    pub(in crate::dispatch) fn moved(&self, scope: &str, head: u64) -> Option<(Arc<Topic<A>>, Subscribers<A>)> {
        let topic = self.topics.lock().get(scope)?.clone();
        let subscribers = {
            let mut state = topic.state.lock();
            state.head = state.head.max(head);
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
        (session, asker): (&Arc<Guarded<A::Session>>, Asker<'static>),
        limit: usize,
    ) -> Option<Subscription<A>> {
        let mut of_sockets = self.of_sockets.lock();
        let own = of_sockets.entry(socket.id()).or_default();
        if !own.contains(scope) {
            if own.len() >= limit {
                return None;
            }
            own.push(scope.clone());
        }
        let told = Told { cursor: 0, is_behind: true, unchecked: 0, asked: Some(Instant::now()) };
        let subscriber = Arc::new(Subscriber { socket: socket.clone(), asker, told: Mutex::new(told) });
        let topic = {
            let mut topics = self.topics.lock();
            let topic = topic(&mut topics, scope);
            let mut state = topic.state.lock();
            state.subscribers.insert(socket.id(), subscriber.clone());
            state.all = None;
            drop(state);
            topic
        };
        // Whoever has become somebody else before it was here has not been distrusted.
        if !socket.session().is_still(session) {
            subscriber.told.lock().asked = None;
        }
        Some((topic, subscriber))
    }

    /// Has a socket be asked again whether it may read what it is poked about: its session is another one now.
    pub(in crate::dispatch) fn distrust(&self, socket: Id) {
        let own = self.of_sockets.lock().get(&socket).cloned().unwrap_or_default();
        for scope in own {
            let Some(topic) = self.topics.lock().get(&scope).cloned() else { continue };
            // Not under the lock of the topic, which others take while they hold that of a subscriber.
            let subscriber = topic.state.lock().subscribers.get(&socket).cloned();
            subscriber.into_iter().for_each(|subscriber| subscriber.told.lock().asked = None);
        }
    }

    /// Looks at a scope for as long as what this returns is there.
    pub(in crate::dispatch) fn watch_scope(&self, scope: &Arc<str>) -> Watcher<A> {
        let mut topics = self.topics.lock();
        let topic = topic(&mut topics, scope);
        topic.state.lock().watchers += 1;
        Watcher { topic, topics: self.topics.clone() }
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

    /// Pokes a socket no more.
    pub(in crate::dispatch) fn leave_all(&self, socket: Id) {
        let mut of_sockets = self.of_sockets.lock();
        let Some(own) = of_sockets.remove(&socket) else { return };
        shrink(&mut of_sockets);
        own.iter().for_each(|scope| self.forget(socket, scope));
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

    fn forget(&self, socket: Id, scope: &str) {
        let mut topics = self.topics.lock();
        let Some(topic) = topics.get(scope) else { return };
        let is_empty = {
            let mut state = topic.state.lock();
            state.subscribers.remove(&socket);
            state.all = None;
            state.is_empty()
        };
        if is_empty {
            topics.remove(scope);
            shrink(&mut topics);
        }
    }
}

/// Forgets all clients where one more would be too many.
fn make_room<T>(of_clients: &mut HashMap<Arc<str>, T>, client: &Arc<str>) {
    if of_clients.len() >= CLIENTS && !of_clients.contains_key(client) {
        of_clients.clear();
    }
}

/// Returns the topic of a scope, which begins with this if there is none.
fn topic<A: App>(topics: &mut HashMap<Arc<str>, Arc<Topic<A>>>, scope: &Arc<str>) -> Arc<Topic<A>> {
    let begin = || {
        let state = TopicState { head: 0, subscribers: HashMap::new(), all: None, watchers: 0 };
        Arc::new(Topic { scope: scope.clone(), state: Mutex::new(state), moved: Notify::new() })
    };
    topics.entry(scope.clone()).or_insert_with(begin).clone()
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
        let head = self.state.lock().head;
        told.is_behind = false;
        told.cursor = told.cursor.max(cursor).max(head);
        (head > cursor).then_some(head)
    }

    /// Tells a subscriber who was behind how far the scope is; `None` where it knows.
    pub(in crate::dispatch) fn show(&self, subscriber: &Subscriber<A>) -> Option<u64> {
        let mut told = subscriber.told.lock();
        let head = self.state.lock().head;
        told.is_behind = false;
        let is_behind = head > told.cursor;
        told.unchecked = 0;
        told.cursor = told.cursor.max(head);
        is_behind.then_some(head)
    }
}

impl<A: App> Subscriber<A> {
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

impl From<LogError> for SyncError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::TooOld => Self::new("cursor-too-old"),
            LogError::Superseded | LogError::Unavailable(_) => Self::new("store-unavailable"),
        }
    }
}
