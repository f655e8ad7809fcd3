//! Who sends a call.

use std::sync::Arc;

use crate::contain::contained;
use crate::i18n::{Catalog, Locale};
use crate::rooms::Socket;
use crate::route::App;
use crate::session::LiveSession;

/// Who sends a call, and by which door it came in.
#[derive(Debug)]
pub struct Caller<A: App> {
    session: Arc<LiveSession<A>>,
    language: Locale,
    door: Door<A>,
}

/// The door that a call came in by.
#[derive(Debug)]
pub enum Door<A: App> {
    /// A socket: a caller that can be a member itself.
    Socket(Arc<Socket<A>>),
    /// An HTTP request: in the rooms of every socket of its session, and in none of its own.
    Http,
}

impl<A: App> Caller<A> {
    /// A call from a socket.
    #[must_use]
    pub fn of_socket(socket: Arc<Socket<A>>) -> Self {
        let (session, language) = (socket.session().clone(), socket.language());
        Self { session, language, door: Door::Socket(socket) }
    }

    /// A call over HTTP; `language` is what `Accept-Language` asks for.
    #[must_use]
    pub fn http(session: Arc<LiveSession<A>>, language: Locale) -> Self {
        Self { session, language, door: Door::Http }
    }

    /// Returns the session.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession<A>> {
        &self.session
    }

    /// Returns the calling socket; `None` over HTTP.
    #[must_use]
    pub fn socket(&self) -> Option<&Arc<Socket<A>>> {
        match &self.door {
            Door::Socket(socket) => Some(socket),
            Door::Http => None,
        }
    }

    /// Returns the language of the answer: the one of the session, or else of the handshake or the request.
    #[must_use]
    pub fn locale(&self, catalog: &Catalog) -> Locale {
        reader_locale::<A>(&self.session.get(), self.language, catalog)
    }
}

/// Returns the language in which a reader gets sentences.
pub(super) fn reader_locale<A: App>(session: &A::Session, language: Locale, catalog: &Catalog) -> Locale {
    let chosen = contained(|| A::locale(session).and_then(|chosen| catalog.locale(chosen)));
    chosen.ok().flatten().unwrap_or(language)
}
