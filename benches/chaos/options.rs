//! What the command line asks for.

use std::time::{SystemTime, UNIX_EPOCH};

use harness::number;

/// How many there are, and what happens to them.
#[derive(Debug)]
pub(crate) struct Options {
    /// How many members there are, half of them in each room.
    pub(crate) members: usize,
    /// How often something happens; in the middle of it the server is killed.
    pub(crate) rounds: u64,
    /// How many events follow each other at once, in each room.
    pub(crate) burst: usize,
    /// Which connections fare badly, and how.
    pub(crate) seed: u64,
}

/// How the program is used.
const USAGE: &str = "\
make chaos, or cargo bench --package sync-benches --bench chaos -- [--members N] [--rounds N] [--burst N] [--seed N]
  --members N  how many there are, half of them in each room (1000)
  --rounds N   how many bursts there are; the server is killed in the middle one (12)
  --burst N    how many events are in one, in each room (400)
  --seed N     which connections fare badly, and how (another one each time)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { members: 1000, rounds: 12, burst: 400, seed: any_seed() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--members" => options.members = number(&value()?)?,
                "--rounds" => options.rounds = number(&value()?)?,
                "--burst" => options.burst = number(&value()?)?,
                "--seed" => options.seed = number(&value()?)?,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        if options.members < 2 || options.rounds == 0 || options.burst == 0 {
            return Err("nobody is there, or nothing happens: expected two members, a round and an event".to_owned());
        }
        Ok(options)
    }
}

fn any_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()))
}
