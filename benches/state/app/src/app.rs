//! What the handlers share.

use sync::{Server, wire};

/// Everybody is a guest.
#[sync::session]
pub struct Session {}

/// What others may know.
#[wire]
pub struct Person {}

/// The app shares nothing but its values.
#[derive(Debug, Default)]
pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;

    fn guest() -> Session {
        Session {}
    }

    fn user_id(_: &Session) -> Option<&str> {
        None
    }

    fn public(_: &Session) -> Person {
        Person {}
    }

    fn locale(_: &Session) -> Option<&str> {
        None
    }
}

/// Builds the server.
pub fn server() -> Server<App> {
    Server::new(async |_config| Ok(App)).sessions_in_memory()
}
