//! The build script of an app.

use std::io;
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::generate;
use crate::ledger::{self, Ledger};
use crate::manifest;
use crate::output::{self, Sameness};
use crate::scan;
use crate::watch::watch;
use sync_syntax::problems::FILE_NAME as PROBLEMS;

/// Writes the module tree and the dispatch table of the app whose `build.rs` calls it.
///
/// The module tree is `src/sync.generated.rs` and changes only when a file comes, goes or gets another name; the table is
/// `$OUT_DIR/sync_table.rs`. Mistakes in the file tree do not stop the script: the attributes in the user's files show them as
/// compile errors. With `SYNC_CHECK=1` a module tree that is not current fails the build and is left alone.
///
/// ```no_run
/// // build.rs, in `fn main()`
/// sync_codegen::build();
/// ```
pub fn build() {
    if let Err(error) = run() {
        cargo::error(&error.to_string());
    }
}

#[derive(Debug)]
enum BuildError {
    NoVariable(&'static str),
    PanicAbort,
    Stale,
    Write(PathBuf, io::Error),
}

fn run() -> Result<(), BuildError> {
    let app_dir = folder("CARGO_MANIFEST_DIR")?;
    let out_dir = folder("OUT_DIR")?;
    refuse_abort()?;
    let tree = scan::scan(&app_dir);
    let released = Ledger::read(&app_dir);
    // What cannot be read is told below.
    let generated = generate::of_tree(&app_dir, &tree, released.as_ref().unwrap_or(&Ledger::default()));
    cargo::rerun_if_changed(&app_dir.join(manifest::FILE));
    watch(&app_dir.join("src"), &out_dir);
    watch(&app_dir.join("locales"), &out_dir);
    for missing in &generated.missing_messages {
        cargo::warn(&missing.one_line());
    }
    let path = app_dir.join("src").join(scan::MODULE_TREE);
    if output::is_stale(&path, &generated.module_tree, Sameness::Words) {
        if cargo::is_check() {
            return Err(BuildError::Stale);
        }
        write(&path, &generated.module_tree)?;
    }
    write_if_changed(&out_dir.join("sync_table.rs"), &generated.table)?;
    let broken = if cargo::is_on(ledger::OFF) { String::new() } else { ledger::of_source(&app_dir, &tree, &released) };
    write_if_changed(&out_dir.join(PROBLEMS), &(generated.problems_file + &broken))
}

/// A panic in a handler is caught; with `panic = "abort"` it would take every member down.
fn refuse_abort() -> Result<(), BuildError> {
    match std::env::var("CARGO_CFG_PANIC") {
        Ok(strategy) if strategy == "abort" => Err(BuildError::PanicAbort),
        _ => Ok(()),
    }
}

fn folder(variable: &'static str) -> Result<PathBuf, BuildError> {
    std::env::var_os(variable).map(PathBuf::from).ok_or(BuildError::NoVariable(variable))
}

fn write_if_changed(path: &Path, text: &str) -> Result<(), BuildError> {
    if output::is_stale(path, text, Sameness::Lines) { write(path, text) } else { Ok(()) }
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
    output::replace(path, text, output::program_time()).map_err(|error| BuildError::Write(path.to_owned(), error))
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoVariable(name) => {
                write!(out, "`{name}` is not set: call `sync_codegen::build()` from the app's build.rs")
            }
            Self::PanicAbort => write!(
                out,
                "an app cannot be built with `panic = \"abort\"`: a panic in one handler would end the server for everybody; \
                 remove the setting"
            ),
            Self::Stale => write!(out, "src/{} is stale: run `cargo build` and commit the file", scan::MODULE_TREE),
            Self::Write(path, error) => write!(out, "cannot write `{}`: {error}", path.display()),
        }
    }
}
