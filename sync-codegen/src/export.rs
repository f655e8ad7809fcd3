//! The build script of an app's server.

use std::io;
use std::path::{Path, PathBuf};

use sync_schema::Api;

use crate::cargo;
use crate::diagnostic::Diagnostic;
use crate::emit;
use crate::output::{self, Sameness};
use crate::syntax::handler_file::HandlerFile;

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
        Err(ExportError::Types(problems)) => problems.iter().map(Diagnostic::one_line).collect(),
        Err(error) => vec![error.to_string()],
    };
    errors.iter().for_each(|error| cargo::error(error));
}

#[derive(Debug)]
enum ExportError {
    /// The types cannot be told apart in TypeScript.
    Types(Vec<Diagnostic>),
    Manifest {
        path: PathBuf,
        what: String,
    },
    Stale(String),
    Write(PathBuf, io::Error),
}

fn run(api: &Api) -> Result<(), ExportError> {
    let app_dir = Path::new(&api.manifest_dir);
    let manifest = app_dir.join("Cargo.toml");
    cargo::rerun_if_changed(&manifest);
    let source = std::fs::read_to_string(&manifest)
        .map_err(|error| ExportError::Manifest { path: manifest.clone(), what: error.to_string() })?;
    let types = types_path(&source).map_err(|what| ExportError::Manifest { path: manifest, what })?;
    let path = app_dir.join(&types);
    cargo::rerun_if_changed(&path);
    let is_check = cargo::is_check_of_types();
    keep(api)?;
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

/// Reads `[package.metadata.sync] types` in the text of an app's `Cargo.toml`: where its TypeScript goes, seen from the app's folder.
///
/// # Errors
///
/// Says what is wrong with the entry, or that there is none.
pub fn types_path(manifest: &str) -> Result<String, String> {
    let table = manifest.parse::<toml::Table>().map_err(|error| error.message().to_owned())?;
    let mut value = None;
    let mut section = Some(&table);
    for key in ["package", "metadata", "sync", "types"] {
        value = section.and_then(|section| section.get(key));
        section = value.and_then(toml::Value::as_table);
    }
    let Some(value) = value else {
        return Err("it does not say where the TypeScript goes".into());
    };
    let Some(path) = value.as_str() else {
        return Err(format!("`types` in [package.metadata.sync] is a text, not {}", article(value.type_str())));
    };
    if Path::new(path).is_relative() && path.ends_with(".ts") {
        Ok(path.to_owned())
    } else {
        Err(format!("`types` in [package.metadata.sync] is a `.ts` file, seen from the app's folder, not `{path}`"))
    }
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

impl std::fmt::Display for ExportError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Types(problems) => write!(out, "{} types have no TypeScript", problems.len()),
            Self::Manifest { path, what } => write!(
                out,
                "{}: {what}; write `[package.metadata.sync]` and `types = \"web/src/_sockets/apiTypes.generated.ts\"`",
                path.display()
            ),
            Self::Stale(types) => write!(out, "{types} is stale: run `cargo build` and commit the file"),
            Self::Write(path, error) => write!(out, "cannot write `{}`: {error}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::diagnostic::Diagnostic;

    fn check(manifest: &str, expected: Expect) {
        let text = super::types_path(manifest).unwrap_or_else(|error| format!("error: {error}"));
        expected.assert_eq(&text);
    }

    #[test]
    fn the_place_of_the_types_is_named_in_the_manifest() {
        check("[package.metadata.sync]\ntypes = \"web/src/api.ts\"", expect!["web/src/api.ts"]);
    }

    #[test]
    fn what_an_editor_adds_to_a_manifest_changes_nothing() {
        check("\u{feff}[package.metadata.sync]\r\ntypes = \"web/src/api.ts\"\r\n", expect!["web/src/api.ts"]);
    }

    #[test]
    fn a_missing_or_wrong_place_is_told() {
        check("[package]\nname = \"app\"", expect!["error: it does not say where the TypeScript goes"]);
        check("[package.metadata.sync]", expect!["error: it does not say where the TypeScript goes"]);
        check(
            "[package.metadata.sync]\ntypes = 5",
            expect!["error: `types` in [package.metadata.sync] is a text, not an integer"],
        );
        check(
            "[package.metadata.sync]\ntypes = [\"a.ts\"]",
            expect!["error: `types` in [package.metadata.sync] is a text, not an array"],
        );
        check(
            "[package.metadata.sync]\ntypes = \"/tmp/api.ts\"",
            expect![
                "error: `types` in [package.metadata.sync] is a `.ts` file, seen from the app's folder, not `/tmp/api.ts`"
            ],
        );
        check(
            "[package.metadata.sync]\ntypes = \"api.js\"",
            expect![
                "error: `types` in [package.metadata.sync] is a `.ts` file, seen from the app's folder, not `api.js`"
            ],
        );
        check("[package", expect!["error: unclosed table, expected `]`"]);
    }

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
