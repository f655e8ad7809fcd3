//! Calls that are settled, and wait for the rows that they have written to come back as changes.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::log::store::{News, Watch};
use crate::tables::shrink;

/// Those who wait, by the scope in which they do.
#[derive(Debug, Default)]
pub(super) struct Pending {
    scopes: Mutex<HashMap<Arc<str>, watch::Sender<()>>>,
}

impl Pending {
    /// Returns what hears of all that is told, and passes it on.
    pub(super) fn watching(self: &Arc<Self>, watch: Watch) -> Watch {
        let pending = self.clone();
        Arc::new(move |news| {
            match &news {
                News::Committed(committed) => pending.moved(&committed.scope),
                News::Missed => pending.all_moved(),
            }
            watch(news);
        })
    }

    /// Wakes those who wait in a scope.
    pub(super) fn moved(&self, scope: &str) {
        let mut scopes = self.scopes.lock();
        if let Some(waiting) = scopes.remove(scope) {
            waiting.send_replace(());
            shrink(&mut scopes);
        }
    }

    fn all_moved(&self) {
        let all = std::mem::take(&mut *self.scopes.lock());
        all.values().for_each(|waiting| waiting.send_replace(()));
    }

    /// Begins to wait for what comes next in a scope.
    pub(super) fn next(&self, scope: &Arc<str>) -> watch::Receiver<()> {
        self.scopes.lock().entry(scope.clone()).or_default().subscribe()
    }
}
