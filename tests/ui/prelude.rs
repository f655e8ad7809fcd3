// What an app has that consists of one file. In an app, `sync::app!` makes the names below.
#![allow(dead_code, unused_imports)]

#[sync::session]
pub struct Session {
    pub user_id: String,
}

#[sync::wire]
pub struct Person {}

pub struct App;

impl sync::App for App {
    type Session = Session;
    type Public = Person;
    type Presence = sync::Empty;

    fn guest() -> Session {
        Session { user_id: String::new() }
    }

    fn user_id(session: &Session) -> Option<&str> {
        Some(&session.user_id)
    }

    fn public(_: &Session) -> Person {
        Person {}
    }

    fn locale(_: &Session) -> Option<&str> {
        None
    }
}

pub type SyncApp = App;
pub type Ctx<'a> = sync::Ctx<'a, App>;
pub type Member<'a> = sync::Member<'a, App>;
pub type RoomCtx<'a> = sync::RoomCtx<'a, App>;
pub type StateKey<'a> = sync::StateKey<'a, App>;
pub type Auth = sync::Auth<App>;

pub use sync::{SyncError, wire};

/// What a server file and a client file share.
#[wire]
pub struct ClientInput {
    pub amount: i32,
}

#[wire]
pub struct ServerOutput {
    pub new_value: i32,
}

#[wire]
pub struct ClientOutput {
    pub mine: bool,
}
