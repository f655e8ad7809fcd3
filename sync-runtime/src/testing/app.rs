//! An app that runs in a test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;

use crate::clock::{is_stopped, pause, resume, sleep};
use crate::route::{App, Table};
use crate::server::{Handle, Running};
use crate::testing::call::{HttpReply, Reply};
use crate::testing::line::{InnerLine, Line, Presenting, Sent, WiredLine, send_request};
use crate::testing::recording::{Notes, Recording};
use crate::testing::tab::{Tab, Who};
use crate::transport::{InnerDoors, Request};

/// How often whoever is ready has their turn before the kit takes it that nobody is.
const TURNS: usize = 32;

/// An app that runs in a test, with everybody who is there.
///
/// It stops when it is dropped, and what it has kept goes with it.
pub struct TestApp<A: App>(Arc<Inside<A>>);

pub(super) struct Inside<A: App> {
    handle: Handle<A>,
    doors: Doors<A>,
    table: &'static Table<A>,
    owns_time: bool,
    /// Everybody who has come, in this order, for recordings: they are told apart by name.
    names: Mutex<BTreeMap<String, usize>>,
    notes: Mutex<Option<Arc<Notes<A>>>>,
    #[expect(dead_code, reason = "they are removed when they are dropped")]
    files: Files,
}

/// How the app is reached.
pub(super) enum Doors<A: App> {
    Inner(InnerDoors),
    Outer(Running<A>),
}

/// The folder of the app's files, which is made when the app puts something there.
#[derive(Debug)]
pub(super) struct Files(pub(super) PathBuf);

