//! What all handlers share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use sync::{Server, SyncError, wire};

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
}

/// What others may know of a user.
#[wire]
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
    /// One number for each room.
    pub counters: Counters,
    /// How many chat messages there were.
    pub messages: AtomicU32,
}

impl App {
    /// Returns the number of the next chat message.
    pub fn next_message(&self) -> u32 {
        self.messages.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// One number for each room, kept while the server runs.
#[derive(Debug, Default)]
pub struct Counters(Mutex<HashMap<String, i32>>);

impl Counters {
    /// Returns the number of `room`; 0 where nobody has added to it.
    #[expect(clippy::unused_async, reason = "a real app asks its database here")]
    pub async fn get(&self, room: &str) -> i32 {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.get(room).copied().unwrap_or_default()
    }

    /// Adds `amount` to the number of `room` and returns the sum.
    ///
    /// # Errors
    ///
    /// `counter-full` when the sum would pass 1,000,000; the number is as it was then.
    #[expect(clippy::unused_async, reason = "a real app asks its database here")]
    pub async fn add(&self, room: &str, amount: i32) -> Result<i32, SyncError> {
        const MAX: i32 = 1_000_000;
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = counters.entry(room.to_owned()).or_default();
        let sum = counter.saturating_add(amount);
        if sum > MAX {
            return Err(sync::error!("counter-full", max = MAX));
        }
        *counter = sum;
        Ok(sum)
    }
}

/// What somebody in a chat says of themselves.
#[sync::presence]
pub struct Mood {
    /// In their own words.
    #[validate(length(max = 60))]
    pub text: String,
    /// The colour of their mark.
    pub color: Color,
}

/// The colour of a mark.
#[wire]
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
        Session { user_id: String::new(), name: String::new(), locale: None, muted: false }
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
