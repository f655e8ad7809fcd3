//! What the command line asks for.

use harness::number;
use harness::protocol::Route;

/// How many come back, how often, and to what.
#[derive(Debug)]
pub(crate) struct Options {
    /// How many lose their connections.
    pub(crate) members: usize,
    /// How many stay.
    pub(crate) stay: usize,
    /// How many events happen meanwhile.
    pub(crate) missed: u64,
    pub(crate) rounds: usize,
    /// What the events are.
    pub(crate) routes: Vec<Route>,
}

/// How the program is used.
const USAGE: &str = "\
scripts/bench storm [--members N] [--stay N] [--missed N] [--rounds N] [--route NAME]…
  --members N   how many lose their connections and come back (10000)
  --stay N      how many stay (50)
  --missed N    how many events happen meanwhile (100)
  --rounds N    how often either is measured (5)
  --route NAME  plain, equal, named or group; may be repeated (all)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { members: 10_000, stay: 50, missed: 100, rounds: 5, routes: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--members" => options.members = number(&value()?)?,
                "--stay" => options.stay = number(&value()?)?,
                "--missed" => options.missed = number(&value()?)?,
                "--rounds" => options.rounds = number(&value()?)?,
                "--route" => options.routes.push(route(&value()?)?),
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        if options.members == 0 || options.stay == 0 {
            return Err("nobody goes, or nobody stays: expected numbers above 0".to_owned());
        }
        if options.routes.is_empty() {
            options.routes = vec![Route::Equal, Route::Named, Route::Group, Route::Plain];
        }
        Ok(options)
    }
}

fn route(text: &str) -> Result<Route, String> {
    match text {
        "plain" => Ok(Route::Plain),
        "equal" => Ok(Route::Equal),
        "named" => Ok(Route::Named),
        "group" => Ok(Route::Group),
        _ => Err(format!("`{text}` is no route: expected plain, equal, named or group")),
    }
}
