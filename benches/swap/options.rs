//! What the command line asks for.

use harness::number;

/// How many there are, where, and how often the server is replaced.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) members: usize,
    pub(crate) swaps: usize,
    /// `passing-1`, whose history is in memory, or `lasting-1`, whose history is in a file.
    pub(crate) room: String,
}

/// How the program is used.
const USAGE: &str = "\
scripts/bench swap [--members N] [--swaps N] [--room ROOM]
  --members N  how many there are (1000)
  --swaps N    how often the server is replaced (5)
  --room ROOM  where they are: `passing-1`, whose history is in memory, or `lasting-1`, whose history is in a file (passing-1)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { members: 1000, swaps: 5, room: "passing-1".to_owned() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--members" => options.members = number(&value()?)?,
                "--swaps" => options.swaps = number(&value()?)?,
                "--room" => options.room = value()?,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        let is_known = ["passing-1", "lasting-1"].contains(&&*options.room);
        if options.members < 2 || options.swaps == 0 || !is_known {
            return Err(format!(
                "nobody is there, or nothing happens: expected two members, a swap and a room\n{USAGE}"
            ));
        }
        Ok(options)
    }
}
