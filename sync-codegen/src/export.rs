//! The build script of an app's server.

use std::io;
use std::path::{Path, PathBuf};

use sync_schema::Api;

use crate::cargo;
use crate::diagnostic::Diagnostic;
use crate::emit;
use crate::ledger;
use crate::manifest;
use crate::output::{self, Sameness};
use sync_syntax::handler_file::HandlerFile;

/// What a build says of a generated file that is not current, behind its name.
pub const STALE: &str = "is stale";

/// The file in `$OUT_DIR` of a server's build script with the [`Api`] of its app, as JSON.
pub const API_FILE: &str = "sync-api.json";

/// Writes the TypeScript of the app whose server's `build.rs` calls it with `app::export_types`.
///
/// The file's place stands in the app's `Cargo.toml`: `[package.metadata.sync] types = "web/src/_sockets/apiTypes.generated.ts"`.
/// It is written only when its text changed. With `SYNC_CHECK=1` a file that is not current fails the build and is left alone.
/// What it is written from stands in `$OUT_DIR/sync-api.json`, for programs that know the app by that alone.
///
/// ```no_run
/// # mod app { pub fn export_types() -> sync_schema::Api { unimplemented!() } }
/// // server/build.rs, in `fn main()`
/// sync_codegen::export(app::export_types);
/// ```
pub fn export(export_types: fn() -> Api) {
    let errors = match run(&export_types()) {
        Ok(()) => return,
        Err(ExportError::Types(problems) | ExportError::Broken(problems)) => {
            problems.iter().map(Diagnostic::one_line).collect()
        }
        Err(error) => vec![error.to_string()],
    };
    errors.iter().for_each(|error| cargo::error(error));
}

#[derive(Debug)]
enum ExportError {
    /// The types cannot be told apart in TypeScript.
    Types(Vec<Diagnostic>),
    /// What was released does not hold any more.
    Broken(Vec<Diagnostic>),
    Manifest {
        path: PathBuf,
        what: String,
    },
    Stale(String),
    Write(PathBuf, io::Error),
}

fn run(api: &Api) -> Result<(), ExportError> {
    let app_dir = Path::new(&api.manifest_dir);
    let path = app_dir.join(manifest::FILE);
    cargo::rerun_if_changed(&path);
    let source = std::fs::read_to_string(&path)
        .map_err(|error| ExportError::Manifest { path: path.clone(), what: error.to_string() })?;
    let types = manifest::types_path(&source).map_err(|what| ExportError::Manifest { path, what })?;
    let path = app_dir.join(&types);
    cargo::rerun_if_changed(&path);
    let is_check = cargo::is_check_of_types();
    keep(api)?;
    let broken = if cargo::is_on(ledger::OFF) { Vec::new() } else { ledger::judge(app_dir, api) };
    if !broken.is_empty() {
        return Err(ExportError::Broken(broken));
    }
    let text = emit::typescript(api).map_err(|problems| ExportError::Types(located(problems, app_dir)))?;
    if !output::is_stale(&path, &text, Sameness::Lines) {
        return Ok(());
    }
    if is_check {
        return Err(ExportError::Stale(types));
    }
    // What lies in the app's `src/` is watched by the app's own script, which ran before this one was linked.
    let latest = if path.starts_with(app_dir.join("src")) { None } else { output::program_time() };
    output::replace(&path, &text, latest).map_err(|error| ExportError::Write(path, error))
}

/// Leaves the app behind as data.
fn keep(api: &Api) -> Result<(), ExportError> {
    let Some(out_dir) = std::env::var_os("OUT_DIR") else { return Ok(()) };
    let path = Path::new(&out_dir).join(API_FILE);
    let json = serde_json::to_string(api).map_err(|error| ExportError::Write(path.clone(), error.into()))?;
    if output::is_stale(&path, &json, Sameness::Lines) {
        output::replace(&path, &json, output::program_time()).map_err(|error| ExportError::Write(path, error))?;
    }
    Ok(())
}

/// Adds the line of the handler to mistakes of a handler's file.
fn located(problems: Vec<Diagnostic>, app_dir: &Path) -> Vec<Diagnostic> {
    let line = |problem: &Diagnostic| {
        // Other mistakes name a type.
        let file = Some(&problem.file).filter(|file| file.ends_with(".rs"))?;
        let handlers = HandlerFile::read(&app_dir.join(file)).outline?.handlers;
        handlers.iter().find(|handler| handler.name == "main").map(|handler| handler.line)
    };
    let located = problems.into_iter().map(|problem| match line(&problem) {
        Some(line) => problem.at_line(line),
        None => problem,
    });
    located.collect()
}

impl std::fmt::Display for ExportError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(problems) => write!(out, "{} promises are broken", problems.len()),
            Self::Types(problems) => write!(out, "{} types have no TypeScript", problems.len()),
            Self::Manifest { path, what } => write!(
                out,
                "{}: {what}; write `[package.metadata.sync]` and `types = \"web/src/_sockets/apiTypes.generated.ts\"`",
                path.display()
            ),
            Self::Stale(types) => write!(out, "{types} {STALE}: run `cargo build` and commit the file"),
            Self::Write(path, error) => write!(out, "cannot write `{}`: {error}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostic;

    #[test]
    fn a_mistake_of_a_handlers_file_is_told_at_its_main() {
        let app = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(app.path().join("src/_api")).expect("a folder");
        let handler = "\n\n#[sync::request]\npub async fn main() {}\n";
        std::fs::write(app.path().join("src/_api/find_v1.rs"), handler).expect("a file");
        let problems = ["src/_api/find_v1.rs", "src/_api/gone_v1.rs", "app::shop::Item"];
        let located = super::located(problems.map(|file| Diagnostic::new(file, "what", "help")).to_vec(), app.path());
        assert_eq!(located.iter().map(|problem| problem.line).collect::<Vec<_>>(), [Some(3), None, None]);
    }
}
