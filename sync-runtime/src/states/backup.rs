//! Backups of shared values: all that is stored, in one file of lines that knows no store.
//!
//! The first line says what the file is, each further one is a value, and the last one counts them: a file without it was not finished. A
//! value that is brought back goes to the store that its state names now, so that values can move from one store to another, too.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::store::{StateStore, StateStoreError, StoreKey, StoredRooms, StoredState};
use crate::clock::{calendar, of_utc, utc};
use crate::error::chain;
use crate::route::StoreKind;
use crate::storage::{create_folder, new_file, sync_folder};

/// What the first line calls it.
const KIND: &str = "syncwright-states";
/// The form of the lines.
const FORMAT: u32 = 1;
/// What the name of a backup begins and ends with; between them stands when it was made.
const NAME: (&str, &str) = ("states-", ".jsonl");
/// The extension of one that is not whole yet.
const DRAFT: &str = "part";
/// After what time one that was never finished is removed, in milliseconds.
const ABANDONED_MS: i64 = 24 * 3600 * 1000;
/// How many values are read from a store, or written to it, at once.
const AT_ONCE: usize = 64;
/// How many bytes are collected before they are written.
const CHUNK: usize = 1 << 20;

/// One version of a state as it is stored somewhere.
#[derive(Clone)]
pub struct KeptState {
    /// `<page>/<name>`.
    pub state: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// The word for where.
    pub kind: StoreKind,
    /// Where.
    pub store: Arc<dyn StateStore>,
}

/// What a backup holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// How many values are in it.
    pub values: usize,
    /// How many values have changed and could not be saved: they are in it as they were before.
    pub unsaved: usize,
    /// What could not be read and is not in it: where it is, and why.
    pub unreadable: Vec<String>,
}

/// What was brought back from a backup.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Restored {
    /// How many values were brought back.
    pub values: usize,
    /// How many were taken away, since the backup knows nothing of them.
    pub removed: usize,
    /// States in the backup that the app does not have, or does not store, and how many values of theirs were left out.
    pub left_out: Vec<(String, usize)>,
    /// What was there before, as a backup.
    pub before: Backup,
}

/// Why no backup could be made, or brought back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A file or a folder cannot be used.
    #[error("cannot use `{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A store does not answer.
    #[error("the store of `{state}` cannot be used")]
    Store {
        /// `<page>/<name>/<version>`.
        state: String,
        /// Why.
        source: StateStoreError,
    },
    /// The file is no backup, or not a whole one. Nothing was changed.
    #[error("`{}` is no backup that could be brought back: line {line}: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, counted from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// The server is not what it must be for that.
    #[error("{0}")]
    Server(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    kind: Cow<'a, str>,
    format: u32,
    at: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    store: Cow<'a, str>,
    state: Cow<'a, str>,
    version: Cow<'a, str>,
    room: Cow<'a, str>,
    number: u64,
    #[serde(borrow)]
    value: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    values: usize,
}

/// Writes all that is stored into a new file in `folder`, and removes the oldest backups there beyond `keep`. Each value is one that was
/// there at one moment; two values may be of two moments.
pub async fn back_up(states: &[KeptState], folder: &Path, keep: usize) -> Result<Backup, BackupError> {
    let backup = write(states, folder, NAME.0).await?;
    remove_oldest(folder, keep.max(1)).map_err(|source| BackupError::File { path: folder.to_owned(), source })?;
    Ok(backup)
}

/// Returns when the newest backup in a folder was made, in milliseconds since the beginning of 1970.
pub fn newest(folder: &Path) -> Option<i64> {
    let now = calendar();
    // One of a time that is still to come was made by a clock that was wrong.
    backups(folder, NAME.1).ok()?.iter().filter_map(|path| made(path)).filter(|made| *made <= now).max()
}

/// Returns how a file is called that was made then. Neither colons nor further dots are in names everywhere.
fn name_of(start: &str, at: i64) -> String {
    format!("{start}{}{}", utc(at).replace([':', '.'], "-"), NAME.1)
}

/// Reads from the name of a file when it was made.
fn made(path: &Path) -> Option<i64> {
    let mut text = path.file_stem()?.to_str()?.strip_prefix(NAME.0)?.to_owned();
    for (place, separator) in [(13, ":"), (16, ":"), (19, ".")] {
        text.get(place..=place).filter(|found| *found == "-")?;
        text.replace_range(place..=place, separator);
    }
    of_utc(&text)
}

