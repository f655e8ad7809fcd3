//! Shared values as files, one for each.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::{OwnedMutexGuard, Semaphore};

use super::{StateStore, StateStoreError, StoreKey, StoredRooms, StoredState};
use crate::error::{BoxError, chain};
use crate::id::Id;
use crate::route::BoxFuture;
use crate::storage::{DataError, FileLock, create_folder, open_file, sync_folder};

/// The folder of all values in the server's folder.
const FOLDER: &str = "states";
/// How long the part of a file's name may be that says which key it is; a name has 255 bytes at most on every system that is in use.
const LONGEST_NAME: usize = 180;
/// How many files are read or written at once.
const AT_ONCE: usize = 16;

/// Shared values as JSON files, `states/<page and name>/<version>/<room>.json` in a folder: `store = file`. One process uses them at a time.
///
/// A file is written beside the old one, synced, and put into its place, so that there is always a whole one.
#[derive(Debug)]
pub struct FileStates {
    folder: PathBuf,
    places: Arc<Semaphore>,
    held: Arc<Held>,
}

/// What work with files holds until it is done, though nobody waits for it any more.
#[derive(Debug)]
struct Held {
    #[expect(dead_code, reason = "it is held as long as the files are used")]
    lock: Option<FileLock>,
    /// With each file one is worked at a time: a save that hangs must not meet the next one, and takes no more than one of the places.
    turns: Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>,
}

/// The turn at one file.
struct Turn {
    held: Arc<Held>,
    path: PathBuf,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turn {
    /// Waits for it; whoever gives up waiting holds up nobody.
    async fn of(held: &Arc<Held>, path: &Path) -> Self {
        let turn = held.turns.lock().entry(path.to_owned()).or_default().clone();
        // Made first, so that a wait that is given up is forgotten, too.
        let mut own = Self { held: held.clone(), path: path.to_owned(), guard: None };
        own.guard = Some(turn.lock_owned().await);
        own
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = self.held.turns.lock();
        drop(self.guard.take());
        // Besides the list, nobody has it.
        if turns.get(&self.path).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(&self.path);
        }
    }
}

/// What is in a file. Its key is in it, too: files can be moved.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Content<'a> {
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    room: Cow<'a, str>,
    number: u64,
    #[serde(borrow)]
    value: Cow<'a, RawValue>,
}

impl FileStates {
    /// Uses the files in `folder`. Another process that does may be about to end: it is waited for so long.
    ///
    /// # Errors
    ///
    /// When another process goes on using them, or the folder cannot be written.
    pub async fn open(folder: &Path, patience: Duration) -> Result<Self, DataError> {
        let lock = FileLock::take(folder, FOLDER, patience).await?;
        let folder = folder.join(FOLDER);
        create_folder(&folder).map_err(|source| DataError::Folder { path: folder.clone(), source })?;
        Ok(Self::with(folder, Some(lock)))
    }

    /// Reads the files in `folder` beside the process that uses them: nothing may be written.
    pub fn beside(folder: &Path) -> Self {
        Self::with(folder.join(FOLDER), None)
    }

    fn with(folder: PathBuf, lock: Option<FileLock>) -> Self {
        let held = Held { lock, turns: Mutex::default() };
        Self { folder, places: Arc::new(Semaphore::new(AT_ONCE)), held: Arc::new(held) }
    }

    fn path(&self, key: &StoreKey) -> PathBuf {
        let mut room = file_name(&key.room);
        room.push_str(".json");
        self.folder.join(file_name(key.state)).join(file_name(key.version)).join(room)
    }

    /// Works with a file on a thread that may wait for the disk. What has begun is done to its end, whoever waits for it.
    async fn work<T: Send + 'static>(
        &self,
        key: StoreKey,
        work: impl FnOnce(&StoreKey, &Path) -> Result<T, StateStoreError> + Send + 'static,
    ) -> Result<T, StateStoreError> {
        let path = self.path(&key);
        let turn = Turn::of(&self.held, &path).await;
        self.aside(move || {
            let _turn = turn;
            work(&key, &path)
        })
        .await
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StateStoreError> + Send + 'static,
    ) -> Result<T, StateStoreError> {
        // It is never closed.
        let place = self.places.clone().acquire_owned().await.ok();
        let held = self.held.clone();
        let working = tokio::task::spawn_blocking(move || {
            let worked = work();
            drop((held, place));
            worked
        });
        working.await.map_err(|error| StateStoreError::Unavailable(error.into()))?
    }
}

