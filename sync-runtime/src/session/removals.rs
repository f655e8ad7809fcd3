//! Removes sessions from the store that have ended here.
//!
//! Anybody can sign a token out that never was one. So what is removed at once is bounded, and a token that this process has not seen
//! in use waits among its like: it takes no place from a session that was. Whatever finds no place is left to the keeper.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::{self, Seldom};
use crate::route::App;
use crate::session::sessions::{Shared, ask};
use crate::session::{SessionEnd, SessionNews, StoreError, TokenHash};

/// How long to wait between tries to remove a session; after the last one, the keeper tries again once in its round.
const PAUSES: [Duration; 3] = [Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(800)];

/// The places for removals that are under way.
pub(super) struct Removals {
    known: Lane,
    unknown: Lane,
}

struct Lane {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A place among the removals that are under way; those that have one ask the store a few at a time.
pub(super) struct Place {
    turns: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

impl Removals {
    pub(super) fn new() -> Self {
        Self { known: Lane::new(4096, 64), unknown: Lane::new(1024, 16) }
    }

    /// Returns a place, if there is one, for a session that was in use here or for one that nobody here knows.
    pub(super) fn place(&self, is_known: bool) -> Option<Place> {
        let lane = if is_known { &self.known } else { &self.unknown };
        let place = lane.places.clone().try_acquire_owned().ok()?;
        Some(Place { turns: lane.turns.clone(), _place: place })
    }
}

impl Lane {
    fn new(places: usize, at_once: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), turns: Arc::new(Semaphore::new(at_once)) }
    }
}

impl Place {
    async fn in_turn<T>(&self, work: impl Future<Output = T>) -> T {
        // Turns are never closed.
        let _turn = self.turns.acquire().await.ok();
        work.await
    }
}

impl<A: App> Shared<A> {
    /// Removes a session that was ended here, with a few tries.
    pub(super) async fn remove(&self, key: TokenHash, why: SessionEnd, place: &Place) -> Result<(), StoreError> {
        for pause in PAUSES {
            if place.in_turn(self.remove_once(key, why)).await.is_ok() {
                return Ok(());
            }
            clock::sleep(pause).await;
        }
        let removed = place.in_turn(self.remove_once(key, why)).await;
        removed.inspect_err(|error| {
            static STILL_THERE: Seldom = Seldom::new();
            if let Some(times) = STILL_THERE.happened() {
                tracing::error!(%error, cause = %error.0, times, "a session has ended here and is still in the store");
            }
        })
    }

    /// Tries once; after that its token is refused since the store has none of it.
    pub(super) async fn remove_once(&self, key: TokenHash, why: SessionEnd) -> Result<(), StoreError> {
        // Somebody who has loaded it and not entered it yet does so before, and finds it ending.
        let _turn = self.turns.alone(key).await?;
        ask(|| self.store.remove(key)).await?;
        self.index.forget(key);
        self.tell_others(SessionNews::Ended { key, why });
        Ok(())
    }
}