async fn write(states: &[KeptState], folder: &Path, start: &str) -> Result<Backup, BackupError> {
    let now = calendar();
    // Two may be made in one moment.
    let is_taken = |at: &i64| {
        let path = folder.join(name_of(start, *at));
        path.exists() || path.with_extension(DRAFT).exists()
    };
    let at = (now..).find(|at| !is_taken(at)).unwrap_or(now);
    let path = folder.join(name_of(start, at));
    let failed = |source| BackupError::File { path: path.clone(), source };
    let mut backup = Backup { file: path.clone(), values: 0, unsaved: 0, unreadable: Vec::new() };
    let mut out = Out::open(path.clone()).map_err(failed)?;
    out.line(&Head { kind: KIND.into(), format: FORMAT, at: utc(at).into() }).await.map_err(failed)?;
    for kept in states {
        let of_store = |source| BackupError::Store { state: kept.name(), source };
        let StoredRooms { rooms, unreadable } = kept.store.rooms(kept.state, kept.version).await.map_err(of_store)?;
        backup.unreadable.extend(unreadable);
        let loads = rooms.into_iter().map(|room| async {
            let key = kept.key(room);
            (key.clone(), kept.store.load(key).await)
        });
        let mut loads = stream::iter(loads).buffered(AT_ONCE);
        while let Some((key, loaded)) = loads.next().await {
            let stored = match loaded {
                Ok(Some(stored)) => stored,
                Ok(None) => continue,
                Err(error @ StateStoreError::Damaged { .. }) => {
                    backup.unreadable.push(chain(&error));
                    continue;
                }
                Err(error) => return Err(of_store(error)),
            };
            match Line::of(kept, &key, &stored) {
                Some(line) => out.line(&line).await.map_err(failed)?,
                None => {
                    backup.unreadable.push(format!("the value of {key} is no JSON"));
                    continue;
                }
            }
            backup.values += 1;
        }
    }
    out.line(&End { values: backup.values }).await.map_err(failed)?;
    out.finish().await.map_err(failed)?;
    Ok(backup)
}

/// Brings back what is in a file, and takes away what is not: each state is as it was then. What was there before is kept beside the file,
/// under a name of its own. Nobody else may use the stores meanwhile; what was begun and not finished can be done again.
pub async fn bring_back(states: &[KeptState], file: &Path) -> Result<Restored, BackupError> {
    let (mut left_out, mut known) = (Vec::new(), HashSet::new());
    // All of it is read before anything is changed.
    for_each_batch(file, async |lines| {
        for line in lines {
            match place_of(states, &line) {
                Some(index) => drop(known.insert((index, line.key.2))),
                None => {
                    let name = format!("{}/{}", line.key.0, line.key.1);
                    match left_out.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, count)) => *count += 1,
                        None => left_out.push((name, 1)),
                    }
                }
            }
        }
        Ok(())
    })
    .await?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let before = write(states, folder, "before-").await?;
    let mut restored = Restored { values: 0, removed: 0, left_out, before };
    for (index, kept) in states.iter().enumerate() {
        let of_store = |source| BackupError::Store { state: kept.name(), source };
        for room in kept.store.rooms(kept.state, kept.version).await.map_err(of_store)?.rooms {
            if !known.contains(&(index, room.clone())) {
                replace(kept, kept.key(room), None).await.map_err(of_store)?;
                restored.removed += 1;
            }
        }
    }
    for_each_batch(file, async |lines| {
        let placed = lines.into_iter().filter_map(|line| Some((&states[place_of(states, &line)?], line)));
        let saves = placed.map(|(kept, line)| async move {
            let replaced = replace(kept, kept.key(line.key.2), Some(line.stored)).await;
            replaced.map_err(|source| BackupError::Store { state: kept.name(), source })
        });
        let mut saves = stream::iter(saves.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        while let Some(saved) = saves.next().await {
            saved?;
            restored.values += 1;
        }
        Ok(())
    })
    .await?;
    Ok(restored)
}

/// Puts a value in the place of another one; of one that cannot be read, a copy is kept, since it is in no backup.
async fn replace(kept: &KeptState, key: StoreKey, stored: Option<StoredState>) -> Result<(), StateStoreError> {
    if let Err(StateStoreError::Damaged { .. }) = kept.store.load(key.clone()).await {
        kept.store.set_aside(key.clone()).await?;
    }
    kept.store.replace(key, stored).await
}

impl KeptState {
    fn key(&self, room: Arc<str>) -> StoreKey {
        StoreKey { state: self.state, version: self.version, room }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.state, self.version)
    }
}

