//! The blocks of docs/benchmarks.md that a run writes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::figures::FANOUT;

/// The charts of the fan-out, and what a reader who cannot see them reads.
const CHARTS: &[(&str, &str)] = &[
    ("cpu-per-delivery", "server CPU per delivery by entrant, with 1 and with 8 requests in flight"),
    ("cpu-over-members", "server CPU per delivery over the size of the room"),
    ("latency-of-the-last-member", "how long the last of 1000 members waits at 20 requests a second"),
    ("memory-per-connection", "resident memory per idle connection by entrant"),
];

/// Puts the tables into the block of this name, and the charts that there are.
///
/// # Errors
///
/// If the page cannot be read or written, or has no place for them.
pub(super) fn write(block: &str, text: &str) -> io::Result<()> {
    let marks = ["begin", "end"].map(|end| format!("<!-- figures of {block}: {end} -->\n"));
    let file = docs().join("benchmarks.md");
    let page = fs::read_to_string(&file)?;
    let missing = || {
        io::Error::other(format!("`{}` has no place for the tables: expected `{}`", file.display(), marks[0].trim()))
    };
    let (before, rest) = page.split_once(&*marks[0]).ok_or_else(missing)?;
    let (_, behind) = rest.split_once(&*marks[1]).ok_or_else(missing)?;
    let is_there = |(name, _): &&(&str, &str)| docs().join(format!("benchmarks/{name}.svg")).exists();
    let charts = if block == FANOUT { CHARTS } else { &[] };
    let charts = charts.iter().filter(is_there).map(|(name, what)| format!("![{what}](benchmarks/{name}.svg)\n"));
    let block = format!("{}\n\n{}", text.trim_end(), charts.collect::<String>());
    fs::write(&file, [before, &marks[0], "\n", block.trim_end(), "\n\n", &marks[1], behind].concat())
}

/// Returns the folder of what users read.
pub(super) fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}
