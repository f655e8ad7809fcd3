//! What the handlers share.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use sync::{Server, wire};
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
    /// How many calls of `beside` are held; a test waits for it to change.
    pub holding: watch::Sender<u32>,
    /// So many of them may go on.
    go: Semaphore,
    /// How many calls of `order/wait` have begun; a test waits for it to change.
    pub begun: watch::Sender<u32>,
    /// The numbers of the calls of `order/wait`, in the order in which their handlers ended.
    pub ended: Mutex<Vec<u32>>,
}

impl Default for App {
    fn default() -> Self {
        let (holding, go) = (watch::Sender::default(), Semaphore::new(0));
        Self { holding, go, begun: watch::Sender::default(), ended: Mutex::default() }
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
    /// Waits until the test lets go.
    pub async fn held(&self) {
        self.holding.send_modify(|holding| *holding += 1);
        let _held = Held(self);
        if let Ok(go) = self.go.acquire().await {
            go.forget();
        }
    }

    /// Lets so many calls go on.
    pub fn let_go(&self, calls: u32) {
        self.go.add_permits(calls as usize);
    }
}

impl sync::App for App {
    type Session = Session;
    type Public = Person;

    fn guest() -> Session {
        Session { user_id: String::new(), outcome: "deliver".to_owned(), locale: None }
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
}

/// Builds the server.
pub fn server() -> Server<App> {
    Server::new(async |_config| Ok(App::default()))
}
