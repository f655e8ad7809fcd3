//! What the command line asks for.

use harness::number;

/// How many follow.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) followers: u64,
}

/// How the program is used.
const USAGE: &str = "\
scripts/bench replication [--quick] [--followers N]
  --quick        few of everything, to see whether it runs
  --followers N  how many follow scopes in which nothing happens (10000)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { followers: 10_000 };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--quick" => options.followers = 1000,
                "--followers" => options.followers = number(&value()?)?,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        Ok(options)
    }
}
