//! What can be asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use sync_codegen::lane::{Form, Lane};
use sync_schema::Day;

use crate::failure::Failure;

/// The command line of Syncwright.
#[derive(Debug, Parser)]
#[command(name = "cargo-sync", bin_name = "cargo sync", version, about)]
pub(crate) struct Options {
    /// The folder in which to look for the app, or one inside of it
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The package with the handlers, where a workspace has several apps
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// Whether to write colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to write colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// What to do with what rows are read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplicationVerb {
    /// Make what is missing in the database
    Init,
    /// Say what there is, and what is missing
    Status,
    /// Take it away, but for the tables of the app and the log
    Drop,
}

/// One thing to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new app that builds and passes its tests
    Init(Init),
    /// Write the files of a new route, or the missing file of one
    New(New),
    /// Remove a route, or one file of it
    Remove(Remove),
    /// Build and run the app, and do so again whenever a file is saved
    Dev(Dev),
    /// Print the routes and rooms of the app
    List(List),
    /// Find mistakes, missing translations and stale generated files
    Check(Check),
    /// Print the code that is generated for the app, or for one route
    Expand(Expand),
    /// Write down the routes with their types, rules and docs
    Docs(Docs),
    /// Promise what the app can be called with, and hold every later build to it
    Release(Release),
    /// Tell what has changed of what the app can be called with
    Diff(Diff),
    /// Tell what this build would mean for those who are connected to a running server
    Plan(Plan),
    /// Make, look at or take away what rows of a Postgres are read by
    Replication {
        /// What to do
        verb: ReplicationVerb,
    },
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// Make a new app.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder of the app; it must not be there yet, or be empty
    pub(crate) folder: PathBuf,
    /// One page with one event, instead of the pages of the template
    #[arg(long)]
    pub(crate) bare: bool,
    /// The name of the package; that of the folder if it is not given
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// A route, as the first arguments of a command name it.
#[derive(Debug, Args)]
pub(crate) struct RouteName {
    /// The lane and the route: `event chess/move`; the lane is `event` if it is not given, and `room chess` is the rule of a page's rooms
    #[arg(value_names = ["LANE", "PAGE/NAME"], num_args = 1..=2, required = true)]
    pub(crate) words: Vec<String>,
    /// The version
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) version: Option<u32>,
    /// The file that runs once
    #[arg(long)]
    pub(crate) server: bool,
    /// The file that runs for each member of the room
    #[arg(long)]
    pub(crate) client: bool,
}

impl RouteName {
    /// Returns the files that `--server` and `--client` name.
    pub(crate) fn forms(&self, lane: &'static Lane) -> Result<Vec<&'static Form>, Failure> {
        let sides = [("server", self.server), ("client", self.client)];
        let named = sides.into_iter().filter(|(_, is_named)| *is_named).map(|(side, _)| {
            lane.form_of_side(side).ok_or_else(|| {
                let what = format!("a route of the lane `{}` has no `{side}` file", lane.name);
                Failure::with_help(what, format!("leave out `--{side}`")).usage()
            })
        });
        named.collect()
    }
}

/// Write the files of a route.
#[derive(Debug, Args)]
pub(crate) struct New {
    #[command(flatten)]
    pub(crate) route: RouteName,
    /// Begin a new version with the files of this one: `v1`; it is the next that there is none of, if `--version` is not given
    #[arg(long, value_name = "VERSION", value_parser = version, conflicts_with_all = ["server", "client"])]
    pub(crate) from: Option<u32>,
}

/// Reads `v1`, or `1`.
fn version(text: &str) -> Result<u32, String> {
    let number = text.strip_prefix('v').unwrap_or(text).parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "a version is `v1`, `v2`, …".to_owned())
}

/// Remove the files of a route.
#[derive(Debug, Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) route: RouteName,
}

/// Build, run, watch.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Do not run Vite for the page
    #[arg(long)]
    pub(crate) no_web: bool,
    /// Print one JSON object for each thing that happens
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print the routes.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Find mistakes.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Only look at files; do not compile the app to compare its types
    #[arg(long)]
    pub(crate) no_build: bool,
}

/// Print generated code.
#[derive(Debug, Args)]
pub(crate) struct Expand {
    /// `chess/move`, `event chess/move`, or the path of a file; everything that is generated if it is not given
    #[arg(value_name = "ROUTE", num_args = 0..=2)]
    pub(crate) words: Vec<String>,
}

/// Write the reference of the app.
#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the page goes; `docs.html` in cargo's target folder if it is not given
    #[arg(short, long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) output: Option<PathBuf>,
}

/// Release the app's contract.
#[derive(Debug, Args)]
pub(crate) struct Release {
    /// Break a promise, since nobody relies on it any more: `chess/move/v1`, or `session`
    #[arg(long, value_name = "WHAT")]
    pub(crate) accept: Vec<String>,
    /// Announce the last day of a version: `chess/move/v1=2027-03-01`, in UTC; `=never` takes that back
    #[arg(long, value_name = "WHAT=DAY")]
    pub(crate) retire: Vec<Retirement>,
    /// Write nothing, and fail where something would be written
    #[arg(long)]
    pub(crate) check: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is announced of a version.
#[derive(Debug, Clone)]
pub(crate) struct Retirement {
    /// `chess/move/v1`, or `event chess/move v1`.
    pub(crate) what: String,
    /// Its last day; `None` where none is announced any more.
    pub(crate) last: Option<Day>,
}

impl FromStr for Retirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shape = "write `chess/move/v1=2027-03-01`, or `chess/move/v1=never`";
        let (what, day) = text.split_once('=').ok_or(shape)?;
        let last = match day {
            "never" => None,
            day => Some(day.parse().map_err(|_| format!("`{day}` is no day: {shape}"))?),
        };
        Ok(Self { what: what.to_owned(), last })
    }
}

/// Look before a deployment.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The server, by http: `http://127.0.0.1:3000`; its metrics say who relies on what
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    pub(crate) url: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Compare contracts.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Compare with the files of this revision of the version control, instead of what was released
    #[arg(long, value_name = "REV")]
    pub(crate) against: Option<String>,
    /// How to print what has changed
    #[arg(long, value_enum, default_value_t = DiffFormat::People)]
    pub(crate) format: DiffFormat,
}

/// For whom to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Lines for people
    People,
    /// One JSON object
    Json,
    /// Annotations of a pull request on GitHub
    Github,
}

/// Returns the arguments as they would be without cargo, which hands `cargo sync list` on as `cargo-sync sync list`.
pub(crate) fn of_cargo(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == "sync") {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_make_sense() {
        super::Options::command().debug_assert();
    }
}
