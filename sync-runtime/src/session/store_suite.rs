//! What every store of sessions has to do, whatever it keeps them in.

use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::session::{SessionStore, TokenHash};

const TTL: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_secs(1);

/// Checks the contract of [`SessionStore`] with empty stores that `make` makes of their time to live; `pass` lets time pass for them.
pub(crate) async fn run<S, P>(make: impl AsyncFn(Duration) -> S, pass: impl Fn(Duration) -> P)
where
    S: SessionStore<u32>,
    P: Future<Output = ()>,
{
    only_create_brings_a_session_into_being(&make(TTL).await).await;
    a_removed_session_stays_away(&make(TTL).await).await;
    every_use_begins_the_time_to_live_anew(&make(TTL).await, &pass).await;
    an_expired_session_is_as_one_that_was_removed(&make(TTL).await, &pass).await;
    sessions_of_a_user_are_removed_together(&make(TTL).await).await;
    a_session_belongs_to_whom_its_last_change_says(&make(TTL).await).await;
    of_a_user_only_those_are_removed_that_are_there(&make(TTL).await, &pass).await;
    many_sessions_of_a_user_are_removed_in_steps(&make(TTL).await).await;
    of_sessions_that_want_to_be_the_only_one_one_stays(&make(TTL).await).await;
    a_session_that_is_removed_while_it_is_used_stays_away(&make(TTL).await).await;
    an_operation_that_is_given_up_has_its_whole_effect_or_none(&make(TTL).await).await;
    a_session_can_live_for_ever(&make(Duration::MAX).await).await;
}

fn key(number: usize) -> TokenHash {
    TokenHash::of(&number.to_string())
}

fn user(name: &str) -> Option<String> {
    Some(name.to_owned())
}

/// Removes all sessions of a user but one, and returns how many there were.
async fn remove_all(store: &impl SessionStore<u32>, user: &str, keep: Option<TokenHash>) -> usize {
    let mut count = 0;
    loop {
        let removed = store.remove_user(user.to_owned(), keep).await.expect("a store").len();
        assert!(removed <= 1024, "{removed} in one step");
        if removed == 0 {
            return count;
        }
        count += removed;
    }
}

async fn only_create_brings_a_session_into_being(store: &impl SessionStore<u32>) {
    let (ada, bob) = (TokenHash::of("ada"), TokenHash::of("bob"));
    assert_eq!(store.ttl(), TTL);
    assert_eq!(store.load(ada).await.expect("a store"), None);
    assert!(!store.update(ada, None, 1).await.expect("a store"));
    assert_eq!(store.touch(vec![ada]).await.expect("a store"), [ada]);
    assert_eq!(store.load(ada).await.expect("a store"), None);
    store.create(ada, None, 1).await.expect("a store");
    assert_eq!(store.load(ada).await.expect("a store"), Some(1));
    assert!(store.update(ada, None, 2).await.expect("a store"));
    assert_eq!(store.load(ada).await.expect("a store"), Some(2));
    assert_eq!(store.touch(vec![bob, ada]).await.expect("a store"), [bob]);
    assert!(store.touch(Vec::new()).await.expect("a store").is_empty());
}

async fn a_removed_session_stays_away(store: &impl SessionStore<u32>) {
    let (ada, bob) = (TokenHash::of("ada"), TokenHash::of("bob"));
    store.create(ada, None, 1).await.expect("a store");
    store.create(bob, None, 2).await.expect("a store");
    for _ in 0..2 {
        store.remove(ada).await.expect("a store");
        is_gone(store, ada).await;
    }
    assert_eq!(store.load(bob).await.expect("a store"), Some(2));
}

async fn every_use_begins_the_time_to_live_anew<P>(store: &impl SessionStore<u32>, pass: &impl Fn(Duration) -> P)
where
    P: Future<Output = ()>,
{
    let ada = TokenHash::of("ada");
    store.create(ada, None, 1).await.expect("a store");
    for _ in 0..2 {
        pass(TTL - MOMENT).await;
        assert!(store.load(ada).await.expect("a store").is_some());
        pass(TTL - MOMENT).await;
        assert!(store.touch(vec![ada]).await.expect("a store").is_empty());
        pass(TTL - MOMENT).await;
        assert!(store.update(ada, None, 1).await.expect("a store"));
    }
    pass(TTL - MOMENT).await;
    assert!(store.load(ada).await.expect("a store").is_some());
}

async fn an_expired_session_is_as_one_that_was_removed<P>(store: &impl SessionStore<u32>, pass: &impl Fn(Duration) -> P)
where
    P: Future<Output = ()>,
{
    let ada = TokenHash::of("ada");
    store.create(ada, None, 1).await.expect("a store");
    pass(TTL + MOMENT).await;
    is_gone(store, ada).await;
    // A question about one that has expired is no use of it.
    is_gone(store, ada).await;
    store.create(TokenHash::of("bob"), None, 2).await.expect("a store");
    is_gone(store, ada).await;
}

async fn is_gone(store: &impl SessionStore<u32>, key: TokenHash) {
    assert!(!store.update(key, None, 9).await.expect("a store"));
    assert_eq!(store.touch(vec![key]).await.expect("a store"), [key]);
    assert_eq!(store.load(key).await.expect("a store"), None);
}

