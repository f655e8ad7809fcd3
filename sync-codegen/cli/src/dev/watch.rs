//! Files that are saved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::{Event, tell};
use crate::failure::Failure;
use crate::project::Project;

/// How long nothing has to happen: an editor writes a file, moves it, and removes another.
const QUIET: Duration = Duration::from_millis(40);
/// How long it is waited for that at most.
const LONGEST: Duration = Duration::from_millis(500);

/// Tells of files that are saved, until what is returned is dropped.
pub(super) fn start(project: &Project, events: Sender<Event>) -> Result<RecommendedWatcher, Failure> {
    let (changes, heard) = channel();
    let everything = project.watched();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let paths = match event {
            Ok(event) if event.need_rescan() => everything.clone(),
            Ok(event) if is_change(&event.kind) => event.paths,
            Ok(_) => return,
            // What was missed is not said.
            Err(_) => everything.clone(),
        };
        let _ = changes.send(paths);
    })
    .map_err(|error| unwatched(&project.root, &error))?;
    for folder in project.watched() {
        watcher.watch(&folder, RecursiveMode::Recursive).map_err(|error| unwatched(&folder, &error))?;
    }
    for folder in project.folders() {
        watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| unwatched(&folder, &error))?;
    }
    std::thread::spawn(move || {
        while let Some((since, paths)) = together(&heard) {
            tell(&events, Event::Changed(since, paths));
        }
    });
    Ok(watcher)
}

/// Returns every file whose changes are news, when all of it begins.
pub(super) fn files(project: &Project) -> Vec<PathBuf> {
    let of_folders = project.folders().into_iter().flat_map(|folder| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_file() && matters(path)).collect::<Vec<_>>()
    });
    of_folders.chain(project.watched().iter().flat_map(|folder| files_in(folder))).collect()
}

/// Returns the files in a folder, however deep, whose changes are news.
pub(super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            } else if matters(&path) {
                files.push(path);
            }
        }
    }
    files
}

/// What changes within a moment, and when that began; `None` when nobody watches any more.
fn together(heard: &Receiver<Vec<PathBuf>>) -> Option<(Instant, BTreeSet<PathBuf>)> {
    let mut paths = BTreeSet::from_iter(heard.recv().ok()?);
    let since = Instant::now();
    loop {
        let left = (since + LONGEST).saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Some((since, paths));
        }
        match heard.recv_timeout(QUIET.min(left)) {
            Ok(more) => paths.extend(more),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Some((since, paths)),
        }
    }
}

/// A file that is read, or opened, has not changed. One that is written is told of when it is closed, where the system tells that; before,
/// somebody may still be writing it.
fn is_change(kind: &EventKind) -> bool {
    let is_told_when_closed = cfg!(target_os = "linux");
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_)) => !is_told_when_closed,
        _ => true,
    }
}

/// What the generator writes itself is not news, nor is what editors leave beside a file.
pub(super) fn matters(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if name == "sync.generated.rs" || name.starts_with('.') {
        return false;
    }
    let ending = file.extension().unwrap_or_default();
    ending == "rs" || ending == "ftl" || name == "Cargo.toml" || name == "sync.toml"
}

fn unwatched(folder: &Path, error: &notify::Error) -> Failure {
    let help = "on Linux, `sysctl fs.inotify.max_user_watches=524288` lets more be watched";
    Failure::with_help(format!("cannot watch `{}`: {error}", folder.display()), help)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::matters;

    #[test]
    fn what_is_written_by_programs_is_not_news() {
        let check = |file: &str, is_news: bool| assert_eq!(matters(Path::new(file)), is_news, "{file}");
        check("/app/src/chess/_sync/move_server_v1.rs", true);
        check("/app/locales/en/app.ftl", true);
        check("/app/Cargo.toml", true);
        check("/app/src/sync.generated.rs", false);
        check("/app/web/types.ts", false);
        check("/app/src/.move.rs.swp", false);
        check("/app/src/App.tsx", false);
    }
}
