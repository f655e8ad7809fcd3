//! Shared values in memory, for tests.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{StateStore, StateStoreError, StoreKey, StoredRooms, StoredState};
use crate::route::BoxFuture;

/// Shared values in memory, in the place of any other store: a test waits for no disk, so that its time can stand still. Clones are one store.
#[derive(Debug, Default, Clone)]
pub struct MemoryStates(Arc<Mutex<HashMap<StoreKey, StoredState>>>);

impl StateStore for MemoryStates {
    fn load(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<StoredState>, StateStoreError>> {
        Box::pin(async move { Ok(self.0.lock().get(&key).cloned()) })
    }

    fn save(&self, key: StoreKey, stored: StoredState) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(async move {
            match self.0.lock().entry(key) {
                Entry::Occupied(found) if found.get().number > stored.number => {
                    let (key, found) = (found.key().clone(), found.get().number);
                    return Err(StateStoreError::Newer { key, found, known: stored.number });
                }
                entry => drop(entry.insert_entry(stored)),
            }
            Ok(())
        })
    }

    /// What is here is what was put here: nobody else can damage it.
    fn set_aside(&self, key: StoreKey) -> BoxFuture<'_, Result<String, StateStoreError>> {
        Box::pin(async move { Ok(format!("memory: {key}")) })
    }

    fn rooms(&self, state: &'static str, version: &'static str) -> BoxFuture<'_, Result<StoredRooms, StateStoreError>> {
        Box::pin(async move {
            let kept = self.0.lock();
            let of_state = kept.keys().filter(|key| key.state == state && key.version == version);
            Ok(StoredRooms { rooms: of_state.map(|key| key.room.clone()).collect(), unreadable: Vec::new() })
        })
    }

    fn replace(&self, key: StoreKey, stored: Option<StoredState>) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(async move {
            let mut kept = self.0.lock();
            match stored {
                Some(stored) => drop(kept.insert(key, stored)),
                None => drop(kept.remove(&key)),
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite;
    use super::*;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let store = MemoryStates::default();
        suite::run(async || store.clone()).await;
    }
}
