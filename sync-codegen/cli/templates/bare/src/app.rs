//! What all handlers share.

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
    /// Whether they have asked not to be disturbed.
    pub muted: bool,
}

/// A part of a session that is on or off.
pub type Switch = fn(&mut Session) -> &mut bool;

impl Session {
    /// What people switch on and off for themselves, by its name in `PATCH /auth/session`.
    pub const SWITCHES: &[(&str, Switch)] = &[("muted", |session| &mut session.muted)];
}

/// What others may know of a user.
#[wire]
pub struct Person {
    /// The same for the same name.
    pub user_id: String,
    /// The name that they signed in with.
    pub name: String,
}

/// The state of the app: what the handlers work on.
#[derive(Debug, Default)]
pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;

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
    Server::new(async |_config| Ok(App))
        .cookie_name(concat!(env!("CARGO_PKG_NAME"), "_session"))
        .routes(auth::routes)
        .routes(|_handle| page::routes())
}
