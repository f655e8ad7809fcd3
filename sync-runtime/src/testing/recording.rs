//! What has happened in a test, as a file, and the test that is made of it.
//!
//! A file has *steps*: who has done what, what was answered, and what each tab has received since the step before. What is another one in
//! each run is not in it: positions are left out, and the ids of people are numbered as they appear.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::route::App;
use crate::testing::call::{Call, HttpReply, Reply};
use crate::testing::line::Closing;
use crate::testing::tab::{Screen, Tab};
use crate::testing::{TestApp, TestBuilder};

/// A recording that runs; made by [`TestApp::record`].
#[derive(Debug)]
#[must_use = "it is written when it is finished"]
pub struct Recording<A: App> {
    app: TestApp<A>,
    notes: Arc<Notes<A>>,
    path: PathBuf,
}

/// What a file of a recording holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tape<S = Step> {
    /// The names of fields whose values are another one in each run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    without: Vec<String>,
    steps: Vec<S>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Step {
    /// The name of the tab.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    who: String,
    #[serde(flatten)]
    act: Act,
    /// What each tab has received since the step before, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    heard: BTreeMap<String, Vec<Value>>,
}

/// What was done, and answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Act {
    /// Signs in with this session.
    LogsIn(Value),
    /// Opens another tab of the session with which this tab has signed in.
    OpensTabOf(String),
    /// Comes as a guest, who reads this language.
    IsGuest(Option<String>),
    /// Sends an event of Socket.IO.
    Emits {
        event: String,
        payload: Value,
        answer: Value,
    },
    /// Sends a call over HTTP.
    Posts {
        path: String,
        id: Option<String>,
        body: Value,
        status: u16,
        answer: Value,
    },
    LogsOut {},
    Closes {},
    /// Time passes, in milliseconds.
    Passes(u64),
}

/// What is noted while the test runs.
pub(super) struct Notes<A: App> {
    tabs: Mutex<Vec<Weak<Screen<A>>>>,
    tape: Mutex<Tape>,
    /// The ids of people, in the order in which they appeared.
    ids: Mutex<Vec<String>>,
    /// The tabs that were dropped and are not noted yet, by name, with their sockets.
    dropped: Mutex<VecDeque<(String, Closing)>>,
}

impl<A: App> std::fmt::Debug for Notes<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notes").field("tape", &self.tape).finish_non_exhaustive()
    }
}

impl<A: App> Recording<A> {
    pub(super) fn begin(app: TestApp<A>, path: PathBuf) -> Self {
        assert!(app.notes().is_none(), "one recording at a time");
        let notes = Notes::new(Vec::new());
        app.set_notes(Some(notes.clone()));
        Self { app, notes, path }
    }

    /// Leaves out the values of all fields of this name, in answers and in what is received: they are others in each run, such as times.
    pub fn without(self, field: &str) -> Self {
        self.notes.tape.lock().without.push(field.to_owned());
        self
    }

    /// Writes the file. One that is there stays as it is, and has to say the same; with `UPDATE_EXPECT=1` it is written anew.
    ///
    /// # Panics
    ///
    /// When the file says something else, or cannot be written.
    pub fn finish(self) {
        self.app.set_notes(None);
        let text = self.notes.text();
        match std::fs::read_to_string(&self.path) {
            Ok(known) if !is_update() => check_same(&self.path, &known, &text),
            _ => write(&self.path, &text),
        }
    }
}

impl<A: App> Notes<A> {
    fn new(without: Vec<String>) -> Arc<Self> {
        let tape = Mutex::new(Tape { without, steps: Vec::new() });
        Arc::new(Self { tabs: Mutex::default(), tape, ids: Mutex::default(), dropped: Mutex::default() })
    }

    pub(super) async fn opened(&self, tab: &Tab<A>) {
        self.tabs.lock().push(Arc::downgrade(tab.screen()));
        let who = tab.who();
        let act = match (&who.signed_in_as, &who.session) {
            (Some(first), Some(session)) if first == tab.name() => Act::LogsIn(session.clone()),
            (Some(first), _) => Act::OpensTabOf(first.clone()),
            (None, _) => Act::IsGuest(who.language.clone()),
        };
        self.note(tab.name(), act).await;
    }

    pub(super) async fn emitted(&self, tab: &Tab<A>, event: &str, payload: &Value, answer: &Reply) {
        assert!(payload.get("after").is_none(), "a position cannot be recorded: it is another one in each run");
        let answer = self.told(answer.json().clone());
        let act = Act::Emits { event: event.to_owned(), payload: payload.clone(), answer };
        self.note(tab.name(), act).await;
    }

