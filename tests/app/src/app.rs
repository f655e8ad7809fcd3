//! What the handlers share.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use sync::{Server, wire};
use tokio::sync::watch;

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
#[derive(Debug, Default)]
pub struct App {
    /// How many calls of `order/wait` have begun; a test waits for it to change.
    pub begun: watch::Sender<u32>,
    /// The numbers of the calls of `order/wait`, in the order in which their handlers ended.
    pub ended: Mutex<Vec<u32>>,
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
