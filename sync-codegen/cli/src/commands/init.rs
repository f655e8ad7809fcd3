//! `cargo sync init`: a new app that builds and passes its tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::Failure;
use crate::options::Init;
use crate::scaffold::app::Clone;
use crate::terminal::Terminal;

/// The package names that cargo keeps for itself, or that would be somebody else's here.
const TAKEN: [&str; 8] = ["app", "build", "core", "proc-macro", "server", "std", "sync", "test"];

pub(super) fn run(asked: &Init, from: &Path, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let folder = from.join(&asked.folder);
    let name = match &asked.name {
        Some(name) => name.clone(),
        None => suggested(&folder),
    };
    check_name(&name)?;
    check_folder(&folder)?;
    let files = Clone::of_this_program()?.app(&name, asked.bare)?;
    let count = files.len();
    for (path, content) in files {
        write(&folder.join(path), &content)?;
    }
    sync_codegen::write_module_tree(&folder)
        .map_err(|error| Failure::new(format!("cannot write src/sync.generated.rs: {error}")))?;
    terminal.done("created", format!("`{name}`, {count} files"));
    terminal.note(format!("          cd {} && cargo sync dev", asked.folder.display()));
    Ok(ExitCode::SUCCESS)
}

/// A name made of that of the folder.
fn suggested(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let last = absolute.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name: String =
        last.chars().map(|sign| if sign.is_ascii_alphanumeric() || sign == '_' { sign } else { '-' }).collect();
    name.trim_matches('-').to_owned()
}

fn check_name(name: &str) -> Result<(), Failure> {
    let is_plain =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
    let what = if TAKEN.contains(&name) {
        format!("`{name}` means something else to cargo, or in an app")
    } else if !is_plain || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        format!("`{name}` cannot be the name of a package: use a–z, 0–9, `-` and `_`, the first a letter")
    } else {
        return Ok(());
    };
    Err(Failure::with_help(what, "choose another one with `--name`"))
}

fn check_folder(folder: &Path) -> Result<(), Failure> {
    let what = match fs::read_dir(folder) {
        // A repository that was just begun is as good as empty.
        Ok(mut entries) => match entries.find_map(|entry| entry.ok().filter(|entry| entry.file_name() != ".git")) {
            None => return Ok(()),
            Some(entry) => format!("`{}` is not empty: it has `{}`", folder.display(), entry.file_name().display()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => format!("cannot read `{}`: {error}", folder.display()),
    };
    Err(Failure::with_help(what, "name a folder that is not there yet"))
}

fn write(path: &PathBuf, content: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Failure::file("make", folder))?;
    fs::write(path, content).map_err(Failure::file("write", path))
}
