use sync::{Server, wire};

#[sync::session]
pub struct Session {
    pub user_id: String,
    pub name: String,
}

#[wire]
pub struct Person {
    pub user_id: String,
    pub name: String,
}

pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;

    fn guest() -> Session {
        Session { user_id: String::new(), name: String::new() }
    }

    fn user_id(session: &Session) -> Option<&str> {
        Some(session.user_id.as_str()).filter(|id| !id.is_empty())
    }

    fn public(session: &Session) -> Person {
        Person { user_id: session.user_id.clone(), name: session.name.clone() }
    }

    fn locale(_: &Session) -> Option<&str> {
        None
    }
}

pub fn server() -> Server<App> {
    Server::new(async |_config| Ok(App))
}
