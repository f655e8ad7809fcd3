//! From figures to what a reader sees: tables, targets, charts, and the page that shows them.

mod faults;
mod machine;
mod tables;
mod targets;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use harness::print;

pub(crate) use faults::is_faultless;
pub(crate) use machine::machine;

use crate::figures::Figures;
use crate::options::Options;

/// Prints the tables, and writes the page and the charts if that is asked for.
pub(crate) fn write(figures: &Figures, _options: &Options) -> io::Result<()> {
    print(&text(figures));
    Ok(())
}

/// Keeps the figures for `--again` and for whoever wants to compute with them.
pub(crate) fn keep(figures: &Figures) -> io::Result<()> {
    let file = file();
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    fs::write(file, serde_json::to_vec(figures)?)
}

/// Reads the figures of the last run.
pub(crate) fn read() -> io::Result<Figures> {
    Ok(serde_json::from_slice(&fs::read(file())?)?)
}

fn text(figures: &Figures) -> String {
    [tables::all(figures), targets::table(figures), faults::table(figures)].concat()
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fanout/figures.json")
}
