//! Who sends a call.

use std::net::IpAddr;
use std::sync::Arc;

use crate::contain::contained;
use crate::dispatch::chunks::ChunkSender;
use crate::i18n::{Catalog, Locale};
use crate::id::Id;
use crate::rooms::{Identity, SenderKey, Socket};
use crate::route::App;
use crate::session::LiveSession;

/// Who sends a call, and from where.
#[derive(Debug)]
pub struct Caller<A: App> {
    identity: Identity<A>,
    kind: CallerKind<A>,
    /// Where a caller over HTTP hears what is streamed to it, if it wants to.
    chunks: Option<ChunkSender>,
}

/// Which kind of caller it is.
#[derive(Debug)]
pub enum CallerKind<A: App> {
    /// A socket: a caller that can be a member itself.
    Socket(Arc<Socket<A>>),
    /// An HTTP request: in the rooms of every socket of its session, and in none of its own.
    Http,
    /// The app itself: nothing is refused to it but what cannot be done.
    Server,
}

impl<A: App> Clone for Caller<A> {
    fn clone(&self) -> Self {
        let kind = match &self.kind {
            CallerKind::Socket(socket) => CallerKind::Socket(socket.clone()),
            CallerKind::Http => CallerKind::Http,
            CallerKind::Server => CallerKind::Server,
        };
        Self { identity: self.identity.clone(), kind, chunks: self.chunks.clone() }
    }
}

impl<A: App> Caller<A> {
    /// A call from a socket.
    #[must_use]
    pub fn of_socket(socket: Arc<Socket<A>>) -> Self {
        Self { identity: socket.identity().clone(), kind: CallerKind::Socket(socket), chunks: None }
    }

    /// A call over HTTP.
    #[must_use]
    pub fn http(identity: Identity<A>) -> Self {
        Self { identity, kind: CallerKind::Http, chunks: None }
    }

    /// Lets a caller over HTTP hear what is streamed to it; its call is given up when nobody listens any more.
    #[must_use]
    pub fn hearing(self, chunks: ChunkSender) -> Self {
        Self { chunks: Some(chunks), ..self }
    }

    /// Returns where a caller over HTTP hears what is streamed to it.
    pub(super) fn chunks(&self) -> Option<&ChunkSender> {
        self.chunks.as_ref()
    }

    /// A call of the app itself.
    #[must_use]
    pub fn server(identity: Identity<A>) -> Self {
        Self { identity, kind: CallerKind::Server, chunks: None }
    }

    /// Returns the session.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession<A>> {
        &self.identity.session
    }

    /// Returns where it is; `None` where that is not known.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.identity.address
    }

    /// Returns which kind of caller it is.
    #[must_use]
    pub fn kind(&self) -> &CallerKind<A> {
        &self.kind
    }

    /// Returns by what it is known again as a sender.
    #[must_use]
    pub fn sender_key(&self) -> SenderKey {
        match &self.kind {
            CallerKind::Socket(socket) => socket.sender_key(),
            CallerKind::Http | CallerKind::Server => SenderKey { tab: None, ..self.identity.key() },
        }
    }

    /// Returns the calling socket; `None` for those that are none.
    #[must_use]
    pub fn socket(&self) -> Option<&Arc<Socket<A>>> {
        match &self.kind {
            CallerKind::Socket(socket) => Some(socket),
            CallerKind::Http | CallerKind::Server => None,
        }
    }

    /// Returns whether it has to fulfil what a route asks of its callers.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        !matches!(self.kind, CallerKind::Server)
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

/// Names a user, whatever it does and wherever from.
pub(super) fn user_name(user: &str) -> Id {
    Id::of_texts(&["user", user])
}
