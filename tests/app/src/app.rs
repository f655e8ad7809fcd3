//! What the handlers share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sync::{BoxError, Server, wire};
use tokio::sync::{Semaphore, watch};

/// Who a test caller is.
#[sync::session]
pub struct Session {
    /// Empty for a guest.
    pub user_id: String,
    /// What the filter of `outcome/three` does with this member.
    pub outcome: String,
    /// The chosen language.
    pub locale: Option<String>,
    /// What a test has tied to the session; it hears when nothing holds the session any more.
    #[serde(skip)]
    pub tie: Option<watch::Receiver<()>>,
}

/// What others may know.
#[wire]
pub struct Person {
    /// The user.
    pub user_id: String,
}

/// How often the filter of `order/busy` has kept its thread, for each test by its number: a filter has no other place to note it.
pub static BUSY: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

/// The state of the test app.
#[derive(Debug)]
pub struct App {
    /// How often the handlers of `repeats` have run.
    pub runs: AtomicU32,
    /// How many calls of `beside` are held; a test waits for it to change.
    pub holding: watch::Sender<u32>,
    /// So many of them may go on.
    go: Semaphore,
    /// The numbers whose turn it is.
    turns: watch::Sender<BTreeSet<u32>>,
    /// How many calls of `order/wait` have begun; a test waits for it to change.
    pub begun: watch::Sender<u32>,
    /// The numbers of the calls of `order/wait`, in the order in which their handlers ended.
    pub ended: Mutex<Vec<u32>>,
    /// What was noted in the rooms of `hooks`, in the order in which it happened; a test waits for it to change.
    pub notes: watch::Sender<Vec<String>>,
    /// Who may not be in the rooms of `hooks`, and what is done about it: `refuse` or `panic`.
    banned: Mutex<BTreeMap<String, &'static str>>,
    /// The numbers of the rooms of `opened` that are open.
    open: Mutex<BTreeSet<u32>>,
    /// Where the values of `shared/own` are.
    pub own: OwnStore,
}

/// Numbers by room and version, and how often each has changed.
type OwnValues = BTreeMap<String, (u32, u64)>;

/// A store of the app's own, in the hands of a test.
#[derive(Debug, Default)]
pub struct OwnStore {
    values: Mutex<OwnValues>,
    /// Whether it fails.
    pub fails: AtomicBool,
    /// How often it was asked for a value.
    pub loads: AtomicU32,
    /// Whether whoever asks is held; a test waits for `held` to change.
    pub holds: watch::Sender<bool>,
    /// How many are held.
    pub held: watch::Sender<u32>,
}

impl OwnStore {
    /// Waits for as long as the test holds who asks.
    pub async fn pass(&self) {
        let mut holds = self.holds.subscribe();
        self.held.send_modify(|held| *held += 1);
        holds.wait_for(|holds| !holds).await.map(drop).unwrap_or_default();
        self.held.send_modify(|held| *held -= 1);
    }

    fn values(&self) -> Result<MutexGuard<'_, OwnValues>, BoxError> {
        if self.fails.load(Ordering::Acquire) {
            return Err("the test has taken the store away".into());
        }
        Ok(self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns a value, and how often it has changed.
    pub async fn load(&self, key: String) -> Result<Option<(u32, u64)>, BoxError> {
        self.loads.fetch_add(1, Ordering::AcqRel);
        self.pass().await;
        Ok(self.values()?.get(&key).copied())
    }

    /// Keeps a value.
    pub async fn save(&self, key: String, value: (u32, u64)) -> Result<(), BoxError> {
        self.pass().await;
        self.values()?.insert(key, value);
        Ok(())
    }

    /// Returns a value as it is kept now.
    pub fn kept(&self, key: &str) -> Option<(u32, u64)> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }
}

impl Default for App {
    fn default() -> Self {
        let (holding, go) = (watch::Sender::default(), Semaphore::new(0));
        Self {
            runs: AtomicU32::new(0),
            holding,
            go,
            turns: watch::Sender::default(),
            begun: watch::Sender::default(),
            ended: Mutex::default(),
            notes: watch::Sender::default(),
            banned: Mutex::default(),
            open: Mutex::default(),
            own: OwnStore::default(),
        }
    }
}

