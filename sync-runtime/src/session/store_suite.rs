//! What every store of sessions has to do, whatever it keeps them in.

use std::future::Future;
use std::time::Duration;

use crate::session::{SessionStore, TokenHash};

const TTL: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_secs(1);

/// Checks the contract of [`SessionStore`] with stores that `make` makes of their time to live; `pass` lets time pass for them.
pub(crate) async fn run<S, P>(make: impl Fn(Duration) -> S, pass: impl Fn(Duration) -> P)
where
    S: SessionStore<u32>,
    P: Future<Output = ()>,
{
    only_create_brings_a_session_into_being(&make(TTL)).await;
    a_removed_session_stays_away(&make(TTL)).await;
    every_use_begins_the_time_to_live_anew(&make(TTL), &pass).await;
    an_expired_session_is_as_one_that_was_removed(&make(TTL), &pass).await;
}

async fn only_create_brings_a_session_into_being(store: &impl SessionStore<u32>) {
    let (ada, bob) = (TokenHash::of("ada"), TokenHash::of("bob"));
    assert_eq!(store.ttl(), TTL);
    assert_eq!(store.load(ada).await.expect("a store"), None);
    assert!(!store.update(ada, 1).await.expect("a store"));
    assert_eq!(store.touch(vec![ada]).await.expect("a store"), [ada]);
    assert_eq!(store.load(ada).await.expect("a store"), None);
    store.create(ada, 1).await.expect("a store");
    assert_eq!(store.load(ada).await.expect("a store"), Some(1));
    assert!(store.update(ada, 2).await.expect("a store"));
    assert_eq!(store.load(ada).await.expect("a store"), Some(2));
    assert_eq!(store.touch(vec![bob, ada]).await.expect("a store"), [bob]);
    assert!(store.touch(Vec::new()).await.expect("a store").is_empty());
}

async fn a_removed_session_stays_away(store: &impl SessionStore<u32>) {
    let (ada, bob) = (TokenHash::of("ada"), TokenHash::of("bob"));
    store.create(ada, 1).await.expect("a store");
    store.create(bob, 2).await.expect("a store");
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
    store.create(ada, 1).await.expect("a store");
    for _ in 0..2 {
        pass(TTL - MOMENT).await;
        assert!(store.load(ada).await.expect("a store").is_some());
        pass(TTL - MOMENT).await;
        assert!(store.touch(vec![ada]).await.expect("a store").is_empty());
        pass(TTL - MOMENT).await;
        assert!(store.update(ada, 1).await.expect("a store"));
    }
    pass(TTL - MOMENT).await;
    assert!(store.load(ada).await.expect("a store").is_some());
}

async fn an_expired_session_is_as_one_that_was_removed<P>(store: &impl SessionStore<u32>, pass: &impl Fn(Duration) -> P)
where
    P: Future<Output = ()>,
{
    let ada = TokenHash::of("ada");
    store.create(ada, 1).await.expect("a store");
    pass(TTL + MOMENT).await;
    is_gone(store, ada).await;
    // A question about one that has expired is no use of it.
    is_gone(store, ada).await;
    store.create(TokenHash::of("bob"), 2).await.expect("a store");
    is_gone(store, ada).await;
}

async fn is_gone(store: &impl SessionStore<u32>, key: TokenHash) {
    assert!(!store.update(key, 9).await.expect("a store"));
    assert_eq!(store.touch(vec![key]).await.expect("a store"), [key]);
    assert_eq!(store.load(key).await.expect("a store"), None);
}
