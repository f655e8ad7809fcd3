//! The sessions that are in use.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::sync::MutexGuard;

use crate::route::App;
use crate::session::{SessionStore, StoreError, Token, TokenHash};

/// Counts the changes of all sessions in use. Whoever keeps copies looks at this one number before it uses them.
static CHANGES: AtomicU64 = AtomicU64::new(0);

/// Returns a number that is another one after any session in use has changed.
#[must_use]
pub fn session_changes() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

/// One session in use: shared by every socket and request of its token, or by one anonymous socket alone.
pub struct LiveSession<A: App> {
    id: u64,
    key: Option<TokenHash>,
    session: ArcSwap<A::Session>,
    revoked: AtomicBool,
}

impl<A: App> LiveSession<A> {
    fn new(key: Option<TokenHash>, session: A::Session) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self { id, key, session: ArcSwap::from_pointee(session), revoked: AtomicBool::new(false) })
    }

    /// Creates the session of one caller without a token; it equals no other.
    #[must_use]
    pub fn anonymous() -> Arc<Self> {
        Self::new(None, A::guest())
    }

    /// Creates the session of a caller whose token is not valid (any more): it can do nothing.
    #[must_use]
    pub fn ended() -> Arc<Self> {
        let session = Self::anonymous();
        session.revoked.store(true, Ordering::Release);
        session
    }

    /// Returns a number that two sessions never share while the server runs. It is no secret and no token.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns whether it has a token, so that others can have the same session.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.key.is_some()
    }

    /// Returns the session as it is now.
    #[must_use]
    pub fn get(&self) -> Arc<A::Session> {
        self.session.load_full()
    }

    /// Returns whether the session was revoked while it was in use.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }
}

impl<A: App> std::fmt::Debug for LiveSession<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveSession").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Creates, finds, changes and ends sessions.
///
/// A session lives for the configured time after its last use; while a socket of it is open it does not expire.
pub struct Sessions<A: App> {
    store: Arc<dyn SessionStore<A::Session>>,
    // One operation at a time on one session; sessions that share a lock only wait for each other.
    turns: [tokio::sync::Mutex<()>; 64],
    live: Mutex<HashMap<TokenHash, Weak<LiveSession<A>>>>,
}

