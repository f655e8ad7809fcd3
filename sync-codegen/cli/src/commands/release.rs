//! `cargo sync release`: what the app can be called with is a promise from now on.
//!
//! The app is compiled, since only then its types are known. What was released before has to hold; what breaks on purpose is named.

use std::collections::BTreeSet;
use std::process::ExitCode;

use sync_codegen::ledger::{self, Ledger};
use sync_schema::{Api, Change};

use super::changes;
use super::promised::Promised;
use crate::cargo::{self, Build};
use crate::failure::Failure;
use crate::options::{Release, Retirement};
use crate::project::Project;
use crate::terminal::Terminal;

pub(super) fn run(asked: &Release, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let released = read(project, terminal)?;
    let promised = Promised::all(&released);
    let accepted = asked.accept.iter().map(|named| promised.meant(named)).collect::<Result<BTreeSet<_>, _>>()?;
    let mut api = compiled(project, terminal)?;
    retire(&mut api, &asked.retire)?;
    let changes = released.changes(&api);
    let is_accepted = |change: &Change| change.origins.iter().all(|origin| accepted.contains(origin.as_str()));
    let broken: Vec<Change> =
        changes.iter().filter(|change| change.is_breaking() && !is_accepted(change)).cloned().collect();
    if !broken.is_empty() {
        let problems = ledger::located(&broken, &project.app_dir, &api, &released);
        problems.iter().for_each(|problem| terminal.diagnostic(problem));
        let origins: BTreeSet<_> = broken.iter().flat_map(|change| &change.origins).collect();
        let accept: String = origins.iter().map(|origin| format!(" --accept {}", promised.typed(origin))).collect();
        let help =
            format!("go on as each of them says; or, where nobody relies on it any more, `cargo sync release{accept}`");
        return Err(Failure::with_help("what was released does not hold any more", help));
    }
    let is_kept = !changes.iter().any(Change::is_breaking);
    let pages = ledger::pages(&api, &sync_codegen::list(&project.app_dir), &released, is_kept).map_err(|error| {
        Failure::new(format!("line {} of a ledger could not be read again: {}", error.line, error.expected))
    })?;
    let stale = if asked.check { released.unpromised(&pages) } else { released.stale(&pages) };
    if asked.json {
        changes::json(&located(&changes, project, &api, &released), &[], terminal)?;
    } else if !released.pages.is_empty() {
        changes::for_people(&located(&changes, project, &api, &released), terminal)?;
    }
    if stale.is_empty() {
        terminal.done("released", format!("`{}`: everything is promised already", project.package));
        return Ok(ExitCode::SUCCESS);
    }
    if asked.check {
        stale.iter().for_each(|file| terminal.note(format!("{file} would be written")));
        return Ok(ExitCode::FAILURE);
    }
    released
        .write(&project.app_dir, &pages)
        .map_err(|error| Failure::new(format!("cannot write the ledger: {error}")))?;
    stale.iter().for_each(|file| terminal.done("released", file));
    Ok(ExitCode::SUCCESS)
}

/// Notes the last days that are announced, and takes back those that are not any more.
fn retire(api: &mut Api, asked: &[Retirement]) -> Result<(), Failure> {
    let routes = Promised::routes(api);
    for Retirement { what, last } in asked {
        if let Some(day) = last.filter(|day| *day <= ledger::today()) {
            let help = "callers are warned until then: name a day that is still to come";
            return Err(Failure::with_help(format!("{day} is no day that can be announced"), help).usage());
        }
        let id = routes.meant(what)?;
        api.routes.iter_mut().filter(|route| route.id() == id).for_each(|route| route.retires = *last);
    }
    Ok(())
}

/// Reads what was released; what cannot be read is told.
pub(super) fn read(project: &Project, terminal: &mut Terminal) -> Result<Ledger, Failure> {
    Ledger::read(&project.app_dir).map_err(|problems| {
        problems.iter().for_each(|problem| terminal.diagnostic(problem));
        Failure::new("the ledger cannot be read")
    })
}

/// Compiles the app, and returns what it can be called with.
pub(super) fn compiled(project: &Project, terminal: &mut Terminal) -> Result<Api, Failure> {
    let waiting = terminal.wait_for(format!("building `{}`", project.package));
    // What is broken, we say ourselves. Where nothing is, a build is as every other: those after it do not do all of it again.
    let no_ledger = ledger::is_broken(&project.app_dir);
    let how = Build { no_ledger, colors: terminal.has_colors(), ..Build::default() };
    let mut built = cargo::build(project, how)?;
    if !built.is_done && !no_ledger {
        built = cargo::build(project, Build { no_ledger: true, ..how })?;
    }
    waiting.finish_and_clear();
    if !built.is_done {
        terminal.errors(&built);
        return Err(Failure::with_help("the app does not compile", "mend what the compiler says above"));
    }
    cargo::api(&built)
}

/// Changes beside their places.
pub(super) fn located<'a>(
    changes: &'a [Change],
    project: &Project,
    api: &Api,
    released: &Ledger,
) -> Vec<changes::Located<'a>> {
    changes.iter().zip(ledger::located(changes, &project.app_dir, api, released)).collect()
}
