//! Sessions with a store that is slow, down, or changed by somebody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use parking_lot::Mutex;

use crate::clock::{self, Instant};
use crate::id::Id;
use crate::route::{BoxFuture, TestApp};
use crate::schema::Empty;
use crate::session::{LiveSession, MemoryStore, SessionError, SessionStore, Sessions, StoreError, TokenHash};

const TTL: Duration = Duration::from_secs(60);

/// A store that takes a second for each answer while it is slow, has none while it is down, and has bugs.
struct Store {
    kept: MemoryStore<Empty>,
    is_slow: AtomicBool,
    is_down: AtomicBool,
    bug: Mutex<Option<Bug>>,
    asked: AtomicUsize,
    answering: AtomicUsize,
    most_answering: AtomicUsize,
}

/// Where a store panics.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bug {
    WhenAsked,
    WhileAnswering,
}

impl Store {
    fn set_slow(&self, is_slow: bool) {
        self.is_slow.store(is_slow, Ordering::Relaxed);
    }

    fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::Relaxed);
    }

    fn set_bug(&self, bug: Option<Bug>) {
        *self.bug.lock() = bug;
    }

    /// Panics, if it is to do so here.
    fn pass_bug(&self, here: Bug) {
        let bug = *self.bug.lock();
        assert_ne!(bug, Some(here), "the store was asked to panic");
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    async fn has(&self, token: &str) -> bool {
        self.kept.touch(vec![TokenHash::of(token)]).await.expect("a store").is_empty()
    }

    fn after<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce() -> BoxFuture<'a, Result<T, StoreError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.pass_bug(Bug::WhenAsked);
        Box::pin(async move {
            self.pass_bug(Bug::WhileAnswering);
            let answering = self.answering.fetch_add(1, Ordering::Relaxed) + 1;
            self.most_answering.fetch_max(answering, Ordering::Relaxed);
            let _answered = Answered(&self.answering);
            if self.is_slow.load(Ordering::Relaxed) {
                clock::sleep(Duration::from_secs(1)).await;
            }
            if self.is_down.load(Ordering::Relaxed) {
                return Err(StoreError("down".into()));
            }
            work().await
        })
    }
}

/// Counts an answer out, also one that was given up.
struct Answered<'s>(&'s AtomicUsize);

impl Drop for Answered<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl SessionStore<Empty> for Store {
    fn ttl(&self) -> Duration {
        self.kept.ttl()
    }

    fn create(&self, key: TokenHash, user: Option<String>, session: Empty) -> BoxFuture<'_, Result<(), StoreError>> {
        self.after(move || self.kept.create(key, user, session))
    }

    fn load(&self, key: TokenHash) -> BoxFuture<'_, Result<Option<Empty>, StoreError>> {
        self.after(move || self.kept.load(key))
    }

    fn update(&self, key: TokenHash, user: Option<String>, session: Empty) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.after(move || self.kept.update(key, user, session))
    }

    fn touch(&self, keys: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        self.after(move || self.kept.touch(keys))
    }

    fn remove(&self, key: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        self.after(move || self.kept.remove(key))
    }

    fn remove_user(&self, user: String, keep: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        self.after(move || SessionStore::<Empty>::remove_user(&self.kept, user, keep))
    }
}

/// Sessions, one of them with its token and a socket, and the ids of those whose end was told.
struct Stage {
    store: Arc<Store>,
    sessions: Sessions<TestApp>,
    token: String,
    socket: Arc<LiveSession<TestApp>>,
    ended: Arc<Mutex<Vec<Id>>>,
}

impl Stage {
    async fn new() -> Self {
        let store = Arc::new(Store {
            kept: MemoryStore::new(TTL),
            is_slow: AtomicBool::new(false),
            is_down: AtomicBool::new(false),
            bug: Mutex::default(),
            asked: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            most_answering: AtomicUsize::new(0),
        });
        let sessions = Sessions::new(store.clone());
        let ended = Arc::<Mutex<Vec<Id>>>::default();
        let told = ended.clone();
        sessions.when_ended(move |session| told.lock().push(session.id()));
        let token = sessions.create(Empty {}).await.expect("a store").as_str().to_owned();
        let socket = sessions.find(&token).await.expect("a store").expect("a session");
        Self { store, sessions, token, socket, ended }
    }

