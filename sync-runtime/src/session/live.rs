//! One session that is in use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};

use crate::contain::Guarded;
use crate::id::Id;
use crate::route::App;
use crate::session::TokenHash;

/// Counts the changes of all sessions in use. Whoever keeps copies looks at this one number before it uses them.
static CHANGES: AtomicU64 = AtomicU64::new(0);

/// Returns a number that is another one after any session in use has changed.
#[must_use]
pub fn session_changes() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

/// One session in use: shared by every socket and request of its token, or by one anonymous socket alone.
pub struct LiveSession<A: App> {
    id: Id,
    key: Option<TokenHash>,
    session: ArcSwap<Guarded<A::Session>>,
    end: OnceLock<SessionEnd>,
}

/// Why a session that was in use is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SessionEnd {
    /// It was signed out, has expired, or is gone from the store.
    Ended,
    /// Its user, who may have one session at a time, has begun another one.
    Replaced,
}

impl<A: App> LiveSession<A> {
    pub(super) fn new(key: Option<TokenHash>, session: Guarded<A::Session>) -> Arc<Self> {
        Self::with_id(key.map_or_else(Id::random, |key| key.session_id()), key, session)
    }

    fn with_id(id: Id, key: Option<TokenHash>, session: Guarded<A::Session>) -> Arc<Self> {
        Arc::new(Self { id, key, session: ArcSwap::from_pointee(session), end: OnceLock::new() })
    }

    /// Creates the session of a caller without a token that another process has had under this number.
    pub(crate) fn anonymous_as(id: Id, session: A::Session) -> Arc<Self> {
        Self::with_id(id, None, Guarded::new(session))
    }

    /// Creates the session of one caller without a token; it equals no other.
    #[must_use]
    pub fn anonymous() -> Arc<Self> {
        Self::new(None, Guarded::new(A::guest()))
    }

    /// Creates the session of a caller whose token is not valid (any more): it can do nothing.
    #[must_use]
    pub fn ended() -> Arc<Self> {
        let session = Self::anonymous();
        session.revoke(SessionEnd::Ended);
        session
    }

    /// Returns a number that two sessions never share; that of a session with a token is the same on every server. It is no secret and
    /// no token.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }

    /// Returns whether it has a token, so that others can have the same session.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.key.is_some()
    }

    /// Returns the session as it is now.
    #[must_use]
    pub fn get(&self) -> Arc<Guarded<A::Session>> {
        self.session.load_full()
    }

    /// Returns whether this is the session as it is now.
    pub(crate) fn is_still(&self, session: &Arc<Guarded<A::Session>>) -> bool {
        Arc::ptr_eq(&self.session.load(), session)
    }

    /// Returns whether the session has ended while it was in use.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.end.get().is_some()
    }

    /// Returns why the session has ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<SessionEnd> {
        self.end.get().copied()
    }

    /// Returns what it is kept under; `None` for an anonymous session, which is not kept.
    pub(crate) fn key(&self) -> Option<TokenHash> {
        self.key
    }

    pub(super) fn revoke(&self, end: SessionEnd) {
        // Whatever ended it first did.
        self.end.set(end).unwrap_or_default();
    }

    /// Takes over a changed session, for all sockets.
    pub(super) fn set(&self, session: Guarded<A::Session>) -> Arc<Guarded<A::Session>> {
        let session = Arc::new(session);
        self.session.store(session.clone());
        CHANGES.fetch_add(1, Ordering::AcqRel);
        session
    }

    /// Takes over what the store has, if that is something else, and returns whether it is: another server may have written it.
    pub(super) fn adopt(&self, stored: Guarded<A::Session>) -> bool {
        // Sessions cannot be compared but by what is stored of them.
        let as_stored = |session: &A::Session| serde_json::to_vec(session).ok();
        let is_another = as_stored(&self.get()) != as_stored(&stored);
        if is_another {
            self.set(stored);
        }
        is_another
    }
}

impl<A: App> std::fmt::Debug for LiveSession<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveSession").field("id", &self.id).finish_non_exhaustive()
    }
}
