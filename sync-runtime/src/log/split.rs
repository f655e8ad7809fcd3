//! Two logs that are used as one: rows of a database are in the one, what mutations write is in the other.

use std::sync::Arc;

use super::registry::{NewClient, Registered, Registration, Sign};
use super::replica::IsOfRows;
use super::store::{
    Head, Known, LogError, LogStore, Page, PullFrom, Push, PushLater, Retention, Snapshot, SnapshotPlace, Work,
};
use crate::error::SyncError;
use crate::route::BoxFuture;

/// Two logs, and which scopes are in the second one.
pub struct SplitLog {
    own: Arc<dyn LogStore>,
    rows: Arc<dyn LogStore>,
    is_of_rows: IsOfRows,
}

impl SplitLog {
    /// Makes one log of what mutations write and of rows.
    #[must_use]
    pub fn new(own: Arc<dyn LogStore>, rows: Arc<dyn LogStore>, is_of_rows: IsOfRows) -> Self {
        Self { own, rows, is_of_rows }
    }

    fn of(&self, scope: &str) -> &Arc<dyn LogStore> {
        if (self.is_of_rows)(scope) { &self.rows } else { &self.own }
    }
}

impl LogStore for SplitLog {
    /// Whoever pushes is known to one log alone; rows are changed where they are, and not here.
    fn push(&self, mut push: Push) -> BoxFuture<'_, Result<PushLater, LogError>> {
        if (self.is_of_rows)(&push.scope) && matches!(push.work, Work::Apply(_)) {
            push.work = Work::Refuse(SyncError::new("replica-read-only"));
        }
        self.own.push(push)
    }

    fn known(&self, client: &str, numbers: Vec<u64>) -> BoxFuture<'_, Result<Known, LogError>> {
        self.own.known(client, numbers)
    }

    fn pull(&self, from: PullFrom) -> BoxFuture<'_, Result<Page, LogError>> {
        self.of(&from.scope).pull(from)
    }

    fn snapshot(&self, scope: &str, place: Option<SnapshotPlace>) -> BoxFuture<'_, Result<Snapshot, LogError>> {
        self.of(scope).snapshot(scope, place)
    }

    fn heads(&self, scopes: Vec<Arc<str>>) -> BoxFuture<'_, Result<Vec<Head>, LogError>> {
        Box::pin(async move {
            let (rows, own): (Vec<Arc<str>>, Vec<_>) =
                scopes.iter().cloned().partition(|scope| (self.is_of_rows)(scope));
            let mut rows = self.rows.heads(rows).await?.into_iter();
            let mut own = if own.is_empty() { Vec::new() } else { self.own.heads(own).await? }.into_iter();
            let head = |scope: &Arc<str>| {
                let head = if (self.is_of_rows)(scope) { rows.next() } else { own.next() };
                head.unwrap_or_default()
            };
            Ok(scopes.iter().map(head).collect())
        })
    }

    fn register(&self, new: NewClient) -> BoxFuture<'_, Result<Registered, LogError>> {
        self.own.register(new)
    }

    fn sign(&self, signs: Vec<(Arc<str>, Sign)>) -> BoxFuture<'_, Result<(), LogError>> {
        self.own.sign(signs)
    }

    fn stay(&self) -> BoxFuture<'_, Result<(), LogError>> {
        self.own.stay()
    }

    fn unregister(&self, client: &str) -> BoxFuture<'_, Result<bool, LogError>> {
        self.own.unregister(client)
    }

    fn registrations(
        &self,
        from: Arc<str>,
        is_behind: bool,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Registration>, LogError>> {
        self.own.registrations(from, is_behind, limit)
    }

    fn registered(&self) -> BoxFuture<'_, Result<u64, LogError>> {
        self.own.registered()
    }

    fn trim(&self, retention: Retention) -> BoxFuture<'_, Result<bool, LogError>> {
        Box::pin(async move { Ok(self.own.trim(retention).await? | self.rows.trim(retention).await?) })
    }
}