/// Finds where a value belongs now: where it was, or else where its state is stored.
fn place_of(states: &[KeptState], line: &Value) -> Option<usize> {
    let is_of = |kept: &&KeptState| kept.state == line.key.0 && kept.version == line.key.1;
    let was_there = |kept: &KeptState| is_of(&kept) && kept.kind.word() == line.store;
    states.iter().position(was_there).or_else(|| states.iter().position(|kept| is_of(&kept)))
}

/// A line, by itself.
struct Value {
    store: String,
    key: (String, String, Arc<str>),
    stored: StoredState,
}

impl<'a> Line<'a> {
    fn of(kept: &KeptState, key: &'a StoreKey, stored: &'a StoredState) -> Option<Self> {
        Some(Self {
            store: kept.kind.word().into(),
            state: key.state.into(),
            version: key.version.into(),
            room: (&*key.room).into(),
            number: stored.number,
            value: serde_json::from_str(&stored.value).ok()?,
        })
    }
}

/// What is being written, under another name until it is whole. Waiting for the disk is left to threads that may wait.
struct Out {
    file: Option<File>,
    path: PathBuf,
    draft: Draft,
    text: Vec<u8>,
}

/// A file that goes with this.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

impl Out {
    fn open(path: PathBuf) -> io::Result<Self> {
        create_folder(path.parent().unwrap_or(&path))?;
        let draft = path.with_extension(DRAFT);
        // Nobody else may write it: two that are made at once have two names.
        let file = new_file(&draft)?;
        let draft = Draft(draft);
        Ok(Self { file: Some(file), path, draft, text: Vec::new() })
    }

    async fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.text, line)?;
        self.text.push(b'\n');
        if self.text.len() < CHUNK {
            return Ok(());
        }
        let text = std::mem::take(&mut self.text);
        self.aside(move |file| file.write_all(&text)).await
    }

    async fn finish(mut self) -> io::Result<()> {
        let (text, path, draft) = (std::mem::take(&mut self.text), self.path.clone(), self.draft.0.clone());
        self.aside(move |file| {
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            sync_folder(path.parent().unwrap_or(&path))
        })
        .await
    }

    async fn aside(&mut self, work: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static) -> io::Result<()> {
        let Some(mut file) = self.file.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let writing = tokio::task::spawn_blocking(move || work(&mut file).map(|()| file));
        self.file = Some(writing.await.map_err(io::Error::other)??);
        Ok(())
    }
}

/// Reads a backup, and checks that it is a whole one.
async fn for_each_batch(
    path: &Path,
    mut each: impl AsyncFnMut(Vec<Value>) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let opened = File::open(path).map_err(|source| BackupError::File { path: path.to_owned(), source })?;
    let mut reader = Some(Lines { path: path.to_owned(), file: BufReader::new(opened), line: 0, values: None });
    while let Some(mut lines) = reader.take() {
        let reading = tokio::task::spawn_blocking(move || {
            let batch = lines.batch()?;
            Ok::<_, BackupError>((lines, batch))
        });
        let (lines, batch) = reading.await.map_err(|error| BackupError::Server(error.to_string()))??;
        if let Some(batch) = batch {
            each(batch).await?;
            reader = Some(lines);
        }
    }
    Ok(())
}

struct Lines {
    path: PathBuf,
    file: BufReader<File>,
    /// The number of the line that was read last.
    line: usize,
    /// How many values there were; `None` before the head was read.
    values: Option<usize>,
}

