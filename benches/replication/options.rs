//! What the command line asks for.

use harness::number;

/// What is measured, and how much of it.
#[derive(Debug)]
pub(crate) struct Options {
    /// The only one that is, if not all are.
    cell: Option<String>,
    pub(crate) followers: u64,
    pub(crate) rows: u64,
    pub(crate) rounds: u64,
    pub(crate) large: u64,
    pub(crate) clients: u64,
    pub(crate) seconds: u64,
}

/// What can be measured.
pub(crate) const CELLS: [&str; 4] = ["followers", "rows", "live", "return"];

/// How the program is used.
const USAGE: &str = "\
scripts/bench replication [--quick] [--cell NAME] [--followers N] [--rows N] [--rounds N] [--large N] [--clients N] [--seconds N]
  --quick        few of everything, to see whether it runs
  --cell NAME    only one of followers, rows, live and return
  --followers N  how many follow scopes in which nothing happens (10000)
  --rows N       how many rows are stored in a round (300000)
  --rounds N     how many rounds there are (5)
  --large N      how many rows the large transaction has (1000000)
  --clients N    how many come back (10000)
  --seconds N    how long somebody commits, and others hear of it (10)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            cell: None,
            followers: 10_000,
            rows: 300_000,
            rounds: 5,
            large: 1_000_000,
            clients: 10_000,
            seconds: 10,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--quick" => {
                    options = Self {
                        followers: 1000,
                        rows: 10_000,
                        rounds: 1,
                        large: 50_000,
                        clients: 500,
                        seconds: 2,
                        ..options
                    };
                }
                "--cell" => {
                    let cell = value()?;
                    if !CELLS.contains(&&*cell) {
                        return Err(format!("`{cell}` cannot be measured: expected one of {}", CELLS.join(", ")));
                    }
                    options.cell = Some(cell);
                }
                "--followers" => options.followers = number(&value()?)?,
                "--rows" => options.rows = number(&value()?)?,
                "--rounds" => options.rounds = number(&value()?)?,
                "--large" => options.large = number(&value()?)?,
                "--clients" => options.clients = number(&value()?)?,
                "--seconds" => options.seconds = number(&value()?)?,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        Ok(options)
    }

    /// Returns whether this is measured.
    pub(crate) fn wants(&self, cell: &str) -> bool {
        self.cell.as_deref().is_none_or(|only| only == cell)
    }
}
