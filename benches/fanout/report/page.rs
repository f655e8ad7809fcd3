//! The block of docs/benchmarks.md that a run writes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the block stands between.
const MARKS: (&str, &str) = ("<!-- figures of the fan-out: begin -->\n", "<!-- figures of the fan-out: end -->\n");

/// Puts the tables into the page.
///
/// # Errors
///
/// If the page cannot be read or written, or has no place for them.
pub(super) fn write(text: &str) -> io::Result<()> {
    let file = docs().join("benchmarks.md");
    let page = fs::read_to_string(&file)?;
    let missing =
        || io::Error::other(format!("`{}` has no place for the tables: expected `{}`", file.display(), MARKS.0.trim()));
    let (before, rest) = page.split_once(MARKS.0).ok_or_else(missing)?;
    let (_, behind) = rest.split_once(MARKS.1).ok_or_else(missing)?;
    fs::write(&file, [before, MARKS.0, "\n", text.trim_end(), "\n\n", MARKS.1, behind].concat())
}

/// Returns the folder of what users read.
pub(super) fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}
