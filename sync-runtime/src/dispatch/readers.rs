//! Those who read durable data: each a little at a time, however many connections it has. A read is long beside a message, and all reads of a
//! server stand in one line.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::id::Id;
use crate::tables::shrink;

/// How many reads of one are under way at once.
const AT_ONCE: usize = 2;

/// The lines of those who read.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Readers {
    lines: Mutex<HashMap<Id, Arc<Semaphore>>>,
}

/// A place in one's own line, at its head for as long as it has a permit.
#[derive(Debug)]
pub(in crate::dispatch) struct ReadingTurn {
    readers: Arc<Readers>,
    owner: Id,
    line: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
    /// Whether others were before it.
    pub(in crate::dispatch) has_waited: bool,
}

impl Readers {
    /// Waits until fewer of the owner's reads are under way than may be; who does not wait any more has no place.
    pub(in crate::dispatch) async fn turn(self: &Arc<Self>, owner: Id) -> ReadingTurn {
        let line = self.lines.lock().entry(owner).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone();
        let (readers, line_of) = (self.clone(), Some(line.clone()));
        let mut turn = ReadingTurn { readers, owner, line: line_of, permit: None, has_waited: false };
        // Refused is who would have to wait; nobody closes a line.
        turn.permit = line.clone().try_acquire_owned().ok();
        turn.has_waited = turn.permit.is_none();
        if turn.has_waited {
            turn.permit = line.acquire_owned().await.ok();
        }
        turn
    }

    #[cfg(test)]
    fn count(&self) -> usize {
        self.lines.lock().len()
    }
}

impl Drop for ReadingTurn {
    fn drop(&mut self) {
        drop(self.permit.take());
        let mut lines = self.readers.lines.lock();
        drop(self.line.take());
        if lines.get(&self.owner).is_some_and(|line| Arc::strong_count(line) == 1) {
            lines.remove(&self.owner);
            shrink(&mut lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn each_waits_for_its_own_and_leaves_nothing_behind() {
        let readers = Arc::new(Readers::default());
        let [ada, bob] = ["ada", "bob"].map(|name| Id::of_texts(&[name]));
        let first = [readers.turn(ada).await, readers.turn(ada).await];
        assert!(first.iter().all(|turn| !turn.has_waited));
        assert!(!readers.turn(bob).await.has_waited);
        assert_eq!(readers.count(), 1);
        let mut third = Box::pin(readers.turn(ada));
        assert!(third.as_mut().now_or_never().is_none());
        // One that does not wait any more, and one that does.
        let mut fourth = Box::pin(readers.turn(ada));
        assert!(fourth.as_mut().now_or_never().is_none());
        drop(third);
        drop(first);
        let fourth = fourth.now_or_never().expect("a turn");
        assert!(fourth.has_waited);
        drop(fourth);
        assert_eq!(readers.count(), 0);
    }
}