    async fn is_let_in(&self) -> bool {
        self.sessions.find(&self.token).await.expect("a store").is_some()
    }

    fn assert_ended(&self) {
        assert!(self.socket.is_revoked());
        assert_eq!(self.ended.lock().first(), Some(&self.socket.id()), "its sockets are closed");
    }
}

/// Lets time pass in steps in which all tasks get their turn.
async fn pass(time: Duration) {
    clock::sleep(time).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_lives_for_its_time_after_its_last_use() {
    let stage = Stage::new().await;
    drop(stage.socket);
    for _ in 0..3 {
        pass(TTL - Duration::from_secs(1)).await;
        assert!(stage.sessions.find(&stage.token).await.expect("a store").is_some());
    }
    pass(TTL + Duration::from_secs(1)).await;
    assert!(stage.sessions.find(&stage.token).await.expect("a store").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_session_in_use_does_not_expire_and_its_time_begins_when_its_socket_goes() {
    let stage = Stage::new().await;
    stage.sessions.keep();
    pass(TTL * 5).await;
    assert!(!stage.socket.is_revoked());
    stage.sessions.touch(&stage.socket);
    drop(stage.socket);
    pass(TTL - Duration::from_secs(1)).await;
    assert!(stage.store.has(&stage.token).await);
    pass(TTL + Duration::from_secs(1)).await;
    assert!(!stage.store.has(&stage.token).await, "the keeper touches what is in use alone");
}

#[tokio::test(start_paused = true)]
async fn the_keeper_asks_about_sessions_in_use_alone_and_not_too_often() {
    let stage = Stage::new().await;
    stage.sessions.keep();
    for _ in 0..1000 {
        let token = stage.sessions.create(Empty {}).await.expect("a store");
        stage.sessions.find(token.as_str()).await.expect("a store");
    }
    let before = stage.store.asked();
    pass(TTL).await;
    let asked = stage.store.asked() - before;
    assert!((3..=5).contains(&asked), "{asked}: four rounds with one session in use");
}

#[tokio::test(start_paused = true)]
async fn sessions_whose_sockets_go_together_are_one_question_to_the_store() {
    let stage = Stage::new().await;
    stage.sessions.keep();
    let mut tokens = Vec::new();
    for _ in 0..2000 {
        tokens.push(stage.sessions.create(Empty {}).await.expect("a store"));
    }
    for end in ["lives on", "is stopped"] {
        pass(TTL - Duration::from_secs(3)).await;
        let mut sockets = Vec::new();
        for token in &tokens {
            sockets.push(stage.sessions.find(token.as_str()).await.expect("a store").expect("a session"));
        }
        let before = stage.store.asked();
        sockets.drain(..).for_each(|socket| stage.sessions.touch(&socket));
        if end == "is stopped" {
            stage.sessions.finish().await;
        }
        pass(Duration::from_secs(2)).await;
        let asked = stage.store.asked() - before;
        assert!((4..=6).contains(&asked), "{asked}: 512 in each, and one about what is in use: the server {end}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_sockets_of_one_token_share_a_session_and_its_end() {
    let stage = Stage::new().await;
    let second = stage.sessions.find(&stage.token).await.expect("a store").expect("a session");
    assert_eq!(second.id(), stage.socket.id());
    stage.sessions.end(&second).await.expect("a store");
    stage.assert_ended();
    assert!(!stage.is_let_in().await);
    assert!(matches!(stage.sessions.update(&second, |_| ()).await, Err(SessionError::Ended)));
    stage.sessions.touch(&second);
    pass(Duration::from_secs(1)).await;
    assert!(!stage.store.has(&stage.token).await, "an ended session is not brought back");
    assert!(!stage.is_let_in().await);
}

#[tokio::test(start_paused = true)]
async fn signing_out_is_done_though_nobody_waits_for_it() {
    let stage = Stage::new().await;
    stage.store.set_slow(true);
    // Polled once, as a request that was read, and dropped, as one whose client hangs up.
    assert!(stage.sessions.end(&stage.socket).now_or_never().is_none());
    stage.assert_ended();
    assert!(stage.store.has(&stage.token).await, "the store takes its time");
    assert!(!stage.is_let_in().await);
    stage.sessions.finish().await;
    assert!(!stage.store.has(&stage.token).await, "shutdown waits for it");
}

#[tokio::test(start_paused = true)]
async fn signing_out_counts_here_at_once_and_in_the_store_when_it_is_back() {
    for out in [Duration::from_millis(100), TTL / 2] {
        let stage = Stage::new().await;
        stage.sessions.keep();
        stage.store.set_down(true);
        let outcome = {
            let (outcome, ()) = tokio::join!(stage.sessions.end_token(&stage.token), async {
                stage.assert_ended();
                assert!(!stage.is_let_in().await, "it is refused without asking the store");
                pass(out).await;
                stage.store.set_down(false);
            });
            outcome
        };
        let is_short = out < Duration::from_secs(3);
        assert_eq!(outcome.is_ok(), is_short, "the caller is told the truth after {out:?}");
        assert!(!stage.is_let_in().await);
        pass(TTL / 4 + Duration::from_secs(1)).await;
        assert!(!stage.store.has(&stage.token).await, "the keeper tries again after {out:?}");
        assert!(!stage.sessions.is_ending(&stage.token), "and nothing of it is left");
    }
}

#[tokio::test(start_paused = true)]
async fn signing_out_twice_is_the_truth_twice() {
    let stage = Stage::new().await;
    stage.store.set_down(true);
    for _ in 0..2 {
        assert!(stage.sessions.end_token(&stage.token).await.is_err());
    }
    stage.store.set_down(false);
    for _ in 0..2 {
        assert!(stage.sessions.end_token(&stage.token).await.is_ok());
    }
}

/// Signs out five thousand texts that never were a token, at a store that takes a second for each.
fn sign_garbage_out(stage: &Stage) -> impl Iterator<Item = String> {
    stage.store.set_slow(true);
    let garbage = || (0..5000).map(|number| format!("garbage {number}"));
    garbage().for_each(|token| stage.sessions.end_token_later(&token));
    garbage()
}

#[tokio::test(start_paused = true)]
async fn garbage_that_is_signed_out_holds_up_neither_those_who_come_nor_those_who_go() {
    let stage = Stage::new().await;
    stage.sessions.keep();
    let mut garbage = sign_garbage_out(&stage);
    let begun = Instant::now();
    assert!(stage.is_let_in().await);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}: the store's own second", begun.elapsed());
    assert!(stage.sessions.end(&stage.socket).await.is_ok(), "the store has agreed in time");
    assert!(!stage.store.has(&stage.token).await);
    let most = stage.store.most_answering.load(Ordering::Relaxed);
    assert!(most < 50, "{most} questions at once");
    pass(TTL + Duration::from_secs(600)).await;
    assert!(garbage.all(|token| !stage.sessions.is_ending(&token)), "nothing of it is left");
}

#[tokio::test(start_paused = true)]
async fn sessions_in_use_do_not_expire_while_many_wait_to_be_removed() {
    let stage = Stage::new().await;
    stage.sessions.keep();
    drop(sign_garbage_out(&stage));
    pass(TTL * 3).await;
    assert!(stage.store.has(&stage.token).await);
    assert!(!stage.socket.is_revoked());
}

#[tokio::test(start_paused = true)]
async fn who_works_long_on_one_session_is_not_waited_for_without_end() {
    let stage = Stage::new().await;
    stage.store.set_slow(true);
    let changes = (0..20).map(|_| stage.sessions.update(&stage.socket, |_| ()));
    let begun = Instant::now();
    let (changed, found) = tokio::join!(futures_util::future::join_all(changes), async {
        tokio::task::yield_now().await;
        let found = stage.sessions.find(&stage.token).await;
        (found, begun.elapsed())
    });
    assert!(changed.iter().any(Result::is_ok) && changed.iter().any(Result::is_err));
    assert!(found.0.is_err() && found.1 < Duration::from_secs(10), "{:?}", found.1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_is_one_that_does_not_answer() {
    for bug in [Bug::WhenAsked, Bug::WhileAnswering] {
        let stage = Stage::new().await;
        stage.sessions.keep();
        stage.store.set_bug(Some(bug));
        assert!(stage.sessions.find(&stage.token).await.is_err());
        assert!(stage.sessions.create(Empty {}).await.is_err());
        assert!(matches!(stage.sessions.update(&stage.socket, |_| ()).await, Err(SessionError::Store(_))));
        assert!(stage.sessions.end_token("garbage").await.is_err());
        stage.sessions.touch(&stage.socket);
        pass(TTL / 2).await;
        stage.store.set_bug(None);
        pass(TTL * 3).await;
        assert!(!stage.socket.is_revoked(), "{bug:?}: the keeper goes on");
        assert!(stage.store.has(&stage.token).await);
        assert!(!stage.sessions.is_ending("garbage"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_while_it_is_looked_up_is_not_found() {
    let stage = Stage::new().await;
    stage.store.set_slow(true);
    let (found, ended) = tokio::join!(stage.sessions.find(&stage.token), stage.sessions.end_token(&stage.token));
    assert!(ended.is_ok());
    assert!(found.expect("a store").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_gone_from_the_store_ends_when_that_is_noticed() {
    for notice in ["found", "updated", "touched", "kept"] {
        let stage = Stage::new().await;
        stage.store.kept.remove(TokenHash::of(&stage.token)).await.expect("a store");
        match notice {
            "found" => assert!(!stage.is_let_in().await),
            "updated" => {
                let updated = stage.sessions.update(&stage.socket, |_| ()).await;
                assert!(matches!(updated, Err(SessionError::Ended)));
            }
            "touched" => {
                stage.sessions.keep();
                stage.sessions.touch(&stage.socket);
            }
            _ => stage.sessions.keep(),
        }
        pass(TTL / 4 + Duration::from_secs(1)).await;
        stage.assert_ended();
        assert!(!stage.store.has(&stage.token).await, "{notice}: it is not brought back");
        assert!(!stage.is_let_in().await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_token_nobody_waits_for_is_ended_again() {
    let stage = Stage::new().await;
    stage.store.set_slow(true);
    assert!(stage.sessions.create(Empty {}).now_or_never().is_none());
    assert!(stage.sessions.create(Empty {}).await.is_ok());
    stage.sessions.finish().await;
    assert_eq!(stage.store.kept.len(), 2, "the one of the stage, and the one that was waited for");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_made_though_nobody_waits_for_it() {
    let stage = Stage::new().await;
    stage.store.set_slow(true);
    let changed = Arc::new(AtomicBool::new(false));
    let change = changed.clone();
    let update = stage.sessions.update(&stage.socket, move |_| change.store(true, Ordering::Relaxed));
    assert!(update.now_or_never().is_none());
    stage.sessions.finish().await;
    assert!(changed.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_is_waited_for_so_long() {
    let sessions = Sessions::<TestApp>::new(Arc::new(Silent));
    let begun = Instant::now();
    assert!(sessions.find("x").await.is_err());
    assert!(sessions.create(Empty {}).await.is_err());
    assert!(sessions.end_token("x").await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

/// A store that never answers.
struct Silent;

impl SessionStore<Empty> for Silent {
    fn ttl(&self) -> Duration {
        TTL
    }

    fn create(&self, _: TokenHash, _: Option<String>, _: Empty) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(std::future::pending())
    }

    fn load(&self, _: TokenHash) -> BoxFuture<'_, Result<Option<Empty>, StoreError>> {
        Box::pin(std::future::pending())
    }

    fn update(&self, _: TokenHash, _: Option<String>, _: Empty) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(std::future::pending())
    }

    fn touch(&self, _: Vec<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        Box::pin(std::future::pending())
    }

    fn remove(&self, _: TokenHash) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(std::future::pending())
    }

    fn remove_user(&self, _: String, _: Option<TokenHash>) -> BoxFuture<'_, Result<Vec<TokenHash>, StoreError>> {
        Box::pin(std::future::pending())
    }
}
