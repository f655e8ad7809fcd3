//! From figures to what a reader sees: tables, targets, charts, and the page that shows them.

mod bus;
mod charts;
mod faults;
mod machine;
mod page;
mod tables;
mod targets;

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use harness::print;

pub(crate) use machine::machine;

use crate::entrants::{ENTRANTS, Entrant};
use crate::figures::{FANOUT, Figures};
use crate::options::Options;

/// Prints the tables, and writes the page and the charts if that is asked for.
pub(crate) fn write(figures: &Figures, options: &Options) -> Result<(), Box<dyn Error>> {
    for (block, part) in figures.parts() {
        let text = text(&part);
        print(&text);
        if options.write && block == FANOUT {
            charts::draw(&part)?;
        }
        if options.write {
            page::write(block, &text)?;
        }
    }
    Ok(())
}

/// Returns whether nothing was lost, doubled or reordered by those who are held to that.
pub(crate) fn is_faultless(figures: &Figures) -> bool {
    faults::of_held(figures) == 0
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
    let machine = figures.machine.iter().map(|line| format!("* {line}\n")).collect::<String>();
    let absent = figures.absent.iter().map(|(name, why)| format!("* {name} is left out: {why}\n")).collect::<String>();
    let who = format!("### Who is measured\n\n{}\n", who(figures));
    let targets = targets::table(figures) + &bus::targets(figures);
    let tables = tables::all(figures) + &bus::tables(figures);
    [machine, absent, "\n".to_owned(), targets, who, tables, faults::table(figures)].concat()
}

/// Says what each entrant does.
fn who(figures: &Figures) -> String {
    let is_there = |entrant: &&Entrant| figures.samples.iter().any(|sample| sample.entrant == entrant.name);
    let line = |entrant: &Entrant| format!("* **{}**: {}.\n", entrant.name, entrant.does);
    ENTRANTS.iter().filter(is_there).map(line).collect()
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fanout/figures.json")
}
