//! Who somebody is that has been let in.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::i18n::Locale;
use crate::id::Id;
use crate::route::App;
use crate::session::LiveSession;
use crate::wire::{IgnoreSelf, Position, PositionKey};

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

/// By what somebody who sends is known again, on another socket and on another server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SenderKey {
    /// The number of the session; for an anonymous page that has given itself a name, a number of that name.
    pub session: Id,
    /// The number of the page: of its name within the session, or of its socket if it has none. `None` over HTTP, where there is no page.
    pub tab: Option<Id>,
}

impl SenderKey {
    /// Writes, for other servers, that this page has been a member of a room since a place.
    #[must_use]
    pub fn seal_membership(&self, positions: &PositionKey, room: &str, since: Position) -> String {
        let [session, tab] = self.texts();
        positions.seal_membership(&[&session, &tab, room], since)
    }

    /// Reads since when this page has been a member of a room, as another server has written it; `None` for what does not prove it.
    #[must_use]
    pub fn open_membership(&self, positions: &PositionKey, room: &str, text: &str) -> Option<Position> {
        let [session, tab] = self.texts();
        positions.open_membership(&[&session, &tab, room], text)
    }

    /// Returns a name for it.
    pub(super) fn name(&self) -> String {
        self.texts().join("-")
    }

    fn texts(&self) -> [String; 2] {
        [self.session.to_string(), self.tab.map(|tab| tab.to_string()).unwrap_or_default()]
    }

    /// Returns whether both are of one session.
    #[must_use]
    pub fn is_same_session(&self, other: &Self) -> bool {
        self.session == other.session
    }

    /// Returns whether both are one page.
    #[must_use]
    pub fn is_same_tab(&self, other: &Self) -> bool {
        self.tab.is_some() && self.tab == other.tab
    }
}

/// Returns whether a member is one of the caller's own that hears nothing.
#[must_use]
pub fn is_left_out(ignored: IgnoreSelf, caller: &SenderKey, member: &SenderKey) -> bool {
    match ignored {
        IgnoreSelf::No => false,
        IgnoreSelf::Socket => caller.is_same_tab(member),
        IgnoreSelf::Session => caller.is_same_session(member),
    }
}

/// How long the name of an anonymous page has to be for others not to have the same one by accident: 16 random bytes as text.
const NAME_OF_ONE: usize = 16;

impl<A: App> Identity<A> {
    /// Somebody who has said nothing but a language.
    #[must_use]
    pub fn nobody(language: Locale) -> Self {
        Self { session: LiveSession::anonymous(), language, address: None, tab: None }
    }

    /// Returns by what this caller is known again, as far as it has said; it is nobody who could come back if it
    /// [has neither](Identity::can_come_back) a token nor a name of its page.
    #[must_use]
    pub fn key(&self) -> SenderKey {
        let own = self.session.id();
        let Some(tab) = self.name() else { return SenderKey { session: own, tab: None } };
        if self.session.has_token() {
            return SenderKey { session: own, tab: Some(Id::of_texts(&[&own.to_string(), tab])) };
        }
        // Each of its sockets has an anonymous session of its own: the name is all that is common to them.
        let page = Id::of_texts(&[tab]);
        SenderKey { session: page, tab: Some(page) }
    }

    /// Returns whether another socket can have the same [key](Identity::key).
    #[must_use]
    pub fn can_come_back(&self) -> bool {
        self.session.has_token() || self.name().is_some()
    }

    /// Returns what its page calls itself, if that is a name of one page: within a session any is.
    fn name(&self) -> Option<&str> {
        self.tab.as_deref().filter(|tab| self.session.has_token() || tab.len() >= NAME_OF_ONE)
    }
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
