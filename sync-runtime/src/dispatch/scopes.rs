//! Where the durable data of scopes is, and what is known of those who read and write it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::clock::Seldom;
use crate::dispatch::clients::Clients;
use crate::dispatch::commits::Commits;
use crate::dispatch::readers::Readers;
use crate::dispatch::topics::Topics;
use crate::error::SyncError;
use crate::id::Id;
use crate::log::{LogError, LogStore, News, RowReader, Watch};
use crate::route::App;
use crate::tables::shrink;

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
    pub(in crate::dispatch) clients: Clients,
    pub(in crate::dispatch) topics: Arc<Topics<A>>,
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

impl<A: App> Default for Scopes<A> {
    fn default() -> Self {
        Self {
            log: Mutex::default(),
            rows: Mutex::default(),
            commits: Arc::default(),
            clients: Clients::default(),
            topics: Arc::default(),
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
            News::Committed(committed) if topics.has(&committed.scope) => commits.add(committed),
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

    /// Pokes a socket no more, which speaks for nobody any more.
    pub(in crate::dispatch) fn leave_all(&self, socket: Id) {
        for (scope, told) in self.topics.leave_all(socket) {
            self.clients.was_told(socket, &scope, told);
        }
        self.clients.leave(socket);
    }
}

/// Forgets all clients where one more would be too many.
fn make_room<T>(of_clients: &mut HashMap<Arc<str>, T>, client: &Arc<str>) {
    if of_clients.len() >= CLIENTS && !of_clients.contains_key(client) {
        of_clients.clear();
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
