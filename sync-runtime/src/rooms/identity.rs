//! Who somebody is that has been let in.

use std::net::IpAddr;
use std::sync::Arc;

use crate::i18n::Locale;
use crate::route::App;
use crate::session::LiveSession;

/// Who a socket or a request is, decided once by `dispatch`.
pub struct Identity<A: App> {
    /// The session; an anonymous one of its own for somebody without a token, and one that has ended for a token that is not valid
    /// (any more).
    pub session: Arc<LiveSession<A>>,
    /// The language of the handshake or of the request, for a session that has chosen none.
    pub language: Locale,
    /// Where it comes from, as far as that says who it is; `None` where that is not known.
    pub address: Option<IpAddr>,
    /// The name that a page has given itself, which outlives its sockets.
    pub tab: Option<Box<str>>,
}

impl<A: App> Clone for Identity<A> {
    fn clone(&self) -> Self {
        let Self { session, language, address, tab } = self;
        Self { session: session.clone(), language: *language, address: *address, tab: tab.clone() }
    }
}

impl<A: App> std::fmt::Debug for Identity<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("session", &self.session).finish_non_exhaustive()
    }
}
