//! Called by an app's `build.rs`: handler files in; module tree, dispatch table and TypeScript out.
//!
//! Read ([`syntax`]), check, [`emit`], write are separate steps over a plain model, and the mistakes of all files are collected
//! before the first is told. The generator knows file names and the outside of handlers; what a type looks like in JSON
//! it learns from the compiled app alone, through [`sync_schema::Api`].

pub mod emit;
pub mod problems;
pub mod syntax;

mod build;
mod cargo;
mod check;
mod diagnostic;
mod export;
mod generate;
mod lane;
mod manifest;
mod model;
mod output;
mod scan;
mod watch;

use std::path::Path;

pub use build::build;
pub use diagnostic::Diagnostic;
pub use export::export;
pub use generate::{Generated, generate};

/// Returns every mistake in the file tree of the app in `app_dir` and every missing sentence, sorted.
#[must_use]
pub fn check(app_dir: &Path) -> Vec<Diagnostic> {
    let Generated { mut problems, missing_messages, .. } = generate(app_dir);
    problems.extend(missing_messages);
    problems.sort();
    problems
}
