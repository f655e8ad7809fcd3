//! The block of docs/benchmarks.md that a run writes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the block stands between.
const MARKS: (&str, &str) = ("<!-- figures of the fan-out: begin -->\n", "<!-- figures of the fan-out: end -->\n");

/// The charts, and what a reader who cannot see them reads.
const CHARTS: &[(&str, &str)] = &[
    ("cpu-per-delivery", "server CPU per delivery by entrant, with 1 and with 8 requests in flight"),
    ("cpu-over-members", "server CPU per delivery over the size of the room"),
    ("latency-of-the-last-member", "how long the last of 1000 members waits at 20 requests a second"),
    ("memory-per-connection", "resident memory per idle connection by entrant"),
];

/// Puts the charts that there are and the tables into the page.
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
    let is_there = |(name, _): &&(&str, &str)| docs().join(format!("benchmarks/{name}.svg")).exists();
    let charts = CHARTS.iter().filter(is_there).map(|(name, what)| format!("![{what}](benchmarks/{name}.svg)\n"));
    let block = format!("{}\n\n{}", text.trim_end(), charts.collect::<String>());
    fs::write(&file, [before, MARKS.0, "\n", block.as_str(), "\n", MARKS.1, behind].concat())
}

/// Returns the folder of what users read.
pub(super) fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}
