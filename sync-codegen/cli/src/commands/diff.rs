//! `cargo sync diff`: what has changed of what the app can be called with, and whom that breaks.
//!
//! Without a revision, the compiled app is held against what it has released. With one, both are read from source, which takes no compiler: two
//! revisions, or one and the files as they are.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

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
    let inside = inside(app_dir)?;
    let is_there = git(app_dir, &["rev-parse", "--verify", "--quiet", &format!("{commit}:{inside}src")])?;
    if is_there.is_none() {
        return Err(Failure::new(format!("there is no such app in `{revision}`: `{inside}`")));
    }
    // By an index of its own: what is staged stays so, and what an archive would leave out is there. Its folders are named from the top of the
    // repository, and so are those that git puts there.
    let (index, there, top) = (folder.join("index"), folder.join("files"), top(app_dir)?);
    let by_index = |arguments: &[&OsStr]| {
        let said = asked(&top, arguments.iter().copied(), Some(("GIT_INDEX_FILE", index.as_os_str())))?;
        said.map_err(|said| {
            let help = "look whether git can check it out";
            Failure::with_help(format!("the files of `{revision}` cannot be had: {said}"), help)
        })
    };
    by_index(&["read-tree".as_ref(), format!("{commit}:{inside}").as_ref()])?;
    let mut prefix = OsString::from("--prefix=");
    prefix.push(there.join(""));
    by_index(&["checkout-index".as_ref(), "--all".as_ref(), &prefix])?;
    Ok(there)
}

fn top(app_dir: &Path) -> Result<PathBuf, Failure> {
    let top = git(app_dir, &["rev-parse", "--show-toplevel"])?;
    top.map(PathBuf::from).ok_or_else(|| Failure::new("the app is not in a repository of git"))
}

/// Where an app is in its repository: `apps/chess/`; empty where it is the whole of it.
fn inside(app_dir: &Path) -> Result<String, Failure> {
    Ok(git(app_dir, &["rev-parse", "--show-prefix"])?.unwrap_or_default())
}

/// What git says, without the end of its line; `None` where it refuses.
fn git(folder: &Path, arguments: &[&str]) -> Result<Option<String>, Failure> {
    Ok(asked(folder, arguments.iter().map(OsStr::new), None)?.ok())
}

/// What git says, or why it refuses.
fn asked<'a>(
    folder: &Path,
    arguments: impl Iterator<Item = &'a OsStr>,
    variable: Option<(&str, &OsStr)>,
) -> Result<Result<String, String>, Failure> {
    let output = Command::new("git").args(arguments).envs(variable).current_dir(folder).output();
    let output = output.map_err(Failure::program("git", "install git"))?;
    let said = |bytes: &[u8]| {
        let said = String::from_utf8_lossy(bytes);
        // Names of folders may end with spaces.
        said.strip_suffix('\n').unwrap_or(&said).to_owned()
    };
    Ok(if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) })
}

/// The app's folder as GitHub names files: seen from the top of the repository.
fn prefix(project: &Project) -> String {
    inside(&project.app_dir).unwrap_or_default()
}
