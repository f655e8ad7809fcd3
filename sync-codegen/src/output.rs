//! Touches a file only when its text changed, whole or not at all, and at a time that does not wake cargo again.
//!
//! A build script that writes into a folder that it watches would see its own write as a change, and the next build would do
//! everything once more. So the file and its folder get a time that lies before the script's start.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sameness {
    /// Byte by byte, but for the line ends that a version control may have chosen.
    Lines,
    /// Without white space: another formatter's settings do not make a file stale.
    Words,
}

/// Returns whether `path` holds another text than `text`, or none.
pub(crate) fn is_stale(path: &Path, text: &str, sameness: Sameness) -> bool {
    let Ok(old) = fs::read_to_string(path) else { return true };
    match sameness {
        Sameness::Lines => !old.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).eq(text.split('\n')),
        Sameness::Words => !old.split_whitespace().eq(text.split_whitespace()),
    }
}

/// Replaces the text of `path` in one step, and makes the folder if there is none.
///
/// The new file is as old as the youngest of: the old file, its folder, and `no_later_than`. Each of these was there when cargo
/// looked, so cargo sees no change; and everyone who compares times sees as young a file as can be. The folder keeps its age.
pub(crate) fn replace(path: &Path, text: &str, no_later_than: Option<SystemTime>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder)?;
    let folder_time = modified(folder);
    let time = [modified(path), folder_time, no_later_than].into_iter().flatten().max();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_draft(&draft, text, time).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // What matters is the first error; the draft may not even be there.
        let _ = fs::remove_file(&draft);
    }
    if let Some(time) = folder_time {
        set_modified(folder, time);
    }
    written
}

/// Returns when the running program was linked: a time before its start.
pub(crate) fn program_time() -> Option<SystemTime> {
    std::env::current_exe().ok().and_then(|program| modified(&program))
}

/// Makes `folder` as old as the one that it is made in.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.ancestors().find(|above| above.is_dir());
    let time = above.and_then(|above| Some((above, modified(above)?)));
    fs::create_dir_all(folder)?;
    if let Some((above, time)) = time {
        for made in folder.ancestors().take_while(|made| *made != above).chain([above]) {
            set_modified(made, time);
        }
    }
    Ok(())
}

fn write_draft(draft: &Path, text: &str, time: Option<SystemTime>) -> io::Result<()> {
    fs::write(draft, text)?;
    match time {
        Some(time) => File::options().write(true).open(draft)?.set_modified(time),
        None => Ok(()),
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Where a system does not let folders be opened, cargo runs the script once more: slower, and nothing else.
pub(crate) fn set_modified(folder: &Path, time: SystemTime) {
    let _ = File::open(folder).and_then(|folder| folder.set_modified(time));
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::{Sameness, is_stale, modified, replace, set_modified};

    fn check_sameness(old: &str, new: &str, sameness: Sameness, stale: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, old).expect("a file");
        assert_eq!(is_stale(&path, new, sameness), stale, "{old:?} {new:?}");
    }

    #[test]
    fn line_ends_do_not_make_a_file_stale() {
        check_sameness("a\r\nb\r\n", "a\nb\n", Sameness::Lines, false);
        check_sameness("a\nb", "a\nb\n", Sameness::Lines, true);
        check_sameness("mod a {\n  mod b;\n}", "mod a {\n    mod b;\n}\n", Sameness::Words, false);
        check_sameness("mod a;", "mod b;", Sameness::Words, true);
    }

    #[test]
    fn a_write_leaves_no_younger_time_than_what_was_there() -> std::io::Result<()> {
        let root = tempfile::tempdir()?;
        let folder = root.path().join("src");
        fs::create_dir(&folder)?;
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let linked = long_ago + Duration::from_secs(60);
        set_modified(&folder, long_ago);
        let path = folder.join("a.rs");
        replace(&path, "one", Some(linked))?;
        assert_eq!((modified(&folder), modified(&path)), (Some(long_ago), Some(linked)));
        replace(&path, "two", None)?;
        assert_eq!((modified(&folder), modified(&path)), (Some(long_ago), Some(linked)));
        assert_eq!(names(&folder)?, ["a.rs"]);
        Ok(())
    }

    #[test]
    fn a_missing_folder_is_made_and_leaves_the_one_above_as_old_as_it_was() -> std::io::Result<()> {
        let root = tempfile::tempdir()?;
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        set_modified(root.path(), long_ago);
        replace(&root.path().join("web/src/a.ts"), "one", None)?;
        assert_eq!(modified(root.path()), Some(long_ago));
        assert_eq!(modified(&root.path().join("web/src")), Some(long_ago));
        Ok(())
    }

    fn names(folder: &Path) -> std::io::Result<Vec<String>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }
}
