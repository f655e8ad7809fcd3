//! What every store of shared values has to do, whatever it keeps them in.

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::{StateStore, StateStoreError, StoreKey, StoredState};

/// Checks the contract of `StateStore`; `open` opens the same empty store again and again, each time after the last one has gone.
///
/// # Panics
///
/// When the store does not keep it.
pub async fn run<S: StateStore>(open: impl AsyncFn() -> S) {
    what_was_saved_is_there_in_the_next_life(&open).await;
    keys_never_meet(&open().await).await;
    an_older_value_never_takes_the_place_of_a_newer_one(&open().await).await;
    many_keys_at_once_have_each_their_own(&open().await).await;
    a_save_that_is_given_up_has_its_whole_effect_or_none(&open().await).await;
    what_is_set_aside_outlives_what_is_written_in_its_place(&open().await).await;
    what_is_put_back_takes_the_place_of_anything(&open().await).await;
}

fn key(room: &str) -> StoreKey {
    StoreKey { state: "suite/value", version: "v1", room: room.into() }
}

fn stored(number: u64) -> StoredState {
    StoredState { number, value: format!(r#"{{"number":{number},"text":"ü 汉字 \" \\ "}}"#).into() }
}

async fn what_was_saved_is_there_in_the_next_life<S: StateStore>(open: &impl AsyncFn() -> S) {
    let key = key("next-life");
    let store = open().await;
    assert_eq!(store.load(key.clone()).await.expect("a store"), None);
    let large = StoredState { number: u64::from(u32::MAX) * 8, value: format!("{:?}", "x".repeat(2 << 20)).into() };
    for value in [stored(1), stored(2), stored(7), large.clone()] {
        store.save(key.clone(), value.clone()).await.expect("a store");
        assert_eq!(store.load(key.clone()).await.expect("a store"), Some(value));
    }
    drop(store);
    assert_eq!(open().await.load(key).await.expect("a store"), Some(large));
}

async fn keys_never_meet(store: &impl StateStore) {
    let rooms = [
        "a",
        "A",
        "a/b",
        "a:b",
        "../a",
        "..",
        ".",
        "",
        "a'; DROP TABLE states; --",
        "%61",
        "a%00",
        "ä",
        "a ",
        "con",
        "*",
        "a\nb",
        &"long".repeat(60),
        &format!("{}er", "long".repeat(60)),
    ];
    let of_room = rooms.iter().map(|room| key(room));
    let others = [("suite/value", "v2"), ("suite/value2", "v1"), ("suite", "v1"), ("Suite/value", "v1")];
    let others = others.map(|(state, version)| StoreKey { state, version, room: "a".into() });
    let keys: Vec<_> = of_room.chain(others).collect();
    for (number, key) in (1..).zip(&keys) {
        assert_eq!(store.load(key.clone()).await.expect("a store"), None, "{key}");
        store.save(key.clone(), stored(number)).await.expect("a store");
    }
    for (number, key) in (1..).zip(&keys) {
        assert_eq!(store.load(key.clone()).await.expect("a store"), Some(stored(number)), "{key}");
    }
    let found = store.rooms("suite/value", "v1").await.expect("a store");
    let found: std::collections::BTreeSet<_> = found.rooms.iter().map(|room| &**room).collect();
    assert!(rooms.iter().all(|room| found.contains(room)), "{found:?}");
    for (state, version) in [("suite/value", "v2"), ("suite", "v1")] {
        let found = store.rooms(state, version).await.expect("a store");
        assert_eq!((found.rooms, found.unreadable), (vec!["a".into()], vec![]), "{state}");
    }
    assert_eq!(store.rooms("suite/val*", "v1").await.expect("a store").rooms.len(), 0);
}

async fn an_older_value_never_takes_the_place_of_a_newer_one(store: &impl StateStore) {
    let key = key("older");
    for (kept, refused) in [(9, 8), (10, 9), (100, 99), (u64::from(u32::MAX) * 9, 101)] {
        store.save(key.clone(), stored(kept)).await.expect("a store");
        match store.save(key.clone(), stored(refused)).await {
            Err(StateStoreError::Newer { found, known, .. }) => assert_eq!((found, known), (kept, refused)),
            other => panic!("{other:?}"),
        }
        assert_eq!(store.load(key.clone()).await.expect("a store"), Some(stored(kept)));
        // The answer to the first was lost, perhaps.
        store.save(key.clone(), stored(kept)).await.expect("the same value");
    }
}

async fn many_keys_at_once_have_each_their_own(store: &impl StateStore) {
    let keys: Vec<_> = (0..200).map(|number| key(&format!("many-{number}"))).collect();
    for round in 1..=3 {
        let saves = (0..).zip(&keys).map(|(number, key)| store.save(key.clone(), stored(round * 1000 + number)));
        assert!(join_all(saves).await.iter().all(Result::is_ok));
        let loads = join_all(keys.iter().map(|key| store.load(key.clone()))).await;
        for (number, loaded) in (0..).zip(loads) {
            assert_eq!(loaded.expect("a store"), Some(stored(round * 1000 + number)));
        }
    }
}

async fn a_save_that_is_given_up_has_its_whole_effect_or_none(store: &impl StateStore) {
    for number in 0..20 {
        let key = key(&format!("given-up-{number}"));
        store.save(key.clone(), stored(1)).await.expect("a store");
        store.save(key.clone(), stored(2)).now_or_never();
        let found = store.load(key).await.expect("a store").expect("a value");
        assert!(found == stored(1) || found == stored(2), "{found:?}");
    }
}

async fn what_is_set_aside_outlives_what_is_written_in_its_place(store: &impl StateStore) {
    let key = key("aside");
    store.save(key.clone(), stored(1)).await.expect("a store");
    let place = store.set_aside(key.clone()).await.expect("a store");
    assert!(place.contains("aside"), "{place}");
    assert_eq!(store.load(key.clone()).await.expect("a store"), Some(stored(1)), "it is a copy");
    store.save(key.clone(), stored(2)).await.expect("a store");
    assert_eq!(store.load(key).await.expect("a store"), Some(stored(2)));
}

async fn what_is_put_back_takes_the_place_of_anything(store: &impl StateStore) {
    let key = key("put-back");
    for value in [Some(stored(7)), Some(stored(3)), None, None, Some(stored(1))] {
        store.replace(key.clone(), value.clone()).await.expect("a store");
        assert_eq!(store.load(key.clone()).await.expect("a store"), value);
    }
    store.save(key.clone(), stored(2)).await.expect("a store");
    assert_eq!(store.load(key).await.expect("a store"), Some(stored(2)));
}