impl Files {
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // Mostly there is none.
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

impl<A: App> TestApp<A> {
    pub(super) fn new(
        handle: Handle<A>,
        doors: Doors<A>,
        files: Files,
        table: &'static Table<A>,
        owns_time: bool,
    ) -> Self {
        let (names, notes) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inside { handle, doors, table, owns_time, names, notes, files }))
    }

    /// Returns the way to the app, its sessions and its rooms, as the app's own routes have it.
    #[must_use]
    pub fn handle(&self) -> &Handle<A> {
        &self.0.handle
    }

    /// Returns the app: what handlers see as `ctx.app()`.
    #[must_use]
    pub fn app(&self) -> &A {
        self.0.handle.app()
    }

    pub(super) fn table(&self) -> &'static Table<A> {
        self.0.table
    }

    /// Signs somebody in and opens a tab for them.
    ///
    /// # Panics
    ///
    /// When the session's store does not take it, or they are not let in.
    pub async fn log_in(&self, session: A::Session) -> Tab<A> {
        let name = A::user_id(&session).map_or_else(|| "guest".to_owned(), str::to_owned);
        let note = serde_json::to_value(&session).ok();
        let token = self.0.handle.sessions().create(session).await.expect("a store that takes a session");
        let token = Some(token.as_str().to_owned());
        self.open(Who { name, token, session: note, ..Who::default() }).await
    }

    /// Opens a tab for somebody who has not signed in.
    ///
    /// # Panics
    ///
    /// When they are not let in.
    pub async fn guest(&self) -> Tab<A> {
        self.open(Who { name: "guest".to_owned(), ..Who::default() }).await
    }

    /// Opens a tab for somebody who has not signed in and reads this language.
    ///
    /// # Panics
    ///
    /// When they are not let in.
    pub async fn guest_who_reads(&self, language: &str) -> Tab<A> {
        let language = Some(language.to_owned());
        self.open(Who { name: "guest".to_owned(), language, ..Who::default() }).await
    }

    pub(super) async fn open(&self, who: Who) -> Tab<A> {
        self.try_open(who).await.unwrap_or_else(|code| panic!("nobody is let in: `{code}`"))
    }

    /// Opens a tab, or returns the code of the refusal.
    pub(super) async fn try_open(&self, who: Who) -> Result<Tab<A>, String> {
        self.note_dropped().await;
        let name = {
            let mut names = self.0.names.lock();
            let count = names.entry(who.name.clone()).or_default();
            *count += 1;
            if *count == 1 { who.name.clone() } else { format!("{}/{count}", who.name) }
        };
        let presenting = Presenting { token: who.token.clone(), language: who.language.clone(), tab: name.clone() };
        let line = match &self.0.doors {
            Doors::Inner(_) => Line::Inner(InnerLine::connect(self.0.handle.dispatcher(), presenting).await?),
            Doors::Outer(running) => Line::Wired(WiredLine::connect(running.address(), presenting).await?),
        };
        let is_first = who.session.is_some() && who.signed_in_as.is_none();
        let signed_in_as = if is_first { Some(name.clone()) } else { who.signed_in_as.clone() };
        let tab = Tab::new(self.clone(), line, Who { signed_in_as, ..who }, name);
        if let Some(notes) = self.notes() {
            self.settle().await;
            notes.opened(&tab).await;
        }
        Ok(tab)
    }

    /// Sends a request to the server's HTTP routes, the app's own among them: `POST`, `/auth/login`. A body that is not null is JSON.
    ///
    /// # Panics
    ///
    /// While this is [recorded](TestApp::record): what an app's own routes do is not in the file.
    pub async fn http(&self, method: &str, path: &str, body: Value) -> HttpReply {
        self.refuse_while_recorded(method, path);
        self.http_as(method, path, Some(body).filter(|body| !body.is_null()), None, &[]).await
    }

    /// As [`http`](TestApp::http), in the name of a session and with further headers.
    ///
    /// # Panics
    ///
    /// While this is [recorded](TestApp::record).
    pub async fn http_with(
        &self,
        method: &str,
        path: &str,
        body: Value,
        token: Option<&str>,
        headers: &[(&str, &str)],
    ) -> HttpReply {
        self.refuse_while_recorded(method, path);
        self.http_as(method, path, Some(body).filter(|body| !body.is_null()), token, headers).await
    }

    pub(super) fn refuse_while_recorded(&self, method: &str, path: &str) {
        assert!(
            self.notes().is_none(),
            "`{method} {path}` while a recording runs: requests to an app's own routes are not recorded, and a replay would not send them"
        );
    }

    pub(super) async fn http_as(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        token: Option<&str>,
        more: &[(&str, &str)],
    ) -> HttpReply {
        let mut headers: BTreeMap<String, String> =
            more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        let body = body.map(|body| {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
            body.to_string()
        });
        let body = body.unwrap_or_default();
        let sent = Sent { method: method.to_owned(), path: path.to_owned(), headers, body };
        match &self.0.doors {
            Doors::Inner(doors) => answer(doors, sent).await,
            Doors::Outer(running) => send_request(running.address(), &sent).await,
        }
    }

    /// Lets time pass. What is to happen meanwhile happens, each thing at its own time, and everybody has heard of it afterwards.
    ///
    /// An hour takes some milliseconds: the server has its rounds to go.
    ///
    /// # Panics
    ///
    /// In a runtime with several threads, whose time nobody owns.
    pub async fn advance(&self, time: Duration) {
        assert!(
            self.0.owns_time,
            "time cannot be advanced in a runtime with several threads: write `#[tokio::test]` without `flavor`"
        );
        self.note_dropped().await;
        let was_stopped = is_stopped();
        if !was_stopped {
            pause();
        }
        sleep(time).await;
        if !was_stopped {
            resume();
        }
        self.settle().await;
        if let Some(notes) = self.notes() {
            notes.advanced(time).await;
        }
    }

    /// Waits until all events so far have been delivered, also by filters that take their time.
    pub async fn settle(&self) {
        let deliveries = self.0.handle.dispatcher().hub().deliveries();
        // New ones may begin all the same.
        deliveries.close();
        loop {
            deliveries.wait().await;
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            if deliveries.is_empty() {
                return;
            }
        }
    }

    /// Begins to note what is called, answered and received, as a file that [`replay`](super::replay) runs again; `path` is seen from the
    /// folder of the app's `Cargo.toml`. It is written when the recording is [finished](Recording::finish).
    ///
    /// # Panics
    ///
    /// When somebody is there already, whom the file would know nothing of, or when another recording runs.
    pub fn record(&self, path: impl AsRef<Path>) -> Recording<A> {
        assert!(self.0.names.lock().is_empty(), "a recording begins before anybody has come");
        Recording::begin(self.clone(), self.path(path.as_ref()))
    }

    /// Returns a path as seen from the folder of the app's `Cargo.toml`.
    fn path(&self, path: &Path) -> PathBuf {
        Path::new(self.0.table.manifest_dir).join(path)
    }

    pub(super) fn notes(&self) -> Option<Arc<Notes<A>>> {
        self.0.notes.lock().clone()
    }

    /// Notes the tabs that were dropped since the last step, in the order in which they were. A drop cannot wait for what it causes; the
    /// next step does.
    pub(super) async fn note_dropped(&self) {
        let Some(notes) = self.notes() else { return };
        while let Some((name, closing)) = notes.next_dropped() {
            closing.ended().await;
            self.settle().await;
            notes.closed(&name).await;
        }
    }

    pub(super) fn set_notes(&self, notes: Option<Arc<Notes<A>>>) {
        *self.0.notes.lock() = notes;
    }
}

impl<A: App> Clone for TestApp<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A: App> std::fmt::Debug for TestApp<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestApp").field("handle", &self.0.handle).finish_non_exhaustive()
    }
}

impl<A: App> Drop for Inside<A> {
    fn drop(&mut self) {
        // One that listens stops by itself, when it is dropped.
        if let Doors::Inner(doors) = &self.doors {
            doors.turn_away();
            let dispatcher = self.handle.dispatcher();
            if tokio::runtime::Handle::try_current().is_ok() {
                dispatcher.close();
            }
            drop(dispatcher.hub().close_histories());
            dispatcher.close_stores();
        }
    }
}

async fn answer(doors: &InnerDoors, sent: Sent) -> HttpReply {
    let mut request = Request::new(sent.body.into());
    *request.method_mut() = sent.method.parse().expect("a method");
    *request.uri_mut() = sent.path.parse().expect("a path");
    for (name, value) in &sent.headers {
        let name: crate::transport::HeaderName = name.parse().expect("the name of a header");
        request.headers_mut().insert(name, value.parse().expect("the value of a header"));
    }
    let response = doors.answer(request).await;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers = headers.collect();
    let body = InnerDoors::read(response).await;
    let text = String::from_utf8_lossy(&body).into_owned();
    HttpReply { status, headers, reply: Reply(serde_json::from_str(&text).unwrap_or_default()), text }
}
