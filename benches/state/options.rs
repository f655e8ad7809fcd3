//! What the command line asks for.

use harness::number;

/// How often to measure, and what.
#[derive(Debug)]
pub(crate) struct Options {
    /// Whether it is only to be seen that everything runs.
    pub(crate) quick: bool,
    /// How often everybody is measured.
    pub(crate) rounds: usize,
    /// How many follow.
    pub(crate) members: usize,
    /// Only cells of these names; empty for all.
    cells: Vec<String>,
}

/// How the program is used.
const USAGE: &str = "\
scripts/bench state [--quick] [--cell NAME]… [--rounds N] [--members N]
  --quick       two short rounds, to see whether it runs
  --cell NAME   memory, rates, saves, reload, patches, pushes, reads or pokes; may be repeated (all)
  --rounds N    how often everybody is measured (9)
  --members N   how many follow (1000)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { quick: false, rounds: 9, members: 1000, cells: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--quick" => (options.quick, options.rounds) = (true, 2),
                "--cell" => options.cells.push(value()?),
                "--rounds" => options.rounds = number(&value()?)?,
                "--members" => options.members = number(&value()?)?,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, cell: &str) -> bool {
        self.cells.is_empty() || self.cells.iter().any(|wanted| wanted == cell)
    }

    /// Returns how much is done for one figure: less where it is only to be seen that it runs.
    pub(crate) fn times(&self, usual: u64) -> u64 {
        if self.quick { usual.div_ceil(10) } else { usual }
    }
}