impl<A: App> Sessions<A> {
    /// Keeps sessions in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn SessionStore<A::Session>>) -> Self {
        Self { store, turns: std::array::from_fn(|_| tokio::sync::Mutex::new(())), live: Mutex::new(HashMap::new()) }
    }

    /// Starts a session and returns its token.
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub async fn create(&self, session: A::Session) -> Result<Token, StoreError> {
        let token = Token::random();
        self.store.save(TokenHash::of(token.as_str()), session).await?;
        Ok(token)
    }

    /// Returns the session of a token; `None` when it is not valid (any more).
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub async fn find(&self, token: &str) -> Result<Option<Arc<LiveSession<A>>>, StoreError> {
        let key = TokenHash::of(token);
        let _turn = self.turn(key).await;
        let stored = self.store.load(key).await?;
        let live = self.live(key);
        match (stored, live) {
            (_, Some(live)) if live.is_revoked() => Ok(None),
            (Some(_), Some(live)) => Ok(Some(live)),
            // The store let it expire, but a socket has been using it all the time.
            (None, Some(live)) => {
                self.store.save(key, (*live.get()).clone()).await?;
                Ok(Some(live))
            }
            (Some(session), None) => Ok(Some(self.enter(key, session))),
            (None, None) => Ok(None),
        }
    }

    /// Changes a session; every socket of it sees the change from its next event on.
    ///
    /// # Errors
    ///
    /// When the store does not answer; the session is as it was then.
    pub async fn update(
        &self,
        session: &LiveSession<A>,
        change: impl FnOnce(&mut A::Session),
    ) -> Result<Arc<A::Session>, StoreError> {
        let _turn = self.turn_of(session).await;
        let mut changed = (*session.get()).clone();
        change(&mut changed);
        self.save(session, changed.clone()).await?;
        let changed = Arc::new(changed);
        session.session.store(changed.clone());
        CHANGES.fetch_add(1, Ordering::AcqRel);
        Ok(changed)
    }

    /// Counts as a use of a session: its time to live begins again. Called when one of its sockets goes.
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub async fn touch(&self, session: &LiveSession<A>) -> Result<(), StoreError> {
        let _turn = self.turn_of(session).await;
        self.save(session, (*session.get()).clone()).await
    }

    /// Ends a session: its token is not valid any more, and its sockets are refused from their next call on.
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub async fn revoke(&self, session: &LiveSession<A>) -> Result<(), StoreError> {
        session.revoked.store(true, Ordering::Release);
        let _turn = self.turn_of(session).await;
        match session.key {
            Some(key) => self.store.remove(key).await,
            None => Ok(()),
        }
    }

    async fn save(&self, session: &LiveSession<A>, value: A::Session) -> Result<(), StoreError> {
        // An ended session was removed, or will be as soon as it is the turn of whoever ends it.
        match session.key.filter(|_| !session.is_revoked()) {
            Some(key) => self.store.save(key, value).await,
            None => Ok(()),
        }
    }

    async fn turn(&self, key: TokenHash) -> MutexGuard<'_, ()> {
        self.turns[usize::from(key.first_byte()) % self.turns.len()].lock().await
    }

    async fn turn_of(&self, session: &LiveSession<A>) -> Option<MutexGuard<'_, ()>> {
        match session.key {
            Some(key) => Some(self.turn(key).await),
            None => None,
        }
    }

    fn live(&self, key: TokenHash) -> Option<Arc<LiveSession<A>>> {
        self.live.lock().get(&key)?.upgrade()
    }

    fn enter(&self, key: TokenHash, session: A::Session) -> Arc<LiveSession<A>> {
        let mut live = self.live.lock();
        // Another request may have entered it since we looked.
        if let Some(entered) = live.get(&key).and_then(Weak::upgrade) {
            return entered;
        }
        // Grows to twice what is in use before it is swept, so that each entry pays for one look at another.
        if live.len() == live.capacity() {
            live.retain(|_, session| session.strong_count() > 0);
        }
        let entered = LiveSession::new(Some(key), session);
        live.insert(key, Arc::downgrade(&entered));
        entered
    }
}

impl<A: App> std::fmt::Debug for Sessions<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::route::TestApp;
    use crate::schema::Empty;
    use crate::session::MemoryStore;

    const TTL: Duration = Duration::from_secs(60);

    fn sessions() -> Sessions<TestApp> {
        Sessions::new(Arc::new(MemoryStore::new(TTL)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_lives_for_its_time_after_its_last_use() {
        let sessions = sessions();
        let token = sessions.create(Empty {}).await.expect("a store");
        for _ in 0..3 {
            tokio::time::advance(TTL - Duration::from_secs(1)).await;
            assert!(sessions.find(token.as_str()).await.expect("a store").is_some());
        }
        tokio::time::advance(TTL + Duration::from_secs(1)).await;
        assert!(sessions.find(token.as_str()).await.expect("a store").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_in_use_does_not_expire_and_its_time_begins_when_its_socket_goes() {
        let sessions = sessions();
        let token = sessions.create(Empty {}).await.expect("a store");
        let socket = sessions.find(token.as_str()).await.expect("a store").expect("a session");
        tokio::time::advance(TTL * 5).await;
        sessions.touch(&socket).await.expect("a store");
        drop(socket);
        tokio::time::advance(TTL - Duration::from_secs(1)).await;
        assert!(sessions.find(token.as_str()).await.expect("a store").is_some());
    }

    #[tokio::test]
    async fn an_ended_session_cannot_be_used_changed_or_brought_back() {
        let sessions = sessions();
        let token = sessions.create(Empty {}).await.expect("a store");
        let first = sessions.find(token.as_str()).await.expect("a store").expect("a session");
        let second = sessions.find(token.as_str()).await.expect("a store").expect("a session");
        assert_eq!(first.id(), second.id(), "two sockets of one token share a session");
        sessions.revoke(&first).await.expect("a store");
        assert!(second.is_revoked());
        sessions.update(&second, |_| ()).await.expect("a store");
        sessions.touch(&second).await.expect("a store");
        assert!(sessions.find(token.as_str()).await.expect("a store").is_none());
        drop((first, second));
        assert!(sessions.find(token.as_str()).await.expect("a store").is_none());
    }
}
