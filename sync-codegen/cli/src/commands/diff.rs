//! `cargo sync diff`: what has changed of what the app can be called with, and whom that breaks.
//!
//! Without a revision, the compiled app is held against what it has released. With one, both are read from source, which takes no compiler: two
//! revisions, or one and the files as they are.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use sync_codegen::ledger::Ledger;
use sync_schema::{Api, Change, compare};

use super::{changes, release};
use crate::failure::Failure;
use crate::options::{Diff, DiffFormat};
use crate::project::Project;
use crate::terminal::Terminal;
use sync_codegen::preview::{self, Preview};

/// What was compared.
struct Compared {
    changes: Vec<Change>,
    /// The newer one.
    api: Api,
    released: Ledger,
    /// What could not be read without a compiler.
    unread: Vec<String>,
}

pub(super) fn run(asked: &Diff, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let compared = match &asked.against {
        None => with_released(project, terminal)?,
        Some(revision) => with_revision(project, revision)?,
    };
    let Compared { changes, api, released, unread } = &compared;
    let located = release::located(changes, project, api, released);
    match asked.format {
        DiffFormat::Json => changes::json(&located, unread, terminal)?,
        DiffFormat::Github => changes::for_github(&located, &prefix(project), terminal)?,
        DiffFormat::People => {
            changes::for_people(&located, terminal)?;
            tell_unread(unread, terminal);
        }
    }
    let breaking = changes.iter().filter(|change| change.is_breaking()).count();
    let so_many = match (changes.len(), breaking) {
        (0, _) => "nothing has changed".to_owned(),
        (all, 0) => format!("{all} changes, and nothing breaks"),
        (all, breaking) => format!("{all} changes, of which {breaking} break somebody"),
    };
    terminal.note(so_many);
    Ok(if breaking == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell_unread(unread: &[String], terminal: &mut Terminal) {
    if let Some(first) = unread.first() {
        let more = if unread.len() > 1 { format!(" and {} more", unread.len() - 1) } else { String::new() };
        terminal.note(format!("not compared, since only a compiler knows what it is: `{first}`{more}"));
    }
}

fn with_released(project: &Project, terminal: &mut Terminal) -> Result<Compared, Failure> {
    let released = release::read(project, terminal)?;
    if released.pages.is_empty() {
        let help = "`cargo sync release` promises what there is; or compare with a revision: `--against main`";
        return Err(Failure::with_help("nothing was released", help));
    }
    let api = release::compiled(project, terminal)?;
    Ok(Compared { changes: released.changes(&api), api, released, unread: Vec::new() })
}

fn with_revision(project: &Project, revision: &str) -> Result<Compared, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("no folder for the files of `{revision}`: {error}")))?;
    let there = unpack(&project.app_dir, revision, folder.path())?;
    let Preview { api: old, kept } = preview::of_source(&there, &project.library);
    let Preview { api, kept: also } = preview::of_source(&project.app_dir, &project.library);
    let mut unread: Vec<_> = kept.into_iter().chain(also).collect();
    unread.sort();
    unread.dedup();
    Ok(Compared { changes: compare(&old, &api), api, released: Ledger::default(), unread })
}

/// Puts the app's files of a revision into `folder`, and returns where the app is in there.
fn unpack(app_dir: &Path, revision: &str, folder: &Path) -> Result<PathBuf, Failure> {
    let said = git(app_dir, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
    let Some(commit) = said else {
        let help = "name a branch, a tag or a commit: `--against main`";
        return Err(Failure::with_help(format!("git knows no revision `{revision}`"), help));
    };
    let inside = git(app_dir, &["rev-parse", "--show-prefix"])?.unwrap_or_default();
    let mut archive = Command::new("git");
    // Seen from the top, whatever folder this is.
    archive.args(["archive", "--format=tar", commit.trim()]).current_dir(top(app_dir)?).stdout(Stdio::piped());
    if !inside.trim().is_empty() {
        archive.arg(inside.trim());
    }
    let mut archive = archive.spawn().map_err(Failure::program("git", "install git"))?;
    let files = archive.stdout.take().ok_or_else(|| Failure::new("git has no output"))?;
    let unpacked = Command::new("tar").args(["-x", "-C"]).arg(folder).stdin(files).status();
    let unpacked = unpacked.map_err(Failure::program("tar", "install tar"))?;
    let packed = archive.wait().is_ok_and(|status| status.success());
    let there = folder.join(inside.trim());
    if !packed || !unpacked.success() || !there.join("src").is_dir() {
        return Err(Failure::new(format!("there is no such app in `{revision}`: `{}`", inside.trim())));
    }
    Ok(there)
}

fn top(app_dir: &Path) -> Result<PathBuf, Failure> {
    let top = git(app_dir, &["rev-parse", "--show-toplevel"])?;
    top.map(|top| PathBuf::from(top.trim())).ok_or_else(|| Failure::new("the app is not in a repository of git"))
}

/// What git says; `None` where it refuses.
fn git(folder: &Path, arguments: &[&str]) -> Result<Option<String>, Failure> {
    let output = Command::new("git").args(arguments).current_dir(folder).stderr(Stdio::null()).output();
    let output = output.map_err(Failure::program("git", "install git"))?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// The app's folder as GitHub names files: seen from the top of the repository.
fn prefix(project: &Project) -> String {
    git(&project.app_dir, &["rev-parse", "--show-prefix"])
        .ok()
        .flatten()
        .map(|inside| inside.trim().to_owned())
        .unwrap_or_default()
}
