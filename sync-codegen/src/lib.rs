//! Called by an app's `build.rs`: handler files in; module tree, dispatch table and TypeScript out.
//!
//! Read ([`sync_syntax`]), check, [`emit`], write are separate steps over a plain model, and the mistakes of all files are collected
//! before the first is told. The generator knows file names and the outside of handlers; what a type looks like in JSON
//! it learns from the compiled app alone, through [`sync_schema::Api`].

pub mod emit;
pub mod lane;
pub mod ledger;
pub mod preview;

mod build;
mod cargo;
mod check;
mod diagnostic;
mod export;
mod generate;
mod listing;
mod manifest;
mod model;
mod output;
mod problems;
mod released;
mod scan;
mod watch;

use std::path::Path;

pub use build::build;
pub use diagnostic::Diagnostic;
pub use export::{API_FILE, STALE, export};
pub use generate::{Generated, generate};
pub use listing::{ListedFile, ListedOlder, ListedRoom, ListedRoute, Listing, Placed, list, page_mistake, place};
pub use manifest::types_path;

/// Returns every mistake in the file tree of the app in `app_dir` and every missing sentence, sorted.
#[must_use]
pub fn check(app_dir: &Path) -> Vec<Diagnostic> {
    let Generated { mut problems, missing_messages, .. } = generate(app_dir);
    problems.extend(missing_messages);
    problems.sort();
    problems
}

/// Returns every mistake in the file tree of the app in `app_dir`, sorted: what they name is left out of the table.
#[must_use]
pub fn mistakes(app_dir: &Path) -> Vec<Diagnostic> {
    generate(app_dir).problems
}

/// Returns that `src/sync.generated.rs` of the app in `app_dir` is not what [`build()`] would write, if it is not.
#[must_use]
pub fn stale_module_tree(app_dir: &Path) -> Option<Diagnostic> {
    let path = app_dir.join("src").join(scan::MODULE_TREE);
    let is_stale = output::is_stale(&path, &generate(app_dir).module_tree, output::Sameness::Words);
    is_stale.then(|| {
        let file = format!("src/{}", scan::MODULE_TREE);
        Diagnostic::new(
            file,
            "the generated module tree is stale",
            "run `cargo build`, or `cargo sync dev`, and commit the file",
        )
    })
}

/// Writes `src/sync.generated.rs` of the app in `app_dir` as [`build()`] would, unless it is so already, and returns what the app has besides.
///
/// # Errors
///
/// The file cannot be written.
pub fn write_module_tree(app_dir: &Path) -> std::io::Result<Generated> {
    let generated = generate(app_dir);
    let path = app_dir.join("src").join(scan::MODULE_TREE);
    if output::is_stale(&path, &generated.module_tree, output::Sameness::Words) {
        output::replace(&path, &generated.module_tree, None)?;
    }
    Ok(generated)
}
