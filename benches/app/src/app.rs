//! What the handlers share.

use sync::{Server, wire};

/// A member of the room that is measured.
#[sync::session]
pub struct Session {
    /// Empty for a guest.
    pub user_id: String,
    /// A number that no two members share: an output that holds it differs for each.
    pub seat: u32,
    /// What the gate asks for.
    pub active: bool,
}

/// What others may know.
#[wire]
pub struct Person {
    /// The user.
    pub user_id: String,
}

/// The app has no state.
#[derive(Debug, Default)]
pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;

    fn guest() -> Session {
        Session { user_id: String::new(), seat: 0, active: true }
    }

    fn user_id(session: &Session) -> Option<&str> {
        Some(session.user_id.as_str()).filter(|id| !id.is_empty())
    }

    fn public(session: &Session) -> Person {
        Person { user_id: session.user_id.clone() }
    }

    fn locale(_: &Session) -> Option<&str> {
        None
    }
}

/// Builds the server.
pub fn server() -> Server<App> {
    Server::new(async |_config| Ok(App)).sessions_in_memory()
}