impl Lines {
    /// Returns the next values; `None` behind the last.
    fn batch(&mut self) -> Result<Option<Vec<Value>>, BackupError> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < CHUNK && batch.len() < 4 * AT_ONCE {
            let text = self.next()?;
            bytes += text.len();
            let Some(values) = self.values else {
                self.check_head(&text)?;
                self.values = Some(0);
                continue;
            };
            if let Ok(line) = serde_json::from_str::<Line<'_>>(&text) {
                let key = (line.state.into_owned(), line.version.into_owned(), line.room.into());
                let stored = StoredState { number: line.number, value: line.value.get().into() };
                batch.push(Value { store: line.store.into_owned(), key, stored });
                self.values = Some(values + 1);
                continue;
            }
            return match serde_json::from_str::<End>(&text) {
                Ok(end) if end.values == values && batch.is_empty() => Ok(None),
                Ok(end) if end.values == values => {
                    // It is read again, and found then.
                    self.file.seek_relative(-i64::try_from(text.len()).unwrap_or_default()).map_err(self.failed())?;
                    self.line -= 1;
                    Ok(Some(batch))
                }
                Ok(end) => Err(self.damaged(format!("it says that there are {} values, and {values} are", end.values))),
                Err(_) => Err(self.damaged("it is no value".to_owned())),
            };
        }
        Ok(Some(batch))
    }

    fn next(&mut self) -> Result<String, BackupError> {
        let mut text = String::new();
        self.line += 1;
        match self.file.read_line(&mut text) {
            Ok(0) => Err(self.damaged("the end is missing: the backup was not finished".to_owned())),
            Ok(_) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(self.damaged("it is no text".to_owned())),
            Err(error) => Err(self.failed()(error)),
        }
    }

    fn check_head(&self, text: &str) -> Result<(), BackupError> {
        match serde_json::from_str::<Head<'_>>(text) {
            Ok(head) if head.kind == KIND && head.format == FORMAT => Ok(()),
            Ok(head) if head.kind == KIND => {
                Err(self.damaged(format!("its format is {}, and this server knows {FORMAT}", head.format)))
            }
            _ => Err(self.damaged("it is not the first line of a backup".to_owned())),
        }
    }

    fn damaged(&self, why: String) -> BackupError {
        BackupError::Damaged { path: self.path.clone(), line: self.line, why }
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> BackupError + use<> {
        let path = self.path.clone();
        move |source| BackupError::File { path, source }
    }
}