impl StateStore for FileStates {
    fn load(&self, key: StoreKey) -> BoxFuture<'_, Result<Option<StoredState>, StateStoreError>> {
        Box::pin(self.work(key, read))
    }

    fn save(&self, key: StoreKey, stored: StoredState) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(self.work(key, move |key, path| {
            match read(key, path)? {
                Some(found) if found.number > stored.number => {
                    let (found, known) = (found.number, stored.number);
                    return Err(StateStoreError::Newer { key: key.clone(), found, known });
                }
                _ => {}
            }
            write(key, path, &stored).map_err(|source| StateStoreError::File { path: path.to_owned(), source })
        }))
    }

    fn set_aside(&self, key: StoreKey) -> BoxFuture<'_, Result<String, StateStoreError>> {
        Box::pin(self.work(key, |_, path| {
            let failed = |source| StateStoreError::File { path: path.to_owned(), source };
            // Named after what is in it: what is found damaged again and again is one copy.
            let name = Id::of_texts(&[&String::from_utf8_lossy(&fs::read(path).map_err(failed)?)]).to_string();
            let aside = path.with_extension(format!("damaged-{}", &name[..8]));
            fs::copy(path, &aside).map_err(failed)?;
            Ok(aside.display().to_string())
        }))
    }

    fn rooms(&self, state: &'static str, version: &'static str) -> BoxFuture<'_, Result<StoredRooms, StateStoreError>> {
        let folder = self.folder.join(file_name(state)).join(file_name(version));
        Box::pin(self.aside(move || rooms(&folder)))
    }

    fn replace(&self, key: StoreKey, stored: Option<StoredState>) -> BoxFuture<'_, Result<(), StateStoreError>> {
        Box::pin(self.work(key, move |key, path| {
            let replaced = match stored {
                Some(stored) => write(key, path, &stored),
                None => remove(path),
            };
            replaced.map_err(|source| StateStoreError::File { path: path.to_owned(), source })
        }))
    }
}

fn read(key: &StoreKey, path: &Path) -> Result<Option<StoredState>, StateStoreError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StateStoreError::File { path: path.to_owned(), source }),
    };
    let content = content(path, &text)?;
    if content.state != key.state || content.version != key.version || *content.room != *key.room {
        return Err(damaged(path, "it is the value of another room or state".into()));
    }
    Ok(Some(StoredState { number: content.number, value: content.value.get().into() }))
}

fn content<'a>(path: &Path, text: &'a [u8]) -> Result<Content<'a>, StateStoreError> {
    serde_json::from_slice(text).map_err(|error| damaged(path, error.into()))
}

fn damaged(path: &Path, source: BoxError) -> StateStoreError {
    StateStoreError::Damaged { place: path.display().to_string(), source }
}

/// Names of files may be shorter than those of rooms: what is in them says whose they are.
fn rooms(folder: &Path) -> Result<StoredRooms, StateStoreError> {
    let failed = |source| StateStoreError::File { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StoredRooms::default()),
        Err(source) => return Err(failed(source)),
    };
    let mut found = StoredRooms::default();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        // The value of the room without a name is in `.json`.
        if !path.as_os_str().as_encoded_bytes().ends_with(b".json") {
            continue;
        }
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(failed(source)),
        };
        match content(&path, &text) {
            Ok(content) => found.rooms.push(content.room.into()),
            Err(error) => found.unreadable.push(chain(&error)),
        }
    }
    Ok(found)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    path.parent().filter(|folder| folder.exists()).map_or(Ok(()), sync_folder)
}

