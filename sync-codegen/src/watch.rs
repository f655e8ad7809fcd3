//! What makes cargo run a build script again.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::cargo;
use crate::output;

/// The folder in `$OUT_DIR` with links to what is not there yet.
const AWAITED: &str = "awaited";
/// How many milliseconds a link may take to become younger than the run that makes it.
const TICKS: usize = 50;

/// Asks cargo to run the script again when `path`, or anything in it, comes, goes or changes.
///
/// Cargo takes a path that is not there for changed in every build, and would compile the app each time. So it is given a
/// folder with a link to the path instead: it passes over a link that leads nowhere, and follows it from the build on in which
/// there is something. Where a system has no links, every build runs the script: slower, and right.
pub(crate) fn watch(path: &Path, out_dir: &Path) {
    let awaited = out_dir.join(AWAITED);
    if path.exists() || await_in(&awaited, path).is_err() {
        cargo::rerun_if_changed(path);
    } else {
        cargo::rerun_if_changed(&awaited);
    }
}

/// The link is made anew in each run, so that it is younger than the run: then what it leads to may be as old as it likes.
fn await_in(folder: &Path, path: &Path) -> io::Result<()> {
    let link = folder.join(path.file_name().unwrap_or_default());
    fs::create_dir_all(folder)?;
    // Cargo notes the time of a run in a file beside the folder, just before it. A file system's clock ticks every few milliseconds.
    let run = folder.parent().and_then(Path::parent).map(|beside| beside.join("invoked.timestamp"));
    let run = run.and_then(|file| file.metadata().ok()?.modified().ok());
    for _ in 0..TICKS {
        make_anew(path, &link)?;
        if run.is_none_or(|run| link.symlink_metadata().and_then(|link| link.modified()).is_ok_and(|link| link > run)) {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    if let Some(time) = output::program_time() {
        output::set_modified(folder, time);
    }
    Ok(())
}

fn make_anew(path: &Path, link: &Path) -> io::Result<()> {
    match fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => link_to(path, link),
    }
}

#[cfg(unix)]
fn link_to(path: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(path, link)
}

#[cfg(windows)]
fn link_to(path: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(path, link)
}

#[cfg(not(any(unix, windows)))]
fn link_to(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
