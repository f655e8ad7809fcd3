//! What can be done, a file each.

mod changes;
mod check;
mod completions;
mod diff;
mod docs;
mod expand;
mod init;
mod list;
mod new;
mod plan;
mod promised;
mod release;
mod remove;
mod replication;

use std::process::ExitCode;

use anstream::ColorChoice;

use crate::dev;
use crate::failure::Failure;
use crate::options::{Color, Command, Options};
use crate::project::Project;
use crate::terminal::Terminal;

/// Carries out what was asked for.
pub(crate) fn run(options: &Options, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    match options.color {
        Color::Auto => {}
        Color::Always => terminal.choose(ColorChoice::Always),
        Color::Never => terminal.choose(ColorChoice::Never),
    }
    let project = || Project::find(&options.dir, options.package.as_deref());
    match &options.command {
        Command::Init(asked) => init::run(asked, &options.dir, terminal),
        Command::New(asked) => new::run(asked, &project()?, terminal),
        Command::Remove(asked) => remove::run(asked, &project()?, terminal),
        Command::Dev(asked) => dev::run(asked, &project()?, terminal),
        Command::List(asked) => list::run(asked, &project()?, terminal),
        Command::Check(asked) => check::run(asked, &project()?, terminal),
        Command::Expand(asked) => expand::run(asked, &options.dir, &project()?, terminal),
        Command::Docs(asked) => docs::run(asked, &project()?, terminal),
        Command::Release(asked) => release::run(asked, &project()?, terminal),
        Command::Diff(asked) => diff::run(asked, &project()?, terminal),
        Command::Plan(asked) => plan::run(asked, &project()?, terminal),
        Command::Replication { verb } => replication::run(*verb, &project()?),
        Command::Completions { shell } => completions::run(*shell, terminal),
    }
}
