//! One `dev` for each app: two would write the same types, fill the same files and tell the same page.

use std::fs::{self, File, TryLockError};

use crate::failure::Failure;
use crate::project::Project;

/// The right to run `dev`; given back when it is dropped, or the process ends in whatever way.
pub(super) struct Alone(#[expect(dead_code, reason = "it is locked as long as it is open")] File);

/// Takes the right.
///
/// # Errors
///
/// Another one has it.
pub(super) fn take(project: &Project) -> Result<Alone, Failure> {
    let path = project.target.join("sync").join(format!("{}.dev.lock", project.package));
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder).map_err(Failure::file("make", folder))?;
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(Failure::file("write", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Alone(file)),
        Err(TryLockError::WouldBlock) => {
            let what = format!("another `cargo sync dev` runs for `{}`", project.package);
            Err(Failure::with_help(what, "end that one, or use it"))
        }
        // A file system without locks is no reason not to run.
        Err(TryLockError::Error(_)) => Ok(Alone(file)),
    }
}

#[cfg(test)]
mod tests {
    use super::take;
    use crate::project::Project;

    #[test]
    fn one_at_a_time_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Project::at(folder.path());
        let first = take(&project).expect("nobody else");
        let refused = take(&project).map(drop).expect_err("there is one").to_string();
        assert!(refused.contains("another `cargo sync dev` runs"), "{refused}");
        drop(first);
        assert!(take(&project).is_ok());
    }
}