/// A call that is held, or has been given up.
struct Held<'a>(&'a App);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.holding.send_modify(|holding| *holding -= 1);
    }
}

impl App {
    /// Counts a run of a handler, and returns how many there were.
    pub fn run(&self) -> u32 {
        self.runs.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Notes that something has happened.
    pub fn note(&self, what: String) {
        self.notes.send_modify(|notes| notes.push(what));
    }

    /// Waits until so much was noted, and returns it.
    pub async fn noted(&self, count: usize) -> Vec<String> {
        let mut notes = self.notes.subscribe();
        // The sender is the app's.
        notes.wait_for(|notes| notes.len() >= count).await.map(|notes| notes.clone()).unwrap_or_default()
    }

    /// Says what is done about somebody who may not be in the rooms of `hooks`.
    pub fn ban(&self, user: &str, how: &'static str) {
        self.banned.lock().unwrap_or_else(PoisonError::into_inner).insert(user.to_owned(), how);
    }

    /// Does nothing more about somebody.
    pub fn forgive(&self, user: &str) {
        self.banned.lock().unwrap_or_else(PoisonError::into_inner).remove(user);
    }

    /// Returns what is done about somebody, if they may not be in the rooms of `hooks`.
    pub fn banned(&self, user: &str) -> Option<&'static str> {
        self.banned.lock().unwrap_or_else(PoisonError::into_inner).get(user).copied()
    }

    /// Opens a room of `opened`, and returns its name.
    pub async fn open(&self) -> String {
        tokio::task::yield_now().await;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let number = 1000 + u32::try_from(open.len()).unwrap_or_default();
        open.insert(number);
        format!("opened-{number}")
    }

    /// Whether a room of `opened` is open.
    pub fn is_open(&self, number: u32) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).contains(&number)
    }

    /// Waits until the test lets go.
    pub async fn held(&self) {
        let _held = self.hold();
        if let Ok(go) = self.go.acquire().await {
            go.forget();
        }
    }

    /// Waits until the test says that it is the turn of this number.
    pub async fn turn_of(&self, index: u32) {
        let _held = self.hold();
        let mut turns = self.turns.subscribe();
        // The sender is the app's, which outlives its calls.
        turns.wait_for(|turns| turns.contains(&index)).await.map(drop).unwrap_or_default();
    }

    fn hold(&self) -> Held<'_> {
        self.holding.send_modify(|holding| *holding += 1);
        Held(self)
    }

    /// Says that it is the turn of a number, whether its call has come or not.
    pub fn call_up(&self, index: u32) {
        self.turns.send_modify(|turns| _ = turns.insert(index));
    }

    /// Lets so many calls go on.
    pub fn let_go(&self, calls: u32) {
        self.go.add_permits(calls as usize);
    }
}

/// How somebody is.
#[sync::presence]
pub struct Mood {
    /// In their own words.
    #[validate(length(max = 20))]
    pub text: Option<String>,
    /// The colour of their cursor.
    #[serde(default)]
    pub color: Option<u32>,
}

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = Mood;

    fn guest() -> Session {
        Session { user_id: String::new(), outcome: "deliver".to_owned(), locale: None, tie: None }
    }

    fn user_id(session: &Session) -> Option<&str> {
        Some(session.user_id.as_str()).filter(|id| !id.is_empty())
    }

    fn public(session: &Session) -> Person {
        Person { user_id: session.user_id.clone() }
    }

    fn locale(session: &Session) -> Option<&str> {
        session.locale.as_deref()
    }

    fn test_rooms(&self, pattern: &str) -> sync::BoxFuture<'_, Vec<String>> {
        let is_opened = pattern == "opened-{number}";
        Box::pin(async move { if is_opened { vec![self.open().await] } else { Vec::new() } })
    }
}

/// Builds the server. Its sessions are as they were given, with what a test has tied to them.
pub fn server() -> Server<App> {
    server_with_files().sessions_in_memory()
}

/// The same with sessions in a file.
pub fn server_with_files() -> Server<App> {
    Server::new(async |_config| Ok(App::default()))
}
