//! What stores have committed and nobody was told of yet: one entry for each scope, however much has come meanwhile.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::log::{Change, Committed};
use crate::tables::shrink;

/// How many bytes of changes are told with a poke, about.
const CHANGES: usize = 16 << 10;

/// Commits that wait for those who want to know.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Commits {
    waiting: Mutex<Waiting>,
    added: Notify,
}

/// What is to be told next.
#[derive(Debug)]
pub(in crate::dispatch) enum Next {
    /// What was committed in a scope.
    Committed(Committed),
    /// Whatever there is: nobody has said what was committed.
    Unknown,
}

#[derive(Debug, Default)]
struct Waiting {
    has_missed: bool,
    of: HashMap<Arc<str>, Committed>,
    /// Their names, in the order in which they began to wait.
    order: VecDeque<Arc<str>>,
}

impl Commits {
    /// Adds a commit to what waits of its scope. Its changes are kept as long as they are few, and lead from the first of them to the last.
    pub(in crate::dispatch) fn add(&self, mut next: Committed) {
        if size(&next.changes) > CHANGES {
            next.changes.clear();
        }
        let mut waiting = self.waiting.lock();
        let Some(before) = waiting.of.get_mut(&next.scope) else {
            waiting.order.push_back(next.scope.clone());
            waiting.of.insert(next.scope.clone(), next);
            drop(waiting);
            return self.added.notify_one();
        };
        // Somebody has said the same once more, and less of it.
        if next.changes.is_empty() && next.cursor <= before.cursor {
            return;
        }
        let ends = before.changes.last().map(|change| change.cursor + 1);
        let follows = ends.is_some() && ends == next.changes.first().map(|change| change.cursor);
        if follows && size(&before.changes) + size(&next.changes) <= CHANGES {
            before.changes.append(&mut next.changes);
        } else {
            before.changes.clear();
        }
        before.cursor = before.cursor.max(next.cursor);
    }

    /// Notes that something may have been committed of which nothing was heard.
    pub(in crate::dispatch) fn miss(&self) {
        self.waiting.lock().has_missed = true;
        self.added.notify_one();
    }

    /// Waits for the one that has waited longest, and takes it.
    pub(in crate::dispatch) async fn next(&self) -> Next {
        loop {
            let added = self.added.notified();
            if let Some(next) = self.take() {
                return next;
            }
            added.await;
        }
    }

    fn take(&self) -> Option<Next> {
        let mut waiting = self.waiting.lock();
        if std::mem::take(&mut waiting.has_missed) {
            return Some(Next::Unknown);
        }
        let scope = waiting.order.pop_front()?;
        let taken = waiting.of.remove(&scope);
        shrink(&mut waiting.of);
        taken.map(Next::Committed)
    }
}

/// Returns how many bytes changes have as they are told, about.
pub(in crate::dispatch) fn size(changes: &[Change]) -> usize {
    changes.iter().map(|change| 96 + change.id.len() + change.data.as_ref().map_or(0, |data| data.len())).sum()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::log::ChangeKind;

    fn committed(scope: &str, cursors: std::ops::RangeInclusive<u64>, bytes: usize) -> Committed {
        let change = |cursor| Change {
            cursor,
            entity: "note".into(),
            id: "a".into(),
            kind: ChangeKind::Update,
            data: Some("x".repeat(bytes).into()),
            time: 0,
        };
        Committed { scope: scope.into(), cursor: *cursors.end(), changes: cursors.map(change).collect() }
    }

    /// The scope, the cursor, and the cursors of the changes of what is taken.
    fn taken(commits: &Commits) -> Option<String> {
        let Next::Committed(Committed { scope, cursor, changes }) = commits.take()? else { return None };
        let changes: Vec<_> = changes.iter().map(|change| change.cursor.to_string()).collect();
        Some(format!("{scope} {cursor}: {}", changes.join(" ")))
    }

    #[test]
    fn a_scope_waits_once_with_what_follows_and_is_little() {
        let commits = Commits::default();
        let all = [
            (committed("a", 1..=2, 10), None),
            (committed("b", 7..=7, 10), Some("b 7: 7")),
            (committed("a", 3..=3, 10), Some("a 3: 1 2 3")),
            (Committed { changes: Vec::new(), ..committed("a", 2..=2, 10) }, Some("a 3: 1 2 3")),
            (committed("gap", 1..=1, 10), None),
            (committed("gap", 3..=3, 10), Some("gap 3: ")),
            (committed("long", 1..=1, 10_000), None),
            (committed("long", 2..=2, 10_000), None),
            (committed("long", 3..=3, 10), Some("long 3: ")),
            (committed("longest", 1..=1, 20_000), Some("longest 1: ")),
        ];
        let mut expected = std::collections::BTreeMap::new();
        for (committed, told) in all {
            expected.extend(told.map(|told| (committed.scope.clone(), told)));
            commits.add(committed);
        }
        let order: Vec<_> = std::iter::from_fn(|| taken(&commits)).collect();
        assert_eq!(order, ["a", "b", "gap", "long", "longest"].map(|scope| expected[scope]));
        assert!(commits.waiting.lock().of.is_empty());
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let commits = Commits::default();
        let mut waiting = std::pin::pin!(commits.next());
        assert!(waiting.as_mut().now_or_never().is_none());
        commits.add(committed("a", 1..=1, 10));
        assert!(matches!(waiting.await, Next::Committed(_)));
        commits.miss();
        assert!(matches!(commits.next().await, Next::Unknown));
    }
}
