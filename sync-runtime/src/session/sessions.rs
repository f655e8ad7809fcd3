//! Creates, finds, changes and ends sessions.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::timeout;
use crate::contain::{Contained, Guarded, Panicked, contained};
use crate::route::{App, BoxFuture};
use crate::session::index::{Index, SHARDS};
use crate::session::keeper::Keeper;
use crate::session::news::SessionNews;
use crate::session::removals::Removals;
use crate::session::turns::Turns;
use crate::session::{LiveSession, SessionEnd, SessionError, SessionStore, StoreError, Token, TokenHash};

/// How long the store may take for one answer.
const STORE_LIMIT: Duration = Duration::from_secs(5);
/// How long somebody who signs out waits for the store to agree.
const REMOVAL_PATIENCE: Duration = Duration::from_secs(3);

/// Creates, finds, changes and ends sessions.
///
/// A session lives for the store's time to live after its last use; while a socket of it is open it does not expire. The store is the
/// truth: a session that is gone from it has ended, which is noticed when it is used and at the latest a minute later. What has
/// begun here is finished in a task of its own, whether or not the caller waits for it: a client that hangs up cuts nothing in half.
pub struct Sessions<A: App>(pub(super) Arc<Shared<A>>);

type Told<A> = Box<dyn Fn(&LiveSession<A>) + Send + Sync>;

pub(super) struct Shared<A: App> {
    pub(super) store: Arc<dyn SessionStore<A::Session>>,
    pub(super) ttl: Duration,
    pub(super) index: Index<A>,
    is_one_per_user: bool,
    pub(super) turns: Turns,
    // The use of these is to be noted in the store: sockets of theirs have gone lately.
    pub(super) left: Mutex<HashSet<TokenHash>>,
    removals: Removals,
    told: OnceLock<Told<A>>,
    told_changes: OnceLock<Told<A>>,
    pub(super) tells_others: OnceLock<Box<dyn Fn(SessionNews) + Send + Sync>>,
    pub(super) work: TaskTracker,
    stopped: CancellationToken,
}