/// Returns the backups in a folder whose names end so, the oldest first; what somebody has called otherwise is none.
fn backups(folder: &Path, end: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let has_end = |name: &str| name.ends_with(end);
        if made(&path).is_some() && path.file_name().and_then(|name| name.to_str()).is_some_and(has_end) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn remove_oldest(folder: &Path, keep: usize) -> io::Result<()> {
    let found = backups(folder, NAME.1)?;
    let oldest = found[..found.len().saturating_sub(keep)].iter();
    let is_abandoned = |path: &&PathBuf| made(path).is_some_and(|then| calendar() - then > ABANDONED_MS);
    let drafts = backups(folder, DRAFT)?;
    for path in oldest.chain(drafts.iter().filter(is_abandoned)) {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::store::{FileStates, SqliteStates};
    use super::*;

    fn key(state: &'static str, room: &str) -> StoreKey {
        StoreKey { state, version: "v1", room: room.into() }
    }

    fn stored(number: u64) -> StoredState {
        StoredState { number, value: format!(r#"{{"number":{number},"text":"ü\n{}"}}"#, "x".repeat(100)).into() }
    }

    struct Stores {
        folder: tempfile::TempDir,
        states: Vec<KeptState>,
    }

    impl Stores {
        async fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let file: Arc<dyn StateStore> =
                Arc::new(FileStates::open(folder.path(), Duration::ZERO).await.expect("a folder"));
            let sqlite: Arc<dyn StateStore> =
                Arc::new(SqliteStates::open(folder.path(), Duration::ZERO).await.expect("a file"));
            let (one, two) = (StoreKind::File, StoreKind::Sqlite);
            let states = vec![
                KeptState { state: "board/notes", version: "v1", kind: one, store: file },
                KeptState { state: "game/score", version: "v1", kind: two, store: sqlite },
            ];
            Self { folder, states }
        }

        async fn fill(&self, count: u64) {
            for kept in &self.states {
                for number in 1..=count {
                    let key = key(kept.state, &format!("room {number}/'"));
                    kept.store.replace(key, Some(stored(number))).await.expect("a store");
                }
            }
        }

        async fn number(&self, index: usize, room: &str) -> Option<u64> {
            let kept = &self.states[index];
            kept.store.load(key(kept.state, room)).await.expect("a store").map(|stored| stored.number)
        }

        fn backups(&self) -> PathBuf {
            self.folder.path().join("backups")
        }
    }

    #[tokio::test]
    async fn what_is_brought_back_is_what_was_there() {
        let stores = Stores::open().await;
        stores.fill(300).await;
        let backup = back_up(&stores.states, &stores.backups(), 3).await.expect("a backup");
        assert_eq!((backup.values, backup.unreadable.len()), (600, 0));
        let [board, score] = [0, 1].map(|index| stores.states[index].clone());
        board.store.save(key("board/notes", "room 1/'"), stored(77)).await.expect("a store");
        board.store.save(key("board/notes", "new"), stored(1)).await.expect("a store");
        score.store.replace(key("game/score", "room 2/'"), None).await.expect("a store");
        let restored = bring_back(&stores.states, &backup.file).await.expect("it is brought back");
        assert_eq!((restored.values, restored.removed, restored.left_out.len()), (600, 1, 0));
        assert_eq!(stores.number(0, "room 1/'").await, Some(1));
        assert_eq!(stores.number(0, "new").await, None);
        assert_eq!(stores.number(1, "room 2/'").await, Some(2));
        // What was there before can be had again.
        let again = bring_back(&stores.states, &restored.before.file).await.expect("it is brought back");
        assert_eq!((again.values, stores.number(0, "new").await), (600, Some(1)));
        assert_eq!(stores.number(0, "room 1/'").await, Some(77));
    }

    #[tokio::test]
    async fn a_value_goes_where_its_state_is_stored_now_and_what_is_unknown_is_said() {
        let stores = Stores::open().await;
        stores.fill(3).await;
        let backup = back_up(&stores.states, &stores.backups(), 3).await.expect("a backup");
        let moved = KeptState { state: "board/notes", ..stores.states[1].clone() };
        let restored = bring_back(std::slice::from_ref(&moved), &backup.file).await.expect("it is brought back");
        assert_eq!((restored.values, restored.left_out), (3, vec![("game/score/v1".to_owned(), 3)]));
        let found = moved.store.load(key("board/notes", "room 3/'")).await.expect("a store");
        assert_eq!(found, Some(stored(3)));
    }

    #[tokio::test]
    async fn a_file_that_is_no_whole_backup_changes_nothing() {
        let stores = Stores::open().await;
        stores.fill(2).await;
        let backup = back_up(&stores.states, &stores.backups(), 3).await.expect("a backup");
        let text = fs::read_to_string(&backup.file).expect("a backup");
        let lines: Vec<_> = text.lines().collect();
        stores.fill(3).await;
        let cut = |count: usize| lines[..count].join("\n") + "\n";
        for (text, line, why) in [
            (String::new(), 1, "the end is missing"),
            ("{}\n".to_owned(), 1, "not the first line"),
            (text.replace("\"format\":1", "\"format\":2"), 1, "its format is 2, and this server knows 1"),
            (cut(3), 4, "the end is missing"),
            (text[..text.len() - 5].to_owned(), 6, "it is no value"),
            (text.replace("\"values\":4", "\"values\":5"), 6, "there are 5 values, and 4 are"),
            (text.replacen("\"number\":2", "\"number\":\"\"", 1), 3, "it is no value"),
        ] {
            let file = stores.folder.path().join("some.jsonl");
            fs::write(&file, &text).expect("a file");
            let refused = bring_back(&stores.states, &file).await.expect_err("it is none");
            let said = refused.to_string();
            assert!(said.contains(why) && said.contains(&format!("line {line}:")), "{said}");
            assert_eq!(stores.number(1, "room 3/'").await, Some(3));
        }
        let nowhere = bring_back(&stores.states, Path::new("/nowhere")).await.expect_err("no file");
        assert!(matches!(nowhere, BackupError::File { .. }));
    }

    #[tokio::test]
    async fn the_oldest_go_and_what_cannot_be_read_is_said() {
        let stores = Stores::open().await;
        stores.fill(2).await;
        let mut made = Vec::new();
        for _ in 0..4 {
            made.push(back_up(&stores.states, &stores.backups(), 2).await.expect("a backup").file);
        }
        for name in ["mine.txt", "states-golden.jsonl", "states-z.part"] {
            fs::write(stores.backups().join(name), "").expect("a file");
        }
        assert_eq!(backups(&stores.backups(), NAME.1).expect("a folder"), made[2..]);
        let age = calendar() - newest(&stores.backups()).expect("a backup");
        assert!((-1000..60_000).contains(&age), "{age}");
        // A clock that was ahead.
        let ahead = stores.backups().join(name_of(NAME.0, calendar() + 3_600_000));
        fs::write(&ahead, "").expect("a file");
        let age = calendar() - newest(&stores.backups()).expect("a backup");
        assert!((-1000..60_000).contains(&age), "{age}");
        fs::remove_file(ahead).expect("a file");
        let mut files = fs::read_dir(stores.folder.path().join("states/board%2fnotes/v1")).expect("a folder");
        fs::write(files.next().expect("a value").expect("a file").path(), "{").expect("a file");
        let backup = back_up(&stores.states, &stores.backups(), 2).await.expect("a backup");
        assert_eq!((backup.values, backup.unreadable.len()), (3, 1));
        assert!(backup.unreadable[0].contains(".json` is damaged"), "{:?}", backup.unreadable);
    }
}
