//! Keeps a file of the server's to one process.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::{Instant, sleep};
use crate::storage::DataError;
use crate::storage::sqlite::{create_folder, open_file};

/// After what time it is looked again whether the other process has ended.
const LOOKS_AGAIN: Duration = Duration::from_millis(50);

/// The right to be the only process that uses a file; given back when this is dropped, or the process ends in whatever way.
///
/// Only others that ask for it are kept out, by a file of their own beside the one that is meant: copies can be made all the time.
#[derive(Debug)]
pub(crate) struct FileLock(#[expect(dead_code, reason = "it is locked as long as it is open")] Arc<File>);

/// The locks of this process, by the files that are locked themselves.
static HELD: Mutex<Vec<(PathBuf, Weak<File>)>> = Mutex::new(Vec::new());
/// Those that another process has shared with this one, and nobody here has taken yet.
static SHARED: Mutex<Vec<(PathBuf, File)>> = Mutex::new(Vec::new());

/// Returns the locks of this process: whoever has a copy of one of these files has the lock, too.
pub(crate) fn held() -> Vec<(PathBuf, Arc<File>)> {
    let held = HELD.lock();
    held.iter().filter_map(|(path, lock)| Some((path.clone(), lock.upgrade()?))).collect()
}

/// Shares the locks of another process, for whoever takes them here.
pub(crate) fn share(locks: impl IntoIterator<Item = (PathBuf, File)>) {
    *SHARED.lock() = locks.into_iter().collect();
}

/// Takes the lock that another process has shared, if it has.
fn shared(path: &Path) -> Option<File> {
    let mut shared = SHARED.lock();
    let place = shared.iter().position(|(known, _)| known == path)?;
    Some(shared.swap_remove(place).1)
}

impl FileLock {
    /// Takes the right to use `file` in `folder`. Who has it may be about to end: it is waited for so long. One that has [shared](share) it is not.
    ///
    /// # Errors
    ///
    /// When another process does not give it back, or the folder cannot be written.
    pub(crate) async fn take(folder: &Path, file: &str, patience: Duration) -> Result<Self, DataError> {
        let path = folder.join(format!("{file}.lock"));
        create_folder(folder).map_err(|source| DataError::Folder { path: folder.to_owned(), source })?;
        let lock = open_file(&path).map_err(|source| DataError::Folder { path: path.clone(), source })?;
        let locked = path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Some(lock) = shared(&locked) {
            return Ok(Self::of(locked, lock));
        }
        let until = Instant::now() + patience;
        let mut is_told = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self::of(locked, lock)),
                Err(TryLockError::Error(source)) => {
                    return Err(DataError::Unusable { path, source: source.into() });
                }
                Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                    return Err(DataError::InUse { path: folder.join(file) });
                }
                Err(TryLockError::WouldBlock) => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::info!(file, "waiting for another server that uses this file to end");
                    }
                    sleep(LOOKS_AGAIN).await;
                }
            }
        }
    }

    fn of(path: PathBuf, lock: File) -> Self {
        let lock = Arc::new(lock);
        let mut held = HELD.lock();
        held.retain(|(_, lock)| lock.strong_count() > 0);
        held.push((path, Arc::downgrade(&lock)));
        Self(lock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_has_it_and_who_waits_gets_it_or_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let take = || FileLock::take(folder.path(), "rooms.sqlite", Duration::from_secs(1));
        let first = take().await.expect("it is free");
        let refused = take().await.expect_err("it is taken").to_string();
        assert!(refused.contains("is used by another server"), "{refused}");
        assert!(FileLock::take(folder.path(), "other.sqlite", Duration::ZERO).await.is_ok());
        let waiting =
            tokio::spawn(FileLock::take(Box::leak(Box::from(folder.path())), "rooms.sqlite", Duration::from_secs(1)));
        sleep(Duration::from_millis(100)).await;
        drop(first);
        assert!(waiting.await.expect("no panic").is_ok());
    }
}