    pub(super) async fn posted(&self, tab: &Tab<A>, call: &Call, reply: &HttpReply) {
        let (path, id, body) = call.by_http();
        let answer = self.told(reply.reply.json().clone());
        let act = Act::Posts { path, id: id.map(str::to_owned), body, status: reply.status, answer };
        self.note(tab.name(), act).await;
    }

    pub(super) async fn logged_out(&self, tab: &Tab<A>) {
        self.note(tab.name(), Act::LogsOut {}).await;
    }

    pub(super) async fn closed(&self, name: &str) {
        self.note(name, Act::Closes {}).await;
    }

    /// Keeps in mind that a tab was dropped, for the next step.
    pub(super) fn dropped(&self, name: &str, closing: Closing) {
        self.dropped.lock().push_back((name.to_owned(), closing));
    }

    pub(super) fn next_dropped(&self) -> Option<(String, Closing)> {
        self.dropped.lock().pop_front()
    }

    pub(super) async fn advanced(&self, time: Duration) {
        self.note("", Act::Passes(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))).await;
    }

    async fn note(&self, who: &str, act: Act) {
        let tabs: Vec<_> = self.tabs.lock().iter().filter_map(Weak::upgrade).collect();
        let mut heard = BTreeMap::new();
        for tab in tabs {
            let frames: Vec<_> = tab.look().await.iter().map(|frame| self.told(frame.recorded())).collect();
            if !frames.is_empty() {
                heard.insert(tab.name().to_owned(), frames);
            }
        }
        self.tape.lock().steps.push(Step { who: who.to_owned(), act, heard });
    }

    /// Takes out what is another one in each run.
    fn told(&self, mut value: Value) -> Value {
        if let Value::Object(fields) = &mut value {
            fields.remove("pos");
            for list in ["presence", "changes"] {
                if let Some(people) = fields.get_mut(list) {
                    self.number(people);
                }
            }
        }
        let without = self.tape.lock().without.clone();
        leave_out(&mut value, &without);
        value
    }

    /// Numbers the ids of people.
    fn number(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.number(item)),
            Value::Object(fields) => {
                for name in ["id", "me"] {
                    if let Some(Value::String(id)) = fields.get_mut(name) {
                        let mut ids = self.ids.lock();
                        let known = ids.iter().position(|known| known == id);
                        let number = known.unwrap_or_else(|| {
                            ids.push(id.clone());
                            ids.len() - 1
                        });
                        *id = format!("person {}", number + 1);
                    }
                }
                if let Some(people) = fields.get_mut("people") {
                    self.number(people);
                }
            }
            _ => {}
        }
    }

    fn text(&self) -> String {
        pretty(&*self.tape.lock())
    }
}

fn leave_out(value: &mut Value, names: &[String]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| leave_out(item, names)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if names.contains(name) {
                    *value = json!("…");
                } else {
                    leave_out(value, names);
                }
            }
        }
        _ => {}
    }
}

/// Runs a recording again, in the app as it is today, and compares what happens with what has happened then.
///
/// `path` is seen from the folder of the app's `Cargo.toml`. With `UPDATE_EXPECT=1` the file is written anew instead.
///
/// # Panics
///
/// When something else happens, with the first step where it does; when the file cannot be read.
pub async fn replay<A: App>(builder: TestBuilder<A>, path: impl AsRef<Path>) {
    let path = Path::new(builder.table().manifest_dir).join(path);
    let recorded = read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let app = builder.start().await;
    let notes = Notes::new(recorded.without.clone());
    app.set_notes(Some(notes.clone()));
    let mut tabs = BTreeMap::new();
    for (index, step) in recorded.steps.iter().enumerate() {
        let played = play(&app, &mut tabs, step).await;
        if let Err(error) = played {
            panic!("{}: step {}: {error}", path.display(), index + 1);
        }
        let now = notes.tape.lock().steps[index].clone();
        if now != *step && !is_update() {
            panic!("{}", difference(&path, index, step, &now));
        }
    }
    app.set_notes(None);
    if is_update() {
        write(&path, &notes.text());
    }
}

