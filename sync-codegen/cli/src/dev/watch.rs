//! Files that are saved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
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
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let paths = event.ok().filter(|event| is_change(&event.kind)).map(|event| event.paths);
        let _ = changes.send(paths.unwrap_or_default());
    })
    .map_err(|error| unwatched(&project.root, &error))?;
    for folder in project.watched() {
        watcher.watch(&folder, RecursiveMode::Recursive).map_err(|error| unwatched(&folder, &error))?;
    }
    for folder in project.folders() {
        watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| unwatched(&folder, &error))?;
    }
    let types = project.types.clone();
    std::thread::spawn(move || {
        while let Some(files) = together(&heard) {
            let files: BTreeSet<_> = files.into_iter().filter(|file| matters(file, &types)).collect();
            if !files.is_empty() {
                tell(&events, Event::Changed(files));
            }
        }
    });
    Ok(watcher)
}

/// Returns every file that is watched.
pub(super) fn files(project: &Project) -> Vec<PathBuf> {
    let mut waiting = project.watched();
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            } else if matters(&path, &project.types) {
                files.push(path);
            }
        }
    }
    files
}

/// What changes within a moment; `None` when nobody watches any more.
fn together(heard: &Receiver<Vec<PathBuf>>) -> Option<Vec<PathBuf>> {
    let mut files = heard.recv().ok()?;
    let until = Instant::now() + LONGEST;
    loop {
        match heard.recv_timeout(QUIET.min(until.saturating_duration_since(Instant::now()))) {
            Ok(more) => files.extend(more),
            Err(RecvTimeoutError::Timeout) => return Some(files),
            Err(RecvTimeoutError::Disconnected) => return (!files.is_empty()).then_some(files),
        }
    }
}

/// A file that is read, or opened, has not changed; one that was written is told of when it is closed.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

/// What the generator writes itself is not news, nor is what editors leave beside a file.
fn matters(file: &Path, types: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if file == types || name == "sync.generated.rs" || name.starts_with('.') {
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
        let check = |file: &str, is_news: bool| {
            assert_eq!(matters(Path::new(file), Path::new("/app/web/types.ts")), is_news, "{file}");
        };
        check("/app/src/chess/_sync/move_server_v1.rs", true);
        check("/app/locales/en/app.ftl", true);
        check("/app/Cargo.toml", true);
        check("/app/src/sync.generated.rs", false);
        check("/app/web/types.ts", false);
        check("/app/src/.move.rs.swp", false);
        check("/app/src/App.tsx", false);
    }
}
