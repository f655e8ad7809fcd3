//! What all handlers share.

use std::sync::atomic::{AtomicU32, Ordering};

use sync::{Server, wire};

use crate::{auth, page};

/// Who somebody is, as the app sees it.
#[sync::session]
pub struct Session {
    /// Empty for somebody who has not signed in.
    pub user_id: String,
    /// The name that they signed in with.
    pub name: String,
    /// The language that they have chosen, as a tag such as `nl`.
    pub locale: Option<String>,
    /// Whether they have asked not to be disturbed: typing and chat messages pass them by.
    pub muted: bool,
    /// Whether they are a host of boards, who sees what is hidden there.
    #[serde(default)]
    pub host: bool,
}

/// A part of a session that is on or off.
pub type Switch = fn(&mut Session) -> &mut bool;

impl Session {
    /// What people switch on and off for themselves, by its name in `PATCH /auth/session`. Here anybody can be a host; a real app decides
    /// that when they sign in.
    pub const SWITCHES: &[(&str, Switch)] =
        &[("muted", |session| &mut session.muted), ("host", |session| &mut session.host)];
}

/// What others may know of a user.
#[wire(patch)]
#[derive(PartialEq)]
pub struct Person {
    /// The same for the same name.
    pub user_id: String,
    /// The name that they signed in with.
    pub name: String,
}

/// The state of the app: what the handlers work on.
#[derive(Debug, Default)]
pub struct App {
    /// How many chat messages there were.
    pub messages: AtomicU32,
}

impl App {
    /// Returns the number of the next chat message.
    pub fn next_message(&self) -> u32 {
        self.messages.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// What somebody in a chat or at a board says of themselves.
#[sync::presence]
pub struct Mood {
    /// In their own words.
    #[validate(length(max = 60))]
    pub text: String,
    /// The colour of their mark.
    pub color: Color,
}

/// The colour of a mark, or of a note.
#[wire(patch)]
pub enum Color {
    Blue,
    Green,
    Orange,
    Pink,
    Violet,
}

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = Mood;

    fn guest() -> Session {
        Session { user_id: String::new(), name: String::new(), locale: None, muted: false, host: false }
    }

    fn user_id(session: &Session) -> Option<&str> {
        Some(session.user_id.as_str()).filter(|id| !id.is_empty())
    }

    fn public(session: &Session) -> Person {
        Person { user_id: session.user_id.clone(), name: session.name.clone() }
    }

    fn locale(session: &Session) -> Option<&str> {
        session.locale.as_deref()
    }
}

/// Builds the server: the app, how people sign in, and the web page.
pub fn server() -> Server<App> {
    Server::new(async |_config| Ok(App::default()))
        // Browsers share cookies between the ports of a host: each app has a name of its own, that of its package, and in development
        // each copy of it, by its port.
        .cookie_name(concat!(env!("CARGO_PKG_NAME"), "_session"))
        .routes(auth::routes)
        .routes(|_handle| page::routes())
}