async fn play<A: App>(app: &TestApp<A>, tabs: &mut BTreeMap<String, Tab<A>>, step: &Step) -> Result<(), String> {
    let known = |tabs: &BTreeMap<String, Tab<A>>, name: &str| {
        tabs.get(name).map(Tab::share).ok_or_else(|| format!("there is no tab `{name}`"))
    };
    let opened = match &step.act {
        Act::LogsIn(session) => {
            let session = serde_json::from_value(session.clone());
            Some(app.log_in(session.map_err(|error| format!("no session of this app: {error}"))?).await)
        }
        Act::OpensTabOf(first) => Some(known(tabs, first)?.another_tab().await),
        Act::IsGuest(None) => Some(app.guest().await),
        Act::IsGuest(Some(language)) => Some(app.guest_who_reads(language).await),
        Act::Emits { event, payload, .. } => {
            known(tabs, &step.who)?.emit(event, payload.clone()).await;
            None
        }
        Act::Posts { path, id, body, .. } => {
            let call = call_of(path, id.as_deref(), body).ok_or_else(|| format!("`{path}` is the path of no call"))?;
            known(tabs, &step.who)?.send_by_http(&call).await;
            None
        }
        Act::LogsOut {} => {
            known(tabs, &step.who)?.log_out().await;
            None
        }
        Act::Closes {} => {
            known(tabs, &step.who)?.close().await;
            None
        }
        Act::Passes(time) => {
            app.advance(Duration::from_millis(*time)).await;
            None
        }
    };
    if let Some(tab) = opened {
        tabs.insert(step.who.clone(), tab);
    }
    Ok(())
}

fn call_of(path: &str, id: Option<&str>, body: &Value) -> Option<Call> {
    let mut parts = path.strip_prefix('/')?.splitn(2, '/');
    let (lane, (name, version)) = (parts.next()?, parts.next()?.rsplit_once('/')?);
    let call = match lane {
        "sync" => {
            let mut more: Map<String, Value> = body.as_object()?.clone();
            let room = more.remove("receiver")?;
            let data = more.remove("data");
            Call { data, more, ..Call::event(name, version).to(room.as_str()?) }
        }
        "api" => Call::request(name, version).with(body.clone()),
        _ => return None,
    };
    Some(id.map_or_else(|| call.clone(), |id| call.clone().named(id)))
}

fn read(path: &Path) -> Result<Tape, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("the recording cannot be read: {error}"))?;
    let tape: Tape<Value> = serde_json::from_str(&text).map_err(|error| format!("no recording: {error}"))?;
    let steps = tape.steps.into_iter().enumerate().map(|(index, step)| {
        serde_json::from_value(step).map_err(|_| {
            const ACTS: &str = "`logsIn`, `opensTabOf`, `isGuest`, `emits`, `posts`, `logsOut`, `closes`, `passes`";
            format!("step {}: expected one of {ACTS}, with what belongs to it", index + 1)
        })
    });
    Ok(Tape { without: tape.without, steps: steps.collect::<Result<_, _>>()? })
}

/// Whatever a replay finds, it finds in a file that nobody has taken for right by running a test.
fn check_same(path: &Path, known: &str, now: &str) {
    let (known, now) = (known.replace("\r\n", "\n"), now);
    let mut lines = (1..).zip(known.lines().map(Some).chain([None]).zip(now.lines().map(Some).chain([None])));
    let Some((line, (then, now))) = lines.find(|(_, (then, now))| then != now) else { return };
    panic!(
        "{}:{line}: what happens is not what was recorded\n  then: {}\n   now: {}\n  help: `UPDATE_EXPECT=1 cargo test` records it anew",
        path.display(),
        then.unwrap_or("(nothing more)").trim(),
        now.unwrap_or("(nothing more)").trim()
    );
}

/// Whole or not at all: another test may be reading it.
fn write(path: &Path, text: &str) {
    if std::fs::read_to_string(path).is_ok_and(|known| known == text) {
        return;
    }
    let folder = path.parent().unwrap_or(path);
    let draft = path.with_extension("draft");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&draft, text))
        .and_then(|()| std::fs::rename(&draft, path));
    written.unwrap_or_else(|error| panic!("{}: the recording cannot be written: {error}", path.display()));
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1")
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a recording is JSON");
    text.push('\n');
    text
}

/// Says what is another one now, line by line.
fn difference(path: &Path, index: usize, then: &Step, now: &Step) -> String {
    let (then, now) = (pretty(then), pretty(now));
    let (then, now): (Vec<_>, Vec<_>) = (then.lines().collect(), now.lines().collect());
    let same_before = then.iter().zip(&now).take_while(|(then, now)| then == now).count();
    let rest = then.len().min(now.len()) - same_before;
    let same_behind = then.iter().rev().zip(now.iter().rev()).take(rest).take_while(|(then, now)| then == now).count();
    let mut text =
        format!("{}: step {} is another one now (UPDATE_EXPECT=1 takes it over):\n", path.display(), index + 1);
    let mut tell = |sign: &str, lines: &[&str]| {
        lines.iter().for_each(|line| text.push_str(&format!("{sign} {line}\n")));
    };
    tell(" ", &then[..same_before]);
    tell("-", &then[same_before..then.len() - same_behind]);
    tell("+", &now[same_before..now.len() - same_behind]);
    tell(" ", &then[then.len() - same_behind..]);
    text
}