impl<A: App> Sessions<A> {
    /// Keeps sessions in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn SessionStore<A::Session>>) -> Self {
        Self::build(store, false)
    }

    /// Keeps sessions in `store`, one for each user: a new one ends those before it, which are told so.
    #[must_use]
    pub fn one_per_user(store: Arc<dyn SessionStore<A::Session>>) -> Self {
        Self::build(store, true)
    }

    fn build(store: Arc<dyn SessionStore<A::Session>>, is_one_per_user: bool) -> Self {
        let ttl = store.ttl();
        Self(Arc::new(Shared {
            store,
            ttl,
            index: Index::new(),
            is_one_per_user,
            turns: Turns::new(),
            left: Mutex::default(),
            removals: Removals::new(),
            told: OnceLock::new(),
            told_changes: OnceLock::new(),
            tells_others: OnceLock::new(),
            work: TaskTracker::new(),
            stopped: CancellationToken::new(),
        }))
    }

    /// Returns for how long a session lives after its last use.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.0.ttl
    }

    /// Returns how many sessions are in use here: of sockets, and of requests that are being handled.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.0.index.count()
    }

    /// Starts a session and returns its token. One whose token nobody waits for any more is ended again.
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub async fn create(&self, session: A::Session) -> Result<Token, StoreError> {
        let token = Token::random();
        let key = TokenHash::of(token.as_str());
        let (tell, told) = oneshot::channel();
        let sessions = Self(self.0.clone());
        self.0.work.spawn(async move {
            let created = sessions.create_as(key, session).await;
            // A store that did not answer may have written it all the same.
            let failed = created.is_err();
            if tell.send(created).is_err() || failed {
                drop(sessions.begin_to_end(key, SessionEnd::Ended));
            }
        });
        told.await.unwrap_or_else(|_| Err(StoreError("the server is stopping".into())))?;
        Ok(token)
    }

    /// Returns the session of a token; `None` when it is not valid (any more).
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub async fn find(&self, token: &str) -> Result<Option<Arc<LiveSession<A>>>, StoreError> {
        self.find_key(TokenHash::of(token)).await
    }

    /// Returns the session that is kept under this, as [`find`](Sessions::find) does.
    ///
    /// # Errors
    ///
    /// When the store does not answer.
    pub(crate) async fn find_key(&self, key: TokenHash) -> Result<Option<Arc<LiveSession<A>>>, StoreError> {
        if self.0.index.is_ending(key) {
            return Ok(None);
        }
        // Nothing is left half done if the caller goes away in between: nothing is written but the use.
        let _turn = self.0.turns.shared(key).await?;
        match ask(|| self.0.store.load(key)).await? {
            Some(stored) => {
                let Some((session, has_changed)) = self.0.index.enter(key, Guarded::new(stored)) else {
                    return Ok(None);
                };
                if has_changed {
                    self.0.tell_changed(&session);
                }
                Ok(Some(session))
            }
            None => {
                self.0.lose(key);
                Ok(None)
            }
        }
    }

    /// Changes a session as the store has it; every socket of it sees the change from its next event on.
    ///
    /// # Errors
    ///
    /// When the session has ended, or the store does not answer; the session is as it was then, unless the store wrote the change
    /// without saying so: then it shows when the session is found the next time.
    pub async fn update(
        &self,
        session: &Arc<LiveSession<A>>,
        change: impl FnOnce(&mut A::Session) + Send + 'static,
    ) -> Result<Arc<Guarded<A::Session>>, SessionError> {
        let (shared, session) = (self.0.clone(), session.clone());
        let updated = self.0.work.spawn(async move { shared.update(&session, change).await }).await;
        // A panic of the app's `change` is its caller's.
        updated.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Err(StoreError(error.into()).into()),
        })
    }

    /// Counts as a use of a session: its time to live begins again. Called when one of its sockets goes; the keeper tells the store
    /// within a second, of all that went together.
    pub fn touch(&self, session: &LiveSession<A>) {
        if let Some(key) = session.key().filter(|_| !session.is_revoked()) {
            self.0.left.lock().insert(key);
        }
    }

    /// Ends a session: its token is not valid any more and its sockets are closed, both at once and whatever the store says.
    ///
    /// # Errors
    ///
    /// When the store has not agreed within three seconds. The session stays ended on this server, which goes on trying to remove it;
    /// until it has, other servers may let its token in.
    pub async fn end(&self, session: &LiveSession<A>) -> Result<(), StoreError> {
        match session.key() {
            Some(key) => self.end_key(key).await,
            None => {
                session.revoke(SessionEnd::Ended);
                self.0.tell(session);
                Ok(())
            }
        }
    }

    /// Ends the session of a token, as [`end`](Sessions::end) does; one that is not valid (any more) is ended already.
    ///
    /// # Errors
    ///
    /// As for [`end`](Sessions::end).
    pub async fn end_token(&self, token: &str) -> Result<(), StoreError> {
        self.end_key(TokenHash::of(token)).await
    }

    /// Ends the session of a token, and lets others wait for the store.
    pub fn end_token_later(&self, token: &str) {
        drop(self.begin_to_end(TokenHash::of(token), SessionEnd::Ended));
    }

    /// Ends all sessions that a user has when this is called: sockets here are closed at once and whatever the store says, those on other
    /// servers when these are told, or notice, at the latest a minute later.
    ///
    /// # Errors
    ///
    /// When the store does not answer: sessions of the user that are not in use on this server may go on then. It can be called again.
    pub async fn end_user(&self, user_id: &str) -> Result<(), StoreError> {
        let (sessions, user) = (Self(self.0.clone()), user_id.to_owned());
        let ended = self.0.work.spawn(async move {
            sessions.end_in_use(&user).await;
            sessions.remove_user(&user, None, SessionEnd::Ended).await
        });
        ended.await.unwrap_or_else(|error| Err(StoreError(error.into())))
    }

    /// Says what is to be done about a session that has ended: once for each server, before the first session is found.
    pub(crate) fn when_ended(&self, told: impl Fn(&LiveSession<A>) + Send + Sync + 'static) {
        // Whoever was there first stays.
        self.0.told.set(Box::new(told)).unwrap_or_default();
    }

    /// Says what is to be done about a session that was [updated](Sessions::update) while it was in use: once for each server.
    pub(crate) fn when_updated(&self, told: impl Fn(&LiveSession<A>) + Send + Sync + 'static) {
        self.0.told_changes.set(Box::new(told)).unwrap_or_default();
    }

    /// Begins to keep the sessions in use from expiring, and to look whether they are still in the store.
    pub(crate) fn keep(&self) {
        let keeper = Keeper::new(Arc::downgrade(&self.0), self.ttl(), self.0.stopped.clone());
        // Each by itself: what waits to be removed must not keep sessions in use waiting until they expire.
        self.0.work.spawn(keeper.clone().keep_used());
        self.0.work.spawn(keeper.clone().note_left());
        self.0.work.spawn(keeper.remove_ended());
    }

    /// Stops keeping, and waits for what has begun.
    pub(crate) async fn finish(&self) {
        self.0.stopped.cancel();
        self.0.work.close();
        self.0.work.wait().await;
    }

    /// Returns whether a session was ended here and may still be in the store.
    #[cfg(test)]
    pub(super) fn is_ending(&self, token: &str) -> bool {
        self.0.index.is_ending(TokenHash::of(token))
    }

    async fn end_key(&self, key: TokenHash) -> Result<(), StoreError> {
        let removing = self
            .begin_to_end(key, SessionEnd::Ended)
            .ok_or_else(|| StoreError("too many sessions are being removed".into()))?;
        match timeout(REMOVAL_PATIENCE, removing).await {
            Ok(Ok(removed)) => removed,
            Ok(Err(error)) => Err(StoreError(error.into())),
            Err(error) => Err(StoreError(error.into())),
        }
    }

    async fn create_as(&self, key: TokenHash, session: A::Session) -> Result<(), StoreError> {
        let user = user_of::<A>(&session)?;
        ask(|| self.0.store.create(key, user.clone(), session)).await?;
        match user.filter(|_| self.0.is_one_per_user) {
            Some(user) => self.remove_user(&user, Some(key), SessionEnd::Replaced).await,
            None => Ok(()),
        }
    }

    /// Ends the sessions of a user that are in use here.
    async fn end_in_use(&self, user: &str) {
        for shard in 0..SHARDS {
            for session in self.0.index.live(shard) {
                let is_theirs = user_of::<A>(&session.get()).is_ok_and(|id| id.as_deref() == Some(user));
                if let Some(key) = session.key().filter(|_| is_theirs) {
                    drop(self.begin_to_end(key, SessionEnd::Ended));
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Removes the sessions of a user from the store, all or all but one. They end here as any other: somebody may just have loaded one.
    async fn remove_user(&self, user: &str, keep: Option<TokenHash>, end: SessionEnd) -> Result<(), StoreError> {
        loop {
            let removed = ask(|| self.0.store.remove_user(user.to_owned(), keep)).await?;
            if removed.is_empty() {
                return Ok(());
            }
            for key in removed {
                drop(self.begin_to_end(key, end));
            }
        }
    }

    /// Ends a session here and now; the task removes it from the store. Without a place for one, the keeper will.
    fn begin_to_end(&self, key: TokenHash, end: SessionEnd) -> Option<JoinHandle<Result<(), StoreError>>> {
        let ended = self.0.index.end(key, end);
        if let Some(live) = &ended.session {
            self.0.tell(live);
        }
        if ended.is_known {
            // Whoever is let in before the store has removed it is told again then.
            self.0.tell_others(SessionNews::Ended { key, why: end });
        }
        let place = self.0.removals.place(ended.is_known)?;
        let shared = self.0.clone();
        Some(self.0.work.spawn(async move { shared.remove(key, end, &place).await }))
    }
}

impl<A: App> Shared<A> {
    /// Notes that a session is gone from the store.
    pub(super) fn lose(&self, key: TokenHash) {
        if let Some(live) = self.index.lose(key, SessionEnd::Ended) {
            tracing::info!(session = %live.id(), "a session in use is gone from the store");
            self.tell(&live);
        }
    }

    async fn update(
        &self,
        session: &LiveSession<A>,
        change: impl FnOnce(&mut A::Session),
    ) -> Result<Arc<Guarded<A::Session>>, SessionError> {
        let Some(key) = session.key() else {
            let mut changed = Guarded::new(A::Session::clone(&session.get()));
            change(&mut changed);
            return Ok(self.change(session, changed));
        };
        let _turn = self.turns.alone(key).await?;
        if session.is_revoked() {
            return Err(SessionError::Ended);
        }
        let stored = ask(|| self.store.load(key)).await?;
        let Some(stored) = stored else { return Err(self.ended(key)) };
        let mut changed = Guarded::new(stored);
        change(&mut changed);
        let (user, written) = (user_of::<A>(&changed)?, A::Session::clone(&changed));
        if !ask(|| self.store.update(key, user, written)).await? {
            return Err(self.ended(key));
        }
        let changed = self.change(session, changed);
        self.tell_others(SessionNews::Changed { key });
        Ok(changed)
    }

    fn change(&self, session: &LiveSession<A>, changed: Guarded<A::Session>) -> Arc<Guarded<A::Session>> {
        let changed = session.set(changed);
        self.tell_changed(session);
        changed
    }

    pub(super) fn tell_changed(&self, session: &LiveSession<A>) {
        if let Some(told) = self.told_changes.get() {
            told(session);
        }
    }

    fn ended(&self, key: TokenHash) -> SessionError {
        self.lose(key);
        SessionError::Ended
    }

    pub(super) fn tell(&self, session: &LiveSession<A>) {
        if let Some(told) = self.told.get() {
            told(session);
        }
    }
}

/// Returns whose session it is, which the app says.
fn user_of<A: App>(session: &A::Session) -> Result<Option<String>, StoreError> {
    let user = contained(|| A::user_id(session).map(str::to_owned));
    user.map_err(|Panicked| StoreError("the app panicked when it was asked for the user of a session".into()))
}

/// Asks the store, which is the app's: for so long as somebody may be made to wait, and whatever it does.
pub(super) async fn ask<'s, T>(
    question: impl FnOnce() -> BoxFuture<'s, Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let answering = async { Contained::new(contained(question)?).await };
    match timeout(STORE_LIMIT, answering).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(Panicked)) => Err(StoreError("the store panicked".into())),
        Err(error) => Err(StoreError(error.into())),
    }
}

impl<A: App> std::fmt::Debug for Sessions<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}