fn write(key: &StoreKey, path: &Path, stored: &StoredState) -> io::Result<()> {
    let value: &RawValue = serde_json::from_str(&stored.value)?;
    let content = Content {
        state: key.state.into(),
        version: key.version.into(),
        room: (&*key.room).into(),
        number: stored.number,
        value: Cow::Borrowed(value),
    };
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    if !folder.exists() {
        create_folder(folder)?;
        // Those of the version, of the state, and of all.
        folder.ancestors().skip(1).take(3).try_for_each(sync_folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = open_file(&beside)?;
    file.set_len(0)?;
    file.write_all(&serde_json::to_vec(&content)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(folder)
}

/// Returns a name for a file that no other text has, on a system that knows no difference of case and few characters.
fn file_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    if name.len() <= LONGEST_NAME {
        return name;
    }
    // No other name has a `+`.
    let end = (0..=LONGEST_NAME).rev().find(|end| name.is_char_boundary(*end)).unwrap_or_default();
    format!("{}+{}", &name[..end], Id::of_texts(&[text]))
}

#[cfg(test)]
mod tests {
    use super::super::suite;
    use super::*;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let folder = tempfile::tempdir().expect("a folder");
        suite::run(async || FileStates::open(folder.path(), Duration::from_secs(5)).await.expect("a folder")).await;
    }

    #[test]
    fn names_of_files_are_names_on_every_system_and_never_meet() {
        let long = "ß".repeat(100);
        let names = ["board-7", "Board-7", "board/7", "board%2f7", "..", ".", "", "con", &long, &format!("{long}1")];
        let files: std::collections::BTreeSet<_> = names.iter().map(|name| file_name(name).to_lowercase()).collect();
        assert_eq!(files.len(), names.len());
        for file in files {
            assert!(file.len() < 240 && !file.contains(['/', '.', '\\']), "{file}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_none_of_ours_is_refused_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStates::open(folder.path(), Duration::ZERO).await.expect("a folder");
        let key = StoreKey { state: "board/notes", version: "v1", room: "board-7".into() };
        let stored = StoredState { number: 1, value: "[1]".into() };
        store.save(key.clone(), stored.clone()).await.expect("a folder");
        let path = store.path(&key);
        let other = r#"{"state":"board/notes","version":"v1","room":"board-8","number":9,"value":[]}"#;
        for text in ["", "{", "null", other] {
            fs::write(&path, text).expect("a file");
            let refused = store.load(key.clone()).await.expect_err("it is damaged").to_string();
            assert!(refused.contains("board-7.json` is damaged"), "{refused}");
            let save = store.save(key.clone(), stored.clone()).await;
            assert!(matches!(save, Err(StateStoreError::Damaged { .. })), "nobody may write over it");
            let aside = store.set_aside(key.clone()).await.expect("a copy");
            assert_eq!(store.set_aside(key.clone()).await.expect("a copy"), aside);
            assert_eq!(fs::read_to_string(aside).expect("a copy"), text);
        }
    }

    #[tokio::test]
    async fn what_is_left_of_a_save_that_was_cut_is_no_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStates::open(folder.path(), Duration::ZERO).await.expect("a folder");
        let key = StoreKey { state: "board/notes", version: "v1", room: "board-7".into() };
        let stored = StoredState { number: 1, value: r#"{"long":"so that something of it could stay"}"#.into() };
        fs::create_dir_all(store.path(&key).parent().expect("a folder")).expect("a folder");
        fs::write(store.path(&key).with_extension("new"), "x".repeat(1000)).expect("a file");
        assert_eq!(store.load(key.clone()).await.expect("a folder"), None);
        store.save(key.clone(), stored.clone()).await.expect("a folder");
        assert_eq!(store.load(key).await.expect("a folder"), Some(stored));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_hangs_holds_up_nobody_but_those_who_want_it() {
        use futures_util::FutureExt;
        let folder = tempfile::tempdir().expect("a folder");
        let states = FileStates::open(folder.path(), Duration::ZERO).await.expect("a folder");
        let key = |room: &str| StoreKey { state: "a/b", version: "v1", room: room.into() };
        let stored = StoredState { number: 1, value: "7".into() };
        for room in ["hangs", "well"] {
            states.save(key(room), stored.clone()).await.expect("saved");
        }
        let path = states.path(&key("hangs"));
        fs::remove_file(&path).expect("a file");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo runs").success());
        // Whoever opens it waits for somebody who writes to it.
        for _ in 0..2 * AT_ONCE {
            assert!(states.load(key("hangs")).now_or_never().is_none(), "and gives up");
        }
        let hanging = tokio::spawn({
            let held = states.held.clone();
            async move { Turn::of(&held, &path).await.path.clone() }
        });
        assert_eq!(states.load(key("well")).await.expect("a value").map(|found| found.number), Some(1));
        // It is opened by the one who has begun, and by nobody behind it who has given up.
        fs::write(states.path(&key("hangs")), "").expect("a pipe");
        let path = hanging.await.expect("no panic");
        fs::remove_file(&path).expect("a pipe");
        assert!(states.held.turns.lock().is_empty(), "nothing is left of those who waited");
    }
}