async fn sessions_of_a_user_are_removed_together(store: &impl SessionStore<u32>) {
    let long = "x".repeat(10_000);
    let names = ["ada", "Ada", "ad", "", "a'b\"; DROP TABLE sessions; --", "ä\u{0}*?[x]", &long];
    for (at, name) in names.into_iter().enumerate() {
        for number in [2 * at, 2 * at + 1] {
            store.create(key(number), user(name), 7).await.expect("a store");
        }
    }
    store.create(key(99), None, 7).await.expect("a store");
    for (at, name) in names.into_iter().enumerate() {
        let of_them = [key(2 * at), key(2 * at + 1)];
        let mut removed = store.remove_user(name.to_owned(), None).await.expect("a store");
        removed.sort_unstable_by_key(|key| *key != of_them[0]);
        assert_eq!(removed, of_them, "{name:?}");
        is_gone(store, of_them[0]).await;
        is_gone(store, of_them[1]).await;
        assert!(store.remove_user(name.to_owned(), None).await.expect("a store").is_empty());
        let others = (2 * at + 2..2 * names.len()).map(key).chain([key(99)]).collect();
        assert!(store.touch(others).await.expect("a store").is_empty(), "{name:?}: those of others stay");
    }
}

async fn a_session_belongs_to_whom_its_last_change_says(store: &impl SessionStore<u32>) {
    for number in 0..3 {
        store.create(key(number), user("ada"), 1).await.expect("a store");
    }
    assert!(store.update(key(0), user("ada"), 2).await.expect("a store"));
    assert!(store.update(key(1), user("bob"), 2).await.expect("a store"));
    assert!(store.update(key(2), None, 2).await.expect("a store"));
    assert!(!store.update(key(3), user("ada"), 2).await.expect("a store"), "it never was there");
    assert_eq!(store.remove_user("ada".to_owned(), None).await.expect("a store"), [key(0)]);
    assert_eq!(store.remove_user("bob".to_owned(), None).await.expect("a store"), [key(1)]);
    assert_eq!(store.load(key(2)).await.expect("a store"), Some(2));
    assert!(store.update(key(2), user("ada"), 3).await.expect("a store"));
    assert_eq!(store.remove_user("ada".to_owned(), None).await.expect("a store"), [key(2)]);
}

async fn of_a_user_only_those_are_removed_that_are_there<P>(
    store: &impl SessionStore<u32>,
    pass: &impl Fn(Duration) -> P,
) where
    P: Future<Output = ()>,
{
    store.create(key(0), user("ada"), 1).await.expect("a store");
    store.create(key(1), user("ada"), 1).await.expect("a store");
    store.create(key(2), user("ada"), 1).await.expect("a store");
    store.remove(key(2)).await.expect("a store");
    pass(TTL - MOMENT).await;
    // The session and what its user is known by expire together.
    assert!(store.touch(vec![key(1)]).await.expect("a store").is_empty());
    pass(TTL - MOMENT).await;
    assert!(store.load(key(1)).await.expect("a store").is_some());
    pass(TTL - MOMENT).await;
    assert_eq!(remove_all(store, "ada", Some(key(0))).await, 0, "what is to be kept has expired");
    assert_eq!(store.remove_user("ada".to_owned(), None).await.expect("a store"), [key(1)]);
}

async fn many_sessions_of_a_user_are_removed_in_steps(store: &impl SessionStore<u32>) {
    const MANY: usize = 2500;
    let created = (0..MANY).map(|number| store.create(key(number), user("ada"), 1));
    assert!(join_all(created).await.iter().all(Result::is_ok));
    assert_eq!(remove_all(store, "ada", Some(key(7))).await, MANY - 1);
    assert_eq!(store.load(key(7)).await.expect("a store"), Some(1));
    assert_eq!(remove_all(store, "ada", None).await, 1);
}

async fn of_sessions_that_want_to_be_the_only_one_one_stays(store: &impl SessionStore<u32>) {
    for _ in 0..20 {
        let alone = (0..4).map(|number| async move {
            store.create(key(number), user("ada"), 1).await.expect("a store");
            remove_all(store, "ada", Some(key(number))).await
        });
        assert_eq!(join_all(alone).await.into_iter().sum::<usize>(), 3);
        assert_eq!(remove_all(store, "ada", None).await, 1);
    }
}

async fn a_session_that_is_removed_while_it_is_used_stays_away(store: &impl SessionStore<u32>) {
    for number in 0..20 {
        let key = key(number);
        store.create(key, user("ada"), 1).await.expect("a store");
        let changes = (0..5).map(|_| store.update(key, user("ada"), 2));
        let (_, removed, touched) = futures_util::join!(join_all(changes), store.remove(key), store.touch(vec![key]));
        assert!(removed.is_ok() && touched.is_ok());
        is_gone(store, key).await;
        assert_eq!(remove_all(store, "ada", None).await, 0);
    }
}

async fn an_operation_that_is_given_up_has_its_whole_effect_or_none(store: &impl SessionStore<u32>) {
    for number in 0..20 {
        let key = key(number);
        // Polled once, and dropped as by a caller whose time is up.
        store.create(key, user("ada"), 1).now_or_never();
        let found = store.load(key).await.expect("a store");
        assert_eq!(remove_all(store, "ada", None).await, usize::from(found.is_some()));
    }
}

async fn a_session_can_live_for_ever(store: &impl SessionStore<u32>) {
    store.create(key(1), user("ada"), 7).await.expect("a store");
    assert_eq!(store.load(key(1)).await.expect("a store"), Some(7));
    assert!(store.touch(vec![key(1)]).await.expect("a store").is_empty());
    assert!(store.update(key(1), user("ada"), 8).await.expect("a store"));
    assert_eq!(store.remove_user("ada".to_owned(), None).await.expect("a store"), [key(1)]);
}
