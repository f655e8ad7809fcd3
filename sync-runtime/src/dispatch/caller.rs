//! Who sends a call.

use std::sync::Arc;

use crate::contain::contained;
use crate::i18n::{Catalog, Locale};
use crate::rooms::{Identity, Socket};
use crate::route::App;
use crate::session::LiveSession;

/// Who sends a call, and from where.
#[derive(Debug)]
pub struct Caller<A: App> {
    identity: Identity<A>,
    origin: Origin<A>,
}

/// Where a call comes from.
#[derive(Debug)]
pub enum Origin<A: App> {
    /// A socket: a caller that can be a member itself.
    Socket(Arc<Socket<A>>),
    /// An HTTP request: in the rooms of every socket of its session, and in none of its own.
    Http,
    /// The app itself: nothing is refused to it but what cannot be done.
    Server,
}

impl<A: App> Caller<A> {
    /// A call from a socket.
    #[must_use]
    pub fn of_socket(socket: Arc<Socket<A>>) -> Self {
        Self { identity: socket.identity().clone(), origin: Origin::Socket(socket) }
    }

    /// A call over HTTP.
    #[must_use]
    pub fn http(identity: Identity<A>) -> Self {
        Self { identity, origin: Origin::Http }
    }

    /// A call of the app itself.
    #[must_use]
    pub fn server(identity: Identity<A>) -> Self {
        Self { identity, origin: Origin::Server }
    }

    /// Returns the session.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession<A>> {
        &self.identity.session
    }

    /// Returns where the call comes from.
    #[must_use]
    pub fn origin(&self) -> &Origin<A> {
        &self.origin
    }

    /// Returns the calling socket; `None` for those that are none.
    #[must_use]
    pub fn socket(&self) -> Option<&Arc<Socket<A>>> {
        match &self.origin {
            Origin::Socket(socket) => Some(socket),
            Origin::Http | Origin::Server => None,
        }
    }

    /// Returns the language of the answer: the one of the session, or else of the handshake or the request.
    #[must_use]
    pub fn locale(&self, catalog: &Catalog) -> Locale {
        reader_locale::<A>(&self.session().get(), self.identity.language, catalog)
    }
}

/// Returns the language in which a reader gets sentences.
pub(super) fn reader_locale<A: App>(session: &A::Session, language: Locale, catalog: &Catalog) -> Locale {
    let chosen = contained(|| A::locale(session).and_then(|chosen| catalog.locale(chosen)));
    chosen.ok().flatten().unwrap_or(language)
}
