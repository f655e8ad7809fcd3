//! Keeps a file of the server's to one process.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::clock::{Instant, sleep};
use crate::storage::DataError;
use crate::storage::sqlite::{create_folder, open_file};

/// After what time it is looked again whether the other process has ended.
const LOOKS_AGAIN: Duration = Duration::from_millis(50);

/// The right to be the only process that uses a file; given back when this is dropped, or the process ends in whatever way.
///
/// Only others that ask for it are kept out, by a file of their own beside the one that is meant: copies can be made all the time.
#[derive(Debug)]
pub(crate) struct FileLock(#[expect(dead_code, reason = "it is locked as long as it is open")] File);

impl FileLock {
    /// Takes the right to use `file` in `folder`. Who has it may be about to end: it is waited for so long.
    ///
    /// # Errors
    ///
    /// When another process does not give it back, or the folder cannot be written.
    pub(crate) async fn take(folder: &Path, file: &str, patience: Duration) -> Result<Self, DataError> {
        let path = folder.join(format!("{file}.lock"));
        create_folder(folder).map_err(|source| DataError::Folder { path: folder.to_owned(), source })?;
        let lock = open_file(&path).map_err(|source| DataError::Folder { path: path.clone(), source })?;
        let until = Instant::now() + patience;
        let mut is_told = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self(lock)),
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
